"""What is offered: sites, seasons, activities, their slots and age groups, their days, and the seats of each day."""

from datetime import date, time

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, Id, Line, Name, Prose, State, datetime, one_of


class Site(Base):
    """A structure's place: a school, a leisure centre, a youth club."""

    __tablename__ = "sites"

    id: Mapped[Id]
    name: Mapped[Name] = mapped_column(unique=True)
    street: Mapped[Name | None]
    postcode: Mapped[str | None] = mapped_column(String(10))
    town: Mapped[Name | None]
    phone: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))
    is_active: Mapped[bool] = mapped_column(default=True)


class DeclaredMaximum(Base):
    """How many children a site may receive at once, as declared (SDJES) or authorised (PMI, under six), from a day to a day."""

    __tablename__ = "declared_maxima"
    __table_args__ = (
        one_of("kind", "declared", "pmi"),
        one_of("band", "under_six", "six_and_over", "all"),
        CheckConstraint("capacity >= 0", name="capacity_positive"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="period_upright"),
        UniqueConstraint("site_id", "kind", "band", "from_on"),
    )

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    kind: Mapped[State]
    band: Mapped[State]
    capacity: Mapped[int]
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class Season(Base):
    """A school year, or any span over which children are registered."""

    __tablename__ = "seasons"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="period_upright"),)

    id: Mapped[Id]
    name: Mapped[Name] = mapped_column(unique=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class CalendarPeriod(Base):
    """School holidays, public holidays and closures; pre-filled from the official calendar, editable."""

    __tablename__ = "calendar_periods"
    __table_args__ = (
        one_of("kind", "school_holiday", "public_holiday", "closure"),
        CheckConstraint("ends_on >= starts_on", name="period_upright"),
        Index("ix_calendar_periods_starts_on", "starts_on"),
    )

    id: Mapped[Id]
    kind: Mapped[State]
    name: Mapped[Name]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))


class Activity(Base):
    """Something a child belongs to for a season: Mercredi, Périscolaire, Vacances, CAJ.

    `kind` is the legal kind of the centre; with `has_pedt` and the length of a day it decides the supervision ratio.
    """

    __tablename__ = "activities"
    __table_args__ = (
        one_of("kind", "periscolaire", "extrascolaire", "canteen", "youth"),
        one_of("booking_mode", "immediate", "validation"),
        one_of("registration_mode", "automatic", "staff"),
        one_of("age_reference", "day", "first_of_september", "registration"),
        UniqueConstraint("site_id", "season_id", "name"),
    )

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"), index=True)
    name: Mapped[Name]
    description: Mapped[Prose | None]
    kind: Mapped[State]
    has_pedt: Mapped[bool] = mapped_column(default=False)
    registration_mode: Mapped[State] = mapped_column(default="staff")
    booking_mode: Mapped[State] = mapped_column(default="immediate")
    age_reference: Mapped[State] = mapped_column(default="day")
    is_prepaid: Mapped[bool] = mapped_column(default=False)
    pending_holds_seat: Mapped[bool] = mapped_column(default=False)
    has_waiting_list: Mapped[bool] = mapped_column(default=True)
    blocks_when_documents_missing: Mapped[bool] = mapped_column(default=True)
    blocks_when_unpaid: Mapped[bool] = mapped_column(default=False)
    is_published: Mapped[bool] = mapped_column(default=True)

    site: Mapped[Site] = relationship(lazy="raise")
    season: Mapped[Season] = relationship(lazy="raise")
    slots: Mapped[list["Slot"]] = relationship(lazy="raise", order_by="Slot.position")
    age_groups: Mapped[list["AgeGroup"]] = relationship(lazy="raise", order_by="AgeGroup.position")


class Slot(Base):
    """A temps d'accueil of an activity: Matin 07:30–11:45."""

    __tablename__ = "slots"
    __table_args__ = (
        UniqueConstraint("activity_id", "name"),
        UniqueConstraint("id", "activity_id"),
        CheckConstraint("ends_at > starts_at", name="hours_upright"),
    )

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    name: Mapped[Name]
    starts_at: Mapped[time]
    ends_at: Mapped[time]
    is_meal: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)


class AgeGroup(Base):
    """A groupe d'âge of an activity: whole years, both bounds included."""

    __tablename__ = "age_groups"
    __table_args__ = (
        UniqueConstraint("activity_id", "name"),
        UniqueConstraint("id", "activity_id"),
        CheckConstraint("youngest >= 0 AND oldest >= youngest", name="ages_upright"),
    )

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    name: Mapped[Name]
    youngest: Mapped[int]
    oldest: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)

    @property
    def band(self) -> str:
        """The age band of the supervision rules: `under_six` or `six_and_over`."""
        return "under_six" if self.oldest < 6 else "six_and_over"


class SlotSet(Base):
    """A set of slots that may be booked together on a day; an activity without any allows every set."""

    __tablename__ = "slot_sets"
    __table_args__ = (UniqueConstraint("activity_id", "name"), UniqueConstraint("id", "activity_id"))

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    name: Mapped[Name]
    triggers_package: Mapped[bool] = mapped_column(default=False)


class SlotSetSlot(Base):
    """A slot of an allowed set."""

    __tablename__ = "slot_set_slots"
    __table_args__ = (
        ForeignKeyConstraint(["slot_set_id", "activity_id"], ["slot_sets.id", "slot_sets.activity_id"]),
        ForeignKeyConstraint(["slot_id", "activity_id"], ["slots.id", "slots.activity_id"]),
    )

    slot_set_id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int]


class BookingWindow(Base):
    """From when to when days of a period may be booked, and by whom first."""

    __tablename__ = "booking_windows"
    __table_args__ = (
        one_of("audience", "everybody", "residents", "returning"),
        CheckConstraint("closes_at > opens_at", name="window_upright"),
        CheckConstraint("until_on >= from_on", name="period_upright"),
    )

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"), index=True)
    audience: Mapped[State]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    from_on: Mapped[date]
    until_on: Mapped[date]


class NoticeRule(Base):
    """A délai de prévenance for booking or cancelling, for an activity or one of its slots, in the trade's grammar."""

    __tablename__ = "notice_rules"
    __table_args__ = (
        one_of("act", "book", "cancel"),
        one_of("grammar", "days_before", "weekday_before", "day_of_month_before"),
        UniqueConstraint("activity_id", "slot_id", "act"),
    )

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slots.id"))
    act: Mapped[State]
    grammar: Mapped[str] = mapped_column(String(30))
    count: Mapped[int]
    working_days_only: Mapped[bool] = mapped_column(default=False)
    before: Mapped[time]


class OpenDay(Base):
    """A date on which an activity takes place, or was closed with a reason."""

    __tablename__ = "open_days"
    __table_args__ = (
        one_of("state", "open", "closed"),
        CheckConstraint("(state = 'closed') = (closed_reason IS NOT NULL)", name="closed_has_reason"),
        UniqueConstraint("activity_id", "day"),
        UniqueConstraint("id", "activity_id", "day"),
        Index("ix_open_days_day", "day", "id"),
    )

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    day: Mapped[date]
    state: Mapped[State] = mapped_column(default="open")
    closed_reason: Mapped[Line | None]


class Seats(Base):
    """The seats of one day × slot × age group: the guard of every booking, and what capacity views read.

    `taken` = bookings that hold a seat + seats held by open offers, and may pass `capacity` only by `overbooking`, which has a
    reason. The other counts are kept with it, in the transaction of the act that moves them: `waiting` (live waiting entries),
    `refused` (requests turned down for want of room), `booked` (live bookings, absences told included), `present` (attendance,
    special presences included), `no_show` (booked, absent without a word).
    """

    __tablename__ = "seats"
    __table_args__ = (
        CheckConstraint("capacity >= 0", name="capacity_positive"),
        CheckConstraint("overbooking >= 0", name="overbooking_positive"),
        CheckConstraint("(overbooking = 0) OR (overbooking_reason IS NOT NULL)", name="overbooking_has_reason"),
        CheckConstraint("taken >= 0 AND taken <= capacity + overbooking", name="never_oversold"),
        CheckConstraint("waiting >= 0 AND refused >= 0 AND booked >= 0 AND present >= 0 AND no_show >= 0", name="counts_positive"),
        ForeignKeyConstraint(["open_day_id", "activity_id", "day"], ["open_days.id", "open_days.activity_id", "open_days.day"]),
        ForeignKeyConstraint(["slot_id", "activity_id"], ["slots.id", "slots.activity_id"]),
        ForeignKeyConstraint(["age_group_id", "activity_id"], ["age_groups.id", "age_groups.activity_id"]),
        UniqueConstraint("slot_id", "age_group_id", "day"),
        UniqueConstraint("id", "slot_id", "day"),
        Index("ix_seats_activity_day", "activity_id", "day"),
        Index("ix_seats_open_day", "open_day_id"),
        Index("ix_seats_day", "day"),
    )

    id: Mapped[Id]
    open_day_id: Mapped[int]
    activity_id: Mapped[int]
    day: Mapped[date]
    slot_id: Mapped[int]
    age_group_id: Mapped[int]
    capacity: Mapped[int]
    overbooking: Mapped[int] = mapped_column(default=0)
    overbooking_reason: Mapped[Line | None]
    taken: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    booked: Mapped[int] = mapped_column(default=0)
    present: Mapped[int] = mapped_column(default=0)
    no_show: Mapped[int] = mapped_column(default=0)
    attendance_locked_at: Mapped[datetime | None]

    @property
    def left(self) -> int:
        """How many seats can still be taken; never below zero."""
        return max(0, self.capacity + self.overbooking - self.taken)


class StaffPlan(Base):
    """How many adults are planned for a site on a day, typed by the director or imported."""

    __tablename__ = "staff_plans"
    __table_args__ = (CheckConstraint("adults >= 0", name="adults_positive"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    adults: Mapped[int]
    qualified: Mapped[int | None]
    unqualified: Mapped[int | None]

"""Who takes part: registrations, bookings, the waiting list, offers, attendance."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Json, Line, Prose, State, datetime, one_of

LIVE_BOOKING = ("pending", "to_pay", "confirmed", "absent")
_live_booking = text("state IN ('pending', 'to_pay', 'confirmed', 'absent')")
_live_registration = text("state IN ('requested', 'accepted', 'waiting')")
_live_entry = text("state IN ('waiting', 'offered')")
_open = text("state = 'open'")
_requested = text("state = 'requested'")


class Registration(Base):
    """A child belongs to an activity for its season. Registering is not booking."""

    __tablename__ = "registrations"
    __table_args__ = (
        one_of("state", "requested", "accepted", "refused", "waiting", "ended"),
        Index(
            "uq_registrations_live",
            "child_id",
            "activity_id",
            unique=True,
            postgresql_where=_live_registration,
            sqlite_where=_live_registration,
        ),
        Index("ix_registrations_requested", "requested_at", postgresql_where=_requested, sqlite_where=_requested),
        Index("ix_registrations_activity", "activity_id", "state"),
        Index("ix_registrations_family", "family_id"),
    )

    id: Mapped[Id]
    child_id: Mapped[int] = mapped_column(ForeignKey("children.id"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"))
    age_group_id: Mapped[int | None] = mapped_column(ForeignKey("age_groups.id"))
    state: Mapped[State]
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    reason: Mapped[Prose | None]


class BookingRequest(Base):
    """A basket that a family sent: its key makes a replayed click book nothing more, and its answer is told again."""

    __tablename__ = "booking_requests"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    asked_at: Mapped[datetime]
    answer: Mapped[Json]


class Booking(Base):
    """One child, one day, one slot, paid by one family.

    Live states: `pending` (waits for the structure), `to_pay` (held until `hold_until_at`), `confirmed`, `absent` (an absence was
    told). `holds_seat` says whether it counts in its seats' `taken`: an absence told in time does not, a pending one only where the
    activity says so.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        one_of("state", *LIVE_BOOKING, "cancelled", "refused", "lapsed"),
        CheckConstraint("NOT holds_seat OR state IN ('pending', 'to_pay', 'confirmed', 'absent')", name="only_live_holds"),
        CheckConstraint("(state <> 'to_pay') OR (hold_until_at IS NOT NULL)", name="hold_has_end"),
        ForeignKeyConstraint(["seats_id", "slot_id", "day"], ["seats.id", "seats.slot_id", "seats.day"]),
        Index("uq_bookings_live", "child_id", "day", "slot_id", unique=True, postgresql_where=_live_booking, sqlite_where=_live_booking),
        Index("ix_bookings_seats", "seats_id"),
        Index("ix_bookings_family", "family_id", "day"),
        Index("ix_bookings_hold", "hold_until_at", postgresql_where=text("state = 'to_pay'"), sqlite_where=text("state = 'to_pay'")),
    )

    id: Mapped[Id]
    seats_id: Mapped[int]
    day: Mapped[date]
    slot_id: Mapped[int]
    child_id: Mapped[int] = mapped_column(ForeignKey("children.id"))
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"))
    state: Mapped[State]
    holds_seat: Mapped[bool]
    hold_until_at: Mapped[datetime | None]
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[Line | None]
    request_key: Mapped[str | None] = mapped_column(ForeignKey("booking_requests.key"))


class WaitingListEntry(Base):
    """One child waits for one day and one set of slots. `position` is taken under the seats' lock; `priority` is the rule's rank."""

    __tablename__ = "waiting_list_entries"
    __table_args__ = (
        one_of("state", "waiting", "offered", "accepted", "lapsed", "withdrawn"),
        Index(
            "uq_waiting_list_entries_live",
            "child_id",
            "activity_id",
            "day",
            unique=True,
            postgresql_where=_live_entry,
            sqlite_where=_live_entry,
        ),
        Index(
            "ix_waiting_list_entries_head",
            "activity_id",
            "day",
            "priority",
            "position",
            postgresql_where=_live_entry,
            sqlite_where=_live_entry,
        ),
        Index("ix_waiting_list_entries_family", "family_id"),
    )

    id: Mapped[Id]
    child_id: Mapped[int] = mapped_column(ForeignKey("children.id"))
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    day: Mapped[date]
    priority: Mapped[int] = mapped_column(default=0)
    position: Mapped[int]
    state: Mapped[State]
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class WaitingListSeats(Base):
    """The seats that a waiting entry asks for, all together."""

    __tablename__ = "waiting_list_seats"

    entry_id: Mapped[int] = mapped_column(ForeignKey("waiting_list_entries.id"), primary_key=True)
    seats_id: Mapped[int] = mapped_column(ForeignKey("seats.id"), primary_key=True, index=True)


class Offer(Base):
    """A freed seat offered to the first in line; it holds the seats of its entry until it is answered or lapses."""

    __tablename__ = "offers"
    __table_args__ = (
        one_of("state", "open", "accepted", "declined", "lapsed"),
        Index("uq_offers_open", "entry_id", unique=True, postgresql_where=_open, sqlite_where=_open),
        Index("ix_offers_lapse", "lapses_at", postgresql_where=_open, sqlite_where=_open),
    )

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(ForeignKey("waiting_list_entries.id"))
    state: Mapped[State]
    made_at: Mapped[datetime]
    lapses_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Attendance(Base):
    """What really happened: one row per child and seats. Without a booking it is a présence spéciale, outside `taken`."""

    __tablename__ = "attendance"
    __table_args__ = (
        one_of("state", "present", "late", "excused", "no_show"),
        Index("uq_attendance_child", "seats_id", "child_id", unique=True),
        Index("uq_attendance_booking", "booking_id", unique=True),
        Index("ix_attendance_child", "child_id"),
    )

    id: Mapped[Id]
    seats_id: Mapped[int] = mapped_column(ForeignKey("seats.id"))
    child_id: Mapped[int] = mapped_column(ForeignKey("children.id"))
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))
    state: Mapped[State]
    arrived_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    fetched_by_id: Mapped[int | None] = mapped_column(ForeignKey("pickup_persons.id"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    request_key: Mapped[str | None] = mapped_column(String(64), unique=True)

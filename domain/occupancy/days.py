"""Closing a day, with all that hangs on it, and opening it again."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from db.models import (
    Account,
    Activity,
    Attendance,
    Booking,
    Charge,
    Child,
    DeclaredMaximum,
    Family,
    Guardian,
    Offer,
    OpenDay,
    Seats,
    Site,
    Slot,
    WaitingListEntry,
    WaitingListSeats,
)
from db.models.bookings import LIVE_BOOKING
from db.session import touch
from domain import clock, journal, letters, rights
from domain.occupancy.refusals import DayHasAttendance, DayHasBookings, DayIsAlreadyClosed, DayIsAlreadyOpen, DayIsPast
from domain.occupancy.seats import LONGEST_REASON, check_maxima
from domain.refusals import DoesNotExist, filled

_LIVE_ENTRY = ("waiting", "offered")


@dataclass(frozen=True)
class Closing:
    """What closing a day did. `invoiced` charges were issued before: they want a credit note. `unreached` families have no e-mail."""

    bookings: int = 0
    waiting: int = 0
    letters: int = 0
    invoiced: int = 0
    unreached: tuple[str, ...] = ()


def close_day(session: Session, by: Account, open_day_id: int, reason: str, *, cancel_bookings: bool = False) -> Closing:
    """Closes a day of an activity for a reason that the families are told.

    With `cancel_bookings`, whatever lives on the day ends with it: bookings are cancelled and their seats freed, waiting entries
    withdrawn and their offers lapsed, charges that were not invoiced made void, and each family gets one letter. The seats are
    locked first, in the order of their ids: who books takes the same locks and reads the day's state under them.

    Raises NotAllowed, DoesNotExist, Incomplete and TooLong (the reason), DayIsAlreadyClosed, DayIsPast, DayHasAttendance,
    DayHasBookings (when `cancel_bookings` was not said).
    """
    rights.require(by, "capacity")
    because = filled("reason", reason, LONGEST_REASON)
    day, activity, site = _day_of(session, by, open_day_id)
    if day.state == "closed":
        raise DayIsAlreadyClosed(day.day, day.closed_reason or "")
    if day.day < clock.today():
        raise DayIsPast(day.day)
    seats = [each.id for each in _lock_seats(session, day)]
    if session.scalar(select(exists().where(Attendance.seats_id.in_(seats)))):
        raise DayHasAttendance(day.day)
    bookings = session.scalars(
        select(Booking).where(Booking.seats_id.in_(seats), Booking.state.in_(LIVE_BOOKING)).order_by(Booking.id)
    ).all()
    entries = session.scalars(
        select(WaitingListEntry)
        .where(WaitingListEntry.activity_id == day.activity_id, WaitingListEntry.day == day.day, WaitingListEntry.state.in_(_LIVE_ENTRY))
        .order_by(WaitingListEntry.id)
    ).all()
    if (bookings or entries) and not cancel_bookings:
        raise DayHasBookings(day.day, len(bookings), len(entries))
    invoiced = _cancel(session, by, bookings, site.id, because)
    _withdraw(session, by, entries, site.id, because)
    session.execute(update(Seats).where(Seats.id.in_(seats)).values(taken=0, booked=0, waiting=0))
    written, unreached = _tell(session, bookings, entries, activity=activity.name, site=site.name, day=day.day, reason=because.rstrip(". "))
    day.state, day.closed_reason = "closed", because
    told: dict[str, list[str | int]] = {"state": ["open", "closed"], "bookings": [len(bookings), 0], "waiting": [len(entries), 0]}
    journal.record(
        session,
        by,
        "close_day",
        day,
        site_id=site.id,
        reason=because,
        changes={name: pair for name, pair in told.items() if pair[0] != pair[1]},
    )
    for chapter in ("bookings", "billing"):
        touch(session, chapter)
    return Closing(len(bookings), len(entries), written, invoiced, unreached)


def reopen_day(session: Session, by: Account, open_day_id: int, reason: str | None = None) -> None:
    """Opens a closed day again, with the seats it had. Cancelled bookings stay cancelled.

    Raises NotAllowed, DoesNotExist, DayIsAlreadyOpen, DayIsPast, AboveDeclaredMaximum (a director's reason passes it), TooLong.
    """
    rights.require(by, "capacity")
    because = filled("reason", reason, LONGEST_REASON) if reason and reason.strip() else None
    maxima = session.scalars(
        select(DeclaredMaximum)
        .join(Activity, Activity.site_id == DeclaredMaximum.site_id)
        .join(OpenDay, OpenDay.activity_id == Activity.id)
        .where(OpenDay.id == open_day_id)
        .order_by(DeclaredMaximum.id)
        .with_for_update(of=DeclaredMaximum)
    ).all()
    day, _, site = _day_of(session, by, open_day_id)
    if day.state == "open":
        raise DayIsAlreadyOpen(day.day)
    if day.day < clock.today():
        raise DayIsPast(day.day)
    if maxima and not (by.role == "director" and because):
        asked = {seats.id: seats.capacity + seats.overbooking for seats in _lock_seats(session, day)}
        check_maxima(session, site.id, maxima, asked, {day.day})
    day.state, day.closed_reason = "open", None
    journal.record(session, by, "reopen_day", day, site_id=site.id, reason=because)


def _day_of(session: Session, by: Account, open_day_id: int) -> tuple[OpenDay, Activity, Site]:
    found = session.execute(
        select(OpenDay, Activity, Site)
        .join(Activity, Activity.id == OpenDay.activity_id)
        .join(Site, Site.id == Activity.site_id)
        .where(OpenDay.id == open_day_id, rights.at_sites(by, Activity.site_id))
        .with_for_update(of=OpenDay, key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise DoesNotExist("open_days")
    return found[0], found[1], found[2]


def _lock_seats(session: Session, day: OpenDay) -> Sequence[Seats]:
    locked = select(Seats).where(Seats.open_day_id == day.id).order_by(Seats.id).with_for_update(key_share=True)
    return session.scalars(locked.execution_options(populate_existing=True)).all()


def _cancel(session: Session, by: Account, bookings: Sequence[Booking], site_id: int, reason: str) -> int:
    """Ends bookings and what they cost; gives how many of their charges were invoiced already."""
    ids = [booking.id for booking in bookings]
    for booking in bookings:
        change = {"state": [booking.state, "cancelled"]}
        journal.record(
            session, by, "cancel", (Booking, booking.id), family_id=booking.family_id, site_id=site_id, reason=reason, changes=change
        )
    session.execute(
        update(Booking)
        .where(Booking.id.in_(ids))
        .values(state="cancelled", holds_seat=False, hold_until_at=None, ended_at=clock.now(), reason=reason)
    )
    theirs = (Charge.booking_id.in_(ids), Charge.kind == "booking")
    session.execute(update(Charge).where(*theirs, Charge.state.in_(("open", "replaced"))).values(state="void"))
    return session.scalar(select(func.count()).select_from(Charge).where(*theirs, Charge.state == "invoiced")) or 0


def _withdraw(session: Session, by: Account, entries: Sequence[WaitingListEntry], site_id: int, reason: str) -> None:
    ids = [entry.id for entry in entries]
    for entry in entries:
        thing, change = (WaitingListEntry, entry.id), {"state": [entry.state, "withdrawn"]}
        journal.record(session, by, "withdraw", thing, family_id=entry.family_id, site_id=site_id, reason=reason, changes=change)
    session.execute(update(Offer).where(Offer.entry_id.in_(ids), Offer.state == "open").values(state="lapsed", ended_at=clock.now()))
    session.execute(update(WaitingListEntry).where(WaitingListEntry.id.in_(ids)).values(state="withdrawn", ended_at=clock.now()))


def _tell(
    session: Session, bookings: Sequence[Booking], entries: Sequence[WaitingListEntry], *, activity: str, site: str, day: date, reason: str
) -> tuple[int, tuple[str, ...]]:
    """Writes one letter to each family: how many were written, and the names of the families that have no e-mail."""
    booked = _lines(session, bookings)
    waited = _lines(session, entries)
    families = sorted({*booked, *waited})
    reached: dict[int, tuple[Guardian, str | None]] = {}
    guardians = (
        select(Guardian, Account.language)
        .outerjoin(Account, Account.id == Guardian.account_id)
        .where(Guardian.family_id.in_(families), Guardian.email.is_not(None))
        .order_by(Guardian.id)
    )
    for guardian, language in session.execute(guardians):
        reached.setdefault(guardian.family_id, (guardian, language))
    for family_id in families:
        if family_id in reached:
            guardian, spoken = reached[family_id]
            facts = {"activity": activity, "site": site, "day": day, "reason": reason}
            told = {"booked": booked.get(family_id, []), "waited": waited.get(family_id, [])}
            letters.write(session, "day_closed", guardian, family_id=family_id, language=spoken, **facts, **told)
    silent = select(Family.name).where(Family.id.in_([each for each in families if each not in reached])).order_by(Family.name)
    return len(reached), tuple(session.scalars(silent))


def _lines(session: Session, things: Sequence[Booking] | Sequence[WaitingListEntry]) -> dict[int, list[str]]:
    """What a family had, child by child: `Sami : Matin, Repas`."""
    ids = [thing.id for thing in things]
    if things and isinstance(things[0], WaitingListEntry):
        query = (
            select(WaitingListEntry.family_id, Child.first_name, Slot.name)
            .join(WaitingListSeats, WaitingListSeats.entry_id == WaitingListEntry.id)
            .join(Seats, Seats.id == WaitingListSeats.seats_id)
            .join(Slot, Slot.id == Seats.slot_id)
            .join(Child, Child.id == WaitingListEntry.child_id)
            .where(WaitingListEntry.id.in_(ids))
        )
    else:
        query = (
            select(Booking.family_id, Child.first_name, Slot.name)
            .join(Slot, Slot.id == Booking.slot_id)
            .join(Child, Child.id == Booking.child_id)
            .where(Booking.id.in_(ids))
        )
    had: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for family_id, child, slot in session.execute(query.order_by(Child.first_name, Child.id, Slot.position)):
        had[family_id][child].append(slot)
    return {family_id: [f"{child} : {', '.join(slots)}" for child, slots in children.items()] for family_id, children in had.items()}

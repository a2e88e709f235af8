"""Changing how many seats a day offers: one cell, or the same cell of many days at once."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, time
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.models import Account, Activity, AgeGroup, DeclaredMaximum, OpenDay, Seats, Slot
from domain import clock, journal, rights
from domain.occupancy.refusals import AboveDeclaredMaximum, BelowTaken, CapacityChangedMeanwhile, DayIsPast, NotACapacity
from domain.occupancy.view import LONGEST
from domain.refusals import DoesNotExist, NothingChosen, filled, upright

LARGEST = 2000
"""No site of the trade receives as many children at once; a typing error does."""

LONGEST_REASON = 250


def change_capacity(
    session: Session,
    by: Account,
    seats_id: int,
    capacity: int,
    *,
    overbooking: int = 0,
    reason: str | None = None,
    seen: tuple[int, int] | None = None,
) -> Seats:
    """Gives one cell a capacity, and an `overbooking` above it that must have a reason. `seen` is (capacity, overbooking) as the
    person saw them.

    Raises NotAllowed, DoesNotExist, NotACapacity, Incomplete and TooLong (the reason), CapacityChangedMeanwhile, DayIsPast,
    BelowTaken, AboveDeclaredMaximum (a director's reason passes it).
    """
    rights.require(by, "capacity")
    because = _sound(capacity, overbooking, reason)
    site_id = _site_of(session, by, seats_id)
    maxima = _lock_maxima(session, site_id)
    kept = session.scalars(
        select(Seats).where(Seats.id == seats_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    ).one()
    if seen is not None and seen != (kept.capacity, kept.overbooking):
        raise CapacityChangedMeanwhile("seats", kept.capacity, kept.overbooking)
    _set(session, by, [kept], capacity, overbooking, because, site_id, maxima)
    return kept


def change_capacities(
    session: Session,
    by: Account,
    *,
    activity_id: int,
    slot_id: int,
    age_group_id: int,
    from_on: date,
    until_on: date,
    weekdays: Collection[int] = range(7),
    capacity: int,
    overbooking: int = 0,
    reason: str | None = None,
) -> int:
    """Gives the same cell of every day of a period the same capacity: all days or none. Returns how many days changed.

    `weekdays` are 0 (Monday) to 6. Closed days are left as they are. Raises what `change_capacity` does, and PeriodUpsideDown,
    PeriodTooLong (400 days), NothingChosen (no such day).
    """
    rights.require(by, "capacity")
    because = _sound(capacity, overbooking, reason)
    upright(from_on, until_on, LONGEST)
    site_id = session.scalar(select(Activity.site_id).where(Activity.id == activity_id, rights.at_sites(by, Activity.site_id)))
    if site_id is None:
        raise DoesNotExist("activities")
    maxima = _lock_maxima(session, site_id)
    found = session.scalars(
        select(Seats)
        .join(OpenDay, OpenDay.id == Seats.open_day_id)
        .where(
            Seats.activity_id == activity_id,
            Seats.slot_id == slot_id,
            Seats.age_group_id == age_group_id,
            Seats.day.between(from_on, until_on),
            OpenDay.state == "open",
        )
        .order_by(Seats.id)
        .with_for_update(of=Seats, key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    chosen = sorted((seats for seats in found if seats.day.weekday() in weekdays), key=lambda seats: seats.day)
    if not chosen:
        raise NothingChosen
    return _set(session, by, chosen, capacity, overbooking, because, site_id, maxima)


def _sound(capacity: object, overbooking: object, reason: str | None) -> str | None:
    for value in (capacity, overbooking):
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
            raise NotACapacity(value, LARGEST)
    return filled("reason", reason, LONGEST_REASON) if overbooking or (reason and reason.strip()) else None


def _site_of(session: Session, by: Account, seats_id: int) -> int:
    site_id = session.scalar(
        select(Activity.site_id)
        .join(Seats, Seats.activity_id == Activity.id)
        .where(Seats.id == seats_id, rights.at_sites(by, Activity.site_id))
    )
    if site_id is None:
        raise DoesNotExist("seats")
    return site_id


def _lock_maxima(session: Session, site_id: int) -> Sequence[DeclaredMaximum]:
    """The maxima of a site, locked: two changes at one site that share a maximum take their turn. Always before the seats."""
    return session.scalars(
        select(DeclaredMaximum).where(DeclaredMaximum.site_id == site_id).order_by(DeclaredMaximum.id).with_for_update()
    ).all()


def _set(
    session: Session,
    by: Account,
    chosen: Sequence[Seats],
    capacity: int,
    overbooking: int,
    reason: str | None,
    site_id: int,
    maxima: Sequence[DeclaredMaximum],
) -> int:
    past = [seats.day for seats in chosen if seats.day < clock.today()]
    if past:
        raise DayIsPast(past[0])
    short = [seats for seats in chosen if seats.taken > capacity + overbooking]
    if short:
        raise BelowTaken(short[0].day, capacity, short[0].taken, len(short))
    changed = [seats for seats in chosen if (seats.capacity, seats.overbooking) != (capacity, overbooking)]
    raised = [seats for seats in changed if capacity + overbooking > seats.capacity + seats.overbooking]
    if raised and maxima and not (by.role == "director" and reason):
        asked = {seats.id: capacity + overbooking for seats in raised}
        check_maxima(session, site_id, maxima, asked, {seats.day for seats in raised})
    for seats in changed:
        journal.record(
            session,
            by,
            "change_capacity",
            (Seats, seats.id),
            site_id=site_id,
            reason=reason,
            changes={
                name: [old, new]
                for name, old, new in (("capacity", seats.capacity, capacity), ("overbooking", seats.overbooking, overbooking))
                if old != new
            },
        )
    values: dict[str, Any] = {"capacity": capacity, "overbooking": overbooking, "overbooking_reason": reason if overbooking else None}
    session.execute(update(Seats).where(Seats.id.in_([seats.id for seats in changed])).values(values))
    return len(changed)


def check_maxima(session: Session, site_id: int, maxima: Sequence[DeclaredMaximum], asked: dict[int, int], days: Collection[date]) -> None:
    """Refuses (AboveDeclaredMaximum) when at some instant of a day the seats of the whole site, over all its activities, would be more
    than it may open: `asked` is what the cells that change (by seats id) would offer. Only slots that overlap a changed cell count.
    """
    bounds = [maximum for maximum in maxima if any(maximum.from_on <= day <= (maximum.until_on or day) for day in days)]
    if not bounds:
        return
    rows = session.execute(
        select(Seats.id, Seats.day, Slot.starts_at, Slot.ends_at, AgeGroup.oldest, Seats.capacity + Seats.overbooking)
        .join(OpenDay, OpenDay.id == Seats.open_day_id)
        .join(Activity, Activity.id == Seats.activity_id)
        .join(Slot, Slot.id == Seats.slot_id)
        .join(AgeGroup, AgeGroup.id == Seats.age_group_id)
        .where(
            Activity.site_id == site_id,
            Seats.day.between(min(days), max(days)),
            (OpenDay.state == "open") | Seats.id.in_(list(asked)),
        )
        .order_by(Seats.day)
    )
    by_day: dict[date, list[tuple[time, time, str, int, bool]]] = defaultdict(list)
    for seats_id, day, starts, ends, oldest, offered in rows:
        band = "under_six" if oldest < 6 else "six_and_over"
        by_day[day].append((starts, ends, band, asked.get(seats_id, offered), seats_id in asked))
    for day, slots in by_day.items():
        for bound in bounds:
            if day not in days or not bound.from_on <= day <= (bound.until_on or day):
                continue
            counted = [slot for slot in slots if bound.band in ("all", slot[2])]
            peak = max((_at_once(counted, instant) for instant in _instants(counted)), default=0)
            if peak > bound.capacity:
                raise AboveDeclaredMaximum(day, bound.kind, bound.band, bound.capacity, peak)


def _instants(slots: Sequence[tuple[time, time, str, int, bool]]) -> set[time]:
    """The instants at which most seats may be open at once: beginnings of slots, while a changed one is open."""
    changed = [slot for slot in slots if slot[4]]
    return {slot[0] for slot in slots if any(own[0] <= slot[0] < own[1] for own in changed)}


def _at_once(slots: Sequence[tuple[time, time, str, int, bool]], instant: time) -> int:
    return sum(seats for starts, ends, _, seats, _ in slots if starts <= instant < ends)

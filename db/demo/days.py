"""The days of an activity: open days, seats, bookings in every state, the waiting list with its offers, and who came.

Attendance follows what was measured in 94,633 real site-days of canteens: 0.93 to 0.95 of what is booked comes, with days far below
and some above.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from db.demo.seating import (
    ABSENT,
    CANCELLED,
    CONFIRMED,
    FULL_SHARE,
    GAVE_UP,
    LAPSED,
    OFFERED,
    PENDING,
    REFUSED,
    TO_PAY,
    WAITS,
    capacities,
    hold_offers,
    places,
    seat_them,
    turn_away,
)
from db.demo.town import ActivityPlan, People, SitePlan, Told, Town
from db.demo.visits import Counts, Kept, attend
from db.demo.wishes import Wishes, wishes
from db.models import Booking, Offer, OpenDay, Seats, WaitingListEntry, WaitingListSeats

_STATES = np.array(["pending", "to_pay", "confirmed", "absent", "cancelled", "refused", "lapsed"], object)
_REASONS = np.array(
    [None, None, None, "Absence annoncée par la famille", "Annulée par la famille", "Plus de place ce jour-là", None], object
)


@dataclass
class Charged:
    """What the bookings of an activity cost, as columns; `booking` 0 is a special presence."""

    family: Any
    child: Any
    slot: Any
    day: Any
    booking: Any
    amount: Any
    meal: Any
    void: Any


@dataclass
class DaySums:
    """The sums of each day of an activity, what a closed year keeps; the busiest slot of each day, and the capacity by age group."""

    capacity: Any
    booked: Any
    present: Any
    busiest: Any
    limits: Any


def fill(
    town: Town, people: People, site: SitePlan, activity: ActivityPlan, place: int, child: Any, family: Any, group: Any
) -> tuple[Charged, DaySums]:
    """Plants the year of one activity for its registered children (places in `people`), and gives what it costs."""
    rng = town.rng("days", site.index * 10 + place)
    wish = wishes(town, rng, activity, len(child))
    count, days, slots, groups = len(wish.day), len(activity.days), len(activity.slots), len(activity.groups)
    past = activity.days < town.today
    fate = np.full(count, CONFIRMED)
    fate[(rng.random(count) < 0.04) & ~wish.recent] = CANCELLED
    if activity.is_prepaid:
        fate[(rng.random(count) < 0.02) & ~wish.recent] = LAPSED
        fate[wish.recent] = TO_PAY
    if activity.needs_validation:
        fate[wish.recent] = PENDING
    of_group = group[wish.registered]
    needs = np.isin(fate, (CONFIRMED, TO_PAY))
    limit = capacities(wish, of_group, needs, days, slots, groups, FULL_SHARE[activity.name])
    capacity = np.broadcast_to(limit, (days, slots, groups)).copy()
    overbooking = np.zeros_like(capacity)
    overbooking[days // 3] = 2
    room = seat_them(wish, of_group, fate, needs, capacity + overbooking)
    full = room.min(axis=1) <= 0
    turn_away(rng, wish, fate, of_group, room, past, activity.name != "Périscolaire")
    hold_offers(rng, town, activity, wish, fate, of_group)
    waits = np.zeros((days, groups), bool)
    waits[wish.day[fate == WAITS], of_group[fate == WAITS]] = True
    absent = (fate == CONFIRMED) & (rng.random(count) < 0.02) & ~(waits | (full & ~past[:, None]))[wish.day, of_group]
    fate[absent] = ABSENT
    in_time = rng.random(count) < 0.6

    first_seat = int(town.loader.ids(Seats, days * slots * groups)[0])
    family_of = _payers(people, activity, wish, child, family)
    kept = _bookings(town, rng, activity, wish, fate, in_time, of_group, first_seat, child, family_of, people)
    counts = attend(town, rng, people, site, activity, wish, kept, child, family, group, first_seat, past)
    entries = _waiting_list(town, rng, people, activity, wish, fate, of_group, first_seat, child, family_of)
    sums = _seats(town, site, activity, capacity, overbooking, kept, counts, entries, first_seat, past)
    return _charges(people, activity, wish, kept, counts, child, family), sums


def _payers(people: People, activity: ActivityPlan, wish: Wishes, child: Any, family: Any) -> Any:
    """The family of each wish: separated parents take turns by week."""
    second = people.child_second[child][wish.registered]
    week = (activity.days.view(np.int64)[wish.day] + 3) // 7
    return np.where((second >= 0) & (week % 2 == 1), second, family[wish.registered])


def _bookings(
    town: Town,
    rng: np.random.Generator,
    activity: ActivityPlan,
    wish: Wishes,
    fate: Any,
    in_time: Any,
    group: Any,
    first_seat: int,
    child: Any,
    family_of: Any,
    people: People,
) -> Kept:
    slots, groups = len(activity.slots), len(activity.groups)
    parts = [np.flatnonzero((fate <= LAPSED) & (wish.slots >> slot & 1 == 1)) for slot in range(slots)]
    of_wish = np.concatenate(parts)
    slot = np.repeat(np.arange(slots), [len(part) for part in parts])
    order = np.lexsort((slot, wish.day[of_wish]))
    of_wish, slot = of_wish[order], slot[order]
    state = fate[of_wish]
    holds = np.isin(state, (TO_PAY, CONFIRMED)) | ((state == ABSENT) & ~in_time[of_wish])
    seat = (wish.day[of_wish] * slots + slot) * groups + group[of_wish]
    ids = town.loader.ids(Booking, len(of_wish))
    asked = wish.asked[of_wish]
    day = activity.days[wish.day[of_wish]]
    last = np.minimum(town.now, town.at(day, 25_000))
    span = np.maximum((last - asked).astype(np.int64), 60)
    ended = np.where(state >= ABSENT, asked + (span * rng.random(len(span))[...]).astype("timedelta64[s]"), np.datetime64("NaT"))
    hold = np.where(state == TO_PAY, town.now + np.timedelta64(36, "h"), np.datetime64("NaT"))
    slot_ids = np.array([plan.id for plan in activity.slots])
    town.loader.columns(
        Booking,
        id=ids,
        seats_id=seat + first_seat,
        day=day,
        slot_id=slot_ids[slot],
        child_id=people.child_ids[child[wish.registered[of_wish]]],
        family_id=people.family_ids[family_of[of_wish]],
        state=_STATES[state],
        holds_seat=holds,
        hold_until_at=hold,
        asked_at=asked,
        ended_at=ended,
        reason=_REASONS[state],
    )
    return Kept(of_wish, slot, state, holds, seat, family_of[of_wish], ids)


def _waiting_list(
    town: Town,
    rng: np.random.Generator,
    people: People,
    activity: ActivityPlan,
    wish: Wishes,
    fate: Any,
    group: Any,
    first_seat: int,
    child: Any,
    family_of: Any,
) -> tuple[Any, Any, Any]:
    """Plants entries and offers; gives how many wait, hold by an offer, and were turned down, by seats."""
    days, slots, groups = len(activity.days), len(activity.slots), len(activity.groups)
    size = days * slots * groups
    entries = np.flatnonzero((fate == WAITS) | (fate == OFFERED) | (fate == GAVE_UP))
    # The one who holds an offer was first in line.
    entries = entries[np.lexsort((wish.asked[entries], fate[entries] != OFFERED, wish.day[entries]))]
    ids = town.loader.ids(WaitingListEntry, len(entries))
    state = np.where(
        fate[entries] == WAITS, "waiting", np.where(fate[entries] == OFFERED, "offered", pick_ended(rng, len(entries)))
    ).astype(object)
    asked = np.minimum(wish.asked[entries], town.now - np.timedelta64(3, "D"))
    gone = fate[entries] == GAVE_UP
    town.loader.columns(
        WaitingListEntry,
        id=ids,
        child_id=people.child_ids[child[wish.registered[entries]]],
        family_id=people.family_ids[family_of[entries]],
        activity_id=activity.id,
        day=activity.days[wish.day[entries]],
        position=places(wish.day[entries]) + 1,
        state=state,
        asked_at=asked,
        ended_at=np.where(gone, town.at(np.minimum(activity.days[wish.day[entries]] - 1, town.today - 1), 64_800), np.datetime64("NaT")),
    )
    waiting, held, refused = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, np.int64)
    for slot in range(slots):
        asks = wish.slots[entries] >> slot & 1 == 1
        seat = (wish.day[entries] * slots + slot) * groups + group[entries]
        town.loader.columns(WaitingListSeats, entry_id=ids[asks], seats_id=seat[asks] + first_seat)
        waiting += np.bincount(seat[asks & ~gone], minlength=size)
        held += np.bincount(seat[asks & (fate[entries] == OFFERED)], minlength=size)
        turned = np.flatnonzero(np.isin(fate, (REFUSED, GAVE_UP)) & (wish.slots >> slot & 1 == 1))
        refused += np.bincount((wish.day[turned] * slots + slot) * groups + group[turned], minlength=size)
    offered = np.flatnonzero(fate[entries] == OFFERED)
    made = town.now - rng.integers(3_600, 20 * 3_600, len(offered)).astype("timedelta64[s]")
    town.loader.columns(Offer, entry_id=ids[offered], state="open", made_at=made, lapses_at=made + np.timedelta64(48, "h"))
    return waiting, held, refused


def pick_ended(rng: np.random.Generator, count: int) -> Any:
    """How past entries of a waiting list ended."""
    return np.where(rng.random(count) < 0.6, "lapsed", "withdrawn")


def _seats(
    town: Town,
    site: SitePlan,
    activity: ActivityPlan,
    capacity: Any,
    overbooking: Any,
    kept: Kept,
    counts: Counts,
    entries: Any,
    first_seat: int,
    past: Any,
) -> DaySums:
    days, slots, groups = capacity.shape
    size = days * slots * groups
    waiting, held, refused = entries
    day = np.repeat(np.arange(days), slots * groups)
    taken = np.bincount(kept.seat[kept.holds], minlength=size) + held
    booked = np.bincount(kept.seat[kept.fate <= ABSENT], minlength=size)
    open_days = town.loader.ids(OpenDay, days)
    town.loader.columns(OpenDay, id=open_days, activity_id=activity.id, day=activity.days)
    over = overbooking.ravel()
    locked = np.where(
        past & (activity.days < town.today - 7), town.at(np.minimum(activity.days + 7, town.today), 28_800), np.datetime64("NaT")
    )
    town.loader.columns(
        Seats,
        id=np.arange(first_seat, first_seat + size),
        open_day_id=open_days[day],
        activity_id=activity.id,
        day=activity.days[day],
        slot_id=np.tile(np.repeat([slot.id for slot in activity.slots], groups), days),
        age_group_id=np.tile([group[0] for group in activity.groups], days * slots),
        capacity=capacity.ravel(),
        overbooking=over,
        overbooking_reason=["Fratrie accueillie, accord de la direction" if extra else None for extra in over.tolist()],
        taken=taken,
        waiting=waiting,
        refused=refused,
        booked=booked,
        present=counts.seat_present,
        no_show=counts.seat_missed,
        attendance_locked_at=locked[day],
    )
    capacities, asked, present = (column.reshape(days, -1).sum(axis=1) for column in (capacity, booked, counts.seat_present))
    one = int(np.argmax(activity.days > town.today)) * slots * groups
    change = {"capacity": [int(capacity.flat[one]) - 2, int(capacity.flat[one])]}
    town.told.append(Told("denis", "change_capacity", "seats", first_seat + one, None, site.id, change))
    busiest = booked.reshape(days, slots, groups).sum(axis=2).max(axis=1)
    return DaySums(capacities, asked, present, busiest, capacity[0, 0])


def _charges(people: People, activity: ActivityPlan, wish: Wishes, kept: Kept, counts: Counts, child: Any, family: Any) -> Charged:
    """A confirmed booking is charged, an absence told too late as well; one cancelled in five had been charged, and no longer is."""
    cancelled = (kept.fate == CANCELLED) & (kept.ids % 5 == 0)
    paid = np.flatnonzero((kept.fate == CONFIRMED) | (kept.fate == TO_PAY) | ((kept.fate == ABSENT) & kept.holds) | cancelled)
    of_family = np.concatenate([kept.family[paid], family[counts.special_registered]])
    slot = np.concatenate([kept.slot[paid], counts.special_slot])
    prices, meals = np.array([plan.prices for plan in activity.slots]), np.array([plan.meal_parts for plan in activity.slots])
    bracket = people.bracket[of_family]
    special = len(counts.special_registered)
    return Charged(
        family=of_family,
        child=np.concatenate([child[wish.registered[kept.wish[paid]]], child[counts.special_registered]]),
        slot=slot,
        day=activity.days[np.concatenate([wish.day[kept.wish[paid]], counts.special_day])],
        booking=np.concatenate([kept.ids[paid], np.zeros(special, np.int64)]),
        amount=prices[slot, bracket],
        meal=meals[slot, bracket],
        void=np.concatenate([cancelled[paid], np.zeros(special, bool)]),
    )

"""The days of an activity: open days, seats, bookings in every state, the waiting list with its offers, and who came.

Attendance follows what was measured in 94,633 real site-days of canteens: 0.93 to 0.95 of what is booked comes, with days far below
and some above.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from db.demo.town import ActivityPlan, People, SitePlan, Told, Town
from db.demo.wishes import Wishes, wishes
from db.models import Attendance, Booking, Offer, OpenDay, Seats, WaitingListEntry, WaitingListSeats

PENDING, TO_PAY, CONFIRMED, ABSENT, CANCELLED, REFUSED, LAPSED, WAITS, OFFERED, GAVE_UP, NOTHING = range(11)
_STATES = np.array(["pending", "to_pay", "confirmed", "absent", "cancelled", "refused", "lapsed"], object)
_REASONS = np.array(
    [None, None, None, "Absence annoncée par la famille", "Annulée par la famille", "Plus de place ce jour-là", None], object
)
FULL_SHARE = {"Périscolaire": 0.93, "Mercredi": 0.8, "Vacances": 0.75, "CAJ": 0.85}


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
    limit = _capacity(wish, of_group, needs, days, slots, groups, FULL_SHARE[activity.name])
    capacity = np.broadcast_to(limit, (days, slots, groups)).copy()
    overbooking = np.zeros_like(capacity)
    overbooking[days // 3] = 2
    room = _seat_them(wish, of_group, fate, needs, capacity + overbooking)
    full = room.min(axis=1) <= 0
    _turn_away(rng, wish, fate, of_group, room, past, activity.name != "Périscolaire")
    _offers(rng, town, activity, wish, fate, of_group)
    waits = np.zeros((days, groups), bool)
    waits[wish.day[fate == WAITS], of_group[fate == WAITS]] = True
    absent = (fate == CONFIRMED) & (rng.random(count) < 0.02) & ~(waits | (full & ~past[:, None]))[wish.day, of_group]
    fate[absent] = ABSENT
    in_time = rng.random(count) < 0.6

    first_seat = int(town.loader.ids(Seats, days * slots * groups)[0])
    family_of = _payers(people, activity, wish, child, family)
    kept = _bookings(town, rng, activity, wish, fate, in_time, of_group, first_seat, child, family_of, people)
    counts = _attendance(town, rng, people, site, activity, wish, kept, child, family, group, first_seat, past)
    entries = _waiting_list(town, rng, people, activity, wish, fate, of_group, first_seat, child, family_of)
    sums = _seats(town, site, activity, capacity, overbooking, kept, counts, entries, first_seat, past)
    return _charges(people, activity, wish, kept, counts, child, family), sums


def _capacity(wish: Wishes, group: Any, needs: Any, days: int, slots: int, groups: int, share: float) -> Any:
    asked = np.zeros((days, slots, groups), np.int64)
    for slot in range(slots):
        here = needs & (wish.slots >> slot & 1 == 1)
        np.add.at(asked, (wish.day[here], slot, group[here]), 1)
    busiest = asked.max(axis=1)
    limits = [np.quantile(day[day > 0], share) if (day > 0).any() else 0 for day in busiest.T]
    return np.maximum(6, np.ceil(np.array(limits) / 2) * 2).astype(np.int64)


def _places(keys: Any) -> Any:
    """The place of each row among those with its key, in their order."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(keys) else np.zeros(0, np.int64)
    places = np.empty(len(keys), np.int64)
    places[order] = np.arange(len(keys)) - np.repeat(starts, np.diff(np.r_[starts, len(keys)]))
    return places


def _seat_them(wish: Wishes, group: Any, fate: Any, needs: Any, room: Any) -> Any:
    """First come, first served, all slots of a wish or none; those left without become NOTHING. Gives the room that is left."""
    room = room.copy()
    slots, groups = room.shape[1:]
    waiting = np.flatnonzero(needs)
    waiting = waiting[np.argsort(wish.asked[waiting], kind="stable")]
    while len(waiting):
        fits = np.ones(len(waiting), bool)
        for slot in range(slots):
            asks = np.flatnonzero(wish.slots[waiting] >> slot & 1)
            day, of = wish.day[waiting[asks]], group[waiting[asks]]
            fits[asks] &= _places(day * groups + of) < room[day, slot, of]
        if not fits.any():
            break
        for slot in range(slots):
            seated = waiting[fits & (wish.slots[waiting] >> slot & 1 == 1)]
            np.subtract.at(room, (wish.day[seated], slot, group[seated]), 1)
        waiting = waiting[~fits]
    fate[waiting] = NOTHING
    return room


def _turn_away(rng: np.random.Generator, wish: Wishes, fate: Any, group: Any, room: Any, past: Any, has_list: bool) -> None:
    left = np.flatnonzero(fate == NOTHING)
    lots = rng.random(len(left))
    was = past[wish.day[left]]
    blocked = np.zeros(len(left), bool)
    for slot in range(room.shape[1]):
        blocked |= (wish.slots[left] >> slot & 1 == 1) & (room[wish.day[left], slot, group[left]] <= 0)
    fate[left[lots < 0.3]] = REFUSED
    if has_list:
        fate[left[was & (lots > 0.6)]] = GAVE_UP
        fate[left[~was & blocked & (lots >= 0.15)]] = WAITS
        fate[left[~was & blocked & (lots < 0.15)]] = REFUSED


def _offers(rng: np.random.Generator, town: Town, activity: ActivityPlan, wish: Wishes, fate: Any, group: Any) -> None:
    """On some of the coming full days a seat has just been freed, and is held for the first in line."""
    groups = len(activity.groups)
    ahead = (activity.days - town.today).astype(np.int64)[wish.day]
    key = wish.day * groups + group
    full = np.unique(key[fate == WAITS])
    seated = np.flatnonzero((fate == CONFIRMED) & np.isin(key, full) & (ahead > 1) & (ahead < 30))
    for one in np.unique(key[seated])[:3]:
        fate[rng.choice(seated[key[seated] == one])] = OFFERED


def _payers(people: People, activity: ActivityPlan, wish: Wishes, child: Any, family: Any) -> Any:
    """The family of each wish: separated parents take turns by week."""
    second = people.child_second[child][wish.registered]
    week = (activity.days.view(np.int64)[wish.day] + 3) // 7
    return np.where((second >= 0) & (week % 2 == 1), second, family[wish.registered])


@dataclass
class _Kept:
    wish: Any
    slot: Any
    fate: Any
    holds: Any
    seat: Any
    family: Any
    ids: Any


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
) -> _Kept:
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
    return _Kept(of_wish, slot, state, holds, seat, family_of[of_wish], ids)


@dataclass
class _Counts:
    seat_present: Any
    seat_missed: Any
    special_registered: Any
    special_day: Any
    special_slot: Any


def _attendance(
    town: Town,
    rng: np.random.Generator,
    people: People,
    site: SitePlan,
    activity: ActivityPlan,
    wish: Wishes,
    kept: _Kept,
    child: Any,
    family: Any,
    group: Any,
    first_seat: int,
    past: Any,
) -> _Counts:
    days, slots, groups = len(activity.days), len(activity.slots), len(activity.groups)
    due = np.flatnonzero((kept.fate == CONFIRMED) & past[wish.day[kept.wish]])
    # A usual day loses one child in thirty; one day in thirty an outing or an epidemic takes many more.
    shock = np.where(rng.random(days) < 0.035, rng.uniform(0.12, 0.42, days), rng.gamma(0.9, 0.022, days))
    lot = rng.random(len(due))
    risk = 0.012 + shock[wish.day[kept.wish[due]]]
    state = np.where(lot < risk * 0.7, 0, np.where(lot < risk, 1, np.where(lot < risk + 0.03, 2, 3)))
    none = np.zeros((len(child), days), bool)
    none[wish.registered, wish.day] = True
    rate = np.where(rng.random(days) < 0.1, rng.uniform(0.02, 0.08, days), 0.004) * past
    special, special_day = np.nonzero(~none & (rng.random((len(child), days)) < rate))
    special_slot = rng.integers(0, slots, len(special))
    special_seat = (special_day * slots + special_slot) * groups + group[special]

    slot = np.concatenate([kept.slot[due], special_slot])
    starts, ends = np.array([plan.starts for plan in activity.slots])[slot], np.array([plan.ends for plan in activity.slots])[slot]
    day = activity.days[np.concatenate([wish.day[kept.wish[due]], special_day])]
    words = np.array(["no_show", "excused", "late", "present"], object)
    code = np.concatenate([state, np.full(len(special), 3)])
    total = len(code)
    came = code >= 2
    arrived = np.where(
        came, town.at(day, starts + np.where(code == 2, rng.integers(900, 2_700, total), rng.integers(0, 800, total))), np.datetime64("NaT")
    )
    left = np.where(came, town.at(day, ends - rng.integers(0, 1_500, total)), np.datetime64("NaT"))
    seat = np.concatenate([kept.seat[due], special_seat])
    booking = np.concatenate([kept.ids[due], np.zeros(len(special), np.int64)])
    town.loader.columns(
        Attendance,
        seats_id=seat + first_seat,
        child_id=people.child_ids[np.concatenate([child[wish.registered[kept.wish[due]]], child[special]])],
        family_id=people.family_ids[np.concatenate([kept.family[due], family[special]])],
        booking_id=[number or None for number in booking.tolist()],
        state=words[code],
        arrived_at=arrived,
        left_at=left,
        recorded_at=town.at(day, ends),
        recorded_by_id=site.leader_id,
    )
    size = days * slots * groups
    present, missed = np.bincount(seat[came], minlength=size), np.bincount(seat[code == 0], minlength=size)
    return _Counts(present, missed, special, special_day, special_slot)


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
        position=_places(wish.day[entries]) + 1,
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
    kept: _Kept,
    counts: _Counts,
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


def _charges(people: People, activity: ActivityPlan, wish: Wishes, kept: _Kept, counts: _Counts, child: Any, family: Any) -> Charged:
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

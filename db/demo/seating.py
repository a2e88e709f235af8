"""Who gets a seat: first come, first served, all slots of a wish or none; who is turned away, waits, or holds an offer."""

from typing import Any

import numpy as np

from db.demo.town import ActivityPlan, Town
from db.demo.wishes import Wishes

PENDING, TO_PAY, CONFIRMED, ABSENT, CANCELLED, REFUSED, LAPSED, WAITS, OFFERED, GAVE_UP, NOTHING = range(11)
FULL_SHARE = {"Périscolaire": 0.93, "Mercredi": 0.8, "Vacances": 0.75, "CAJ": 0.85}


def capacities(wish: Wishes, group: Any, needs: Any, days: int, slots: int, groups: int, share: float) -> Any:
    """A capacity for each age group that is enough on `share` of the days."""
    asked = np.zeros((days, slots, groups), np.int64)
    for slot in range(slots):
        here = needs & (wish.slots >> slot & 1 == 1)
        np.add.at(asked, (wish.day[here], slot, group[here]), 1)
    busiest = asked.max(axis=1)
    limits = [np.quantile(day[day > 0], share) if (day > 0).any() else 0 for day in busiest.T]
    return np.maximum(6, np.ceil(np.array(limits) / 2) * 2).astype(np.int64)


def places(keys: Any) -> Any:
    """The place of each row among those with its key, in their order."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(keys) else np.zeros(0, np.int64)
    places = np.empty(len(keys), np.int64)
    places[order] = np.arange(len(keys)) - np.repeat(starts, np.diff(np.r_[starts, len(keys)]))
    return places


def seat_them(wish: Wishes, group: Any, fate: Any, needs: Any, room: Any) -> Any:
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
            fits[asks] &= places(day * groups + of) < room[day, slot, of]
        if not fits.any():
            break
        for slot in range(slots):
            seated = waiting[fits & (wish.slots[waiting] >> slot & 1 == 1)]
            np.subtract.at(room, (wish.day[seated], slot, group[seated]), 1)
        waiting = waiting[~fits]
    fate[waiting] = NOTHING
    return room


def turn_away(rng: np.random.Generator, wish: Wishes, fate: Any, group: Any, room: Any, past: Any, has_list: bool) -> None:
    """What becomes of wishes without a seat: refused, waiting, given up."""
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


def hold_offers(rng: np.random.Generator, town: Town, activity: ActivityPlan, wish: Wishes, fate: Any, group: Any) -> None:
    """On some of the coming full days a seat has just been freed, and is held for the first in line."""
    groups = len(activity.groups)
    ahead = (activity.days - town.today).astype(np.int64)[wish.day]
    key = wish.day * groups + group
    full = np.unique(key[fate == WAITS])
    seated = np.flatnonzero((fate == CONFIRMED) & np.isin(key, full) & (ahead > 1) & (ahead < 30))
    for one in np.unique(key[seated])[:3]:
        fate[rng.choice(seated[key[seated] == one])] = OFFERED

"""Who came: attendance of past days near what was measured, with late ones, no-shows, and children nobody expected."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from db.demo.seating import CONFIRMED
from db.demo.town import ActivityPlan, People, SitePlan, Town
from db.demo.wishes import Wishes
from db.models import Attendance


@dataclass
class Kept:
    """The planted bookings as columns: places of wish, slot and seats, what became of each, whether it holds, who pays."""

    wish: Any
    slot: Any
    fate: Any
    holds: Any
    seat: Any
    family: Any
    ids: Any


@dataclass
class Counts:
    """How many came and were missed by seats, and the special presences: registration, day and slot."""

    seat_present: Any
    seat_missed: Any
    special_registered: Any
    special_day: Any
    special_slot: Any


def attend(
    town: Town,
    rng: np.random.Generator,
    people: People,
    site: SitePlan,
    activity: ActivityPlan,
    wish: Wishes,
    kept: Kept,
    child: Any,
    family: Any,
    group: Any,
    first_seat: int,
    past: Any,
) -> Counts:
    """Plants the attendance of the past days."""
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
    return Counts(present, missed, special, special_day, special_slot)

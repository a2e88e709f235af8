"""What families ask for over the year: for each registered child, the days and the slots, and when it was asked."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from db.demo.town import ActivityPlan, Town, day_of

AHEAD = 70
OPENING = 42


@dataclass
class Wishes:
    """One wish is one child on one day, as columns: places of the registration and of the day, the set of slots (bits), and when."""

    registered: Any
    day: Any
    slots: Any
    asked: Any
    recent: Any


def wishes(town: Town, rng: np.random.Generator, activity: ActivityPlan, children: int) -> Wishes:
    """Draws the wishes of the registered children of an activity."""
    days = activity.days
    ahead = (days - town.today).astype(np.int64)
    mask, sets = _habits(town, rng, activity, children, ahead)
    registered, day = np.nonzero(mask)
    count = len(registered)
    if activity.name == "Vacances":
        opened = _openings(town, days)[day]
        asked_on = opened + np.minimum(rng.exponential(6, count), 30).astype(np.int64)
    else:
        asked_on = days[day] - 5 - rng.exponential(25, count).astype(np.int64)
    asked_on = np.maximum(asked_on, day_of(town.year.starts_on) - 70)
    asked = town.at(np.minimum(asked_on, town.today), rng.integers(21_600, 82_000, count))
    recent = (ahead[day] > 1) & (rng.random(count) < 0.02)
    latest = town.now - rng.integers(1_800, 36 * 3_600, count).astype("timedelta64[s]")
    older = town.now - rng.integers(36 * 3_600, 15 * 86_400, count).astype("timedelta64[s]")
    asked = np.where(recent, latest, np.minimum(asked, older))
    return Wishes(registered, day, sets[registered, day], asked, recent)


def _habits(town: Town, rng: np.random.Generator, activity: ActivityPlan, children: int, ahead: Any) -> tuple[Any, Any]:
    count = len(activity.days)
    draws = rng.random((children, count))
    popular = np.where(np.arange(count) % 6 == 2, 1.35, 1.0)
    coming = np.flatnonzero(ahead > 2)
    popular[coming[[0, 2, 5]] if len(coming) > 5 else coming] = 1.5
    if activity.name == "Périscolaire":
        weekday = (activity.days.astype("datetime64[D]").view(np.int64) + 3) % 7
        pattern = rng.random((children, 7)) < rng.uniform(0.4, 1.0, (children, 1))
        mask = pattern[:, weekday] & (draws < 0.95)
        habit = rng.choice([1, 2, 3], (children, 1), p=[0.16, 0.5, 0.34])
        sets = np.where(rng.random((children, count)) < 0.06, 2, habit)
    elif activity.name == "CAJ":
        mask = draws < rng.uniform(0.1, 0.5, (children, 1)) * popular
        sets = np.ones((children, count), np.int64)
    else:
        habit = rng.choice([7, 3, 6, 1, 4], (children, 1), p=[0.66, 0.14, 0.06, 0.06, 0.08])
        sets = np.where(rng.random((children, count)) < 0.08, 7, habit)
        if activity.name == "Mercredi":
            mask = draws < rng.beta(4, 2, (children, 1)) * popular
        else:
            weeks = (activity.days.view(np.int64) + 3) // 7
            _, week = np.unique(weeks, return_inverse=True)
            chosen = rng.random((children, week.max() + 1)) < 0.36
            mask = chosen[:, week] & (draws < 0.8 * popular) & (_openings(town, activity.days) < town.today)
    if activity.name != "Vacances":
        mask &= (ahead <= AHEAD) | (rng.random((children, count)) < 0.7)
    return mask, sets


def _openings(town: Town, days: Any) -> Any:
    """The day on which the booking of each holiday day opens."""
    spans = town.year.school_holidays
    starts = np.array([day_of(span.starts_on) for span in spans])
    return starts[np.searchsorted(starts, days, side="right") - 1] - OPENING

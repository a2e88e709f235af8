"""Folding: rows of `reading.read` into days, weeks, months, weekdays; and the four rates of domain's definitions.

fill_rate = booked ÷ offered; occupancy_rate = present ÷ offered; attendance_rate = present ÷ booked; no_show_rate = booked and
absent without a word ÷ booked.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from domain.statistics.reading import FIGURES, TERMS, Figures

RATES = {"fill_rate": "fill", "occupancy_rate": "occupancy", "attendance_rate": "attendance", "no_show_rate": "no_show"}
GRAINS = ("day", "week", "month")


def total(rows: pd.DataFrame) -> "pd.Series[Any]":
    """All the rows in one: sums of the known figures and the four rates; NaN where nothing is known."""
    return _rated(rows[[*FIGURES, *TERMS]].sum(min_count=1).to_frame().T).iloc[0]


def by_day(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per day: day, week (its Monday), weekday (0 Monday … 6 Sunday), figures and rates."""
    days = _folded(rows, ["day"])
    days["weekday"] = days["day"].dt.day_of_week
    days["week"] = days["day"] - pd.to_timedelta(days["weekday"], unit="D")
    return days


def by_weekday_and_slot(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per weekday and slot name, slots in the order of their hours; rows without slot (daily totals) come last."""
    named = rows.assign(weekday=rows["day"].dt.day_of_week, slot=rows["slot"].fillna(""))
    starts = {slot: min(begins) for slot, begins in named.dropna(subset=["slot_starts"]).groupby("slot")["slot_starts"]}
    folded = _folded(named, ["weekday", "slot"])
    folded["days"] = (
        named.groupby(["weekday", "slot"])["day"].nunique().reindex(pd.MultiIndex.from_frame(folded[["weekday", "slot"]])).to_numpy()
    )
    order = folded["slot"].map(lambda slot: (slot == "", str(starts.get(slot, "")), slot))
    return folded.assign(_order=order).sort_values(["weekday", "_order"], ignore_index=True).drop(columns="_order")


def grain_of(from_on: date, until_on: date) -> str:
    """How finely a period is drawn: by day up to six weeks, by week up to 14 months, by month above."""
    days = (until_on - from_on).days + 1
    return "day" if days <= 42 else "week" if days <= 430 else "month"


def over_time(rows: pd.DataFrame, grain: str) -> pd.DataFrame:
    """One row per `day`, `week` (its Monday) or `month` (its first day), in column `day`: figures and rates."""
    return _folded(rows.assign(day=_starts(rows["day"], grain)), ["day"])


def no_show(rows: pd.DataFrame, grain: str) -> pd.DataFrame:
    """Over time, where the absences without a word are known: day, booked (of those), no_show, no_show_rate."""
    known = over_time(rows, grain).dropna(subset=["no_show_rate"])
    return known.assign(booked=known["no_show_by"])[["day", "booked", "no_show", "no_show_rate"]].reset_index(drop=True)


def compare(figures: Figures, grain: str, measure: str) -> pd.DataFrame:
    """A measure over time beside the year before, on the same line when 364 days lie between: day, now, before."""
    sides = [over_time(rows, grain).set_index("day")[measure] for rows in (figures.now, figures.before)]
    both = pd.concat(sides, axis=1, keys=["now", "before"]).sort_index()
    both.index.name = "day"
    return both.dropna(how="all").reset_index()


def compare_totals(figures: Figures, until_on: date, measures: Sequence[str] = ("booked", "present")) -> pd.DataFrame:
    """The period so far (to `until_on`, so that days to come do not count on one side alone) and the year before, in one frame.

    Index: measure; columns: now, before, change (a ratio; NaN when either is unknown or the past is nothing).
    """
    sides = [total(rows[rows["day"] <= pd.Timestamp(until_on)]) for rows in (figures.now, figures.before)]
    frame = pd.DataFrame({name: side[list(measures)].astype(float) for name, side in zip(("now", "before"), sides, strict=True)})
    frame["change"] = frame["now"] / frame["before"].where(frame["before"] > 0) - 1
    return frame


def _starts(days: "pd.Series[Any]", grain: str) -> "pd.Series[Any]":
    if grain == "day":
        return days
    since = days.dt.day_of_week if grain == "week" else days.dt.day - 1
    first: pd.Series[Any] = days - pd.to_timedelta(since, unit="D")
    return first


def _folded(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return _rated(rows.groupby(keys, as_index=False)[[*FIGURES, *TERMS]].sum(min_count=1))


def _rated(rows: pd.DataFrame) -> pd.DataFrame:
    rates = {}
    for rate, term in RATES.items():
        per = rows[f"{term}_by"]
        rates[rate] = (rows[f"{term}_of"] / per.where(per > 0)).replace([np.inf, -np.inf], np.nan)
    return rows.assign(**rates)

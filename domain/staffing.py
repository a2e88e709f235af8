"""How many adults the children of a day need, by the supervision ratios of the Code de l'action sociale et des familles.

The ratios (R.227-15 extrascolaire, R.227-16 périscolaire; décret 2018-647) are a dated setting: the table in force on a day counts.
They are judged at the day's peak, not on an average. Above fifty children the director comes on top of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby
from math import ceil
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Account, Activity, AgeGroup, OpenDay, Seats, Setting, Site, Slot, StaffPlan
from domain import journal, rights, structure
from domain.refusals import DoesNotExist, NothingChosen, Refusal, upright

LONGEST = 62
"""Days of the longest period whose need is shown at once."""

DIRECTOR_APART_ABOVE = 50
LONG_DAY_HOURS = 5
PAUSE_MINUTES = 60
MOST_ADULTS = 999

# A canteen is a périscolaire break; a youth club without a row of its own follows the extrascolaire ratios.
_LEGAL: list[dict[str, Any]] = structure.KNOWN["staffing_ratios"].default
_STANDS_FOR = {"canteen": "periscolaire", "youth": "extrascolaire"}

Ratio = tuple[int, int]
Hours = tuple[time, time]


@dataclass(eq=False)
class NotAStaffNumber(Refusal):
    """A number of adults is negative or beyond all measure."""

    value: object
    most: int = MOST_ADULTS


@dataclass(frozen=True)
class Expected:
    """Children expected in one slot of an activity and one age band of it."""

    activity_id: int
    kind: str
    has_pedt: bool
    hours: Hours
    under_six: int = 0
    six_and_over: int = 0


@dataclass(frozen=True)
class Need:
    """What a site needs at the peak of a day: when, children by band, adults for them, and a director apart or not."""

    at: time
    under_six: int
    six_and_over: int
    adults: int
    director_apart: bool

    @property
    def required(self) -> int:
        """Adults, the director included where he comes on top."""
        return self.adults + self.director_apart


def is_long_day(hours: Iterable[Hours]) -> bool:
    """Whether a day's slots add to more than five hours in a row; up to an hour between two slots, the children stay."""
    longest = run = 0
    last_end: int | None = None
    for starts, ends in sorted(hours):
        begin, end = _minutes(starts), _minutes(ends)
        if last_end is None or begin - last_end > PAUSE_MINUTES:
            run, last_end = 0, begin
        run += max(0, end - max(begin, last_end))
        last_end = max(end, last_end)
        longest = max(longest, run)
    return longest > LONG_DAY_HOURS * 60


def ratio(table: Sequence[dict[str, Any]], kind: str, has_pedt: bool, long_day: bool) -> Ratio:
    """Children per adult, under six and from six on, in a table of the setting `staffing_ratios`.

    A kind without a row of its own takes that of its family (canteen: périscolaire, youth club: extrascolaire); a table that does not
    know it at all gives way to the law's.
    """
    for rows in (table, _LEGAL):
        for named in (kind, _STANDS_FOR.get(kind, kind)):
            fitting = {row["pedt"]: row for row in rows if (row["kind"], row["long_day"]) == (named, long_day)}
            row = fitting.get(has_pedt, fitting.get(False))
            if row:
                return int(row["under_six"]), int(row["six_and_over"])
    raise LookupError(f"no supervision ratio for {kind}")


def adults_for(under_six: int, six_and_over: int, per_adult: Ratio) -> int:
    """Adults for a number of children of each band: each band is rounded up apart."""
    return ceil(under_six / per_adult[0]) + ceil(six_and_over / per_adult[1])


def need(expected: Sequence[Expected], table: Sequence[dict[str, Any]]) -> Need | None:
    """The need of one site on one day: the moment that asks for most adults (then for most children), or None without children.

    Slots overlap from their start to their end. Children of activities under the same ratio count together, others apart.
    """
    hours_of: dict[int, set[Hours]] = defaultdict(set)
    for group in expected:
        hours_of[group.activity_id].add(group.hours)
    long_day = {activity: is_long_day(hours) for activity, hours in hours_of.items()}
    moments = []
    for at in sorted({group.hours[0] for group in expected}):
        by_ratio: dict[Ratio, list[int]] = defaultdict(lambda: [0, 0])
        for group in expected:
            if group.hours[0] <= at < group.hours[1]:
                bands = by_ratio[ratio(table, group.kind, group.has_pedt, long_day[group.activity_id])]
                bands[0] += group.under_six
                bands[1] += group.six_and_over
        young, old = (sum(bands[band] for bands in by_ratio.values()) for band in (0, 1))
        adults = sum(adults_for(bands[0], bands[1], per_adult) for per_adult, bands in by_ratio.items())
        moments.append(Need(at, young, old, adults, young + old > DIRECTOR_APART_ABOVE))
    peak = max(moments, key=lambda moment: (moment.required, moment.under_six + moment.six_and_over), default=None)
    return peak if peak and peak.required else None


def team_mix(required: int) -> tuple[int, int]:
    """Of a number of required adults, how many are qualified at least, and unqualified at most (R.227-12)."""
    return ceil(required / 2), 1 if required in (3, 4) else required // 5


def sites(session: Session, by: Account) -> dict[int, str]:
    """The active sites in sight that have an activity: name by id, in the order of names. Raises NotAllowed."""
    rights.require(by, "capacity", rights.SEE)
    busy = select(Site.id, Site.name).where(Site.is_active, rights.at_sites(by, Site.id), Site.id.in_(select(Activity.site_id)))
    return {row.id: row.name for row in session.execute(busy.order_by(Site.name))}


def needs(session: Session, by: Account, from_on: date, until_on: date, site_ids: Sequence[int] = ()) -> pd.DataFrame:
    """The need and the plan of every site and day with children, in four queries.

    Columns: site_id, site, day, at, under_six, six_and_over, adults, director_apart, required, qualified, unqualified, planned,
    missing (both missing where nothing was planned). Expected children: the larger of those booked and those present.
    Raises NotAllowed, PeriodUpsideDown, PeriodTooLong (above 62 days).
    """
    rights.require(by, "capacity", rights.SEE)
    upright(from_on, until_on, LONGEST)
    closed = select(OpenDay.id).where(OpenDay.state == "closed", OpenDay.day.between(from_on, until_on))
    query = (
        select(
            Activity.site_id,
            Site.name,
            Seats.day,
            Activity.id,
            Activity.kind,
            Activity.has_pedt,
            Slot.starts_at,
            Slot.ends_at,
            AgeGroup.oldest < 6,
            Seats.booked,
            Seats.present,
        )
        .join(Activity, Activity.id == Seats.activity_id)
        .join(Site, Site.id == Activity.site_id)
        .join(Slot, Slot.id == Seats.slot_id)
        .join(AgeGroup, AgeGroup.id == Seats.age_group_id)
        .where(Seats.day.between(from_on, until_on), rights.at_sites(by, Activity.site_id), Seats.open_day_id.not_in(closed))
        .where(Site.id.in_(site_ids) if site_ids else Site.is_active)
        .order_by(Seats.day, Site.name, Activity.site_id)
    )
    tables = _ratios(session, until_on)
    adults = _planned(session, by, from_on, until_on)
    rows = []
    for (site_id, site, day), seats in groupby(session.execute(query), key=lambda row: (row[0], row[1], row[2])):
        groups = []
        for _s, _n, _d, activity, kind, pedt, starts, ends, young, booked, present in seats:
            count = max(booked, present)
            groups.append(Expected(activity, kind, pedt, (starts, ends), count if young else 0, 0 if young else count))
        peak = need(groups, _in_force(tables, day))
        if peak is None:
            continue
        planned_adults = adults.get((site_id, day))
        missing = None if planned_adults is None else max(0, peak.required - planned_adults)
        children = (peak.under_six, peak.six_and_over)
        rows.append((site_id, site, day, peak.at, *children, peak.adults, peak.director_apart, peak.required, planned_adults, missing))
    columns = ["site_id", "site", "day", "at", "under_six", "six_and_over", "adults", "director_apart", "required", "planned", "missing"]
    frame = pd.DataFrame(rows, columns=columns)
    mix = [team_mix(required) for required in frame["required"]]
    frame["qualified"], frame["unqualified"] = [low for low, _ in mix], [high for _, high in mix]
    return frame.astype({"planned": "Int64", "missing": "Int64"})


def plan_staff(session: Session, by: Account, site_id: int, day: date, adults: int) -> StaffPlan:
    """Says how many adults are planned at a site on a day; said again, it replaces.

    Raises NotAllowed, DoesNotExist (a site out of sight), NotAStaffNumber.
    """
    rights.require(by, "capacity")
    if isinstance(adults, bool) or not isinstance(adults, int) or not 0 <= adults <= MOST_ADULTS:
        raise NotAStaffNumber(adults)
    in_sight = select(Site.id).where(Site.id == site_id, rights.at_sites(by, Site.id))
    if session.scalar(in_sight.with_for_update(key_share=True)) is None:
        raise DoesNotExist("sites")
    plan = session.get(StaffPlan, (site_id, day))
    if plan is None:
        plan = StaffPlan(site_id=site_id, day=day, adults=adults)
        session.add(plan)
    elif plan.adults == adults:
        return plan
    else:
        plan.adults = adults
    journal.record(session, by, "plan_staff", plan)
    return plan


def plan_days(session: Session, by: Account, site_id: int, days: Sequence[date], adults: int) -> None:
    """Says the same number of adults for several days. Raises NothingChosen, and what `plan_staff` raises."""
    if not days:
        raise NothingChosen
    for day in sorted(days):
        plan_staff(session, by, site_id, day, adults)


def _ratios(session: Session, until_on: date) -> list[tuple[date, Any]]:
    rows = select(Setting.valid_from, Setting.value).where(Setting.name == "staffing_ratios", Setting.valid_from <= until_on)
    return [(begins, value) for begins, value in session.execute(rows.order_by(Setting.valid_from.desc()))]


def _in_force(tables: Sequence[tuple[date, Any]], day: date) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] | None = next((table for begins, table in tables if begins <= day), None)
    return found if found is not None else structure.KNOWN["staffing_ratios"].default


def _planned(session: Session, by: Account, from_on: date, until_on: date) -> dict[tuple[int, date], int]:
    query = select(StaffPlan.site_id, StaffPlan.day, StaffPlan.adults)
    query = query.where(StaffPlan.day.between(from_on, until_on), rights.at_sites(by, StaffPlan.site_id))
    return {(site_id, day): adults for site_id, day, adults in session.execute(query)}


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute

"""The figures of a period as frames: the kept counters of the seats, and the daily totals of imported and closed years."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, null, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.models import Account, Activity, DailyTotal, OpenDay, Seats, Site, Slot
from domain import clock, rights
from domain.refusals import upright

LONGEST = 800
"""Days of the longest period that is charted at once."""

A_YEAR_AGO = timedelta(days=364)
"""The same weekday of the same ISO week, a year before: 52 whole weeks."""

# What a row says (`offered` … `no_show`), and the terms of its rates: a numerator `_of` a denominator, both known.
FIGURES = ("offered", "booked", "present", "waiting", "refused", "no_show")
TERMS = ("fill_of", "fill_by", "occupancy_of", "occupancy_by", "attendance_of", "attendance_by", "no_show_of", "no_show_by")


@dataclass(frozen=True)
class Selection:
    """What is charted: a period, both days included, and the names of sites and activities (none chosen: all in sight)."""

    from_on: date
    until_on: date
    sites: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()

    @property
    def year_before(self) -> "Selection":
        """The same weekdays, 52 weeks earlier."""
        return Selection(self.from_on - A_YEAR_AGO, self.until_on - A_YEAR_AGO, self.sites, self.activities)


@dataclass(frozen=True)
class Choices:
    """What a person may choose: names of sites (`imported` ones are known from history alone) and of activities, and known days."""

    sites: tuple[str, ...]
    imported: tuple[str, ...]
    activities: tuple[str, ...]
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True)
class Figures:
    """Two frames, one row per day and slot (columns: day, slot, slot_starts, FIGURES, TERMS): the period, and the year before."""

    selection: Selection
    now: pd.DataFrame
    before: pd.DataFrame


def choices(session: Session, by: Account) -> Choices:
    """The sites, imported names, activities and days in a person's sight. Three queries. Raises NotAllowed."""
    rights.require(by, "statistics", rights.SEE)
    offered = session.execute(
        select(Activity.name, Site.name).join(Site, Site.id == Activity.site_id).where(rights.at_sites(by, Activity.site_id)).distinct()
    ).all()
    kept = session.execute(
        select(DailyTotal.site_name, DailyTotal.site_id, DailyTotal.activity_name, func.min(DailyTotal.day), func.max(DailyTotal.day))
        .where(_totals_in_sight(by))
        .group_by(DailyTotal.site_name, DailyTotal.site_id, DailyTotal.activity_name)
    ).all()
    first, last = session.execute(
        select(func.min(OpenDay.day), func.max(OpenDay.day))
        .join(Activity, Activity.id == OpenDay.activity_id)
        .where(rights.at_sites(by, Activity.site_id))
    ).one()
    firsts, lasts = [row[3] for row in kept] + [first], [row[4] for row in kept] + [last]
    return Choices(
        sites=_sorted(site for _, site in offered),
        imported=_sorted(row.site_name for row in kept if row.site_id is None),
        activities=_sorted([name for name, _ in offered] + [row.activity_name for row in kept]),
        first_on=min((day for day in firsts if day), default=None),
        last_on=max((day for day in lasts if day), default=None),
    )


def read(session: Session, by: Account, selection: Selection) -> Figures:
    """The figures of a selection and of the year before it, in three queries.

    Raises NotAllowed, PeriodUpsideDown and PeriodTooLong (above 800 days). Names out of the person's sight bring nothing.
    """
    rights.require(by, "statistics", rights.SEE)
    upright(selection.from_on, selection.until_on, LONGEST)
    rows = pd.concat([_seats(session, by, selection), _totals(session, by, selection)], ignore_index=True)
    rows["day"] = pd.to_datetime(rows["day"])
    rows[[*FIGURES, *TERMS]] = rows[[*FIGURES, *TERMS]].astype(float)
    before = selection.year_before
    return Figures(selection, _between(rows, selection), _between(rows, before).assign(day=lambda past: past["day"] + A_YEAR_AGO))


def _seats(session: Session, by: Account, selection: Selection) -> pd.DataFrame:
    """Day × slot name, from the seats of open days. Attendance is known where it was taken: locked, or somebody was marked."""
    activities = _activity_ids(session, by, selection)
    if activities is not None and not activities:
        return pd.DataFrame(columns=["day", "slot", "slot_starts", *FIGURES, *TERMS])
    marked = or_(Seats.attendance_locked_at.is_not(None), Seats.present + Seats.no_show > 0)
    closed = select(OpenDay.id).where(OpenDay.state == "closed", _in_either_period(OpenDay.day, selection))
    # An empty group tells nothing of its own; it counts as attended by nobody where the others of its slot were marked.
    idle = and_(Seats.booked == 0, Seats.day < clock.today())
    query = (
        select(
            Seats.day,
            Slot.name.label("slot"),
            func.min(Slot.starts_at).label("slot_starts"),
            func.sum(Seats.capacity).label("offered"),
            func.sum(Seats.booked).label("booked"),
            func.sum(case((marked, Seats.present))).label("present"),
            func.sum(Seats.waiting).label("waiting"),
            func.sum(Seats.refused).label("refused"),
            func.sum(case((marked, Seats.no_show))).label("no_show"),
            func.sum(case((or_(marked, idle), Seats.capacity))).label("occupancy_by"),
            func.sum(case((marked, Seats.booked))).label("attendance_by"),
        )
        .join(Slot, Slot.id == Seats.slot_id)
        .where(_in_either_period(Seats.day, selection), Seats.open_day_id.not_in(closed))
        .where(true() if activities is None else Seats.activity_id.in_(activities))
        .group_by(Seats.day, Slot.name)
    )
    rows = _frame(session, query)
    present, absent = rows["present"], rows["no_show"]
    return rows.assign(
        fill_of=rows["booked"],
        fill_by=rows["offered"],
        occupancy_of=present,
        occupancy_by=rows["occupancy_by"].where(present.notna()),
        attendance_of=present,
        no_show_of=absent,
        no_show_by=rows["attendance_by"],
    )


def _totals(session: Session, by: Account, selection: Selection) -> pd.DataFrame:
    """Day by day, from the daily totals; those of a closed year give way to the activity's own seats where it still has them."""
    both: dict[str, tuple[Any, Any]] = {
        "fill": (DailyTotal.booked, DailyTotal.capacity),
        "occupancy": (DailyTotal.present, DailyTotal.capacity),
        "attendance": (DailyTotal.present, DailyTotal.booked),
    }
    terms = []
    for name, (of, per) in both.items():
        known = and_(of.is_not(None), per.is_not(None))
        terms += [func.sum(case((known, of))).label(f"{name}_of"), func.sum(case((known, per))).label(f"{name}_by")]
    still_open = (
        exists()
        .where(OpenDay.activity_id == Activity.id, OpenDay.day == DailyTotal.day)
        .where(Activity.site_id == DailyTotal.site_id, Activity.name == DailyTotal.activity_name)
    )
    query = (
        select(
            DailyTotal.day,
            func.sum(DailyTotal.capacity).label("offered"),
            func.sum(DailyTotal.booked).label("booked"),
            func.sum(DailyTotal.present).label("present"),
            *terms,
            *(null().label(name) for name in ("waiting", "refused", "no_show", "no_show_of", "no_show_by")),
            literal(None).label("slot"),
            literal(None).label("slot_starts"),
        )
        .where(_in_either_period(DailyTotal.day, selection), _totals_in_sight(by), _totals_chosen(selection))
        .where(or_(DailyTotal.source == "import", ~still_open))
        .group_by(DailyTotal.day)
    )
    return _frame(session, query)


def _activity_ids(session: Session, by: Account, selection: Selection) -> list[int] | None:
    if not selection.sites and not selection.activities and rights.site_ids(by) is None:
        return None
    query = select(Activity.id).join(Site, Site.id == Activity.site_id).where(rights.at_sites(by, Activity.site_id))
    if selection.sites:
        query = query.where(Site.name.in_(selection.sites))
    if selection.activities:
        query = query.where(Activity.name.in_(selection.activities))
    return list(session.scalars(query.order_by(Activity.id)))


def _totals_in_sight(by: Account) -> ColumnElement[bool]:
    """Totals of a site are seen with the site; those of a name alone, by whoever sees every site."""
    sites = rights.site_ids(by)
    return true() if sites is None else DailyTotal.site_id.in_(sorted(sites))


def _totals_chosen(selection: Selection) -> ColumnElement[bool]:
    chosen: list[ColumnElement[bool]] = []
    if selection.sites:
        ids = select(Site.id).where(Site.name.in_(selection.sites))
        chosen.append(or_(DailyTotal.site_id.in_(ids), and_(DailyTotal.site_id.is_(None), DailyTotal.site_name.in_(selection.sites))))
    if selection.activities:
        chosen.append(DailyTotal.activity_name.in_(selection.activities))
    return and_(true(), *chosen)


def _in_either_period(day: InstrumentedAttribute[date], selection: Selection) -> ColumnElement[bool]:
    before = selection.year_before
    if before.until_on >= selection.from_on:
        return day.between(before.from_on, selection.until_on)
    return or_(day.between(selection.from_on, selection.until_on), day.between(before.from_on, before.until_on))


def _between(rows: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    return rows[rows["day"].between(pd.Timestamp(selection.from_on), pd.Timestamp(selection.until_on))].reset_index(drop=True)


def _frame(session: Session, query: Select[*tuple[Any, ...]]) -> pd.DataFrame:
    rows = pd.read_sql_query(query, session.connection())
    figures = [name for name in (*FIGURES, *TERMS) if name in rows]
    return rows.astype(dict.fromkeys(figures, float))


def _sorted(names: Any) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}))

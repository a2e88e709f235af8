"""Looking at the seats: by cell (day × slot × age group) or by day, to a frame. The statements are built once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import BindParameter, Select, bindparam, case, func, select
from sqlalchemy.orm import Session

from db.models import Account, Activity, AgeGroup, OpenDay, Seats, Site, Slot
from domain import rights
from domain.refusals import DoesNotExist, NothingChosen, upright
from domain.structure import setting

LONGEST = 400
STATES = ("free", "tight", "full", "over", "closed")

_IN: BindParameter[Any] = bindparam("activities", expanding=True)
_CLOSED = case((OpenDay.state == "closed", 1), else_=0)
_THESE = (Seats.activity_id.in_(_IN), Seats.day.between(bindparam("from_on"), bindparam("until_on")))
# Said of both sides of the join, so that the days are found by their index too, and not by reading all of them.
_THEIR_DAYS = (OpenDay.activity_id.in_(_IN), OpenDay.day.between(bindparam("from_on"), bindparam("until_on")))

_PROGRAMME = (
    select(
        Activity.id,
        Slot.id,
        AgeGroup.id,
        Activity.site_id,
        Site.name,
        Activity.name,
        Slot.name,
        AgeGroup.name,
        Slot.starts_at,
        Slot.ends_at,
    )
    .join(Site, Site.id == Activity.site_id)
    .outerjoin(Slot, Slot.activity_id == Activity.id)
    .outerjoin(AgeGroup, AgeGroup.activity_id == Activity.id)
    .where(Activity.id.in_(_IN))
    .order_by(Site.name, Activity.name, Activity.id, Slot.position, Slot.starts_at, Slot.id, AgeGroup.position, AgeGroup.id)
)

_SEATS = (
    select(
        Seats.id,
        Seats.open_day_id,
        Seats.slot_id,
        Seats.age_group_id,
        Seats.day,
        Seats.capacity,
        Seats.overbooking,
        Seats.taken,
        Seats.waiting,
        _CLOSED,
    )
    .join(OpenDay, OpenDay.id == Seats.open_day_id)
    .where(*_THESE, *_THEIR_DAYS)
)

_SUMS = (
    select(
        Seats.activity_id,
        Seats.day,
        func.sum(Seats.capacity).label("capacity"),
        func.sum(Seats.taken).label("taken"),
        func.sum(Seats.capacity + Seats.overbooking - Seats.taken).label("room"),
        func.sum(Seats.waiting).label("waiting"),
        func.count().label("cells"),
        func.sum(case((Seats.taken >= Seats.capacity + Seats.overbooking, 1), else_=0)).label("full_cells"),
    )
    .where(*_THESE)
    .group_by(Seats.activity_id, Seats.day)
    .subquery()
)
_DAYS = (
    select(*_SUMS.c, OpenDay.id, _CLOSED)
    .join(OpenDay, (OpenDay.activity_id == _SUMS.c.activity_id) & (OpenDay.day == _SUMS.c.day))
    .where(*_THEIR_DAYS)
)


def capacity(session: Session, by: Account, *, activities: Sequence[int], from_on: date, until_on: date) -> pd.DataFrame:
    """One row per day × slot × age group of the activities, both days included, in three queries.

    Columns: seats_id, open_day_id, activity_id, slot_id, age_group_id, day (datetime64), site, activity, slot, age_group
    (categories), hours (`07:30–11:45`), capacity, overbooking, taken, left, waiting (counts), fill_rate (taken ÷ capacity, NaN
    where nothing is offered) and state (see `states`). Ordered by day, then as the programme is.

    Raises NotAllowed, NothingChosen, PeriodUpsideDown, PeriodTooLong (400 days), DoesNotExist (an activity out of sight).
    """
    cells = _cells(session, by, activities, from_on, until_on)
    read = _columns(session, _SEATS, activities, from_on, until_on)
    rank = {(cell.slot_id, cell.age_group_id): place for place, cell in enumerate(cells)}
    place = np.fromiter((rank[pair] for pair in zip(read[2], read[3], strict=True)), dtype=np.int32, count=len(read[2]))
    day = np.array(read[4], dtype="datetime64[D]")
    order = np.lexsort((place, day))
    place, day = place[order], day[order]
    seats_id, open_day_id, offered, overbooking, taken, waiting, closed = (
        np.array(read[column], dtype=np.int64)[order] for column in (0, 1, 5, 6, 7, 8, 9)
    )
    return pd.DataFrame(
        {
            "seats_id": seats_id,
            "open_day_id": open_day_id,
            "activity_id": np.array([cell.activity_id for cell in cells], dtype=np.int64)[place],
            "slot_id": np.array([cell.slot_id for cell in cells], dtype=np.int64)[place],
            "age_group_id": np.array([cell.age_group_id for cell in cells], dtype=np.int64)[place],
            "day": day.astype("datetime64[s]"),
            **{
                name: _category([getattr(cell, attribute) for cell in cells], place)
                for name, attribute in (
                    ("site", "site"),
                    ("activity", "activity"),
                    ("slot", "slot"),
                    ("hours", "hours"),
                    ("age_group", "age_group"),
                )
            },
            "capacity": offered,
            "overbooking": overbooking,
            "taken": taken,
            "left": np.where(closed, 0, np.maximum(0, offered + overbooking - taken)),
            "waiting": waiting,
            **_rates(session, offered, overbooking, taken, closed == 1),
        },
        copy=False,
    )


def capacity_by_day(session: Session, by: Account, *, activities: Sequence[int], from_on: date, until_on: date) -> pd.DataFrame:
    """One row per day × activity, summed in the database over its slots and age groups; the same columns as `capacity`, as far as a
    sum has them, and `cells` (seats rows) of which `full_cells` have no seat left. In three queries; refuses what `capacity` does.
    """
    cells = _cells(session, by, activities, from_on, until_on)
    read = _columns(session, _DAYS, activities, from_on, until_on)
    known = {cell.activity_id: cell for cell in cells}
    shown = list(known.values())
    rank = {activity_id: place for place, activity_id in enumerate(known)}
    place = np.fromiter((rank[activity_id] for activity_id in read[0]), dtype=np.int32, count=len(read[0]))
    day = np.array(read[1], dtype="datetime64[D]")
    order = np.lexsort((place, day))
    place, day = place[order], day[order]
    offered, taken, left, waiting, counted, full, open_day_id, closed = (
        np.array(read[column], dtype=np.int64)[order] for column in range(2, 10)
    )
    return pd.DataFrame(
        {
            "open_day_id": open_day_id,
            "activity_id": np.array(list(known), dtype=np.int64)[place],
            "day": day.astype("datetime64[s]"),
            "site": _category([cell.site for cell in shown], place),
            "activity": _category([cell.activity for cell in shown], place),
            "capacity": offered,
            "taken": taken,
            "left": np.where(closed, 0, left),
            "waiting": waiting,
            **_rates(session, offered, left + taken - offered, taken, closed == 1),
            "cells": counted,
            "full_cells": full,
        },
        copy=False,
    )


@dataclass(frozen=True)
class _Kind:
    """A slot × age group of the programme, with its names."""

    activity_id: int
    slot_id: int
    age_group_id: int
    site_id: int
    site: str
    activity: str
    slot: str | None
    age_group: str | None
    starts_at: time | None
    ends_at: time | None

    @property
    def hours(self) -> str:
        return f"{self.starts_at:%H:%M}–{self.ends_at:%H:%M}" if self.starts_at and self.ends_at else ""


def _cells(session: Session, by: Account, activities: Sequence[int], from_on: date, until_on: date) -> list[_Kind]:
    rights.require(by, "capacity", rights.SEE)
    upright(from_on, until_on, LONGEST)
    if not activities:
        raise NothingChosen
    rows: Sequence[Sequence[Any]] = session.connection().execute(_PROGRAMME, {"activities": sorted(set(activities))}).all()
    cells = [_Kind(*row) for row in rows]
    sites = rights.site_ids(by)
    if {cell.activity_id for cell in cells if sites is None or cell.site_id in sites} != set(activities):
        raise DoesNotExist("activities")
    return cells


def _columns(session: Session, query: Select[Any], activities: Sequence[int], from_on: date, until_on: date) -> list[tuple[Any, ...]]:
    asked = {"activities": sorted(set(activities)), "from_on": from_on, "until_on": until_on}
    rows: Sequence[Sequence[Any]] = session.connection().execute(query, asked).all()
    return list(zip(*rows, strict=True)) if rows else [()] * len(query.selected_columns)


def _category(values: Sequence[str | None], place: "np.ndarray[Any, Any]") -> Any:
    once = list(dict.fromkeys(value or "" for value in values))
    codes = np.array([once.index(value or "") for value in values], dtype=np.int16)[place]
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(pd.Index(once, dtype=object)), validate=False)


def states(session: Session, offered: Any, overbooking: Any, taken: Any) -> "np.ndarray[Any, Any]":
    """The state of seats, as places in STATES, from three arrays of counts: what "full" and "over" mean is said here only.

    `over` takes seats beyond the capacity, which an overbooking allows. Otherwise the thresholds of the structure count what is taken
    of all the seats that may be taken, overbooking included; `full` is also where none of them is left.
    """
    thresholds = setting(session, "capacity_thresholds")
    offered, taken = np.asarray(offered), np.asarray(taken)
    every = offered + np.asarray(overbooking)
    share = np.ones(len(every))
    np.divide(taken, every, out=share, where=every > 0)
    state = np.zeros(len(every), dtype=np.int8)
    state[share >= thresholds["tight"]] = 1
    state[(share >= thresholds["full"]) | (taken >= every)] = 2
    state[taken > offered] = 3
    return state


def _rates(session: Session, offered: Any, overbooking: Any, taken: Any, closed: Any) -> dict[str, Any]:
    rate = np.full(len(offered), np.nan)
    np.divide(taken, offered, out=rate, where=offered > 0)
    state = states(session, offered, overbooking, taken)
    state[closed] = 4
    return {"fill_rate": rate, "state": _category(STATES, state)}

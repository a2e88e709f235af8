"""Looking at the seats: by cell (day × slot × age group), by day, and the names behind one cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Select, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from db.models import (
    Account,
    Activity,
    AgeGroup,
    Booking,
    Child,
    Family,
    OpenDay,
    Season,
    Seats,
    Site,
    Slot,
    WaitingListEntry,
    WaitingListSeats,
)
from db.models.bookings import LIVE_BOOKING
from domain import rights
from domain.refusals import DoesNotExist, NothingChosen, upright
from domain.structure import setting

LONGEST = 400

STATES = ("free", "tight", "full", "over", "closed")


def sites_open(session: Session, by: Account) -> list[tuple[int, str]]:
    """The sites in the person's sight that have activities: id and name, by name."""
    rights.require(by, "capacity", rights.SEE)
    sites = select(Site.id, Site.name).where(rights.at_sites(by, Site.id), Site.id.in_(select(Activity.site_id))).order_by(Site.name)
    return [(site_id, name) for site_id, name in session.execute(sites)]


def activities_open(session: Session, by: Account, site_id: int, from_on: date, until_on: date) -> list[tuple[int, str]]:
    """The activities of a site whose season meets the period: id and name, by name. A stranger's site raises DoesNotExist."""
    rights.require(by, "capacity", rights.SEE)
    if session.scalar(select(Site.id).where(Site.id == site_id, rights.at_sites(by, Site.id))) is None:
        raise DoesNotExist("sites")
    met = select(Activity.id, Activity.name).join(Season, Season.id == Activity.season_id)
    met = met.where(Activity.site_id == site_id, Season.starts_on <= until_on, Season.ends_on >= from_on)
    return [(activity_id, name) for activity_id, name in session.execute(met.order_by(Activity.name, Activity.id))]


def capacity(session: Session, by: Account, *, activities: Sequence[int], from_on: date, until_on: date) -> pd.DataFrame:
    """One row per day × slot × age group of the activities, both days included, in three queries.

    Columns: seats_id, open_day_id, activity_id, slot_id, age_group_id, day (datetime64), site, activity, slot, age_group
    (categories), hours (`07:30–11:45`), capacity, overbooking, taken, left, waiting (counts), fill_rate (taken ÷ capacity, NaN
    where nothing is offered) and state: free, tight, full, over (beyond the capacity) or closed. Ordered by day, then as the
    programme is.

    Raises NotAllowed, NothingChosen, PeriodUpsideDown, PeriodTooLong (400 days), DoesNotExist (an activity out of sight).
    """
    cells = _cells(session, by, activities, from_on, until_on)
    counted = (
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
            case((OpenDay.state == "closed", 1), else_=0),
        )
        .join(OpenDay, OpenDay.id == Seats.open_day_id)
        .where(Seats.activity_id.in_(sorted(set(activities))), Seats.day.between(from_on, until_on))
    )
    read = _columns(session, counted, 10)
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
            **_rates(session, offered, taken, closed == 1),
        },
        copy=False,
    )


def capacity_by_day(session: Session, by: Account, *, activities: Sequence[int], from_on: date, until_on: date) -> pd.DataFrame:
    """One row per day × activity, summed in the database over its slots and age groups; the same columns as `capacity`, as far as a
    sum has them, and `cells` (seats rows) of which `full_cells` have no seat left. In three queries; refuses what `capacity` does.
    """
    cells = _cells(session, by, activities, from_on, until_on)
    summed = (
        select(
            Seats.activity_id,
            Seats.day,
            func.sum(Seats.capacity).label("capacity"),
            func.sum(Seats.taken).label("taken"),
            func.sum(
                case((Seats.taken < Seats.capacity + Seats.overbooking, Seats.capacity + Seats.overbooking - Seats.taken), else_=0)
            ).label("room"),
            func.sum(Seats.waiting).label("waiting"),
            func.count().label("cells"),
            func.sum(case((Seats.taken >= Seats.capacity + Seats.overbooking, 1), else_=0)).label("full_cells"),
        )
        .where(Seats.activity_id.in_(sorted(set(activities))), Seats.day.between(from_on, until_on))
        .group_by(Seats.activity_id, Seats.day)
        .subquery()
    )
    told = select(*summed.c, OpenDay.id, case((OpenDay.state == "closed", 1), else_=0)).join(
        OpenDay, (OpenDay.activity_id == summed.c.activity_id) & (OpenDay.day == summed.c.day)
    )
    read = _columns(session, told, 10)
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
            **_rates(session, offered, taken, closed == 1),
            "cells": counted,
            "full_cells": full,
        },
        copy=False,
    )


@dataclass(frozen=True)
class Cell:
    """One day × slot × age group with all that is said about it."""

    seats_id: int
    open_day_id: int
    activity_id: int
    slot_id: int
    age_group_id: int
    day: date
    site_id: int
    site: str
    activity: str
    slot: str
    age_group: str
    capacity: int
    overbooking: int
    overbooking_reason: str | None
    taken: int
    waiting: int
    closed_reason: str | None

    @property
    def left(self) -> int:
        """How many seats can still be taken: none on a closed day."""
        return 0 if self.closed_reason else max(0, self.capacity + self.overbooking - self.taken)


def cell(session: Session, by: Account, seats_id: int) -> Cell:
    """One cell, by its seats. Raises NotAllowed, DoesNotExist."""
    rights.require(by, "capacity", rights.SEE)
    found = session.execute(
        select(
            Seats.id,
            Seats.open_day_id,
            Seats.activity_id,
            Seats.slot_id,
            Seats.age_group_id,
            Seats.day,
            Site.id,
            Site.name,
            Activity.name,
            Slot.name,
            AgeGroup.name,
            Seats.capacity,
            Seats.overbooking,
            Seats.overbooking_reason,
            Seats.taken,
            Seats.waiting,
            OpenDay.closed_reason,
        )
        .join(OpenDay, OpenDay.id == Seats.open_day_id)
        .join(Activity, Activity.id == Seats.activity_id)
        .join(Site, Site.id == Activity.site_id)
        .join(Slot, Slot.id == Seats.slot_id)
        .join(AgeGroup, AgeGroup.id == Seats.age_group_id)
        .where(Seats.id == seats_id, rights.at_sites(by, Activity.site_id))
    ).one_or_none()
    if found is None:
        raise DoesNotExist("seats")
    values: Sequence[Any] = found
    return Cell(*values)


def names(session: Session, by: Account, seats_id: int) -> pd.DataFrame:
    """The children of one cell: those booked, then those who wait. Nothing of their health.

    Columns: last_name, first_name, born_on, family (its name), state (pending, to_pay, confirmed, absent; waiting, offered),
    holds_seat (whether one of the taken seats is theirs), asked_at. Raises NotAllowed, DoesNotExist.
    """
    rights.require(by, "identity", rights.SEE)
    cell(session, by, seats_id)
    told = (Child.last_name, Child.first_name, Child.born_on, Family.name.label("family"))
    booked = (
        select(literal(0).label("part"), *told, Booking.state, Booking.holds_seat, Booking.asked_at)
        .join(Child, Child.id == Booking.child_id)
        .join(Family, Family.id == Booking.family_id)
        .where(Booking.seats_id == seats_id, Booking.state.in_(LIVE_BOOKING))
    )
    entry = WaitingListEntry
    waiting = (
        select(literal(1), *told, entry.state, entry.state == "offered", entry.asked_at)
        .join(WaitingListSeats, WaitingListSeats.entry_id == entry.id)
        .join(Child, Child.id == entry.child_id)
        .join(Family, Family.id == entry.family_id)
        .where(WaitingListSeats.seats_id == seats_id, entry.state.in_(("waiting", "offered")))
    )
    both = union_all(booked, waiting).subquery()
    ordered = select(both).order_by(both.c.part, both.c.last_name, both.c.first_name)
    return pd.read_sql(ordered, session.connection()).drop(columns="part")


@dataclass(frozen=True)
class _Kind:
    """A slot × age group of the programme, with its names."""

    activity_id: int
    slot_id: int
    age_group_id: int
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
    programme = (
        select(Activity.id, Slot.id, AgeGroup.id, Site.name, Activity.name, Slot.name, AgeGroup.name, Slot.starts_at, Slot.ends_at)
        .join(Site, Site.id == Activity.site_id)
        .outerjoin(Slot, Slot.activity_id == Activity.id)
        .outerjoin(AgeGroup, AgeGroup.activity_id == Activity.id)
        .where(Activity.id.in_(sorted(set(activities))), rights.at_sites(by, Activity.site_id))
        .order_by(Site.name, Activity.name, Activity.id, Slot.position, Slot.starts_at, Slot.id, AgeGroup.position, AgeGroup.id)
    )
    cells = [_Kind(*row) for row in session.execute(programme)]
    if {cell.activity_id for cell in cells} != set(activities):
        raise DoesNotExist("activities")
    return cells


def _columns(session: Session, query: Select[Any], width: int) -> list[tuple[Any, ...]]:
    rows = session.connection().execute(query).all()
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _category(values: Sequence[str | None], place: "np.ndarray[Any, Any]") -> Any:
    once = list(dict.fromkeys(value or "" for value in values))
    codes = np.array([once.index(value or "") for value in values], dtype=np.int16)[place]
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(once), validate=False)


def _rates(session: Session, offered: np.ndarray[Any, Any], taken: np.ndarray[Any, Any], closed: np.ndarray[Any, Any]) -> dict[str, Any]:
    thresholds = setting(session, "capacity_thresholds")
    rate = np.full(len(offered), np.nan)
    np.divide(taken, offered, out=rate, where=offered > 0)
    state = np.zeros(len(offered), dtype=np.int8)
    state[rate >= thresholds["tight"]] = 1
    state[(rate >= thresholds["full"]) | (taken >= offered)] = 2
    state[taken > offered] = 3
    state[closed] = 4
    return {"fill_rate": rate, "state": _category(STATES, state)}

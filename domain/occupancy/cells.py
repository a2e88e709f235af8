"""One cell (day × slot × age group) and the names behind it; the sites and activities to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import literal, select, union_all
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
from domain.refusals import DoesNotExist


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

    Columns: child_id, last_name, first_name, born_on, family (its name), state (pending, to_pay, confirmed, absent; waiting, offered),
    holds_seat (whether one of the taken seats is theirs), asked_at. Raises NotAllowed, DoesNotExist.
    """
    rights.require(by, "identity", rights.SEE)
    cell(session, by, seats_id)
    told = (Child.id.label("child_id"), Child.last_name, Child.first_name, Child.born_on, Family.name.label("family"))
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

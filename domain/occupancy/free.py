"""Where is there still room? Days of activities with places left, found by probing days in their order."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from db.models import Account, Activity, AgeGroup, OpenDay, Seats, Site, Slot
from domain import clock, rights
from domain.refusals import DoesNotExist, upright

LONGEST = 62
MOST_DAYS_COUNTED = 1000
PARTS_OF_DAY = ("morning", "meal", "afternoon", "evening")
_NOON, _EVENING = time(11, 30), time(16, 0)


@dataclass(frozen=True)
class Search:
    """What somebody looks for: a period (62 days at most, not before today), and whatever narrows it.

    `weekdays` are 0 (Monday) to 6, none meaning all; `part` is one of PARTS_OF_DAY; `whole_day` wants every slot (of the part, if
    one is given) of an age group to have room.
    """

    from_on: date
    until_on: date
    age: int | None = None
    weekdays: tuple[int, ...] = ()
    part: str | None = None
    site_id: int | None = None
    whole_day: bool = False


def free_places(session: Session, by: Account, search: Search, *, page: int = 1, size: int | None = 50) -> pd.DataFrame:
    """A page of the days × activities that have room, soonest first; one row per age group that fits. `size` None gives every day found.

    Columns: open_day_id, activity_id, day, site, activity, age_group, whole_day (places left in every slot of the part looked at),
    slots (a list of (name, left) in their order). A page counts days of activities, and may have more rows. In two queries.

    Raises NotAllowed, PeriodUpsideDown, PeriodTooLong, DoesNotExist (a stranger's site).
    """
    days = _days(session, by, search)
    if days is None:
        return _told([])
    paged = days.order_by(OpenDay.day, OpenDay.id).limit(size or MOST_DAYS_COUNTED).offset((page - 1) * size if size else 0).subquery()
    rows = session.execute(
        select(
            OpenDay.id,
            OpenDay.activity_id,
            OpenDay.day,
            Site.name,
            Activity.name,
            AgeGroup.id,
            AgeGroup.name,
            Slot.name,
            Seats.capacity + Seats.overbooking - Seats.taken,
        )
        .join(paged, paged.c.id == OpenDay.id)
        .join(Activity, Activity.id == OpenDay.activity_id)
        .join(Site, Site.id == Activity.site_id)
        .join(Seats, Seats.open_day_id == OpenDay.id)
        .join(AgeGroup, AgeGroup.id == Seats.age_group_id)
        .join(Slot, Slot.id == Seats.slot_id)
        .where(*_fits(search))
        .order_by(OpenDay.day, OpenDay.id, AgeGroup.position, AgeGroup.id, Slot.position, Slot.id)
    )
    found: dict[tuple[int, int], tuple[int, int, date, str, str, str, list[tuple[str, int]]]] = {}
    for open_day_id, activity_id, day, site, activity, group_id, group, slot, left in rows:
        entry = found.setdefault((open_day_id, group_id), (open_day_id, activity_id, day, site, activity, group, []))
        entry[6].append((slot, max(0, left)))
    least = min if search.whole_day else max
    return _told([entry for entry in found.values() if least(left for _, left in entry[6]) > 0])


def count_free_places(session: Session, by: Account, search: Search) -> int:
    """How many days × activities have room, counted up to MOST_DAYS_COUNTED. Raises what `free_places` does."""
    days = _days(session, by, search)
    if days is None:
        return 0
    some = days.order_by(OpenDay.day, OpenDay.id).limit(MOST_DAYS_COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _days(session: Session, by: Account, search: Search) -> Select[Any] | None:
    """The open days with room; None where no day of the period is asked for."""
    rights.require(by, "capacity", rights.SEE)
    upright(search.from_on, search.until_on, LONGEST)
    if search.site_id is not None:
        known = session.scalar(select(Site.id).where(Site.id == search.site_id, rights.at_sites(by, Site.id)))
        if known is None:
            raise DoesNotExist("sites")
    first = max(search.from_on, clock.today())
    span = (first + timedelta(days=step) for step in range((search.until_on - first).days + 1))
    days = [day for day in span if not search.weekdays or day.weekday() in search.weekdays]
    if not days:
        return None
    met = OpenDay.day.in_(days) if search.weekdays else OpenDay.day.between(first, search.until_on)
    left = Seats.capacity + Seats.overbooking - Seats.taken
    room = select(Seats.age_group_id).where(Seats.open_day_id == OpenDay.id, *_fits(search))
    if search.part is not None:
        room = room.join(Slot, Slot.id == Seats.slot_id)
    if search.age is not None:
        room = room.join(AgeGroup, AgeGroup.id == Seats.age_group_id)
    room = room.group_by(Seats.age_group_id).having((func.min(left) if search.whole_day else func.max(left)) > 0)
    found = select(OpenDay.id).where(met, OpenDay.state == "open", room.exists())
    if search.site_id is not None or rights.site_ids(by) is not None:
        here = select(Activity.id).where(rights.at_sites(by, Activity.site_id))
        found = found.where(OpenDay.activity_id.in_(here if search.site_id is None else here.where(Activity.site_id == search.site_id)))
    return found


def _fits(search: Search) -> list[ColumnElement[bool]]:
    fits: list[ColumnElement[bool]] = []
    if search.age is not None:
        fits += [AgeGroup.youngest <= search.age, AgeGroup.oldest >= search.age]
    if search.part is not None:
        fits.append(Slot.is_meal == (search.part == "meal"))
        fits += {
            "morning": [Slot.starts_at < _NOON],
            "meal": [],
            "afternoon": [Slot.starts_at >= _NOON, Slot.starts_at < _EVENING],
            "evening": [Slot.starts_at >= _EVENING],
        }[search.part]
    return fits


def _told(entries: list[tuple[int, int, date, str, str, str, list[tuple[str, int]]]]) -> pd.DataFrame:
    return pd.DataFrame(
        [(*entry[:6], min(left for _, left in entry[6]), entry[6]) for entry in entries],
        columns=["open_day_id", "activity_id", "day", "site", "activity", "age_group", "whole_day", "slots"],
    )

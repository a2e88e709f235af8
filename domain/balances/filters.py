"""Which families are looked at, in what order; and how late an invoice is."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, UnaryExpression, and_, exists, or_, select, true
from sqlalchemy.orm import Session, aliased

from db.models import Account, Family, FamilyBalance, Invoice, Site
from db.settings import settings
from domain import clock, rights
from domain.refusals import DoesNotExist
from domain.spelling import plain

BUCKETS = ("not_due", "to_30", "to_60", "to_90", "over_90")
"""Days after the due date: none yet (the due day itself is in time), 1–30, 31–60, 61–90, more than 90."""

LATE = "late"
"""A filter beside the buckets: whatever is past its due date, by how many days soever."""

SHOWN = ("owing", "in_credit", "all")
_STILL_OPEN = aliased(Invoice)
_OWES = exists().where(_STILL_OPEN.family_id == FamilyBalance.family_id, _STILL_OPEN.open_cents > 0)
REMINDED = ("never", "1", "2", "3")
SORTS: dict[str, tuple[tuple[str, str], ...]] = {
    "balance": (("open_cents", "desc"), ("family_id", "desc")),
    "name": (("search_name", "asc"), ("family_id", "asc")),
    "oldest_due": (("oldest_due_on", "asc"), ("family_id", "asc")),
    "last_reminder": (("last_reminder_at", "asc"), ("family_id", "asc")),
    "invoiced": (("invoiced_cents", "desc"), ("family_id", "desc")),
}
"""Every sort reads an index of the kept rows and stops after its page, for staff of every site: its cost does not follow the number
of families. Staff of some sites pay for the families out of their sight that come before. On SQLite, which keeps empty dates first in
its indexes, `oldest_due` and `last_reminder` sort all the families that are asked for."""


@dataclass(frozen=True)
class Filters:
    """The families asked for. `search` is part of a name, accents or not; `site_id` keeps those that owe something to a site;
    `without_held` leaves out families whose every open invoice is disputed or at the Trésor."""

    shown: str = "owing"
    site_id: int | None = None
    bucket: str | None = None
    minimum_cents: int = 0
    reminded: str | None = None
    not_reminded_for_days: int | None = None
    without_held: bool = False
    search: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing but the state of the balance chooses the families."""
        return self == Filters(shown=self.shown)


def in_order(sort: str, columns: Any) -> list[UnaryExpression[Any]]:
    """The ORDER BY of a sort over columns by name; empty dates come last."""
    return [columns[name].desc() if way == "desc" else columns[name].asc().nulls_last() for name, way in SORTS[sort]]


def due_within(bucket: str, today: date, due_on: Any = Invoice.due_on) -> ColumnElement[bool]:
    """The condition that a due date is so many days late on a day."""
    oldest, newest = bounds(bucket, today)
    return and_(due_on >= oldest if oldest else true(), due_on <= newest if newest else true())


def bounds(bucket: str, today: date) -> tuple[date | None, date | None]:
    """The first and the last due date of a bucket, None where it has no end."""
    days = {"to_30": (30, 1), "to_60": (60, 31), "to_90": (90, 61)}
    if bucket == LATE:
        return None, today - timedelta(days=1)
    if bucket == "not_due":
        return today, None
    if bucket == "over_90":
        return None, today - timedelta(days=91)
    first, last = days[bucket]
    return today - timedelta(days=first), today - timedelta(days=last)


def chosen(session: Session, by: Account, filters: Filters) -> ColumnElement[bool]:
    """The condition on `FamilyBalance` (joined with `Family`) that keeps the families asked for, and in sight.

    Refuses NotAllowed, and DoesNotExist for a site out of sight.
    """
    rights.require(by, "money", rights.SEE)
    if filters.site_id is not None:
        see_site(session, by, filters.site_id)
    wanted: list[ColumnElement[bool]] = [rights.sees_family(by, FamilyBalance.family_id)]
    if filters.shown == "owing":
        wanted.append(FamilyBalance.open_cents > 0)
    elif filters.shown == "in_credit":
        wanted.append(FamilyBalance.credit_cents > 0)
    if filters.minimum_cents:
        wanted.append(FamilyBalance.open_cents >= filters.minimum_cents)
    if filters.site_id is not None:
        wanted.append(_OWES.where(_STILL_OPEN.site_id == filters.site_id))
    if filters.bucket in (*BUCKETS, LATE):
        wanted.append(_OWES.where(due_within(filters.bucket, clock.today(), _STILL_OPEN.due_on)))
    if filters.without_held:
        wanted.append(_OWES.where(_STILL_OPEN.is_disputed.is_(False), _STILL_OPEN.at_treasury_on.is_(None)))
    if filters.reminded == "never":
        wanted.append(FamilyBalance.last_reminder_at.is_(None))
    elif filters.reminded in REMINDED:
        wanted.append(FamilyBalance.last_reminder_level == int(filters.reminded))
    if filters.not_reminded_for_days is not None:
        day = clock.today() - timedelta(days=filters.not_reminded_for_days)
        before = datetime.combine(day, time(), settings().zone)
        wanted.append(or_(FamilyBalance.last_reminder_at.is_(None), FamilyBalance.last_reminder_at < before))
    wanted += [Family.search_name.contains(word, autoescape=True) for word in plain(filters.search).split()]
    return and_(*wanted)


def sites(session: Session, by: Account) -> dict[int, str]:
    """The sites whose money the person may look at: id and name, by name. No query for staff of some sites."""
    rights.require(by, "money", rights.SEE)
    if rights.site_ids(by) is not None:
        return {site.id: site.name for site in by.sites}
    return {row.id: row.name for row in session.execute(select(Site.id, Site.name).where(Site.is_active).order_by(Site.name))}


def see_site(session: Session, by: Account, site_id: int) -> Site:
    """A site in the person's sight; DoesNotExist otherwise."""
    sites = rights.site_ids(by)
    site = session.get(Site, site_id) if 0 < site_id < 2**31 and (sites is None or site_id in sites) else None
    if site is None:
        raise DoesNotExist("sites")
    return site

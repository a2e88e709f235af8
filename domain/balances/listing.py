"""The families and what they owe: one page, all of them, and the totals of all."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import pandas as pd
from sqlalchemy import CTE, ColumnElement, Engine, Integer, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from db.models import Account, Family, FamilyBalance, Invoice, Revision, SiteBalance
from db.session import engine
from domain import clock, rights, statements
from domain.balances.filters import BUCKETS, Filters, chosen, due_within, in_order, see_site

PAGE = 50
CHUNK = 5_000
COLUMNS = (
    "family_id",
    "name",
    "first_name",
    "invoiced_cents",
    "paid_cents",
    "open_cents",
    "credit_cents",
    "oldest_due_on",
    "last_reminder_level",
    "last_reminder_at",
    *BUCKETS,
    "held_cents",
)
_KEPT_TOTALS = 256


@dataclass(frozen=True)
class Totals:
    """Sums over every family of a filter, in cents. `buckets` say how late what is open is, and add up to `open_cents`."""

    families: int = 0
    invoiced_cents: int = 0
    paid_cents: int = 0
    open_cents: int = 0
    credit_cents: int = 0
    buckets: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BUCKETS, 0))

    @property
    def overdue_cents(self) -> int:
        """What is past its due date."""
        return self.open_cents - self.buckets["not_due"]


_totals: WeakKeyDictionary[Engine, dict[tuple[Any, ...], Totals]] = WeakKeyDictionary()


def page(session: Session, by: Account, filters: Filters = Filters(), sort: str = "balance", number: int = 1) -> pd.DataFrame:  # noqa: B008 (frozen)
    """One page of 50 families, from page 1: COLUMNS, amounts in cents, the ageing of what each still owes. One query.

    `held_cents` is the part that is disputed or at the Trésor. Which sorts stay flat is told at `SORTS`; a page far down costs the
    index entries before it. Refuses NotAllowed, DoesNotExist (site).
    """
    rights.require(by, "money", rights.SEE)
    if filters.site_id is not None:
        see_site(session, by, filters.site_id)
    rows = statements.built(("balances", filters, sort), by, lambda: _page_of(session, by, filters, sort))
    return statements.frame(statements.rows(session, rows, skipped=(max(number, 1) - 1) * PAGE), COLUMNS)


def every(session: Session, by: Account, filters: Filters = Filters(), sort: str = "balance") -> Iterator[pd.DataFrame]:  # noqa: B008
    """All the families of a filter, in frames of 5,000 that follow each other: memory does not follow their number."""
    rows = _aged(_families(session, by, filters).cte("families_asked"), sort).execution_options(yield_per=CHUNK)
    yield from map(_typed, pd.read_sql_query(rows, session.connection(), chunksize=CHUNK))


def totals(session: Session, by: Account, filters: Filters = Filters()) -> Totals:  # noqa: B008
    """The sums over all the families of a filter, on every page. Two or three queries.

    They are computed when money or people have changed since they were last asked for with the same sight, and kept in between. For
    staff of every site and no filter the ageing is read from the sums kept by site and due date.
    """
    condition, scope = chosen(session, by, filters), rights.site_ids(by)
    chapters = ("billing",) if filters.whole and scope is None else ("billing", "bookings", "people")
    key = (Revision.of(session, *chapters), scope, by.role, filters, clock.today())
    kept = _totals.setdefault(engine(), {})
    if key in kept:
        return kept[key]
    found = _sums(session, filters, scope is None, condition)
    if found.families:
        if len(kept) >= _KEPT_TOTALS:
            kept.clear()
        kept[key] = found
    return found


def of_site(session: Session, by: Account, site_id: int) -> dict[str, int]:
    """The cents open on the invoices of one site, by bucket; DoesNotExist out of sight."""
    rights.require(by, "money", rights.SEE)
    see_site(session, by, site_id)
    return _aged_sites(session, SiteBalance.site_id == site_id)


def overdue(session: Session, by: Account) -> int:
    """The cents past their due date on the invoices of the sites in the person's sight: the dashboard's figure. One query."""
    rights.require(by, "money", rights.SEE)
    buckets = _aged_sites(session, rights.at_sites(by, SiteBalance.site_id))
    return sum(buckets.values()) - buckets["not_due"]


def family_ids(session: Session, by: Account, filters: Filters) -> list[int]:
    """The ids of all the families of a filter, in the order of their ids."""
    return list(
        session.scalars(_families(session, by, filters).with_only_columns(FamilyBalance.family_id).order_by(FamilyBalance.family_id))
    )


def _page_of(session: Session, by: Account, filters: Filters, sort: str) -> Select[Any]:
    families = _families(session, by, filters)
    order = in_order(sort, families.selected_columns)
    return _aged(families.order_by(*order).limit(PAGE).offset(bindparam("skipped", type_=Integer)).cte("page"), sort)


def _families(session: Session, by: Account, filters: Filters) -> Select[Any]:
    kept = [getattr(FamilyBalance, name) for name in COLUMNS[3:10]]
    return (
        select(FamilyBalance.family_id, Family.name, Family.first_name, Family.search_name, *kept)
        .join(Family, Family.id == FamilyBalance.family_id)
        .where(chosen(session, by, filters))
    )


def _aged(families: CTE, sort: str) -> Select[Any]:
    ageing = (
        select(Invoice.family_id, *_bucket_sums(), func.sum(case((_held(), Invoice.open_cents), else_=0)).label("held_cents"))
        .where(Invoice.open_cents > 0, Invoice.family_id.in_(select(families.c.family_id)))
        .group_by(Invoice.family_id)
        .subquery("ageing")
    )
    late = [func.coalesce(ageing.c[name], 0).label(name) for name in (*BUCKETS, "held_cents")]
    return (
        select(*(families.c[name] for name in COLUMNS[:10]), *late)
        .outerjoin(ageing, ageing.c.family_id == families.c.family_id)
        .order_by(*in_order(sort, families.c))
    )


def _bucket_sums(owing: type[Invoice | SiteBalance] = Invoice) -> list[Any]:
    today = clock.today()
    parts = {bucket: case((due_within(bucket, today, owing.due_on), owing.open_cents), else_=0) for bucket in BUCKETS}
    return [func.coalesce(func.sum(part), 0).label(bucket) for bucket, part in parts.items()]


def _held() -> Any:
    return or_(Invoice.is_disputed, Invoice.at_treasury_on.is_not(None))


def _sums(session: Session, filters: Filters, everywhere: bool, condition: ColumnElement[bool]) -> Totals:
    names = ("invoiced_cents", "paid_cents", "open_cents", "credit_cents")
    sums = [func.coalesce(func.sum(getattr(FamilyBalance, name)), 0) for name in names]
    of_families = select(func.count(), *sums).select_from(FamilyBalance)
    if filters.search:
        of_families = of_families.join(Family, Family.id == FamilyBalance.family_id)
    count, invoiced, paid, still_open, credit = (int(value) for value in session.execute(of_families.where(condition)).one())
    if everywhere and filters.whole and filters.shown != "in_credit":
        buckets = _aged_sites(session, SiteBalance.open_cents > 0)
    else:
        late = select(*_bucket_sums()).join(FamilyBalance, FamilyBalance.family_id == Invoice.family_id)
        if filters.search:
            late = late.join(Family, Family.id == Invoice.family_id)
        found = session.execute(late.where(and_(Invoice.open_cents > 0, condition))).one()
        buckets = {bucket: int(value) for bucket, value in zip(BUCKETS, found, strict=True)}
    return Totals(count, invoiced, paid, still_open, credit, buckets)


def _aged_sites(session: Session, condition: ColumnElement[bool]) -> dict[str, int]:
    late = select(*_bucket_sums(SiteBalance)).where(condition)
    return {bucket: int(value) for bucket, value in zip(BUCKETS, session.execute(late).one(), strict=True)}


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    frame["last_reminder_level"] = frame["last_reminder_level"].astype("Int64")
    frame["last_reminder_at"] = pd.to_datetime(frame["last_reminder_at"], utc=True)
    return frame

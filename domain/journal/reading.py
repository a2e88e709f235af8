"""Reading the journal: who did what on what, filtered by person, act, object and date."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, aliased

from db.models import Account, Family, JournalEntry, Site
from domain import clock, rights
from domain.refusals import upright

COUNTED = 2000
_BY = aliased(Account)


@dataclass(frozen=True)
class Filter:
    """What of the journal is looked at; every part may be left out. Days are the structure's, both included."""

    by_id: int | None = None
    act: str | None = None
    object_kind: str | None = None
    object_id: int | None = None
    family_id: int | None = None
    from_on: date | None = None
    until_on: date | None = None


def entries(session: Session, by: Account, looked_at: Filter, *, page: int = 1, size: int = 50) -> tuple[pd.DataFrame, int]:
    """A page of the journal, newest first, and how many lines there are (counted up to 2,000).

    Columns: id, at, by_name, act, object_kind, object_id, family_id, family_name, site_name, changes, reason. Two statements, each on
    an index; flat with the size of the journal. Raises NotAllowed, PeriodUpsideDown.
    """
    rights.require(by, "journal", rights.SEE)
    conditions = _conditions(by, looked_at)
    counted = select(JournalEntry.id).where(*conditions).limit(COUNTED).subquery()
    count = session.scalar(select(func.count()).select_from(counted)) or 0
    by_name = case((_BY.id.is_(None), None), else_=_BY.first_name + " " + _BY.last_name).label("by_name")
    told = (JournalEntry.changes, JournalEntry.reason)
    named = (JournalEntry.family_id, Family.name.label("family_name"), Site.name.label("site_name"))
    rows = (
        select(JournalEntry.id, JournalEntry.at, by_name, JournalEntry.act, JournalEntry.object_kind, JournalEntry.object_id, *named, *told)
        .outerjoin(_BY, _BY.id == JournalEntry.by_id)
        .outerjoin(Family, Family.id == JournalEntry.family_id)
        .outerjoin(Site, Site.id == JournalEntry.site_id)
        .where(*conditions)
        .order_by(JournalEntry.at.desc(), JournalEntry.id.desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    return pd.read_sql_query(rows, session.connection()), count


def people(session: Session, by: Account) -> list[tuple[int, str]]:
    """The staff that the journal can be filtered by: (id, name), by name."""
    rights.require(by, "journal", rights.SEE)
    staff = (
        select(Account.id, Account.first_name, Account.last_name).where(Account.role != "parent").order_by(Account.last_name, Account.id)
    )
    return [(account_id, f"{first} {last}") for account_id, first, last in session.execute(staff)]


def _conditions(by: Account, looked_at: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if rights.site_ids(by) is not None:
        here = JournalEntry.site_id.is_not(None) & rights.at_sites(by, JournalEntry.site_id)
        ours = JournalEntry.family_id.is_not(None) & rights.sees_family(by, JournalEntry.family_id)
        conditions.append(here | ours | (JournalEntry.by_id == by.id))
    for name in ("by_id", "act", "object_kind", "object_id", "family_id"):
        wanted = getattr(looked_at, name)
        if wanted is not None:
            conditions.append(getattr(JournalEntry, name) == wanted)
    if looked_at.from_on and looked_at.until_on:
        upright(looked_at.from_on, looked_at.until_on)
    if looked_at.from_on:
        conditions.append(JournalEntry.at >= clock.begins(looked_at.from_on))
    if looked_at.until_on:
        conditions.append(JournalEntry.at < clock.begins(looked_at.until_on + timedelta(days=1)))
    return conditions

"""Quotients to look at: a family's own history, and for the staff those that wait, those without proof, and the families without any."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from db.models import Account, Document, Family, FamilyQuotient, Registration
from domain import clock, rights
from domain.families import finding
from domain.families.quotient.values import counting, current
from domain.spelling import plain

PAGE = 50


@dataclass(frozen=True)
class Line:
    """One quotient of a family's history."""

    id: int
    value_cents: int
    month_on: date
    source: str
    state: str
    from_on: date
    until_on: date | None
    recorded_at: datetime
    document_id: int | None
    reason: str | None


@dataclass(frozen=True)
class History:
    """A family's quotient of today, the one that waits, and all there were, the newest first."""

    family_id: int
    today: Line | None
    waits: Line | None
    lines: list[Line]


def history(session: Session, by: Account | None) -> History:
    """The quotients of a parent's own family. Raises NotAllowed, DoesNotExist."""
    return _history(session, finding.own_family(session, by).id)


def of_family(session: Session, by: Account | None, family_id: int) -> History:
    """The quotients of a family in sight, for the staff. Raises NotAllowed, DoesNotExist."""
    rights.require(by, "money", rights.SEE)
    return _history(session, finding.family_of(session, by, family_id).id)


def counts(session: Session, by: Account) -> tuple[int, int, int]:
    """How many quotients wait, count without a proof, and how many families have none that is valid."""
    rights.require(by, "money", rights.SEE)
    wholes = (_waiting(by), _unproved(by), _missing(by))
    waiting_, unproved_, missing_ = (session.scalar(select(func.count()).select_from(rows.subquery())) or 0 for rows in wholes)
    return waiting_, unproved_, missing_


def waiting(session: Session, by: Account, *, page: int = 1, size: int = PAGE) -> pd.DataFrame:
    """The quotients that wait to be looked at, the oldest first.

    Columns: id, family_id, family, value_cents, month_on, recorded_at, document_id, paper_state, before_cents (what counts today).
    """
    rights.require(by, "money", rights.SEE)
    return _page(session, _waiting(by).order_by(FamilyQuotient.recorded_at, FamilyQuotient.id), page, size)


def unproved(session: Session, by: Account, *, page: int = 1, size: int = PAGE) -> pd.DataFrame:
    """The quotients that count today and that nobody has compared with a proof, the newest first. Columns as `waiting`."""
    rights.require(by, "money", rights.SEE)
    return _page(session, _unproved(by).order_by(FamilyQuotient.recorded_at.desc(), FamilyQuotient.id.desc()), page, size)


def missing(session: Session, by: Account, *, search: str = "", page: int = 1, size: int = PAGE) -> pd.DataFrame:
    """The families in sight, registered somewhere, without a quotient that is valid today, by name: family_id, family, last_on."""
    rights.require(by, "money", rights.SEE)
    rows = _missing(by)
    if search.strip():
        rows = rows.where(Family.search_name.like(plain(search).replace("%", "") + "%"))
    return _page(session, rows.order_by(Family.search_name, Family.id), page, size)


def find(session: Session, by: Account, search: str, *, most: int = 20) -> pd.DataFrame:
    """The families in sight whose name begins with what is typed, by name: family_id, family, town."""
    rights.require(by, "money", rights.SEE)
    rows = select(Family.id.label("family_id"), _name().label("family"), Family.town)
    begins = Family.search_name.like(plain(search).replace("%", "").replace("_", "") + "%")
    known = Family.state.in_(("approved", "active"))
    return _page(session, rows.where(begins, known, finding.in_sight(by, Family.id)).order_by(Family.search_name, Family.id), 1, most)


def _history(session: Session, family_id: int) -> History:
    rows = session.scalars(
        select(FamilyQuotient)
        .where(FamilyQuotient.family_id == family_id)
        .order_by(FamilyQuotient.recorded_at.desc(), FamilyQuotient.id.desc())
        .limit(100)
    ).all()
    now = current(session, family_id)
    waits = next((row for row in rows if row.state == "waiting"), None)
    return History(family_id, _line(now) if now else None, _line(waits) if waits else None, [_line(row) for row in rows])


def _line(row: FamilyQuotient) -> Line:
    names = Line.__dataclass_fields__
    return Line(**{name: getattr(row, name) for name in names})


def _told(by: Account) -> Select[Any]:
    before = aliased(FamilyQuotient)
    today = clock.today()
    kept = (
        select(before.value_cents)
        .where(before.family_id == FamilyQuotient.family_id, before.state == "accepted", before.from_on <= today)
        .where(or_(before.until_on.is_(None), before.until_on >= today), before.id != FamilyQuotient.id)
        .order_by(before.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            FamilyQuotient.id,
            FamilyQuotient.family_id,
            _name().label("family"),
            FamilyQuotient.value_cents,
            FamilyQuotient.month_on,
            FamilyQuotient.recorded_at,
            FamilyQuotient.document_id,
            Document.state.label("paper_state"),
            kept.label("before_cents"),
        )
        .join(Family, Family.id == FamilyQuotient.family_id)
        .outerjoin(Document, Document.id == FamilyQuotient.document_id)
        .where(finding.in_sight(by, FamilyQuotient.family_id))
    )


def _waiting(by: Account) -> Select[Any]:
    return _told(by).where(FamilyQuotient.state == "waiting")


def _unproved(by: Account) -> Select[Any]:
    return _told(by).where(counting(clock.today()), FamilyQuotient.source == "typed")


def _missing(by: Account) -> Select[Any]:
    today = clock.today()
    valid = exists().where(FamilyQuotient.family_id == Family.id, counting(today))
    registered = exists().where(Registration.family_id == Family.id, Registration.state == "accepted")
    last = select(func.max(FamilyQuotient.until_on)).where(FamilyQuotient.family_id == Family.id, FamilyQuotient.state == "accepted")
    rows = select(Family.id.label("family_id"), _name().label("family"), last.scalar_subquery().label("last_on"))
    return rows.where(Family.state.in_(("approved", "active")), registered, ~valid, finding.in_sight(by, Family.id))


def _name() -> Any:
    return Family.name + func.coalesce(" " + Family.first_name, "")


def _page(session: Session, rows: Select[Any], page: int, size: int) -> pd.DataFrame:
    return pd.read_sql_query(rows.offset((page - 1) * size).limit(size), session.connection())

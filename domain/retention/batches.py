"""What a person looks through before anything is erased: what is due, what is kept on purpose, and the confirmed batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Account, Child, Erasure, Family, FamilyChild, HealthRecord, RetentionHold
from domain import clock, journal, rights
from domain.refusals import DoesNotExist, NothingChosen, filled
from domain.retention import rules
from domain.retention.refusals import NotDue, NotHeldUntil, TooManyAtOnce

MOST = 200
LONGEST_HOLD = 10  # years
PAGE = 50


@dataclass(frozen=True)
class Due:
    """What a rule would take on a day. `before_on`: what is older than this day; `owing`: families that only money keeps."""

    rule: str
    of_families: bool
    months: int
    before_on: date
    count: int
    owing: int = 0


def preview(session: Session, by: Account, day: date) -> list[Due]:
    """What each rule would take on a day, under the terms of that day. Raises NotAllowed."""
    rights.require(by, "retention", rights.SEE)
    kept = rules.terms(session, day)
    told = []
    for rule in rules.RULES:
        months = kept[rule.name]
        rows = rule.due(day, months).where(rights.sees_family(by)) if rule.of_families else rule.due(day, months)
        owing = _count(session, rules.owing_families(day, months).where(rights.sees_family(by))) if rule.name == "families" else 0
        wanted = rules.unconfirmed(rows) if rule.of_families else rows
        told.append(Due(rule.name, rule.of_families, months, rules.before(day, months), _count(session, wanted), owing))
    return told


def families_due(session: Session, by: Account, rule: str, day: date, *, page: int = 1, size: int = PAGE) -> pd.DataFrame:
    """A page of the families that a rule would take on a day and that nobody has confirmed: family_id, family, town, state, last_at.

    Raises NotAllowed, DoesNotExist (no such rule of families).
    """
    rights.require(by, "retention", rights.SEE)
    due = _of_families(rule).due(day, rules.terms(session, day)[rule])
    told = (Family.id.label("family_id"), _name().label("family"), Family.town, Family.state, rules.last_sign_in().label("last_at"))
    rows = select(*told).where(Family.id.in_(rules.unconfirmed(due)), rights.sees_family(by)).order_by(Family.search_name, Family.id)
    return _page(session, rows, page, size)


def children_due(session: Session, by: Account, day: date, *, page: int = 1, size: int = PAGE) -> pd.DataFrame:
    """A page of the children whose health sheet would go on a day: child_id, child, family, changed_at. Raises NotAllowed."""
    rights.require(by, "retention", rights.SEE)
    due = rules.old_health(day, rules.terms(session, day)["health"])
    home = select(func.min(FamilyChild.family_id)).where(FamilyChild.child_id == Child.id).scalar_subquery()
    rows = (
        select(Child.id.label("child_id"), (Child.first_name + " " + Child.last_name).label("child"), _name().label("family"))
        .add_columns(HealthRecord.changed_at)
        .join(HealthRecord, HealthRecord.child_id == Child.id)
        .outerjoin(Family, Family.id == home)
        .where(Child.id.in_(due), rights.sees_family(by))
        .order_by(Child.search_name, Child.id)
    )
    return _page(session, rows, page, size)


def confirm(session: Session, by: Account | None, rule: str, family_ids: Sequence[int]) -> None:
    """A person has looked through these families: the worker erases them in the coming night.

    Raises NotAllowed, NothingChosen, TooManyAtOnce, DoesNotExist (no such rule), NotDue when one of them is not due today any more.
    """
    rights.require(by, "retention")
    wanted = sorted(set(family_ids))
    if not wanted:
        raise NothingChosen
    if len(wanted) > MOST:
        raise TooManyAtOnce(MOST)
    today = clock.today()
    months = rules.terms(session, today)[_of_families(rule).name]
    list(session.scalars(select(Family).where(Family.id.in_(wanted)).order_by(Family.id).with_for_update()))
    named = rules.BY_NAME[rule].due(today, months).where(Family.id.in_(wanted))
    due = set(session.scalars(rules.unconfirmed(named).where(rights.sees_family(by)))) if by else set()
    if due != set(wanted):
        raise NotDue(len(set(wanted) - due))
    for family_id in wanted:
        session.add(Erasure(family_id=family_id, rule=rule, confirmed_at=clock.now(), confirmed_by_id=by.id if by else None))
        journal.record(session, by, "confirm_erasure", (Family, family_id), family_id=family_id)


def take_back(session: Session, by: Account | None, family_id: int) -> None:
    """A confirmed family is not erased after all. Raises NotAllowed, DoesNotExist (erased already, or never confirmed)."""
    rights.require(by, "retention")
    _family(session, by, family_id)
    asked = select(Erasure).where(Erasure.family_id == family_id, Erasure.erased_at.is_(None)).with_for_update()
    erasure = session.scalars(asked).one_or_none()
    if erasure is None:
        raise DoesNotExist("erasures")
    session.delete(erasure)
    journal.record(session, by, "take_back_erasure", (Family, family_id), family_id=family_id)


def confirmed(session: Session, by: Account) -> pd.DataFrame:
    """The families whose erasure is confirmed and not done yet: family_id, family, rule, confirmed_at, by. Raises NotAllowed."""
    rights.require(by, "retention", rights.SEE)
    who = Account.first_name + " " + Account.last_name
    rows = (
        select(Erasure.family_id, _name().label("family"), Erasure.rule, Erasure.confirmed_at, who.label("by"))
        .join(Family, Family.id == Erasure.family_id)
        .outerjoin(Account, Account.id == Erasure.confirmed_by_id)
        .where(Erasure.erased_at.is_(None), rights.sees_family(by))
        .order_by(Erasure.confirmed_at, Erasure.family_id)
        .limit(MOST)
    )
    return pd.read_sql_query(rows, session.connection())


def erased_so_far(session: Session, by: Account) -> int:
    """How many families were erased since the house began. Raises NotAllowed."""
    rights.require(by, "retention", rights.SEE)
    return session.scalar(select(func.count()).where(Erasure.erased_at.is_not(None))) or 0


def hold(session: Session, by: Account | None, family_id: int, until_on: date, reason: str) -> None:
    """Keeps a family until a day although a rule would erase it; a confirmed erasure that is not done is taken back.

    Raises NotAllowed, DoesNotExist, Incomplete, TooLong, NotHeldUntil.
    """
    rights.require(by, "retention")
    told = filled("reason", reason, 250)
    today = clock.today()
    if until_on <= today or until_on.year > today.year + LONGEST_HOLD:
        raise NotHeldUntil(until_on)
    _family(session, by, family_id)
    kept = session.get(RetentionHold, family_id, with_for_update=True) or RetentionHold(family_id=family_id)
    kept.until_on, kept.reason, kept.set_at, kept.by_id = until_on, told, clock.now(), by.id if by else None
    session.add(kept)
    waits = session.get(Erasure, family_id, with_for_update=True)
    if waits is not None and waits.erased_at is None:
        session.delete(waits)
    journal.record(session, by, "hold_family", (Family, family_id), family_id=family_id, changes={"until_on": [None, until_on]})


def release(session: Session, by: Account | None, family_id: int) -> None:
    """A family is not kept on purpose any more. Raises NotAllowed, DoesNotExist."""
    rights.require(by, "retention")
    _family(session, by, family_id)
    kept = session.get(RetentionHold, family_id, with_for_update=True)
    if kept is None:
        raise DoesNotExist("retention_holds")
    session.delete(kept)
    journal.record(session, by, "release_family", (Family, family_id), family_id=family_id)


def holds(session: Session, by: Account) -> pd.DataFrame:
    """The families that are kept on purpose: family_id, family, until_on, reason, by. Raises NotAllowed."""
    rights.require(by, "retention", rights.SEE)
    who = Account.first_name + " " + Account.last_name
    rows = (
        select(RetentionHold.family_id, _name().label("family"), RetentionHold.until_on, RetentionHold.reason, who.label("by"))
        .join(Family, Family.id == RetentionHold.family_id)
        .outerjoin(Account, Account.id == RetentionHold.by_id)
        .where(rights.sees_family(by))
        .order_by(RetentionHold.until_on, RetentionHold.family_id)
        .limit(MOST)
    )
    return pd.read_sql_query(rows, session.connection())


def _family(session: Session, by: Account | None, family_id: int) -> None:
    wanted = select(Family.id).where(Family.id == family_id, Family.state != "erased").with_for_update()
    if by is None or session.scalar(wanted.where(rights.sees_family(by))) is None:
        raise DoesNotExist("families")


def _of_families(name: str) -> rules.Rule:
    rule = rules.BY_NAME.get(name)
    if rule is None or not rule.of_families:
        raise DoesNotExist("rules")
    return rule


def _name() -> Any:
    return Family.name + func.coalesce(" " + Family.first_name, "")


def _count(session: Session, rows: Any) -> int:
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _page(session: Session, rows: Any, page: int, size: int) -> pd.DataFrame:
    return pd.read_sql_query(rows.offset((page - 1) * size).limit(size), session.connection())

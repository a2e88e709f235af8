"""Families, guardians and children as a person may reach them: found and authorised in one statement.

Nothing of a family is ever loaded by a bare number that came from a browser: what is not in the person's sight does not exist, and is
refused by the same words as what was never there.
"""

from typing import TypeVar

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session, selectinload

from db.models import Account, Base, Child, Family, FamilyChild, Guardian
from domain import rights
from domain.refusals import DoesNotExist, NotAllowed

Found = TypeVar("Found", bound=Base)


def own_family(session: Session, by: Account | None, *, lock: bool = False) -> Family:
    """The family of a parent's sign-in. Raises NotAllowed (nobody, or a member of the staff), DoesNotExist (a sign-in without one)."""
    if by is None or by.is_staff or by.state != "active":
        raise NotAllowed("identity")
    return _one(session, select(Family).join(Guardian).where(Guardian.account_id == by.id), "families", lock)


def family_of(session: Session, by: Account | None, family_id: int, *, lock: bool = False, people: bool = False) -> Family:
    """A family in the person's sight; with its guardians and children when `people` are asked for. Raises NotAllowed, DoesNotExist."""
    wanted = select(Family).where(Family.id == family_id, in_sight(by, Family.id))
    if people:
        wanted = wanted.options(selectinload(Family.guardians), selectinload(Family.children))
    return _one(session, wanted, "families", lock)


def guardian_of(session: Session, by: Account | None, guardian_id: int, *, lock: bool = False) -> Guardian:
    """A guardian of a family in the person's sight. Raises NotAllowed, DoesNotExist."""
    return _one(session, select(Guardian).where(Guardian.id == guardian_id, in_sight(by, Guardian.family_id)), "guardians", lock)


def child_of(session: Session, by: Account | None, child_id: int, *, lock: bool = False) -> Child:
    """A child of a family in the person's sight; a shared child is in the sight of both its homes. Raises NotAllowed, DoesNotExist."""
    home = exists().where(FamilyChild.child_id == Child.id, in_sight(by, FamilyChild.family_id))
    return _one(session, select(Child).where(Child.id == child_id, home), "children", lock)


def children_of(session: Session, by: Account | None) -> list[Child]:
    """The children of a parent's own family, the eldest first. Raises NotAllowed, DoesNotExist."""
    family = own_family(session, by)
    linked = select(Child).join(FamilyChild, FamilyChild.child_id == Child.id).where(FamilyChild.family_id == family.id)
    return list(session.scalars(linked.order_by(Child.born_on, Child.id)))


def in_sight(by: Account | None, family_id: rights.Column) -> ColumnElement[bool]:
    """The SQL condition that a column names a family in the person's sight: his own, or one of his sites'. Raises NotAllowed."""
    if by is None or by.state != "active":
        raise NotAllowed("identity")
    if by.is_staff:
        rights.require(by, "identity", rights.SEE)
    return rights.sees_family(by, family_id)


def _one(session: Session, wanted: Select[Found], kind: str, lock: bool) -> Found:
    if lock:
        wanted = wanted.with_for_update(of=wanted.column_descriptions[0]["entity"]).execution_options(populate_existing=True)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise DoesNotExist(kind)
    return found

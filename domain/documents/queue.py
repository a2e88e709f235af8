"""The papers that wait for a decision, the one that has waited longest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, true, tuple_
from sqlalchemy.orm import Session

from db.models import Account, Child, Document, DocumentKind, Family, Guardian
from domain.documents.decisions import in_reach
from domain.documents.sending import waits
from domain.rights import SEE, may, require, sees_family


@dataclass(frozen=True)
class Waiting:
    """A paper of the queue; `person` is empty for a paper of the family itself."""

    document_id: int
    sent_at: datetime
    family: str
    person: str | None
    kind: str
    is_compulsory: bool
    beside_accepted: bool


@dataclass(frozen=True)
class Beside:
    """What is known of the people whom a paper is about, to be compared with it: the family, its guardians, the child."""

    family: Family
    guardians: list[Guardian]
    child: Child | None


def to_check(session: Session, by: Account, *, kind_id: int | None = None, page: int = 1, size: int = 50) -> list[Waiting]:
    """One page of the papers in sight that wait, of one kind or of all."""
    require(by, "documents", SEE)
    child, guardian = Child.first_name + " " + Child.last_name, Guardian.first_name + " " + Guardian.last_name
    family = case((Family.first_name.is_(None), Family.name), else_=Family.name + " " + Family.first_name)
    columns: Any = (Document.id, Document.sent_at, family, func.coalesce(child, guardian), DocumentKind.name, DocumentKind.is_compulsory)
    found: Any = (
        select(*columns, and_(~Document.is_current, DocumentKind.purpose.is_distinct_from("court_decision")))
        .join(DocumentKind, DocumentKind.id == Document.kind_id)
        .join(Family, Family.id == Document.family_id)
        .outerjoin(Child, Child.id == Document.child_id)
        .outerjoin(Guardian, Guardian.id == Document.guardian_id)
        .where(*conditions(by, kind_id))
        .order_by(Document.sent_at, Document.id)
    )
    return [Waiting(*row) for row in session.execute(found.limit(size).offset((page - 1) * size))]


def kinds_to_check(session: Session, by: Account) -> list[tuple[int, str, int]]:
    """The kinds of the papers in sight that wait: number, name and how many of each, in the order of the kinds."""
    require(by, "documents", SEE)
    counted = select(DocumentKind.id, DocumentKind.name, func.count()).join(Document, Document.kind_id == DocumentKind.id)
    counted = counted.where(*conditions(by)).group_by(DocumentKind.id, DocumentKind.name, DocumentKind.position)
    return [(row[0], row[1], row[2]) for row in session.execute(counted.order_by(DocumentKind.position, DocumentKind.id))]


def next_to_check(session: Session, by: Account, document_id: int, kind_id: int | None = None) -> int | None:
    """The paper that follows one in the queue; the first of the queue after the last; None when no other waits."""
    require(by, "documents", SEE)
    here = session.execute(select(Document.sent_at, Document.id).where(Document.id == document_id)).one_or_none()
    queue = select(Document.id).where(*conditions(by, kind_id), Document.id != document_id).order_by(Document.sent_at, Document.id).limit(1)
    if here is not None:
        after = session.scalar(queue.where(tuple_(Document.sent_at, Document.id) > tuple_(here.sent_at, here.id)))
        if after is not None:
            return after
    return session.scalar(queue)


def beside(session: Session, by: Account, document_id: int) -> Beside:
    """What a paper is compared with. Raises NotAllowed, DoesNotExist."""
    require(by, "documents", SEE)
    require(by, "identity", SEE)
    document, _, family = in_reach(session, by, document_id)
    about = Guardian.id == document.guardian_id if document.guardian_id is not None else true()
    guardians = session.scalars(select(Guardian).where(Guardian.family_id == family.id, about).order_by(Guardian.id))
    child = session.get(Child, document.child_id) if document.child_id is not None else None
    return Beside(family, list(guardians), child)


def conditions(by: Account, kind_id: int | None = None) -> list[ColumnElement[bool]]:
    """The SQL conditions that a Document waits for a person's decision, of one kind or of all."""
    found = [waits(), sees_family(by, Document.family_id)]
    if kind_id is not None:
        found.append(Document.kind_id == kind_id)
    if not may(by, "health"):
        healthy = select(DocumentKind.id).where(~DocumentKind.is_health)
        found.append(Document.kind_id.in_(healthy))
    return found

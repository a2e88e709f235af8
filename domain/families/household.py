"""A family as its own parents see it, and as the staff does: its people, their access, what waits, and the homes of its children."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from db.models import Account, ChangeRequest, Child, Family, FamilyChild, Guardian
from domain import rights
from domain.families import finding, invitations
from domain.families.changing import SECTIONS, lacks_regime
from domain.families.deciding import QUEUE
from domain.families.fields import Rule, rules
from domain.families.invitations import Access
from domain.refusals import DoesNotExist
from domain.spelling import plain

MOST_CANDIDATES = 10


@dataclass(frozen=True)
class Household:
    """A family with its people. `shared` are the children who have another home, `waiting` what waits by (section, id)."""

    family: Family
    guardians: list[Guardian]
    children: list[Child]
    accesses: dict[int, Access]
    shared: frozenset[int]
    waiting: dict[tuple[str, int], int]
    homes_asked: list[ChangeRequest]
    highest_tariff: bool


@dataclass(frozen=True)
class Home:
    """A home of a child as the staff sees it; `name` is None for a family out of the person's sight."""

    family_id: int
    name: str | None
    custody: str


@dataclass(frozen=True)
class Candidate:
    """A family that the other parent may already have: by `email` or by `name`. Out of sight only the likeness is told."""

    family_id: int | None
    name: str | None
    guardian: str | None
    likeness: str


@dataclass(frozen=True)
class Sheet:
    """One thing of a family as its form needs it: values, rules, what waits by field; of a guardian, the access."""

    values: dict[str, Any]
    decided: dict[str, Rule]
    waiting: dict[str, ChangeRequest]
    access: Access | None = None
    own: bool = False
    full_name: str = ""


def household(session: Session, by: Account | None) -> Household:
    """The parent's own family. Raises NotAllowed, DoesNotExist."""
    return _whole(session, finding.own_family(session, by))


def household_of(session: Session, by: Account | None, family_id: int) -> Household:
    """A family in the sight of the staff. Raises NotAllowed, DoesNotExist."""
    rights.require(by, "identity", rights.SEE)
    return _whole(session, finding.family_of(session, by, family_id))


def sheet(session: Session, by: Account | None, section: str, object_id: int) -> Sheet:
    """The form of the own family, of one of its guardians or children. Raises NotAllowed, DoesNotExist."""
    finding.own_family(session, by)
    assert by is not None
    decided = rules(session, section)  # type: ignore[arg-type]
    thing: Family | Guardian | Child
    if section == "family":
        thing = finding.family_of(session, by, object_id)
    elif section == "guardian":
        thing = finding.guardian_of(session, by, object_id)
    else:
        thing = finding.child_of(session, by, object_id)
    values = {name: getattr(thing, name) for name in decided}
    asked = select(ChangeRequest).where(
        ChangeRequest.section == section, ChangeRequest.object_id == thing.id, ChangeRequest.state == "waiting"
    )
    waiting = {request.field: request for request in session.scalars(asked)}
    if not isinstance(thing, Guardian):
        name = thing.full_name if isinstance(thing, Child) else thing.name
        return Sheet(values, decided, waiting, full_name=name)
    access = invitations.accesses(session, [thing])[thing.id]
    return Sheet(values | {"email": access.email}, decided, waiting, access, thing.account_id == by.id, thing.full_name)


def homes(session: Session, by: Account | None, child_ids: Sequence[int]) -> dict[int, list[Home]]:
    """The homes of children in the sight of the staff, by child. Raises NotAllowed."""
    rights.require(by, "identity", rights.SEE)
    assert by is not None
    rows = (
        select(FamilyChild.child_id, Family.id, Family.name, FamilyChild.custody, rights.sees_family(by, Family.id).label("seen"))
        .join(Family, Family.id == FamilyChild.family_id)
        .where(FamilyChild.child_id.in_(child_ids))
        .order_by(FamilyChild.child_id, Family.id)
    )
    found: dict[int, list[Home]] = {child_id: [] for child_id in child_ids}
    for child_id, family_id, name, custody, seen in session.execute(rows):
        found[child_id].append(Home(family_id, name if seen else None, custody))
    return found


def candidates(session: Session, by: Account | None, request: ChangeRequest) -> list[Candidate]:
    """The families that the other parent of a request may already have, those of the same e-mail first. Raises NotAllowed."""
    rights.require(by, "accounts", rights.SEE)
    assert by is not None
    asked = request.values
    alike = plain(f"{asked['first_name']} {asked['last_name']}")
    same_email = or_(Guardian.email == asked["email"], Account.email == asked["email"])
    rows = (
        select(Family.id, Family.name, Guardian.first_name + " " + Guardian.last_name, same_email, rights.sees_family(by, Family.id))
        .join(Guardian, Guardian.family_id == Family.id)
        .outerjoin(Account, Account.id == Guardian.account_id)
        .where(or_(same_email, Guardian.search_name == alike), Family.id != request.family_id)
        .where(Family.state.in_(("active", "approved")))
        .order_by(same_email.desc(), Family.id)
        .limit(MOST_CANDIDATES)
    )
    found = []
    for family_id, name, guardian, by_email, seen in session.execute(rows):
        likeness = "email" if by_email else "name"
        found.append(Candidate(family_id, name, guardian, likeness) if seen else Candidate(None, None, None, likeness))
    return found


def alike_children(session: Session, by: Account | None, request: ChangeRequest) -> list[tuple[int, str, str]]:
    """The children in sight whom a likely duplicate may be: id, name, family. Raises NotAllowed."""
    rights.require(by, "accounts", rights.SEE)
    assert by is not None
    rows = (
        select(Child.id, Child.first_name + " " + Child.last_name, func.min(Family.name))
        .join(FamilyChild, FamilyChild.child_id == Child.id)
        .join(Family, Family.id == FamilyChild.family_id)
        .where(Child.id.in_(request.values["children"]), rights.sees_family(by, Family.id))
        .group_by(Child.id, Child.first_name, Child.last_name)
        .order_by(Child.id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(rows)]


def request_of(session: Session, by: Account | None, request_id: int) -> ChangeRequest:
    """A waiting request of a family in the sight of the staff. Raises NotAllowed, DoesNotExist."""
    rights.require(by, "identity", rights.SEE)
    assert by is not None
    wanted = select(ChangeRequest).where(ChangeRequest.id == request_id, ChangeRequest.section.in_(QUEUE), ChangeRequest.state == "waiting")
    request = session.scalar(wanted.where(rights.sees_family(by, ChangeRequest.family_id)))
    if request is None:
        raise DoesNotExist("change_requests")
    return request


def _whole(session: Session, family: Family) -> Household:
    wanted = select(Family).where(Family.id == family.id).options(selectinload(Family.guardians), selectinload(Family.children))
    family = session.scalars(wanted.execution_options(populate_existing=True)).one()
    guardians, children = list(family.guardians), list(family.children)
    ids = [child.id for child in children]
    links = select(FamilyChild.child_id).where(FamilyChild.child_id.in_(ids), FamilyChild.family_id != family.id)
    shared = frozenset(session.scalars(links))
    of_family = select(ChangeRequest).where(ChangeRequest.family_id == family.id, ChangeRequest.state == "waiting")
    waiting: dict[tuple[str, int], int] = {}
    asked = []
    for request in session.scalars(of_family.order_by(ChangeRequest.asked_at, ChangeRequest.id)):
        if request.section in SECTIONS:
            waiting[request.section, request.object_id] = waiting.get((request.section, request.object_id), 0) + 1
        elif request.section == "other_home":
            asked.append(request)
    lacks = lacks_regime(family, rules(session, "family"))
    return Household(family, guardians, children, invitations.accesses(session, guardians), shared, waiting, asked, lacks)

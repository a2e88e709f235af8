"""What the staff needs to know around a child: its homes and their telephones, who may fetch it or must not, what it may do."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Account, Child, Family, FamilyChild, Guardian, HealthRecord
from domain import clock, rights
from domain.families import finding
from domain.families.sheets.certification import state_of
from domain.families.sheets.contacts import Contacts, contacts_for
from domain.families.sheets.permissions import Answers, answers_for

PHONES = ("phone_mobile", "phone_landline", "phone_work_mobile", "phone_work")


@dataclass(frozen=True)
class Parent:
    """A guardian and the telephones to try, in their order."""

    guardian_id: int
    full_name: str
    phones: tuple[str, ...]


@dataclass(frozen=True)
class Home:
    """A family of the child, its own telephones, and its guardians."""

    family_id: int
    name: str
    custody: str
    phones: tuple[str, ...]
    parents: tuple[Parent, ...]


@dataclass(frozen=True)
class Surroundings:
    """A child as the staff sees it without its health: whether there is a health sheet and until when it is certified is told."""

    child: Child
    age: int
    homes: tuple[Home, ...]
    contacts: Contacts
    answers: Answers
    has_health: bool
    health_until_on: date | None
    health_is_certified: bool


def surroundings(session: Session, by: Account | None, child_id: int) -> Surroundings:
    """The surroundings of a child in the sight of a member of the staff. Raises NotAllowed, DoesNotExist."""
    rights.require(by, "identity", rights.SEE)
    child = finding.child_of(session, by, child_id)
    until, counts = state_of(session, child.id, "health")
    has_health = session.scalar(select(HealthRecord.child_id).where(HealthRecord.child_id == child.id)) is not None
    return Surroundings(
        child=child,
        age=child.age_on(clock.today()),
        homes=_homes(session, child.id),
        contacts=contacts_for(session, child.id, None),
        answers=answers_for(session, child.id, None),
        has_health=has_health,
        health_until_on=until,
        health_is_certified=counts,
    )


def _homes(session: Session, child_id: int) -> tuple[Home, ...]:
    rows = session.execute(
        select(Family, FamilyChild.custody, Guardian)
        .join(FamilyChild, FamilyChild.family_id == Family.id)
        .outerjoin(Guardian, Guardian.family_id == Family.id)
        .where(FamilyChild.child_id == child_id)
        .order_by(Family.id, Guardian.id)
    ).all()
    families = {family.id: (family, custody) for family, custody, _ in rows}
    return tuple(
        Home(
            family_id=family.id,
            name=" ".join(filter(None, (family.name, family.first_name))),
            custody=custody,
            phones=_phones(family),
            parents=tuple(
                Parent(guardian.id, guardian.full_name, _phones(guardian))
                for row, _, guardian in rows
                if row.id == family.id and guardian is not None
            ),
        )
        for family, custody in families.values()
    )


def _phones(thing: Family | Guardian) -> tuple[str, ...]:
    """The telephones that are known, each once."""
    return tuple(dict.fromkeys(number for name in PHONES if (number := getattr(thing, name, None))))

"""The people around a child: whom to call, who may fetch it, and who must not.

Each home names its own people and sees those of the other without their telephone. A ban is written and lifted by acts of their own,
never by changing an answer, and only by the home, or the structure, that told it. Somebody whom one home allows and another forbids does
not fetch the child.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from db.models import Account, Attendance, Child, Family, FamilyChild, Guardian, PickupPerson
from domain import clock, journal, rights
from domain.families import finding
from domain.families.fields import NotSound
from domain.families.sheets.periods import outdate
from domain.families.sheets.refusals import (
    GuardianNotForbidden,
    IsForbidden,
    IsThereAlready,
    NotYours,
    SheetChanged,
    SureNeeded,
    TooManyPeople,
)
from domain.families.sheets.typed import line, phone
from domain.journal import MASKED
from domain.refusals import DoesNotExist, filled
from domain.spelling import plain

MOST = 20
FIELDS = ("full_name", "relation", "phone", "is_emergency_contact", "pickup")


@dataclass(frozen=True)
class Contact:
    """Somebody around a child. `told_by` says who named him, seen from the reader; `home` is that family's name.

    `is_disputed`: allowed by one home, forbidden by another, hence not to be given the child.
    """

    id: int
    full_name: str
    relation: str | None
    phone: str | None
    is_emergency_contact: bool
    pickup: Literal["allowed", "not_asked", "forbidden"]
    told_by: Literal["own", "other", "structure"]
    home: str | None
    revision: int
    is_disputed: bool = False


@dataclass(frozen=True)
class Contacts:
    """The people around a child, in the order in which they are called."""

    child_id: int
    people: tuple[Contact, ...]

    @property
    def forbidden(self) -> tuple[Contact, ...]:
        """Who must not fetch the child."""
        return tuple(person for person in self.people if person.pickup == "forbidden")

    @property
    def others(self) -> tuple[Contact, ...]:
        """Everybody else: those to call, those who may fetch the child."""
        return tuple(person for person in self.people if person.pickup != "forbidden")

    def of(self, person_id: int) -> Contact:
        """One of the people. Raises DoesNotExist."""
        for person in self.people:
            if person.id == person_id:
                return person
        raise DoesNotExist("pickup_persons")

    @property
    def mark(self) -> str:
        """What the reader has before his eyes, for `certify`."""
        return " ".join(f"{person.id}.{person.revision}" for person in sorted(self.people, key=lambda person: person.id))


def contacts_of(session: Session, by: Account | None, child_id: int) -> Contacts:
    """The people around a child, as its family reads them. Raises NotAllowed, DoesNotExist."""
    family = finding.own_family(session, by)
    found = contacts_for(session, finding.child_of(session, by, child_id).id, family.id)
    return replace(found, people=tuple(person if person.told_by == "own" else replace(person, phone=None) for person in found.people))


def contacts_for(session: Session, child_id: int, family_id: int | None) -> Contacts:
    """The same for a child that the caller has found; `family_id` is the reader's own home, None for the staff."""
    rows = session.execute(
        select(PickupPerson, Family.name)
        .outerjoin(Family, Family.id == PickupPerson.family_id)
        .where(_named(child_id))
        .order_by(PickupPerson.position, PickupPerson.id)
    ).all()
    banned = {_words(person.full_name) for person, _ in rows if person.pickup == "forbidden"}
    return Contacts(child_id, tuple(_seen(person, home, family_id, banned) for person, home in rows))


def name_person(session: Session, by: Account | None, child_id: int, typed: Mapping[str, Any]) -> PickupPerson:
    """A home names somebody to call, who may fetch the child or is not asked to.

    `typed`: full_name, relation, phone, is_emergency_contact, pickup (allowed, not_asked). Raises NotAllowed, DoesNotExist, Incomplete,
    TooLong, NotSound, IsForbidden, IsThereAlready, TooManyPeople.
    """
    family, child = _home(session, by, child_id)
    values = _sound(typed)
    _guard_name(session, child.id, family.id, values["full_name"])
    last = session.scalar(select(func.max(PickupPerson.position)).where(PickupPerson.child_id == child.id)) or 0
    person = PickupPerson(child_id=child.id, family_id=family.id, position=last + 1, revision=1, **values)
    session.add(person)
    _decided(session, by, "name_person", person)
    return person


def change_person(session: Session, by: Account | None, person_id: int, read: Mapping[str, Any], typed: Mapping[str, Any]) -> PickupPerson:
    """A home changes what it said of somebody; `read` holds the values as the form showed them.

    Raises as `name_person` does, and NotYours, SheetChanged; somebody forbidden is not changed but lifted.
    """
    person = _own(session, by, person_id)
    if person.pickup == "forbidden":
        raise IsForbidden(person.full_name)
    values = _sound({name: getattr(person, name) for name in FIELDS} | dict(typed))
    wanted = {name: value for name, value in values.items() if value != read.get(name)}
    moved = [name for name, value in wanted.items() if getattr(person, name) not in (read.get(name), value)]
    if moved:
        raise SheetChanged(tuple(moved))
    if "full_name" in wanted:
        _guard_name(session, person.child_id, person.family_id, wanted["full_name"], but=person.id)
    for name, value in wanted.items():
        setattr(person, name, value)
    if session.is_modified(person):
        person.revision += 1
        _decided(session, by, "change_person", person)
    return person


def call_first(session: Session, by: Account | None, person_id: int) -> None:
    """A home puts somebody before the others. Raises NotAllowed, DoesNotExist, NotYours."""
    person = _own(session, by, person_id)
    first = session.scalar(select(func.min(PickupPerson.position)).where(PickupPerson.child_id == person.child_id))
    person.position, person.revision = (first or 0) - 1, person.revision + 1
    _decided(session, by, "change_person", person)


def remove_person(session: Session, by: Account | None, person_id: int) -> None:
    """A home takes back somebody whom it named. Raises NotAllowed, DoesNotExist, NotYours, IsForbidden."""
    person = _own(session, by, person_id)
    if person.pickup == "forbidden":
        raise IsForbidden(person.full_name)
    _decided(session, by, "remove_person", person, gone=True)


def forbid_person(session: Session, by: Account | None, child_id: int, typed: Mapping[str, Any], *, sure: bool) -> PickupPerson:
    """A home says who must not fetch the child: a name and, if it wants, a relation. Parents are kept away by a court alone.

    Raises NotAllowed, DoesNotExist, SureNeeded, Incomplete, TooLong, NotSound, GuardianNotForbidden, IsThereAlready, TooManyPeople.
    """
    family, child = _home(session, by, child_id)
    name = line("full_name", typed.get("full_name"), compulsory=True)
    relation = line("relation", typed.get("relation")) or None
    if not sure:
        raise SureNeeded
    parents = select(Guardian).join(FamilyChild, FamilyChild.family_id == Guardian.family_id).where(FamilyChild.child_id == child.id)
    if any(_words(parent.full_name) == _words(name) for parent in session.scalars(parents)):
        raise GuardianNotForbidden(name)
    _guard_name(session, child.id, family.id, name, ban=True)
    person = PickupPerson(child_id=child.id, family_id=family.id, full_name=name, relation=relation, pickup="forbidden", revision=1)
    session.add(person)
    _decided(session, by, "forbid_person", person)
    return person


def forbid_guardian(session: Session, by: Account | None, child_id: int, guardian_id: int, reason: str, *, sure: bool) -> PickupPerson:
    """The structure writes down that a court keeps a parent of the child away; `reason` names the decision, 250 characters at most.

    Raises NotAllowed, DoesNotExist, SureNeeded, Incomplete, TooLong, IsThereAlready.
    """
    rights.require(by, "identity")
    child = finding.child_of(session, by, child_id, lock=True)
    told = filled("reason", reason, 250)
    home = exists().where(FamilyChild.child_id == child.id, FamilyChild.family_id == Guardian.family_id)
    parent = session.scalar(select(Guardian).where(Guardian.id == guardian_id, home))
    if parent is None:
        raise DoesNotExist("guardians")
    if not sure:
        raise SureNeeded
    there = select(PickupPerson.id).where(_named(child.id), PickupPerson.guardian_id == parent.id)
    if session.scalar(there.limit(1)) is not None:
        raise IsThereAlready(parent.full_name)
    person = PickupPerson(child_id=child.id, guardian_id=parent.id, full_name=parent.full_name, pickup="forbidden", revision=1)
    session.add(person)
    _decided(session, by, "forbid_guardian", person, reason=told)
    return person


def lift_ban(session: Session, by: Account | None, person_id: int, *, sure: bool, reason: str | None = None) -> None:
    """Takes a ban back: the home that told it, or the structure, with its reason; then the person may be named again.

    Raises NotAllowed, DoesNotExist, NotYours, SureNeeded, Incomplete, TooLong.
    """
    told = None
    if by is not None and by.is_staff:
        rights.require(by, "identity")
        person = _found(session, by, person_id)
        told = filled("reason", reason, 250)
    else:
        person = _own(session, by, person_id)
    if person.pickup != "forbidden":
        raise DoesNotExist("pickup_persons")
    if not sure:
        raise SureNeeded
    _decided(session, by, "lift_ban", person, told, gone=True)


def _seen(person: PickupPerson, home: str | None, family_id: int | None, banned: set[frozenset[str]]) -> Contact:
    told_by: Literal["own", "other", "structure"] = (
        "structure" if person.family_id is None else "own" if person.family_id == family_id else "other"
    )
    return Contact(
        id=person.id,
        full_name=person.full_name,
        relation=person.relation,
        phone=person.phone,
        is_emergency_contact=person.is_emergency_contact,
        pickup=person.pickup,  # type: ignore[arg-type]
        told_by=told_by,
        home=home,
        revision=person.revision,
        is_disputed=person.pickup != "forbidden" and _words(person.full_name) in banned,
    )


def _home(session: Session, by: Account | None, child_id: int) -> tuple[Family, Child]:
    """The parent's own family and the locked child."""
    return finding.own_family(session, by), finding.child_of(session, by, child_id, lock=True)


def _found(session: Session, by: Account | None, person_id: int) -> PickupPerson:
    """Somebody around a child in the person's sight, the child locked."""
    linked = exists().where(FamilyChild.child_id == PickupPerson.child_id, finding.in_sight(by, FamilyChild.family_id))
    child_id = session.scalar(select(PickupPerson.child_id).where(PickupPerson.id == person_id, linked))
    if child_id is None:
        raise DoesNotExist("pickup_persons")
    finding.child_of(session, by, child_id, lock=True)
    person = session.get(PickupPerson, person_id, with_for_update=True, populate_existing=True)
    if person is None or person.removed_at is not None:
        raise DoesNotExist("pickup_persons")
    return person


def _own(session: Session, by: Account | None, person_id: int) -> PickupPerson:
    """Somebody whom the parent's own home named."""
    family = finding.own_family(session, by)
    person = _found(session, by, person_id)
    if person.family_id != family.id:
        raise NotYours(by_structure=person.family_id is None)
    return person


def _sound(typed: Mapping[str, Any]) -> dict[str, Any]:
    if typed.get("pickup") not in ("allowed", "not_asked"):
        raise NotSound("pickup", "choice")
    return {
        "full_name": line("full_name", typed.get("full_name"), compulsory=True),
        "relation": line("relation", typed.get("relation")) or None,
        "phone": phone("phone", typed.get("phone"), compulsory=True),
        "is_emergency_contact": bool(typed.get("is_emergency_contact")),
        "pickup": typed["pickup"],
    }


def _guard_name(session: Session, child_id: int, family_id: int | None, name: str, *, but: int | None = None, ban: bool = False) -> None:
    """Refuses a name that stands on the sheet already: a home names somebody once, and nobody who is forbidden."""
    words = _words(name)
    rows = [row for row in session.scalars(select(PickupPerson).where(_named(child_id))) if row.id != but]
    same = [row for row in rows if _words(row.full_name) == words]
    if not ban and any(row.pickup == "forbidden" for row in same):
        raise IsForbidden(name)
    if any(row.family_id == family_id for row in same):
        raise IsThereAlready(name)
    if but is None and len(rows) >= MOST:
        raise TooManyPeople(MOST)


def _named(child_id: int) -> ColumnElement[bool]:
    """Who stands on a child's list."""
    return and_(PickupPerson.child_id == child_id, PickupPerson.removed_at.is_(None))


def _words(name: str) -> frozenset[str]:
    """A name to be compared: its words without accents, in whatever order."""
    return frozenset(re.findall(r"\w+", plain(name)))


def _decided(
    session: Session, by: Account | None, act: str, person: PickupPerson, reason: str | None = None, *, gone: bool = False
) -> None:
    """The list is to be certified again; the act goes to the journal, the person by a name that is masked."""
    outdate(session, "contacts", person.child_id)
    if not gone:
        journal.record(session, by, act, person, reason=reason)
        return
    if session.scalar(select(Attendance.id).where(Attendance.child_id == person.child_id, Attendance.fetched_by_id == person.id).limit(1)):
        person.removed_at = clock.now()
    else:
        session.delete(person)
    session.flush()
    changes = {"full_name": [MASKED, None]}
    journal.record(session, by, act, (PickupPerson, person.id), family_id=person.family_id, reason=reason, changes=changes)

"""Somebody more in a family: a parent, a child. Taken at once; what might be the same child twice is told to the staff alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from db.models import Account, ChangeRequest, Child, FamilyChild, Guardian
from domain import clock, documents, journal
from domain.families import finding, invitations
from domain.families.changing import search_name
from domain.families.fields import rules, sound, to_begin
from domain.refusals import Refusal

MOST_GUARDIANS = 6
MOST_CHILDREN = 20


@dataclass(eq=False)
class FamilyFull(Refusal):
    """A family has as many guardians or children as the house can believe."""

    most: int


@dataclass(eq=False)
class ThereAlready(Refusal):
    """The own family has a child of this name and birth date: the form was sent twice, or begun again."""

    first_name: str


def add_child(session: Session, by: Account | None, typed: Mapping[str, Any]) -> Child:
    """Adds a child to the parent's own family. One that another family has too is not told of: the staff finds a note of it.

    Raises NotAllowed, Incomplete, TooLong, NotSound, ThereAlready, FamilyFull.
    """
    family = finding.own_family(session, by, lock=True)
    assert by is not None
    values = sound("child", typed, to_begin("child", rules(session, "child")))
    child = Child(**values, created_at=clock.now())
    child.search_name = search_name(child)
    alike = (Child.search_name == child.search_name, Child.born_on == child.born_on)
    mine = exists().where(FamilyChild.child_id == Child.id, FamilyChild.family_id == family.id)
    if session.scalar(select(Child.id).where(*alike, mine)):
        raise ThereAlready(child.first_name)
    if (session.scalar(select(func.count()).where(FamilyChild.family_id == family.id)) or 0) >= MOST_CHILDREN:
        raise FamilyFull(MOST_CHILDREN)
    others = list(session.scalars(select(Child.id).where(*alike).order_by(Child.id).limit(5)))
    session.add(child)
    session.flush()
    session.add(FamilyChild(family_id=family.id, child_id=child.id, custody="full"))
    journal.record(session, by, "add_child", child, family_id=family.id)
    if others:
        note = ChangeRequest(
            family_id=family.id,
            section="duplicate",
            object_id=child.id,
            field="child",
            values={"children": others},
            state="waiting",
            asked_by_id=by.id,
            asked_at=clock.now(),
        )
        session.add(note)
    documents.refresh(session, [family.id])
    return child


def add_guardian(session: Session, by: Account | None, typed: Mapping[str, Any]) -> Guardian:
    """Adds a guardian to the parent's own family, without a sign-in; the e-mail waits beside until its owner answers an invitation.

    Raises NotAllowed, Incomplete, TooLong, NotSound, FamilyFull.
    """
    family = finding.own_family(session, by, lock=True)
    assert by is not None
    values = sound("guardian", typed, to_begin("guardian", rules(session, "guardian")))
    email = values.pop("email", None)
    if (session.scalar(select(func.count()).where(Guardian.family_id == family.id)) or 0) >= MOST_GUARDIANS:
        raise FamilyFull(MOST_GUARDIANS)
    guardian = Guardian(**values, family_id=family.id, created_at=clock.now())
    guardian.search_name = search_name(guardian)
    session.add(guardian)
    journal.record(session, by, "add_guardian", guardian, family_id=family.id)
    if email:
        invitations.keep_email(session, by, guardian, email)
    documents.refresh(session, [family.id])
    return guardian

"""Certifying: the family reads a sheet and says that it is still right, for a period, instead of typing it again."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from db.models import Account, CertifiedSheet, Child, FamilyChild, Guardian, HealthRecord, Permission, PickupPerson
from domain import clock, journal
from domain.families import finding
from domain.families.sheets.contacts import contacts_of
from domain.families.sheets.health import health_of
from domain.families.sheets.periods import SOON, lasts_until
from domain.families.sheets.permissions import answers_of
from domain.refusals import ChangedMeanwhile, DoesNotExist, NotAllowed, Refusal

Section = Literal["health", "contacts", "permissions"]
State = Literal["never", "to_certify", "ending", "certified"]
SECTIONS: tuple[Section, ...] = ("health", "contacts", "permissions")


@dataclass(eq=False)
class CannotCertify(Refusal):
    """Questions of the sheet have no answer yet: their names."""

    fields: tuple[str, ...]


@dataclass(frozen=True)
class SheetState:
    """Where a sheet of a child stands: never filled in, to be certified, certified until a day, and soon no more (30 days)."""

    child_id: int
    first_name: str
    section: Section
    state: State
    until_on: date | None


def certify(session: Session, by: Account | None, child_id: int, section: str, mark: str) -> CertifiedSheet:
    """A family certifies a sheet of its child; `mark` is that of the sheet it has read.

    Raises NotAllowed, DoesNotExist, CannotCertify, ChangedMeanwhile (another parent has changed it since), SheetUnreadable.
    """
    family = finding.own_family(session, by)
    assert by is not None
    if section not in SECTIONS:
        raise DoesNotExist("certified_sheets")
    child = finding.child_of(session, by, child_id, lock=True)
    now, missing = _read(session, by, child.id, section)
    if missing:
        raise CannotCertify(missing)
    if now != mark:
        raise ChangedMeanwhile("certified_sheets")
    until = lasts_until(session, clock.today())
    about = {"family_id": family.id, "section": section, "object_id": child.id}
    sheet = CertifiedSheet(**about, certified_at=clock.now(), by_id=by.id, until_on=until)
    session.add(sheet)
    journal.record(session, by, "certify_sheet", sheet, reason=section, changes={"until_on": [None, until]})
    return sheet


def sheets_of(session: Session, by: Account | None) -> list[SheetState]:
    """Where each sheet of each child of a parent's family stands, the eldest child first: one statement. Raises NotAllowed."""
    if by is None or by.is_staff or by.state != "active":
        raise NotAllowed("identity")
    home = FamilyChild.family_id
    until = [
        select(func.max(CertifiedSheet.until_on))
        .where(CertifiedSheet.section == section, CertifiedSheet.object_id == Child.id)
        .where(CertifiedSheet.family_id == home if section == "permissions" else CertifiedSheet.section == section)
        .scalar_subquery()
        for section in SECTIONS
    ]
    named = select(func.count()).where(PickupPerson.child_id == Child.id, PickupPerson.removed_at.is_(None)).scalar_subquery()
    answered = select(func.count()).where(and_(Permission.child_id == Child.id, Permission.family_id == home)).scalar_subquery()
    rows = session.execute(
        select(Child.id, Child.first_name, func.coalesce(HealthRecord.revision, 0), named, answered, *until)
        .join(FamilyChild, FamilyChild.child_id == Child.id)
        .join(Guardian, Guardian.family_id == home)
        .outerjoin(HealthRecord, HealthRecord.child_id == Child.id)
        .where(Guardian.account_id == by.id)
        .order_by(Child.born_on, Child.id)
    )
    return [
        SheetState(row[0], row[1], section, _state(bool(row[2 + place]), row[5 + place]), row[5 + place])
        for row in rows
        for place, section in enumerate(SECTIONS)
    ]


def state_of(session: Session, child_id: int, section: Section) -> tuple[date | None, bool]:
    """Until when a sheet was last certified by anybody, and whether that counts today. The caller has found the child."""
    until = session.scalar(
        select(func.max(CertifiedSheet.until_on)).where(CertifiedSheet.section == section, CertifiedSheet.object_id == child_id)
    )
    return until, until is not None and until >= clock.today()


def _read(session: Session, by: Account, child_id: int, section: str) -> tuple[str, tuple[str, ...]]:
    """The mark of a sheet as it stands, and its questions without an answer."""
    if section == "health":
        sheet = health_of(session, by, child_id)
        return sheet.mark, sheet.unanswered()
    if section == "contacts":
        return contacts_of(session, by, child_id).mark, ()
    answers = answers_of(session, by, child_id)
    return answers.mark, answers.unanswered()


def _state(filled: bool, until: date | None) -> State:
    today = clock.today()
    if until is None:
        return "to_certify" if filled else "never"
    if until < today:
        return "to_certify"
    return "ending" if until <= today + SOON else "certified"

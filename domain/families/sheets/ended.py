"""A home of a child that has ended: what it allowed counts no more."""

from sqlalchemy import delete, exists, update
from sqlalchemy.orm import Session

from db.models import Attendance, Permission, PickupPerson
from domain import clock
from domain.families.sheets.periods import outdate


def take_back_leave(session: Session, child_id: int, family_id: int) -> None:
    """Takes a home's people, but for those it forbade, off a child's list, and its answers.

    Somebody who has fetched the child stays for the record, off the list. The caller holds the child and writes the act down.
    """
    session.execute(delete(Permission).where(Permission.child_id == child_id, Permission.family_id == family_id))
    theirs = (PickupPerson.child_id == child_id, PickupPerson.family_id == family_id, PickupPerson.pickup != "forbidden")
    came = exists().where(Attendance.fetched_by_id == PickupPerson.id)
    session.execute(update(PickupPerson).where(*theirs, came, PickupPerson.removed_at.is_(None)).values(removed_at=clock.now()))
    session.execute(delete(PickupPerson).where(*theirs, ~came))
    outdate(session, "contacts", child_id)

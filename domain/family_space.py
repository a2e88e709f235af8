"""What a family sees first: its next days, what it owes, whether its file is complete."""

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Account, Activity, Booking, Child, Family, FamilyBalance, FamilyFile, Guardian, Slot
from domain import clock
from domain.refusals import DoesNotExist

STATES = ("pending", "to_pay", "confirmed")


@dataclass(frozen=True)
class NextDay:
    """One booked slot to come."""

    day: date
    child: str
    activity: str
    slot: str
    starts_at: time
    ends_at: time
    state: str


@dataclass(frozen=True)
class Glance:
    """A family's own figures. `oldest_due_on` is the oldest day by which something should have been paid; amounts are cents."""

    name: str
    open_cents: int
    oldest_due_on: date | None
    papers_missing: int
    papers_expected: int
    days: list[NextDay]


def at_a_glance(session: Session, by: Account, limit: int = 12) -> Glance:
    """The figures of the family that a parent's sign-in belongs to. Raises DoesNotExist for an account without a family."""
    summary = (
        select(
            Family.id,
            Family.name,
            FamilyBalance.open_cents,
            FamilyBalance.oldest_due_on,
            FamilyFile.missing,
            FamilyFile.expected,
        )
        .join(Guardian, Guardian.family_id == Family.id)
        .outerjoin(FamilyBalance, FamilyBalance.family_id == Family.id)
        .outerjoin(FamilyFile, FamilyFile.family_id == Family.id)
        .where(Guardian.account_id == by.id)
    )
    family = session.execute(summary).one_or_none()
    if family is None:
        raise DoesNotExist("families")
    days = (
        select(Booking.day, Child.first_name, Activity.name, Slot.name, Slot.starts_at, Slot.ends_at, Booking.state)
        .join(Child, Child.id == Booking.child_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Activity, Activity.id == Slot.activity_id)
        .where(Booking.family_id == family.id, Booking.day >= clock.today(), Booking.state.in_(STATES))
        .order_by(Booking.day, Slot.starts_at, Child.first_name)
        .limit(limit)
    )
    booked = [NextDay(*row) for row in session.execute(days)]
    return Glance(
        name=family.name,
        open_cents=family.open_cents or 0,
        oldest_due_on=family.oldest_due_on,
        papers_missing=family.missing or 0,
        papers_expected=family.expected or 0,
        days=booked,
    )

"""A family tells its quotient: at once what counts, or waiting until the staff has looked at the proof, as the structure decided."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Account, Document, FamilyQuotient
from domain import clock, journal
from domain.families import finding
from domain.families.quotient.values import Told, WrongQuotient, last_day, sound
from domain.refusals import DoesNotExist
from domain.structure import setting


def declare(session: Session, by: Account | None, value_cents: int, month_on: date, document_id: int | None = None) -> FamilyQuotient:
    """A parent tells the family's quotient, in cents, for a month, with its proof if it was sent (a paper of the family).

    The one before that still waits is withdrawn. Raises NotAllowed, DoesNotExist, WrongQuotient.
    """
    family = finding.own_family(session, by, lock=True)
    told = sound(value_cents, month_on)
    if document_id is not None:
        _own_proof(session, family.id, document_id)
    waits = bool(setting(session, "quotient")["checked"])
    row = follow(session, by, family.id, told, source="proof" if document_id else "typed", waits=waits, document_id=document_id)
    journal.record(session, by, "declare_quotient", row, changes=masked(row))
    return row


def follow(
    session: Session,
    by: Account | None,
    family_id: int,
    told: Told,
    *,
    source: str,
    waits: bool,
    document_id: int | None = None,
    from_on: date | None = None,
) -> FamilyQuotient:
    """Adds a quotient behind the ones there are. The family must be locked: of two that come together, one is the newer."""
    begins = from_on or clock.today()
    until = last_day(session, told.month_on, begins)
    if until < begins:
        raise WrongQuotient("too_old")
    waiting = select(FamilyQuotient).where(FamilyQuotient.family_id == family_id, FamilyQuotient.state == "waiting")
    for before in session.scalars(waiting.with_for_update()):
        before.state, before.decided_at = "withdrawn", clock.now()
    session.flush()
    row = FamilyQuotient(
        family_id=family_id,
        value_cents=told.value_cents,
        month_on=told.month_on,
        document_id=document_id,
        source=source,
        from_on=begins,
        until_on=until,
        recorded_at=clock.now(),
        recorded_by_id=by.id if by else None,
        state="waiting" if waits else "accepted",
    )
    session.add(row)
    return row


def masked(row: FamilyQuotient) -> dict[str, list[str | None]]:
    """What the journal tells of a new quotient: that there is a value, whatever it is (a zero too)."""
    return {"value_cents": [None, journal.MASKED], "state": [None, row.state]}


def _own_proof(session: Session, family_id: int, document_id: int) -> None:
    own = select(Document.id)
    if session.scalar(own.where(Document.id == document_id, Document.family_id == family_id, Document.child_id.is_(None))) is None:
        raise DoesNotExist("documents")

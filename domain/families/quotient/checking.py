"""The staff's look at a quotient that a family told: accepted, corrected by what the proof says, or refused with a reason."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Account, Document, FamilyQuotient, Guardian
from domain import clock, documents, journal, letters, rights
from domain.documents.decisions import written_to
from domain.families import finding
from domain.families.quotient.declaring import follow, masked
from domain.families.quotient.values import WrongQuotient, last_day, sound
from domain.refusals import AlreadyDecided, DoesNotExist, filled


def accept(session: Session, by: Account | None, quotient_id: int) -> None:
    """What the family told counts, from the day it told it; its proof is accepted with it by who may check papers.

    Raises NotAllowed, DoesNotExist, AlreadyDecided.
    """
    row = _waiting(session, by, quotient_id)
    _decide(session, by, row, "accepted")
    journal.record(session, by, "accept_quotient", row)
    _accept_proof(session, by, row)
    _tell(session, row, "quotient_accepted")


def correct(session: Session, by: Account | None, quotient_id: int, value_cents: int, month_on: date) -> FamilyQuotient:
    """The proof says something else: that value counts, from the day the family told its own. Raises like `accept`, and WrongQuotient."""
    row = _waiting(session, by, quotient_id)
    told = sound(value_cents, month_on)
    _decide(session, by, row, "corrected")
    session.flush()
    right = follow(session, by, row.family_id, told, source="proof", waits=False, document_id=row.document_id, from_on=row.from_on)
    session.flush()
    journal.record(session, by, "correct_quotient", row)
    _accept_proof(session, by, row)
    _tell(session, row, "quotient_corrected")
    return right


def refuse(session: Session, by: Account | None, quotient_id: int, reason: str) -> bool:
    """What the family told does not count, for a reason that it reads. Gives False when nobody of the family has an e-mail.

    Raises like `accept`, and Incomplete or TooLong for the reason.
    """
    rights.require(by, "money")
    told = filled("reason", reason, 250)
    row = _waiting(session, by, quotient_id)
    _decide(session, by, row, "refused")
    row.reason = told
    journal.record(session, by, "refuse_quotient", row)
    return _tell(session, row, "quotient_refused", reason=told)


def record(
    session: Session, by: Account | None, family_id: int, value_cents: int, month_on: date, *, from_on: date | None = None
) -> FamilyQuotient:
    """The staff types a quotient that was shown at the desk. It counts from today, or from another day of the last year.

    Raises NotAllowed, DoesNotExist, WrongQuotient.
    """
    rights.require(by, "money")
    family = finding.family_of(session, by, family_id, lock=True)
    told = sound(value_cents, month_on)
    begins, today = from_on or clock.today(), clock.today()
    if begins > today:
        raise WrongQuotient("month_to_come")
    if begins.year < today.year - 1 or last_day(session, told.month_on, begins) < begins:
        raise WrongQuotient("too_old")
    row = follow(session, by, family.id, told, source="proof", waits=False, from_on=begins)
    journal.record(session, by, "record_quotient", row, changes=masked(row))
    return row


def _waiting(session: Session, by: Account | None, quotient_id: int) -> FamilyQuotient:
    """The locked quotient of a family in sight, its family locked before it, if it still waits."""
    rights.require(by, "money")
    found = select(FamilyQuotient.family_id).where(FamilyQuotient.id == quotient_id)
    family_id = session.scalar(found.where(finding.in_sight(by, FamilyQuotient.family_id)))
    if family_id is None:
        raise DoesNotExist("family_quotients")
    finding.family_of(session, by, family_id, lock=True)
    lock = select(FamilyQuotient).where(FamilyQuotient.id == quotient_id).with_for_update()
    row = session.scalars(lock.execution_options(populate_existing=True)).one()
    if row.state != "waiting":
        decider = session.get(Account, row.decided_by_id) if row.decided_by_id else None
        raise AlreadyDecided(decider.full_name if decider else None, row.decided_at or row.recorded_at, row.state)
    return row


def _decide(session: Session, by: Account | None, row: FamilyQuotient, outcome: str) -> None:
    row.state, row.decided_at, row.decided_by_id = outcome, clock.now(), by.id if by else None


def _accept_proof(session: Session, by: Account | None, row: FamilyQuotient) -> None:
    """One look is enough: who may check papers has just checked this one."""
    if by is None or row.document_id is None or not rights.may(by, "documents", rights.ACT):
        return
    paper = session.get(Document, row.document_id)
    if paper is not None and paper.state == "to_check" and paper.is_current:
        documents.accept(session, by, paper.id)


def _tell(session: Session, row: FamilyQuotient, kind: str, **facts: str) -> bool:
    """A letter to who told it, else to the first of the family who has an e-mail; it holds no value."""
    sender_first = (Guardian.account_id == row.recorded_by_id).desc()
    found = session.execute(written_to([row.family_id]).order_by(sender_first, Guardian.id).limit(1)).first()
    if found is None:
        return False
    letters.write(session, kind, found.Guardian, family_id=row.family_id, language=found.language, month=row.month_on, **facts)
    return True

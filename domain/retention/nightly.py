"""What the worker does at night: erases the families that were confirmed, one transaction each, and lets go of what is past its term.

Cut short anywhere, the next run goes on where this one stopped: what is done is done, what is not is still due.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from db.models import (
    CertifiedSheet,
    Connection,
    CreditNote,
    Document,
    DocumentFile,
    Erasure,
    Family,
    FamilyChild,
    FamilyQuotient,
    HealthRecord,
    Invoice,
    InvoiceLine,
    JournalEntry,
    Letter,
)
from db.session import reading, touch, writing
from domain import clock, documents, journal
from domain.retention import rules
from domain.retention.erasing import erase

SLICE = 1_000


def erase_confirmed() -> str:
    """Erases the families whose erasure was confirmed, each if its rule still names it. What happened since takes it off the list."""
    with reading() as session:
        waiting = list(session.scalars(select(Erasure.family_id).where(Erasure.erased_at.is_(None)).order_by(Erasure.family_id)))
    done = dropped = 0
    for family_id in waiting:
        outcome = _erase_one(family_id)
        done, dropped = done + (outcome is True), dropped + (outcome is False)
    return f"{done} families erased, {dropped} no longer due"


def let_go() -> str:
    """Takes away what is past its term, rule by rule, in slices of a thousand rows."""
    today = clock.today()
    with reading() as session:
        kept = rules.terms(session, today)
    gone = {rule.name: _sliced(rule.due, _ACTS[rule.name], today, kept[rule.name]) for rule in rules.RULES if not rule.of_families}
    return ", ".join(f"{name} {count}" for name, count in gone.items())


def _erase_one(family_id: int) -> bool | None:
    """True: erased; False: no longer due; None: another worker was there, or somebody took it back."""
    with writing() as session:
        family = session.scalars(select(Family).where(Family.id == family_id).with_for_update()).one()
        asked = select(Erasure).where(Erasure.family_id == family_id).with_for_update()
        erasure = session.scalars(asked.execution_options(populate_existing=True)).one_or_none()
        if erasure is None or erasure.erased_at is not None:
            return None
        today = clock.today()
        if not rules.is_due(session, erasure.rule, family_id, today, rules.terms(session, today)[erasure.rule]):
            session.delete(erasure)
            journal.record(session, None, "drop_erasure", family, changes={})
            return False
        erase(session, family_id)
        erasure.erased_at = clock.now()
    return True


def _sliced(due: Callable[[date, int], Select[Any]], act: Callable[[Session, list[Any]], None], day: date, months: int) -> int:
    gone = 0
    while True:
        with writing() as session:
            ids = list(session.scalars(due(day, months).limit(SLICE)))
            if ids:
                act(session, ids)
        gone += len(ids)
        if len(ids) < SLICE:
            return gone


def _health(session: Session, ids: list[int]) -> None:
    session.execute(delete(HealthRecord).where(HealthRecord.child_id.in_(ids)))
    session.execute(delete(CertifiedSheet).where(CertifiedSheet.section == "health", CertifiedSheet.object_id.in_(ids)))
    touch(session, "people")


def _documents(session: Session, ids: list[int]) -> None:
    homes = select(Document.family_id).where(Document.id.in_(ids))
    others = select(FamilyChild.family_id).join(Document, Document.child_id == FamilyChild.child_id).where(Document.id.in_(ids))
    families = sorted({*session.scalars(homes), *session.scalars(others)})
    session.execute(update(FamilyQuotient).where(FamilyQuotient.document_id.in_(ids)).values(document_id=None))
    session.execute(delete(DocumentFile).where(DocumentFile.document_id.in_(ids)))
    session.execute(delete(Document).where(Document.id.in_(ids)))
    documents.refresh(session, families)
    touch(session, "documents")


def _letters(session: Session, ids: list[int]) -> None:
    emptied = {"subject": "", "text_body": "", "html_body": "", "to_email": "", "to_name": "", "last_error": None}
    session.execute(update(Letter).where(Letter.id.in_(ids)).values(**emptied))


def _connections(session: Session, ids: list[int]) -> None:
    """Deletes them; the last sign-in of an account stays as a day."""
    newest = select(func.max(Connection.id)).where(Connection.outcome == "signed_in", Connection.account_id.is_not(None))
    accounts = select(Connection.account_id).where(Connection.id.in_(ids), Connection.account_id.is_not(None))
    last = set(session.scalars(newest.where(Connection.account_id.in_(accounts)).group_by(Connection.account_id)))
    kept = [number for number in ids if number in last]
    session.execute(update(Connection).where(Connection.id.in_(kept)).values(ip=None, agent=None))
    session.execute(delete(Connection).where(Connection.id.in_([number for number in ids if number not in last])))


def _journal(session: Session, ids: list[int]) -> None:
    session.execute(delete(JournalEntry).where(JournalEntry.id.in_(ids)))


def _invoices(session: Session, ids: list[int]) -> None:
    session.execute(update(Invoice).where(Invoice.id.in_(ids)).values(recipient=rules.NAMELESS))
    session.execute(update(InvoiceLine).where(InvoiceLine.invoice_id.in_(ids)).values(label=""))
    session.execute(update(CreditNote).where(CreditNote.invoice_id.in_(ids)).values(reason=""))


_ACTS: dict[str, Callable[[Session, list[Any]], None]] = {
    "health": _health,
    "documents": _documents,
    "letters": _letters,
    "connections": _connections,
    "journal": _journal,
    "invoices": _invoices,
}

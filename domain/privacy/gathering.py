"""All that a family gave, and what the house wrote about it (GDPR art. 15 and 20): rows by chapter, and the papers' files.

Nothing of the other home of a shared child: its sheets are there, the people, answers, bookings and papers of the other home are not.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from db.models import (
    Account,
    Activity,
    Attendance,
    Booking,
    CertifiedSheet,
    ChangeRequest,
    Child,
    ClosingRequest,
    Connection,
    Consent,
    ConsentText,
    Conversation,
    Document,
    DocumentFile,
    DocumentKind,
    Family,
    FamilyChild,
    FamilyQuotient,
    Guardian,
    HealthRecord,
    Invoice,
    InvoiceLine,
    JournalEntry,
    Letter,
    Message,
    MessageFile,
    Payment,
    Permission,
    PickupPerson,
    Registration,
    Seats,
    Slot,
    StoredFile,
    WaitingListEntry,
)
from db.sealing import SealBroken, unseal
from domain import clock, journal
from domain.families import finding
from domain.letters.outbox import without_secrets
from domain.refusals import Refusal

MOST_A_DAY = 10
Row = dict[str, Any]
_LEFT_OUT = frozenset({"id", "search_name", "family_id", "account_id", "guardian_id", "child_id"})


@dataclass(eq=False)
class TooManyExports(Refusal):
    """A family takes its data away so many times a day at most: each is a long piece of work."""

    most: int


@dataclass(frozen=True)
class Paper:
    """A file to put into the archive, under a name of its own there."""

    name: str
    sha256: str
    is_sealed: bool


@dataclass(frozen=True)
class Gathered:
    """The chapters in the order in which they are read, each with its rows, and the files."""

    family_id: int
    chapters: dict[str, list[Row]]
    papers: list[Paper]


def begin_export(session: Session, by: Account | None) -> None:
    """Writes down that a parent takes the family's data away. Raises NotAllowed, DoesNotExist, TooManyExports."""
    family = finding.own_family(session, by, lock=True)
    today = and_(JournalEntry.family_id == family.id, JournalEntry.at >= clock.begins(clock.today()), JournalEntry.act == "export_data")
    if (session.scalar(select(func.count()).where(today)) or 0) >= MOST_A_DAY:
        raise TooManyExports(MOST_A_DAY)
    journal.record(session, by, "export_data", family, changes={})


def gather(session: Session, by: Account | None) -> Gathered:
    """All of a parent's own family. Raises NotAllowed, DoesNotExist."""
    family = finding.own_family(session, by)
    papers = _papers(session, family.id)
    chapters = {name: read(session, family.id) for name, read in _CHAPTERS.items()}
    chapters |= {name: read(session, by.id) for name, read in _OWN.items() if by}
    chapters["papers_sent"] = [{name: value for name, value in row.items() if name not in ("sha256", "is_sealed")} for row in papers]
    files = [Paper(str(row["file"]), row["sha256"], row["is_sealed"]) for row in papers]
    return Gathered(family.id, chapters, files)


def _rows(session: Session, wanted: Any) -> list[Row]:
    return [dict(row) for row in session.execute(wanted).mappings()]


def _whole(row: Any) -> Row:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns if column.name not in _LEFT_OUT}


def _family(session: Session, family_id: int) -> list[Row]:
    return [_whole(session.get_one(Family, family_id))]


def _guardians(session: Session, family_id: int) -> list[Row]:
    return [_whole(row) for row in session.scalars(select(Guardian).where(Guardian.family_id == family_id).order_by(Guardian.id))]


def _sign_ins(session: Session, family_id: int) -> list[Row]:
    columns = (Account.email, Account.language, Account.state, Account.created_at, Account.password_changed_at)
    return _rows(session, select(*columns).join(Guardian).where(Guardian.family_id == family_id).order_by(Account.id))


def _connections(session: Session, account_id: int) -> list[Row]:
    """From where one person came in: another parent's places and hours are that parent's (GDPR art. 15, 4)."""
    columns = (Account.email, Connection.at, Connection.outcome, Connection.ip, Connection.agent)
    mine = select(*columns).join(Account, Account.id == Connection.account_id).where(Account.id == account_id)
    return _rows(session, mine.order_by(Connection.at))


def _acts(session: Session, account_id: int) -> list[Row]:
    mine = select(JournalEntry.at, JournalEntry.act).where(JournalEntry.by_id == account_id)
    return _rows(session, mine.order_by(JournalEntry.at, JournalEntry.id))


def _children(session: Session, family_id: int) -> list[Row]:
    linked = select(Child, FamilyChild.custody).join(FamilyChild, FamilyChild.child_id == Child.id)
    rows = session.execute(linked.where(FamilyChild.family_id == family_id).order_by(Child.born_on, Child.id))
    return [_whole(child) | {"custody": custody} for child, custody in rows]


def _of_children(family_id: int, *columns: Any) -> Select[Any]:
    """A select of columns with the child's first name before them, for what hangs on the family's children."""
    wanted = select(Child.first_name.label("child"), *columns).join(FamilyChild, FamilyChild.child_id == Child.id)
    return wanted.where(FamilyChild.family_id == family_id).order_by(Child.born_on, Child.id)


def _health(session: Session, family_id: int) -> list[Row]:
    told = []
    for row in session.execute(
        _of_children(family_id, HealthRecord).join_from(Child, HealthRecord, HealthRecord.child_id == Child.id)
    ).mappings():
        record = row["HealthRecord"]
        try:
            sheet = json.loads(unseal(record.sealed, record.key_version, f"health_records:{record.child_id}"))
        except (SealBroken, ValueError):
            sheet = {"unreadable": True}
        sheet.pop("version", None)
        told.append({"child": row["child"]} | sheet | {"diet": record.diet, "changed_at": record.changed_at})
    return told


def _people(session: Session, family_id: int) -> list[Row]:
    own = or_(PickupPerson.family_id == family_id, PickupPerson.family_id.is_(None))
    columns = (PickupPerson.full_name, PickupPerson.relation, PickupPerson.phone, PickupPerson.is_emergency_contact, PickupPerson.pickup)
    return _rows(session, _of_children(family_id, *columns).join_from(Child, PickupPerson, PickupPerson.child_id == Child.id).where(own))


def _permissions(session: Session, family_id: int) -> list[Row]:
    wanted = _of_children(family_id, Permission.kind, Permission.granted, Permission.answered_at)
    wanted = wanted.join_from(Child, Permission, Permission.child_id == Child.id)
    return _rows(session, wanted.where(Permission.family_id == family_id))


def _certified(session: Session, family_id: int) -> list[Row]:
    sections = select(Child.first_name.label("child"), CertifiedSheet.section, CertifiedSheet.certified_at, CertifiedSheet.until_on)
    sections = sections.join(Child, Child.id == CertifiedSheet.object_id)
    return _rows(session, sections.where(CertifiedSheet.family_id == family_id).order_by(CertifiedSheet.certified_at))


def _quotients(session: Session, family_id: int) -> list[Row]:
    kept = select(FamilyQuotient).where(FamilyQuotient.family_id == family_id).order_by(FamilyQuotient.id)
    hidden = ("document_id", "recorded_by_id", "decided_by_id")
    return [{name: value for name, value in _whole(row).items() if name not in hidden} for row in session.scalars(kept)]


def _consents(session: Session, family_id: int) -> list[Row]:
    columns = (ConsentText.kind, ConsentText.version, Consent.given, Consent.given_at, ConsentText.body)
    said = select(*columns).join(Consent, Consent.text_id == ConsentText.id).where(Consent.family_id == family_id)
    return _rows(session, said.order_by(Consent.given_at))


def _registrations(session: Session, family_id: int) -> list[Row]:
    wanted = (
        select(Child.first_name.label("child"), Activity.name.label("activity"), Registration.state, Registration.requested_at)
        .add_columns(Registration.decided_at, Registration.reason)
        .join(Child, Child.id == Registration.child_id)
        .join(Activity, Activity.id == Registration.activity_id)
        .where(Registration.family_id == family_id)
        .order_by(Registration.id)
    )
    return _rows(session, wanted)


def _bookings(session: Session, family_id: int) -> list[Row]:
    wanted = (
        select(Child.first_name.label("child"), Booking.day, Activity.name.label("activity"), Slot.name.label("slot"), Booking.state)
        .add_columns(Booking.asked_at, Booking.ended_at, Booking.reason)
        .join(Child, Child.id == Booking.child_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Activity, Activity.id == Slot.activity_id)
        .where(Booking.family_id == family_id)
        .order_by(Booking.day, Booking.id)
    )
    return _rows(session, wanted)


def _attendance(session: Session, family_id: int) -> list[Row]:
    wanted = (
        select(Child.first_name.label("child"), Seats.day, Slot.name.label("slot"), Attendance.state, Attendance.arrived_at)
        .add_columns(Attendance.left_at)
        .join(Child, Child.id == Attendance.child_id)
        .join(FamilyChild, and_(FamilyChild.child_id == Child.id, FamilyChild.family_id == Attendance.family_id))
        .join(Seats, Seats.id == Attendance.seats_id)
        .join(Slot, Slot.id == Seats.slot_id)
        .where(Attendance.family_id == family_id)
        .order_by(Seats.day, Attendance.id)
    )
    return _rows(session, wanted)


def _waiting(session: Session, family_id: int) -> list[Row]:
    wanted = (
        select(Child.first_name.label("child"), WaitingListEntry.day, Activity.name.label("activity"), WaitingListEntry.state)
        .add_columns(WaitingListEntry.asked_at)
        .join(Child, Child.id == WaitingListEntry.child_id)
        .join(Activity, Activity.id == WaitingListEntry.activity_id)
        .where(WaitingListEntry.family_id == family_id)
        .order_by(WaitingListEntry.day, WaitingListEntry.id)
    )
    return _rows(session, wanted)


def _invoices(session: Session, family_id: int) -> list[Row]:
    wanted = (
        select(Invoice.number, Invoice.issued_on, Invoice.due_on, Invoice.state, InvoiceLine.label, InvoiceLine.amount_cents)
        .add_columns(Invoice.total_cents, Invoice.open_cents)
        .outerjoin(InvoiceLine, InvoiceLine.invoice_id == Invoice.id)
        .where(Invoice.family_id == family_id)
        .order_by(Invoice.issued_on, Invoice.id, InvoiceLine.position)
    )
    return _rows(session, wanted)


def _payments(session: Session, family_id: int) -> list[Row]:
    columns = (
        Payment.received_on,
        Payment.method,
        Payment.amount_cents,
        Payment.credit_cents,
        Payment.payer,
        Payment.reference,
        Payment.state,
    )
    return _rows(session, select(*columns).where(Payment.family_id == family_id).order_by(Payment.received_on, Payment.id))


def _changes(session: Session, family_id: int) -> list[Row]:
    columns = (ChangeRequest.section, ChangeRequest.field, ChangeRequest.values, ChangeRequest.state, ChangeRequest.asked_at)
    wanted = select(*columns, ChangeRequest.decided_at, ChangeRequest.reason).where(ChangeRequest.family_id == family_id)
    mine = wanted.where(ChangeRequest.section != "duplicate")  # a note for the staff: it would tell that another family has the child
    return _rows(session, mine.order_by(ChangeRequest.id))


def _closings(session: Session, family_id: int) -> list[Row]:
    columns = (ClosingRequest.words, ClosingRequest.state, ClosingRequest.asked_at, ClosingRequest.decided_at, ClosingRequest.answer)
    return _rows(session, select(*columns).where(ClosingRequest.family_id == family_id).order_by(ClosingRequest.id))


def _messages(session: Session, family_id: int) -> list[Row]:
    by_family = (Account.role == "parent").label("is_ours")
    wanted = (
        select(Conversation.subject, Message.written_at, by_family, Message.body)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Account, Account.id == Message.by_id)
        .where(Conversation.family_id == family_id)
        .order_by(Message.written_at, Message.id)
    )
    return _rows(session, wanted)


def _letters(session: Session, family_id: int) -> list[Row]:
    """What was written to the family, without its single-use links: each is for one parent alone. Letters to the staff are the staff's."""
    emails = select(Guardian.email).where(Guardian.family_id == family_id, Guardian.email.is_not(None))
    columns = (Letter.to_email, Letter.subject, Letter.text_body, Letter.written_at, Letter.sent_at)
    wanted = select(*columns).where(Letter.family_id == family_id, Letter.to_email.in_(emails)).order_by(Letter.written_at, Letter.id)
    return [row | {"text_body": without_secrets(row["text_body"])} for row in _rows(session, wanted)]


def _papers(session: Session, family_id: int) -> list[Row]:
    """The papers that the family sent, a row a file, and the files of its messages, each with the name of its file in the archive."""
    sent = (
        select(DocumentKind.name.label("kind"), Child.first_name.label("child"), Document.state, Document.sent_at, Document.decided_at)
        .add_columns(Document.refusal_reason, Document.valid_until_on, DocumentFile.name, StoredFile.sha256, StoredFile.is_sealed)
        .join(Document, Document.kind_id == DocumentKind.id)
        .outerjoin(Child, Child.id == Document.child_id)
        .join(DocumentFile, DocumentFile.document_id == Document.id)
        .join(StoredFile, StoredFile.sha256 == DocumentFile.sha256)
        .where(Document.family_id == family_id)
        .order_by(Document.sent_at, DocumentFile.id)
    )
    attached = (
        select(Conversation.subject.label("kind"), Message.written_at.label("sent_at"), MessageFile.name, StoredFile.sha256)
        .add_columns(StoredFile.is_sealed)
        .join(Message, Message.conversation_id == Conversation.id)
        .join(MessageFile, MessageFile.message_id == Message.id)
        .join(StoredFile, StoredFile.sha256 == MessageFile.sha256)
        .where(Conversation.family_id == family_id)
        .order_by(Message.written_at, MessageFile.id)
    )
    rows = [*_rows(session, sent), *_rows(session, attached)]
    return [row | {"file": f"pieces/{place:03}-{_safe(row['name'])}"} for place, row in enumerate(rows, 1)]


def _safe(name: str) -> str:
    """A file's name that opens on any computer and leads nowhere else."""
    kept = "".join(letter if letter.isalnum() or letter in " ._-()" else "_" for letter in name).strip(" .")
    return kept[-100:] or "fichier"


_CHAPTERS: dict[str, Callable[[Session, int], list[Row]]] = {
    "family": _family,
    "guardians": _guardians,
    "children": _children,
    "health": _health,
    "people": _people,
    "permissions": _permissions,
    "certified": _certified,
    "quotients": _quotients,
    "registrations": _registrations,
    "bookings": _bookings,
    "attendance": _attendance,
    "waiting": _waiting,
    "invoices": _invoices,
    "payments": _payments,
    "messages": _messages,
    "letters": _letters,
    "changes": _changes,
    "closings": _closings,
    "consents": _consents,
    "sign_ins": _sign_ins,
}
_OWN: dict[str, Callable[[Session, int], list[Row]]] = {"connections": _connections, "acts": _acts}
"""What is of the person alone, by the number of the sign-in."""

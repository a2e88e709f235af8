"""Erasing one family: what accounting and the figures need stays without the person, the rest is deleted.

One transaction a family, a few statements each, so that a night that is cut short has erased whole families and no half. Issued
invoices keep their recipient and lines until `rules.old_invoices`. Files go with the sweep of papers, when nothing points to them.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Table, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from db.models import (
    Account,
    AccountLink,
    AccountRequest,
    Attendance,
    Base,
    Booking,
    BookingRequest,
    CertifiedSheet,
    ChangeRequest,
    Child,
    ClosingRequest,
    Connection,
    Consent,
    Conversation,
    Document,
    DocumentFile,
    Family,
    FamilyChild,
    FamilyFile,
    FamilyQuotient,
    FamilySight,
    Guardian,
    HealthRecord,
    JournalEntry,
    Letter,
    Message,
    MessageFile,
    Offer,
    Payment,
    PaymentAttempt,
    Permission,
    PickupPerson,
    Registration,
    Reminder,
    RetentionHold,
    SignInSession,
    SignInTicket,
    WaitingListEntry,
    WaitingListSeats,
)
from db.session import touch
from domain import clock, journal
from domain.journal import MASKED

FAMILY, CHILD, ACCOUNT = "Famille effacée", "Enfant", "Compte effacé"
"""What stands for a name afterwards, on every screen; data, not words of a screen: French is what the structure's data are in."""
_LIVE_REGISTRATION = ("requested", "accepted", "waiting")
_CODES = ("state", "role", "language", "outcome", "kind", "method")


def erase(session: Session, family_id: int) -> None:
    """Erases a family that is locked and due. Journals it by its number."""
    family = session.get_one(Family, family_id)
    people = session.execute(select(Guardian.id, Guardian.account_id, Guardian.email).where(Guardian.family_id == family_id)).all()
    guardians = [person.id for person in people]
    accounts = [person.account_id for person in people if person.account_id is not None]
    emails = [person.email for person in people if person.email]
    emails += session.scalars(select(Account.email).where(Account.id.in_(accounts)))
    children = list(session.scalars(select(FamilyChild.child_id).where(FamilyChild.family_id == family_id)))
    other = aliased(FamilyChild)
    shared = set(session.scalars(select(other.child_id).where(other.child_id.in_(children), other.family_id != family_id)))
    alone = [child for child in children if child not in shared]
    _leave_the_journal(session, family_id, accounts, guardians, alone)
    _leave_bookings(session, family_id, children)
    _leave_money(session, family_id)
    _leave_letters(session, family_id, accounts, emails)
    _leave_papers(session, family_id, alone)
    _leave_sheets(session, family_id, alone, guardians)
    _leave_household(session, family_id, accounts)
    _empty_children(session, alone)
    session.execute(update(FamilyChild).where(FamilyChild.child_id.in_(shared)).values(custody="full"))
    _empty_accounts(session, accounts)
    _empty_family(family)
    journal.record(session, None, "erase_family", family, changes={})
    for chapter in ("people", "accounts", "documents", "messages", "bookings", "billing"):
        touch(session, chapter)


def _leave_the_journal(session: Session, family_id: int, accounts: list[int], guardians: list[int], children: list[int]) -> None:
    """What people wrote as a reason, and the words among the values, go; acts, columns, days and figures stay."""
    objects = [("accounts", accounts), ("guardians", guardians), ("children", children), ("families", [family_id])]
    about = or_(
        JournalEntry.family_id == family_id,
        JournalEntry.by_id.in_(accounts),
        *((JournalEntry.object_kind == kind) & JournalEntry.object_id.in_(ids) for kind, ids in objects),
    )
    for entry in session.scalars(select(JournalEntry).where(about).execution_options(yield_per=500)):
        entry.reason = None
        entry.changes = {column: [_wordless(column, value) for value in pair] for column, pair in entry.changes.items()}


def _wordless(column: str, value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None or column in _CODES:
        return value
    return value if isinstance(value, str) and _is_a_day(value) else MASKED


def _is_a_day(text: str) -> bool:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return len(text) <= 40


def _leave_bookings(session: Session, family_id: int, children: list[int]) -> None:
    """Bookings and attendance stay as places that were taken; what was said and who came for the child goes."""
    of_family = Attendance.child_id.in_(children) & (Attendance.family_id == family_id)
    session.execute(update(Attendance).where(of_family).values(fetched_by_id=None, request_key=None))
    session.execute(update(Booking).where(Booking.family_id == family_id).values(reason=None, request_key=None))
    session.execute(delete(BookingRequest).where(BookingRequest.family_id == family_id))
    session.execute(update(Registration).where(Registration.family_id == family_id).values(reason=None))
    live = Registration.state.in_(_LIVE_REGISTRATION)
    session.execute(update(Registration).where(Registration.family_id == family_id, live).values(state="ended"))
    entries = select(WaitingListEntry.id).where(WaitingListEntry.family_id == family_id)
    session.execute(delete(Offer).where(Offer.entry_id.in_(entries)))
    session.execute(delete(WaitingListSeats).where(WaitingListSeats.entry_id.in_(entries)))
    session.execute(delete(WaitingListEntry).where(WaitingListEntry.family_id == family_id))


def _leave_money(session: Session, family_id: int) -> None:
    """Payments, charges and balances keep their amounts and days; the name of who paid and the provider's answers go."""
    session.execute(update(Payment).where(Payment.family_id == family_id).values(payer=None, reference=None, request_key=None))
    session.execute(update(PaymentAttempt).where(PaymentAttempt.family_id == family_id).values(answer=None))
    session.execute(update(Reminder).where(Reminder.family_id == family_id).values(letter_id=None))


def _leave_letters(session: Session, family_id: int, accounts: list[int], emails: list[str]) -> None:
    theirs = or_(Letter.family_id == family_id, Letter.account_id.in_(accounts), Letter.to_email.in_(emails))
    letters = select(Letter.id).where(theirs)
    session.execute(update(Reminder).where(Reminder.letter_id.in_(letters)).values(letter_id=None))
    session.execute(delete(Letter).where(theirs))
    conversations = select(Conversation.id).where(Conversation.family_id == family_id)
    messages = select(Message.id).where(Message.conversation_id.in_(conversations))
    session.execute(delete(MessageFile).where(MessageFile.message_id.in_(messages)))
    session.execute(delete(Message).where(Message.conversation_id.in_(conversations)))
    session.execute(delete(Conversation).where(Conversation.family_id == family_id))


def _leave_papers(session: Session, family_id: int, children: list[int]) -> None:
    """A child that is known no more takes its papers along, whichever home sent them."""
    session.execute(delete(FamilyQuotient).where(FamilyQuotient.family_id == family_id))
    theirs = or_(Document.family_id == family_id, Document.child_id.in_(children))
    session.execute(delete(DocumentFile).where(DocumentFile.document_id.in_(select(Document.id).where(theirs))))
    session.execute(delete(Document).where(theirs))
    session.execute(delete(FamilyFile).where(FamilyFile.family_id == family_id))


def _leave_sheets(session: Session, family_id: int, children: list[int], guardians: list[int]) -> None:
    """The sheets of the children that are known no more, and of a shared child what this home said."""
    session.execute(delete(HealthRecord).where(HealthRecord.child_id.in_(children)))
    session.execute(delete(Permission).where(or_(Permission.child_id.in_(children), Permission.family_id == family_id)))
    people = or_(PickupPerson.child_id.in_(children), PickupPerson.family_id == family_id, PickupPerson.guardian_id.in_(guardians))
    came = Attendance.fetched_by_id.in_(select(PickupPerson.id).where(people))
    session.execute(update(Attendance).where(came).values(fetched_by_id=None))
    session.execute(delete(PickupPerson).where(people))
    session.execute(delete(CertifiedSheet).where(CertifiedSheet.family_id == family_id))


def _leave_household(session: Session, family_id: int, accounts: list[int]) -> None:
    of_family: tuple[type[Base], ...] = (AccountRequest, Consent, ChangeRequest, ClosingRequest)
    of_family += (RetentionHold, FamilySight, FamilyChild, Guardian)
    of_accounts: tuple[type[Base], ...] = (AccountLink, SignInSession, SignInTicket, Connection)
    for model in of_family:
        session.execute(delete(model).where(_of(model, "family_id") == family_id))
    for model in of_accounts:
        session.execute(delete(model).where(_of(model, "account_id").in_(accounts)))


def _of(model: type[Base], column: str) -> Any:
    table = model.__table__
    assert isinstance(table, Table)
    return table.c[column]


def _empty_children(session: Session, children: Iterable[int]) -> None:
    """The year of birth stays, for the figures by age; nothing else."""
    for child in session.scalars(select(Child).where(Child.id.in_(list(children)))):
        child.first_name, child.last_name, child.search_name = CHILD, FAMILY, ""
        child.born_on = date(child.born_on.year, 1, 1)
        child.sex = child.birth_place_code = child.school = child.school_class = None


def _empty_accounts(session: Session, accounts: list[int]) -> None:
    """The number of an account stays, for the lines that it signed."""
    still = exists().where(Guardian.account_id == Account.id)
    for account in session.scalars(select(Account).where(Account.id.in_(accounts), Account.role == "parent", ~still)):
        account.email = f"efface-{account.id}@invalid"
        account.first_name, account.last_name, account.state = ACCOUNT, "", "closed"
        account.password_hash = account.totp_sealed = account.totp_confirmed_at = account.totp_last_step = None
        account.password_changed_at = account.locked_until_at = None
        account.failed_sign_ins = 0


def _empty_family(family: Family) -> None:
    family.name, family.search_name = FAMILY, ""
    for column in Family.__table__.columns:
        if column.nullable and column.name not in ("archived_at", "erased_at"):
            setattr(family, column.name, None)
    family.state, family.erased_at = "erased", clock.now()

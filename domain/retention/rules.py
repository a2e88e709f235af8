"""For how long each chapter is kept, and what is due to go on a day.

The terms are a dated setting of the structure (`retention`, in months); each rule says where its default comes from. Families are
erased whole, and only once a person has confirmed them; what remains of the other rules goes by itself at night.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, or_, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session, aliased

from db.models import (
    Account,
    AccountRequest,
    Activity,
    Booking,
    Charge,
    ClosingRequest,
    Connection,
    Conversation,
    Document,
    DocumentKind,
    Erasure,
    Family,
    FamilyBalance,
    FamilyChild,
    FamilyQuotient,
    Guardian,
    HealthRecord,
    Invoice,
    JournalEntry,
    Letter,
    Payment,
    Registration,
    RetentionHold,
    Season,
    WaitingListEntry,
)
from db.models.bookings import LIVE_BOOKING
from domain import clock, structure

NAMELESS = {"name": ""}
"""What stays of the recipient of an invoice after its term."""
_LIVE_REGISTRATION = ("requested", "accepted", "waiting")
_OPEN_CHARGE = sql("charges.state = 'open'")  # as the partial index writes it: SQLite does not see through a parameter
_NAMELESS_TEXT = '{"name": ""}'


@dataclass(frozen=True)
class Rule:
    """A rule: its term's name in the setting, whether it names families that a person confirms, and the ids that are due on a day."""

    name: str
    of_families: bool
    due: Callable[[date, int], Select[Any]]


def terms(session: Session, on: date | None = None) -> dict[str, int]:
    """The terms of a day, in months."""
    kept: dict[str, int] = structure.setting(session, "retention", on)
    return kept


def before(day: date, months: int) -> date:
    """The day so many months before another."""
    years, month = divmod(day.month - 1 - months, 12)
    year, month = day.year + years, month + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
    return date(year, month, min(day.day, last))


def idle_families(day: date, months: int) -> Select[Any]:
    """Families that nothing has happened to for the term: no season of a registration, booking, payment, invoice, message, sign-in.

    36 months: at most three years after the child has left (reading of the CNIL's norm NS-058 for childcare, kept as the reference
    since it lost its legal force).
    """
    since = before(day, months)
    moment = clock.begins(since)
    season = select(Registration.id).join(Activity, Activity.id == Registration.activity_id).join(Season, Season.id == Activity.season_id)
    visits = select(Connection.id).join(Guardian, Guardian.account_id == Connection.account_id)
    return _families().where(
        Family.state.in_(("approved", "active", "archived")),
        Family.created_at < moment,
        ~exists(season.where(Registration.family_id == Family.id, Season.ends_on >= since)),
        ~exists().where(Booking.family_id == Family.id, Booking.day >= since),
        ~exists().where(Payment.family_id == Family.id, Payment.received_on >= since),
        ~exists().where(Invoice.family_id == Family.id, Invoice.issued_on >= since),
        ~exists().where(Conversation.family_id == Family.id, Conversation.last_message_at >= moment),
        ~exists(visits.where(Guardian.family_id == Family.id, Connection.outcome == "signed_in", Connection.at >= moment)),
        settled(day),
    )


def closed_families(day: date, months: int) -> Select[Any]:
    """Families that asked to leave, once the structure has accepted, after a month in which the mistake can still be mended.

    The right to erasure (GDPR art. 17) meets the public task and the accounts (art. 17-3 b): what is left is named on the screen.
    """
    moment = clock.begins(before(day, months))
    left = exists().where(ClosingRequest.family_id == Family.id, ClosingRequest.state == "accepted", ClosingRequest.decided_at < moment)
    return _families().where(Family.state == "archived", left, settled(day))


def refused_requests(day: date, months: int) -> Select[Any]:
    """Families whose request for an account was refused a year ago: nothing of them serves any more."""
    moment = clock.begins(before(day, months))
    later = aliased(AccountRequest)
    refused = exists().where(AccountRequest.family_id == Family.id, AccountRequest.state == "refused", AccountRequest.decided_at < moment)
    again = exists().where(later.family_id == Family.id, or_(later.state != "refused", later.decided_at >= moment))
    return _families().where(Family.state == "refused", refused, ~again, settled(day))


def settled(day: date) -> ColumnElement[bool]:
    """That nothing keeps a family: nothing owed on either side, nothing to come, not kept on purpose."""
    live = exists().where(Booking.family_id == Family.id, Booking.day >= day, Booking.state.in_(LIVE_BOOKING))
    waits = exists().where(WaitingListEntry.family_id == Family.id, WaitingListEntry.state.in_(("waiting", "offered")))
    held = exists().where(RetentionHold.family_id == Family.id, RetentionHold.until_on >= day)
    return and_(~_owes(), ~live, ~waits, ~held)


def owing_families(day: date, months: int) -> Select[Any]:
    """Families as quiet as `idle_families` that only money keeps: something is owed by them or to them. The cashier settles it first."""
    since = before(day, months)
    quiet = ~exists().where(Booking.family_id == Family.id, Booking.day >= since)
    unpaid = ~exists().where(Payment.family_id == Family.id, Payment.received_on >= since)
    uninvoiced = ~exists().where(Invoice.family_id == Family.id, Invoice.issued_on >= since)
    known = Family.state.in_(("approved", "active", "archived"))
    return _families().where(known, Family.created_at < clock.begins(since), quiet, unpaid, uninvoiced, _owes())


def old_health(day: date, months: int) -> Select[Any]:
    """Health sheets of children whose last season is over: they serve the welcome of the child, and nothing else (arrêté of 20
    February 2003: documents are given back at the end). A few months leave time to register again. A sheet written since stays."""
    since = before(day, months)
    season = select(Registration.id).join(Activity, Activity.id == Registration.activity_id).join(Season, Season.id == Activity.season_id)
    goes_on = exists(
        season.where(
            Registration.child_id == HealthRecord.child_id, Registration.state.in_((*_LIVE_REGISTRATION, "ended")), Season.ends_on >= since
        )
    )
    held = exists().where(
        FamilyChild.child_id == HealthRecord.child_id, RetentionHold.family_id == FamilyChild.family_id, RetentionHold.until_on >= day
    )
    return select(HealthRecord.child_id).where(HealthRecord.changed_at < clock.begins(since), ~goes_on, ~held)


def old_documents(day: date, months: int) -> Select[Any]:
    """Papers that serve no more: refused, past their last day, or followed by another one, for the term. Court decisions stay with the
    family; so does the proof of a quotient that still counts."""
    since = before(day, months)
    moment = clock.begins(since)
    gone = or_(
        and_(Document.state == "refused", Document.decided_at < moment),
        and_(Document.state == "accepted", Document.valid_until_on < since),
        and_(~Document.is_current, Document.state != "to_check", Document.sent_at < moment),
    )
    decision = exists().where(DocumentKind.id == Document.kind_id, DocumentKind.purpose == "court_decision")
    counts = exists().where(
        FamilyQuotient.document_id == Document.id, or_(FamilyQuotient.until_on.is_(None), FamilyQuotient.until_on >= since)
    )
    held = exists().where(RetentionHold.family_id == Document.family_id, RetentionHold.until_on >= day)
    return select(Document.id).where(gone, ~decision, ~counts, ~held)


def old_letters(day: date, months: int) -> Select[Any]:
    """E-mails of the outbox: after a year their words and addresses go; that a letter of its kind left on that day stays."""
    moment = clock.begins(before(day, months))
    return select(Letter.id).where(Letter.written_at < moment, Letter.state != "waiting", Letter.text_body != "")


def old_connections(day: date, months: int) -> Select[Any]:
    """The log of connections: 6 months to a year (CNIL, recommendation on logging, 2021). The last sign-in of each account stays,
    without its address and device: it tells when a family was last here."""
    moment = clock.begins(before(day, months))
    later = aliased(Connection)
    newer = exists().where(later.account_id == Connection.account_id, later.outcome == "signed_in", later.id > Connection.id)
    spare = or_(Connection.outcome != "signed_in", Connection.account_id.is_(None), newer, Connection.ip.is_not(None))
    return select(Connection.id).where(Connection.at < moment, or_(spare, Connection.agent.is_not(None)))


def old_journal(day: date, months: int) -> Select[Any]:
    """Lines of the journal. It proves who did what: three years, within the term in which a family may complain of an act."""
    return select(JournalEntry.id).where(JournalEntry.at < clock.begins(before(day, months)))


def old_invoices(day: date, months: int) -> Select[Any]:
    """Invoices whose names have served their term: ten years, as accounting documents (Code de commerce L.123-22, public accounts
    alike). Their amounts stay."""
    named = cast(Invoice.recipient, String) != _NAMELESS_TEXT
    return select(Invoice.id).where(Invoice.issued_on < before(day, months), Invoice.open_cents == 0, named)


RULES = (
    Rule("families", True, idle_families),
    Rule("closed", True, closed_families),
    Rule("requests", True, refused_requests),
    Rule("health", False, old_health),
    Rule("documents", False, old_documents),
    Rule("letters", False, old_letters),
    Rule("connections", False, old_connections),
    Rule("journal", False, old_journal),
    Rule("invoices", False, old_invoices),
)
BY_NAME = {rule.name: rule for rule in RULES}


def last_sign_in() -> Any:
    """The last time that somebody of a family signed in, as a column of a select of Family."""
    visits = select(func.max(Connection.at)).join(Guardian, Guardian.account_id == Connection.account_id)
    return visits.where(Guardian.family_id == Family.id, Connection.outcome == "signed_in").correlate(Family).scalar_subquery()


def is_due(session: Session, name: str, family_id: int, day: date, months: int) -> bool:
    """Whether a rule of families names one of them on a day."""
    wanted = BY_NAME[name].due(day, months).where(Family.id == family_id)
    return session.scalar(wanted) is not None


def unconfirmed(rows: Select[Any]) -> Select[Any]:
    """The same families, without those whose erasure is confirmed already."""
    return rows.where(~exists().where(Erasure.family_id == Family.id))


def _families() -> Select[Any]:
    return select(Family.id)


def _owes() -> ColumnElement[bool]:
    owed = exists().where(FamilyBalance.family_id == Family.id, or_(FamilyBalance.open_cents > 0, FamilyBalance.credit_cents > 0))
    charged = exists().where(Charge.family_id == Family.id, _OPEN_CHARGE)
    return or_(owed, charged)


def moment_of(day: date, months: int) -> datetime:
    """The instant before which things are due under a term."""
    return clock.begins(before(day, months))


def accounts_of(family_id: int) -> Select[Any]:
    """The sign-ins of a family's guardians."""
    return select(Account.id).join(Guardian, Guardian.account_id == Account.id).where(Guardian.family_id == family_id)

"""A family made of unmistakable words: a row in every table that speaks of families, and the mark in every text that may hold words."""

import re
from datetime import date, timedelta
from typing import Any

from sqlalchemy import JSON, CheckConstraint, LargeBinary, String, Table, select, text

from db.models import (
    Account,
    AccountLink,
    AccountRequest,
    Activity,
    Allocation,
    Attendance,
    Base,
    Booking,
    BookingRequest,
    CertifiedSheet,
    ChangeRequest,
    Charge,
    Child,
    ClosingRequest,
    Connection,
    Consent,
    ConsentText,
    Conversation,
    CreditNote,
    Document,
    DocumentFile,
    DocumentKind,
    Family,
    FamilyBalance,
    FamilyFile,
    FamilyQuotient,
    Guardian,
    HealthRecord,
    Invoice,
    InvoiceLine,
    JournalEntry,
    Letter,
    Message,
    MessageFile,
    Offer,
    Payment,
    PaymentAttempt,
    PaymentAttemptInvoice,
    Permission,
    PickupPerson,
    Reminder,
    ReminderInvoice,
    RetentionHold,
    Season,
    SignInSession,
    SignInTicket,
    StoredFile,
    WaitingListEntry,
    WaitingListSeats,
)
from db.sealing import seal
from db.session import reading, writing
from domain import clock
from domain.retention import Fate, fates
from tests.cast import Cast, add

MARK = "zzxqy"
LONG_AGO = date(2021, 3, 3)
# Words of the house that a row needs to be what it is: codes, keys and numbers, never typed by anybody.
CODES = {
    "journal_entries.act",
    "journal_entries.object_kind",
    "invoices.number",
    "credit_notes.number",
    "payment_attempts.reference",
    "payment_attempts.operation",
    "payment_attempts.provider",
    "letters.kind",
    "letters.language",
    "erasures.rule",
    "stored_files.sha256",
    "stored_files.mime",
}


def marked_family(cast: Cast, *, age: date = LONG_AGO) -> tuple[Family, Child]:
    """The family and its child, at rest since `age`, with something everywhere. What nobody may keep is gone: no debt, nothing to come."""
    moment = clock.begins(age)
    family = cast.family("Marquée", "Zoé", created_at=moment)
    account, guardian = cast.parent(family), cast.guardian(family)
    child = cast.child(family, "Zed", date(2015, 7, 14), created_at=moment)
    past = cast.activity(name=f"Mercredi {age.year}")
    before = add(Season(name=f"{age.year}", starts_on=date(age.year - 1, 9, 1), ends_on=date(age.year, 8, 31)))
    with writing() as session:
        session.get_one(Activity, past.id).season_id = before.id
    seats = cast.open_day(past, age)
    cast.registration(child, family, past, "ended")
    keys = add(BookingRequest(key=f"key-{family.id}", family_id=family.id, by_id=account.id, asked_at=moment, answer={}))
    booking = cast.booking(child, family, seats[1], asked_at=moment, request_key=keys.key)
    cast.booking(child, family, seats[3], "cancelled", asked_at=moment)
    person = add(PickupPerson(child_id=child.id, family_id=family.id, full_name="x", pickup="allowed"))
    with writing() as session:
        session.add(
            Attendance(
                seats_id=seats[1].id,
                child_id=child.id,
                family_id=family.id,
                booking_id=booking.id,
                state="present",
                fetched_by_id=person.id,
                recorded_at=moment,
            )
        )
        session.get_one(type(seats[1]), seats[1].id).present += 1
    _money(family, cast, child, booking, age)
    _papers(family, child, account, moment)
    _talk(family, account, moment)
    entry = add(
        WaitingListEntry(child_id=child.id, family_id=family.id, activity_id=past.id, day=age, position=1, state="lapsed", asked_at=moment)
    )
    add(WaitingListSeats(entry_id=entry.id, seats_id=seats[5].id))
    add(Offer(entry_id=entry.id, state="lapsed", made_at=moment, lapses_at=moment))
    sealed, version = seal(MARK.encode(), f"health_records:{child.id}")
    add(HealthRecord(child_id=child.id, sealed=sealed, key_version=version, changed_at=moment))
    add(Permission(child_id=child.id, family_id=family.id, kind="photo", granted=True, answered_by_id=account.id, answered_at=moment))
    add(CertifiedSheet(family_id=family.id, section="health", object_id=child.id, certified_at=moment, by_id=account.id, until_on=age))
    add(RetentionHold(family_id=family.id, until_on=age, reason="x", set_at=moment))
    _requests(family, account, guardian, moment)
    for act, kind, number, family_id in (
        ("declare_quotient", "families", family.id, family.id),
        ("change_password", "accounts", account.id, None),
        ("change_details", "guardians", guardian.id, None),
        ("change_details", "children", child.id, None),
    ):
        entry_ = JournalEntry(at=moment, by_id=account.id, act=act, object_kind=kind, object_id=number, family_id=family_id, changes={})
        add(entry_)
    cast.sight(family, cast.moreuil, age)
    _mark()
    return family, child


def _money(family: Family, cast: Cast, child: Child, booking: Booking, age: date) -> None:
    invoice = cast.invoice(family, 3_000, age + timedelta(days=30))
    line = add(
        InvoiceLine(
            invoice_id=invoice.id,
            position=1,
            child_id=child.id,
            label="x",
            quantity=1,
            unit_cents=3_000,
            amount_cents=3_000,
            care_cents=3_000,
            meal_cents=0,
        )
    )
    with writing() as session:
        activity_id = session.execute(text("SELECT activity_id FROM seats WHERE id = :id"), {"id": booking.seats_id}).scalar_one()
        session.add(
            Charge(
                family_id=family.id,
                child_id=child.id,
                activity_id=activity_id,
                booking_id=booking.id,
                invoice_line_id=line.id,
                kind="booking",
                state="invoiced",
                day=age,
                amount_cents=3_000,
                care_cents=3_000,
                meal_cents=0,
            )
        )
        payment = Payment(
            family_id=family.id, method="cheque", amount_cents=2_000, credit_cents=0, received_on=age, recorded_at=clock.begins(age)
        )
        note = CreditNote(
            number=f"AV-{family.id}", invoice_id=invoice.id, family_id=family.id, amount_cents=1_000, reason="x", issued_on=age
        )
        session.add_all([payment, note])
        session.flush()
        session.add(Allocation(payment_id=payment.id, invoice_id=invoice.id, amount_cents=2_000, allocated_at=clock.begins(age)))
        session.get_one(Invoice, invoice.id).open_cents = 0
        balance = session.get_one(FamilyBalance, family.id)
        balance.invoiced_cents, balance.paid_cents, balance.open_cents, balance.oldest_due_on = 2_000, 2_000, 0, None
        session.execute(text("DELETE FROM site_balances"))
        attempt = PaymentAttempt(
            family_id=family.id,
            provider="payfip",
            reference=f"R{family.id}",
            amount_cents=2_000,
            state="paid",
            begun_at=clock.begins(age),
            payment_id=payment.id,
        )
        session.add(attempt)
        session.flush()
        session.add(PaymentAttemptInvoice(attempt_id=attempt.id, invoice_id=invoice.id, amount_cents=2_000))
        letter = Letter(
            kind="reminder_1",
            to_email="x@exemple.fr",
            to_name="x",
            family_id=family.id,
            language="fr",
            subject="x",
            text_body="x",
            html_body="x",
            state="sent",
            sent_at=clock.begins(age),
            next_try_at=clock.begins(age),
            written_at=clock.begins(age),
        )
        session.add(letter)
        session.flush()
        reminder = Reminder(family_id=family.id, level=1, amount_cents=3_000, sent_at=clock.begins(age), letter_id=letter.id)
        session.add(reminder)
        session.flush()
        session.add(ReminderInvoice(reminder_id=reminder.id, invoice_id=invoice.id, open_cents=3_000))
        balance.last_reminder_at, balance.last_reminder_level = clock.begins(age), 1


def _papers(family: Family, child: Child, account: Account, moment: Any) -> None:
    with reading() as session:
        kind = session.scalars(select(DocumentKind)).first()
    kind = kind or add(
        DocumentKind(name="Vaccins", subject="child", is_compulsory=True, is_health=True, blocks="nothing", validity="for_ever")
    )
    paper = add(Document(kind_id=kind.id, family_id=family.id, child_id=child.id, state="accepted", sent_at=moment, sent_by_id=account.id))
    with reading() as session:
        stored = session.get(StoredFile, "ab" * 32)
    stored = stored or add(StoredFile(sha256="ab" * 32, size=3, mime="application/pdf", stored_at=moment))
    add(DocumentFile(document_id=paper.id, sha256=stored.sha256, name="x"))
    add(FamilyFile(family_id=family.id, expected=0, accepted=0, missing=0))
    add(
        FamilyQuotient(
            family_id=family.id,
            value_cents=72_000,
            month_on=moment.date().replace(day=1),
            document_id=paper.id,
            source="proof",
            from_on=moment.date(),
            until_on=moment.date(),
            recorded_at=moment,
            recorded_by_id=account.id,
        )
    )


def _talk(family: Family, account: Account, moment: Any) -> None:
    thread = add(Conversation(family_id=family.id, subject="x", last_message_at=moment))
    message = add(Message(conversation_id=thread.id, by_id=account.id, body="x", written_at=moment))
    add(MessageFile(message_id=message.id, sha256="ab" * 32, name="x"))


def _requests(family: Family, account: Account, guardian: Guardian, moment: Any) -> None:
    with reading() as session:
        notice = session.scalars(select(ConsentText)).first()
    notice = notice or add(ConsentText(kind="notice", language="fr", version=1, body="Notice", published_at=moment))
    consent = add(Consent(family_id=family.id, text_id=notice.id, given=True, given_at=moment))
    add(
        AccountRequest(
            family_id=family.id, guardian_id=guardian.id, consent_id=consent.id, state="approved", requested_at=moment, decided_at=moment
        )
    )
    add(
        ChangeRequest(
            family_id=family.id,
            section="family",
            object_id=family.id,
            field="name",
            values={},
            state="accepted",
            asked_by_id=account.id,
            asked_at=moment,
        )
    )
    add(ClosingRequest(family_id=family.id, state="refused", asked_by_id=account.id, asked_at=moment, decided_at=moment))
    add(AccountLink(account_id=account.id, purpose="confirm", token_hash=f"h{account.id}", created_at=moment, expires_at=moment))
    add(Connection(account_id=account.id, at=moment, outcome="signed_in", ip="192.0.2.1"))
    add(SignInSession(token_hash=f"s{account.id}", account_id=account.id, created_at=moment, expires_at=moment))
    add(SignInTicket(ticket_hash=f"t{account.id}", account_id=account.id, remember=False, expires_at=moment))


# -- the mark -------------------------------------------------------------------------------------------------------------------


def worded(table: Table) -> list[str]:
    """The columns of a table that may hold words: texts and JSON that no CHECK, no foreign key and no code of the house binds."""
    bound = {
        match
        for check in table.constraints
        if isinstance(check, CheckConstraint)
        for match in re.findall(r"(\w+) IN \(", str(check.sqltext))
    }
    return [
        column.name
        for column in table.columns
        if isinstance(column.type, String | JSON)
        and column.name not in bound
        and not column.foreign_keys
        and not column.primary_key
        and f"{table.name}.{column.name}" not in CODES
    ]


def _mark() -> None:
    """Writes the mark into every such column of every row of the tables that erasing touches."""
    with writing() as session:
        for name, fate in fates().items():
            if fate in (Fate.NOBODY, Fate.COUNTED):
                continue
            table = Base.metadata.tables[name]
            key = next(iter(table.primary_key.columns))
            for column in worded(table):
                kind = table.c[column].type
                if isinstance(kind, JSON):
                    value: Any = {"state": [MARK, f"dit {MARK}"]} if name == "journal_entries" else {"name": MARK, "x": [MARK]}
                    if name == "journal_entries":
                        value = {"refusal_reason": [None, f"dit {MARK}"]}
                    session.execute(table.update().values({column: value}))
                elif not _is_unique(table, column):
                    longest = getattr(kind, "length", None) or 200
                    session.execute(table.update().values({column: MARK[:longest]}))
                else:
                    ids = session.scalars(select(key))
                    for number in list(ids):
                        session.execute(table.update().where(key == number).values({column: f"{MARK}-{number}"}))


def _is_unique(table: Table, column: str) -> bool:
    return bool(table.c[column].unique)


def marks() -> dict[str, int]:
    """Where the mark is found, in any column of any row, and how often."""
    found: dict[str, int] = {}
    with reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                for column, value in row.items():
                    held = bytes(value) if isinstance(table.c[column].type, LargeBinary) and value is not None else None
                    words = held.decode("latin-1") if held is not None else str(value)
                    if MARK in words:
                        found[f"{table.name}.{column}"] = found.get(f"{table.name}.{column}", 0) + 1
    return found

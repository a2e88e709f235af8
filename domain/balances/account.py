"""One family's account: what was invoiced and paid, in the order of the days, and what is open."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Integer, String, case, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from db.models import Account, Allocation, Child, CreditNote, Family, FamilyBalance, Guardian, Invoice, InvoiceLine, Payment, Reminder, Site
from domain import rights
from domain.refusals import DoesNotExist


@dataclass(frozen=True)
class FamilyAccount:
    """What the desk needs to know of a family. Amounts in cents.

    `movements`: day, kind (invoice, credit_note, payment), id, number, detail (site or method), state, due_on, amount_cents (what it
    adds to the debt: a payment is negative, a bounced one nothing), total_cents, open_cents, balance_cents (running: above zero is owed).
    `allocations`: payment_id, invoice_id, number, amount_cents, allocated_at, reversed_at.
    `reminders`: level, amount_cents, sent_at, by_name, letter_id.
    """

    family_id: int
    name: str
    first_name: str | None
    has_email: bool
    balance: FamilyBalance
    movements: pd.DataFrame
    allocations: pd.DataFrame
    reminders: pd.DataFrame

    @property
    def full_name(self) -> str:
        """`Benali Amina`"""
        return " ".join(part for part in (self.name, self.first_name) if part)

    @property
    def invoices(self) -> pd.DataFrame:
        """The invoices, newest first."""
        return self._of("invoice")

    @property
    def payments(self) -> pd.DataFrame:
        """The payments, newest first, with `open_cents` telling the credit they still keep."""
        return self._of("payment")

    def _of(self, kind: str) -> pd.DataFrame:
        return self.movements[self.movements["kind"] == kind].iloc[::-1].reset_index(drop=True)


def of_family(session: Session, by: Account, family_id: int) -> FamilyAccount:
    """The account of a family in sight; NotAllowed, or DoesNotExist. Four queries, whatever the length of the history."""
    rights.require(by, "money", rights.SEE)
    emails = select(func.count()).where(Guardian.family_id == Family.id, Guardian.email.is_not(None)).scalar_subquery()
    asked = (
        select(Family, FamilyBalance, emails)
        .outerjoin(FamilyBalance, FamilyBalance.family_id == Family.id)
        .where(Family.id == family_id, rights.sees_family(by))
    )
    found = session.execute(asked).one_or_none() if 0 < family_id < 2**31 else None
    if found is None:
        raise DoesNotExist("families")
    family, balance, email_count = found
    none_yet = FamilyBalance(family_id=family_id, invoiced_cents=0, paid_cents=0, open_cents=0, credit_cents=0)
    return FamilyAccount(
        family_id=family_id,
        name=family.name,
        first_name=family.first_name,
        has_email=email_count > 0,
        balance=balance or none_yet,
        movements=_movements(session, family_id),
        allocations=_allocations(session, family_id),
        reminders=_reminders(session, family_id),
    )


def invoice_lines(session: Session, by: Account, invoice_id: int) -> pd.DataFrame:
    """The lines of an invoice of a family in sight: child, label, from_on, until_on, quantity, unit_cents, amount_cents."""
    rights.require(by, "money", rights.SEE)
    seen = select(Invoice.id).where(Invoice.id == invoice_id, rights.sees_family(by, Invoice.family_id))
    if not 0 < invoice_id < 2**31 or session.scalar(seen) is None:
        raise DoesNotExist("invoices")
    lines = (
        select(
            (Child.first_name + " " + Child.last_name).label("child"),
            InvoiceLine.label,
            InvoiceLine.from_on,
            InvoiceLine.until_on,
            InvoiceLine.quantity,
            InvoiceLine.unit_cents,
            InvoiceLine.amount_cents,
        )
        .outerjoin(Child, Child.id == InvoiceLine.child_id)
        .where(InvoiceLine.invoice_id == invoice_id)
        .order_by(InvoiceLine.position, InvoiceLine.id)
    )
    return pd.read_sql_query(lines, session.connection())


def _movements(session: Session, family_id: int) -> pd.DataFrame:
    held = case((Invoice.at_treasury_on.is_not(None), "at_treasury"), (Invoice.is_disputed, "disputed"), else_=Invoice.state)
    invoices = (
        select(
            Invoice.issued_on.label("day"),
            literal(0).label("place"),
            literal("invoice").label("kind"),
            Invoice.id.label("id"),
            Invoice.number.label("number"),
            Site.name.label("detail"),
            held.label("state"),
            Invoice.due_on.label("due_on"),
            case((Invoice.state == "issued", Invoice.total_cents), else_=0).label("amount_cents"),
            Invoice.total_cents.label("total_cents"),
            Invoice.open_cents.label("open_cents"),
        )
        .join(Site, Site.id == Invoice.site_id)
        .where(Invoice.family_id == family_id)
    )
    of_issued = case((Invoice.state == "issued", -CreditNote.amount_cents), else_=0)
    no_day = cast(null(), Invoice.due_on.type)
    notes = (
        select(
            CreditNote.issued_on,
            literal(1),
            literal("credit_note"),
            CreditNote.id,
            CreditNote.number,
            Invoice.number,
            literal("issued"),
            no_day,
            of_issued,
            CreditNote.amount_cents,
            cast(null(), Integer),
        )
        .join(Invoice, Invoice.id == CreditNote.invoice_id)
        .where(CreditNote.family_id == family_id)
    )
    payments = select(
        Payment.received_on,
        literal(2),
        literal("payment"),
        Payment.id,
        func.coalesce(Payment.reference, cast(literal(""), String)),
        Payment.method,
        Payment.state,
        no_day,
        case((Payment.state == "received", -Payment.amount_cents), else_=0),
        Payment.amount_cents,
        Payment.credit_cents,
    ).where(Payment.family_id == family_id)
    both = union_all(invoices, notes, payments).subquery("movements")
    frame = pd.read_sql_query(select(both).order_by(both.c.day, both.c.place, both.c.id), session.connection())
    frame["balance_cents"] = frame["amount_cents"].cumsum()
    return frame


def _allocations(session: Session, family_id: int) -> pd.DataFrame:
    rows = (
        select(
            Allocation.payment_id,
            Allocation.invoice_id,
            Invoice.number,
            Allocation.amount_cents,
            Allocation.allocated_at,
            Allocation.reversed_at,
        )
        .join(Payment, Payment.id == Allocation.payment_id)
        .join(Invoice, Invoice.id == Allocation.invoice_id)
        .where(Payment.family_id == family_id)
        .order_by(Allocation.id)
    )
    return pd.read_sql_query(rows, session.connection())


def _reminders(session: Session, family_id: int) -> pd.DataFrame:
    rows = (
        select(
            Reminder.level,
            Reminder.amount_cents,
            Reminder.sent_at,
            (Account.first_name + " " + Account.last_name).label("by_name"),
            Reminder.letter_id,
        )
        .outerjoin(Account, Account.id == Reminder.by_id)
        .where(Reminder.family_id == family_id)
        .order_by(Reminder.sent_at.desc(), Reminder.id.desc())
    )
    return pd.read_sql_query(rows, session.connection())

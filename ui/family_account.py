"""The pieces of a family's account: invoices and their lines, payments and what they settled, the statement, the reminders."""

import pandas as pd
import streamlit as st

from db.session import reading
from domain import balances
from domain.balances import FamilyAccount
from ui import balances as money
from ui import desk, format, screen, tables
from ui.access import require_user
from ui.i18n import _, word
from ui.tables import Column

KINDS = {"invoice": word("Invoice"), "credit_note": word("Credit note"), "payment": word("Payment")}


def draw_figures(account: FamilyAccount) -> None:
    """What was invoiced, paid, is open and is kept as credit; the last reminder."""
    kept = account.balance
    with st.container(horizontal=True):
        screen.figure(_("Invoiced"), format.euros(kept.invoiced_cents))
        screen.figure(_("Paid"), format.euros(kept.paid_cents))
        screen.figure(_("Balance"), format.euros(kept.open_cents))
        screen.figure(_("Credit kept"), format.euros(kept.credit_cents))
    if kept.last_reminder_at:
        told = _(
            "Last reminder: {level}, {when}.", level=money.level_words(kept.last_reminder_level), when=format.instant(kept.last_reminder_at)
        )
        st.caption(told)
    if not account.has_email:
        st.caption(_("Nobody of this family has an e-mail: reminders cannot be sent."))


def draw_invoices(account: FamilyAccount) -> None:
    """The invoices, newest first; the lines of the one that is ticked."""
    columns = {
        "number": Column(_("Number"), pinned=True),
        "open_cents": Column(_("Still open"), "money"),
        "due_on": Column(_("Due on"), "day"),
        "total_cents": Column(_("Total"), "money"),
        "state": Column(_("State"), write=_state_words),
        "detail": Column(_("Site")),
        "day": Column(_("Issued on"), "day"),
    }
    invoices = account.invoices
    if invoices.empty:
        screen.empty(_("This family was never invoiced."))
        return
    picked = tables.show(invoices, columns=columns, key="invoices", alt=_("The invoices of the family"), select="one")
    tables.excel(_("To Excel"), "factures.xlsx", lambda: _again(account).invoices, columns=columns)
    if not picked:
        st.caption(_("Tick an invoice to see its lines."))
        return
    invoice = invoices.iloc[picked[0]]
    with reading() as session:
        lines = balances.invoice_lines(session, require_user(), int(invoice["id"]))
    screen.section(_("Lines of invoice {number}", number=invoice["number"]))
    told = {
        "child": Column(_("Child")),
        "label": Column(_("What")),
        "from_on": Column(_("From"), "day"),
        "until_on": Column(_("Until"), "day"),
        "quantity": Column(_("Quantity"), "number"),
        "unit_cents": Column(_("Unit price"), "money"),
        "amount_cents": Column(_("Amount"), "money"),
    }
    tables.show(lines, columns=told, key="lines", alt=_("The lines of the invoice"))


def draw_payments(account: FamilyAccount) -> None:
    """The payments, newest first; what the ticked one settled, and how to send it back."""
    columns = {
        "day": Column(_("Received on"), "day"),
        "detail": Column(_("Method"), write=_method_words),
        "number": Column(_("Reference")),
        "total_cents": Column(_("Amount"), "money"),
        "open_cents": Column(_("Kept as credit"), "money"),
        "state": Column(_("State"), write=_state_words),
    }
    payments = account.payments
    if payments.empty:
        screen.empty(_("This family has not paid anything yet."))
        return
    picked = tables.show(payments, columns=columns, key="payments", alt=_("The payments of the family"), select="one")
    tables.excel(_("To Excel"), "reglements.xlsx", lambda: _again(account).payments, columns=columns)
    if not picked:
        st.caption(_("Tick a payment to see what it settled, or to mark it as unpaid."))
        return
    payment = payments.iloc[picked[0]]
    _draw_settled(account.allocations[account.allocations["payment_id"] == payment["id"]])
    if payment["state"] == "received":
        desk.draw_bounce(int(payment["id"]), int(payment["total_cents"]))


def draw_statement(account: FamilyAccount) -> None:
    """Every movement in the order of the days, with the running balance: above zero is owed, below is in advance."""
    columns = {
        "day": Column(_("Day"), "day"),
        "kind": Column(_("Movement"), write=lambda kind: _(KINDS[kind])),
        "number": Column(_("Number or reference")),
        "state": Column(_("State"), write=_state_words),
        "amount_cents": Column(_("Amount"), "money"),
        "balance_cents": Column(_("Balance after"), "money"),
    }
    if account.movements.empty:
        screen.empty(_("Nothing has happened on this account yet."))
        return
    tables.show(account.movements, columns=columns, key="statement", alt=_("The movements of the account with the running balance"))
    tables.excel(_("To Excel"), "releve.xlsx", lambda: _again(account).movements, columns=columns)
    st.caption(_("Above zero is owed by the family, below zero is paid in advance. A payment sent back counts for nothing."))


def draw_reminders(account: FamilyAccount) -> None:
    """The reminders that were sent, newest first."""
    columns = {
        "sent_at": Column(_("Sent on"), "instant"),
        "level": Column(_("Level"), write=money.level_words),
        "amount_cents": Column(_("Amount asked for"), "money"),
        "by_name": Column(_("By")),
    }
    if account.reminders.empty:
        screen.empty(_("This family was never reminded."))
        return
    tables.show(account.reminders, columns=columns, key="family-reminders", alt=_("The reminders sent to the family"))


TABS = {
    "invoices": (word("Invoices"), draw_invoices),
    "payments": (word("Payments"), draw_payments),
    "statement": (word("Statement"), draw_statement),
    "reminders": (word("Reminders"), draw_reminders),
}


def _draw_settled(settled: pd.DataFrame) -> None:
    columns = {
        "number": Column(_("Invoice")),
        "amount_cents": Column(_("Settled"), "money"),
        "allocated_at": Column(_("Settled on"), "instant"),
        "reversed_at": Column(_("Taken back on"), "instant"),
    }
    if settled.empty:
        st.caption(_("This payment settled no invoice: it is kept as credit."))
    else:
        tables.show(settled, columns=columns, key="settled", alt=_("What the payment settled"))


def _again(account: FamilyAccount) -> FamilyAccount:
    """The account as the person may see it now: what goes to Excel."""
    with reading() as session:
        return balances.of_family(session, require_user(), account.family_id)


def _state_words(state: str) -> str:
    return _(money.STATES[state]) if state in money.STATES else format.NOTHING


def _method_words(method: str) -> str:
    return _(money.METHODS[method]) if method in money.METHODS else format.NOTHING

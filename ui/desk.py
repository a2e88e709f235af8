"""The pieces of a family's account at the desk: taking a payment, sending one back, using the credit."""

import hashlib
from datetime import date

import streamlit as st

from domain import clock, payments
from domain.balances import FamilyAccount
from ui import acts, balances, feedback, format, forms
from ui.access import require_user
from ui.i18n import _

_FIELDS = ("amount", "method", "received", "reference", "payer", "invoices", "credit")


def draw_form(account: FamilyAccount) -> None:
    """The payment form. Invoices that are not chosen are settled by their due date, the oldest first."""
    family_id, before = account.family_id, len(account.payments)
    still_open = account.invoices[account.invoices["open_cents"] > 0].sort_values("due_on")
    named = {
        int(row["id"]): _(
            "{number}, due {day}: {open}", number=row["number"], day=format.short_day(row["due_on"]), open=format.euros(row["open_cents"])
        )
        for row in still_open.to_dict("records")
    }
    with st.form(_key(family_id, before, "form")):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(_("Amount received (€)"), key=_key(family_id, before, "amount"), max_chars=15, placeholder="12,50")
            st.selectbox(
                _("Method"),
                payments.DESK_METHODS,
                format_func=lambda code: _(balances.METHODS[code]),
                key=_key(family_id, before, "method"),
            )
            st.date_input(
                _("Received on"),
                value=clock.today(),
                max_value=clock.today(),
                min_value=date(2000, 1, 1),
                format="DD/MM/YYYY",
                key=_key(family_id, before, "received"),
            )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(
                _("Reference"), key=_key(family_id, before, "reference"), max_chars=120, help=_("Cheque number, transfer reference…")
            )
            st.text_input(
                _("Paid by"), key=_key(family_id, before, "payer"), max_chars=120, help=_("If somebody else than the family pays.")
            )
        st.multiselect(
            _("Invoices to settle"),
            list(named),
            format_func=named.__getitem__,
            key=_key(family_id, before, "invoices"),
            placeholder=_("The oldest due first"),
        )
        st.checkbox(
            _("Keep the rest as credit"),
            key=_key(family_id, before, "credit"),
            help=_("What is above the open amount waits for later invoices."),
        )
        st.form_submit_button(
            _("Record the payment"),
            on_click=take,
            args=(family_id, before),
            type="primary",
            icon=":material/payments:",
        )


def take(family_id: int, before: int) -> None:
    """Records the payment as it was typed. The form is that of the n-th payment: once it is kept, the next form is an empty one."""
    amount, method, received, reference, payer, invoices, keep = (forms.typed(_key(family_id, before, name)) for name in _FIELDS)
    with feedback.refusals() as outcome:
        cents = payments.cents_of(amount or "")
    if not outcome.done:
        return
    by = require_user()
    facts = (by.id, family_id, before, cents, method, received, reference, payer, sorted(invoices or []), keep)
    acts.act(
        payments.record_payment,
        family_id,
        cents,
        method,
        received_on=received,
        reference=reference,
        payer=payer,
        keep_as_credit=bool(keep),
        invoice_ids=invoices or None,
        request_key=hashlib.sha256(repr(facts).encode()).hexdigest(),
        told=_("The payment of {amount} is recorded.", amount=format.euros(cents)),
    )


def send_back(payment_id: int) -> None:
    """Marks a payment as sent back unpaid, for the typed reason."""
    key = f"bounce-{payment_id}"
    told = _("The payment is marked as unpaid: what it settled is owed again.")
    if acts.act(payments.bounce, payment_id, forms.typed(key) or "", told=told):
        forms.forget(key)


def draw_bounce(payment_id: int, amount_cents: int) -> None:
    """The small form that sends a payment back."""
    with st.form(f"bounce-form-{payment_id}"):
        st.markdown(_("If the bank sends this payment of {amount} back, its invoices are open again.", amount=format.euros(amount_cents)))
        st.text_input(_("Reason"), key=f"bounce-{payment_id}", max_chars=250, placeholder=_("Refused cheque"))
        st.form_submit_button(_("Mark as unpaid"), on_click=send_back, args=(payment_id,), icon=":material/undo:")


def use_credit(family_id: int) -> None:
    """Settles the open invoices with the credit."""
    acts.act(payments.use_credit, family_id, told=_("The credit was used for the open invoices."))


def draw_credit(account: FamilyAccount) -> None:
    """The button that settles open invoices with the credit, where there are both."""
    usable = min(account.balance.credit_cents, account.balance.open_cents)
    if usable:
        told = _("Use {amount} of credit for the open invoices", amount=format.euros(usable))
        st.button(told, on_click=use_credit, args=(account.family_id,), icon=":material/redeem:")


def _key(family_id: int, before: int, name: str) -> str:
    return f"payment-{family_id}-{before}-{name}"

"""The refusals of balances, payments at the desk and reminders."""

from collections.abc import Callable
from typing import Any

from domain import payments, refusals, reminders
from ui import format
from ui.i18n import _, n_, word

FIELDS = {"reference": word("Reference"), "payer": word("Paid by")}

SENTENCES: dict[type[refusals.Refusal], Callable[[Any], str]] = {
    payments.MoreThanOwed: lambda refusal: _(
        "{amount} is more than what is open ({open}). Tick “Keep the rest as credit”, or correct the amount.",
        amount=format.euros(refusal.amount_cents),
        open=format.euros(refusal.open_cents),
    ),
    payments.UnknownMethod: lambda refusal: _("The desk does not take payments this way: choose a method of the list."),
    payments.InTheFuture: lambda refusal: _(
        "A payment cannot have been received on {day}: this day has not come yet.", day=format.short_day(refusal.day)
    ),
    payments.AlreadyBounced: lambda refusal: _("This payment was already marked as unpaid: its invoices are open again."),
    payments.NotOwed: lambda refusal: _(
        "There is nothing to settle with the credit: {credit} of credit, {open} open.",
        credit=format.euros(refusal.credit_cents),
        open=format.euros(refusal.open_cents),
    ),
    reminders.UnknownLevel: lambda refusal: _("There are three levels of reminder: choose one of them."),
    reminders.TooManyAtOnce: lambda refusal: n_(
        "At most {count} family is reminded at once.", "At most {count} families are reminded at once.", refusal.most
    ),
    reminders.NothingOverdue: lambda refusal: _(
        "This family has nothing to be reminded of: nothing is late, or what is late is disputed or at the Trésor."
    ),
}

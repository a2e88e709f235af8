"""What the door answers."""

from collections.abc import Callable
from typing import Any

from db.settings import settings
from domain.accounts import proof, refusals
from domain.refusals import Refusal
from ui import format
from ui.i18n import _


def _until(refusal: refusals.TooManyAttempts) -> str:
    return format.clock_time(refusal.until.astimezone(settings().zone).time())


SENTENCES: dict[type[Refusal], Callable[[Any], str]] = {
    proof.ProofMissing: lambda refusal: _(
        "The verification “I am not a robot” has not ended. Wait until its box is ticked, then try again."
    ),
    proof.ProofSpent: lambda refusal: _("The verification “I am not a robot” was over: a new one has begun. Please try again."),
    refusals.SignInRefused: lambda refusal: _("The email or the password is not right."),
    refusals.TooManyAttempts: lambda refusal: _("Too many attempts. You may try again from {time}.", time=_until(refusal)),
    refusals.AccountNotOpen: lambda refusal: _(
        "Your account is not open yet: it waits for the structure’s answer, or for you to follow the link of the confirmation email."
    ),
    refusals.TicketSpent: lambda refusal: _("The sign-in took too long. Please sign in again."),
    refusals.SecondFactorWrong: lambda refusal: _("This code is not right, or was used already. Wait for the next one."),
    refusals.SecondFactorNotBegun: lambda refusal: _("There is no second factor to change."),
    refusals.SecondFactorRequired: lambda refusal: _("The structure asks a second factor of its staff: it cannot be turned off."),
    refusals.CurrentPasswordWrong: lambda refusal: _("The current password is not right."),
    refusals.PasswordTooLong: lambda refusal: _("The password is too long: {longest} characters at most.", longest=refusal.longest),
    refusals.PasswordTooWeak: lambda refusal: _(
        "This password is too easy to guess. Choose a longer one, for instance four words that have nothing to do with you."
    ),
    refusals.PasswordsDiffer: lambda refusal: _("The two new passwords are not the same."),
    refusals.PasswordUnchanged: lambda refusal: _("The new password is the current one."),
}

"""How the door says no."""

from dataclasses import dataclass
from datetime import datetime

from domain.refusals import Refusal


@dataclass(eq=False)
class SignInRefused(Refusal):
    """The e-mail or the password is not right; which of the two is not told."""


@dataclass(eq=False)
class TooManyAttempts(Refusal):
    """Too many wrong passwords for one name, or too many tries from one address, known or not."""

    until: datetime


@dataclass(eq=False)
class AccountNotOpen(Refusal):
    """The password is right and the account still waits to be confirmed."""


@dataclass(eq=False)
class TicketSpent(Refusal):
    """The one-minute ticket of a sign-in was used, or came too late."""


@dataclass(eq=False)
class SecondFactorWrong(Refusal):
    """The six digits are not those of now, or were used already."""


@dataclass(eq=False)
class SecondFactorNotBegun(Refusal):
    """There is no second factor to confirm or to take away."""


@dataclass(eq=False)
class SecondFactorRequired(Refusal):
    """The structure asks a second factor of its staff: it cannot be taken away."""


@dataclass(eq=False)
class CurrentPasswordWrong(Refusal):
    """The present password was not the one typed."""


@dataclass(eq=False)
class PasswordTooLong(Refusal):
    """A password has more than `longest` bytes: what follows would be ignored by the hash."""

    longest: int


@dataclass(eq=False)
class PasswordTooWeak(Refusal):
    """A password is guessed too easily: `bits` by the CNIL formula, `score` (0 to 4) by what is known of passwords."""

    bits: int
    score: int


@dataclass(eq=False)
class PasswordsDiffer(Refusal):
    """The new password, typed twice, is not twice the same."""


@dataclass(eq=False)
class PasswordUnchanged(Refusal):
    """The new password is the present one."""

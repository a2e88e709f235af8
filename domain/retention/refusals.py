"""How retention says no."""

from dataclasses import dataclass
from datetime import date

from domain.refusals import Refusal


@dataclass(eq=False)
class NotDue(Refusal):
    """No rule names these families any more: something has happened since the list was drawn."""

    count: int


@dataclass(eq=False)
class TooManyAtOnce(Refusal):
    """More families than one person can have looked through."""

    most: int


@dataclass(eq=False)
class NotHeldUntil(Refusal):
    """A day that nothing can be kept until: past, or more than ten years away."""

    until_on: date


@dataclass(eq=False)
class BookedAhead(Refusal):
    """The family has days booked or waited for to come: they are cancelled first."""

    days: int
    last_on: date


class AsksAlready(Refusal):
    """The family has asked for the closing of its account, and waits."""

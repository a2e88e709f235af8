"""How the house says no: a class that carries facts. Its sentence lives in `ui/sentences`, in the reader's language."""

from dataclasses import dataclass
from datetime import date, datetime


class Refusal(Exception):
    """An act that was not done, and changed nothing. The only exception that screens catch."""


@dataclass(eq=False)
class NotAllowed(Refusal):
    """The person's role does not open this chapter."""

    chapter: str


@dataclass(eq=False)
class DoesNotExist(Refusal):
    """There is no such thing, or none that this person may reach: the answer is the same."""

    kind: str


@dataclass(eq=False)
class AlreadyDecided(Refusal):
    """Somebody was quicker."""

    by_name: str | None
    at: datetime
    outcome: str


@dataclass(eq=False)
class Incomplete(Refusal):
    """A field that must be filled in is empty."""

    field: str


@dataclass(eq=False)
class TooLong(Refusal):
    """A text is longer than its field."""

    field: str
    longest: int


@dataclass(eq=False)
class NotAnAmount(Refusal):
    """An amount is not a positive number of cents, or is beyond all measure."""

    value: object


@dataclass(eq=False)
class PeriodUpsideDown(Refusal):
    """A period ends before it begins."""

    from_on: date
    until_on: date


@dataclass(eq=False)
class PeriodTooLong(Refusal):
    """A period is longer than what is shown at once."""

    days: int
    longest: int


@dataclass(eq=False)
class ChangedMeanwhile(Refusal):
    """What the person saw is no longer so: look again before acting."""

    kind: str


@dataclass(eq=False)
class NothingChosen(Refusal):
    """An act on several things was asked for none."""


def upright(from_on: date, until_on: date, longest: int | None = None) -> None:
    """Refuses a period that ends before it begins (PeriodUpsideDown) or has more than `longest` days (PeriodTooLong)."""
    days = (until_on - from_on).days + 1
    if days < 1:
        raise PeriodUpsideDown(from_on, until_on)
    if longest is not None and days > longest:
        raise PeriodTooLong(days, longest)


def filled(field: str, text: str | None, longest: int) -> str:
    """A text without outer blanks or NUL; refuses an empty one (Incomplete) and one over its length (TooLong)."""
    trimmed = (text or "").replace("\x00", "").strip()
    if not trimmed:
        raise Incomplete(field)
    if len(trimmed) > longest:
        raise TooLong(field, longest)
    return trimmed

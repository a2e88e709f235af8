"""How the child's sheets say no."""

from dataclasses import dataclass
from datetime import date

from domain.refusals import Refusal


@dataclass(eq=False)
class SheetChanged(Refusal):
    """The other parent has changed the same fields since the form was read: nothing was written. They are named, never their content."""

    fields: tuple[str, ...]


@dataclass(eq=False)
class SheetUnreadable(Refusal):
    """A health sheet does not open: its key is gone, or somebody touched it."""


@dataclass(eq=False)
class AnswerAgainstDetails(Refusal):
    """The answer is no, and details are written all the same; or yes, and none is."""

    field: str
    answer: bool


@dataclass(eq=False)
class BeforeBirth(Refusal):
    """A vaccine was given before the child was born."""

    field: str
    born_on: date


@dataclass(eq=False)
class TooManyPeople(Refusal):
    """A child has as many people around him as the sheet holds."""

    most: int


@dataclass(eq=False)
class IsThereAlready(Refusal):
    """The home has named this person already."""

    name: str


@dataclass(eq=False)
class IsForbidden(Refusal):
    """Somebody who must not fetch the child is not made somebody who may: the ban is lifted first, by whom it was told."""

    name: str


@dataclass(eq=False)
class GuardianNotForbidden(Refusal):
    """A parent of the child is kept away by a court alone: the structure writes it down from the decision."""

    name: str


@dataclass(eq=False)
class NotYours(Refusal):
    """The other home, or the structure, named this person: they alone change it."""

    by_structure: bool


@dataclass(eq=False)
class SureNeeded(Refusal):
    """A ban is written or lifted by somebody who ticked that this is meant."""

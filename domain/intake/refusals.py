"""Why a paper is not taken in. Each carries the name of the file that is refused, as its sender gave it."""

from dataclasses import dataclass
from typing import Literal

from domain.refusals import Refusal

Active = Literal["script", "launch", "embedded", "form", "media", "outside"]


@dataclass(eq=False)
class NothingSent(Refusal):
    """No file was chosen."""


@dataclass(eq=False)
class EmptyFile(Refusal):
    """The file has no content."""

    name: str


@dataclass(eq=False)
class FileTooLarge(Refusal):
    """The file is larger than what is taken; `most` in bytes."""

    name: str
    most: int


@dataclass(eq=False)
class TooManyFiles(Refusal):
    """More files at once than what is taken."""

    count: int
    most: int


@dataclass(eq=False)
class OnePdfAtATime(Refusal):
    """Several photos make one paper; a PDF is one already, and comes alone."""


@dataclass(eq=False)
class NotAPaper(Refusal):
    """By its content the file is no PDF, JPEG or PNG, whatever its name. `found`: the type it seems to be of, if known."""

    name: str
    found: str | None = None


@dataclass(eq=False)
class CannotBeRead(Refusal):
    """The file is damaged or cut off."""

    name: str


@dataclass(eq=False)
class PictureTooLarge(Refusal):
    """A picture of more pixels than any telephone takes: it would fill the memory. `most` in millions of pixels."""

    name: str
    most: int


@dataclass(eq=False)
class TooHeavy(Refusal):
    """The file unfolds to far more than it weighs, or takes too long to read."""

    name: str


@dataclass(eq=False)
class TooManyPages(Refusal):
    """A PDF of more pages than what is taken."""

    name: str
    count: int
    most: int


@dataclass(eq=False)
class Locked(Refusal):
    """A PDF protected by a password or restricted by encryption."""

    name: str


@dataclass(eq=False)
class ActiveContent(Refusal):
    """A PDF that would do something when it is opened; `what` says what it carries."""

    name: str
    what: Active


@dataclass(eq=False)
class Infected(Refusal):
    """The antivirus knows the file."""

    name: str


@dataclass(eq=False)
class CannotBeChecked(Refusal):
    """The antivirus does not answer: nothing is taken in meanwhile."""


@dataclass(eq=False)
class TooBusy(Refusal):
    """Too many papers come in at this moment."""

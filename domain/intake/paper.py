"""What is sent, what is kept of it, and how much is too much."""

import unicodedata
from dataclasses import dataclass

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
ENDINGS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}

LARGEST = 10 * 1024 * 1024  # bytes of one file
MOST_FILES = 10
MOST_PAGES = 60
MOST_PIXELS = 64_000_000  # of a photo: a telephone's 50 million and some
LONGEST_SIDE = 2_600  # pixels kept: an A4 page at 220 dots an inch
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Upload:
    """A file as a browser sent it; the name is only told, never believed."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Clean:
    """What is kept: one PDF or one picture, written by us, with a name that is safe to give back."""

    name: str
    mime: str
    content: bytes


def safe_name(name: str, mime: str) -> str:
    """The name without folders, control characters or a false ending: `../évil\\n.exe` becomes `évil.pdf`."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter if letter.isprintable() else " " for letter in last)
    stem, _, ending = plain.rpartition(".")
    kept = " ".join((stem if stem and len(ending) <= 5 else plain).replace('"', "").split()).strip(" .")
    return (kept[:_LONGEST_NAME].strip(" .") or "document") + ENDINGS[mime]

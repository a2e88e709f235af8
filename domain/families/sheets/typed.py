"""What is typed on a sheet, as it is kept."""

import unicodedata
from datetime import date

from domain import clock
from domain.families.fields import NotSound, Rule, sound
from domain.refusals import Incomplete, TooLong

PROSE = 500  # characters
YEARS_AHEAD = 5


def line(field: str, value: object, *, compulsory: bool = False) -> str:
    """A name, by the rules of the family's forms. Raises Incomplete, TooLong, NotSound."""
    return _sound("last_name", field, value, compulsory)


def phone(field: str, value: object, *, compulsory: bool = False) -> str:
    """A telephone number in its national form. Raises Incomplete, TooLong, NotSound."""
    return _sound("phone_mobile", field, value, compulsory)


def prose(field: str, value: object, longest: int = PROSE) -> str:
    """A text of several lines without control characters. Raises TooLong, NotSound."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise NotSound(field, "choice")
    lines = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    kept = "\n".join("".join(letter for letter in part if unicodedata.category(letter) not in ("Cc", "Cs")).rstrip() for part in lines)
    if len(kept.strip()) > longest:
        raise TooLong(field, longest)
    return kept.strip()


def yes_or_no(field: str, value: object) -> bool | None:
    """An answer; None while there is none. Raises NotSound."""
    if value is None or isinstance(value, bool):
        return value
    raise NotSound(field, "choice")


def day(field: str, value: object, *, to_come: bool = False) -> date | None:
    """A day, not after today unless it may be to come, and then in five years at most. Raises NotSound."""
    if value is None:
        return None
    if not isinstance(value, date):
        raise NotSound(field, "past")
    today = clock.today()
    if value > today and not to_come:
        raise NotSound(field, "future")
    if value.year > today.year + YEARS_AHEAD or value.year < today.year - 30:
        raise NotSound(field, "past")
    return value


def _sound(like: str, field: str, value: object, compulsory: bool) -> str:
    try:
        told = sound("guardian", {like: value}, {like: Rule("compulsory" if compulsory else "editable", waits=False)})
    except NotSound as refusal:
        raise NotSound(field, refusal.problem) from refusal
    except TooLong as refusal:
        raise TooLong(field, refusal.longest) from refusal
    except Incomplete as refusal:
        raise Incomplete(field) from refusal
    return str(told[like] or "")

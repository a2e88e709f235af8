"""Days, instants, amounts and numbers, written the way of the run's language. What is not known is written "—"."""

from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

import phonenumbers
from babel import dates, numbers

from db.settings import settings
from ui.i18n import LOCALES, _, decimal, language

NOTHING = "—"
_MARKS = frozenset("\\`*_{}[]()<>#+-.!|~$:^=")
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))
_REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT")


def day(value: date | None) -> str:
    """`lundi 2 mars 2026`"""
    return NOTHING if value is None or unknown(value) else dated(value, f"EEEE {_day_of(value)} MMMM y")


def short_day(value: date | None) -> str:
    """`02/03/2026`"""
    return NOTHING if value is None or unknown(value) else dated(value, "dd/MM/y")


def week_day(value: date) -> str:
    """`lun. 2 mars`"""
    return dated(value, f"EEE {_day_of(value)} MMM")


def month(value: date) -> str:
    """`mars 2026`"""
    return dated(value, "LLLL y")


def dated(value: date, pattern: str) -> str:
    """A day by a pattern of Unicode (`EEE d`), in the language of the run."""
    return _dated(date(value.year, value.month, value.day), pattern, language())


def instant(value: datetime | None) -> str:
    """`02/03/2026 à 12:00`, in the structure's time zone."""
    if value is None or unknown(value):
        return NOTHING
    local = value.astimezone(settings().zone)
    return _("{day} at {time}", day=short_day(local.date()), time=clock_time(local.time()))


def clock_time(value: time) -> str:
    """`07:30`"""
    return f"{value:%H:%M}"


def euros(cents: int | None) -> str:
    """`1 234,50 €` from whole cents."""
    if cents is None or unknown(cents):
        return NOTHING
    whole, rest = divmod(abs(int(cents)), 100)
    shape, group, point = _euro_shape(language(), cents < 0)
    return shape.replace("#", f"{whole:,}".replace(",", group) + f"{point}{rest:02}")


def percent(ratio: float | None, digits: int = 0) -> str:
    """`83 %` from 0.83, with as many decimals as asked for."""
    return NOTHING if ratio is None or unknown(ratio) else _percent(float(ratio), digits, language())


def number(value: float | int | None) -> str:
    """`1 234` or `12,5`"""
    return NOTHING if value is None or unknown(value) else decimal(value, language())


def size(octets: int) -> str:
    """`87,7 Ko`: the size of a file."""
    for unit, factor in ((_("MB"), 1024**2), (_("KB"), 1024)):
        if octets >= factor:
            return f"{number(round(octets / factor, 1))} {unit}"
    return f"{number(octets)} {_('bytes')}"


def phone(text: str | None) -> str:
    """`06 39 98 00 12`; what is no number of ten digits is given back as it was typed."""
    if not text:
        return NOTHING
    for region in _REGIONS:
        try:
            parsed = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            return text
        if phonenumbers.is_valid_number_for_region(parsed, region):
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    digits = "".join(filter(str.isdigit, text))
    return " ".join(digits[i : i + 2] for i in range(0, 10, 2)) if text.strip() == digits and len(digits) == 10 else text


def unknown(value: Any) -> bool:
    """Whether a value is missing: None, NaN or pandas' NaT and NA."""
    return value is None or value is False or type(value).__name__ in ("NaTType", "NAType") or value != value


# Babel takes 5 to 60 µs to write a value, and a screen writes hundreds, the same ones again and again: what was written is kept.
@lru_cache(4096)
def _dated(value: date, pattern: str, told: str) -> str:
    return dates.format_date(value, pattern, locale=LOCALES[told])


@lru_cache(4096)
def _percent(ratio: float, digits: int, told: str) -> str:
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "\u202f%"
    return numbers.format_percent(ratio, format=pattern, locale=LOCALES[told])


@cache
def _euro_shape(told: str, is_debt: bool) -> tuple[str, str, str]:
    """How Babel writes an amount (`#\xa0€`, `-€#`), its sign between thousands and its decimal point."""
    spoken = LOCALES[told]
    amount = numbers.format_currency(Decimal(-1 if is_debt else 1), "EUR", locale=spoken)
    one = numbers.format_decimal(Decimal(1), format="0.00", locale=spoken)
    return amount.replace(one, "#"), numbers.get_group_symbol(spoken), numbers.get_decimal_symbol(spoken)


def local_day(value: datetime) -> date:
    """The day an instant falls on in the structure's time zone."""
    return value.astimezone(settings().zone).date()


def device(agent: str | None) -> str:
    """`Firefox, Windows`: what a browser says of itself, in two words."""
    said = agent or ""
    browser = next((name for mark, name in _BROWSERS if mark in said), None)
    system = next((name for mark, name in _SYSTEMS if mark in said), None)
    return ", ".join(filter(None, (browser, system))) or NOTHING


def plain(text: str) -> str:
    """A text somebody typed, shown as it is: what Markdown would read as marks is escaped."""
    return "".join(f"\\{character}" if character in _MARKS else character for character in text)


def _day_of(value: date) -> str:
    """The pattern of a day's number: French says `1er`."""
    return "d'er'" if value.day == 1 and language() == "fr" else "d"

"""Days, instants, amounts and numbers, written the way of the run's language. What is not known is written "—"."""

from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

import phonenumbers
from babel import dates, numbers

from db.settings import settings
from ui.i18n import _, locale

NOTHING = "—"
_MARKS = frozenset("\\`*_{}[]()<>#+-.!|~$:^=")
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))
_REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT")


def day(value: date | None) -> str:
    """`lundi 2 mars 2026`"""
    return NOTHING if value is None or unknown(value) else dates.format_date(value, f"EEEE {_day_of(value)} MMMM y", locale=locale())


def short_day(value: date | None) -> str:
    """`02/03/2026`"""
    return NOTHING if unknown(value) else dates.format_date(value, "dd/MM/y", locale=locale())


def week_day(value: date) -> str:
    """`lun. 2 mars`"""
    return dates.format_date(value, f"EEE {_day_of(value)} MMM", locale=locale())


def month(value: date) -> str:
    """`mars 2026`"""
    return dates.format_date(value, "LLLL y", locale=locale())


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
    return NOTHING if unknown(cents) else numbers.format_currency(Decimal(int(cents)) / 100, "EUR", locale=locale())  # type: ignore[arg-type]


def percent(ratio: float | None, digits: int = 0) -> str:
    """`83 %` from 0.83, with as many decimals as asked for."""
    if unknown(ratio):
        return NOTHING
    return numbers.format_percent(ratio, format=_percent_pattern(digits), locale=locale())  # type: ignore[arg-type]


def number(value: float | int | None) -> str:
    """`1 234` or `12,5`"""
    return NOTHING if unknown(value) else numbers.format_decimal(value, locale=locale())  # type: ignore[arg-type]


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


@cache
def _percent_pattern(digits: int) -> str:
    return "#,##0" + ("." + "0" * digits if digits else "") + "\u202f%"


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
    return "d'er'" if value.day == 1 and str(locale()).startswith("fr") else "d"

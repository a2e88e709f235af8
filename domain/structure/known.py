"""The settings that there are: their defaults, and what makes a value sound."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from email_validator import EmailNotValidError, validate_email

from domain.refusals import Refusal

ALWAYS = date(1, 1, 1)
LANGUAGES = ("fr", "en")
ACTIVITY_KINDS = ("extrascolaire", "periscolaire")
CERTIFICATION_LASTS = ("school_year", "twelve_months")


@dataclass(eq=False)
class InvalidSetting(Refusal):
    """A value that a setting cannot take; `problem` is a word of this module."""

    name: str
    problem: str


@dataclass(frozen=True)
class StaffingRatio:
    """Children per adult in a kind of centre, with a PEDT or not, on a day of more than five hours in a row or not."""

    kind: str
    pedt: bool
    long_day: bool
    under_six: int
    six_and_over: int


# CASF R.227-15 (extrascolaire) and R.227-16 (périscolaire), decree 2018-647; docs: domain/staffing.
LEGAL_RATIOS = (
    StaffingRatio("extrascolaire", pedt=False, long_day=True, under_six=8, six_and_over=12),
    StaffingRatio("extrascolaire", pedt=False, long_day=False, under_six=8, six_and_over=12),
    StaffingRatio("periscolaire", pedt=False, long_day=True, under_six=8, six_and_over=12),
    StaffingRatio("periscolaire", pedt=False, long_day=False, under_six=10, six_and_over=14),
    StaffingRatio("periscolaire", pedt=True, long_day=True, under_six=10, six_and_over=14),
    StaffingRatio("periscolaire", pedt=True, long_day=False, under_six=14, six_and_over=18),
)


def _line(longest: int) -> Callable[[Any], Any]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise ValueError("empty")
        if len(value.strip()) > longest:
            raise ValueError("too_long")
        return value.strip()

    return check


def _optional(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: "" if value in (None, "") else check(value)


def _email(value: Any) -> str:
    try:
        return validate_email(_line(254)(value), check_deliverability=False).normalized
    except EmailNotValidError as problem:
        raise ValueError("not_an_email") from problem


def _address(value: Any) -> str:
    address = _line(250)(value)
    if not re.fullmatch(r"https?://[^\s<>\"')(]+", address):
        raise ValueError("not_an_address")
    return str(address)


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("not_yes_or_no")
    return value


def _lasting(value: Any) -> str:
    if value not in CERTIFICATION_LASTS:
        raise ValueError("not_a_lasting")
    return str(value)


def _text(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError("empty")
    return {language: _line(30_000)(value.get(language)) for language in LANGUAGES}


def _thresholds(value: Any) -> dict[str, float]:
    try:
        tight, full = float(value["tight"]), float(value["full"])
    except (KeyError, TypeError, ValueError) as problem:
        raise ValueError("not_a_share") from problem
    if not 0 < tight < full <= 1:
        raise ValueError("not_rising")
    return {"tight": tight, "full": full}


def _ratios(value: Any) -> list[dict[str, Any]]:
    try:
        rows = [StaffingRatio(**row) for row in value]
    except TypeError as problem:
        raise ValueError("not_ratios") from problem
    if not rows or len({(row.kind, row.pedt, row.long_day) for row in rows}) < len(rows):
        raise ValueError("doubled_ratio")
    for row in rows:
        whole = all(
            isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= 100 for count in (row.under_six, row.six_and_over)
        )
        if row.kind not in ACTIVITY_KINDS or not whole:
            raise ValueError("not_ratios")
    return [asdict(row) for row in rows]


QUOTIENT_VALIDITIES = ("months", "school_year", "civil_year")
# Months: what is kept by default, the least and the most that the structure may choose. Sources: domain/retention/rules.
RETENTION_MONTHS = {
    "families": (36, 12, 60),
    "closed": (1, 0, 12),
    "requests": (12, 1, 36),
    "health": (3, 0, 12),
    "documents": (12, 1, 36),
    "letters": (12, 1, 36),
    "connections": (12, 6, 36),
    "journal": (36, 12, 60),
    "invoices": (120, 120, 240),
}


def _quotient(value: Any) -> dict[str, Any]:
    try:
        validity, months, checked = value["validity"], value["months"], value["checked"]
    except (KeyError, TypeError) as problem:
        raise ValueError("not_a_validity") from problem
    if validity not in QUOTIENT_VALIDITIES or not isinstance(checked, bool):
        raise ValueError("not_a_validity")
    if not isinstance(months, int) or isinstance(months, bool) or not 1 <= months <= 36:
        raise ValueError("not_a_validity")
    return {"validity": validity, "months": months, "checked": checked}


def _retention(value: Any) -> dict[str, int]:
    if not isinstance(value, dict) or set(value) != set(RETENTION_MONTHS):
        raise ValueError("not_a_term")
    for name, (_usual, least, most) in RETENTION_MONTHS.items():
        months = value[name]
        if not isinstance(months, int) or isinstance(months, bool) or not least <= months <= most:
            raise ValueError("not_a_term")
    return dict(value)


@dataclass(frozen=True)
class Known:
    """A setting: its name in the database, its default, and its check, which gives back the sound value or raises ValueError(word)."""

    name: str
    default: Any
    sound: Callable[[Any], Any]
    is_dated: bool = False
    is_long: bool = False

    def check(self, value: Any) -> Any:
        """The value as it is kept. Raises InvalidSetting."""
        try:
            return self.sound(value)
        except ValueError as problem:
            raise InvalidSetting(self.name, str(problem)) from problem


_UNWRITTEN = {
    "text_legal_notice": {
        "fr": "La structure n’a pas encore écrit ses mentions légales : éditeur, directeur de la publication, hébergeur.",
        "en": "The structure has not written its legal notice yet: publisher, person responsible, host.",
    },
    "text_privacy": {
        "fr": "La structure n’a pas encore écrit sa notice de protection des données : "
        "ce qui est recueilli, pourquoi, pour combien de temps, et comment exercer vos droits.",
        "en": "The structure has not written its privacy notice yet: what is collected, why, for how long, and how to use your rights.",
    },
    "text_accessibility": {
        "fr": "Accessibilité : non conforme, faute d’audit. La structure n’a pas encore publié sa déclaration d’accessibilité (RGAA 4.1).",
        "en": "Accessibility: not compliant, for want of an audit. "
        "The structure has not published its accessibility statement yet (RGAA 4.1).",
    },
}

_ALL = (
    Known("name", "Service enfance-jeunesse", _line(120)),
    Known("contact_email", "", _optional(_email)),
    Known("contact_phone", "", _optional(_line(30))),
    Known("source_address", "", _optional(_address)),
    Known("second_factor_required_of_staff", False, _yes_or_no),
    Known("certification_lasts", "school_year", _lasting),
    Known("capacity_thresholds", {"tight": 0.8, "full": 1.0}, _thresholds, is_dated=True),
    Known("staffing_ratios", [asdict(row) for row in LEGAL_RATIOS], _ratios, is_dated=True),
    Known("quotient", {"validity": "months", "months": 12, "checked": True}, _quotient, is_dated=True),
    Known("retention", {name: usual for name, (usual, _least, _most) in RETENTION_MONTHS.items()}, _retention, is_dated=True),
    *(Known(name, texts, _text, is_long=True) for name, texts in _UNWRITTEN.items()),
)
KNOWN = {known.name: known for known in _ALL}

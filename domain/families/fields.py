"""The fields of the family's forms, and what the structure lets families do with each: hidden, shown, editable or compulsory.

The same list draws the forms of the sign-up, of « Ma famille » and of the staff, checks what is typed, and tells what may be changed.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.models import Account, FieldRule
from domain import clock, journal, rights
from domain.refusals import DoesNotExist, Incomplete, Refusal, TooLong

Section = Literal["family", "guardian", "child"]
Kind = Literal["line", "phone", "postcode", "email", "day", "choice", "commune"]
Mode = Literal["hidden", "shown", "editable", "compulsory"]
MODES: tuple[Mode, ...] = ("hidden", "shown", "editable", "compulsory")
REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT")
OLDEST = 120  # years
CHILD_OLDEST = 25  # years: older than that is a typing slip
COMMUNE = re.compile(r"(\d\d|2[AB])\d{3}")
"""An INSEE code; those of countries begin with 99."""
NEEDED: dict[Section, frozenset[str]] = {
    "family": frozenset({"name"}),
    "guardian": frozenset({"last_name", "first_name"}),
    "child": frozenset({"last_name", "first_name", "born_on"}),
}
"""Without these there is no such person: they are never hidden nor left empty."""


@dataclass(eq=False)
class NotSound(Refusal):
    """What was typed does not fit its field; `problem` is a word: phone, postcode, email, future, past, choice, commune, characters."""

    field: str
    problem: str


@dataclass(eq=False)
class FieldNeeded(Refusal):
    """A person cannot be kept without this field: it can be shown or compulsory, not hidden nor left empty."""

    field: str


@dataclass(frozen=True)
class Field:
    """One field of a form: its column, its kind, its longest text, and the mode it has until the structure decides otherwise."""

    name: str
    kind: Kind = "line"
    longest: int = 120
    mode: Mode = "editable"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """What the structure decided for a field; a change that `waits` is shown to the staff before it counts."""

    mode: Mode
    waits: bool

    @property
    def is_open(self) -> bool:
        """Whether families may write into it."""
        return self.mode in ("editable", "compulsory")


_ADDRESS = (
    Field("street_number", longest=10),
    Field("street_suffix", longest=10),
    Field("street"),
    Field("address_extra"),
)
_PHONES = (Field("phone_landline", "phone", 20), Field("phone_mobile", "phone", 20))

FIELDS: dict[Section, tuple[Field, ...]] = {
    "family": (
        Field("name", mode="compulsory"),
        Field("first_name"),
        Field("phone_landline", "phone", 20),
        Field("postcode", "postcode", 5, mode="compulsory"),
        Field("town", mode="compulsory"),
        Field("phone_mobile", "phone", 20, mode="compulsory"),
        *_ADDRESS,
        Field("regime", "choice", mode="editable", choices=("caf", "msa", "other", "none")),
        Field("allocataire_number", longest=20),
        Field("allocataire_name"),
    ),
    "guardian": (
        Field("civility", "choice", mode="compulsory", choices=("mr", "mrs")),
        Field("last_name", mode="compulsory"),
        Field("first_name", mode="compulsory"),
        Field("marital_status", mode="hidden"),
        Field("born_on", "day"),
        Field("postcode", "postcode", 5),
        Field("town"),
        *_ADDRESS,
        Field("email", "email", 254),
        Field("occupation_category"),
        Field("profession", mode="hidden"),
        Field("employer", mode="hidden"),
        *_PHONES,
        Field("phone_work", "phone", 20),
        Field("phone_work_mobile", "phone", 20),
    ),
    "child": (
        Field("last_name", mode="compulsory"),
        Field("first_name", mode="compulsory"),
        Field("born_on", "day", mode="compulsory"),
        Field("sex", "choice", choices=("f", "m")),
        Field("birth_place_code", "commune", 5),
        Field("school"),
        Field("school_class"),
    ),
}


def rules(session: Session, section: Section) -> dict[str, Rule]:
    """The rule of every field of a section, in the order of the form."""
    decided = {rule.field: rule for rule in session.scalars(select(FieldRule).where(FieldRule.section == section))}
    return {field.name: _rule(field, decided.get(field.name)) for field in FIELDS[section]}


def to_begin(section: Section, decided: Mapping[str, Rule]) -> dict[str, Rule]:
    """The rules for somebody new: what a person cannot be without is filled in, even where it may not be changed afterwards."""
    return {name: replace(rule, mode="compulsory") if name in NEEDED[section] else rule for name, rule in decided.items()}


def change_rules(session: Session, by: Account | None, section: Section, wanted: Mapping[str, Rule]) -> None:
    """The structure decides for fields of a section.

    Raises NotAllowed, DoesNotExist (no such field), NotSound (no such mode), FieldNeeded.
    """
    rights.require(by, "settings")
    known = {field.name for field in FIELDS[section]}
    for name, rule in wanted.items():
        if name not in known:
            raise DoesNotExist("field")
        if rule.mode not in MODES:
            raise NotSound(name, "choice")
        if name in NEEDED[section] and rule.mode not in ("shown", "compulsory"):
            raise FieldNeeded(name)
    before = rules(session, section)
    changed = {name: rule for name, rule in wanted.items() if rule != before[name]}
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for name, rule in sorted(changed.items()):
        first = insert(FieldRule).values(section=section, field=name, mode=rule.mode, waits_for_staff=rule.waits)
        session.execute(first.on_conflict_do_nothing())
        kept = session.get_one(FieldRule, (section, name), with_for_update=True, populate_existing=True)
        kept.mode, kept.waits_for_staff = rule.mode, rule.waits
    if changed:
        told = {name: [before[name].mode, rule.mode] for name, rule in changed.items()}
        journal.record(session, by, "change_fields", (FieldRule, 0), reason=section, changes=told)


def sound(section: Section, values: Mapping[str, Any], decided: Mapping[str, Rule]) -> dict[str, Any]:
    """What a family typed, as it is kept: blanks off, telephones and postcodes in their form, empty fields as None.

    Fields that are not open under the rules are left out: a browser cannot write what the form does not offer. Raises Incomplete,
    TooLong, NotSound for the first field that does not fit, in the order of the form.
    """
    return {
        field.name: _sound(field, values.get(field.name), compulsory=decided[field.name].mode == "compulsory", child=section == "child")
        for field in FIELDS[section]
        if field.name in values and decided[field.name].is_open
    }


def tidy(text: str) -> str:
    """A typed line without control characters (a NUL ends a PostgreSQL statement), and with single blanks."""
    blanks = (" " if letter.isspace() else letter for letter in text)
    return " ".join("".join(letter for letter in blanks if unicodedata.category(letter) not in ("Cc", "Cs")).split())


def _rule(field: Field, decided: FieldRule | None) -> Rule:
    return Rule(decided.mode, decided.waits_for_staff) if decided else Rule(field.mode, waits=False)  # type: ignore[arg-type]


def _sound(field: Field, value: Any, *, compulsory: bool, child: bool) -> Any:
    if isinstance(value, str):
        value = tidy(value) or None
    if value is None:
        if compulsory:
            raise Incomplete(field.name)
        return None
    if field.kind == "day":
        return _day(field, value, child)
    if not isinstance(value, str):
        raise NotSound(field.name, "choice")
    if len(value) > field.longest:
        raise TooLong(field.name, field.longest)
    return _CHECKS[field.kind](field, value)


def _day(field: Field, value: Any, child: bool) -> date:
    if not isinstance(value, date):
        raise NotSound(field.name, "past")
    today = clock.today()
    if value > today:
        raise NotSound(field.name, "future")
    if value.year < today.year - (CHILD_OLDEST if child else OLDEST):
        raise NotSound(field.name, "past")
    return value


def _phone(field: Field, value: str) -> str:
    """The number in its national form without blanks, or `+…` of another country.

    Regions overseas are tried too: `0692…` is a number of La Réunion, not of the mainland. A possible number is enough: ranges are
    given out faster than lists are.
    """
    read = [number for region in REGIONS if (number := _parsed(value, region))]
    valid = next((number for number in read if phonenumbers.is_valid_number(number)), None)
    number = valid or next((number for number in read if phonenumbers.is_possible_number(number)), None)
    if number is None:
        raise NotSound(field.name, "phone")
    if phonenumbers.region_code_for_country_code(number.country_code or 0) in REGIONS:
        return "".join(filter(str.isdigit, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _parsed(value: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return None


def _postcode(field: Field, value: str) -> str:
    if len(value) == 5 and value.isascii() and value.isdigit():
        return value
    raise NotSound(field.name, "postcode")


def _line(field: Field, value: str) -> str:
    """Names and streets have letters, figures and signs; neither pictures nor the brackets of HTML."""
    for letter in value:
        if letter in "<>" or (unicodedata.category(letter) in ("So", "Sk", "Co", "Cn", "Cf") and letter not in "°^`´¨"):
            raise NotSound(field.name, "characters")
    return value


def _commune(field: Field, value: str) -> str:
    if COMMUNE.fullmatch(value.upper()):
        return value.upper()
    raise NotSound(field.name, "commune")


def _email(field: Field, value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False).normalized.lower()
    except EmailNotValidError as problem:
        raise NotSound(field.name, "email") from problem


def _choice(field: Field, value: str) -> str:
    if value in field.choices:
        return value
    raise NotSound(field.name, "choice")


_CHECKS: dict[str, Callable[[Field, str], str]] = {
    "line": _line,
    "commune": _commune,
    "phone": _phone,
    "postcode": _postcode,
    "email": _email,
    "choice": _choice,
}

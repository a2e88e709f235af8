"""The fields of the family's forms on the screen, as the structure decided for each: hidden, shown, to fill in, compulsory."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

import streamlit as st

from db import geography
from domain import clock
from domain.families import FIELDS, Field, Rule, Section
from domain.spelling import plain
from ui import format
from ui.i18n import _, word
from ui.sentences import field as label_of

CHOICES = {
    "caf": word("CAF"),
    "msa": word("MSA"),
    "other": word("Another scheme"),
    "none": word("Not an allocataire"),
    "mr": word("M."),
    "mrs": word("Mme"),
    "f": word("Girl"),
    "m": word("Boy"),
}

_COMPLETED_BY_BROWSERS = {
    "name": "family-name",
    "last_name": "family-name",
    "first_name": "given-name",
    "postcode": "postal-code",
    "town": "address-level2",
    "street": "address-line1",
    "address_extra": "address-line2",
    "phone_mobile": "tel",
    "phone_landline": "tel",
    "phone_work": "tel",
    "email": "email",
}


def draw(
    section: Section,
    values: Mapping[str, Any],
    decided: Mapping[str, Rule],
    *,
    key: str,
    own: bool = False,
    drawn: Mapping[str, Callable[[str, Any, str], Any]] | None = None,
) -> dict[str, Any]:
    """Draws a section in two columns and gives what is typed, by field. Compulsory fields carry a star.

    `own` says that the person fills in his own details: only then do browsers offer to complete them. The keys of the widgets are
    `<key>-<field>`. `drawn` draws some fields in a way of their own: `(label, value, key)` gives what is typed.
    """
    shown = [field for field in FIELDS[section] if decided[field.name].mode != "hidden"]
    typed: dict[str, Any] = {}
    for place in range(0, len(shown), 2):
        for column, field in zip(st.columns(2), shown[place : place + 2], strict=False):
            with column:
                value, rule, its = values.get(field.name), decided[field.name], f"{key}-{field.name}"
                special = (drawn or {}).get(field.name)
                typed[field.name] = special(label(field, rule), value, its) if special else _widget(field, value, rule, its, own)
    return typed


def label(field: Field, rule: Rule) -> str:
    """`Ville *`"""
    return f"{label_of(field.name)} *" if rule.mode == "compulsory" else label_of(field.name)


def told(field: Field, value: Any) -> str:
    """A value as it is read: a date, a choice in words, a telephone in pairs."""
    if value in (None, ""):
        return format.NOTHING
    if isinstance(value, date):
        return format.short_day(value)
    if field.kind == "choice":
        return _(CHOICES.get(value, value))
    if field.kind == "commune":
        return commune(value)
    return format.phone(value) if field.kind == "phone" else str(value)


def commune(code: str) -> str:
    """`Amiens (80021)`; the code alone for a commune of elsewhere."""
    name = _communes().get(code)
    return f"{name} ({code})" if name else code


def _widget(field: Field, value: Any, rule: Rule, key: str, own: bool) -> Any:
    shared: dict[str, Any] = {"key": key, "disabled": not rule.is_open}
    if field.kind == "choice":
        index = field.choices.index(value) if value in field.choices else None
        chosen: Any = st.selectbox(
            label(field, rule), field.choices, index, format_func=lambda code: _(CHOICES[code]), placeholder=_("Choose"), **shared
        )
        return chosen
    if field.kind == "day":
        today = clock.today()
        return st.date_input(label(field, rule), value, date(today.year - 120, 1, 1), today, format="DD/MM/YYYY", **shared)
    if field.kind == "commune":
        codes = [*_communes(), *([value] if value and value not in _communes() else [])]
        there = codes.index(value) if value else None
        hint = _("Born elsewhere than in our département: type the INSEE code of the commune, or leave this empty.")
        born: str | None = st.selectbox(
            label(field, rule), codes, there, format_func=commune, accept_new_options=True, placeholder=_("Choose"), help=hint, **shared
        )
        return born
    completed = _COMPLETED_BY_BROWSERS.get(field.name) if own else "off"
    return st.text_input(label(field, rule), value or "", field.longest, autocomplete=completed, **shared)


@cache
def _communes() -> dict[str, str]:
    """The communes of the département in the order of the alphabet: code → name."""
    return {one.code: one.name for one in sorted(geography.communes(), key=lambda one: plain(one.name))}

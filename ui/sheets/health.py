"""The fiche sanitaire on the screen: the card to read, and its short forms."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import streamlit as st

from domain import clock
from domain.families.sheets import DIETS, HealthSheet, vaccines
from ui import format, sheets
from ui.i18n import _, word
from ui.sentences import field
from ui.sheets import ask, line, text

PARTS: dict[str, tuple[str, ...]] = {
    "allergies": ("has_allergies", "food_allergies", "medicine_allergies", "other_allergies", "allergy_action"),
    "soins": ("has_asthma", "asthma_action", "has_pai", "pai_from_on", "pai_until_on", "pai_action", "has_treatment", "treatment"),
    "vaccins": (*vaccines.VACCINES, "has_contraindication"),
    "urgence": ("doctor_name", "doctor_phone", "may_hospitalise"),
    "quotidien": (*("diet", "has_glasses", "has_hearing_aid", "has_dental_appliance", "other_equipment", "needs_support", "remarks"),),
}
TITLES = {
    "allergies": word("Allergies"),
    "soins": word("Asthma, PAI, treatments"),
    "vaccins": word("Vaccines"),
    "urgence": word("Doctor and emergencies"),
    "quotidien": word("Meals and daily life"),
}
QUESTIONS = {
    "may_hospitalise": word("In an emergency, may the structure have your child cared for and taken to hospital?"),
}
DIET_NAMES = {
    "all": word("Everything"),
    "no_pork": word("No pork"),
    "no_gluten": word("No gluten"),
    "no_pork_no_gluten": word("No pork and no gluten"),
    "vegetarian": word("Vegetarian"),
}
INTROS = {
    "allergies": word("What the child cannot bear, and what is to be done at once."),
    "soins": word("A medicine is given only with the doctor’s prescription, in its box with the child’s name."),
    "vaccins": word("The day of the last dose, as the health record book says. Those that the law asks of your child have a star."),
    "urgence": word("Whom we call, and what we may do before we reach you."),
    "quotidien": word("What the team and the kitchen should know. Please name no handicap here: we talk about it."),
}


def card(sheet: HealthSheet, born_on: date, change: Callable[[str], None] | None = None) -> None:
    """The whole sheet to read, what matters most first; `change` draws the button of a part."""
    alarms(sheet, born_on)
    for part, title in TITLES.items():
        with st.container(border=True, gap="xsmall"):
            st.subheader(_(title), anchor=False)
            _DRAWN[part](sheet, born_on)
            if change:
                change(part)


def alarms(sheet: HealthSheet, born_on: date) -> None:
    """What nobody may overlook, in one frame."""
    told = [field(name) for name in ("has_allergies", "has_pai", "has_asthma", "has_treatment") if getattr(sheet, name)]
    if told:
        st.warning(_("**Please note:** {facts}", facts=" · ".join(told)), icon=":material/medical_information:")
    if sheet.pai_ended(clock.today()):
        st.warning(
            _("The PAI ended on {day}: please have it renewed.", day=format.short_day(sheet.pai_until_on)), icon=":material/event_busy:"
        )
    missing = sheet.missing_vaccines(born_on)
    if sheet.revision and missing:
        facts = ", ".join(field(name) for name in missing)
        words = _(
            "Compulsory vaccines without a day: {facts}. The child is received for three months, within which they are to be given.",
            facts=facts,
        )
        st.warning(words, icon=":material/vaccines:")


def form(part: str, shown: Mapping[str, Any], born_on: date, key: str) -> dict[str, Any]:
    """The fields of one part, filled with what was known; gives what is typed."""
    asked = [name for name in PARTS[part] if name not in vaccines.VACCINES or _is_asked(name, shown[name], born_on)]
    return {name: _widget(name, shown[name], born_on, f"{key}-{name}") for name in asked}


def told(name: str, value: Any) -> str:
    """A value as it is read."""
    if isinstance(value, bool) or (value is None and not name.endswith("_on")):
        return sheets.yes_no(value)
    if name.endswith("_on"):
        return format.short_day(value)
    if name == "diet":
        return _(DIET_NAMES[value])
    return format.phone(value) if name == "doctor_phone" else text(value)


def _is_asked(name: str, value: date | None, born_on: date) -> bool:
    return value is not None or name in vaccines.compulsory(born_on) or name in ("whooping_cough_on", "mmr_on")


def _widget(name: str, value: Any, born_on: date, key: str) -> Any:
    label, today = field(name), clock.today()
    if name in vaccines.VACCINES:
        star = " *" if name in vaccines.compulsory(born_on) else ""
        return st.date_input(label + star, value, born_on, max(today, value or today), format="DD/MM/YYYY", key=key)
    if name in ("pai_from_on", "pai_until_on"):
        return st.date_input(label, value, date(born_on.year, 1, 1), date(today.year + 5, 12, 31), format="DD/MM/YYYY", key=key)
    if name == "diet":
        return st.selectbox(label, DIETS, DIETS.index(value), format_func=lambda code: _(DIET_NAMES[code]), key=key)
    if (name.startswith("has_") and getattr(HealthSheet(), name) is None) or name == "may_hospitalise":
        return ask(_(QUESTIONS[name]) if name in QUESTIONS else label, value, key)
    if isinstance(value, bool):
        return st.checkbox(label, value, key=key)
    if name in ("doctor_name", "doctor_phone"):
        return st.text_input(label, value, 120 if name == "doctor_name" else 20, key=key, autocomplete="off")
    return st.text_area(label, value, 90, 500, key=key)


def _answered(sheet: HealthSheet, answer: str, *details: str) -> None:
    """An answer and, after a yes, its details."""
    line(field(answer), sheets.yes_no(getattr(sheet, answer)))
    for name in details if getattr(sheet, answer) else ():
        if getattr(sheet, name):
            line(field(name), told(name, getattr(sheet, name)))


def _allergies(sheet: HealthSheet, born_on: date) -> None:
    _answered(sheet, *PARTS["allergies"])


def _care(sheet: HealthSheet, born_on: date) -> None:
    _answered(sheet, "has_asthma", "asthma_action")
    _answered(sheet, "has_pai", "pai_from_on", "pai_until_on", "pai_action")
    _answered(sheet, "has_treatment", "treatment")


def _vaccines(sheet: HealthSheet, born_on: date) -> None:
    if sheet.has_contraindication:
        st.markdown(field("has_contraindication"))
    for name in vaccines.VACCINES:
        given = getattr(sheet, name)
        if given or name in vaccines.compulsory(born_on):
            line(field(name), format.short_day(given) if given else _("no day told"))


def _emergency(sheet: HealthSheet, born_on: date) -> None:
    line(field("doctor_name"), text(sheet.doctor_name))
    line(field("doctor_phone"), format.phone(sheet.doctor_phone))
    line(field("may_hospitalise"), sheets.yes_no(sheet.may_hospitalise))


def _daily(sheet: HealthSheet, born_on: date) -> None:
    line(field("diet"), _(DIET_NAMES[sheet.diet]))
    worn = [field(name) for name in ("has_glasses", "has_hearing_aid", "has_dental_appliance") if getattr(sheet, name)]
    if sheet.other_equipment:
        worn.append(text(sheet.other_equipment))
    line(_("Wears"), ", ".join(worn) if worn else _("nothing particular"))
    if sheet.needs_support:
        st.markdown(field("needs_support"))
    line(field("remarks"), text(sheet.remarks))


_DRAWN: dict[str, Callable[[HealthSheet, date], None]] = {
    "allergies": _allergies,
    "soins": _care,
    "vaccins": _vaccines,
    "urgence": _emergency,
    "quotidien": _daily,
}

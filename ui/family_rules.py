"""What the structure decides for each field of the families' forms, with the form as families will see it."""

import streamlit as st

from domain.families import FIELDS, NEEDED, Rule, Section
from domain.families.fields import MODES
from ui import fields
from ui.i18n import _, word
from ui.sentences import field as label_of

SECTIONS: dict[Section, str] = {"family": word("The family"), "guardian": word("The parents"), "child": word("The children")}
MODE_NAMES = {
    "hidden": word("Hidden"),
    "shown": word("Shown, not changed by families"),
    "editable": word("Families may change it"),
    "compulsory": word("Compulsory"),
}


def draw(section: Section, decided: dict[str, Rule]) -> dict[str, Rule]:
    """A choice for each field, and one for the whole section; gives the rules wanted."""
    waits = st.toggle(
        _("A change waits until our service has accepted it"),
        any(rule.waits for rule in decided.values()),
        key=f"rules-waits-{section}",
        help=_("Off, a change is written at once. Adding a person is always taken at once."),
    )
    wanted = {}
    for place in range(0, len(FIELDS[section]), 2):
        for column, field in zip(st.columns(2), FIELDS[section][place : place + 2], strict=False):
            modes = ("shown", "compulsory") if field.name in NEEDED[section] else MODES
            now = decided[field.name].mode
            mode = column.selectbox(
                label_of(field.name),
                modes,
                modes.index(now) if now in modes else len(modes) - 1,
                format_func=lambda code: _(MODE_NAMES[code]),
                key=f"rules-{section}-{field.name}",
            )
            wanted[field.name] = Rule(mode, waits)
    return wanted


def preview(section: Section, wanted: dict[str, Rule]) -> None:
    """The form as families will see it, empty."""
    with st.expander(_("See the form as families will"), icon=":material/visibility:"):
        fields.draw(section, {}, wanted, key=f"preview-{section}")
        if not any(rule.mode != "hidden" for rule in wanted.values()):
            st.caption(_("Every field is hidden."))


def needed(section: Section) -> str:
    """The fields that nobody can be without, in words."""
    return ", ".join(label_of(field.name) for field in FIELDS[section] if field.name in NEEDED[section])

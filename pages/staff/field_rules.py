"""Champs des familles: each field hidden, shown, open or compulsory; each section taken at once or after the staff's word."""

import streamlit as st

from db.session import reading
from domain.families import change_rules, rules
from ui import access, choices, family_rules, forms, screen
from ui.acts import act
from ui.i18n import _

access.admit("staff/field_rules")

screen.title(_("Fields of families"), _("What families are asked, what they may change, and what waits for our service first."))
section = choices.one(
    _("Form"), list(family_rules.SECTIONS), key="formulaire", format=lambda code: _(family_rules.SECTIONS[code]), look="buttons"
)
with reading() as session:
    decided = rules(session, section)

wanted = family_rules.draw(section, decided)
changed = sum(wanted[name] != decided[name] for name in wanted)
if st.button(_("Save"), type="primary", icon=":material/check:", key="rules-save", disabled=not changed):
    done = act(change_rules, section, wanted, told=_("The fields are changed: families see it at their next click."))
    if done:
        forms.forget(f"rules-waits-{section}", *(f"rules-{section}-{name}" for name in wanted))
    st.rerun()
st.caption(_("{name}: never hidden nor left empty, for nobody can be kept without it.", name=family_rules.needed(section)))
family_rules.preview(section, wanted)

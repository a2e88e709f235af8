"""Famille › Coordonnées: name, address, telephones and allocataire scheme of the family."""

import streamlit as st

from db.session import reading
from domain.families import changing, household
from ui import access, family_form, screen
from ui.i18n import _

by = access.admit("family/household")
NAME = "household"


def look() -> tuple[int, household.Sheet]:
    """The own family's form."""
    with reading() as session:
        family = household.household(session, by).family
        return family.id, household.sheet(session, by, "family", family.id)


family_id, sheet = family_form.found(_("Family details"), look)

screen.title(_("Family details"), _("Where the family lives, how to reach it, and what its tariff depends on."))
family_form.draw_waiting("family", sheet, family_id)
kept = family_form.begin(NAME, sheet.values, "name")
with st.form(NAME, border=True):
    typed = family_form.draw("family", kept, sheet.decided, sheet.waiting, own=True)
    st.caption(_("The allocataire number is not the social-security number. It stands on the letters of your CAF or MSA."))
    st.caption(family_form.highest_tariff())
    sent = family_form.buttons(NAME)
if sent:
    taken = family_form.save(kept, changing.change, "family", family_id, kept.read, typed=typed)
    family_form.tell(taken)
    family_form.leave(NAME)

screen.section(_("Quotient familial"), _("Its value and its month decide your tariff."))
screen.goto(_("See or tell our quotient familial"), "family/quotient", icon=":material/euro:")
family_form.back()

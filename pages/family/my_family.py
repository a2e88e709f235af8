"""Ma famille: the people of the family, how each stands, and the ways to change, add or invite."""

import streamlit as st

from db.session import reading
from domain import documents
from domain.families import household
from ui import access, family_form, family_people, screen
from ui.i18n import _

by = access.admit("family/my_family")


def look() -> tuple[household.Household, list[documents.OwnFile]]:
    """The own family, and the court decisions that it sent."""
    with reading() as session:
        return household.household(session, by), documents.files_of(session, by, purpose="court_decision")


people, decisions = family_form.found(_("My family"), look)

screen.title(_("My family"), _("Choose a name to see its details or to change them."))
if people.highest_tariff:
    st.warning(family_form.highest_tariff(), icon=":material/warning:")
screen.section(_("The family"))
family_people.household(people)

screen.section(_("Parents"))
family_people.guardians(people, by.id)
family_form.door(_("Add a parent"), "family/guardian")

screen.section(_("Children"))
if not people.children:
    screen.empty(_("No child is written down yet."))
family_people.children(people)
family_form.door(_("Add a person"), "family/child")

if people.children:
    screen.section(_("Separated parents"))
    family_people.other_home(people)
    family_people.court_decisions(people, decisions)

"""Fiche de l'enfant: who must not come, whom to call, what the child may do; its health behind a button, and each reading is noted."""

import streamlit as st

from db.session import reading, writing
from domain import rights
from domain.families import sheets
from domain.refusals import Refusal
from ui import access, choices, feedback, format, screen
from ui.acts import act
from ui.i18n import _
from ui.sentences import sentence
from ui.sheets import around, health

me = access.admit("staff/child")


# -- acts ---------------------------------------------------------------------------------------------------------------------


def lift(one: sheets.Contact) -> None:
    """Takes a ban back, with a reason."""
    with st.expander(_("Lift the ban")):
        words = _("Yes, this person may come again")
        typed = around.reason_form(f"lift-{one.id}", words, _("Lift the ban"))
    if typed:
        act(sheets.lift_ban, one.id, sure=typed[2], reason=typed[1], told=_("The ban is lifted. The family may name the person again."))
        st.rerun()


def forbid() -> None:
    """Writes down that a court keeps a parent away."""
    parents = {parent.guardian_id: parent.full_name for home in found.homes for parent in home.parents}
    if not parents:
        return
    with st.expander(_("A court keeps a parent away")):
        st.markdown(_("A centre cannot refuse a child to a parent, unless a judge has decided so: keep the decision among the documents."))
        words = _("Yes, this parent MUST NOT fetch the child")
        typed = around.reason_form("forbid", words, _("Write it down"), parents)
    if typed:
        act(sheets.forbid_guardian, child.id, typed[0], typed[1], sure=typed[2], told=_("It is written down, and both homes see it."))
        st.rerun()


def read_health() -> None:
    """Reads the health sheet for this one run: the journal knows who read it and when."""
    with feedback.refusals() as outcome, writing() as session:
        sheet = sheets.read_health(session, access.current_user(), child.id)
    if not outcome.done:
        feedback.show()
        return
    st.caption(_("This reading is noted in the journal. The sheet closes when you leave this screen."))
    health.card(sheet, child.born_on)


# -- pieces -------------------------------------------------------------------------------------------------------------------


def draw_health() -> None:
    """The state of the health sheet and the button that opens it."""
    screen.section(_("Health"))
    around.health_state(found)
    if found.has_health and st.button(_("Read the health sheet"), icon=":material/health_and_safety:", type="primary"):
        read_health()


# -- the screen ---------------------------------------------------------------------------------------------------------------

try:
    with reading() as session:
        found = sheets.surroundings(session, me, choices.number("enfant") or 0)
except Refusal as refusal:
    screen.title(_("Sheet of a child"))
    st.error(sentence(refusal), icon=":material/block:")
    screen.goto(_("Back to the dashboard"), "staff/dashboard", icon=":material/arrow_back:")
    st.stop()

child, settles = found.child, rights.may(me, "identity", rights.ACT)
around.title(found)
around.banned(found, lift if settles else None)
if rights.may(me, "health"):
    draw_health()
around.homes(found)
around.others(found)
around.permissions(found)
if settles:
    screen.section(_("Court’s decision"))
    forbid()
for home in found.homes:
    screen.goto(_("Family {name}", name=format.plain(home.name)), "staff/family", icon=":material/group:", famille=home.family_id)

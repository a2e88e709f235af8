"""Famille, for the staff: its people, the homes of its children, who has access, and what is to be settled."""

import streamlit as st

from db.models import ChangeRequest
from db.session import reading
from domain import documents, rights
from domain.families import household
from domain.families.deciding import queue
from domain.refusals import Refusal
from ui import access, choices, family_people, family_staff, format, screen
from ui.i18n import _
from ui.sentences import sentence

by = access.admit("staff/family")
family_id = choices.number("famille")
acts, reads = rights.may(by, "accounts", rights.ACT), rights.may(by, "documents", rights.SEE)


def draw_requests(people: household.Household) -> None:
    """Other homes asked for, and likely duplicates."""
    with reading() as session:
        frame, total = queue(session, by, family_id=people.family.id)
        special = frame[frame["section"].isin(["other_home", "duplicate"])]
        asked: list[ChangeRequest] = [household.request_of(session, by, int(row.id)) for row in special.itertuples()]
        found = {one.id: household.candidates(session, by, one) for one in asked if one.section == "other_home"}
        alike = {one.id: household.alike_children(session, by, one) for one in asked if one.section == "duplicate"}
    names = {child.id: child.full_name for child in people.children}
    if total:
        screen.section(_("To settle"))
    for one in asked:
        if one.section == "other_home":
            family_staff.request(one, names, found[one.id])
        else:
            family_staff.duplicate(one, names, alike[one.id])
    if total > len(asked):
        screen.goto(_("See the changes that this family asks for"), "staff/changes", icon=":material/rule:")


if family_id is None:
    screen.title(_("Family"), _("A family is opened from the changes to validate, or from another list."))
    screen.goto(_("Changes to validate"), "staff/changes", icon=":material/rule:")
    st.stop()
try:
    with reading() as session:
        people = household.household_of(session, by, family_id)
        where = household.homes(session, by, [child.id for child in people.children])
        decisions = documents.files_of(session, by, family_id=family_id, purpose="court_decision") if reads else []
except Refusal as refusal:
    screen.title(_("Family"))
    st.error(sentence(refusal), icon=":material/block:")
    st.stop()

screen.title(_("Family {name}", name=format.plain(people.family.name)))
family_staff.details(people)
with st.container(horizontal=True):
    screen.goto(_("Account of the family"), "staff/family_account", icon=":material/account_balance_wallet:", famille=family_id)
    screen.goto(_("Documents of the family"), "staff/family_documents", icon=":material/folder_shared:", famille=family_id)
if acts:
    draw_requests(people)
screen.section(_("Parents"))
family_staff.guardians(people, acts=acts)
screen.section(_("Children"))
if not people.children:
    screen.empty(_("No child is written down yet."))
family_staff.children(people, where, acts=acts)
if decisions:
    screen.section(_("Court decisions"))
    for file in decisions:
        family_people.decision(file)

"""Autorisations: outings, bathing, photographs, going home alone; what is not answered is not given."""

import streamlit as st

from domain.families import sheets
from ui import access, choices, feedback, format, screen
from ui import sheets as drawn
from ui.i18n import _, word
from ui.sentences import field
from ui.sheets import allowed
from ui.sheets import kept as held
from ui.sheets.kept import Kept

TITLE = word("Permissions")

by = access.admit("family/permissions")
child, children, states = drawn.child_asked(by, TITLE)
answers = drawn.read(TITLE, sheets.answers_of, by, child)
KEY = f"permissions-{child.id}"


# -- acts ---------------------------------------------------------------------------------------------------------------------


def save(kept: Kept, typed: dict) -> None:
    """Writes the answers."""
    if held.save(kept, sheets.answer_permissions, child.id, typed, lambda: drawn.afresh(sheets.answers_of, child).own):
        feedback.say(_("The answers are saved. What you did not answer is not allowed."))
        held.leave(KEY, modifier=None)
    st.rerun()


# -- pieces -------------------------------------------------------------------------------------------------------------------


def draw_form() -> None:
    """The four questions."""
    screen.title(_(TITLE), format.plain(child.full_name))
    kept = held.begin(KEY, answers.own, lambda kind, value: drawn.yes_no(value))
    with st.form(KEY, border=True):
        typed = allowed.form(kept.shown, KEY)
        sent = st.form_submit_button(_("Save"), type="primary", width="stretch")
    st.button(_("Cancel"), on_click=held.leave, args=(KEY,), kwargs={"modifier": None}, width="stretch")
    if sent:
        save(kept, typed)


def draw_card() -> None:
    """What the child may do, to read and confirm."""
    drawn.heading(TITLE, child, children)
    st.markdown(_("What you do not answer is not allowed."))
    drawn.certify_bar(child, "permissions", answers.mark, states, [field(kind) for kind in answers.unanswered()])
    allowed.card(answers)
    where = {"modifier": 1, "enfant": child.id}
    st.button(_("Answer, or change an answer"), on_click=choices.put, kwargs=where, icon=":material/edit:", width="stretch")


# -- the screen ---------------------------------------------------------------------------------------------------------------

if choices.read("modifier"):
    draw_form()
else:
    draw_card()
    drawn.other_sheets(child, "permissions")

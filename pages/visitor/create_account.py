"""Créer un compte: the family, a parent, then everything to read again before it is sent. Nothing typed is lost on the way."""

import streamlit as st

from db.session import reading
from domain.accounts import consents
from domain.accounts import sign_up as verbs
from domain.structure import setting
from ui import access, choices, door, format, i18n, passwords, proof, screen
from ui import sign_up as pieces
from ui.i18n import _

access.admit_anybody("visitor/create_account")


def end_family() -> None:
    """The first step is sound: on to the second."""
    now = pieces.draft()

    def check() -> None:
        with reading() as session:
            verbs.check_family(session, now.family, now.answers)

    if pieces.attempt(check):
        pieces.copy_family(now)
        pieces.go_to(2)


def end_guardian() -> None:
    """The second step is sound: on to the third."""
    now = pieces.draft()

    def check() -> None:
        with reading() as session:
            verbs.check_guardian(session, now.guardian)
        verbs.check_password(now.password, now.again, now.guardian)

    if pieces.attempt(check):
        pieces.go_to(3)


def send() -> None:
    """Sends the request, once: a second click finds nothing to send."""
    now = pieces.draft()

    def sending() -> None:
        asked = verbs.Asked(now.family, now.guardian, now.answers, i18n.language())
        verbs.send(asked, now.password, origin=access.origin(), worked=proof.given(pieces.PROOF))

    with now.one_at_a_time:
        if now.sent_to is None and pieces.attempt(sending):
            now.end()
    choices.put(etape=None if now.sent_to else 3)


def draw_family() -> None:
    screen.section(_("Creation of the family"))
    pieces.draw_section("family", draft.family, rules["family"])
    pieces.draw_notice(texts, draft.answers)
    pieces.draw_buttons(draft, 1, end_family)


def draw_parent() -> None:
    screen.section(_("Creation of a parent"))
    pieces.draw_section("guardian", draft.guardian, rules["guardian"])
    screen.section(_("Your password"))
    if pieces.keeps_password(draft):
        st.caption(_("The password that you chose is kept: leave both fields empty, or type another one."))
    beside = [f"sign-up-guardian-{name}" for name in ("email", "first_name", "last_name")]
    passwords.choose(pieces.PASSWORD, _("Password"), _("Password, once more"), beside=beside)
    pieces.draw_buttons(draft, 2, end_guardian)


def draw_verification() -> None:
    with st.container(border=True):
        screen.section(_("Creation of the family"))
        pieces.draw_typed("family", draft.family, rules["family"])
        pieces.draw_answers(texts, draft.answers)
        pieces.draw_correct(1)
    with st.container(border=True):
        screen.section(_("Creation of a parent"))
        pieces.draw_typed("guardian", draft.guardian, rules["guardian"])
        pieces.draw_correct(2)
    with st.form("sign-up", border=False):
        proof.box(pieces.PROOF)
        st.form_submit_button(_("Send my request"), on_click=send, type="primary", width="stretch", icon=":material/check:", key="send")
    pieces.draw_buttons(draft, 3)


draft = pieces.draft()
with reading() as session:
    structure_name = setting(session, "name")
    texts = consents.texts(session, i18n.language())
    rules = {section: verbs.rules_of(session, section) for section in ("family", "guardian")}

with door.card(format.plain(structure_name)):
    if draft.sent_to:
        screen.title(_("Your request is sent"))
        pieces.draw_sent(draft.sent_to)
    else:
        screen.title(_("Create an account"))
        step = pieces.step_of(draft)
        pieces.draw_progress(step)
        {1: draw_family, 2: draw_parent, 3: draw_verification}[step]()
    door.way_back()

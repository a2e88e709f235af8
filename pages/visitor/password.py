"""Mot de passe oublié: ask for a link, and set the new password behind it. Opening the link changes nothing; the button does."""

import streamlit as st

from db.session import reading
from domain.accounts import reset
from domain.structure import setting
from ui import access, choices, door, feedback, format, navigation, passwords, proof, screen
from ui.i18n import _
from ui.sentences import sentence

access.admit_anybody("visitor/password")
token = choices.read("lien") or ""


def ask() -> None:
    """One address; the answer is the same whatever it is."""
    st.markdown(_("Give the e-mail of your account: you will receive a link to choose a new password. Until then the old one stays good."))
    with st.form("reset-ask", border=False):
        email = st.text_input(
            _("Your email"), type="email", placeholder=_("first.last@example.org"), autocomplete="username", key="reset-email"
        )
        proof.box("reset-proof")
        sent = st.form_submit_button(_("Receive a link"), type="primary", width="stretch", icon=":material/send:")
    if sent:
        with feedback.refusals() as outcome:
            reset.ask(email, origin=access.origin(), worked=proof.given("reset-proof"))
        if outcome.done:
            feedback.say(_("If this address is the one of an account, a letter is on its way to it. Its link is valid for one hour."))
        feedback.show()


def choose(opened: reset.Opened) -> None:
    """The new password, twice."""
    st.markdown(_("Hello {name}.", name=format.plain(opened.full_name)))
    st.markdown(_("You will sign in with the address {email}.", email=f"**{format.plain(opened.email)}**"))
    with st.form("reset-choose", border=False):
        typed = passwords.choose("reset-password", _("New password"), _("New password, once more"), about=opened.about)
        sent = st.form_submit_button(_("Change my password"), type="primary", width="stretch", icon=":material/check:")
    if sent:
        with feedback.refusals() as outcome:
            reset.choose(token, *typed)
        if outcome.done:
            feedback.say(_("Your password is changed, and your devices are signed out. You can sign in."))
            if navigation.opens("visitor/sign_in"):
                st.switch_page(navigation.page("visitor/sign_in"))
            st.rerun()
        feedback.show()


opened, refusal = None, None
with reading() as session:
    structure_name = setting(session, "name")
    try:
        opened = reset.look(session, token) if token else None
    except reset.REFUSALS as refused:
        refusal = refused

with door.card(format.plain(structure_name)):
    if opened:
        screen.title(_("Choose a new password"))
        choose(opened)
    else:
        screen.title(_("Forgotten password"))
        if refusal:
            st.warning(sentence(refusal), icon=":material/link_off:")
        ask()
    door.way_back()

"""Confirmer mon compte: where the link of an e-mail leads. Opening it changes nothing; the button does."""

import streamlit as st

from db.session import reading, writing
from domain.accounts import links
from ui import access, choices, feedback, format, navigation, screen
from ui.i18n import _
from ui.sentences import sentence

access.admit_anybody("visitor/confirm")
token = choices.read("lien") or ""


def confirm(*passwords: str) -> None:
    """Opens the account, then leads to the sign-in."""
    with feedback.refusals() as outcome:
        links.confirm(token, *passwords)
    if outcome.done:
        feedback.say(_("Your account is confirmed. You can sign in."))
        if navigation.opens("visitor/sign_in"):
            st.switch_page(navigation.page("visitor/sign_in"))
    st.rerun()


def ask_again() -> None:
    """Asks for a new link; the answer is the same whatever was done."""
    with feedback.refusals(), writing() as session:
        links.ask_again(session, token)
    feedback.say(_("If this account still waits to be confirmed, a new link is on its way to its e-mail address."))


def draw(opened: links.Opened) -> None:
    """What the link is for, the password where there is none yet, and the button."""
    screen.title(_("Confirm my account") if opened.purpose == "confirm" else _("Choose my password"))
    st.markdown(_("Hello {name}.", name=format.plain(opened.full_name)))
    st.markdown(_("You will sign in with the address {email}.", email=f"**{format.plain(opened.email)}**"))
    with st.form("confirm", border=opened.needs_password):
        typed: tuple[str, ...] = ()
        if opened.needs_password:
            st.markdown(
                _("Choose a password that is hard to guess: four words that have nothing to do with you, or a dozen mixed characters.")
            )
            first = st.text_input(_("Password"), type="password", autocomplete="new-password", key="confirm-password")
            typed = first, st.text_input(_("Password, once more"), type="password", autocomplete="new-password", key="confirm-again")
        sent = st.form_submit_button(_("Confirm my account"), type="primary", icon=":material/check:")
    if sent:
        confirm(*typed)


refusal = None
try:
    with reading() as session:
        opened = links.look(session, token)
except links.REFUSALS as refused:
    refusal = refused

if refusal is None:
    draw(opened)
else:
    screen.title(_("Confirm my account"))
    st.warning(sentence(refusal), icon=":material/link_off:")
    if isinstance(refusal, links.LinkExpired):
        st.button(_("Receive a new link"), on_click=ask_again, type="primary", icon=":material/send:")
    if navigation.opens("visitor/sign_in"):
        screen.goto(_("Go to the sign-in"), "visitor/sign_in", icon=":material/login:")

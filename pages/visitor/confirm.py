"""Confirmer mon compte: where the link of an e-mail leads. Opening it changes nothing; the button does."""

import streamlit as st

from db.session import reading, writing
from domain.accounts import links
from domain.structure import setting
from ui import access, choices, door, feedback, format, navigation, passwords, screen
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
    with st.form("confirm", border=False):
        typed: tuple[str, ...] = ()
        if opened.needs_password:
            typed = passwords.choose("confirm-password", _("Password"), _("Password, once more"), about=opened.about)
        sent = st.form_submit_button(_("Confirm my account"), type="primary", width="stretch", icon=":material/check:")
    if sent:
        confirm(*typed)


opened, refusal = None, None
with reading() as session:
    structure_name = setting(session, "name")
    try:
        opened = links.look(session, token)
    except links.REFUSALS as refused:
        refusal = refused

with door.card(format.plain(structure_name)):
    if opened:
        draw(opened)
    elif refusal:
        screen.title(_("Confirm my account"))
        st.warning(sentence(refusal), icon=":material/link_off:")
        if isinstance(refusal, links.LinkExpired):
            st.button(_("Receive a new link"), on_click=ask_again, type="primary", icon=":material/send:")
        door.way_back()

"""Confirmer ma nouvelle adresse: where the link to a new e-mail leads. Opening it changes nothing; the button does."""

import streamlit as st

from db.session import reading, writing
from domain.accounts import links, own_email
from ui import access, choices, feedback, format, navigation, screen
from ui.i18n import _
from ui.sentences import sentence

me = access.admit_anybody("visitor/new_email")
token = choices.read("lien") or ""


def confirm() -> None:
    """Gives the account its new e-mail."""
    with feedback.refusals() as outcome, writing() as session:
        own_email.confirm(session, token)
    if outcome.done:
        feedback.say(_("Your new e-mail is confirmed. You sign in with it from now on."))
        st.switch_page(navigation.page("visitor/sign_in" if me is None else navigation.OWN))
    st.rerun()


screen.title(_("Confirm my new e-mail"))
try:
    with reading() as session:
        email = own_email.look(session, token)
except links.REFUSALS as refusal:
    st.warning(sentence(refusal), icon=":material/link_off:")
else:
    st.markdown(_("You will sign in with the address {email}.", email=f"**{format.plain(email)}**"))
    if st.button(_("Confirm this address"), type="primary", icon=":material/check:", key="confirm-email"):
        confirm()
if navigation.opens("visitor/sign_in"):
    screen.goto(_("Go to the sign-in"), "visitor/sign_in", icon=":material/login:")

"""The front door: sign in, and read the news of the structure beside it."""

import streamlit as st

from db.session import reading
from domain import news
from domain.structure import setting
from ui import access, door, feedback, format, proof, screen
from ui.i18n import _


def ask_for_password() -> None:
    with st.form("sign-in", border=False):
        email = st.text_input(
            _("Your email"), type="email", placeholder=_("first.last@example.org"), autocomplete="username", key="sign-in-email"
        )
        password = st.text_input(_("Your password"), type="password", autocomplete="current-password", key="sign-in-password")
        remember = st.checkbox(_("Stay signed in"), help=_("For 30 days on this device; 8 hours otherwise."), key="sign-in-remember")
        proof.box("sign-in-proof")
        sent = st.form_submit_button(_("Sign in"), type="primary", width="stretch")
    if sent:
        with feedback.refusals() as outcome:
            access.sign_in(email, password, remember, proof.given("sign-in-proof"))
        if outcome.done and access.waits_for_second_factor():
            st.rerun()
        feedback.show()
    screen.goto(_("Forgotten password?"), "visitor/password", icon=":material/key:")
    with st.container(horizontal=True, vertical_alignment="center", key="no-account"):
        st.markdown(_("No account yet?"))
        screen.goto(_("Create an account"), "visitor/create_account", icon=":material/person_add:")


def ask_for_second_factor() -> None:
    st.markdown(_("Type the six digits that your authenticator application shows."))
    with st.form("second-factor", border=False):
        code = st.text_input(_("Six-digit code"), autocomplete="one-time-code", max_chars=7, key="sign-in-code")
        sent = st.form_submit_button(_("Sign in"), type="primary", width="stretch")
    if sent:
        with feedback.refusals():
            access.give_second_factor(code)
        feedback.show()
    st.button(_("Begin again"), type="tertiary", on_click=access.begin_again)


def tell_news() -> None:
    screen.section(_("News"))
    if not current:
        st.caption(_("No news at the moment."))
    for item in current:
        with st.container(border=True):
            st.caption(format.day(format.local_day(item.published_at)))
            st.markdown(f"**{format.plain(item.title)}**")
            st.markdown(format.plain(item.body))


with reading() as session:
    current = news.published(session)
    structure_name = setting(session, "name")

with st.container(key="door"):
    left, right = st.columns([6, 5], gap="large")
    with left, st.container(key="door-card", border=True):
        door.crest(format.plain(structure_name))
        screen.title(_("Welcome to your family space"))
        screen.section(_("Go to my space"))
        if access.waits_for_second_factor():
            ask_for_second_factor()
        else:
            ask_for_password()
    with right:
        tell_news()

"""My account, for everybody who is signed in: password, second factor, language, connections."""

from collections.abc import Callable

import pandas as pd
import segno
import streamlit as st

from db.session import reading, writing
from domain import accounts
from domain.accounts import passwords as rules
from domain.structure import setting
from ui import access, choices, feedback, format, frame, navigation, passwords, screen, tables
from ui.i18n import _
from ui.tables import Column

by = access.admit("visitor/my_account")


def begin_second_factor() -> None:
    with feedback.refusals(), writing() as session:
        accounts.second_factor.begin(session, access.require_user())


def sign_out_elsewhere() -> None:
    with feedback.refusals() as outcome, writing() as session:
        accounts.sign_out_elsewhere(session, access.require_user(), keep=access.token_of_this_run())
    if outcome.done:
        feedback.say(_("Your other devices are signed out."))


def ask_for_password() -> None:
    with st.form("password"):
        current = st.text_input(_("Current password"), type="password", autocomplete="current-password")
        about = rules.about(by.email, by.first_name, by.last_name)
        new, again = passwords.choose("own-password", _("New password"), _("New password, once more"), about=about)
        sent = st.form_submit_button(_("Change my password"), type="primary")
    if sent:
        with feedback.refusals() as outcome:
            accounts.change_password(by, current, new, again, keep=access.token_of_this_run())
        if outcome.done:
            feedback.say(_("Your password is changed. Your other devices are signed out."))
        st.rerun()


def ask_for_code(label: str, verb: Callable[..., None], done: str) -> None:
    with st.form("second-factor"):
        code = st.text_input(_("Six-digit code"), autocomplete="one-time-code", max_chars=7)
        sent = st.form_submit_button(label, type="primary")
    if sent:
        with feedback.refusals() as outcome, writing() as session:
            verb(session, by, code)
        if outcome.done:
            feedback.say(done)
        st.rerun()


def show_second_factor() -> None:
    secret = accounts.second_factor.secret_being_confirmed(by)
    if by.totp_confirmed_at:
        st.markdown(
            _("It is on since {day}: six digits are asked for after your password.", day=format.day(format.local_day(by.totp_confirmed_at)))
        )
        ask_for_code(_("Turn it off"), accounts.second_factor.take_away, _("The second factor is off."))
    elif secret:
        st.markdown(_("Read this picture with an authenticator application, or type the key there, then give its first code."))
        address = accounts.second_factor.address(by, secret, structure_name)
        st.image(
            segno.make(address).svg_inline(scale=5, border=2, light="#ffffff"),
            width=220,
            alt=_("Code to read with an authenticator application"),
        )
        st.markdown(_("Key: {key}", key=f"`{' '.join(secret[i : i + 4] for i in range(0, len(secret), 4))}`"))
        done = _("The second factor is on. It will be asked for at your next sign-in.")
        ask_for_code(_("Turn it on"), accounts.second_factor.confirm, done)
    else:
        st.markdown(_("A code of your telephone, asked for after your password, keeps your account yours even when the password is known."))
        st.button(_("Set it up"), on_click=begin_second_factor, key="totp-begin")


def show_connections() -> None:
    page = choices.asked_page()
    with reading() as session:
        visits, more = accounts.connections_of(session, by, page=page)
    columns = {
        "at": Column(_("When"), "instant"),
        "outcome": Column(_("What"), write=lambda code: _(navigation.VISITS[code])),
        "ip": Column(_("Address")),
        "agent": Column(_("Device"), write=format.device),
    }
    tables.show(pd.DataFrame(visits, columns=list(columns)), columns=columns, key="connections", alt=_("Your connections, newest first"))
    choices.page((page - 1) * 20 + len(visits) + more, 20)
    st.button(_("Sign out everywhere else"), on_click=sign_out_elsewhere, icon=":material/devices_off:")


with reading() as session:
    structure_name = setting(session, "name")

screen.title(_("My account"), f"{format.plain(by.full_name)} · {format.plain(by.email)} · {_(navigation.ROLE_NAMES[by.role])}")
if access.is_held():
    st.warning(_("The structure asks a second factor of its staff: please set it up to go on."), icon=":material/lock:")
left, right = st.columns(2, gap="large")
with left:
    screen.section(_("Password"))
    ask_for_password()
with right:
    screen.section(_("Second factor"))
    show_second_factor()
    screen.section(_("Language"))
    frame.languages()
screen.section(_("My connections"))
show_connections()

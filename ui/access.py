"""Who is here. The only module that knows streamlit-authenticator, and the only one that reads the session's cookie.

A person is read from the database at every run: nothing that a browser holds, and nothing in `st.session_state`, says who somebody is.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import streamlit as st
from streamlit_authenticator.controllers import AuthenticationController

from db.models import Account
from db.session import reading, writing
from domain import accounts, clock
from domain.refusals import NotAllowed
from ui import browser, i18n, navigation
from ui.i18n import _

COOKIE = "__Host-farandole"
_HALFWAY = "sign-in-halfway"
_LEFT_BEHIND = ("name", "authentication_status", "username", "email", "roles", "logout")
_here = threading.local()
Done = TypeVar("Done")


class _Credentials(Mapping[str, dict[str, Any]]):
    """The credentials that streamlit-authenticator looks into: one indexed look-up a name, read-only; unknown names have a hash too."""

    def __getitem__(self, email: str) -> dict[str, Any]:
        return {"password": accounts.password_hash_of(email), "failed_login_attempts": 0}

    def __contains__(self, email: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def check_password(email: str, password: str) -> bool:
    """Whether a password is the one of an e-mail, by streamlit-authenticator's controller. Its own cookie and state are not used."""
    if len(password.encode()) > 72:
        password, email = password[:72], ""
    before = set(st.session_state)
    controller = AuthenticationController({"usernames": {}})
    controller.authentication_model.credentials["usernames"] = _Credentials()
    right = controller.authentication_model.check_credentials(email, password)
    for name in _LEFT_BEHIND:
        if name not in before:
            st.session_state.pop(name, None)
    return right is True


def token_of_this_run() -> str | None:
    """The token of the cookie that this browser's connection was opened with. Tests of pages enter here."""
    token = st.context.cookies.get(COOKIE)
    return token if isinstance(token, str) else None


def current_user() -> Account | None:
    """The person of this run, with the sites; None for a visitor.

    Inside a page, the person that this run read from the database when it began. In callbacks and fragments, which no router precedes,
    and in what happens after the run, read now.
    """
    if getattr(_here, "known", False):
        account: Account | None = _here.account
        return account
    return _read()[0]


def later(act: Callable[[], Done]) -> Callable[[], Done]:
    """An act of this run that happens after it (a download made when its button is pressed, in a thread that knows no browser).

    It is done by the person of this run, read again at that moment: a session taken back meanwhile is nobody. In the same language.
    """
    token, language = token_of_this_run(), i18n.language()

    def done() -> Done:
        _here.token = token
        try:
            with i18n.speaking(language):
                return act()
        finally:
            _here.token = None

    return done


def require_user() -> Account:
    """The same in a callback, where nobody but a signed-in person can be: raises NotAllowed for a session that was taken back."""
    account = current_user()
    if account is None:
        raise NotAllowed("accounts")
    return account


def begin() -> Account | None:
    """Reads the person of this run once for the router and the page it runs. The router calls it, and `end` afterwards."""
    account, _here.held = _read()
    _here.account, _here.known = account, True
    navigation.begin(navigation.role_of(account), _here.held)
    i18n.speak(account.language if account else i18n.choose(_cookie(i18n.COOKIE), _header("Accept-Language")))
    return account


def is_held() -> bool:
    """Whether the person of this run must first set a second factor: nothing but the own account is open until then."""
    return bool(getattr(_here, "held", False))


def end() -> None:
    """Forgets the person: what runs outside the router (callbacks, fragments) reads it anew."""
    _here.account, _here.known = None, False


def admit(key: str) -> Account:
    """The first line of a page: the person, if the map opens this screen to the role; else one calm sentence, and the page stops there.

    Only for screens of people who are signed in; those of visitors call `admit_anybody`.
    """
    account = admit_anybody(key)
    if account is None:
        st.stop()
    return account


def admit_anybody(key: str) -> Account | None:
    """The same for screens that visitors may see too."""
    account, held = (_here.account, _here.held) if getattr(_here, "known", False) else _read()
    if not navigation.allows(navigation.BY_KEY[key], navigation.role_of(account), held):
        st.error(_("This page is not open to your account."), icon=":material/lock:")
        st.stop()
    return account


def sign_out() -> None:
    """Takes back the session of this browser."""
    token = token_of_this_run()
    if token:
        with writing() as session:
            accounts.sign_out(session, token, origin=origin())


def origin() -> accounts.Origin:
    """Where this run comes from, for the connection history."""
    address = st.context.ip_address
    agent = _header("User-Agent")
    return accounts.Origin(address if isinstance(address, str) else None, agent)


def _read() -> tuple[Account | None, bool]:
    """Who is here by the database, now, and whether that person must first set a second factor."""
    token = getattr(_here, "token", None) or token_of_this_run()
    if not token:
        return None, False
    with reading() as session:
        account = accounts.account_of(session, token)
        if account is None or not account.is_staff or account.totp_confirmed_at:
            return account, False
        return account, accounts.second_factor.required_of(session, account)


def _cookie(name: str) -> str | None:
    value = st.context.cookies.get(name)
    return value if isinstance(value, str) else None


def _header(name: str) -> str | None:
    value = st.context.headers.get(name)
    return value if isinstance(value, str) else None


def sign_in(email: str, password: str, remember: bool, worked: str) -> None:
    """Tries what was typed, with its proof of work: the browser goes on with a ticket, or the second factor is asked for.

    Raises the refusals of the door.
    """
    step = accounts.sign_in(email, password, remember=remember, origin=origin(), worked=worked, check=check_password)
    if isinstance(step, accounts.Halfway):
        st.session_state[_HALFWAY] = step
    else:
        browser.enter(step)


def waits_for_second_factor() -> bool:
    """Whether a right password was typed here and its second factor is still to come."""
    halfway = st.session_state.get(_HALFWAY)
    return halfway is not None and halfway.expires_at > clock.now()


def give_second_factor(code: str) -> None:
    """Tries the six digits; the browser goes on with a ticket. Raises the refusals of the door."""
    ticket = accounts.second_step(st.session_state[_HALFWAY], code, origin=origin())
    begin_again()
    browser.enter(ticket)


def begin_again() -> None:
    """Forgets a sign-in that stopped halfway."""
    st.session_state.pop(_HALFWAY, None)

"""What stands around every screen: the name at the top, the person and the way out in the menu, the notices at the bottom."""

import threading

import streamlit as st

from db.models import Account
from ui import access, browser, format, i18n, navigation
from ui.assets import STATIC
from ui.i18n import _

_here = threading.local()


def around(account: Account | None) -> None:
    """The parts of the menu that are the same on every screen, and the foot below the screen."""
    st.logo(str(STATIC / "wordmark.svg"), size="large", icon_image=str(STATIC / "wordmark.svg"))
    if account:
        with st.sidebar:
            st.caption(_("Signed in as {name}", name=format.plain(account.full_name)))
            if st.button(_("Sign out"), icon=":material/logout:", key="sign-out", width="stretch"):
                access.sign_out()
                browser.leave()
            languages()
    with st.container(key="foot", horizontal=True, gap="medium"):
        for key in navigation.FOOTER:
            if navigation.opens(key):
                st.page_link(navigation.page(key))
        if account is None:
            languages()


def body() -> st.delta_generator.DeltaGenerator:
    """The place of the screen itself."""
    place: st.delta_generator.DeltaGenerator = st.container(key="screen")
    _here.body = place
    return place


def body_of_this_run() -> st.delta_generator.DeltaGenerator:
    """The place of the screen that runs now."""
    place: st.delta_generator.DeltaGenerator | None = getattr(_here, "body", None)
    return place if place is not None else st.container()


def languages() -> None:
    """The switch between the languages: plain links, answered by a route that keeps the choice and comes back."""
    links = " · ".join(
        f"<strong lang='{code}' aria-current='true'>{name}</strong>"
        if code == i18n.language()
        else f"<a href='/langue/{code}' target='_self' lang='{code}' hreflang='{code}'>{name}</a>"
        for code, name in i18n.LANGUAGES.items()
    )
    st.html(f"<nav aria-label='{_('Language')}' class='languages'>{links}</nav>")

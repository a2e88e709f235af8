"""The script of every run: who is here, which screens are theirs, what the last act said, then the screen itself."""

from copy import copy
from functools import cache

import streamlit as st

from db.models import Account
from ui import access, feedback, frame, navigation
from ui.assets import STATIC
from ui.i18n import _, language


def main() -> None:
    """Draws one run."""
    try:
        account = access.begin()
        st.set_page_config(page_icon=str(STATIC / "mark.svg"), layout="wide")  # before the menu, or its icons are fetched elsewhere
        page = st.navigation(_menu(account), expanded=True)
        st.set_page_config(page_title=f"{page.title} – Farandole")
        try:
            with frame.body():
                feedback.show()
                page.run()
        finally:
            frame.around(account)  # last, so that the browser draws the title first; also where the page stopped or failed
    finally:
        access.end()


def _menu(account: Account | None) -> dict[str, list[st.Page]]:
    role, held = navigation.role_of(account), access.is_held()
    sections: dict[str, list[st.Page]] = {"": [_door(role, held)]}
    for screen in navigation.standing():
        if screen.key == "visitor/sign_in":
            continue
        if navigation.allows(screen, role, held):
            sections.setdefault(_(screen.section) if screen.section else "", []).append(navigation.page(screen.key))
        else:
            sections[""].append(copy(_instead(screen.key, role == navigation.VISITOR, held, language())))
    return sections


def _door(role: str, held: bool) -> st.Page:
    home = navigation.home_of(role, held)
    if role == navigation.VISITOR:
        return st.Page(home.path, title=_(home.title), url_path=home.url_path, default=True, visibility="hidden")

    def enter() -> None:
        st.switch_page(navigation.page(home.key))

    return st.Page(enter, title="Farandole", url_path="accueil", default=True, visibility="hidden")


@cache
def _instead(key: str, visitor: bool, held: bool, _language: str) -> st.Page:
    """What stands at the address of a screen that is not open to the person: the sign-in for a visitor, one calm sentence for others."""
    screen = navigation.BY_KEY[key]
    if visitor:
        sign_in = navigation.BY_KEY["visitor/sign_in"]
        return st.Page(sign_in.path, title=_(sign_in.title), url_path=screen.url_path, visibility="hidden")

    def refuse() -> None:
        if held:
            st.switch_page(navigation.page(navigation.OWN))
        st.error(_("This page is not open to your account."), icon=":material/lock:")

    return st.Page(refuse, title=_(screen.title), url_path=screen.url_path, visibility="hidden")


if __name__ == "__main__":
    main()

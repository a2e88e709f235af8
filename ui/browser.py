"""What only the browser can do: swap a ticket for a cookie, load an address anew."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from ui import i18n

_SCRIPTS = Path(__file__).parent / "scripts"


def enter(ticket: str) -> None:
    """Swaps a sign-in's ticket for the session's cookie, then loads the address asked for anew."""
    failed = i18n._("Your browser did not keep the session. Open this site by its https address, and allow its cookies.")
    _component("go")(key=f"go-{ticket[:8]}", data={"post": "/auth/session", "body": {"ticket": ticket}, "failed": failed}, height=0)


def leave() -> None:
    """Has the cookie forgotten, then loads the front door."""
    _component("go")(key="go-out", data={"post": "/auth/sign-out", "body": {}, "then": "/"}, height=0)


@cache
def _component(name: str) -> Any:
    return st.components.v2.component(f"farandole_{name}", js=(_SCRIPTS / f"{name}.js").read_text())

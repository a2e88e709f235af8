"""What people type, for the callback of the button that sends it."""

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

Draft = TypeVar("Draft")


def typed(key: str) -> Any:
    """What the widget of a form holds. Only for callbacks: they run before the page is drawn again."""
    return st.session_state.get(key)


def forget(*keys: str) -> None:
    """Empties widgets once what they held is kept."""
    for key in keys:
        st.session_state.pop(key, None)


def holds(key: str) -> bool:
    """Whether a widget of this key was on the screen that was last sent."""
    return key in st.session_state


def draft(name: str, begin: Callable[[], Draft]) -> Draft:
    """What is kept of a form of several steps until it is sent; made by `begin` the first time."""
    kept: Draft = st.session_state.setdefault(f"draft-{name}", begin())
    return kept

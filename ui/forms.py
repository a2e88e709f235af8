"""What people type, for the callback of the button that sends it."""

from typing import Any

import streamlit as st


def typed(key: str) -> Any:
    """What the widget of a form holds. Only for callbacks: they run before the page is drawn again."""
    return st.session_state.get(key)


def forget(*keys: str) -> None:
    """Empties widgets once what they held is kept."""
    for key in keys:
        st.session_state.pop(key, None)

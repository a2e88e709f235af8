"""How long what a family certifies counts, as the structure decides in its settings."""

import streamlit as st

from domain.structure.known import CERTIFICATION_LASTS
from ui.i18n import _, word
from ui.sentences.house import SETTINGS

NAMES = {"school_year": word("Until the end of the school year"), "twelve_months": word("Twelve months")}


def form(value: str) -> str | None:
    """The choice, once the form is sent."""
    with st.form("certification", border=True):
        index = CERTIFICATION_LASTS.index(value)
        chosen: str = st.radio(_(SETTINGS["certification_lasts"]), CERTIFICATION_LASTS, index, format_func=lambda code: _(NAMES[code]))
        st.caption(_("A family reads each sheet of its children again and confirms it. What is confirmed already keeps its day."))
        sent = st.form_submit_button(_("Save"), type="primary")
    return chosen if sent else None

"""A bug is not the person's fault: one calm sentence on the screen, the whole story in the log under a reference."""

import secrets

import streamlit as st
import structlog

from ui import frame
from ui.i18n import _

_log = structlog.get_logger()


def on_script_error(problem: Exception) -> bool:
    """Tells the person and the log; Streamlit shows nothing of its own."""
    reference = secrets.token_hex(4).upper()
    _log.error("page_crashed", reference=reference, address=_address(), exc_info=problem)
    with frame.body_of_this_run():
        told = _("Something went wrong on our side, and nothing more was recorded. If it happens again, tell the structure this reference:")
        st.error(f"{told} **{reference}**", icon=":material/error:")
    return True


def _address() -> str | None:
    address = st.context.url
    return address.partition("?")[0] if isinstance(address, str) else None

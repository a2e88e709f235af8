"""Choosing the files of a paper, and the address of one that was sent."""

import streamlit as st

from domain.intake.paper import LARGEST, MOST_FILES, Upload
from ui import format
from ui.i18n import _

ADDRESS = "/papiers/"
_ENDINGS = ["pdf", "jpg", "jpeg", "png"]


def uploads(label: str, key: str, help: str | None = None) -> list[Upload]:
    """Draws the chooser and gives what was chosen, unread: give it to `documents.send`. Stands inside a form or outside.

    A telephone offers its camera. Change the key once the files are sent, or they stay chosen.
    """
    st.caption(
        _(
            "A PDF, or JPEG or PNG photos, one for each page: they are joined into one document. {size} for each, {count} photos at most.",
            size=format.size(LARGEST),
            count=format.number(MOST_FILES),
        )
    )
    chosen = st.file_uploader(label, _ENDINGS, accept_multiple_files=True, key=key, help=help)
    return [Upload(file.name, file.getvalue()) for file in chosen]


def paper_address(file_id: int) -> str:
    """`/papiers/12`: opens in a window of its own, for whoever may read it."""
    return f"{ADDRESS}{file_id}"

"""Choosing a password: typed twice, and under it the rules, ticked while one types. What is typed is weighed in the browser alone.

The rules are those of `domain.accounts.passwords`, which has the last word; the browser's list comes from the same published scorer.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from domain.accounts import passwords
from ui.i18n import _

_SCRIPT = Path(__file__).parent / "scripts" / "passwords.js"


def choose(key: str, label: str, again: str, *, about: Sequence[str] = (), beside: Sequence[str] = ()) -> tuple[str, str]:
    """Draws the two fields (`key` and `<key>-again`) and the rules; gives what is typed.

    `about` are words that the password must not be made of; `beside`, the keys of the fields where such words are being typed.
    """
    first = st.text_input(label, type="password", autocomplete="new-password", key=key)
    second = st.text_input(again, type="password", autocomplete="new-password", key=f"{key}-again")
    _component()(
        key=f"{key}-rules",
        data={
            "field": f"st-key-{key}",
            "again": f"st-key-{key}-again",
            "about": list(about),
            "beside": [f"st-key-{other}" for other in beside],
            "bits": passwords.LEAST_BITS,
            "score": passwords.LEAST_SCORE,
            "longest": passwords.LONGEST,
            "rules": {
                "varied": _("Long enough: 11 letters, or 8 characters of every kind"),
                "guess": _("Hard to guess: neither a common word, nor your name, nor a date"),
                "short": _("{count} characters at most", count=passwords.LONGEST),
                "same": _("Typed twice the same"),
            },
            "title": _("A good password, for instance four words that have nothing to do with you:"),
            "kept": _("kept"),
            "open": _("still to do"),
        },
        height="content",
    )
    return first, second


@cache
def _component() -> Any:
    return st.components.v2.component("farandole_passwords", js=_SCRIPT.read_text(), isolate_styles=False)

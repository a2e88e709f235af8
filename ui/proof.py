"""« Je ne suis pas un robot »: a box that the visitor's own browser ticks, by a moment of work, as soon as the form is there.

The solver is the published script of ALTCHA, served by ourselves. The box is drawn inside a form: its proof leaves with the button.
"""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from domain.accounts.proof import LIVES
from ui import forms, i18n
from ui.i18n import _

_SCRIPT = Path(__file__).parent / "scripts" / "proof.js"
_MARGIN = 300  # seconds before its end at which a proof that waits in the form is replaced


def box(key: str) -> None:
    """Draws the box. Once a proof has left with the form, the browser is told so and works for the next one."""
    _component()(
        key=key,
        data={
            "language": {"fr": "fr-fr"}.get(i18n.language(), i18n.language()),
            "lives": LIVES.total_seconds() - _MARGIN,
            "spent": given(key)[-80:],
            "words": {
                "label": _("I am not a robot"),
                "verifying": _("I am not a robot: one moment…"),
                "verified": _("I am not a robot: verified"),
                "error": _("The verification did not work. Tick the box to try again."),
                "expired": _("The verification is over. Tick the box to begin again."),
                "waitAlert": _("The verification is running: one moment, please."),
            },
        },
        height="content",
    )


def given(key: str) -> str:
    """The proof that left with the form, or nothing. Tests of pages, which have no browser, enter here."""
    held: Any = forms.typed(key)
    return str(held.get("proof") or "") if hasattr(held, "get") else ""


@cache
def _component() -> Any:
    return st.components.v2.component("farandole_proof", js=_SCRIPT.read_text(), isolate_styles=False)

"""The town of a postcode: chosen where the postcode has several, found where it has one, and typed where it is of elsewhere."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from db import geography
from ui import forms
from ui.i18n import _


def of(postcode: str | None) -> Callable[[str, Any, str], str | None]:
    """Draws the town's field for a postcode, as `ui.fields.draw` asks: `(label, value, key)` gives the town."""
    known = geography.towns(_bare(postcode))

    def draw(label: str, value: Any, key: str) -> str | None:
        if not known:
            return st.text_input(label, value or "", 120, key=key, autocomplete="address-level2") or None
        towns = [*known, *([value] if value and value not in known else [])]
        first = towns.index(value) if value else None
        hint = _("Choose, or type another one")
        chosen: str | None = st.selectbox(label, towns, first, key=f"{key}-{_bare(postcode)}", accept_new_options=True, placeholder=hint)
        return chosen

    return draw


def typed(key: str, postcode: str | None, before: str | None) -> str | None:
    """The town that the field held for a postcode, for a draft; `before` where it was not on the screen."""
    drawn = next((name for name in (f"{key}-{_bare(postcode)}", key) if forms.holds(name)), None)
    return forms.typed(drawn) if drawn else before


def moved(postcode: str | None, town: str | None) -> str | None:
    """The town after another postcode was typed: the one it has, none where there is a choice, what it was where nothing is known."""
    known = geography.towns(_bare(postcode))
    if not known or town in known:
        return town
    return known[0] if len(known) == 1 else None


def _bare(postcode: str | None) -> str:
    return (postcode or "").replace(" ", "")

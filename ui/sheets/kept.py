"""A form that two people may have open: what it was read with is kept beside what is typed, until it is saved or left."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from db.session import writing
from domain.families.sheets import SheetChanged
from ui import access, choices, feedback, forms
from ui.i18n import _
from ui.sentences import field as label


@dataclass
class Kept:
    """`shown` fills the widgets and never moves; `read` is what a save is compared with; `meanwhile` is what somebody else wrote."""

    shown: dict[str, Any]
    read: dict[str, Any]
    meanwhile: dict[str, Any] = field(default_factory=dict)


def begin(key: str, values: Mapping[str, Any], told: Callable[[str, Any], str]) -> Kept:
    """What a form was read with; above it, what somebody else wrote since, in the words of `told`."""
    kept = forms.draft(key, lambda: Kept(dict(values), dict(values)))
    for name, value in kept.meanwhile.items():
        words = _("Written meanwhile – {field}: {value}", field=label(name), value=told(name, value))
        st.info(words, icon=":material/compare_arrows:")
    return kept


def save(kept: Kept, verb: Callable[..., Any], object_id: int, typed: Mapping[str, Any], now: Callable[[], Mapping[str, Any]]) -> bool:
    """Calls `verb(session, by, object_id, read, typed)`. When somebody else was quicker nothing is written: what stands there `now` is
    shown beside what was typed, and saving once more means it."""
    with feedback.refusals() as outcome, writing() as session:
        verb(session, access.current_user(), object_id, kept.read, typed)
    if isinstance(outcome.refusal, SheetChanged):
        standing = now()
        kept.meanwhile = {name: standing[name] for name in outcome.refusal.fields if name in standing}
        kept.read = kept.read | kept.meanwhile
    return outcome.done


def leave(key: str, **where: Any) -> None:
    """What was typed is dropped, and the address changes."""
    forms.forget(f"draft-{key}")
    choices.put(**where)

"""Modifications à valider: what families asked to change, the oldest first; accepted or refused one by one or together."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from db.session import reading, writing
from domain.families import deciding
from ui import access, choices, family_changes, feedback, screen, tables
from ui.i18n import _, n_

SPECIAL = ("other_home", "duplicate")
READ_AT_ONCE = 10

by = access.admit("staff/changes")


def decide(verb: Callable[..., list[deciding.Line]], done: str, ids: list[int], *more: str) -> None:
    """One verb over the chosen changes, and what came of each."""
    lines: list[deciding.Line] = []
    with feedback.refusals(), writing() as session:
        lines = verb(session, access.current_user(), ids, *more)
    family_changes.tell(lines, done)


def draw_decision(chosen: pd.DataFrame) -> None:
    """Accept or refuse what is ticked, or the first line."""
    for row in chosen.head(READ_AT_ONCE).itertuples():
        family_changes.draw(row)
    ids = [int(one) for one in chosen[~chosen["section"].isin(SPECIAL)]["id"]]
    count = len(ids)
    if not ids:
        return
    with st.container(horizontal=True):
        accepted = n_("The change is accepted; the family is told by e-mail.", "{count} changes are accepted.", count)
        label = n_("Accept this change", "Accept these {count} changes", count)
        args = (deciding.accept_many, accepted, ids)
        st.button(label, on_click=decide, args=args, type="primary", key="accept-changes", icon=":material/check:")
        with st.popover(_("Refuse…"), icon=":material/block:"):
            reason = family_changes.reason_form(count)
    if reason is not None:
        refused = n_("The change is refused; the family is told why by e-mail.", "{count} changes are refused.", count)
        decide(deciding.refuse_many, refused, ids, reason)
        st.rerun()


screen.title(_("Changes to validate"), _("What families asked to change, the oldest first. An accepted value is written at once."))
with st.container(horizontal=True, vertical_alignment="bottom"):
    text = st.text_input(_("Name of a family or child"), key="changes-search", type="search")
    section = choices.one(
        _("About"), list(family_changes.SECTIONS), key="objet", format=lambda code: _(family_changes.SECTIONS[code]), look="select"
    )
with reading() as session:
    frame, total = deciding.queue(session, by, section=section, search=text, page=choices.asked_page())

if frame.empty:
    screen.empty(_("No change answers to this search.") if text else _("Nothing waits here."))
else:
    key = f"changes-{hash(tuple(frame['id']))}"
    shown = family_changes.rows(frame)
    alt = _("Changes asked by families, one a line.")
    positions = tables.show(shown, columns=family_changes.columns(), key=key, alt=alt, select="many")
    choices.page(total, deciding.PAGE)
    if not positions:
        st.caption(_("The first change is open below. Tick lines to decide on others, or on several at once."))
    draw_decision(frame.iloc[positions or [0]])

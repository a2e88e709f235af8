"""The staff's queue of changes: what each asks, old and new side by side, and what came of a decision."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from domain.families import changing
from domain.families.deciding import Line
from ui import feedback, format, navigation, screen
from ui.i18n import _, n_, word
from ui.sentences import field as label_of
from ui.sentences import sentence
from ui.sentences.families import value_of
from ui.tables import Column

SECTIONS = {
    "all": word("Everything"),
    "family": word("Families"),
    "guardian": word("Parents"),
    "child": word("Children"),
    "other_home": word("Other homes"),
    "duplicate": word("Likely duplicates"),
}
REASONS = {
    "proof": word("A proof is missing: please send it with your documents."),
    "unclear": word("We could not understand this change. Please contact us."),
    "other": word("Another reason"),
}


def rows(frame: pd.DataFrame) -> pd.DataFrame:
    """A page of the queue in words."""
    told = [_words(row) for row in frame.itertuples()]
    lines = pd.DataFrame(told, columns=["what", "old", "new"], dtype=object)
    who = [person or format.NOTHING for person in frame["person"]]
    there = [navigation.address("staff/family", {"famille": family_id}) for family_id in frame["family_id"]]
    lines = lines.assign(family=list(frame["family_name"]), person=who, there=there)
    return lines.assign(asked_at=pd.to_datetime(frame["asked_at"], utc=True).to_numpy(), by=list(frame["asked_by"]))


def columns() -> dict[str, Column]:
    """The columns of the queue."""
    return {
        "family": Column(_("Family")),
        "person": Column(_("About")),
        "what": Column(_("What changes")),
        "old": Column(_("Now")),
        "new": Column(_("Asked")),
        "asked_at": Column(_("Asked on"), "instant"),
        "by": Column(_("By")),
        "there": Column(_("Screen"), "link", link_text=_("Open the family")),
    }


def draw(row: Any) -> None:
    """One change, to be read whole: whose, what, old and new. Other homes and duplicates are settled on the family's own screen."""
    what, old, new = _words(row)
    about = _("Family {name}", name=format.plain(row.family_name))
    with st.container(border=True, key=f"change-{row.id}"):
        st.markdown(f"**{about}**" + (f" – {format.plain(row.person)}" if row.person else ""))
        if row.section in SECTIONS and row.section not in ("other_home", "duplicate"):
            st.markdown(f"{what}{_(': ')}{format.plain(old)} → **{format.plain(new)}**")
        else:
            st.markdown(what)
        st.caption(_("Asked on {when}", when=format.instant(row.asked_at)) + f", {format.plain(row.asked_by)}")
        screen.goto(_("Open the family"), "staff/family", icon=":material/family_restroom:", famille=row.family_id)


def tell(lines: Sequence[Line], done: str) -> None:
    """Keeps what came of a decision on several for the next run: `done`, and each line that could not be."""
    if any(line.refusal is None for line in lines):
        feedback.say(done)
    for line in lines:
        if line.refusal:
            told = sentence(line.refusal)
            feedback.warn(f"{format.plain(line.family_name)}{_(': ')}{told}" if line.family_name else told)


def reason_form(count: int) -> str | None:
    """Asks why; gives what the family will read once it is sent (empty where nothing was said)."""
    with st.form("change-refusal", border=False):
        ready = st.radio(_("Reason"), list(REASONS), format_func=lambda code: _(REASONS[code]), index=None, key="change-refusal-ready")
        more = st.text_area(_("In your own words"), max_chars=250, key="change-refusal-words", help=_("The family reads it in its e-mail."))
        sent = st.form_submit_button(n_("Refuse this change", "Refuse these {count} changes", count), key="refuse-changes")
    said = [_(REASONS[ready])] if ready and ready != "other" else []
    return " ".join([*said, more.strip()]).strip() if sent else None


def _words(row: Any) -> tuple[str, str, str]:
    if row.section == "other_home":
        who = f"{row.values['first_name']} {row.values['last_name']}"
        return label_of("other_home"), format.NOTHING, who
    if row.section == "duplicate":
        return _("Likely duplicate of a child"), format.NOTHING, format.NOTHING
    old, new = (changing.told(row.section, row.field, row.values[which]) for which in ("old", "new"))
    return label_of(row.field), _shown(row.section, row.field, old), _shown(row.section, row.field, new)


def _shown(section: str, name: str, value: Any) -> str:
    return value_of(section, name, value, marks=False)

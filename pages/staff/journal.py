"""Journal: who did what on what, and when."""

from datetime import timedelta

import streamlit as st

from db.session import reading
from domain import clock
from domain.journal.reading import COUNTED, Filter, entries, people
from ui import choices, screen, tables
from ui.access import admit, current_user
from ui.i18n import _
from ui.journal import EVERYTHING, act_words, changes_words, kind_words, known_acts, known_kinds

SIZE = 50

me = admit("staff/journal")

COLUMNS = {
    "at": tables.Column(_("When"), "instant"),
    "by_name": tables.Column(_("Who"), write=lambda name: name or _("The house")),
    "act": tables.Column(_("What"), write=act_words),
    "object_kind": tables.Column(_("On what"), write=kind_words),
    "changes": tables.Column(_("Before and after"), write=changes_words),
    "family_name": tables.Column(_("Family")),
    "site_name": tables.Column(_("Site")),
    "reason": tables.Column(_("Reason")),
    "object_id": tables.Column(_("Number"), "number"),
}

screen.title(_("Journal"), _("Who did what, on what, and when. Nothing is ever taken out of it."))

with reading() as session:
    staff = dict(people(session, me))

with st.container(horizontal=True, vertical_alignment="bottom"):
    by_id = choices.one(_("Who"), [0, *staff], key="qui", format=lambda code: staff.get(code, _("Everybody")))
    act = choices.one(
        _("What"), [EVERYTHING, *known_acts()], key="acte", format=lambda code: _("Everything") if code == "all" else act_words(code)
    )
    kind = choices.one(
        _("On what"), [EVERYTHING, *known_kinds()], key="objet", format=lambda code: _("All") if code == "all" else kind_words(code)
    )
    today = clock.today()
    from_on = choices.day(_("From"), key="du", default=today - timedelta(days=30))
    until_on = choices.day(_("Until"), key="au", default=today)

object_id, family_id = choices.read("numero"), choices.read("famille")
looked_at = Filter(
    by_id=by_id or None,
    act=None if act == EVERYTHING else act,
    object_kind=None if kind == EVERYTHING else kind,
    object_id=int(object_id) if object_id and object_id.isascii() and object_id.isdigit() and len(object_id) < 10 else None,
    family_id=int(family_id) if family_id and family_id.isascii() and family_id.isdigit() and len(family_id) < 10 else None,
    from_on=min(from_on, until_on),
    until_on=max(from_on, until_on),
)
if from_on > until_on:
    st.warning(_("The period was upside down: it is read from its earlier day to its later one."))

with reading() as session:
    frame, total = entries(session, me, looked_at, page=choices.asked_page(), size=SIZE)


def every_entry():
    """The chosen lines, for Excel."""
    with reading() as session:
        return entries(session, current_user(), looked_at, size=COUNTED)[0]


if frame.empty:
    screen.empty(_("Nothing was done in this choice."))
else:
    tables.show(frame, columns=COLUMNS, key="journal", alt=_("The acts of the chosen period, newest first."))
    choices.page(total, SIZE)
    if total == COUNTED:
        st.caption(_("There are more lines: choose a shorter period to see them."))
    tables.excel(_("To Excel"), "journal.xlsx", every_entry, columns=COLUMNS)

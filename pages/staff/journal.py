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
    act = choices.one(_("What"), [EVERYTHING, *known_acts()], key="acte", format=act_words)
    kind = choices.one(_("On what"), [EVERYTHING, *known_kinds()], key="objet", format=kind_words)
    today = clock.today()
    from_on = choices.day(_("From"), key="du", default=today - timedelta(days=30))
    until_on = choices.day(_("Until"), key="au", default=today)

looked_at = Filter(
    by_id=by_id or None,
    act=None if act == EVERYTHING else act,
    object_kind=None if kind == EVERYTHING else kind,
    object_id=choices.number("numero"),
    family_id=choices.number("famille"),
    from_on=min(from_on, until_on),
    until_on=max(from_on, until_on),
)
if from_on > until_on:
    st.warning(_("The period was upside down: it is read from its earlier day to its later one."))


def lines(page: int, size: int = SIZE) -> tuple:
    """A page of the chosen lines, and how many there are."""
    with reading() as session:
        return entries(session, current_user(), looked_at, page=page, size=size)


def draw_more(line) -> None:
    """From a line to all that was done on its thing, or in its family."""
    with st.container(horizontal=True):
        if line["object_id"] == line["object_id"]:
            chosen = {"objet": line["object_kind"], "numero": int(line["object_id"]), "famille": None, "page": None}
            st.button(_("All that was done on this"), on_click=choices.put, kwargs=chosen)
        if line["family_id"] == line["family_id"]:
            chosen = {"famille": int(line["family_id"]), "objet": None, "numero": None, "page": None}
            st.button(_("All that was done for this family"), on_click=choices.put, kwargs=chosen)


if looked_at.object_id or looked_at.family_id:
    st.button(_("Show everything again"), on_click=choices.put, kwargs={"objet": None, "numero": None, "famille": None, "page": None})

frame, total = lines(choices.asked_page())
if frame.empty and total:
    frame, total = lines(-(-total // SIZE))

if frame.empty:
    screen.empty(_("Nothing was done in this choice."))
else:
    alt = _("The acts of the chosen period, newest first.")
    chosen = tables.show(frame, columns=COLUMNS, key="journal", alt=alt, select="one")
    choices.page(total, SIZE)
    if total == COUNTED:
        st.caption(_("There are more lines: narrow the choice to see them."))
    if chosen:
        draw_more(frame.iloc[chosen[0]])
    tables.excel(_("To Excel"), "journal.xlsx", lambda: lines(1, COUNTED)[0], columns=COLUMNS)

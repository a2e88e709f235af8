"""Dossiers: whose file is complete, what is missing of whom, and the reminders."""

import streamlit as st

from db.expected import STATES
from db.session import reading, writing
from domain import documents
from ui import choices, feedback, format, papers, screen, tables
from ui.access import admit, current_user, require_user
from ui.i18n import _, n_

DAYS = (2, 7, 14, 30)
SORTS = {"name": _("Name"), "missing": _("Most papers missing"), "until": _("First to run out")}
me = admit("staff/files")


# -- acts ---------------------------------------------------------------------------------------------------------------------


def remind(chosen) -> None:
    """Writes to the chosen families."""
    with feedback.refusals() as outcome, writing() as session:
        planned = documents.remind(session, require_user(), chosen)
    if outcome.done:
        choices.put(relance=None)
        written = len(planned.letters)
        feedback.say(n_("{count} family has been written to.", "{count} families have been written to.", written))


# -- pieces -------------------------------------------------------------------------------------------------------------------


def choose(kinds) -> tuple[documents.Chosen, str]:
    """The filters, from the address."""
    site_id = choices.number("site")
    with reading() as session:
        sites, activities = documents.programme(session, me, site_id)
    sites, activities = {0: _("All sites")} | sites, {0: _("All activities")} | activities
    names = {0: _("All papers")} | dict(zip(kinds["id"], kinds["name"], strict=True))
    states = {"all": _("All")} | {state: papers.state_words(state) for state in STATES}
    days = {0: _("Booked or not")} | {count: n_("{count} day", "{count} days", count) for count in DAYS}
    upper, lower = st.columns(3), st.columns(3)
    with upper[0]:
        site = choices.one(_("Site"), list(sites), key="site", format=sites.__getitem__)
    with upper[1]:
        activity = choices.one(_("Activity"), list(activities), key="activite", format=activities.__getitem__)
    with upper[2]:
        soon = choices.one(_("Booked within"), list(days), key="jours", format=days.__getitem__)
    with lower[0]:
        kind = choices.one(_("Paper"), list(names), key="nature", format=names.__getitem__)
    with lower[1]:
        state = choices.one(_("State"), list(states), key="etat", format=states.__getitem__)
    with lower[2]:
        sort = choices.one(_("Sort"), documents.SORTS, key="tri", format=SORTS.__getitem__)
    with st.container(horizontal=True, vertical_alignment="center"):
        incomplete = choices.flag(_("Incomplete files only"), key="incomplets", default=True)
        compulsory = choices.flag(_("Compulsory papers only"), key="obligatoires", default=True)
    wanted = None if state == "all" else state
    return documents.Chosen(activity or None, site or None, kind or None, wanted, soon or None, compulsory, incomplete), sort


def draw_reminders(chosen) -> None:
    """Whom the reminders would reach, one letter to read, and the button."""
    with st.container(border=True):
        with feedback.refusals() as outcome, reading() as session:
            planned = documents.plan(session, me, chosen)
            first = next(iter(planned.letters), None)
            letter = documents.preview(session, me, planned, first) if first else None
        if not outcome.done:
            feedback.show()
            return
        papers.plan_words(planned)
        if letter:
            with st.expander(_("Read the letter to {name}", name=format.plain(planned.readers[first].full_name))):
                st.markdown(f"**{format.plain(letter[0])}**")
                st.text(letter[1])
        told = n_("Send {count} letter", "Send {count} letters", len(planned.letters))
        st.button(told, on_click=remind, args=(chosen,), type="primary", icon=":material/send:", disabled=not letter)


# -- the screen ---------------------------------------------------------------------------------------------------------------

screen.title(_("Files"), _("What each family has sent of what is asked for. The share counts compulsory papers, accepted and still valid."))
with reading() as session:
    kinds = documents.names(session)
chosen, sort = choose(kinds)
with reading() as session:
    total = documents.count(session, me, chosen)
    files = documents.page(session, me, chosen, sort, choices.asked_page(min(total, documents.COUNTED), papers.PAGE))
    states = documents.matrix(session, files)


def every_file():
    """All the chosen files, for Excel."""
    with reading() as session:
        return documents.everything(session, current_user(), chosen)


if files.empty:
    screen.empty(_("Every file is complete.") if chosen == documents.Chosen() else _("No file answers to this choice."))
    st.stop()
columns = kinds[kinds["id"].isin(states["kind_id"]) & (kinds["is_compulsory"].astype(bool) | (not chosen.compulsory_only))]
picked = papers.matrix(files, states, columns, key="files")
choices.page(min(total, documents.COUNTED), papers.PAGE)
if total > documents.COUNTED:
    st.caption(n_("More than {count} file answers.", "More than {count} files answer.", documents.COUNTED))
with st.container(horizontal=True, vertical_alignment="center"):
    tables.excel(_("To Excel"), "dossiers.xlsx", every_file, columns=papers.columns())
    reminding = choices.flag(_("Prepare reminders"), key="relance")
st.caption(_("Tick families to write to them alone, or pick a cell to see the papers behind it."))
if reminding:
    draw_reminders(picked.families or chosen)
opened = list(dict.fromkeys([*([picked.cell[0]] if picked.cell else []), *picked.families]))[:6]
if opened:
    with reading() as session:
        lines = documents.papers(session, me, opened)
    for family_id in opened:
        papers.of_family(lines[lines["family_id"] == family_id])

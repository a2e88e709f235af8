"""Fréquentation: how full, how well attended, over any period; the adults that each day needs; the history brought in."""

from datetime import timedelta

import streamlit as st

from db.models import Revision
from db.session import reading
from domain import clock, rights, staffing, statistics
from domain.refusals import Refusal
from domain.statistics import Selection
from ui import charts, choices, feedback, format, screen, tables
from ui.access import admit, current_user
from ui.acts import act
from ui.charts import attendance, history
from ui.charts import staffing as supervision
from ui.i18n import _
from ui.sentences import sentence

me = admit("staff/attendance")


# -- pieces -------------------------------------------------------------------------------------------------------------------


def draw_charts(selection: Selection) -> None:
    """The four rates and the charts of the chosen view, each one also as a table."""
    attendance.head(me, selection, revision)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measure = attendance.choose_measure(view)
        as_table = choices.flag(_("Show the tables instead of the charts"), key="tableau")
    for chart in attendance.drawn(me, view, measure, selection, revision):
        charts.show(
            chart,
            as_table=as_table,
            rows=lambda key=chart.key: attendance.taken(current_user(), view, measure, selection, key),
        )


def draw_staffing() -> None:
    """The need of one site over four weeks, and the number of adults typed for some of its days."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with reading() as session:
            sites = staffing.sites(session, me)
        if not sites:
            screen.empty(_("No site is open to you."))
            return
        site_id = choices.one(_("Site"), list(sites), key="site", format=sites.__getitem__)
        today = clock.today()
        monday = choices.day(_("Four weeks from"), key="des", default=today - timedelta(today.weekday()))
        as_table = choices.flag(_("Show the tables instead of the charts"), key="tableau")
    with reading() as session:
        days = staffing.needs(session, me, monday, monday + supervision.WEEKS, [site_id])
    charts.show(supervision.need(days, sites[site_id]), as_table=as_table, rows=lambda: supervision.taken(current_user(), monday, site_id))
    if rights.may(me, "capacity", rights.ACT) and len(days):
        plan(site_id, list(days["day"]))


def plan(site_id: int, days: list) -> None:
    """The number of adults planned, for one day or for several."""
    with st.form("plan", clear_on_submit=True):
        screen.section(_("Adults planned"))
        chosen = st.multiselect(_("Days"), days, format_func=format.day, placeholder=_("Choose one day or more"))
        adults = st.number_input(_("Adults"), min_value=0, max_value=staffing.MOST_ADULTS, step=1)
        if st.form_submit_button(_("Save")):
            act(staffing.plan_days, site_id, chosen, int(adults), told=_("The team is noted."))
            st.rerun()


def draw_history() -> None:
    """The files that were brought in, and the way to bring another one."""
    screen.section(_("Attendance from before"), history.asked_for())
    if statistics.may_import(me):
        with st.form("history", clear_on_submit=True):
            file = st.file_uploader(_("CSV file"), type=["csv"])
            sent = st.form_submit_button(_("Import this file"))
        if sent and file:
            bring(file.name, file.getvalue())
    with reading() as session:
        files = statistics.imports(session, me)
    if len(files):
        tables.show(files, columns=history.imported(), key="imports", alt=_("The files that were imported, newest first."))


def bring(file_name: str, content: bytes) -> None:
    """Says what came, or shows every line at fault."""
    with feedback.refusals() as outcome:
        feedback.say(history.done(statistics.import_history(current_user(), file_name, content)))
    if outcome.done:
        st.rerun()
    feedback.show()
    if isinstance(outcome.refusal, statistics.HistoryUnreadable):
        lines = history.faults(outcome.refusal)
        tables.show(lines, columns=history.at_fault(), key="faults", alt=_("The lines that cannot be read, and why."))
        tables.excel(_("Take this table to Excel"), "lignes-refusees.xlsx", lambda: lines, columns=history.at_fault())


# -- the screen ---------------------------------------------------------------------------------------------------------------

screen.title(_("Attendance"), _("What was offered, booked and attended; nothing that is unknown is counted as zero."))
with reading() as session:
    revision = Revision.of(session, "programme", "bookings", "journal", "settings")
view = choices.one(_("View"), list(attendance.VIEWS), key="vue", format=attendance.view_name, look="buttons", hidden_label=True)
if view == "staffing":
    draw_staffing()
elif view == "history":
    draw_history()
else:
    selection = attendance.choose(attendance.known(me, revision))
    try:
        draw_charts(selection)
    except Refusal as refusal:
        st.error(sentence(refusal), icon=":material/block:")

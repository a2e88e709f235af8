"""Capacity: how full every day is, by slot and age group, over a day, a week, a month or a school year."""

from datetime import date

import pandas as pd
import streamlit as st

from db.session import reading
from domain import clock, occupancy
from domain.refusals import Refusal
from ui import capacity, choices, format, navigation, screen, tables
from ui.access import admit, current_user
from ui.capacity import grid, year
from ui.i18n import _
from ui.sentences import sentence

SIZE = 50
me = admit("staff/capacity")


# -- pieces -------------------------------------------------------------------------------------------------------------------


def choose_day(view: str) -> date:
    """The day looked at, with the ways to the period before, to today and to the period after."""
    today = clock.today()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = choices.day(_("Day"), key="jour", default=today)
        past, coming = capacity.before(view, day), capacity.after(view, day)
        st.button(_("Previous"), icon=":material/chevron_left:", on_click=choices.put, kwargs={"jour": past, "page": None})
        st.button(_("Today"), on_click=choices.put, kwargs={"jour": None}, disabled=day == today)
        st.button(_("Next"), icon=":material/chevron_right:", on_click=choices.put, kwargs={"jour": coming, "page": None})
    return day


def open_day(activity_id: int, day: date, seats_id: int | None = None) -> None:
    """To the screen of one day, on one of its cells; the choices of this screen go along for the way back."""
    back = {"vue": choices.read("vue"), "activites": choices.read("activites")}
    where = {"activite": activity_id, "date": day, "place": seats_id, **back}
    st.switch_page(navigation.page("staff/capacity_day"), query_params={name: str(value) for name, value in where.items() if value})


def draw_grids(frame: pd.DataFrame) -> None:
    """A grid for each activity; a cell leads to its names."""
    st.caption(_("Choose a cell to see the names, change the capacity or close the day."))
    for activity_id, seats in frame.groupby("activity_id", sort=False):
        screen.section(format.plain(seats["activity"].iloc[0]))
        chosen = grid.show(seats, key=f"grid-{activity_id}-{from_on}-{until_on}", short=view == "month")
        if chosen:
            open_day(activity_id, seats.loc[seats["seats_id"] == chosen, "day"].iloc[0].date(), chosen)
    capacity.legend()


def draw_table(frame: pd.DataFrame) -> None:
    """The same seats as a table, page by page."""
    with st.container(horizontal=True):
        states = choices.several(_("State"), list(capacity.STATES), key="etats", format=capacity.state_words)
        names = {"day": _("Soonest first"), "fill": _("Fullest first"), "waiting": _("Most waiting first")}
        order = choices.one(_("Sort"), list(names), key="tri", format=names.__getitem__)
    shown = frame[frame["state"].isin(states)] if states else frame
    if order != "day":
        shown = shown.sort_values({"fill": "fill_rate"}.get(order, order), ascending=False, kind="stable")
    page = min(choices.asked_page(), max(1, -(-len(shown) // SIZE)))
    page_of = shown.iloc[(page - 1) * SIZE : page * SIZE].astype({"state": str})
    columns = grid.shown_columns(view == "day")
    chosen = tables.show(page_of, columns=columns, key=f"seats-{page}", alt=_("Seats by day, slot and age group"), select="one")
    choices.page(len(shown), SIZE)
    if chosen:
        row = page_of.iloc[chosen[0]]
        open_day(row["activity_id"], row["day"].date(), row["seats_id"])


def draw_year(days: pd.DataFrame) -> None:
    """The year at a glance; a month leads to its own view."""
    chosen = year.show(days)
    if chosen:
        activity_id, month = chosen
        choices.put(site=site_id, activites=activity_id, vue="month", jour=month)
        st.rerun()


def rows(look: object) -> pd.DataFrame:
    """The seats again, as the person may see them now."""
    with reading() as session:
        return look(session, current_user(), activities=asked, from_on=from_on, until_on=until_on)


# -- the screen ---------------------------------------------------------------------------------------------------------------

screen.title(_("Capacity"), _("How many seats are taken, and how many are left, for every day, slot and age group."))
view = choices.one(
    _("Period"), list(capacity.VIEWS), key="vue", default="week", format=capacity.view_name, look="buttons", hidden_label=True
)
day = choose_day(view)
from_on, until_on = capacity.span(view, day)
with reading() as session:
    sites = dict(occupancy.sites_open(session, me))
if not sites:
    screen.empty(_("No site is open to you."))
    st.stop()
with st.container(horizontal=True, vertical_alignment="bottom"):
    site_id = choices.one(_("Site"), list(sites), key="site", format=sites.__getitem__)
    with reading() as session:
        activities = dict(occupancy.activities_open(session, me, site_id, from_on, until_on))
    asked = choices.several(
        _("Activities"), list(activities), key="activites", format=activities.__getitem__, placeholder=_("All the activities")
    ) or list(activities)
    as_table = view != "year" and choices.flag(_("As a table"), key="tableau")
screen.section(capacity.span_words(view, day))
look = occupancy.capacity_by_day if view == "year" else occupancy.capacity
try:
    frame = rows(look) if asked else pd.DataFrame()
except Refusal as refusal:
    st.error(sentence(refusal), icon=":material/block:")
    st.stop()
if frame.empty:
    screen.empty(_("No activity of this site is open in this period."))
    st.stop()
(draw_year if view == "year" else draw_table if as_table else draw_grids)(frame)
tables.excel(_("Take this table to Excel"), "capacites.xlsx", lambda: rows(look), columns=grid.columns(view == "year"))

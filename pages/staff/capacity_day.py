"""One day of an activity: the names of each slot and age group, its seats to change, the day to close or to open again."""

from datetime import date

import pandas as pd
import streamlit as st

from db.session import reading
from domain import clock, occupancy, rights
from domain.occupancy import Cell
from domain.refusals import DoesNotExist, Refusal
from ui import capacity, choices, format, navigation, screen, tables
from ui.access import admit, require_user
from ui.capacity import changing
from ui.i18n import _
from ui.sentences import sentence
from ui.tables import Column

me = admit("staff/capacity_day")


# -- pieces -------------------------------------------------------------------------------------------------------------------


def day_asked() -> pd.DataFrame:
    """The seats of the day and activity of the address. Raises DoesNotExist when there are none in sight."""
    activity_id = choices.number("activite")
    try:
        on = date.fromisoformat(choices.read("date") or "")
    except ValueError as problem:
        raise DoesNotExist("open_days") from problem
    if activity_id is None:
        raise DoesNotExist("open_days")
    with reading() as session:
        seats = occupancy.capacity(session, me, activities=[activity_id], from_on=on, until_on=on)
    if seats.empty:
        raise DoesNotExist("open_days")
    return seats


def choose_cell(seats: pd.DataFrame) -> int:
    """One of the slots and age groups of the day."""
    told = {
        row.seats_id: f"{row.slot} · {row.age_group} : {capacity.in_words(row.taken, row.capacity, row.state, row.waiting)}"
        for row in seats.itertuples()
    }
    return choices.one(_("Slot and age group"), list(told), key="place", format=told.__getitem__)


def draw_figures(cell: Cell, state: str) -> None:
    """The seats of the cell in four figures."""
    with st.container(horizontal=True):
        screen.figure(_("Seats offered"), format.number(cell.capacity))
        screen.figure(_("Taken"), format.number(cell.taken))
        screen.figure(_("Seats left"), format.number(cell.left))
        screen.figure(_("Waiting"), format.number(cell.waiting))
    st.badge(capacity.state_words(state), color=capacity.STATES[state].tone)
    if cell.overbooking:
        told = _("{count} in overbooking: {reason}", count=cell.overbooking, reason=format.plain(cell.overbooking_reason or ""))
        st.markdown(told)
    if cell.waiting and cell.left:
        st.info(
            _("Seats are left and children wait: nobody is called by itself yet, offer them the seats."), icon=":material/hourglass_top:"
        )


def draw_names(seats_id: int) -> None:
    """Who is booked, and who waits."""
    columns = {
        "last_name": Column(_("Last name")),
        "first_name": Column(_("First name")),
        "born_on": Column(_("Born on"), "day"),
        "family": Column(_("Family")),
        "state": Column(_("State"), write=lambda state: _(capacity.BOOKED_AS[state])),
        "asked_at": Column(_("Asked on"), "instant"),
    }
    with reading() as session:
        names = occupancy.names(session, me, seats_id)
    screen.section(_("Children"))
    if names.empty:
        screen.empty(_("Nobody is booked, nobody waits."))
        return
    names["sheet"] = [navigation.address("staff/child", {"enfant": child_id}) for child_id in names["child_id"]]
    shown = columns | {"sheet": Column(_("Sheet"), "link", link_text=_("Open the sheet"))}
    tables.show(names, columns=shown, key=f"names-{seats_id}", alt=_("Children booked and waiting"))
    tables.excel(_("Take this table to Excel"), "enfants.xlsx", lambda: taken(seats_id), columns=columns)


def taken(seats_id: int) -> pd.DataFrame:
    """The names again, as the person may see them now."""
    with reading() as session:
        return occupancy.names(session, require_user(), seats_id)


# -- the screen ---------------------------------------------------------------------------------------------------------------

try:
    seats = day_asked()
except Refusal as refusal:
    screen.title(_("Capacity of a day"))
    st.error(sentence(refusal), icon=":material/block:")
    screen.goto(_("Back to the capacities"), "staff/capacity", icon=":material/arrow_back:")
    st.stop()
first = seats.iloc[0]
day = first["day"].date()
screen.title(f"{format.plain(first['activity'])} — {format.day(day)}", format.plain(first["site"]))
seats_id = choose_cell(seats)
with reading() as session:
    cell = occupancy.cell(session, me, seats_id)
back = {"site": cell.site_id, "jour": day, "vue": choices.read("vue"), "activites": choices.read("activites")}
screen.goto(_("Back to the capacities"), "staff/capacity", icon=":material/arrow_back:", **back)
draw_figures(cell, seats.loc[seats["seats_id"] == seats_id, "state"].iloc[0])
draw_names(seats_id)
if day < clock.today():
    screen.empty(sentence(occupancy.DayIsPast(day)))
elif rights.may(me, "capacity", rights.ACT):
    screen.section(_("Change the seats"), format.plain(capacity.kind_words(cell)))
    changing.seats(cell)
    screen.section(_("The whole day"), format.plain(first["activity"]))
    changing.closing(cell)

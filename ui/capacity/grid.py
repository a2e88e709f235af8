"""The grid of capacity: rows are slots and age groups, columns are days, a cell tells its seats by figures, sign, word and colour."""

import pandas as pd
import streamlit as st

from ui import capacity, format
from ui.capacity import STATES
from ui.i18n import _
from ui.painted import painted
from ui.tables import Column

_ROW_HEIGHT, _MOST_HEIGHT = 35, 700


def show(frame: pd.DataFrame, *, key: str, short: bool) -> int | None:
    """Draws the seats of one activity, and gives the seats id of the cell that was just chosen."""
    rows = frame[["slot", "age_group"]].drop_duplicates()
    labels = [f"{row.slot} · {row.age_group}" for row in rows.itertuples()]
    days = frame["day"].drop_duplicates()
    heads = [capacity.short_weekday(day.date()) if short else format.week_day(day.date()) for day in days]
    place = {pair: number for number, pair in enumerate(zip(rows["slot"], rows["age_group"], strict=True))}
    column = {day: number for number, day in enumerate(days)}
    texts: list[list[str]] = [[label, *[""] * len(days)] for label in labels]
    css = [[""] * (len(days) + 1) for _row in labels]
    seats: list[list[int | None]] = [[None] * len(days) for _row in labels]
    told = frame[["slot", "age_group", "day", "taken", "capacity", "state", "waiting", "seats_id"]]
    for slot, group, day, taken, offered, state, waiting, seats_id in told.itertuples(index=False, name=None):
        y, x = place[slot, group], column[day]
        texts[y][x + 1] = capacity.in_words(taken, offered, state, waiting, short=short)
        css[y][x + 1] = f"background-color: {STATES[state].ground}; color: {STATES[state].ink}"
        seats[y][x] = seats_id
    name, width = _("Slot"), _width(frame, short)
    drawn = pd.DataFrame(texts, columns=[name, *heads], dtype=object)
    state = st.dataframe(
        painted(drawn, css=css),
        hide_index=True,
        column_config={name: st.column_config.TextColumn(name, pinned=True, width=158)}
        | {head: st.column_config.TextColumn(head, width=width) for head in heads},
        on_select="rerun",
        selection_mode="single-cell",
        key=key,
        alt=_("Seats of {activity}, by slot and day", activity=str(frame["activity"].iloc[0])),
        height=min(_MOST_HEIGHT, (len(labels) + 1) * _ROW_HEIGHT + 3),
        width="stretch" if len(heads) > 4 else "content",
    )
    cells = state["selection"]["cells"]
    if not cells:
        return None
    y, head = cells[0]
    return seats[y][heads.index(head)] if head in heads and y < len(seats) else None


def columns(by_day: bool = False) -> dict[str, Column]:
    """The seats as Excel takes them; `by_day` leaves out what a sum over a day has not."""
    cell = {"slot": Column(_("Slot")), "hours": Column(_("Hours")), "age_group": Column(_("Age group"))}
    head = {"day": Column(_("Day"), "day"), "site": Column(_("Site")), "activity": Column(_("Activity"))}
    return head | ({} if by_day else cell) | figures()


def shown_columns(one_day: bool) -> dict[str, Column]:
    """The seats as the screen shows them: the site is chosen above, and so is the day where there is only one."""
    every = columns()
    order = ("day", "activity", "slot", "age_group", "state", "taken", "capacity", "left", "waiting", "fill_rate", "hours")
    return {name: every[name] for name in order if not (one_day and name == "day")}


def figures() -> dict[str, Column]:
    """The figures that every table of capacity ends with."""
    return {
        "capacity": Column(_("Seats offered"), "number"),
        "taken": Column(_("Taken"), "number"),
        "left": Column(_("Seats left"), "number"),
        "waiting": Column(_("Waiting"), "number"),
        "fill_rate": Column(_("Fill rate"), "percent", help=_("Seats taken out of seats offered.")),
        "state": Column(_("State"), write=capacity.state_words),
    }


def _width(frame: pd.DataFrame, short: bool) -> int:
    waited = bool(frame["waiting"].any())
    return (100 if waited else 82) if short else (190 if waited else 165)

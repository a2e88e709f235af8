"""Capacity in words, signs and colours, and the periods that are looked at."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import pandas as pd
import streamlit as st
from babel import dates

from domain import occupancy
from domain.occupancy import Cell
from ui import format
from ui.i18n import _, locale, n_, word

VIEWS = {"day": word("Day"), "week": word("Week"), "month": word("Month"), "year": word("School year")}


@dataclass(frozen=True)
class State:
    """How a state of seats is told: a sign and a word first, colours besides. `mark` is the colour where nothing is written on it."""

    sign: str
    name: str
    ground: str
    mark: str
    tone: str
    ink: str = "#111418"


STATES = {
    "free": State("○", word("room left"), "#e3f1e6", "#a9d6b5", "green"),
    "tight": State("◐", word("nearly full"), "#fdecc4", "#f0bf4c", "orange"),
    "full": State("●", word("full"), "#f7cfc6", "#d9654f", "red"),
    "over": State("▲", word("above capacity"), "#6d1b52", "#6d1b52", "violet", "#ffffff"),
    "closed": State("×", word("closed"), "#e2e4e8", "#aab1bb", "gray", "#444b55"),
}

BOOKED_AS = {
    "pending": word("waits for the structure"),
    "to_pay": word("to be paid"),
    "confirmed": word("booked"),
    "absent": word("absence told"),
    "waiting": word("on the waiting list"),
    "offered": word("seat offered"),
}


def view_name(view: str) -> str:
    """`School year`"""
    return _(VIEWS[view])


def weekday_name(weekday: int, width: Literal["wide", "abbreviated"] = "wide") -> str:
    """`lundi` for 0, or `lun.`"""
    return str(dates.get_day_names(width, locale=locale())[weekday])


def short_weekday(day: date) -> str:
    """`lun. 2`"""
    return format.dated(day, "EEE d")


def state_words(state: str) -> str:
    """`◐ nearly full`"""
    return f"{STATES[state].sign} {_(STATES[state].name)}"


def in_words(taken: int, capacity: int, state: str, waiting: int = 0, *, short: bool = False) -> str:
    """`12/24 ◐ nearly full +3`, or `12/24 ◐ +3` where there is little room."""
    if state == "closed" and not taken:
        return state_words(state)
    return f"{taken}/{capacity} " + (STATES[state].sign if short else state_words(state)) + (f" +{waiting}" if waiting else "")


def kind_words(row: pd.Series | Cell) -> str:
    """`Matin · 3–5 ans`"""
    return f"{row.slot} · {row.age_group}"


def legend() -> None:
    """What the signs and colours mean."""
    with st.container(horizontal=True, gap="small"):
        for state, told in STATES.items():
            st.badge(state_words(state), color=told.tone)  # type: ignore[arg-type]
        st.caption(_("12/24: seats taken out of seats offered. +3: three children on the waiting list."))


def span(view: str, day: date) -> tuple[date, date]:
    """The first and last day of what a view shows around a day; a year is a school year, from 1 September."""
    if view == "week":
        monday = day - timedelta(day.weekday())
        return monday, monday + timedelta(6)
    if view == "month":
        return day.replace(day=1), _month_after(day) - timedelta(1)
    if view == "year":
        first = date(day.year if day.month >= 9 else day.year - 1, 9, 1)
        return first, first.replace(year=first.year + 1) - timedelta(1)
    return day, day


def before(view: str, day: date) -> date:
    """A day of the period before."""
    return span(view, day)[0] - timedelta(1) if view != "year" else date(span(view, day)[0].year - 1, 9, 1)


def after(view: str, day: date) -> date:
    """The first day of the period after."""
    return span(view, day)[1] + timedelta(1)


def span_words(view: str, day: date) -> str:
    """`lundi 2 mars 2026`, `du lun. 2 mars au dim. 8 mars 2026`, `mars 2026`, `2025–2026`"""
    from_on, until_on = span(view, day)
    if view == "week":
        return _("From {start} to {end}", start=format.week_day(from_on), end=f"{format.week_day(until_on)} {until_on.year}")
    if view == "month":
        return format.month(day).capitalize()
    return f"{from_on.year}–{until_on.year}" if view == "year" else format.day(day).capitalize()


def closing_words(done: occupancy.Closing) -> str:
    """What closing a day did."""
    if not (done.bookings or done.waiting):
        return _("The day is closed. Nobody was booked.")
    return _(
        "The day is closed: {bookings}, {waiting}, {letters}.",
        bookings=n_("{count} booking cancelled", "{count} bookings cancelled", done.bookings),
        waiting=n_("{count} request withdrawn", "{count} requests withdrawn", done.waiting),
        letters=n_("{count} letter written", "{count} letters written", done.letters),
    )


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(4)).replace(day=1)

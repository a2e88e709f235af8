"""The charts of Fréquentation: calendar, week, trend, absences, comparison; and the four rates at its head."""

from urllib.parse import quote, unquote

import pandas as pd
import streamlit as st

from db.models import Account
from db.session import reading
from domain import clock, rights, statistics
from domain.refusals import NotAllowed
from domain.statistics import Choices, Figures, Selection
from ui import choices, format, i18n
from ui.charts import Chart, calendar, lines, periods
from ui.i18n import _, word

RATES = {
    "fill_rate": (word("Fill rate"), word("Booked seats ÷ offered seats")),
    "occupancy_rate": (word("Occupancy rate"), word("Children present ÷ offered seats")),
    "attendance_rate": (word("Attendance rate"), word("Children present ÷ booked seats")),
    "no_show_rate": (word("Absent without a word"), word("Booked, absent and not told ÷ booked seats")),
}
COUNTS = {"offered": word("Offered seats"), "booked": word("Booked seats"), "present": word("Children present")}
VIEWS = {
    "calendar": word("Calendar"),
    "week": word("Week"),
    "trend": word("Trend"),
    "absences": word("Absences"),
    "year-before": word("Year before"),
    "staffing": word("Supervision"),
    "history": word("History"),
}


def view_name(view: str) -> str:
    """What a view is called."""
    return _(VIEWS[view])


def known(by: Account, revision: int) -> Choices:
    """What the person may choose from."""
    return _known(by, _scope(by), revision)


def choose(known: Choices) -> Selection:
    """Period, sites and activities, from the address; a name is written there so that no comma parts it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        codes = statistics.named(clock.today(), known.first_on, known.last_on)
        period = choices.one(_("Period"), codes, key="periode", format=periods.name)
        from_on, until_on = statistics.days_of(period, clock.today())
        if period == "own":
            from_on = choices.day(_("From"), key="du", default=from_on)
            until_on = choices.day(_("Until"), key="au", default=until_on)
        sites = choices.several(_("Sites"), [quote(name) for name in (*known.sites, *known.imported)], key="sites", format=unquote)
        activities = choices.several(_("Activities"), [quote(name) for name in known.activities], key="activites", format=unquote)
    return Selection(from_on, until_on, tuple(map(unquote, sites)), tuple(map(unquote, activities)))


def choose_measure(view: str) -> str:
    """The figure that a view draws, where there is a choice."""
    if view in ("calendar", "week"):
        return choices.one(_("Figure"), list(RATES)[:3], key="taux", format=lambda rate: _(RATES[rate][0]))
    if view == "year-before":
        return choices.one(_("Figure"), ["booked", "present", "offered"], key="mesure", format=lambda count: _(COUNTS[count]))
    return "fill_rate"


def head(by: Account, selection: Selection, revision: int) -> None:
    """The four rates, each with its definition under it and the two counts it is made of."""
    total = statistics.total(_figures(by, _scope(by), selection, revision).now)
    for column, (rate, (label, definition)) in zip(st.columns(4), RATES.items(), strict=True):
        term = rate.removesuffix("_rate")
        with column.container(border=True, height="stretch"):
            st.metric(_(label), format.percent(total[rate], 1))
            known_of = {side: format.number(total[f"{term}_{side}"]) for side in ("of", "by")}
            counts = "" if format.unknown(total[rate]) else "  \n" + _("{of} out of {by}", **known_of)
            st.caption(_(definition) + counts)


def drawn(by: Account, view: str, measure: str, selection: Selection, revision: int) -> list[Chart]:
    """The charts of a view; kept a few minutes for readers of the same sites, until something changes."""
    kept: list[Chart] = _drawn(by, _scope(by), view, measure, selection, revision, i18n.language())
    return kept


def taken(by: Account | None, view: str, measure: str, selection: Selection, key: str) -> pd.DataFrame:
    """The table of a chart, read again for the person who takes it to Excel."""
    if by is None:
        raise NotAllowed("statistics")
    with reading() as session:
        figures = statistics.read(session, by, selection)
    return next(chart.table for chart in draw(view, measure, figures) if chart.key == key)


def draw(view: str, measure: str, figures: Figures) -> list[Chart]:
    """The charts of a view over figures that were read."""
    grain = statistics.grain_of(figures.selection.from_on, figures.selection.until_on)
    if view == "calendar":
        return [calendar.heat_map(statistics.by_day(figures.now), measure, _(RATES[measure][0]), _(RATES[measure][1]))]
    if view == "week":
        return [calendar.profile(statistics.by_weekday_and_slot(figures.now), measure, _(RATES[measure][0]), _(RATES[measure][1]))]
    if view == "trend":
        return lines.trend(statistics.over_time(figures.now, grain), grain)
    if view == "absences":
        return [lines.absences(statistics.no_show(figures.now, grain), grain)]
    return [lines.year_before(figures, grain, measure, _(COUNTS[measure]))]


@st.cache_data(ttl=300, max_entries=64, show_spinner=False)
def _drawn(
    _by: Account, scope: tuple[int, ...] | None, view: str, measure: str, selection: Selection, revision: int, language: str
) -> list[Chart]:
    return draw(view, measure, _figures(_by, scope, selection, revision))


@st.cache_data(ttl=300, max_entries=16, show_spinner=False)
def _known(_by: Account, scope: tuple[int, ...] | None, revision: int) -> Choices:
    with reading() as session:
        return statistics.choices(session, _by)


@st.cache_data(ttl=300, max_entries=64, show_spinner=False)
def _figures(_by: Account, scope: tuple[int, ...] | None, selection: Selection, revision: int) -> Figures:
    with reading() as session:
        return statistics.read(session, _by, selection)


def _scope(by: Account) -> tuple[int, ...] | None:
    sites = rights.site_ids(by)
    return None if sites is None else tuple(sorted(sites))

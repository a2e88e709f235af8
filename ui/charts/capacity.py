"""The year at a glance: a heat map of fill rates, a row for each activity and weekday, a column for each week."""

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ui import capacity, charts, format
from ui.capacity import STATES
from ui.i18n import _

_ROW, _REST = 24, 80


def year(days: pd.DataFrame) -> go.Figure:
    """The figure of `occupancy.capacity_by_day`, in the five colours of the states."""
    columns = [days["activity"], days["day"].dt.date, days["day"].dt.day_of_week]
    seats = zip(days["taken"], days["capacity"], days["state"], days["waiting"], strict=True)
    cells = list(zip(*columns, seats, strict=True))
    activities = list(dict.fromkeys(days["activity"].sort_values()))
    lines = sorted({(activity, weekday) for activity, _on, weekday, _seats in cells}, key=lambda line: (activities.index(line[0]), line[1]))
    first, last = (day - timedelta(day.weekday()) for day in (days["day"].min().date(), days["day"].max().date()))
    mondays = [first + timedelta(7 * week) for week in range((last - first).days // 7 + 1)]
    place, code = {line: number for number, line in enumerate(lines)}, {state: number for number, state in enumerate(STATES)}
    codes: list[list[int | None]] = [[None] * len(mondays) for _line in lines]
    said = [[""] * len(mondays) for _line in lines]
    for activity, day, weekday, (taken, offered, state, waiting) in cells:
        y, x = place[activity, weekday], (day - first).days // 7
        codes[y][x] = code[state]
        said[y][x] = f"{activity}<br>{format.day(day)}<br>{capacity.in_words(taken, offered, state, waiting)}"
    figure = go.Figure(
        go.Heatmap(
            z=np.array(codes, dtype=float),
            x=mondays,
            y=[f"{activity} · {capacity.weekday_name(weekday, 'abbreviated')}" for activity, weekday in lines],
            customdata=np.array(said, dtype=object),
            hovertemplate="%{customdata}<extra></extra>",
            hoverongaps=False,
            colorscale=_scale(),
            zmin=-0.5,
            zmax=len(STATES) - 0.5,
            xgap=1,
            ygap=2,
            showscale=False,
        )
    )
    values, names = charts.ticks(mondays, "week")
    return charts.dress(
        figure,
        height=_REST + _ROW * len(lines),
        top=8,
        x={"tickvals": values, "ticktext": names, "showgrid": False, "zeroline": False},
        y={"autorange": "reversed", "showgrid": False, "type": "category"},
    )


def in_words(days: pd.DataFrame) -> str:
    """What the figure says, for who does not see it."""
    open_days = days[days["state"] != "closed"]
    offered = int(open_days["capacity"].sum())
    return _(
        "Seats taken: {taken} of {offered} ({rate}). Days of activities: {days}, of which full: {full}, closed: {closed}.",
        days=format.number(len(days)),
        taken=format.number(int(open_days["taken"].sum())),
        offered=format.number(offered),
        rate=format.percent(open_days["taken"].sum() / offered if offered else None),
        full=format.number(int(open_days["state"].isin(["full", "over"]).sum())),
        closed=format.number(len(days) - len(open_days)),
    )


def by_month(days: pd.DataFrame) -> pd.DataFrame:
    """One row per month × activity: `month` (its first day), activity, activity_id, days, full_days, and the sums and fill rate.

    Closed days count in nothing.
    """
    open_days = days[days["state"] != "closed"]
    month = open_days["day"].dt.to_period("M").dt.start_time
    full = open_days["state"].isin(["full", "over"]).astype(int)
    by: list[Any] = [month.rename("month"), "activity", "activity_id"]
    grouped = open_days.assign(full_days=full, days=1).groupby(by, observed=True, sort=True)
    summed = grouped[["days", "full_days", "capacity", "taken", "left", "waiting"]].sum().reset_index()
    return summed.assign(fill_rate=(summed["taken"] / summed["capacity"]).where(summed["capacity"] > 0))


def _scale() -> list[list[Any]]:
    share = 1 / len(STATES)
    return [[edge, state.mark] for place, state in enumerate(STATES.values()) for edge in (place * share, (place + 1) * share)]

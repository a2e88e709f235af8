"""The year at a glance: a heat map of fill rates, a row for each activity and weekday, a column for each week."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from babel import dates

from ui import capacity, charts, format
from ui.capacity import STATES
from ui.i18n import _, locale

_ROW, _REST = 24, 80


def year(days: pd.DataFrame) -> go.Figure:
    """The figure of `occupancy.capacity_by_day`, in the five colours of the states."""
    named = {day: format.day(day) for day in days["day"].dt.date.unique()}
    cells = days.assign(
        line=[f"{activity} · {_weekday(day)}" for activity, day in zip(days["activity"], days["day"], strict=True)],
        monday=(days["day"] - pd.to_timedelta(days["day"].dt.day_of_week, unit="D")).dt.date,
        code=days["state"].map(list(STATES).index).astype(float),
        said=[
            f"{activity}<br>{named[day]}<br>{capacity.in_words(*seats)}"
            for activity, day, *seats in zip(
                days["activity"], days["day"].dt.date, days["taken"], days["capacity"], days["state"], days["waiting"], strict=True
            )
        ],
        weekday=days["day"].dt.day_of_week,
    )
    lines = list(dict.fromkeys(cells.sort_values(["activity", "weekday"])["line"]))
    first, last = cells["monday"].min(), cells["monday"].max()
    mondays = [first + timedelta(7 * week) for week in range((last - first).days // 7 + 1)]
    code, said = (
        cells.pivot(index="line", columns="monday", values=value).reindex(index=lines, columns=mondays) for value in ("code", "said")
    )
    figure = go.Figure(
        go.Heatmap(
            z=code.to_numpy(),
            x=mondays,
            y=lines,
            customdata=said.astype(object).where(said.notna(), "").to_numpy(),
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
    figure.update_xaxes(tickvals=values, ticktext=names, showgrid=False, zeroline=False)
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category")
    charts.dress(figure, height=_REST + _ROW * len(lines))
    figure.update_layout(margin={"l": 8, "r": 8, "t": 8, "b": 40})
    return figure


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


def _weekday(day: date) -> str:
    return dates.format_date(day, "EEE", locale=locale())


def _scale() -> list[list[Any]]:
    share = 1 / len(STATES)
    return [[edge, state.mark] for place, state in enumerate(STATES.values()) for edge in (place * share, (place + 1) * share)]

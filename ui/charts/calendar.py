"""Heat maps: a rate day by day over weeks, and by weekday and slot."""

from collections.abc import Callable
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go
from babel import dates

from ui import charts, format
from ui.charts import Chart
from ui.i18n import _, locale
from ui.tables import Column

WORDS_FIT = 8


def heat_map(days: pd.DataFrame, measure: str, name: str, definition: str) -> Chart:
    """Weeks from left to right, weekdays from top to bottom; a day without cell was not open, or is not known."""
    table = days[["day", "offered", "booked", "present", measure]]
    known = days.dropna(subset=[measure])
    return Chart(
        key="calendrier",
        title=_("{rate}, day by day", rate=name),
        figure=_calendar(known, measure, name) if len(known) else None,
        words=_in_words(known, measure, name, lambda row: format.day(row["day"])),
        note=_(
            "{rate}: {definition}. An empty cell is a day that was not open, or of which one of the two figures is not known.",
            rate=name,
            definition=definition.lower(),
        ),
        table=table,
        columns={"day": Column(_("Day"), write=format.day), **_counts(), measure: Column(name, "percent")},
    )


def profile(cells: pd.DataFrame, measure: str, name: str, definition: str) -> Chart:
    """Weekdays from left to right, slots from top to bottom, each cell with its rate over the whole period."""
    table = cells.assign(
        weekday_name=[_weekday(number) for number in cells["weekday"]], slot=[slot or _("Whole day") for slot in cells["slot"]]
    )
    known = table.dropna(subset=[measure])
    return Chart(
        key="semaine",
        title=_("{rate}, by weekday and slot", rate=name),
        figure=_profile(known, measure, name) if len(known) else None,
        words=_in_words(known, measure, name, lambda row: f"{row['weekday_name']}, {row['slot']}"),
        note=_("{rate}: {definition}. “Whole day” holds what history tells without slots.", rate=name, definition=definition.lower()),
        table=table[["weekday_name", "slot", "days", "offered", "booked", "present", measure]],
        columns={
            "weekday_name": Column(_("Weekday")),
            "slot": Column(_("Slot")),
            "days": Column(_("Days"), "number"),
            **_counts(),
            measure: Column(name, "percent"),
        },
    )


def _calendar(known: pd.DataFrame, measure: str, name: str) -> go.Figure:
    weeks = pd.date_range(known["week"].min(), known["week"].max(), freq="7D")
    weekdays = range(int(known["weekday"].min()), int(known["weekday"].max()) + 1)
    cells = known.assign(said=[_said(row, measure, name, format.day(row["day"])) for row in known.to_dict("records")])
    grid = cells.pivot(index="weekday", columns="week", values=measure).reindex(index=weekdays, columns=weeks)
    said = cells.pivot(index="weekday", columns="week", values="said").reindex(index=weekdays, columns=weeks)
    chosen, names = charts.ticks([week.date() for week in weeks], "week")
    place = {week.date(): number for number, week in enumerate(weeks)}
    figure = go.Figure(
        go.Heatmap(
            z=(grid * 100).to_numpy(),
            y=[_weekday(number) for number in weekdays],
            customdata=said.to_numpy(),
            xgap=2 if len(weeks) < 60 else 1,
            ygap=2,
            **_dress(measure, grid if len(weeks) <= WORDS_FIT else None),
        )
    )
    return charts.dress(
        figure,
        height=110 + 42 * len(weekdays),
        x={"tickvals": [place[day] for day in chosen], "ticktext": names, "showgrid": False, "zeroline": False},
        y={"autorange": "reversed", "showgrid": False},
    )


def _profile(known: pd.DataFrame, measure: str, name: str) -> go.Figure:
    slots = list(dict.fromkeys(known["slot"]))
    weekdays = sorted(known["weekday"].unique())
    where = known.assign(said=[_said(row, measure, name, f"{row['weekday_name']}, {row['slot']}") for row in known.to_dict("records")])
    grid, said = (where.pivot(index="slot", columns="weekday", values=value).reindex(slots)[weekdays] for value in (measure, "said"))
    figure = go.Figure(
        go.Heatmap(
            z=(grid * 100).to_numpy(),
            x=[_weekday(number, "abbreviated") for number in weekdays],
            y=slots,
            customdata=said.to_numpy(),
            xgap=3,
            ygap=3,
            **_dress(measure, grid),
        )
    )
    return charts.dress(
        figure,
        height=120 + 48 * len(slots),
        x={"showgrid": False, "type": "category"},
        y={"autorange": "reversed", "showgrid": False, "type": "category"},
    )


def _dress(measure: str, rates: "pd.DataFrame | None") -> dict[str, object]:
    low, high = (70, 110) if measure == "attendance_rate" else (0, 20) if measure == "no_show_rate" else (0, 100)
    written = {} if rates is None else {"text": rates.map(_in_cell).to_numpy(), "texttemplate": "%{text}"}
    return {
        **written,
        "colorscale": charts.SCALE,
        "zmin": low,
        "zmax": high,
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverongaps": False,
        "colorbar": {"ticksuffix": "\u202f%", "thickness": 12, "outlinewidth": 0, "len": 1, "nticks": 5},
    }


def _in_cell(rate: float) -> str:
    return "" if format.unknown(rate) else format.percent(rate)


def _in_words(known: pd.DataFrame, measure: str, name: str, told: "Callable[[pd.Series[Any]], str]") -> str:
    if known.empty:
        return _("{rate}: not known over this period.", rate=name)
    term = measure.removesuffix("_rate")
    mean = known[f"{term}_of"].sum() / known[f"{term}_by"].sum()
    in_order = known.sort_values(measure)
    low, high = in_order.iloc[0], in_order.iloc[-1]
    return _(
        "{rate}: {mean} over the period, {high} at most ({high_at}), {low} at least ({low_at}).",
        rate=name,
        mean=format.percent(mean, 1),
        high=format.percent(high[measure], 1),
        high_at=told(high),
        low=format.percent(low[measure], 1),
        low_at=told(low),
    )


def _said(row: dict[Any, Any], measure: str, name: str, where: str) -> str:
    lines = [f"<b>{where}</b>", _("{name}: {value}", name=name, value=format.percent(row[measure], 1))]
    for count, column in _counts().items():
        lines.append(_("{name}: {value}", name=column.label, value=format.number(row[count])))
    return "<br>".join(lines)


def _counts() -> dict[str, Column]:
    return {
        "offered": Column(_("Offered seats"), "number"),
        "booked": Column(_("Booked seats"), "number"),
        "present": Column(_("Children present"), "number"),
    }


def _weekday(number: int, width: Literal["wide", "abbreviated"] = "wide") -> str:
    names = dates.get_day_names(width, locale=locale())
    return str(names[int(number)])

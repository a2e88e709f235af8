"""What moves over time: the trend, the absences without a word, and the year before."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from domain import clock, statistics
from domain.statistics import Figures
from ui import charts, format
from ui.charts import BEFORE, NOW, OFFERED, PRESENT, REFUSED, WAITING, Chart
from ui.i18n import _
from ui.tables import Column

Rows = pd.DataFrame


def trend(rows: Rows, grain: str) -> list[Chart]:
    """Offered, booked and present; then what was asked in vain: waiting and refused."""
    drawn = _without_holes(rows, grain)
    said = {name: _sum_in_words(rows, name) for name in ("offered", "booked", "present", "waiting", "refused")}
    seats = go.Figure()
    styles = (("offered", OFFERED, "dot", "line-ns"), ("booked", NOW, "solid", "circle"), ("present", PRESENT, "dash", "square"))
    for name, colour, dash, mark in styles:
        if rows[name].notna().any():
            _line(seats, drawn, name, _label(name), grain, colour, dash, mark)
    vain = go.Figure()
    for name, colour, hatch in (("waiting", WAITING, ""), ("refused", REFUSED, "/")):
        if rows[name].notna().any():
            vain.add_bar(
                **_points(rows, name, _label(name), grain), name=_label(name), marker={"color": colour, "pattern": {"shape": hatch}}
            )
    in_vain = rows.dropna(subset=["waiting", "refused"], how="all")
    return [
        Chart(
            key="evolution",
            title=_("Offered, booked and present"),
            figure=_finish(seats, drawn, grain) if seats.data else None,
            words=_("Over the period: {offered} seats offered, {booked} booked, {present} children present.", **said),
            note=_grain_note(grain) + " " + _("A seat is one child, one day, one slot. What is not known leaves a gap."),
            table=rows[["day", "offered", "booked", "present"]],
            columns=_columns(grain, "offered", "booked", "present"),
        ),
        Chart(
            key="demandes",
            title=_("Waiting and refused"),
            figure=_finish(vain, in_vain, grain, height=260, barmode="stack") if vain.data else None,
            words=_("Over the period: {waiting} still waiting, {refused} refused for want of room.", **said),
            note=_grain_note(grain) + " " + _("Waiting: entries that are still open; refused: requests turned down for want of room."),
            table=in_vain[["day", "waiting", "refused"]],
            columns=_columns(grain, "waiting", "refused"),
        ),
    ]


def absences(rows: Rows, grain: str) -> Chart:
    """The share of bookings whose child was away without a word."""
    figure = go.Figure(
        go.Bar(
            x=rows["day"],
            y=rows["no_show_rate"] * 100,
            marker={"color": NOW},
            customdata=[
                _("{when}<br>Absent without a word: {rate} ({count} of {booked})").format(
                    when=_when(row["day"], grain),
                    rate=format.percent(row["no_show_rate"], 1),
                    count=format.number(row["no_show"]),
                    booked=format.number(row["booked"]),
                )
                for row in rows.to_dict("records")
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    words = _("Absences without a word: not known over this period.")
    if len(rows):
        mean, most = rows["no_show"].sum() / rows["booked"].sum(), rows.sort_values("no_show_rate").iloc[-1]
        words = _(
            "Absences without a word: {mean} of the bookings over the period, {most} at most ({when}).",
            mean=format.percent(mean, 1),
            most=format.percent(most["no_show_rate"], 1),
            when=_when(most["day"], grain),
        )
    return Chart(
        key="absences",
        title=_("Absences without a word"),
        figure=_finish(figure, rows, grain, height=320, unit="\u202f%") if len(rows) else None,
        words=words,
        note=_grain_note(grain) + " " + _("Booked, absent and not told ÷ booked seats, over the days whose attendance was taken."),
        table=rows,
        columns={**_columns(grain, "booked", "no_show"), "no_show_rate": Column(_("Absent without a word"), "percent")},
    )


def year_before(figures: Figures, grain: str, measure: str, name: str) -> Chart:
    """A measure beside the same weekdays of the year before."""
    rows = statistics.compare(figures, grain, measure)
    drawn = _without_holes(rows, grain)
    figure = go.Figure()
    _line(figure, drawn, "now", _("This period"), grain, NOW, "solid", "circle")
    if rows["before"].notna().any():
        _line(figure, drawn, "before", _("Year before"), grain, BEFORE, "dash", "diamond-open")
    until = min(figures.selection.until_on, clock.today())
    total = statistics.compare_totals(figures, until, [measure]).loc[measure].to_dict()
    facts: dict[str, Any] = {"name": name, "until": format.short_day(until)}
    facts |= {side: format.number(None if format.unknown(total[side]) else round(total[side])) for side in ("now", "before")}
    if format.unknown(total["change"]):
        words = _("{name} up to {until}: {now}; the year before: {before}.", **facts)
    else:
        change = ("+" if total["change"] > 0 else "") + format.percent(total["change"], 1)
        words = _("{name} up to {until}: {now}, against {before} the year before ({change}).", **facts, change=change)
    return Chart(
        key="annee-precedente",
        title=_("{name}: this period and the year before", name=name),
        figure=_finish(figure, drawn, grain) if len(rows) else None,
        words=words,
        note=_grain_note(grain)
        + " "
        + _("Each day stands beside the same weekday of the same week, 364 days earlier: holidays that moved are not brought together."),
        table=rows,
        columns={
            "day": Column(_GRAINS_OF[grain](), write=format.short_day),
            "now": Column(_("This period"), "number"),
            "before": Column(_("Year before"), "number"),
        },
    )


_GRAINS_OF = {"day": lambda: _("Day"), "week": lambda: _("Week of"), "month": lambda: _("Month of")}


def _without_holes(rows: Rows, grain: str) -> Rows:
    """The rows with empty ones where a week or a month has none, so that a line breaks over the holidays."""
    if rows.empty or grain == "day":
        return rows
    every = pd.date_range(rows["day"].min(), rows["day"].max(), freq="7D" if grain == "week" else "MS")
    return rows.set_index("day").reindex(every).rename_axis("day").reset_index()


def _line(figure: go.Figure, rows: Rows, column: str, name: str, grain: str, colour: str, dash: str, mark: str) -> None:
    figure.add_scatter(
        **_points(rows, column, name, grain),
        name=name,
        mode="lines+markers",
        line={"color": colour, "dash": dash, "width": 2},
        marker={"symbol": mark, "size": 6},
        connectgaps=False,
    )


def _points(rows: Rows, column: str, name: str, grain: str) -> dict[str, Any]:
    return {
        "x": rows["day"],
        "y": rows[column],
        "customdata": [
            f"{_when(day, grain)}<br>{name} : {format.number(round(count))}" if count == count else ""
            for day, count in zip(rows["day"], rows[column], strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _finish(figure: go.Figure, rows: Rows, grain: str, height: int = 380, unit: str = "", **layout: Any) -> go.Figure:
    chosen, names = charts.ticks([day.date() for day in rows["day"]], grain)
    across = {"tickvals": chosen, "ticktext": names, "showgrid": False}
    return charts.dress(figure, height=height, x=across, y={"rangemode": "tozero", "tickformat": ",", "ticksuffix": unit}, **layout)


def _when(day: Any, grain: str) -> str:
    return charts.when(day.date(), grain)


def _sum_in_words(rows: Rows, column: str) -> str:
    total = rows[column].sum(min_count=1)
    return format.number(None if format.unknown(total) else round(total))


def _label(name: str) -> str:
    return {
        "offered": _("Offered seats"),
        "booked": _("Booked seats"),
        "present": _("Children present"),
        "waiting": _("Waiting"),
        "refused": _("Requests refused"),
        "no_show": _("Absent without a word"),
    }[name]


def _columns(grain: str, *names: str) -> dict[str, Column]:
    first = Column(_GRAINS_OF[grain](), write=format.short_day)
    return {"day": first, **{name: Column(_label(name), "number") for name in names}}


def _grain_note(grain: str) -> str:
    return {"day": _("Day by day."), "week": _("Week by week, from Monday."), "month": _("Month by month.")}[grain]

"""Charts: a frame in, a figure out, with the same thing in words and as a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ui import format, screen, tables
from ui.i18n import _
from ui.tables import Column

# Told apart by whoever does not tell red from green, and by dash, mark or hatching besides.
NOW, BEFORE, OFFERED, PRESENT, WAITING, REFUSED = "#0b655f", "#c8501e", "#555f6b", "#c8501e", "#1f6fb2", "#a03060"
SCALE = "Cividis"
Axis = dict[str, Any]
_TICKS = 6
_INK = "#111418"


@dataclass(frozen=True)
class Chart:
    """A figure (None where nothing is known), what it says in words, the note under it, and its table."""

    key: str
    title: str
    figure: go.Figure | None
    words: str
    note: str
    table: pd.DataFrame
    columns: Mapping[str, Column]


def show(chart: Chart, *, as_table: bool, rows: Callable[[], pd.DataFrame]) -> None:
    """Draws a chart, or its table, with its words under it and its way to Excel. `rows` makes the table anew when it is taken."""
    screen.section(format.plain(chart.title))
    st.markdown(format.plain(chart.words))
    if chart.table.empty:
        screen.empty(_("Nothing is known of this period."))
        return
    if as_table:
        tables.show(chart.table, columns=chart.columns, key=f"table-{chart.key}", alt=chart.title)
    elif chart.figure is None:
        screen.empty(_("There is nothing to draw; the table says what is known."))
    else:
        st.plotly_chart(chart.figure, key=f"chart-{chart.key}", alt=chart.words, config=_config(chart.key))
    st.caption(chart.note)
    tables.excel(_("Take this table to Excel"), f"{chart.key}.xlsx", rows, columns=chart.columns, key=f"excel-{chart.key}")


def dress(figure: go.Figure, *, height: int = 380, top: int = 36, x: Axis | None = None, y: Axis | None = None, **layout: Any) -> go.Figure:
    """What every figure shares: French numbers, room for long words, a legend above; and what is its own of axes and layout.

    Set at once: each update costs milliseconds.
    """
    axis = {"automargin": True, "fixedrange": True, "tickfont": {"color": _INK}}
    figure.layout = dict(
        height=height,
        margin={"l": 8, "r": 8, "t": top, "b": 40},
        separators=",\u202f",
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        hoverlabel={"align": "left"},
        dragmode=False,
        font={"color": _INK},
        xaxis=axis | {"tickangle": 0} | (x or {}),
        yaxis=axis | (y or {}),
        **layout,
    )
    return figure


def ticks(starts: Sequence[date], grain: str, most: int = _TICKS) -> tuple[list[date], list[str]]:
    """Some of the days, evenly apart, and their names: `2 mars`, or `mars`, with the year below where it begins."""
    step = max(1, -(-len(starts) // most))
    chosen = list(starts[::step])
    names, year = [], None
    for start in chosen:
        told = format.dated(start, "LLL" if grain == "month" else "d MMM")
        names.append(told if start.year == year else f"{told}<br>{start.year}")
        year = start.year
    return chosen, names


def when(start: date, grain: str) -> str:
    """`lundi 2 mars 2026`, `semaine du 2 mars 2026`, `mars 2026`"""
    if grain == "month":
        return format.month(start)
    return _("week of {day}", day=format.short_day(start)) if grain == "week" else format.day(start)


def _config(name: str) -> dict[str, Any]:
    return {
        "displaylogo": False,
        "toImageButtonOptions": {"format": "png", "filename": f"farandole-{name}", "scale": 2, "width": 1200, "height": 600},
        "modeBarButtons": [["toImage"]],
        "displayModeBar": True,
    }

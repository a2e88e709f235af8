"""Supervision: the adults that each day needs at its peak, beside those that are planned."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from db.models import Account
from db.session import reading
from domain import staffing
from domain.refusals import NotAllowed
from ui import charts, format
from ui.charts import Chart
from ui.i18n import _, n_
from ui.tables import Column

WEEKS = timedelta(27)
NEEDED, MISSING, PLANNED = "#8fbdb8", "#a3123a", "#111418"


def need(days: pd.DataFrame, site: str) -> Chart:
    """The days of one site, out of `domain.staffing.needs`: adults required (the missing ones hatched), and the plan."""
    table = days.assign(state=[state_words(row["missing"]) for row in days.to_dict("records")])
    return Chart(
        key="encadrement",
        title=_("Adults needed at {site}", site=site),
        figure=_figure(days) if len(days) else None,
        words=in_words(days),
        note=_(
            "Needed at the busiest moment of the day, from the ratios of the Code de l’action sociale et des familles (R.227-15 and "
            "R.227-16) in force on that day: children booked (or present, if more came) under six and from six on, each rounded up. A day "
            "of more than five hours in a row has the ratio of long days; slots an hour apart at most follow one another. Above fifty "
            "children the director comes on top. At least half of the adults are qualified (R.227-12)."
        ),
        table=table[["day", "at", "under_six", "six_and_over", "required", "qualified", "unqualified", "planned", "missing", "state"]],
        columns={
            "day": Column(_("Day"), write=format.day),
            "state": Column(_("Compared with the plan")),
            "required": Column(_("Adults needed"), "number"),
            "planned": Column(_("Adults planned"), "number"),
            "at": Column(_("Peak at"), write=format.clock_time),
            "under_six": Column(_("Under six"), "number"),
            "six_and_over": Column(_("Six and over"), "number"),
            "qualified": Column(_("Qualified, at least"), "number"),
            "unqualified": Column(_("Unqualified, at most"), "number"),
        },
    )


def taken(by: Account | None, monday: date, site_id: int) -> pd.DataFrame:
    """The table of a site's four weeks, read again for the person who takes it to Excel."""
    if by is None:
        raise NotAllowed("capacity")
    with reading() as session:
        days = staffing.needs(session, by, monday, monday + WEEKS, [site_id])
    return need(days, "").table


def state_words(missing: object) -> str:
    """`▲ 2 adults missing`, `✓ enough`, `○ nothing planned`"""
    if pd.isna(missing):  # type: ignore[call-overload]
        return "○ " + _("nothing planned")
    return "▲ " + n_("{count} adult missing", "{count} adults missing", int(missing)) if missing else "✓ " + _("enough")  # type: ignore[call-overload]


def in_words(days: pd.DataFrame) -> str:
    """How many days want adults, and how many have no plan."""
    if days.empty:
        return _("No child is expected in these four weeks.")
    short, unplanned = int((days["missing"] > 0).sum()), int(days["planned"].isna().sum())
    most = days.sort_values("required").iloc[-1]
    told = [
        n_("{count} day with children", "{count} days with children", len(days)),
        n_("{count} day where adults are missing", "{count} days where adults are missing", short),
        n_("{count} day without a plan", "{count} days without a plan", unplanned),
    ]
    return _(
        "{days}. At most {required} adults, on {day}.",
        days=", ".join(told),
        required=format.number(most["required"]),
        day=format.day(most["day"]),
    )


def _figure(days: pd.DataFrame) -> go.Figure:
    said = [
        _("{day}<br>{required} adults needed at {time} for {under_six} children under six and {over} from six on<br>{state}").format(
            day=format.day(row["day"]),
            required=row["required"],
            time=format.clock_time(row["at"]),
            under_six=row["under_six"],
            over=row["six_and_over"],
            state=state_words(row["missing"]),
        )
        for row in days.to_dict("records")
    ]
    missing = days["missing"].fillna(0).astype(int)
    shared = {"x": days["day"], "customdata": said, "hovertemplate": "%{customdata}<extra></extra>"}
    traces: list[Any] = [go.Bar(y=days["required"] - missing, name=_("Adults needed"), marker={"color": NEEDED}, **shared)]
    if missing.any():
        traces.append(go.Bar(y=missing, name=_("Missing adults"), marker={"color": MISSING, "pattern": {"shape": "x"}}, **shared))
    if days["planned"].notna().any():
        mark = {"symbol": "line-ew", "size": 18, "line": {"width": 3, "color": PLANNED}}
        planned = days["planned"].to_numpy(dtype=float, na_value=float("nan"))
        traces.append(go.Scatter(y=planned, name=_("Adults planned"), mode="markers", marker=mark, **shared))
    figure = go.Figure(traces)
    chosen, names = charts.ticks(list(days["day"]), "day")
    across = {"tickvals": chosen, "ticktext": names, "showgrid": False}
    return charts.dress(figure, height=340, x=across, y={"rangemode": "tozero"}, barmode="stack")

"""The school year: its heat map, what it says in words, and its months as a table."""

from datetime import date

import pandas as pd
import streamlit as st

from ui import capacity, format, tables
from ui.capacity import grid
from ui.charts import capacity as chart
from ui.i18n import _
from ui.tables import Column


def show(days: pd.DataFrame) -> tuple[int, date] | None:
    """Draws the year, and gives the activity and the month that were just chosen."""
    words = chart.in_words(days)
    st.markdown(words)
    capacity.legend()
    st.plotly_chart(chart.year(days), key="year", alt=words, config={"displaylogo": False})
    months = chart.by_month(days)
    columns = {
        "month": Column(_("Month"), write=lambda day: format.month(day).capitalize()),
        "activity": Column(_("Activity")),
        "days": Column(_("Days"), "number"),
        "full_days": Column(_("Days full"), "number"),
    } | {name: column for name, column in grid.figures().items() if name != "state"}
    chosen = tables.show(months, columns=columns, key="months", alt=_("Months of the year"), select="one")
    if not chosen:
        return None
    row = months.iloc[chosen[0]]
    return int(row["activity_id"]), row["month"].date()

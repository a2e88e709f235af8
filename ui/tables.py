"""Tables: one page of rows on the screen, all of them to Excel."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import streamlit as st

from db.settings import settings
from ui import access, format
from ui.i18n import _
from ui.painted import painted

Kind = Literal["text", "money", "day", "instant", "number", "percent", "link", "flag"]
_WRITERS: dict[str, Callable[[Any], str]] = {
    "money": lambda euros: format.euros(None if format.unknown(euros) else round(euros * 100)),
    "day": format.short_day,
    "instant": format.instant,
    "number": format.number,
    "percent": format.percent,
    "flag": lambda value: _("Yes") if value else _("No"),
}
_EXCEL_FORMATS = {"money": '#,##0.00 "€"', "day": "dd/mm/yyyy", "instant": "dd/mm/yyyy hh:mm", "percent": "0 %"}


@dataclass(frozen=True)
class Column:
    """How a column of a frame is shown. `money` is in whole cents, `percent` a ratio, `instant` aware UTC."""

    label: str
    kind: Kind = "text"
    width: Literal["small", "medium", "large"] | int | None = None
    help: str | None = None
    write: Callable[[Any], str] | None = None
    pinned: bool = False
    link_text: str | None = None


def show(
    frame: pd.DataFrame,
    *,
    columns: Mapping[str, Column],
    key: str,
    alt: str,
    select: Literal["one", "many"] | None = None,
    height: int | Literal["auto"] = "auto",
) -> list[int]:
    """Shows the named columns of a page of rows, in that order, and gives the positions of the chosen rows.

    `alt` says in one sentence what the table holds. Columns that are not named are not sent to the browser.
    """
    shown = pd.DataFrame({name: _for_readers(frame[name], column) for name, column in columns.items()}, index=frame.index)
    writers = {name: writer for name, column in columns.items() if (writer := column.write or _WRITERS.get(column.kind))}
    words = {name: [write(value) for value in shown[name]] for name, write in writers.items() if not _is_code(frame[name], columns[name])}
    data: Any = painted(shown, words=words) if words and not shown.empty else shown
    settings: dict[str, Any] = {
        "hide_index": True,
        "column_config": {name: _config(column) for name, column in columns.items()},
        "key": key,
        "alt": alt,
        "width": "stretch",
        "height": height,
        "placeholder": format.NOTHING,
    }
    if select is None:
        st.dataframe(data, **settings)
        return []
    mode: Any = "single-row" if select == "one" else "multi-row"
    state = st.dataframe(data, on_select="rerun", selection_mode=mode, **settings)
    return [position for position in state["selection"]["rows"] if position < len(frame)]


def excel(
    label: str,
    file_name: str,
    make_frame: Callable[[], pd.DataFrame],
    *,
    columns: Mapping[str, Column] | None = None,
    key: str | None = None,
) -> None:
    """A button that takes rows to Excel. `make_frame` is called when the button is pressed, in its own reading; it checks rights itself."""
    st.download_button(
        label,
        data=access.later(lambda: workbook(make_frame(), columns)),
        file_name=file_name,
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        on_click="ignore",
        icon=":material/download:",
        key=key or f"excel-{file_name}",
    )


def workbook(frame: pd.DataFrame, columns: Mapping[str, Column] | None = None) -> bytes:
    """The frame as an .xlsx file: real numbers, days and euros, a fixed first line, filters. No text becomes a formula."""
    chosen = columns or {str(name): Column(str(name)) for name in frame.columns}
    sheet_of = pd.DataFrame({name: _for_excel(frame[name], column) for name, column in chosen.items()})
    held = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with pd.ExcelWriter(held, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        sheet_of.to_excel(writer, index=False, header=False, startrow=1, sheet_name="Farandole")
        book, sheet = writer.book, writer.sheets["Farandole"]
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        for position, column in enumerate(chosen.values()):
            sheet.write_string(0, position, column.label, head)
            cells = book.add_format({"num_format": _EXCEL_FORMATS[column.kind]}) if column.kind in _EXCEL_FORMATS else None
            sheet.set_column(position, position, max(12, min(40, len(column.label) + 4)), cells)
        sheet.freeze_panes(1, 0)
        if len(sheet_of):
            sheet.autofilter(0, 0, len(sheet_of), len(chosen) - 1)
    return held.getvalue()


def _config(column: Column) -> Any:
    shared: dict[str, Any] = {"width": column.width, "help": column.help, "pinned": column.pinned}
    if column.kind == "link":
        return st.column_config.LinkColumn(column.label, display_text=column.link_text, **shared)
    if column.kind in ("money", "number", "percent") and column.write is None:
        return st.column_config.NumberColumn(column.label, **shared)
    return st.column_config.Column(column.label, **shared)


def _is_code(values: "pd.Series[Any]", column: Column) -> bool:
    """Whether a column holds codes, of which only the words are to reach anybody."""
    return column.write is not None and any(isinstance(value, str | dict) for value in values)


def _for_readers(values: "pd.Series[Any]", column: Column) -> "pd.Series[Any]":
    """What the table beside the painted one holds, which screen readers read and the clipboard takes: words, euros, the hour of here."""
    if column.write and _is_code(values, column):
        return values.map(column.write)
    if column.kind == "money" and not column.write:
        return pd.to_numeric(values) / 100
    if column.kind == "instant" and not column.write:
        return pd.to_datetime(values, utc=True).dt.tz_convert(settings().zone)
    return values


def _for_excel(values: "pd.Series[Any]", column: Column) -> "pd.Series[Any]":
    if column.kind == "money":
        return pd.to_numeric(values) / 100
    if column.kind == "instant":
        return pd.to_datetime(values, utc=True).dt.tz_convert(settings().zone).dt.tz_localize(None)
    if column.write:
        return values.map(column.write)
    if column.kind == "flag":
        return values.map(_WRITERS["flag"])
    return values

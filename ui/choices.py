"""What a person chose to look at, kept in the address: filters, weeks, tabs, sorts and pages.

The address holds codes, never labels, so that it means the same in every language. A value that is not among the options changes
nothing. Each widget mirrors the address in `st.session_state` under a key of its own (docs/decisions/0007). Never give a name or an
e-mail typed by somebody to these functions: a search stays in its own `st.text_input`.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Literal, TypeVar

import streamlit as st

from ui import format
from ui.i18n import _, n_

T = TypeVar("T")
Look = Literal["select", "buttons", "radio"]
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


def one(
    label: str,
    options: Sequence[T],
    *,
    key: str,
    default: T | None = None,
    format: Callable[[T], str] = str,
    look: Look = "select",
    hidden_label: bool = False,
) -> T:
    """One of the options (codes: numbers or words). `default` is the first option if not given; it is left out of the address.

    Raises ValueError when there is no option to choose from.
    """
    if not options:
        raise ValueError(f"nothing to choose from: {key}")
    usual = options[0] if default is None or default not in options else default
    asked = st.query_params.get(key)
    current = next((option for option in options if str(option) == asked), usual)
    widget = _widget(key)
    st.session_state[widget] = current
    shared: dict[str, Any] = {
        "format_func": format,
        "key": widget,
        "on_change": _write,
        "args": (key, str(usual)),
        "label_visibility": "collapsed" if hidden_label else "visible",
    }
    if look == "buttons":
        st.segmented_control(label, options, required=True, **shared)
    elif look == "radio":
        st.radio(label, options, horizontal=True, **shared)
    else:
        st.selectbox(label, options, **shared)
    return current


def several(label: str, options: Sequence[T], *, key: str, format: Callable[[T], str] = str, placeholder: str | None = None) -> list[T]:
    """Some of the options, in their order; none chosen is an empty list, which a page may read as "all"."""
    asked = set(filter(None, st.query_params.get(key, "").split(",")))
    current = [option for option in options if str(option) in asked]
    widget = _widget(key)
    st.session_state[widget] = current
    st.multiselect(
        label,
        options,
        format_func=format,
        key=widget,
        on_change=_write,
        args=(key, ""),
        placeholder=placeholder or _("All"),
    )
    return current


def day(label: str, *, key: str, default: date, least: date | None = None, most: date | None = None) -> date:
    """A day, between `least` and `most`: the years 2000 to 2100 if not given."""
    least, most = least or EARLIEST, most or LATEST
    asked = _day_of(st.query_params.get(key))
    current = asked if asked and least <= asked <= most else default
    widget = _widget(key)
    st.session_state[widget] = current
    st.date_input(
        label,
        key=widget,
        min_value=least,
        max_value=most,
        format="DD/MM/YYYY",
        on_change=_write,
        args=(key, default.isoformat()),
    )
    return current


def flag(label: str, *, key: str, default: bool = False, help: str | None = None) -> bool:
    """A box ticked or not."""
    current = {"1": True, "0": False}.get(st.query_params.get(key, ""), default)
    widget = _widget(key)
    st.session_state[widget] = current
    st.checkbox(label, key=widget, help=help, on_change=_write, args=(key, "1" if default else "0"))
    return current


def asked_page(total: int | None = None, size: int = 50, *, key: str = "page") -> int:
    """The page that the address asks for, from 1, and not past the last one where the `total` of rows is known: for a query that runs
    before the pages are drawn."""
    asked = min(max(1, number(key) or 1), 999_999)
    return asked if total is None else min(asked, max(1, -(-total // size)))


def page(total: int, size: int = 50, *, key: str = "page") -> int:
    """The page looked at, from 1; draws the pages to choose from, and how many rows there are. For `OFFSET (page - 1) * size`."""
    pages, current = max(1, -(-total // size)), asked_page(total, size, key=key)
    if pages > 1:
        widget = _widget(key)
        if st.session_state.get(widget, current) != current:
            st.session_state[widget] = current
        with st.container(horizontal=True, vertical_alignment="center"):
            st.pagination(pages, default=current, key=widget, width=300, on_change=_write, args=(key, "1"))
            first, last = (current - 1) * size + 1, min(current * size, total)
            st.caption(_("{first} to {last} of {total}", first=format.number(first), last=format.number(last), total=format.number(total)))
    return current


def count(total: int) -> None:
    """Says how many rows there are, under a table that has no pages."""
    st.caption(n_("{count} line", "{count} lines", total))


def put(**chosen: Any) -> None:
    """Changes choices in the address from a button's callback: None takes one away."""
    for key, value in chosen.items():
        if value is None:
            st.query_params.pop(key, None)
        else:
            st.query_params[key] = _code(value)


def read(key: str) -> str | None:
    """A choice as it stands in the address, for pages whose choice is not a widget (a cell, a row). Never trust it."""
    return st.query_params.get(key)


def number(key: str) -> int | None:
    """A number of a thing (a family, a place, a day) as it stands in the address; None when it is missing or no such number."""
    asked = st.query_params.get(key, "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None


def _widget(key: str) -> str:
    return f"choice-{key}"


def _write(key: str, usual: str) -> None:
    value = st.session_state[_widget(key)]
    if value is None or _code(value) == usual:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = _code(value)
    if key != "page":
        st.query_params.pop("page", None)


def _code(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list | tuple):
        return ",".join(_code(part) for part in value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _day_of(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None

"""Cells with words and colours of their own, for `st.dataframe`.

Streamlit takes them from a pandas Styler, whose own way to them costs several times what all the rest of a screen does: it formats every
cell by a function and reads every cell's row anew. What Streamlit asks of it (`_compute`, then `_translate`) is answered here directly.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler


def painted(frame: pd.DataFrame, *, words: Mapping[str, Sequence[str]] | None = None, css: Sequence[Sequence[str]] = ()) -> Styler:
    """A Styler that shows the frame: `words` in place of the values of some columns, `css` for each cell, line by line."""
    place = {name: number for number, name in enumerate(frame.columns)}
    body = [
        [{"id": f"row{row}_col{place[name]}", "display_value": told} for row, told in enumerate(column)]
        for name, column in (words or {}).items()
    ]
    cells: dict[str, list[str]] = defaultdict(list)
    for row, line in enumerate(css):
        for column, style in enumerate(line):
            cells[style].append(f"row{row}_col{column}")
    drawn = {"body": body, "cellstyle": [{"props": _props(style), "selectors": chosen} for style, chosen in cells.items() if style]}
    styler = object.__new__(Styler)  # its __init__ makes a function for each cell
    vars(styler).update(data=frame, uuid=None, caption=None, _compute=lambda: styler, _translate=lambda *_sparse: drawn)
    return styler


def _props(style: str) -> list[tuple[Any, ...]]:
    return [tuple(part.strip() for part in rule.split(":", 1)) for rule in style.split(";") if rule.strip()]

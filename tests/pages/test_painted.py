"""Painted cells reach the browser as those of pandas' own Styler would."""

import io
from datetime import date

import pandas as pd
import pyarrow as pa
from streamlit.elements.lib.pandas_styler_utils import marshall_styler
from streamlit.proto.ArrowData_pb2 import ArrowData

from ui import format
from ui.painted import painted

FRAME = pd.DataFrame({"name": ["Benali", "Lefèvre"], "due": [12.5, -3.0], "note": ["", None], "day": [date(2026, 3, 2), None]})


def shown(proto: ArrowData) -> list[dict[str, object]]:
    return pa.ipc.open_stream(io.BytesIO(proto.styler.display_values)).read_all().to_pylist()


def test_words_stand_in_place_of_values_as_pandas_puts_them() -> None:
    write = {"due": lambda euros: f"{euros:.2f} €", "day": lambda day: format.NOTHING if format.unknown(day) else f"{day:%d/%m/%Y}"}
    ours, theirs = ArrowData(), ArrowData()
    marshall_styler(ours, painted(FRAME, words={name: [told(value) for value in FRAME[name]] for name, told in write.items()}), "1")
    marshall_styler(theirs, FRAME.style.format(write), "1")  # type: ignore[arg-type]
    for name in ("name", "due", "day"):
        assert [row[name] for row in shown(ours)] == [row[name] for row in shown(theirs)]
    assert [row["due"] for row in shown(ours)] == ["12.50 €", "-3.00 €"]


def test_colours_fall_on_the_cells_where_pandas_puts_them() -> None:
    css = [["color: #111418", "", "", "background-color: #e3f1e6; color: #111418"], ["color: #111418", "color: red", "", ""]]
    frame = FRAME.astype(str)
    ours, theirs = ArrowData(), ArrowData()
    marshall_styler(ours, painted(frame, css=css), "1")
    marshall_styler(theirs, frame.style.set_uuid("1").apply(lambda _all: pd.DataFrame(css, columns=frame.columns), axis=None), "1")
    assert rules(ours) == rules(theirs)
    assert len(rules(ours)) == 3


def rules(proto: ArrowData) -> set[tuple[frozenset[str], frozenset[str]]]:
    found = set()
    for rule in proto.styler.styles.splitlines():
        where, what = rule.rstrip(" }").split(" { ")
        found.add((frozenset(where.split(", ")), frozenset(part.replace(": ", ":").strip() for part in what.split(";"))))
    return found

"""Times that alternate with a bare reference, and the number of queries behind them."""

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from db.session import engine

ROUNDS, SECONDS = 41, 4.0
_NO_QUERIES = ("PRAGMA", "BEGIN", "COMMIT", "ROLLBACK")


@dataclass
class Taken:
    """What a measure took: median and quickest round in milliseconds, the bare reads beside it, queries, rows of the frame."""

    ms: float
    best_ms: float
    bare_ms: float
    same_ms: float
    queries: int
    rows: int

    @property
    def ratio(self) -> float:
        """To the bare read of the same rows."""
        return self.ms / self.bare_ms if self.bare_ms else float("nan")


@dataclass
class Heard:
    """The statements that went to the database."""

    statements: list[tuple[str, Any]] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Heard]:
    """Counts the statements of a block."""
    heard = Heard()

    def hear(_c: Any, _u: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
        if not statement.lstrip().upper().startswith(_NO_QUERIES):
            heard.statements.append((statement, parameters))

    event.listen(engine(), "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine(), "before_cursor_execute", hear)


def measure(act: Callable[[], int], bare: Callable[[Any], None]) -> Taken:
    """Runs `act` (which gives its number of rows), the bare read, and the act's own statements on a bare cursor, in turn."""
    act()
    with listening() as heard:
        rows = act()
    times: dict[str, list[float]] = {"act": [], "bare": [], "same": []}
    begun = time.perf_counter()
    with engine().connect() as connection:
        raw: Any = connection.connection.driver_connection
        bare(raw)
        while len(times["act"]) < ROUNDS and (time.perf_counter() - begun < SECONDS or len(times["act"]) < 5):
            times["act"].append(_timed(act))
            times["bare"].append(_timed(lambda: bare(raw)))
            times["same"].append(_timed(lambda: replay(raw, heard)))
    ms = {name: statistics.median(values) * 1000 for name, values in times.items()}
    return Taken(ms["act"], min(times["act"]) * 1000, ms["bare"], ms["same"], len(heard.statements), rows)


def replay(raw: Any, heard: Heard) -> None:
    """The same statements on a bare cursor, every row fetched."""
    cursor = raw.cursor()
    for statement, parameters in heard.statements:
        if "pg_catalog" in statement:  # a frame's look into the catalogue, whose parameters no cursor takes
            continue
        cursor.execute(statement, parameters)
        cursor.fetchall()
    cursor.close()


def fetch(raw: Any, statement: str, parameters: tuple[Any, ...] = ()) -> None:
    """One statement on a bare cursor, every row fetched. `?` stands for a place on both databases."""
    cursor = raw.cursor()
    cursor.execute(statement if "sqlite" in type(raw).__module__ else statement.replace("?", "%s"), parameters)
    cursor.fetchall()
    cursor.close()


def machine() -> str:
    """The machine in one line: processor, cores, load, and how many small writes a second reach its disk."""
    name = platform.processor() or platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        name = next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), name)
    load = os.getloadavg()[0]
    return f"{name}, {os.cpu_count()} cores, load {load:.1f}, {fsyncs():,.0f} fsync/s, Python {platform.python_version()}"


def fsyncs() -> float:
    """Writes of 4 KiB that reach the disk, a second."""
    with tempfile.NamedTemporaryFile(dir=os.getcwd()) as file:
        begun, count = time.perf_counter(), 0
        while time.perf_counter() - begun < 0.5:
            file.write(b"\0" * 4096)
            file.flush()
            os.fsync(file.fileno())
            count += 1
        return count / (time.perf_counter() - begun)


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun

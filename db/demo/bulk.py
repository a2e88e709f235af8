"""Columns in, rows kept: the fast way into an empty database, in one transaction.

Indexes and foreign keys are put aside while the rows come in and made again from their own definitions before the end. PostgreSQL gets
its rows by COPY, SQLite by `executemany`. Every column goes in the form in which the models would have written it.
"""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.csv as pa_csv  # type: ignore[import-untyped]
from sqlalchemy import JSON, Boolean, Column, Date, LargeBinary, Table, Time

from db.base import Base, Instant
from db.session import engine

_EPOCH = np.datetime64("1970-01-01", "D")
_SECONDS = np.array([f" {s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}.000000" for s in range(86400)], dtype=object)


class Loader:
    """Takes the columns of a model and keeps its rows; hands out the ids."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.following: dict[str, int] = {}

    def ids(self, model: type[Base], count: int) -> Any:
        """The next `count` ids of a model, as whole numbers in their order."""
        first = self.following.get(model.__tablename__, 1)
        self.following[model.__tablename__] = first + count
        return np.arange(first, first + count, dtype=np.int64)

    def columns(self, model: type[Base], **given: Any) -> None:
        """Keeps rows given as columns of one length; a single value stands for all rows. Left out: the default, or NULL.

        Days are `datetime64[D]`, instants `datetime64[s]` in UTC, empty ones NaT. Raises TypeError on a column that needs a value.
        """
        table = model.__table__
        assert isinstance(table, Table)
        count = next((len(value) for value in given.values() if _is_many(value)), 1)
        if not count:
            return
        unknown = set(given) - {column.name for column in table.columns}
        if unknown:
            raise TypeError(f"{table.name} has no {', '.join(sorted(unknown))}")
        filled: dict[str, Any] = {}
        for column in table.columns:
            if column.name in given:
                filled[column.name] = given[column.name]
            elif column.default is not None and column.default.is_scalar:
                filled[column.name] = column.default.arg
            elif column.name == "id":
                filled["id"] = self.ids(model, count)
            elif not column.nullable:
                raise TypeError(f"{table.name}.{column.name} needs a value")
        whole = {name: value if _is_many(value) else _repeat(value, count) for name, value in filled.items()}
        self._write(table, whole, count)
        self.counts[table.name] = self.counts.get(table.name, 0) + count

    def rows(self, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Keeps a few rows given one by one, all with the same columns; gives their ids when the model has them."""
        if not rows:
            return []
        given = {name: [row[name] for row in rows] for name in rows[0]}
        ids: list[int] = []
        if "id" in model.__table__.columns and "id" not in given:
            ids = self.ids(model, len(rows)).tolist()
            given["id"] = ids
        self.columns(model, **given)
        return ids

    def _write(self, table: Table, columns: Mapping[str, Any], count: int) -> None:
        raise NotImplementedError


class _IntoSqlite(Loader):
    def __init__(self, connection: Any) -> None:
        super().__init__()
        self._connection = connection

    def _write(self, table: Table, columns: Mapping[str, Any], count: int) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" * len(columns))
        lists = [_for_sqlite(table.columns[name], value) for name, value in columns.items()]
        self._connection.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", zip(*lists, strict=True))  # noqa: S608 (our own names)


class _IntoPostgresql(Loader):
    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        super().__init__()
        self._connection = connection

    def _write(self, table: Table, columns: Mapping[str, Any], count: int) -> None:
        arrays = [_for_postgresql(table.columns[name], value) for name, value in columns.items()]
        frame = pa.table(arrays, names=list(columns))
        options = pa_csv.WriteOptions(include_header=False)
        names = ", ".join(f'"{name}"' for name in columns)
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN (FORMAT csv)") as copy:
            for first in range(0, count, 50_000):
                sink = io.BytesIO()
                pa_csv.write_csv(frame.slice(first, 50_000), sink, options)
                copy.write(sink.getbuffer())


@contextmanager
def bulk() -> Iterator[Loader]:
    """One transaction of bulk loading on the connected database: everything is kept at the end of the block, or nothing."""
    with engine().connect() as connection:
        raw: Any = connection.connection.driver_connection
        with _sqlite(raw) if engine().dialect.name == "sqlite" else _postgresql(raw) as loader:
            yield loader


@contextmanager
def _sqlite(raw: Any) -> Iterator[Loader]:
    raw.execute("PRAGMA query_only=OFF")
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute("BEGIN IMMEDIATE")
    try:
        indexes = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
        for name, _ in indexes:
            raw.execute(f'DROP INDEX "{name}"')
        yield _IntoSqlite(raw)
        for _, definition in indexes:
            raw.execute(definition)
        orphan = raw.execute("PRAGMA foreign_key_check").fetchone()
        if orphan:
            raise ValueError(f"a row of {orphan[0]} points to no row of {orphan[2]}")
        raw.execute("COMMIT")
        raw.execute("PRAGMA optimize=0x10002")
    finally:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raw.execute("PRAGMA foreign_keys=ON")


@contextmanager
def _postgresql(raw: "psycopg.Connection[Any]") -> Iterator[Loader]:
    with raw.transaction():
        for wait in ("statement_timeout", "idle_in_transaction_session_timeout"):
            raw.execute(f"SET LOCAL {wait} = 0")
        raw.execute("SET LOCAL maintenance_work_mem = '512MB'")
        keys = raw.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
        ).fetchall()
        for table, name, _ in keys:
            raw.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        indexes = raw.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u', 'x')) ORDER BY 1"
        ).fetchall()
        for name, _ in indexes:
            raw.execute(f'DROP INDEX "{name}"')
        loader = _IntoPostgresql(raw)
        yield loader
        for table, following in loader.following.items():
            raw.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, false)", (table, following))
        for _, definition in indexes:
            raw.execute(definition)
        for table, name, definition in keys:
            raw.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    raw.commit()
    raw.autocommit = True
    try:
        raw.execute("SET statement_timeout = 0")
        raw.execute("VACUUM (ANALYZE)")
    finally:
        raw.execute("RESET statement_timeout")
        raw.autocommit = False


def _is_many(value: Any) -> bool:
    return isinstance(value, np.ndarray | list | tuple)


def _repeat(value: Any, count: int) -> Any:
    if isinstance(value, np.datetime64 | bool | int):
        return np.full(count, value)
    return [value] * count


def _for_sqlite(column: Column[Any], values: Any) -> list[Any]:
    kind = column.type
    if isinstance(kind, Date | Instant):
        return _written(values, isinstance(kind, Instant))
    if isinstance(kind, Time):
        return [f"{value:%H:%M:%S}.000000" for value in values]
    if isinstance(kind, JSON):
        return [json.dumps(value) for value in values]
    if isinstance(kind, Boolean):
        return [None if value is None else int(value) for value in values]
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


def _written(values: Any, instant: bool) -> list[Any]:
    """Days and instants as SQLite keeps them, by look-up: a year has few days and a day few seconds."""
    moments = _moments(values, instant)
    days = moments.astype("datetime64[D]")
    different, place = np.unique(days, return_inverse=True)
    words = np.array([None if np.isnat(day) else str(day) for day in different], dtype=object)[place]
    if instant:
        full = ~np.isnat(days)
        seconds = (moments[full] - days[full]).astype("timedelta64[s]").astype(np.int64)
        words[full] = words[full] + _SECONDS[seconds]
    listed: list[Any] = words.tolist()
    return listed


def _moments(values: Any, instant: bool) -> Any:
    unit = "datetime64[s]" if instant else "datetime64[D]"
    return np.array(
        [np.datetime64("NaT") if value is None else value for value in values] if isinstance(values, list | tuple) else values, dtype=unit
    )


def _for_postgresql(column: Column[Any], values: Any) -> Any:
    kind = column.type
    if isinstance(kind, Instant):
        return pa.array(_moments(values, True))
    if isinstance(kind, Date):
        return pa.array(_moments(values, False))
    if isinstance(kind, Time):
        return pa.array([f"{value:%H:%M:%S}" for value in values])
    if isinstance(kind, JSON):
        return pa.array([json.dumps(value) for value in values])
    if isinstance(kind, LargeBinary):
        return pa.array(["\\x" + value.hex() for value in values])
    return pa.array(values)

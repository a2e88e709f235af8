"""The only two ways into the database: `reading()` looks, `writing()` acts.

A read never waits for a writer and never leaves a transaction open. A write is one transaction: it takes its turn at a
first-come-first-served gate (SQLite has one writer; PostgreSQL queues better outside than on row locks), begins as a writer at
once (`BEGIN IMMEDIATE` on SQLite, READ COMMITTED on PostgreSQL), and commits when the block ends without an exception.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

from db.models.settings import Revision
from db.settings import settings


class Gate:
    """Lets a fixed number of threads through, in the order of their coming."""

    def __init__(self, permits: int) -> None:
        self._free = permits
        self._queue: deque[threading.Lock] = deque()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            if self._free and not self._queue:
                self._free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        turn.acquire()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._free += 1


class _House:
    """The engine and the gate of this process."""

    engine: Engine | None = None
    look: Engine | None = None
    act: Engine | None = None
    gate = Gate(1)
    here = threading.local()


def connect(url: str | None = None, **options: Any) -> Engine:
    """Opens the engine of this process on a database address, closing the one before. Without address: DATABASE_URL."""
    address = make_url(url or settings().database_url)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    if _House.engine is not None:
        _House.engine.dispose()
    sqlite = address.get_backend_name() == "sqlite"
    if sqlite:
        if address.database and address.database != ":memory:":
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        timeouts = "-c statement_timeout=60000 -c lock_timeout=15000 -c idle_in_transaction_session_timeout=120000 -c timezone=UTC"
        engine = create_engine(
            address, **({"pool_size": 8, "max_overflow": 8, "pool_pre_ping": True} | options), connect_args={"options": timeouts}
        )
    _House.engine, _House.gate = engine, Gate(1 if sqlite else 4)
    _House.look, _House.act = engine.execution_options(postgresql_readonly=True), engine.execution_options(write=True)
    return engine


def engine() -> Engine:
    """The engine of this process, opened on first use."""
    return _House.engine or connect()


@contextmanager
def reading() -> Iterator[Session]:
    """A session that only looks. What is loaded stays usable after the block; a write inside it is refused by the database.

    It ends with a COMMIT of nothing: on a ROLLBACK, psycopg forgets the statements that PostgreSQL has prepared, and every look would
    be planned anew.
    """
    engine()
    with Session(_House.look, expire_on_commit=False, autoflush=False) as session:
        yield session
        if session.is_active:  # no write was refused
            session.expunge_all()
            session.commit()


@contextmanager
def writing() -> Iterator[Session]:
    """One transaction: everything in the block is kept together when it ends, or nothing.

    Raises RuntimeError when this thread is inside another `writing()`: one click, one transaction.
    """
    if getattr(_House.here, "writing", False):
        raise RuntimeError("writing() inside writing(): one act is one transaction")
    engine()
    with _House.gate:
        _House.here.writing = True
        try:
            with Session(_House.act, expire_on_commit=False) as session, session.begin():
                yield session
                session.flush()
                for chapter in sorted(session.info.get("chapters", ())):
                    Revision.bump(session, chapter)
        finally:
            _House.here.writing = False


def touch(session: Session, chapter: str) -> None:
    """Says that this transaction changes what caches of a chapter hold; the revision moves with the commit."""
    session.info.setdefault("chapters", set()).add(chapter)


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: _begin_sqlite does
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON", "cache_size=-65536"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if write else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

"""The rows of stored files, and the nightly sweep: a file is erased when no row of any chapter points to it any more.

A file is written before the transaction that names it. Both that transaction and the sweep take the file's row first, so that a file
that is being named is never erased, and one that was erased just before is written again.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db import storage
from db.models import Base, StoredFile
from db.session import reading, writing
from db.storage import Stored
from domain import clock

GRACE = timedelta(hours=24)
_BATCH = 500


def keep(session: Session, stored: Stored) -> None:
    """Has the row of a stored file, held until the end of the transaction, and the file behind it."""
    _row(session, stored)
    storage.restore(stored)


def sweep() -> int:
    """Erases the files that nothing points to and that have lain there for GRACE; gives how many. Opens its own transactions."""
    gone = 0
    before = clock.now() - GRACE
    unneeded = select(StoredFile.sha256).where(StoredFile.stored_at < before, ~_needed(StoredFile.sha256)).limit(_BATCH)
    after = ""
    while True:
        with reading() as session:
            found = list(session.scalars(unneeded.where(StoredFile.sha256 > after).order_by(StoredFile.sha256)))
        if not found:
            break
        gone += sum(_forget(sha256) for sha256 in found)
        after = found[-1]
    names = list(storage.files(before.timestamp()))
    for start in range(0, len(names), _BATCH):
        part = names[start : start + _BATCH]
        with reading() as session:
            known = set(session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(part))))
        gone += sum(_forget(sha256) for sha256 in part if sha256 not in known)
    return gone


def _row(session: Session, stored: Stored) -> None:
    """Inserts the row or finds it, and keeps the sweep away from it."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    facts = {"size": stored.size, "mime": stored.mime, "is_sealed": stored.is_sealed, "stored_at": clock.now()}
    held = select(StoredFile.sha256).where(StoredFile.sha256 == stored.sha256).with_for_update(read=True, key_share=True)
    while True:
        session.execute(insert(StoredFile).values(sha256=stored.sha256, **facts).on_conflict_do_nothing())
        if session.scalar(held) is not None:
            return


def _forget(sha256: str) -> bool:
    """Erases one file and its row, unless something points to it by now. The row is made if need be: it is what is locked."""
    empty = Stored(sha256, 0, "application/octet-stream", False, b"")
    with writing() as session:
        _row(session, empty)
        session.execute(select(StoredFile.sha256).where(StoredFile.sha256 == sha256).with_for_update())
        if session.scalar(select(StoredFile.sha256).where(StoredFile.sha256 == sha256, _needed(StoredFile.sha256))):
            return False
        storage.erase(sha256)
        session.execute(delete(StoredFile).where(StoredFile.sha256 == sha256))
    return True


def _needed(sha256: Any) -> ColumnElement[bool]:
    """That some row of some table points to a file."""
    pointing = [
        column
        for table in Base.metadata.tables.values()
        if isinstance(table, Table)
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == StoredFile.__tablename__
    ]
    return or_(*(exists().where(column == sha256) for column in pointing))

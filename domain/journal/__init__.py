"""One line for every act, written in the act's own transaction: who, what, on what, old and new."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from db.models import Account, Base, JournalEntry
from db.session import touch
from domain import clock

_PEOPLE = ("people", "accounts")
_TOLD_OF_PEOPLE = ("state", "role", "language", "sees_all_sites")
MASKED = "•••"


def record(
    session: Session,
    by: Account | None,
    act: str,
    thing: Base | tuple[type[Base], int],
    *,
    family_id: int | None = None,
    site_id: int | None = None,
    reason: str | None = None,
    changes: dict[str, Any] | None = None,
) -> JournalEntry:
    """Adds the line of an act on a thing: a model, or its class and id where a set statement acted.

    `changes` is `{column: [old, new]}`; left out, it is collected from the model's own history, so call this before flushing. Masked
    columns, and whatever names a person, are told by the column's name alone. Moves the revision of the thing's chapter.
    """
    kind: type[Base]
    object_id: int | None
    if isinstance(thing, tuple):
        kind, object_id = thing
        told = changes or {}
    else:
        told = _changes(thing) if changes is None else changes
        session.flush()
        kind, object_id = type(thing), getattr(thing, "id", None)
        family_id = family_id or getattr(thing, "family_id", None) or (object_id if kind.__tablename__ == "families" else None)
        site_id = site_id or getattr(thing, "site_id", None)
    entry = JournalEntry(
        at=clock.now(),
        by_id=by.id if by else None,
        act=act,
        object_kind=kind.__tablename__,
        object_id=object_id,
        family_id=family_id,
        site_id=site_id,
        changes={column: [_plain(value) for value in pair] for column, pair in told.items()},
        reason=reason,
    )
    session.add(entry)
    touch(session, chapter_of(kind))
    return entry


def chapter_of(kind: type[Base]) -> str:
    """The chapter of a model: the name of the module it lives in."""
    return kind.__module__.rsplit(".", 1)[-1]


def _changes(thing: Base) -> dict[str, list[Any]]:
    state, chapter = inspect(thing), chapter_of(type(thing))
    told: dict[str, list[Any]] = {}
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if not history.has_changes():
            continue
        old, new = (history.deleted or [None])[0], (history.added or [None])[0]
        if old is None and new is None:
            continue
        masked = attribute.columns[0].info.get("masked") or (chapter in _PEOPLE and attribute.key not in _TOLD_OF_PEOPLE)
        told[attribute.key] = [None if value is None else MASKED for value in (old, new)] if masked else [old, new]
    return told


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime | time) else value

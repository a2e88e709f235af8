"""Statements built once: composing a large SELECT costs more than the database takes to answer it.

What a statement depends on goes into its key: the person's sight, the day, the choices; what changes with every call is a bound
parameter of it.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

import pandas as pd
from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from db.models import Account
from domain import clock, rights

MOST = 500
Statement = TypeVar("Statement")
_kept: dict[Hashable, Any] = {}


def built(key: Hashable, by: Account, build: Callable[[], Statement]) -> Statement:
    """The statement of a key for a person's sight today, built on first use."""
    whole = (key, rights.site_ids(by), by.role, by.state, None if by.is_staff else by.id, clock.today())
    statement: Statement | None = _kept.get(whole)
    if statement is None:
        if len(_kept) >= MOST:
            _kept.clear()
        statement = _kept[whole] = build()
    return statement


def rows(session: Session, statement: Select[*tuple[Any, ...]], **values: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows of a statement of columns, without the session's own work, which is for entities."""
    found: Sequence[Row[*tuple[Any, ...]]] = session.connection().execute(statement, values).all()
    return found


def frame(found: Iterable[Sequence[Any]], columns: Iterable[str]) -> pd.DataFrame:
    """The frame of a page of rows: Python values as they are, None where there is nothing.

    For the fifty rows of a screen `read_sql` guesses types for longer than the database answers; thousands are quicker by it.
    """
    return pd.DataFrame([tuple(row) for row in found], columns=list(columns), dtype=object)

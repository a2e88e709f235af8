"""Statements built once: composing a large SELECT costs more than the database takes to answer it.

What a statement depends on goes into its key: the person's sight, the day, the choices; what changes with every call is a bound
parameter of it.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

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

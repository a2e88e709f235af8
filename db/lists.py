"""A list of values as one parameter of a statement.

`column.in_([…])` writes a parameter for each value: another text for every length, which is composed, sent, parsed and planned again.
An array (PostgreSQL) or JSON (SQLite) is one parameter, and the statement is always the same one; both databases walk the index of the
column with it.
"""

import json
from typing import Any

from sqlalchemy import BindParameter, Boolean, ColumnElement, Dialect, String, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class Listed(TypeDecorator[list[Any]]):
    """A list of values of one type."""

    impl = String
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.of) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(value, default=str)


class AnyOf(FunctionElement[bool]):
    """That a column is one of the values of a list parameter."""

    inherit_cache = True
    type = Boolean()

    def self_group(self, against: Any = None) -> "AnyOf":
        """Itself: as a condition already, it is not compared with 1, which would keep SQLite from its indexes."""
        return self


@compiles(AnyOf, "postgresql")
def _on_postgresql(element: AnyOf, compiler: Any, **how: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **how)} = ANY ({compiler.process(values, **how)})"


@compiles(AnyOf, "sqlite")
def _on_sqlite(element: AnyOf, compiler: Any, **how: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **how)} IN (SELECT value FROM json_each({compiler.process(values, **how)}))"  # noqa: S608 (no value)


def listed(name: str, of: TypeEngine[Any]) -> BindParameter[Any]:
    """The parameter `name` of a statement: a list of values of a type."""
    return bindparam(name, type_=Listed(of))


def within(column: ColumnElement[Any] | InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """That a column is one of the values of the list given as the parameter `name`."""
    return AnyOf(column, listed(name, column.type))

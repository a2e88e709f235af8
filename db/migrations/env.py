"""Runs the migrations on the engine of this process."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from db.base import Instant
from db.models import Base
from db.session import engine


def spell(kind: str, thing: Any, autogen: Any) -> str | Literal[False]:
    """How our own column type is written in a migration."""
    if kind == "type" and isinstance(thing, Instant):
        autogen.imports.add("from db.base import Instant")
        return "Instant()"
    return False


def migrate() -> None:
    """One transaction on the database that `db.session` is connected to.

    SQLite changes a table by making it anew: its foreign keys are off meanwhile, and looked over before the commit.
    """
    with engine().execution_options(write=True).connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            _keep_foreign_keys(connection, "OFF")
        try:
            context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=spell)
            with context.begin_transaction():
                context.run_migrations()
                if sqlite and (astray := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                    raise RuntimeError(f"rows without the row they point to: {astray[:5]}")
            connection.commit()
        finally:
            connection.rollback()
            if sqlite:
                _keep_foreign_keys(connection, "ON")


def _keep_foreign_keys(connection: Connection, word: str) -> None:
    """Before the transaction begins, or after it: inside one SQLite takes no notice."""
    connection.connection.cursor().execute(f"PRAGMA foreign_keys={word}")


migrate()

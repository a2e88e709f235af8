"""Runs the migrations on the engine of this process."""

from typing import Any, Literal

from alembic import context

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
    """One transaction on the database that `db.session` is connected to."""
    with engine().execution_options(write=True).connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=spell)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


migrate()

"""The schema's history. `upgrade()` brings a database to today's."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from db.session import engine


def configuration() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def upgrade(version: str = "head") -> None:
    """Applies the migrations that the connected database has not seen, up to a version (the newest by default)."""
    command.upgrade(configuration(), version)


def is_current() -> bool:
    """Whether the connected database has seen every migration."""
    with engine().connect() as connection:
        seen = MigrationContext.configure(connection).get_current_revision()
    return seen == ScriptDirectory.from_config(configuration()).get_current_head()


def write(message: str) -> None:
    """Writes the migration that brings the connected, current database to the models."""
    command.revision(configuration(), message, autogenerate=True)

"""What the structure decides: dated settings, and the revisions that tell caches to look again."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from db.base import Base, Id, Line, Name, Prose, State, datetime, one_of


class Setting(Base):
    """A value of the structure, valid from a day on: name, texts, thresholds, rates, ratios. The newest past one counts."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON().with_variant(JSONB(), "postgresql"))


class FieldRule(Base):
    """What families may do with one field of a form: the structure's choice."""

    __tablename__ = "field_rules"
    __table_args__ = (one_of("mode", "hidden", "shown", "editable", "compulsory"),)

    section: Mapped[str] = mapped_column(String(40), primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    mode: Mapped[State]
    waits_for_staff: Mapped[bool] = mapped_column(default=False)


class ConsentText(Base):
    """One version of a text that people are asked to agree to, or to say that they have read."""

    __tablename__ = "consent_texts"
    __table_args__ = (one_of("kind", "notice", "photo", "newsletter"),)

    id: Mapped[Id]
    kind: Mapped[State]
    language: Mapped[str] = mapped_column(String(5))
    version: Mapped[int]
    body: Mapped[Prose]
    published_at: Mapped[datetime]


class Revision(Base):
    """How often a chapter has changed: part of the key of every cache, so that two processes agree."""

    __tablename__ = "revisions"

    chapter: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int]

    @classmethod
    def bump(cls, session: Session, chapter: str) -> None:
        """Moves a chapter's revision on, in the running transaction. The first two of a chapter may come together: both count."""
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        moved = insert(cls).values(chapter=chapter, number=1)
        session.execute(moved.on_conflict_do_update(index_elements=[cls.chapter], set_={"number": cls.number + 1}))

    @classmethod
    def of(cls, session: Session, *chapters: str) -> int:
        """One number that moves when any of the chapters has changed."""
        return sum(session.scalars(select(cls.number).where(cls.chapter.in_(chapters))))


class TaskRun(Base):
    """A nightly task that was taken for a day: its row is the promise that it runs once, whatever the number of processes."""

    __tablename__ = "task_runs"
    __table_args__ = (one_of("state", "running", "done", "failed"),)

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    state: Mapped[State]
    lease_until_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[Line | None]


class StructureFile(Base):
    """A picture of the structure itself (its logo), small enough to live in the database."""

    __tablename__ = "structure_files"

    id: Mapped[Id]
    name: Mapped[Name] = mapped_column(unique=True)
    mime: Mapped[Name]
    content: Mapped[bytes]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))

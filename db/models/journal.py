"""Who did what on what, and when; and the daily totals that outlive the people in them."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Json, Line, Name, Prose, State, datetime, one_of


class JournalEntry(Base):
    """One act. People are named by id, sensitive values by the name of their column only."""

    __tablename__ = "journal_entries"
    __table_args__ = (
        Index("ix_journal_entries_at", "at", "id"),
        Index("ix_journal_entries_object", "object_kind", "object_id", "at"),
        Index("ix_journal_entries_by", "by_id", "at"),
        Index("ix_journal_entries_family", "family_id", "at"),
    )

    id: Mapped[Id]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    act: Mapped[str] = mapped_column(String(40))
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int | None]
    family_id: Mapped[int | None] = mapped_column(ForeignKey("families.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    changes: Mapped[Json]
    reason: Mapped[Prose | None]


class DailyTotal(Base):
    """A day of a site in figures: imported history and closed years, kept apart from bookings. NULL is unknown, not zero."""

    __tablename__ = "daily_totals"
    __table_args__ = (
        one_of("source", "import", "closed_year"),
        UniqueConstraint("site_name", "site_type", "activity_name", "day", name="uq_daily_totals_key"),
        Index("ix_daily_totals_day", "day"),
    )

    id: Mapped[Id]
    source: Mapped[State]
    site_name: Mapped[Name]
    site_type: Mapped[str] = mapped_column(String(20), default="")
    activity_name: Mapped[Name] = mapped_column(default="")
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"), index=True)
    day: Mapped[date]
    capacity: Mapped[int | None]
    booked: Mapped[int | None]
    present: Mapped[int | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("attendance_imports.id"))


class AttendanceImport(Base):
    """A file of attendance history that was read: its name, its fingerprint, and how many rows it brought."""

    __tablename__ = "attendance_imports"

    id: Mapped[Id]
    file_name: Mapped[Line]
    sha256: Mapped[str] = mapped_column(String(64))
    row_count: Mapped[int]
    imported_at: Mapped[datetime]

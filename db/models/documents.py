"""The papers that the structure asks for, what families sent, and until when a file is complete."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Line, Name, Prose, State, datetime, one_of

_to_check = text("state = 'to_check'")
_current = text("is_current")


class DocumentKind(Base):
    """A pièce asked for: of whom, compulsory or not, what its absence blocks, and how long it is valid.

    `purpose` names the few kinds that a screen of their own sends: a court's decision about a child, the proof of a quotient.
    """

    __tablename__ = "document_kinds"
    __table_args__ = (
        one_of("subject", "family", "guardian", "child"),
        one_of("blocks", "nothing", "registration", "booking"),
        one_of("purpose", "court_decision", "quotient_proof"),
        one_of("validity", "for_ever", "months", "school_year", "until_date"),
        CheckConstraint("(validity <> 'months') OR (months > 0)", name="months_given"),
    )

    id: Mapped[Id]
    name: Mapped[Name] = mapped_column(unique=True)
    description: Mapped[Prose | None]
    subject: Mapped[State]
    purpose: Mapped[State | None] = mapped_column(unique=True)
    is_compulsory: Mapped[bool]
    is_health: Mapped[bool] = mapped_column(default=False)
    blocks: Mapped[State]
    validity: Mapped[State]
    months: Mapped[int | None]
    until_on: Mapped[date | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)


class DocumentKindActivity(Base):
    """A kind asked only for these activities; a kind without any is asked of everybody who is registered somewhere."""

    __tablename__ = "document_kind_activities"

    kind_id: Mapped[int] = mapped_column(ForeignKey("document_kinds.id"), primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"), primary_key=True)


class StoredFile(Base):
    """A file of the files folder, named by its SHA-256; rows that point to it are counted before it is erased."""

    __tablename__ = "stored_files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    mime: Mapped[Name]
    is_sealed: Mapped[bool] = mapped_column(default=False)
    stored_at: Mapped[datetime]


class Document(Base):
    """A paper that was sent. The current one of a subject and kind is marked; older ones are kept behind it."""

    __tablename__ = "documents"
    __table_args__ = (
        one_of("state", "to_check", "accepted", "refused"),
        CheckConstraint("(state <> 'refused') OR (refusal_reason IS NOT NULL)", name="refused_has_reason"),
        CheckConstraint("guardian_id IS NULL OR child_id IS NULL", name="one_subject"),
        Index(
            "uq_documents_current_family",
            "kind_id",
            "family_id",
            unique=True,
            postgresql_where=text("is_current AND guardian_id IS NULL AND child_id IS NULL"),
            sqlite_where=text("is_current AND guardian_id IS NULL AND child_id IS NULL"),
        ),
        Index(
            "uq_documents_current_guardian",
            "guardian_id",
            "kind_id",
            unique=True,
            postgresql_where=text("is_current AND guardian_id IS NOT NULL"),
            sqlite_where=text("is_current AND guardian_id IS NOT NULL"),
        ),
        Index(
            "uq_documents_current_child",
            "child_id",
            "kind_id",
            unique=True,
            postgresql_where=text("is_current AND child_id IS NOT NULL"),
            sqlite_where=text("is_current AND child_id IS NOT NULL"),
        ),
        Index("ix_documents_family", "family_id", postgresql_where=_current, sqlite_where=_current),
        Index("ix_documents_to_check", "sent_at", postgresql_where=_to_check, sqlite_where=_to_check),
        Index("ix_documents_valid_until", "valid_until_on"),
    )

    id: Mapped[Id]
    kind_id: Mapped[int] = mapped_column(ForeignKey("document_kinds.id"))
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"))
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("guardians.id"))
    child_id: Mapped[int | None] = mapped_column(ForeignKey("children.id"))
    state: Mapped[State]
    is_current: Mapped[bool] = mapped_column(default=True)
    sent_at: Mapped[datetime]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    refusal_reason: Mapped[Line | None]
    valid_until_on: Mapped[date | None]

    def state_on(self, day: date) -> str:
        """`to_check`, `accepted`, `refused`, or `expired` for an accepted one past its last day."""
        if self.state == "accepted" and self.valid_until_on is not None and self.valid_until_on < day:
            return "expired"
        return self.state


class DocumentFile(Base):
    """A file of a document, under the name its sender gave it."""

    __tablename__ = "document_files"

    id: Mapped[Id]
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_files.sha256"), index=True)
    name: Mapped[Line]


class FamilyFile(Base):
    """Until when a family's file is complete, kept: NULL while a compulsory paper is missing, refused, to check or expired.

    Expiry needs no update: a file is complete on a day when `complete_until_on` >= that day.
    """

    __tablename__ = "family_files"
    __table_args__ = (
        CheckConstraint("accepted >= 0 AND expected >= accepted", name="counts_upright"),
        Index("ix_family_files_complete_until", "complete_until_on", "family_id"),
        Index("ix_family_files_progress", "missing", "family_id"),
    )

    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"), primary_key=True)
    expected: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    missing: Mapped[int] = mapped_column(default=0)
    complete_until_on: Mapped[date | None]


class PublishedDocument(Base):
    """A document that the structure offers to families; some are to be sent back filled in."""

    __tablename__ = "published_documents"

    id: Mapped[Id]
    name: Mapped[Name]
    description: Mapped[Prose | None]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_files.sha256"))
    file_name: Mapped[Line]
    returned_kind_id: Mapped[int | None] = mapped_column(ForeignKey("document_kinds.id"))
    published_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class CertifiedSheet(Base):
    """A family says that what is written of a person is still right, for a period."""

    __tablename__ = "certified_sheets"
    __table_args__ = (Index("ix_certified_sheets_object", "section", "object_id"),)

    id: Mapped[Id]
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"), index=True)
    section: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int]
    certified_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    until_on: Mapped[date]

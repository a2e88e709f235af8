"""The files of papers as a person may open them: a family its own, the staff those of families in sight."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Account, Document, DocumentFile, DocumentKind, StoredFile
from domain.documents.decisions import in_reach, tell_of_opening
from domain.families import finding
from domain.refusals import DoesNotExist
from domain.rights import SEE, require


@dataclass(frozen=True)
class Opened:
    """A file that may be given to the person who asked. `noted`: its reading is a line of the journal."""

    file_id: int
    document_id: int
    name: str
    mime: str
    sha256: str
    is_sealed: bool
    noted: bool


@dataclass(frozen=True)
class OwnFile:
    """A file that the person's own family sent, or a family in sight."""

    file_id: int
    document_id: int
    name: str
    mime: str
    state: str
    sent_at: datetime


def find_file(session: Session, by: Account | None, file_id: int) -> Opened:
    """A file that the person may open. A family reaches what it sent itself, not what the other home of a child did; the staff what is in
    sight, health papers with the health chapter. Raises NotAllowed, DoesNotExist."""
    found = session.execute(
        select(DocumentFile, StoredFile, Document, DocumentKind)
        .join(StoredFile, StoredFile.sha256 == DocumentFile.sha256)
        .join(Document, Document.id == DocumentFile.document_id)
        .join(DocumentKind, DocumentKind.id == Document.kind_id)
        .where(DocumentFile.id == file_id)
    ).one_or_none()
    if by is not None and by.is_staff:
        require(by, "documents", SEE)
        if found is None:
            raise DoesNotExist("documents")
        in_reach(session, by, found.Document.id)
        if found.DocumentKind.is_health:
            require(by, "health", SEE)
    elif found is None or found.Document.family_id != finding.own_family(session, by).id:
        raise DoesNotExist("documents")
    file, stored, document, kind = found
    noted = kind.is_health and by is not None and by.is_staff
    return Opened(file.id, document.id, file.name, stored.mime, stored.sha256, stored.is_sealed, noted)


def open_file(session: Session, by: Account | None, file_id: int) -> Opened:
    """The same, with the line of the journal that the reading of a health paper leaves: the session has to be one that writes."""
    opened = find_file(session, by, file_id)
    if opened.noted and by is not None:
        tell_of_opening(session, by, session.get_one(Document, opened.document_id))
    return opened


def files_of(
    session: Session, by: Account | None, *, family_id: int | None = None, purpose: str | None = None, child_id: int | None = None
) -> list[OwnFile]:
    """The files that a family sent, newest first, narrowed to a purpose and a child; a parent's own family, or one in sight of the staff.

    For the staff, health papers are left out: they are opened one by one. Raises NotAllowed, DoesNotExist.
    """
    wanted: Any = (
        select(DocumentFile.id, Document.id, DocumentFile.name, StoredFile.mime, Document.state, Document.sent_at)
        .join(Document, Document.id == DocumentFile.document_id)
        .join(DocumentKind, DocumentKind.id == Document.kind_id)
        .join(StoredFile, StoredFile.sha256 == DocumentFile.sha256)
        .order_by(Document.sent_at.desc(), DocumentFile.id.desc())
    )
    if by is not None and by.is_staff:
        require(by, "documents", SEE)
        family = finding.family_of(session, by, family_id or 0)
        wanted = wanted.where(~DocumentKind.is_health)
    else:
        family = finding.own_family(session, by)
        if family_id not in (None, family.id):
            raise DoesNotExist("families")
    wanted = wanted.where(Document.family_id == family.id)
    if purpose is not None:
        wanted = wanted.where(DocumentKind.purpose == purpose)
    if child_id is not None:
        wanted = wanted.where(Document.child_id == child_id)
    return [OwnFile(*row) for row in session.execute(wanted)]

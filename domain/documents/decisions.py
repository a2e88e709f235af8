"""One paper: looking at it, accepting it until its last day, or refusing it with a reason."""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from db.models import Account, Child, Document, DocumentFile, DocumentKind, Family, FamilyChild, Guardian, JournalEntry, Season, StoredFile
from domain import clock, journal, letters
from domain.documents.sending import BEFORE, refresh_homes, renews, replace
from domain.refusals import AlreadyDecided, ChangedMeanwhile, DoesNotExist, filled
from domain.rights import SEE, require, sees_family

COURT = "court_decision"
_SAME_OPENING = timedelta(minutes=15)


@dataclass(frozen=True)
class Version:
    """A paper as it was sent once: its state today, who decided and why."""

    document_id: int
    state: str
    sent_at: datetime
    sent_by: str | None
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    valid_until_on: date | None


@dataclass(frozen=True)
class Sheet:
    """A file of a paper: its number (the address of the own route), its name, octets and type."""

    file_id: int
    name: str
    size: int
    mime: str


@dataclass(frozen=True)
class Paper:
    """What a member of the staff reads of a paper before deciding. `would_last_until` is what accepting it today would give.

    `waits`: it is to be decided. `beside_accepted`: it renews one that is still valid, and takes its place once accepted.
    """

    document_id: int
    family_id: int
    family: str
    kind: str
    description: str | None
    is_compulsory: bool
    is_health: bool
    person: str | None
    is_current: bool
    waits: bool
    beside_accepted: bool
    now: Version
    would_last_until: date | None
    files: list[Sheet] = field(default_factory=list)
    before: list[Version] = field(default_factory=list)


def open_paper(session: Session, by: Account, document_id: int) -> Paper:
    """A paper of a family in sight, with its files (name, octets, type) and what was sent before it.

    Opening a health paper needs the health chapter and leaves a line in the journal, one for a quarter of an hour of reading: the
    session then has to be one that writes (see `is_health`).
    """
    require(by, "documents", SEE)
    document, kind, family = in_reach(session, by, document_id)
    if kind.is_health:
        require(by, "health", SEE)
        tell_of_opening(session, by, document)
    person = None
    if document.child_id is not None:
        person = session.get_one(Child, document.child_id).full_name
    elif document.guardian_id is not None:
        person = session.get_one(Guardian, document.guardian_id).full_name
    beside = _renewed(session, document) is not None
    files = select(DocumentFile.id, DocumentFile.name, StoredFile.size, StoredFile.mime).join(
        StoredFile, StoredFile.sha256 == DocumentFile.sha256
    )
    versions = _versions(session, document, kind)
    return Paper(
        document_id=document.id,
        family_id=family.id,
        family=" ".join(filter(None, (family.name, family.first_name))),
        kind=kind.name,
        description=kind.description,
        is_compulsory=kind.is_compulsory,
        is_health=kind.is_health,
        person=person,
        is_current=document.is_current,
        waits=document.state == "to_check" and (document.is_current or beside or kind.purpose == COURT),
        beside_accepted=beside,
        now=next(version for version in versions if version.document_id == document.id),
        would_last_until=valid_until(session, kind, clock.today()),
        files=[Sheet(*row) for row in session.execute(files.where(DocumentFile.document_id == document.id).order_by(DocumentFile.id))],
        before=[version for version in versions if version.document_id != document.id],
    )


def accept(session: Session, by: Account, document_id: int) -> Document:
    """Accepts a paper that waits, valid until the day its kind says; the family's file is computed again. One that waited beside a
    valid one takes its place.

    Raises AlreadyDecided for the second of two people, ChangedMeanwhile when the family has sent a newer one.
    """
    require(by, "documents")
    document, kind = _waiting(session, by, document_id)
    renewed = _renewed(session, document, lock=True)
    document.state, document.valid_until_on = "accepted", valid_until(session, kind, clock.today())
    _decided(session, by, "accept_document", document)
    if renewed is not None:
        replace(session, renewed.id, document.id)
    refresh_homes(session, document)
    return document


def refuse(session: Session, by: Account, document_id: int, reason: str) -> bool:
    """Refuses a paper that waits, and writes to the family why. Gives False when nobody of the family has an e-mail.

    `reason` is read by the family: 250 characters at most. Raises like `accept`, and Incomplete or TooLong for the reason.
    """
    require(by, "documents")
    told = filled("reason", reason, 250)
    document, kind = _waiting(session, by, document_id)
    document.state, document.refusal_reason, document.valid_until_on = "refused", told, None
    _decided(session, by, "refuse_document", document, told)
    refresh_homes(session, document)
    reader = _reader(session, document)
    if reader is None:
        return False
    guardian, language = reader
    person = session.get(Child, document.child_id or 0) or session.get(Guardian, document.guardian_id or 0)
    letters.write(
        session,
        "document_refused",
        guardian,
        family_id=document.family_id,
        language=language,
        paper=kind.name,
        person=person.full_name if person else None,
        reason=told,
    )
    return True


def written_to(family_ids: Collection[int]) -> Select[Guardian, str]:
    """The guardians of some families who have an e-mail, each with the `language` of the account; French without one."""
    columns = select(Guardian, func.coalesce(Account.language, "fr").label("language"))
    reached = columns.outerjoin(Account, Account.id == Guardian.account_id)
    return reached.where(Guardian.family_id.in_(family_ids), Guardian.email.is_not(None))


def is_health(session: Session, by: Account, document_id: int) -> bool:
    """Whether a paper of a family in sight is a health paper, whose opening is written down. Refuses NotAllowed, DoesNotExist."""
    require(by, "documents", SEE)
    return in_reach(session, by, document_id)[1].is_health


def valid_until(session: Session, kind: DocumentKind, day: date) -> date | None:
    """The last day of a paper accepted on a day: so many months later, the end of the school year, a fixed date; None for ever."""
    if kind.validity == "months":
        years, month = divmod(day.month - 1 + (kind.months or 0), 12)
        year, month = day.year + years, month + 1
        return date(year, month, min(day.day, monthrange(year, month)[1]))
    if kind.validity == "school_year":
        season = select(Season.ends_on).where(Season.starts_on <= day, Season.ends_on >= day).order_by(Season.ends_on.desc()).limit(1)
        return session.scalar(season) or date(day.year + (day.month > 8), 8, 31)
    return kind.until_on if kind.validity == "until_date" else None


def in_reach(session: Session, by: Account, document_id: int) -> tuple[Document, DocumentKind, Family]:
    """A paper of a family in sight, or of a child of one: both homes see it. The family told is the one in sight.

    A court's decision is told of the family that sent it alone.
    """
    home = aliased(FamilyChild)
    of_both = DocumentKind.purpose.is_distinct_from(COURT)
    found = session.execute(
        select(Document, DocumentKind, Family)
        .join(DocumentKind, DocumentKind.id == Document.kind_id)
        .outerjoin(home, home.child_id == Document.child_id)
        .join(Family, or_(Family.id == Document.family_id, and_(Family.id == home.family_id, of_both)))
        .where(Document.id == document_id, sees_family(by))
        .order_by((Family.id == Document.family_id).desc(), Family.id)
        .limit(1)
    ).first()
    if found is None:
        raise DoesNotExist("documents")
    document, kind, family = found
    return document, kind, family


def _waiting(session: Session, by: Account, document_id: int) -> tuple[Document, DocumentKind]:
    """The locked paper, if it still waits for a decision."""
    _, kind, _ = in_reach(session, by, document_id)
    if kind.is_health:
        require(by, "health", SEE)
    lock = select(Document).where(Document.id == document_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    document = session.scalars(lock).one()
    if document.state != "to_check":
        name = session.get(Account, document.decided_by_id).full_name if document.decided_by_id else None  # type: ignore[union-attr]
        raise AlreadyDecided(name, document.decided_at or document.sent_at, document.state)
    if not document.is_current and kind.purpose != COURT and _renewed(session, document) is None:
        raise ChangedMeanwhile("documents")
    return document, kind


def _decided(session: Session, by: Account, act: str, document: Document, reason: str | None = None) -> None:
    document.decided_at, document.decided_by_id = clock.now(), by.id
    journal.record(session, by, act, document, reason=reason)


def _renewed(session: Session, document: Document, *, lock: bool = False) -> Document | None:
    """The accepted paper beside which this one waits, if it does."""
    if document.is_current:
        return None
    found = select(BEFORE).join(Document, renews()).where(Document.id == document.id)
    if lock:
        found = found.with_for_update(key_share=True, of=BEFORE).execution_options(populate_existing=True)
    return session.scalars(found).one_or_none()


def tell_of_opening(session: Session, by: Account, document: Document) -> None:
    """Notes that a health paper was opened: once for a quarter of an hour of reading."""
    lately = select(JournalEntry.id).where(JournalEntry.by_id == by.id, JournalEntry.at > clock.now() - _SAME_OPENING)
    same = (JournalEntry.act == "open_document", JournalEntry.object_kind == "documents", JournalEntry.object_id == document.id)
    if session.scalar(lately.where(*same).limit(1)) is None:
        journal.record(session, by, "open_document", document, changes={})


def _reader(session: Session, document: Document) -> tuple[Guardian, str] | None:
    """Who is written to, and the language: the guardian who sent the paper, else the first of the family with an e-mail."""
    sender_first = case((Guardian.account_id == document.sent_by_id, 0), else_=1)
    found = session.execute(written_to([document.family_id]).order_by(sender_first, Guardian.id).limit(1)).first()
    return (found.Guardian, found.language) if found else None


def _versions(session: Session, document: Document, kind: DocumentKind) -> list[Version]:
    """What was sent of the same kind for the same subject, the newest first."""
    theirs = Document.family_id == document.family_id if kind.purpose == COURT else true()
    sender, decider = aliased(Account), aliased(Account)
    same: Select[Any, Any, Any] = (
        select(Document, sender, decider)
        .outerjoin(sender, sender.id == Document.sent_by_id)
        .outerjoin(decider, decider.id == Document.decided_by_id)
        .where(Document.kind_id == document.kind_id, _same_subject(document), theirs)
        .order_by(Document.sent_at.desc(), Document.id.desc())
    )
    return [
        Version(
            document_id=row.id,
            state=row.state_on(clock.today()),
            sent_at=row.sent_at,
            sent_by=by.full_name if by else None,
            decided_at=row.decided_at,
            decided_by=judge.full_name if judge else None,
            reason=row.refusal_reason,
            valid_until_on=row.valid_until_on,
        )
        for row, by, judge in session.execute(same)
    ]


def _same_subject(document: Document) -> ColumnElement[bool]:
    if document.child_id is not None:
        return Document.child_id == document.child_id
    if document.guardian_id is not None:
        return Document.guardian_id == document.guardian_id
    return and_(Document.family_id == document.family_id, Document.child_id.is_(None), Document.guardian_id.is_(None))

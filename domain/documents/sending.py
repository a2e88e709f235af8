"""Sending a paper: inspected and stored first, then one short transaction that makes it the one to check."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from db import storage
from db.expected import CURRENT
from db.models import Account, Document, DocumentFile, DocumentKind, FamilyChild, Guardian, JournalEntry
from db.session import reading, writing
from db.storage import Stored
from domain import clock, journal
from domain.documents import storing
from domain.documents.completeness import refresh
from domain.families import finding
from domain.intake.paper import Clean, Upload
from domain.intake.receiving import receive
from domain.refusals import ChangedMeanwhile, DoesNotExist, Refusal
from domain.rights import SEE, require

Purpose = Literal["court_decision", "quotient_proof"]
# What the structure asks for even where nobody has written a kind for it; French is what its screens are written in.
_MADE: dict[str, dict[str, Any]] = {
    "court_decision": {"name": "Décision de justice", "subject": "child", "validity": "for_ever"},
    "quotient_proof": {"name": "Justificatif de quotient familial", "subject": "family", "validity": "months", "months": 12},
}
MOST_A_DAY = 60
BEFORE = aliased(Document, name="paper_before")
_CURRENT_BEFORE = sql("paper_before.is_current")  # as the partial indexes write it, see db.expected
_TO_CHECK = sql("documents.state = 'to_check'")
_TRIES = 4


@dataclass(eq=False)
class TooManySent(Refusal):
    """One person has sent more papers in a day than any file needs."""

    most: int


@dataclass(frozen=True)
class Sent:
    """A paper that was sent. `beside_accepted`: the one before it is valid and stays so until this one is decided."""

    document_id: int
    file_id: int
    name: str
    beside_accepted: bool


@dataclass(frozen=True)
class _Subject:
    family_id: int
    guardian_id: int | None
    child_id: int | None


def send(
    by: Account | None,
    uploads: Sequence[Upload],
    *,
    kind: int | Purpose,
    family_id: int | None = None,
    guardian_id: int | None = None,
    child_id: int | None = None,
) -> Sent:
    """A family sends a paper, or the staff for it at the desk (`family_id` is then given): a PDF, or photos that become one paper.

    It waits to be checked and takes the place of the one before, unless that one is accepted and valid: then it waits beside it, and the
    file stays complete meanwhile. `kind` is a kind's id or purpose; the subject must be the kind's. Takes a second or two and opens its
    own transactions: never inside `writing()`. Raises NotAllowed, DoesNotExist, TooManySent, the refusals of `domain.intake`, and
    ChangedMeanwhile when others keep sending the same paper.
    """
    asked = (kind, family_id, guardian_id, child_id)
    with reading() as session:
        known, _ = _reach(session, by, *asked)
        is_health = known is not None and known.is_health
        _few_today(session, by)
    clean = receive(uploads)
    stored = storage.put(clean.content, clean.mime, sealed=is_health)
    for _turn in range(_TRIES):
        try:
            with writing() as session:
                return _keep(session, by, asked, clean, stored)
        except IntegrityError:
            continue  # somebody sent the same paper at the same moment: this one comes after it
    raise ChangedMeanwhile("documents")


def renews() -> ColumnElement[bool]:
    """The SQL condition that BEFORE is the accepted paper beside which a newer Document waits: same kind, same subject."""
    people = (BEFORE.child_id, BEFORE.guardian_id, Document.child_id, Document.guardian_id)
    same = or_(
        BEFORE.child_id == Document.child_id,
        BEFORE.guardian_id == Document.guardian_id,
        and_(*(column.is_(None) for column in people), BEFORE.family_id == Document.family_id),
    )
    return and_(_CURRENT_BEFORE, BEFORE.state == "accepted", BEFORE.id < Document.id, BEFORE.kind_id == Document.kind_id, same)


def waits() -> ColumnElement[bool]:
    """The SQL condition that a Document is to be decided: to check, and the current one, one beside an accepted one, or a court's."""
    court = select(DocumentKind.id).where(DocumentKind.purpose == "court_decision").scalar_subquery()
    beside = select(BEFORE.id).where(renews()).correlate(Document).exists()
    return and_(_TO_CHECK, or_(Document.is_current, Document.kind_id == court, beside))


def take_over() -> int:
    """Each night: a paper that waits beside an accepted one takes its place once that one is past its last day; gives how many did."""
    lapsed = select(Document.id, BEFORE.id).join(BEFORE, renews())
    lapsed = lapsed.where(_TO_CHECK, BEFORE.valid_until_on < clock.today()).order_by(Document.id.desc())
    done: set[int] = set()
    with writing() as session:
        for newer, older in session.execute(lapsed).all():
            if older not in done:
                done.add(older)
                replace(session, older, newer)
                refresh_homes(session, session.get_one(Document, newer))
    return len(done)


def replace(session: Session, older_id: int, newer_id: int) -> None:
    """Makes a paper the current one in the place of another."""
    session.execute(update(Document).where(Document.id == older_id).values(is_current=False))
    session.execute(update(Document).where(Document.id == newer_id).values(is_current=True))


def refresh_homes(session: Session, document: Document) -> None:
    """Computes the files that a paper counts for again: the sender's, and the other home's of a child."""
    homes = select(FamilyChild.family_id).where(FamilyChild.child_id == (document.child_id or 0))
    refresh(session, [document.family_id, *session.scalars(homes)])


def _reach(
    session: Session, by: Account | None, kind: int | Purpose, family_id: int | None, guardian_id: int | None, child_id: int | None
) -> tuple[DocumentKind | None, _Subject]:
    """The kind (None: of a purpose nobody has written a kind for) and the subject, both in reach. Raises NotAllowed, DoesNotExist."""
    if by is not None and by.is_staff:
        require(by, "documents")
        family = finding.family_of(session, by, family_id or 0)
    else:
        family = finding.own_family(session, by)
        if family_id not in (None, family.id):
            raise DoesNotExist("families")
    chosen = DocumentKind.id == kind if isinstance(kind, int) else DocumentKind.purpose == kind
    known = session.scalars(select(DocumentKind).where(chosen, DocumentKind.is_active)).one_or_none()
    if known is None and kind not in _MADE:
        raise DoesNotExist("document_kinds")
    if known is not None and known.is_health and by is not None and by.is_staff:
        require(by, "health", SEE)
    subject = known.subject if known is not None else _MADE[str(kind)]["subject"]
    if (subject == "guardian") != (guardian_id is not None) or (subject == "child") != (child_id is not None):
        raise DoesNotExist("documents")
    if guardian_id is not None:
        _found(session, select(Guardian.id).where(Guardian.id == guardian_id, Guardian.family_id == family.id), "guardians")
    if child_id is not None:
        linked = (FamilyChild.family_id == family.id, FamilyChild.child_id == child_id)
        _found(session, select(FamilyChild.child_id).where(*linked), "children")
    return known, _Subject(family.id, guardian_id, child_id)


def _found(session: Session, wanted: Any, kind: str) -> None:
    if session.scalar(wanted) is None:
        raise DoesNotExist(kind)


def _few_today(session: Session, by: Account | None) -> None:
    if by is None or by.is_staff:
        return
    lately = (JournalEntry.by_id == by.id, JournalEntry.at > clock.now() - timedelta(hours=24), JournalEntry.act == "send_document")
    if (session.scalar(select(func.count()).select_from(JournalEntry).where(*lately)) or 0) >= MOST_A_DAY:
        raise TooManySent(MOST_A_DAY)


def _keep(session: Session, by: Account | None, asked: Any, clean: Clean, stored: Stored) -> Sent:
    known, subject = _reach(session, by, *asked)
    kind = known or _make(session, asked[0])
    if kind.is_health != stored.is_sealed:
        raise ChangedMeanwhile("documents")
    storing.keep(session, stored)
    document = Document(
        kind_id=kind.id,
        family_id=subject.family_id,
        guardian_id=subject.guardian_id,
        child_id=subject.child_id,
        state="to_check",
        sent_at=clock.now(),
        sent_by_id=by.id if by else None,
    )
    before = None if kind.purpose == "court_decision" else _current(session, document)
    beside = before is not None and before.state_on(clock.today()) == "accepted"
    document.is_current = kind.purpose != "court_decision" and not beside
    if before is not None and not beside:
        before.is_current = False
        session.flush()
    session.add(document)
    session.flush()
    file = DocumentFile(document_id=document.id, sha256=stored.sha256, name=clean.name)
    session.add(file)
    journal.record(session, by, "send_document", document, changes={"state": [None, "to_check"]})
    if document.is_current:
        refresh_homes(session, document)
    return Sent(document.id, file.id, clean.name, beside)


def _current(session: Session, document: Document) -> Document | None:
    """The current paper of the same kind and subject, locked."""
    if document.child_id is not None:
        about: tuple[ColumnElement[bool], ...] = (Document.child_id == document.child_id,)
    elif document.guardian_id is not None:
        about = (Document.guardian_id == document.guardian_id,)
    else:
        about = (Document.family_id == document.family_id, Document.child_id.is_(None), Document.guardian_id.is_(None))
    wanted = select(Document).where(CURRENT, Document.kind_id == document.kind_id, *about)
    return session.scalars(wanted.with_for_update(key_share=True).execution_options(populate_existing=True)).one_or_none()


def _make(session: Session, purpose: str) -> DocumentKind:
    """The kind of a purpose, made for a structure that has none yet. Raises DoesNotExist when its name is another kind's."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    made = {"purpose": purpose, "is_compulsory": False, "is_health": False, "blocks": "nothing", "is_active": True, "position": 0}
    session.execute(insert(DocumentKind).values(**_MADE[purpose], **made).on_conflict_do_nothing())
    kind = session.scalars(select(DocumentKind).where(DocumentKind.purpose == purpose, DocumentKind.is_active)).one_or_none()
    if kind is None:
        raise DoesNotExist("document_kinds")
    return kind

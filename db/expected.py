"""Which papers are asked of whom, and what became of each: the one definition, for a page of families or for all of them.

A kind is asked of a family that has an accepted registration, in one of the kind's activities when it names some: once for the
family, once for each of its guardians, or once for each child that is registered, by the kind's subject. Inactive kinds are asked of
nobody. A child's paper counts in both homes of separated parents, whoever sent it.

`among` narrows to families, by their ids or by a select of ids; it is applied inside, so that a page of families is an index look-up.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, func, literal, null, or_, select, text, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute

from db.models.bookings import Registration
from db.models.documents import Document, DocumentKind, DocumentKindActivity
from db.models.people import Guardian

FOR_EVER = date(9999, 12, 31)
STATES = ("missing", "refused", "expired", "to_check", "accepted")

CURRENT = text("documents.is_current")  # as the partial indexes write it: SQLite does not see that "is_current = 1" is the same

Among = Collection[int] | Select[Any] | ColumnElement[Any] | None


def expected_documents(among: Among = None) -> Select[Any]:
    """One row for each paper that is asked for: family_id, kind_id, guardian_id, child_id, is_compulsory."""
    every = union_all(*(_asked(subject, among, with_paper=False) for subject in ("family", "guardian", "child"))).subquery("asked")
    return select(every.c.family_id, every.c.kind_id, every.c.guardian_id, every.c.child_id, every.c.is_compulsory)


def document_states(day: date, among: Among = None) -> Select[Any]:
    """The rows of `expected_documents` with the current paper of each, if any: document_id, valid_until_on, and `state` on a day.

    A state is `missing` (nothing was sent), `to_check`, `refused`, `accepted`, or `expired` (accepted, past its last day).
    """
    every = _papers(among)
    past = and_(every.c.paper_state == "accepted", every.c.valid_until_on < day)
    state = case((every.c.paper_state.is_(None), "missing"), (past, "expired"), else_=every.c.paper_state)
    columns = [every.c[name] for name in ("family_id", "kind_id", "guardian_id", "child_id", "is_compulsory", "document_id")]
    return select(*columns, every.c.valid_until_on, state.label("state"))


def family_files(among: Among = None) -> Select[Any]:
    """What `FamilyFile` keeps, computed: family_id, expected, accepted, missing, complete_until_on; a family without row is asked nothing.

    All four speak of compulsory papers only. `accepted` counts whatever was accepted, past its last day or not, so that nothing has to
    be written when a paper expires; `missing` is the rest. `complete_until_on` is the first last day of the accepted ones, FOR_EVER
    when none has any (or nothing compulsory is asked), NULL while one is not accepted.
    """
    every = _papers(among)
    asked = func.sum(case((every.c.is_compulsory, 1), else_=0))
    accepted = func.sum(case((and_(every.c.is_compulsory, every.c.paper_state == "accepted"), 1), else_=0))
    last_day = case((every.c.is_compulsory, func.coalesce(every.c.valid_until_on, FOR_EVER)), else_=literal(FOR_EVER))
    return select(
        every.c.family_id,
        asked.label("expected"),
        accepted.label("accepted"),
        (asked - accepted).label("missing"),
        case((asked == accepted, func.min(last_day)), else_=null()).label("complete_until_on"),
    ).group_by(every.c.family_id)


def _papers(among: Among) -> Any:
    return union_all(*(_asked(subject, among, with_paper=True) for subject in ("family", "guardian", "child"))).subquery("papers")


def _asked(subject: str, among: Among, *, with_paper: bool) -> Select[Any]:
    """The papers asked about one kind of subject. Each has its own join to the papers: each has its own unique index there."""
    nobody = cast(null(), Integer)
    guardian: Any = Guardian.id if subject == "guardian" else nobody
    child: Any = Registration.child_id if subject == "child" else nobody
    columns: list[Any] = [Registration.family_id, DocumentKind.id.label("kind_id"), guardian.label("guardian_id"), child.label("child_id")]
    columns.append(DocumentKind.is_compulsory)
    if with_paper:
        columns += [Document.id.label("document_id"), Document.state.label("paper_state"), Document.valid_until_on]
    everywhere = DocumentKind.id.not_in(select(DocumentKindActivity.kind_id))
    here = tuple_(DocumentKind.id, Registration.activity_id).in_(select(DocumentKindActivity.kind_id, DocumentKindActivity.activity_id))
    asked = select(*columns).select_from(Registration).join(DocumentKind, or_(everywhere, here))
    if subject == "guardian":
        asked = asked.join(Guardian, Guardian.family_id == Registration.family_id)
    if with_paper:
        asked = asked.outerjoin(Document, and_(Document.kind_id == DocumentKind.id, CURRENT, _about(subject)))
    asked = asked.where(Registration.state == "accepted", DocumentKind.subject == subject, DocumentKind.is_active)
    return asked.where(_within(Registration.family_id, among)).distinct() if among is not None else asked.distinct()


def _about(subject: str) -> ColumnElement[bool]:
    if subject == "guardian":
        return and_(Document.guardian_id == Guardian.id, Document.guardian_id.is_not(None))
    if subject == "child":
        return and_(Document.child_id == Registration.child_id, Document.child_id.is_not(None))
    return and_(Document.family_id == Registration.family_id, Document.guardian_id.is_(None), Document.child_id.is_(None))


def _within(column: InstrumentedAttribute[int], among: Any) -> ColumnElement[bool]:
    return column.in_(sorted(among) if isinstance(among, set | frozenset) else among)

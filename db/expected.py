"""Which papers are asked of whom, and what became of each: the one definition, for a page of families or for all of them.

A kind is asked of a family that has an accepted registration, in one of the kind's activities when it names some: once for the
family, once for each of its guardians, or once for each child that is registered, by the kind's subject. Inactive kinds are asked of
nobody. A child's paper counts in both homes of separated parents, whoever sent it. A court's decision is asked of nobody: who has one
sends it.

`among` narrows to families, by their ids, by a list parameter (`db.lists.listed`) or by a select of ids; it is applied inside, so that
a page of families is an index look-up. The papers are one materialised set, joined by kind and subject: both databases then read each
paper once.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import InstrumentedAttribute, aliased

from db.lists import AnyOf
from db.models.bookings import Registration
from db.models.documents import Document, DocumentKind, DocumentKindActivity
from db.models.people import Family, FamilyChild, Guardian

FOR_EVER = date(9999, 12, 31)
STATES = ("missing", "refused", "expired", "to_check", "accepted")
CURRENT = sql("documents.is_current")  # as the partial indexes write it: SQLite does not see that "is_current = 1" is the same

Among = Collection[int] | Select[Any] | BindParameter[Any]


def expected_documents(among: Among | None = None) -> Select[Any]:
    """One row for each paper that is asked for: family_id, kind_id, guardian_id, child_id, is_compulsory."""
    asked = _asked(among)
    return select(asked.c.family_id, asked.c.kind_id, asked.c.guardian_id, asked.c.child_id, asked.c.is_compulsory)


def document_states(day: date | BindParameter[date], among: Among | None = None, *, homes: Among | None = None) -> Select[Any]:
    """The rows of `expected_documents` with the current paper of each, if any: document_id, valid_until_on, and `state` on a day.

    A state is `missing` (nothing was sent), `to_check`, `refused`, `accepted`, or `expired` (accepted, past its last day). Whoever
    already knows the families whose papers count (`among` and the other homes of their children) says so in `homes`.
    """
    asked, papers = _asked(among), _papers(among, homes)
    past = and_(papers.c.state == "accepted", papers.c.valid_until_on < day)
    state = case((papers.c.state.is_(None), "missing"), (past, "expired"), else_=papers.c.state)
    columns = [asked.c[name] for name in ("family_id", "kind_id", "guardian_id", "child_id", "is_compulsory")]
    found = select(*columns, papers.c.document_id, papers.c.valid_until_on, state.label("state"))
    return found.outerjoin_from(asked, papers, _answers(asked, papers))


def family_files(among: Among | None = None) -> Select[Any]:
    """What `FamilyFile` keeps, computed: family_id, expected, accepted, missing, complete_until_on; a family without row is asked nothing.

    All four speak of compulsory papers only. `accepted` counts whatever was accepted, past its last day or not, so that nothing has to
    be written when a paper expires; `missing` is the rest. `complete_until_on` is the first last day of the accepted ones, FOR_EVER
    when none has any (or nothing compulsory is asked), NULL while one is not accepted.
    """
    asked, papers = _asked(among), _papers(among, None)
    expected = func.sum(case((asked.c.is_compulsory, 1), else_=0))
    accepted = func.sum(case((and_(asked.c.is_compulsory, papers.c.state == "accepted"), 1), else_=0))
    last_day = case((asked.c.is_compulsory, func.coalesce(papers.c.valid_until_on, FOR_EVER)), else_=literal(FOR_EVER))
    return (
        select(
            asked.c.family_id,
            expected.label("expected"),
            accepted.label("accepted"),
            (expected - accepted).label("missing"),
            case((expected == accepted, func.min(last_day)), else_=null()).label("complete_until_on"),
        )
        .outerjoin_from(asked, papers, _answers(asked, papers))
        .group_by(asked.c.family_id)
    )


def _asked(among: Among | None) -> Subquery:
    of_guardians, of_children = DocumentKind.subject == "guardian", DocumentKind.subject == "child"
    everywhere = DocumentKind.id.not_in(select(DocumentKindActivity.kind_id))
    here = tuple_(DocumentKind.id, Registration.activity_id).in_(select(DocumentKindActivity.kind_id, DocumentKindActivity.activity_id))
    theirs = select(Guardian.id, Guardian.family_id)
    theirs = theirs if among is None else theirs.where(_within(Guardian.family_id, among))
    guardians = theirs.cte("guardians_asked").prefix_with("MATERIALIZED")
    subject_id = case((of_children, Registration.child_id), (of_guardians, guardians.c.id), else_=Registration.family_id)
    asked = (
        select(
            Registration.family_id,
            DocumentKind.id.label("kind_id"),
            guardians.c.id.label("guardian_id"),
            case((of_children, Registration.child_id), else_=null()).label("child_id"),
            DocumentKind.is_compulsory,
            cast(subject_id, Integer).label("subject_id"),
        )
        .join_from(Registration, DocumentKind, or_(everywhere, here))
        .outerjoin(guardians, and_(of_guardians, guardians.c.family_id == Registration.family_id))
        .where(
            Registration.state == "accepted",
            DocumentKind.is_active,
            DocumentKind.purpose.is_distinct_from("court_decision"),
            or_(DocumentKind.subject != "guardian", guardians.c.id.is_not(None)),
        )
        .distinct()
    )
    return (asked if among is None else asked.where(_within(Registration.family_id, among))).subquery("asked")


def _papers(among: Among | None, homes: Among | None) -> CTE:
    papers = select(
        Document.id.label("document_id"),
        Document.kind_id,
        Document.guardian_id,
        Document.child_id,
        Document.state,
        Document.valid_until_on,
        cast(func.coalesce(Document.child_id, Document.guardian_id, Document.family_id), Integer).label("subject_id"),
    ).where(CURRENT)
    if homes is not None:
        papers = papers.where(_within(Document.family_id, homes))
    elif among is not None:
        other = aliased(FamilyChild)
        theirs = select(other.family_id).join(FamilyChild, FamilyChild.child_id == other.child_id)
        both = union(select(Family.id).where(_within(Family.id, among)), theirs.where(_within(FamilyChild.family_id, among)))
        papers = papers.where(Document.family_id.in_(both))
    return papers.cte("papers").prefix_with("MATERIALIZED")


def _answers(asked: Subquery, papers: CTE) -> ColumnElement[bool]:
    """That a paper is the one asked for. The two last parts hold when the subject of a kind has been changed since."""
    return and_(
        papers.c.kind_id == asked.c.kind_id,
        papers.c.subject_id == asked.c.subject_id,
        papers.c.guardian_id.is_(None) == asked.c.guardian_id.is_(None),
        papers.c.child_id.is_(None) == asked.c.child_id.is_(None),
    )


def _within(column: InstrumentedAttribute[int], among: Among) -> ColumnElement[bool]:
    if isinstance(among, BindParameter):
        return AnyOf(column, among)
    return column.in_(sorted(among) if isinstance(among, set | frozenset) else among)

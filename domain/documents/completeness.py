"""Whose file is complete: pages of families, the matrix of their papers, and the kept row of each file.

What is asked of whom is defined in `db.expected`. The share of a file counts compulsory papers: accepted and valid that day, of those
asked for. Sorting and "incomplete" read the kept rows, so that a page costs the same in a village and in a metropolis; the cells of the
page are computed for its families alone. Two filters do not: a kind of paper without a state, and the state `missing`, read all that is
asked of every family, and their cost follows the number of families.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any, Literal

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import Session, aliased

from db.expected import CURRENT, document_states, family_files
from db.lists import listed
from db.models import (
    Account,
    Activity,
    Booking,
    Child,
    Document,
    DocumentKind,
    Family,
    FamilyChild,
    FamilyFile,
    FamilySight,
    Guardian,
    Registration,
    Season,
    Site,
)
from db.models.bookings import LIVE_BOOKING
from domain import clock, statements
from domain.rights import SEE, at_sites, require, site_ids

Sort = Literal["name", "missing", "until"]
SORTS: tuple[Sort, ...] = ("name", "missing", "until")
COUNTED = 2_000
_PAGE = 50


@dataclass(frozen=True)
class Chosen:
    """Which files are looked at. `booked_within` is a number of days from today on, today included; `state` one of `db.expected.STATES`."""

    activity_id: int | None = None
    site_id: int | None = None
    kind_id: int | None = None
    state: str | None = None
    booked_within: int | None = None
    compulsory_only: bool = True
    incomplete_only: bool = True


def count(session: Session, by: Account, chosen: Chosen, most: int = COUNTED) -> int:
    """How many files are chosen, counted up to `most` + 1: beyond it, "more than" is the answer, at the same cost everywhere."""
    require(by, "documents", SEE)
    counted: int = statements.rows(session, _count_of(site_ids(by), chosen, clock.today(), most))[0][0]
    return counted


def page(session: Session, by: Account, chosen: Chosen, sort: Sort = "name", number: int = 1, size: int = _PAGE) -> pd.DataFrame:
    """One page of files: family_id, name, missing, complete_until_on, and the other homes of the children.

    `name` goes by the family's name, `missing` from the most papers not accepted to none, `until` from the first file to run out;
    all three follow an index.
    """
    require(by, "documents", SEE)
    found = _page_of(site_ids(by), chosen, sort, clock.today(), size)
    return statements.frame(statements.rows(session, found, skipped=(number - 1) * size), found.selected_columns.keys())


def matrix(session: Session, files: pd.DataFrame) -> pd.DataFrame:
    """The papers of a page of families (a frame of `page`), one row each: family_id, kind_id, is_compulsory and `state` today. The families
    were chosen within the person's sight."""
    ids = [int(family_id) for family_id in files.family_id]
    homes = {int(home) for told in files.homes if told for home in told.split(",")}
    states = _states_of_page()
    found = statements.rows(session, states, day=clock.today(), families=ids, homes=[*ids, *homes])
    return statements.frame(found, states.selected_columns.keys())


def papers(session: Session, by: Account, family_ids: Collection[int]) -> pd.DataFrame:
    """Every paper asked of some families in sight, with the person it is about (`person`, empty for the family itself) and its kind."""
    require(by, "documents", SEE)
    seen = select(Family.id).where(Family.id.in_(sorted(family_ids)), _in_sight(site_ids(by), Family.id))
    return lines(session, list(session.scalars(seen)))


def everything(session: Session, by: Account, chosen: Chosen) -> pd.DataFrame:
    """All chosen files for a spreadsheet: name, e-mail, telephone, expected, accepted, missing, share, complete_until_on.

    `accepted` and `share` leave out what has expired by today.
    """
    require(by, "documents", SEE)
    email = select(func.min(Guardian.email)).where(Guardian.family_id == Family.id).scalar_subquery()
    columns = (FamilyFile.family_id, _family_name().label("name"), email.label("email"), Family.phone_mobile.label("phone"))
    counts = (FamilyFile.expected, FamilyFile.accepted, FamilyFile.missing, FamilyFile.complete_until_on)
    found = select(*columns, *counts).join(Family, Family.id == FamilyFile.family_id).where(*conditions(by, chosen))
    files = pd.read_sql_query(found.order_by(*order("name")), session.connection())
    today = clock.today()
    past = and_(CURRENT, Document.state == "accepted", Document.valid_until_on < today)
    states = document_states(today, _families_of(past)).subquery()
    gone = select(states.c.family_id, func.count().label("gone")).where(states.c.state == "expired", states.c.is_compulsory)
    expired: dict[int, int] = dict(session.execute(gone.group_by(states.c.family_id)).all())
    lost = files.family_id.map(expired).fillna(0).astype(int)
    files["accepted"], files["missing"] = files.accepted - lost, files.missing + lost
    files["share"] = (files.accepted / files.expected).where(files.expected > 0, 1.0)
    return files


def names(session: Session) -> pd.DataFrame:
    """The kinds of papers in use, in their order: id, name, subject, is_compulsory."""
    kinds = select(DocumentKind.id, DocumentKind.name, DocumentKind.subject, DocumentKind.is_compulsory).where(DocumentKind.is_active)
    found = session.execute(kinds.order_by(DocumentKind.position, DocumentKind.id))
    return pd.DataFrame([tuple(kind) for kind in found], columns=list(found.keys()))


def programme(session: Session, by: Account, site_id: int | None = None) -> tuple[dict[int, str], dict[int, str]]:
    """The sites in the person's sight, and the activities of one of them in a season that has not ended: id → name."""
    require(by, "documents", SEE)
    sites = select(Site.id, Site.name).where(Site.is_active, at_sites(by, Site.id)).order_by(Site.name)
    held = select(Activity.id, Activity.name).join(Season, Season.id == Activity.season_id).where(Season.ends_on >= clock.today())
    there = held.where(Activity.site_id == site_id, at_sites(by, Activity.site_id)).order_by(Activity.name, Activity.id)
    return _pairs(session, sites), _pairs(session, there) if site_id is not None else {}


def refresh(session: Session, family_ids: Collection[int]) -> None:
    """Computes the kept file of some families again. Every act that changes papers, kinds or registrations calls it.

    The families are locked first, in the order of their ids: two acts on one family follow each other.
    """
    ids = sorted(set(family_ids))
    session.flush()
    session.execute(select(Family.id).where(Family.id.in_(ids)).order_by(Family.id).with_for_update(key_share=True))
    session.execute(delete(FamilyFile).where(FamilyFile.family_id.in_(ids)), execution_options={"synchronize_session": False})
    columns = ["family_id", "expected", "accepted", "missing", "complete_until_on"]
    session.execute(insert(FamilyFile).from_select(columns, family_files(ids)))


def refresh_all(session: Session, size: int = 1_000) -> None:
    """Computes every kept file again, `size` families at a time."""
    ids = list(session.scalars(select(Family.id).order_by(Family.id)))
    for start in range(0, len(ids), size):
        refresh(session, ids[start : start + size])


def lines(session: Session, family_ids: Collection[int]) -> pd.DataFrame:
    """The papers asked of families, with names; the caller has checked that they may be seen."""
    states = document_states(clock.today(), list(family_ids)).subquery("states")
    person = func.coalesce(Child.first_name + " " + Child.last_name, Guardian.first_name + " " + Guardian.last_name)
    found = (
        select(states, person.label("person"), DocumentKind.name.label("kind"), DocumentKind.is_health, _family_name().label("name"))
        .join(DocumentKind, DocumentKind.id == states.c.kind_id)
        .join(Family, Family.id == states.c.family_id)
        .outerjoin(Child, Child.id == states.c.child_id)
        .outerjoin(Guardian, Guardian.id == states.c.guardian_id)
        .order_by(Family.search_name, Family.id, states.c.child_id, states.c.guardian_id, DocumentKind.position, DocumentKind.id)
    )
    return pd.read_sql_query(found, session.connection())


@lru_cache(maxsize=64)
def _count_of(sites: frozenset[int] | None, chosen: Chosen, today: date, most: int) -> Select[int]:
    rows = select(FamilyFile.family_id).where(*_where(sites, chosen, today)).limit(most + 1)
    return select(func.count()).select_from(rows.subquery())


@lru_cache(maxsize=64)
def _page_of(sites: frozenset[int] | None, chosen: Chosen, sort: Sort, today: date, size: int) -> Select[Any]:
    """The statement of a page, kept: making it anew costs as much as running it."""
    mine, other = aliased(FamilyChild), aliased(FamilyChild)
    homes = (
        select(func.aggregate_strings(cast(other.family_id, String), ","))
        .join_from(mine, other, and_(other.child_id == mine.child_id, other.family_id != mine.family_id))
        .where(mine.family_id == FamilyFile.family_id)
        .scalar_subquery()
    )
    columns = (FamilyFile.family_id, _family_name().label("name"), FamilyFile.missing, FamilyFile.complete_until_on, homes.label("homes"))
    found = select(*columns).join(Family, Family.id == FamilyFile.family_id).where(*_where(sites, chosen, today))
    return found.order_by(*order(sort)).limit(size).offset(bindparam("skipped", type_=Integer))


@cache
def _states_of_page() -> Select[Any]:
    states = document_states(bindparam("day", type_=Date), listed("families", Integer()), homes=listed("homes", Integer()))
    return states.with_only_columns(*(states.selected_columns[name] for name in ("family_id", "kind_id", "is_compulsory", "state")))


def conditions(by: Account, chosen: Chosen) -> list[ColumnElement[bool]]:
    """What holds of a chosen file in the person's sight, said of `FamilyFile`."""
    return _where(site_ids(by), chosen, clock.today())


def _where(sites: frozenset[int] | None, chosen: Chosen, today: date) -> list[ColumnElement[bool]]:
    family_id = FamilyFile.family_id
    found = [_in_sight(sites, family_id)] if sites is not None else []
    if chosen.incomplete_only:
        found.append(or_(FamilyFile.complete_until_on.is_(None), FamilyFile.complete_until_on < today))
    if chosen.site_id is not None:
        found.append(family_id.in_(_seen_at([chosen.site_id])))
    if chosen.activity_id is not None:
        there = (Registration.activity_id == chosen.activity_id, Registration.state == "accepted")
        found.append(family_id.in_(select(Registration.family_id).where(*there)))
    if chosen.booked_within is not None:
        soon = Booking.day.between(today, today + timedelta(days=chosen.booked_within))
        found.append(exists().where(Booking.family_id == family_id, soon, Booking.state.in_(LIVE_BOOKING)))
    if chosen.state in ("to_check", "refused", "expired", "accepted"):
        found.append(_sent(chosen, chosen.state, today))
    elif chosen.kind_id is not None or chosen.state is not None:
        found.append(family_id.in_(_asked_for(chosen, today)))
    return found


def _pairs(session: Session, query: Any) -> dict[int, str]:
    return {int(key): str(name) for key, name in session.execute(query)}


def _in_sight(sites: frozenset[int] | None, family_id: Any) -> ColumnElement[bool]:
    """Only families of the person's sites: one that has no registration anywhere has no file."""
    condition: ColumnElement[bool] = family_id.in_(_seen_at(sorted(sites))) if sites is not None else true()
    return condition


def _seen_at(sites: list[int]) -> Select[int]:
    return select(FamilySight.family_id).where(FamilySight.site_id.in_(sites), FamilySight.until_on >= clock.today())


def _sent(chosen: Chosen, state: str, today: date) -> ColumnElement[bool]:
    """That a family, or the other home of one of its children, has sent a paper that is now in a state: looked up family by family."""
    past = and_(Document.valid_until_on.is_not(None), Document.valid_until_on < today)
    kept = "accepted" if state == "expired" else state
    paper = select(Document.id).join(DocumentKind, DocumentKind.id == Document.kind_id)
    paper = paper.where(CURRENT, Document.state == kept, DocumentKind.is_active)
    if kept == "accepted":
        paper = paper.where(past if state == "expired" else not_(past))
    if chosen.kind_id is not None:
        paper = paper.where(Document.kind_id == chosen.kind_id)
    if chosen.compulsory_only:
        paper = paper.where(DocumentKind.is_compulsory)
    own = paper.where(Document.family_id == FamilyFile.family_id)
    shared = paper.join(FamilyChild, FamilyChild.child_id == Document.child_id).where(FamilyChild.family_id == FamilyFile.family_id)
    return or_(own.exists(), shared.exists())


def _asked_for(chosen: Chosen, today: date) -> Select[Any]:
    """The families that are asked for a kind of paper, or lack one: read from all that is asked for."""
    states = document_states(today).subquery("chosen_states")
    found = select(states.c.family_id)
    if chosen.state is not None:
        found = found.where(states.c.state == chosen.state)
    if chosen.kind_id is not None:
        found = found.where(states.c.kind_id == chosen.kind_id)
    return found.where(states.c.is_compulsory) if chosen.compulsory_only else found


def _families_of(papers_where: ColumnElement[bool]) -> Select[Any]:
    """The families that some papers count for: the sender's, and the other home of a child."""
    both = union(
        select(Document.family_id).where(papers_where),
        select(FamilyChild.family_id).join(Document, Document.child_id == FamilyChild.child_id).where(papers_where),
    ).subquery()
    return select(both.c.family_id)


def order(sort: Sort) -> tuple[Any, ...]:
    """The order of a sort; each follows an index, and ends with what makes it total."""
    if sort == "missing":
        return FamilyFile.missing.desc(), FamilyFile.family_id.desc()
    if sort == "until":
        return FamilyFile.complete_until_on.nulls_last(), FamilyFile.family_id
    return Family.search_name, Family.id


def _family_name() -> Any:
    return case((Family.first_name.is_(None), Family.name), else_=Family.name + " " + Family.first_name)

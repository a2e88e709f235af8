"""Reminding families of the papers that are missing: one letter a family, not twice on one day."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db.models import Account, Family, FamilyFile, Guardian, Letter
from db.settings import settings
from domain import clock, journal, letters
from domain.documents.completeness import Chosen, conditions, lines, order
from domain.documents.decisions import written_to
from domain.refusals import NothingChosen, Refusal
from domain.rights import SEE, require
from domain.structure import setting

MOST = 500
KIND = "documents_missing"
ASKED_AGAIN = ("missing", "refused", "expired")


@dataclass(eq=False)
class TooManyFamilies(Refusal):
    """More families than are written to at once."""

    most: int


@dataclass(frozen=True)
class Wanted:
    """A paper that a letter asks for: of whom (None: the family), which, and what became of the one before."""

    person: str | None
    kind: str
    state: str


@dataclass
class Plan:
    """What a press of the button would do: whom it writes to, and whom it does not, by name."""

    letters: dict[int, list[Wanted]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    readers: dict[int, Guardian] = field(default_factory=dict)
    languages: dict[int, str] = field(default_factory=dict)
    without_email: list[str] = field(default_factory=list)
    already_today: list[str] = field(default_factory=list)
    nothing_to_ask: list[str] = field(default_factory=list)


def plan(session: Session, by: Account, chosen: Chosen | Collection[int]) -> Plan:
    """What would be written to the chosen files, or to the files of the ticked families.

    A letter asks for compulsory papers that are missing, refused or expired; one that waits to be checked is not asked for again.
    Raises NothingChosen, and TooManyFamilies above MOST.
    """
    require(by, "documents", SEE)
    meant: list[ColumnElement[bool]]
    if isinstance(chosen, Chosen):
        meant = conditions(by, chosen)
    else:
        meant = [*conditions(by, Chosen(incomplete_only=False)), FamilyFile.family_id.in_(sorted(chosen))]
    rows = select(Family.id, Family.name).join(FamilyFile, FamilyFile.family_id == Family.id).where(*meant)
    families = dict(session.execute(rows.order_by(*order("name")).limit(MOST + 1)).all())
    if not families:
        raise NothingChosen()
    if len(families) > MOST:
        raise TooManyFamilies(MOST)
    return _plan(session, families)


def preview(session: Session, by: Account, planned: Plan, family_id: int) -> tuple[str, str]:
    """The subject and the text of the letter to one family of a plan."""
    require(by, "documents", SEE)
    name = planned.readers[family_id].full_name
    facts = _facts(planned.letters[family_id])
    subject, body, _ = letters.compose(KIND, planned.languages[family_id], structure=setting(session, "name"), name=name, **facts)
    return subject, body


def remind(session: Session, by: Account, chosen: Chosen | Collection[int]) -> Plan:
    """Writes the letters of a plan made afresh, under a lock of the families: two people at once write one letter each, not two."""
    require(by, "documents")
    first = plan(session, by, chosen)
    ids = sorted(first.letters)
    session.execute(select(Family.id).where(Family.id.in_(ids)).order_by(Family.id).with_for_update(key_share=True))
    planned = _plan(session, {family_id: first.names[family_id] for family_id in first.names if family_id in first.letters})
    planned.without_email, planned.nothing_to_ask = first.without_email, first.nothing_to_ask
    planned.already_today = first.already_today + planned.already_today
    for family_id, wanted in planned.letters.items():
        reader, language = planned.readers[family_id], planned.languages[family_id]
        letters.write(session, KIND, reader, family_id=family_id, language=language, **_facts(wanted))
        journal.record(session, by, "remind_documents", (Family, family_id), family_id=family_id, changes={"papers": [None, len(wanted)]})
    return planned


def _plan(session: Session, families: dict[int, str]) -> Plan:
    ids = list(families)
    readers = {row.Guardian.family_id: row for row in session.execute(written_to(ids).order_by(Guardian.id.desc()))}
    midnight = datetime.combine(clock.today(), time(), settings().zone)
    told = select(Letter.family_id).where(Letter.family_id.in_(ids), Letter.kind == KIND, Letter.written_at >= midnight)
    already = set(session.scalars(told))
    asked = lines(session, ids) if ids else pd.DataFrame()
    wanted: dict[int, list[Wanted]] = {}
    line: Any
    for line in asked.itertuples():
        if line.is_compulsory and line.state in ASKED_AGAIN:
            person = line.person if isinstance(line.person, str) else None
            wanted.setdefault(int(line.family_id), []).append(Wanted(person, str(line.kind), str(line.state)))
    planned = Plan(names=families)
    for family_id, name in families.items():
        if family_id not in wanted:
            planned.nothing_to_ask.append(name)
        elif family_id in already:
            planned.already_today.append(name)
        elif family_id not in readers:
            planned.without_email.append(name)
        else:
            planned.letters[family_id], planned.readers[family_id] = wanted[family_id], readers[family_id].Guardian
            planned.languages[family_id] = readers[family_id].language
    return planned


def _facts(wanted: list[Wanted]) -> dict[str, Any]:
    people: dict[str | None, list[Wanted]] = {}
    for paper in wanted:
        people.setdefault(paper.person, []).append(paper)
    return {"people": [{"person": person, "papers": papers} for person, papers in people.items()]}

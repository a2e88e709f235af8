"""Changes that families asked for, decided by the staff: accepted or refused, each once, one by one or together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from db.models import Account, ChangeRequest, Child, Family, Guardian
from domain import clock, journal, letters, rights
from domain.families.changing import ASKED, Person, homes_of, stored, told, write
from domain.refusals import AlreadyDecided, DoesNotExist, NothingChosen, Refusal, filled
from domain.spelling import plain

PAGE = 25
LONGEST_REASON = 250
QUEUE = (*ASKED, "duplicate")
"""What the staff decides; an invitation that waits for its answer is not among them."""
MODELS: dict[str, type[Person]] = {"family": Family, "guardian": Guardian, "child": Child}
COLUMNS = ("id", "asked_at", "section", "object_id", "field", "values", "family_id", "family_name", "person", "asked_by")


@dataclass(eq=False)
class MovedOn(Refusal):
    """The value has changed since the family asked: `now` is what stands there. Accepting would overwrite it."""

    section: str
    field: str
    now: Any


class DecidedElsewhere(Refusal):
    """Another home or a likely duplicate is settled on the family's own screen, not by a tick."""


@dataclass(frozen=True)
class Line:
    """What came of one request in a batch: nothing against it, or the refusal."""

    request_id: int
    family_name: str | None
    refusal: Refusal | None = None


def queue(
    session: Session, by: Account | None, *, section: str = "all", search: str = "", page: int = 1, family_id: int | None = None
) -> tuple[pd.DataFrame, int]:
    """A page of the changes that wait, the oldest first, and how many there are. Columns: COLUMNS. Raises NotAllowed."""
    rights.require(by, "identity", rights.ACT)
    assert by is not None
    asker = aliased(Account)
    rows = (
        select(
            ChangeRequest.id,
            ChangeRequest.asked_at,
            ChangeRequest.section,
            ChangeRequest.object_id,
            ChangeRequest.field,
            ChangeRequest.values,
            ChangeRequest.family_id,
            Family.name.label("family_name"),
            func.coalesce(Guardian.first_name + " " + Guardian.last_name, Child.first_name + " " + Child.last_name).label("person"),
            (asker.first_name + " " + asker.last_name).label("asked_by"),
        )
        .join(Family, Family.id == ChangeRequest.family_id)
        .join(asker, asker.id == ChangeRequest.asked_by_id)
        .outerjoin(Guardian, (ChangeRequest.section == "guardian") & (Guardian.id == ChangeRequest.object_id))
        .outerjoin(Child, ChangeRequest.section.in_(("child", "duplicate")) & (Child.id == ChangeRequest.object_id))
        .where(ChangeRequest.state == "waiting", rights.sees_family(by, ChangeRequest.family_id))
        .where(ChangeRequest.section.in_(QUEUE) if section not in QUEUE else ChangeRequest.section == section)
    )
    if family_id is not None:
        rows = rows.where(ChangeRequest.family_id == family_id)
    for word in plain(search).split()[:5]:
        rows = rows.where(or_(Family.search_name.contains(word, autoescape=True), Child.search_name.contains(word, autoescape=True)))
    total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    found = session.execute(rows.order_by(ChangeRequest.asked_at, ChangeRequest.id).offset((page - 1) * PAGE).limit(PAGE)).all()
    return pd.DataFrame([tuple(row) for row in found], columns=list(COLUMNS), dtype=object), total


def count_waiting(by: Account) -> Select[int]:
    """The statement that counts the changes waiting in a person's sight, for the dashboard."""
    return (
        select(func.count())
        .select_from(ChangeRequest)
        .where(ChangeRequest.state == "waiting", ChangeRequest.section.in_(QUEUE), rights.sees_family(by, ChangeRequest.family_id))
    )


def accept_many(session: Session, by: Account | None, request_ids: Sequence[int]) -> list[Line]:
    """Writes the values that were asked for, and tells, line by line, what could not be: decided by somebody else, or changed since.

    Raises NotAllowed, NothingChosen.
    """
    rights.require(by, "identity", rights.ACT)
    assert by is not None
    return _each(session, by, request_ids, lambda request: _accept(session, by, request), "changes_accepted")


def refuse_many(session: Session, by: Account | None, request_ids: Sequence[int], reason: str) -> list[Line]:
    """Refuses changes for one reason, which the family reads. Raises NotAllowed, NothingChosen, Incomplete, TooLong."""
    rights.require(by, "identity", rights.ACT)
    assert by is not None
    why = filled("reason", reason, LONGEST_REASON)
    return _each(session, by, request_ids, lambda request: _refuse(session, by, request, why), "changes_refused", reason=why)


def undecided(session: Session, by: Account, request_id: int, section: str) -> ChangeRequest:
    """A request of a section that still waits, locked. Raises DoesNotExist, AlreadyDecided."""
    request = _locked(session, by, [request_id]).get(request_id)
    if request is None or request.section != section:
        raise DoesNotExist("change_requests")
    _still_waits(session, request)
    return request


def close(session: Session, by: Account, request: ChangeRequest, outcome: str, reason: str | None = None) -> None:
    """Notes a decision on a request that the caller holds, with its line in the journal."""
    request.state, request.decided_by_id, request.decided_at, request.reason = outcome, by.id, clock.now(), reason
    if outcome == "accepted":
        journal.record(session, by, "accept_change", request, reason=reason)
    else:
        journal.record(session, by, "refuse_change", request, reason=reason)


# -- how --------------------------------------------------------------------------------------------------------------------------


def _locked(session: Session, by: Account, request_ids: Sequence[int]) -> dict[int, ChangeRequest]:
    """The requests in the person's sight, locked in the order of their ids."""
    rows = (
        select(ChangeRequest)
        .where(ChangeRequest.id.in_(request_ids), ChangeRequest.section.in_(QUEUE), rights.sees_family(by, ChangeRequest.family_id))
        .order_by(ChangeRequest.id)
        .with_for_update(of=ChangeRequest)
        .execution_options(populate_existing=True)
    )
    return {request.id: request for request in session.scalars(rows)}


def _each(
    session: Session, by: Account, request_ids: Sequence[int], decide: Callable[[ChangeRequest], None], letter: str, **facts: Any
) -> list[Line]:
    if not request_ids:
        raise NothingChosen
    asked = _locked(session, by, sorted(set(request_ids)))
    families = {request.family_id for request in asked.values()}
    names = {row.id: row.name for row in session.execute(select(Family.id, Family.name).where(Family.id.in_(families)))}
    lines: dict[int, Line] = {}
    done = []
    for request_id in sorted(set(request_ids), key=lambda wanted: _turn(asked.get(wanted))):
        request = asked.get(request_id)
        name = names[request.family_id] if request else None
        try:
            if request is None:
                raise DoesNotExist("change_requests")
            _still_waits(session, request)
            decide(request)
            done.append(request)
            lines[request_id] = Line(request_id, name)
        except Refusal as refusal:  # raised before anything of this line was changed
            lines[request_id] = Line(request_id, name, refusal)
    _tell(session, done, letter, **facts)
    return [lines[request_id] for request_id in dict.fromkeys(request_ids)]


def _turn(request: ChangeRequest | None) -> tuple[str, int, int]:
    """People are locked in one order, whoever decides on whatever batch."""
    return (request.section, request.object_id, request.id) if request else ("", 0, 0)


def _still_waits(session: Session, request: ChangeRequest) -> None:
    if request.state == "waiting":
        return
    decider = session.get(Account, request.decided_by_id) if request.decided_by_id else None
    raise AlreadyDecided(decider.full_name if decider else None, request.decided_at or request.asked_at, request.state)


def _accept(session: Session, by: Account, request: ChangeRequest) -> None:
    if request.section not in MODELS:
        raise DecidedElsewhere
    model = MODELS[request.section]
    thing = cast(Person | None, session.get(model, request.object_id, with_for_update=True, populate_existing=True))
    if thing is None or request.family_id not in homes_of(session, request.section, thing):
        raise DoesNotExist(model.__tablename__)
    now, old, new = getattr(thing, request.field), request.values["old"], request.values["new"]
    if stored(now) not in (old, new):
        raise MovedOn(request.section, request.field, now)
    write(session, thing, {request.field: told(request.section, request.field, new)})  # type: ignore[arg-type]
    journal.record(session, by, "change_details", thing, family_id=request.family_id)
    close(session, by, request, "accepted")


def _refuse(session: Session, by: Account, request: ChangeRequest, reason: str) -> None:
    if request.section == "duplicate":
        raise DecidedElsewhere
    close(session, by, request, "refused", reason)


def _tell(session: Session, done: Sequence[ChangeRequest], letter: str, **facts: Any) -> None:
    """One letter for all that was decided at once for whoever asked; nothing of what was asked stands in it."""
    askers: dict[tuple[int, int], int] = {}
    for request in done:
        askers[request.asked_by_id, request.family_id] = askers.get((request.asked_by_id, request.family_id), 0) + 1
    for (account_id, family_id), count in sorted(askers.items()):
        account = session.get_one(Account, account_id)
        if account.state == "active":
            letters.write(session, letter, account, family_id=family_id, count=count, **facts)

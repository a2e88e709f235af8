"""What a member of the staff should know on arriving: what waits, how full the coming days are, what is owed, whose file is not ready.

A handful of queries, whatever the role; everything is within the person's sight, and what the role does not open is None.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from db.models import (
    Account,
    AccountRequest,
    Activity,
    Conversation,
    Document,
    FamilyFile,
    Invoice,
    Letter,
    OpenDay,
    Registration,
    Seats,
    Site,
)
from domain import clock
from domain.balances.filters import BUCKETS, due_within
from domain.documents import queue
from domain.documents.completeness import Chosen, conditions
from domain.families import deciding
from domain.letters.outbox import in_sight
from domain.occupancy import STATES, states
from domain.rights import ACT, SEE, at_sites, may, require, sees_family, site_ids

DAYS = 7
SOON = 7
LATE = BUCKETS[1:]
DEAD_SINCE = timedelta(days=30)


@dataclass(frozen=True)
class Tension:
    """A site on a day: seats offered and taken, those left (overbooking included), who waits, and how many of its cells have no seat
    left. `state` is one of `domain.occupancy.STATES`."""

    site_id: int
    site: str
    day: date
    offered: int
    taken: int
    left: int
    waiting: int
    full_slots: int
    state: str

    @property
    def fill_rate(self) -> float | None:
        """Taken / offered; None where no seat is offered."""
        return self.taken / self.offered if self.offered else None


@dataclass(frozen=True)
class Overdue:
    """What is past its due date: cents and families, in all and by how late (`domain.balances.BUCKETS` without `not_due`).

    A family with invoices of several ages is counted in each, and once in `families`.
    """

    cents: int = 0
    families: int = 0
    buckets: dict[str, tuple[int, int]] = field(default_factory=lambda: dict.fromkeys(LATE, (0, 0)))


@dataclass(frozen=True)
class Morning:
    """The dashboard of one person. None: the role does not open it.

    `waiting` counts by code, in the order of the screen: accounts, documents, registrations, messages, changes.
    """

    today: date
    waiting: dict[str, int]
    dead_letters: int | None
    tension: list[Tension] | None
    overdue: Overdue | None
    files_soon: int | None


def morning(session: Session, by: Account) -> Morning:
    """What waits for a member of the staff today. A leader reads the capacity of today alone, or of the next open day."""
    require(by, "identity", SEE)
    counts = _counts(session, by)
    dead = counts.pop("dead_letters", None)
    return Morning(
        today=clock.today(),
        waiting=counts,
        dead_letters=dead,
        tension=_tension(session, by, DAYS if may(by, "capacity", ACT) else 1) if _sees_capacity(by) else None,
        overdue=_overdue(session, by) if may(by, "money", SEE) else None,
        files_soon=_files_soon(session, by) if may(by, "documents", SEE) else None,
    )


def _sees_capacity(by: Account) -> bool:
    return may(by, "capacity", ACT) or may(by, "attendance", ACT)


def _counts(session: Session, by: Account) -> dict[str, int]:
    """Every count in one query; each reads a partial index."""
    found = {name: count(by) for name, (opens, count) in _COUNTS.items() if opens(by)}
    if not found:
        return {}
    row = session.execute(select(*(query.scalar_subquery().label(name) for name, query in found.items()))).one()
    return {name: int(value) for name, value in zip(found, row, strict=True)}


def _accounts(by: Account) -> Select[int]:
    return _number(AccountRequest).where(AccountRequest.state == "waiting", _sees(by, AccountRequest.family_id))


def _documents(by: Account) -> Select[int]:
    return _number(Document).where(*queue.conditions(by))


def _registrations(by: Account) -> Select[int]:
    asked = _number(Registration).join(Activity, Activity.id == Registration.activity_id)
    return asked.where(Registration.state == "requested", at_sites(by, Activity.site_id))


def _messages(by: Account) -> Select[int]:
    here = or_(at_sites(by, Conversation.site_id), and_(Conversation.site_id.is_(None), _sees(by, Conversation.family_id)))
    return _number(Conversation).where(Conversation.state == "open", Conversation.unread_by_staff > 0, here)


def _changes(by: Account) -> Select[int]:
    return deciding.count_waiting(by)


def _dead_letters(by: Account) -> Select[int]:
    return _number(Letter).where(Letter.state == "dead", Letter.written_at > clock.now() - DEAD_SINCE, in_sight(by))


_COUNTS: dict[str, tuple[Callable[[Account], bool], Callable[[Account], Select[int]]]] = {
    "accounts": (lambda by: may(by, "accounts", ACT), _accounts),
    "documents": (lambda by: may(by, "documents", ACT), _documents),
    "registrations": (lambda by: may(by, "capacity", ACT), _registrations),
    "messages": (lambda by: may(by, "messages", ACT), _messages),
    "changes": (lambda by: may(by, "identity", ACT), _changes),
    "dead_letters": (lambda by: may(by, "messages", ACT) or may(by, "settings", ACT), _dead_letters),
}


def _number(model: Any) -> Select[int]:
    return select(func.count()).select_from(model)


def _sees(by: Account, family_id: Any) -> ColumnElement[bool]:
    return sees_family(by, family_id)


def _tension(session: Session, by: Account, days: int) -> list[Tension]:
    """Each site on each of the next days on which anything is open, by site and day."""
    today = clock.today()
    here = (OpenDay.state == "open", at_sites(by, Activity.site_id), Activity.is_published)
    coming = select(OpenDay.day).join(Activity, Activity.id == OpenDay.activity_id).where(OpenDay.day >= today, *here)
    next_days = list(session.scalars(coming.distinct().order_by(OpenDay.day).limit(days)))
    if not next_days:
        return []
    every = Seats.capacity + Seats.overbooking
    is_full = and_(every > 0, Seats.taken >= every)
    counts = (Seats.capacity, Seats.overbooking, Seats.taken, Seats.waiting, case((is_full, 1), else_=0))
    sums = [func.sum(count) for count in counts]
    rows = (
        select(Site.id, Site.name, Seats.day, *sums)
        .join_from(Seats, OpenDay, OpenDay.id == Seats.open_day_id)
        .join(Activity, Activity.id == Seats.activity_id)
        .join(Site, Site.id == Activity.site_id)
        .where(Seats.day.in_(next_days), *here)
        .group_by(Site.id, Site.name, Seats.day)
        .order_by(Site.name, Seats.day)
    )
    found = [(*row[:3], *map(int, row[3:])) for row in session.execute(rows)]
    if not found:
        return []
    offered, overbooking, taken = (np.array([row[place] for row in found]) for place in (3, 4, 5))
    return [
        Tension(site_id, site, day, seats, held, seats + more - held, waiting, full, STATES[state])
        for (site_id, site, day, seats, more, held, waiting, full), state in zip(
            found, states(session, offered, overbooking, taken), strict=True
        )
    ]


def _overdue(session: Session, by: Account) -> Overdue:
    today = clock.today()
    bucket = case(*((due_within(name, today), name) for name in LATE))
    owed = (
        select(Invoice.family_id, bucket.label("bucket"), func.sum(Invoice.open_cents).label("cents"))
        .where(Invoice.open_cents > 0, Invoice.due_on < today, *([_sees(by, Invoice.family_id)] if site_ids(by) is not None else []))
        .group_by(Invoice.family_id, bucket)
        .cte("owed")
    )
    by_age = select(owed.c.bucket, func.sum(owed.c.cents), func.count()).group_by(owed.c.bucket)
    in_all = select(literal("all"), func.coalesce(func.sum(owed.c.cents), 0), func.count(owed.c.family_id.distinct())).select_from(owed)
    rows = {name: (int(cents), int(families)) for name, cents, families in session.execute(union_all(by_age, in_all))}
    cents, families = rows.pop("all")
    return Overdue(cents, families, {name: rows.get(name, (0, 0)) for name in LATE})


def _files_soon(session: Session, by: Account) -> int:
    """How many families come within SOON days and have a file that is not complete."""
    return session.scalar(select(func.count()).select_from(FamilyFile).where(*conditions(by, Chosen(booked_within=SOON)))) or 0

"""What a family sees first: for each screen of its menu, what matters now."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from db.models import (
    Account,
    Activity,
    Booking,
    ChangeRequest,
    Child,
    Conversation,
    FamilyBalance,
    FamilyChild,
    Guardian,
    Invoice,
    Offer,
    Registration,
    Slot,
    WaitingListEntry,
)
from domain import clock
from domain.documents import asked
from domain.families import finding, sheets
from domain.families.changing import ASKED

STATES = ("pending", "to_pay", "confirmed")


@dataclass(frozen=True)
class NextDay:
    """One booked slot to come."""

    day: date
    child: str
    activity: str
    slot: str
    starts_at: time
    ends_at: time
    state: str


@dataclass(frozen=True)
class People:
    """How many the family are, and the changes that it asked for and that wait for the structure."""

    children: int
    guardians: int
    changes_waiting: int


@dataclass(frozen=True)
class Sheets:
    """The children's sheets (health, people, permissions) that were never filled in, and those to be confirmed."""

    never: int
    to_confirm: int


@dataclass(frozen=True)
class Registered:
    """Registrations that count, that wait for an answer, and places offered from the waiting list that are still to be answered."""

    accepted: int
    requested: int
    waiting_days: int
    offers: int


@dataclass(frozen=True)
class Owed:
    """What is due, in cents, in how many invoices; `oldest_due_on` is the oldest day by which something should have been paid."""

    open_cents: int
    invoices: int
    oldest_due_on: date | None


@dataclass(frozen=True)
class Papers:
    """The papers asked of the family: how many are missing (or past their last day), refused, looked at by the structure, and the first
    day on which one that is accepted ends, when that is near. `compulsory` counts those to send that are compulsory."""

    expected: int
    missing: int
    refused: int
    to_check: int
    compulsory: int
    ends_on: date | None

    @property
    def to_send(self) -> int:
        """Papers that the family should send."""
        return self.missing + self.refused


@dataclass(frozen=True)
class Glance:
    """A family's own figures, for the tiles of its home page."""

    name: str
    people: People
    sheets: Sheets
    registered: Registered
    owed: Owed
    papers: Papers
    unread: int
    days: list[NextDay]

    @property
    def by_day(self) -> dict[tuple[date, str, str, str], list[str]]:
        """The slots to come, together for each day, child, activity and state."""
        lines: dict[tuple[date, str, str, str], list[str]] = {}
        for day in self.days:
            lines.setdefault((day.day, day.child, day.activity, day.state), []).append(day.slot)
        return lines


def at_a_glance(session: Session, by: Account, limit: int = 12) -> Glance:
    """The figures of the family that a parent's sign-in belongs to, in a fixed number of statements. Raises NotAllowed, DoesNotExist."""
    family = finding.own_family(session, by)
    counts = session.execute(select(*(one.label(name) for name, one in _counts(family.id).items()))).one()
    return Glance(
        name=family.name,
        people=People(counts.children, counts.guardians, counts.changes),
        sheets=_sheets(session, by),
        registered=Registered(counts.accepted, counts.requested, counts.waiting, counts.offers),
        owed=Owed(counts.open_cents or 0, counts.invoices, counts.oldest_due_on),
        papers=_papers(session, family.id),
        unread=counts.unread or 0,
        days=_days(session, family.id, limit),
    )


def _counts(family_id: int) -> dict[str, ScalarSelect[Any]]:
    registrations = select(func.count()).where(Registration.family_id == family_id)
    entries = select(func.count()).where(WaitingListEntry.family_id == family_id, WaitingListEntry.day >= clock.today())
    offers = entries.select_from(WaitingListEntry).join(Offer, Offer.entry_id == WaitingListEntry.id)
    balance = select(FamilyBalance.open_cents).where(FamilyBalance.family_id == family_id)
    asked = select(func.count()).where(ChangeRequest.family_id == family_id)
    wanted: dict[str, Select[Any]] = {
        "children": select(func.count()).where(FamilyChild.family_id == family_id),
        "guardians": select(func.count()).where(Guardian.family_id == family_id),
        "changes": asked.where(ChangeRequest.state == "waiting", ChangeRequest.section.in_(ASKED)),
        "accepted": registrations.where(Registration.state == "accepted"),
        "requested": registrations.where(Registration.state.in_(("requested", "waiting"))),
        "waiting": entries.where(WaitingListEntry.state == "waiting"),
        "offers": offers.where(Offer.state == "open", Offer.lapses_at > clock.now()),
        "open_cents": balance,
        "oldest_due_on": balance.with_only_columns(FamilyBalance.oldest_due_on),
        "invoices": select(func.count()).where(Invoice.family_id == family_id, Invoice.open_cents > 0),
        "unread": select(func.sum(Conversation.unread_by_family)).where(Conversation.family_id == family_id),
    }
    return {name: query.scalar_subquery() for name, query in wanted.items()}


def _papers(session: Session, family_id: int) -> Papers:
    lines = asked.lines(session, family_id)
    to_send = [line for line in lines if line.is_to_send]
    ends = [line.valid_until_on for line in to_send if line.ends_soon]
    return Papers(
        expected=len(lines),
        missing=sum(line.state in ("missing", "expired") for line in to_send),
        refused=sum(line.state == "refused" for line in to_send),
        to_check=sum(line.state == "to_check" or line.renewed for line in lines),
        compulsory=sum(line.is_compulsory and not line.ends_soon for line in to_send),
        ends_on=min((day for day in ends if day), default=None),
    )


def _sheets(session: Session, by: Account) -> Sheets:
    states = [sheet.state for sheet in sheets.sheets_of(session, by)]
    return Sheets(never=states.count("never"), to_confirm=states.count("to_certify") + states.count("ending"))


def _days(session: Session, family_id: int, limit: int) -> list[NextDay]:
    booked = (
        select(Booking.day, Child.first_name, Activity.name, Slot.name, Slot.starts_at, Slot.ends_at, Booking.state)
        .join(Child, Child.id == Booking.child_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Activity, Activity.id == Slot.activity_id)
        .where(Booking.family_id == family_id, Booking.day >= clock.today(), Booking.state.in_(STATES))
        .order_by(Booking.day, Slot.starts_at, Child.first_name)
        .limit(limit)
    )
    return [NextDay(*row) for row in session.execute(booked)]

"""Reminders: prepared for the families that are late, looked at, then sent as letters of the outbox."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Literal

import pandas as pd
from sqlalchemy import ColumnElement, and_, case, exists, func, select, update
from sqlalchemy.orm import Session

from db.models import Account, FamilyBalance, Guardian, Invoice, Reminder, ReminderInvoice, Site
from db.models import Family as FamilyRow
from db.settings import settings
from domain import clock, journal, letters, rights
from domain.refusals import DoesNotExist, NothingChosen, Refusal
from domain.structure import setting

LEVELS = (1, 2, 3)
BATCH = 500
_LOOK = 5_000
Standing = Literal["ready", "already_today", "without_email"]


@dataclass(eq=False)
class UnknownLevel(Refusal):
    """There are three levels of reminder."""

    level: int


@dataclass(eq=False)
class TooManyAtOnce(Refusal):
    """More families than one transaction takes."""

    count: int
    most: int


@dataclass(eq=False)
class NothingOverdue(Refusal):
    """The family owes nothing that a reminder may ask for: nothing late, or all of it disputed or at the Trésor."""

    family_id: int


@dataclass
class Sent:
    """What became of a batch: families by id. Nobody is in two lists."""

    sent: list[int] = field(default_factory=list)
    already_today: list[int] = field(default_factory=list)
    without_email: list[int] = field(default_factory=list)
    nothing_overdue: list[int] = field(default_factory=list)


@dataclass
class Group:
    """Late families: how many, what is asked of them in cents, and the ids of the first 500."""

    families: int = 0
    cents: int = 0
    first: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Due:
    """A family's reminder before it leaves."""

    family_id: int
    level: int
    already_today: bool
    invoices: list[Any]
    reader: Any | None

    @property
    def cents(self) -> int:
        return sum(invoice.open_cents for invoice in self.invoices)


def batches(family_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The families by transactions of 500."""
    for first in range(0, len(family_ids), BATCH):
        yield family_ids[first : first + BATCH]


def standing(session: Session, by: Account, family_ids: Sequence[int], level: int | None = None) -> dict[Standing, Group]:
    """How the late families among some stand, counted and summed by the database, with the ids of the first 500 of each group.

    `ready` to be written to, `already_today`, or `without_email`. Two queries for 5,000 families. Refuses NotAllowed, UnknownLevel.
    """
    rights.require(by, "money")
    _known(level)
    found: dict[Standing, Group] = {"ready": Group(), "already_today": Group(), "without_email": Group()}
    ids = sorted(set(family_ids))
    for start in range(0, len(ids), _LOOK):
        them = _standing(by, ids[start : start + _LOOK], level).subquery()
        for state, count, cents in session.execute(select(them.c.state, func.count(), func.sum(them.c.cents)).group_by(them.c.state)):
            group = found[state]
            group.families, group.cents = group.families + count, group.cents + int(cents)
            if len(group.first) < BATCH:
                first = select(them.c.family_id).where(them.c.state == state).order_by(them.c.family_id)
                group.first += session.scalars(first.limit(BATCH - len(group.first)))
    return found


def prepare(session: Session, by: Account, family_ids: Collection[int], level: int | None = None) -> pd.DataFrame:
    """Who would get a reminder: one row per family that is late.

    Columns: family_id, name, first_name, level, amount_cents, invoice_count, oldest_due_on, email (empty when nobody of the family has
    one), already_today. Without a level, each family gets the next one: one above the highest that already asked for one of its late
    invoices, three at most. Refuses NotAllowed, UnknownLevel.
    """
    rights.require(by, "money")
    _known(level)
    rows: list[dict[str, Any]] = []
    for batch in batches(sorted(set(family_ids))):
        names = {
            row.id: row
            for row in session.execute(select(FamilyRow.id, FamilyRow.name, FamilyRow.first_name).where(FamilyRow.id.in_(batch)))
        }
        rows += [
            {
                "family_id": due.family_id,
                "name": names[due.family_id].name,
                "first_name": names[due.family_id].first_name,
                "level": due.level,
                "amount_cents": due.cents,
                "invoice_count": len(due.invoices),
                "oldest_due_on": due.invoices[0].due_on,
                "email": due.reader.email if due.reader else None,
                "already_today": due.already_today,
            }
            for due in _due(session, by, batch, level)
        ]
    columns = ["family_id", "name", "first_name", "level", "amount_cents", "invoice_count", "oldest_due_on", "email", "already_today"]
    return pd.DataFrame(rows, columns=columns, dtype=object).sort_values(["name", "family_id"], ignore_index=True)


def preview(session: Session, by: Account, family_id: int, level: int | None = None) -> tuple[str, str]:
    """The subject and the text of the letter that a family would get, in its reader's language.

    Refuses NotAllowed, UnknownLevel, DoesNotExist out of sight, NothingOverdue.
    """
    rights.require(by, "money")
    _known(level)
    _in_sight(session, by, [family_id])
    for due in _due(session, by, [family_id], level):
        name = due.reader.full_name if due.reader else session.get_one(FamilyRow, family_id).name
        language = due.reader.language if due.reader else "fr"
        facts = _facts(due) | {"structure": setting(session, "name"), "name": name}
        subject, text_body, _ = letters.compose(f"reminder_{due.level}", language, **facts)
        return subject, text_body
    raise NothingOverdue(family_id)


def send(session: Session, by: Account, family_ids: Collection[int], level: int | None = None) -> Sent:
    """Writes the reminders of a batch of at most 500 families into the outbox, with their rows, and moves the kept last reminder.

    Playing it again the same day sends nothing twice: a family that had this level today (or any level, when the next one is asked
    for) is left out and told. Families without an e-mail, or with nothing late, are told too.
    Refuses NotAllowed, UnknownLevel, NothingChosen, TooManyAtOnce, and DoesNotExist if any family is out of sight.
    """
    rights.require(by, "money")
    _known(level)
    chosen = sorted(set(family_ids))
    if not chosen:
        raise NothingChosen
    if len(chosen) > BATCH:
        raise TooManyAtOnce(len(chosen), BATCH)
    _in_sight(session, by, chosen)
    locked = select(FamilyBalance.family_id).where(FamilyBalance.family_id.in_(chosen)).order_by(FamilyBalance.family_id)
    session.execute(locked.with_for_update())
    told, leaving = Sent(), []
    found = {due.family_id: due for due in _due(session, by, chosen, level)}
    for family_id in chosen:
        due = found.get(family_id)
        if due is None:
            told.nothing_overdue.append(family_id)
        elif due.already_today:
            told.already_today.append(family_id)
        elif due.reader is None:
            told.without_email.append(family_id)
        else:
            leaving.append(due)
    _write(session, by, leaving)
    told.sent = [due.family_id for due in leaving]
    return told


def _write(session: Session, by: Account, leaving: list[_Due]) -> None:
    moment = clock.now()
    written = []
    for due in leaving:
        reader = due.reader
        assert reader is not None
        letter = letters.write(
            session,
            f"reminder_{due.level}",
            (reader.email, reader.full_name),
            family_id=due.family_id,
            language=reader.language,
            **_facts(due),
        )
        written.append((due, letter))
    session.flush()
    reminders = [
        Reminder(family_id=due.family_id, level=due.level, amount_cents=due.cents, sent_at=moment, by_id=by.id, letter_id=letter.id)
        for due, letter in written
    ]
    session.add_all(reminders)
    session.flush()
    for due, reminder in zip(leaving, reminders, strict=True):
        session.add_all(
            ReminderInvoice(reminder_id=reminder.id, invoice_id=invoice.id, open_cents=invoice.open_cents) for invoice in due.invoices
        )
        told = {"level": [None, due.level], "amount_cents": [None, due.cents]}
        journal.record(session, by, "send_reminder", (Reminder, reminder.id), family_id=due.family_id, changes=told)
    for level in LEVELS:
        reminded = [due.family_id for due in leaving if due.level == level]
        if reminded:
            session.execute(
                update(FamilyBalance)
                .where(FamilyBalance.family_id.in_(reminded))
                .values(last_reminder_at=moment, last_reminder_level=level)
                .execution_options(synchronize_session=False)
            )


def _due(session: Session, by: Account, family_ids: Collection[int], level: int | None) -> list[_Due]:
    """The late families among some, in the order of their ids: four queries for up to 500 of them."""
    late, midnight = _late(), _midnight()
    asked = (
        select(
            Invoice.id,
            Invoice.family_id,
            Invoice.number,
            Invoice.due_on,
            Invoice.open_cents,
            Site.name.label("site"),
            Site.phone.label("site_phone"),
            Site.email.label("site_email"),
        )
        .join(Site, Site.id == Invoice.site_id)
        .where(Invoice.family_id.in_(family_ids), late, rights.sees_family(by, Invoice.family_id))
        .order_by(Invoice.family_id, Invoice.due_on, Invoice.id)
    )
    invoices: dict[int, list[Any]] = {}
    for row in session.execute(asked):
        invoices.setdefault(row.family_id, []).append(row)
    reached = dict(
        session.execute(
            select(Reminder.family_id, func.max(Reminder.level))
            .join(ReminderInvoice, ReminderInvoice.reminder_id == Reminder.id)
            .join(Invoice, Invoice.id == ReminderInvoice.invoice_id)
            .where(Reminder.family_id.in_(family_ids), late)
            .group_by(Reminder.family_id)
        ).all()
    )
    today_sent = select(Reminder.family_id, Reminder.level).where(Reminder.family_id.in_(family_ids), Reminder.sent_at >= midnight)
    sent_today = {(row.family_id, row.level) for row in session.execute(today_sent)}
    any_today = {family_id for family_id, _ in sent_today}
    readers: dict[int, Any] = {}
    for row in session.execute(_readers(family_ids)):
        readers.setdefault(row.family_id, row)
    return [
        _Due(
            family_id=family_id,
            level=level or min(reached.get(family_id, 0) + 1, LEVELS[-1]),
            already_today=family_id in any_today if level is None else (family_id, level) in sent_today,
            invoices=rows,
            reader=readers.get(family_id),
        )
        for family_id, rows in invoices.items()
    ]


def _standing(by: Account, family_ids: Collection[int], level: int | None) -> Any:
    """One row for each late family: family_id, cents, state."""
    here = (Invoice.family_id.in_(family_ids), _late(), rights.sees_family(by, Invoice.family_id))
    due = select(Invoice.family_id, func.sum(Invoice.open_cents).label("cents")).where(*here).group_by(Invoice.family_id).subquery()
    same = (Reminder.family_id == due.c.family_id, Reminder.sent_at >= _midnight())
    done = exists().where(*same, Reminder.level == level) if level else exists().where(*same)
    reached = exists().where(Guardian.family_id == due.c.family_id, Guardian.email.is_not(None))
    return select(due.c.family_id, due.c.cents, case((done, "already_today"), (reached, "ready"), else_="without_email").label("state"))


def _late() -> ColumnElement[bool]:
    """Past its due date, and neither disputed nor at the Trésor."""
    return and_(Invoice.open_cents > 0, Invoice.due_on < clock.today(), Invoice.is_disputed.is_(False), Invoice.at_treasury_on.is_(None))


def _midnight() -> datetime:
    return datetime.combine(clock.today(), time(), settings().zone)


def _readers(family_ids: Collection[int]) -> Any:
    """The guardians with an e-mail, those who can sign in first."""
    return (
        select(
            Guardian.family_id,
            Guardian.email,
            (Guardian.first_name + " " + Guardian.last_name).label("full_name"),
            func.coalesce(Account.language, "fr").label("language"),
        )
        .outerjoin(Account, Account.id == Guardian.account_id)
        .where(Guardian.family_id.in_(family_ids), Guardian.email.is_not(None))
        .order_by(Guardian.family_id, Guardian.account_id.is_(None), Guardian.id)
    )


def _facts(due: _Due) -> dict[str, Any]:
    sites = {invoice.site: {"name": invoice.site, "phone": invoice.site_phone, "email": invoice.site_email} for invoice in due.invoices}
    invoices = [{"number": one.number, "due_on": one.due_on, "cents": one.open_cents} for one in due.invoices]
    return {"invoices": invoices, "total_cents": due.cents, "sites": list(sites.values())}


def _in_sight(session: Session, by: Account, family_ids: Sequence[int]) -> None:
    seen = select(func.count()).where(FamilyRow.id.in_(family_ids), rights.sees_family(by))
    if any(not 0 < one < 2**31 for one in family_ids) or session.scalar(seen) != len(family_ids):
        raise DoesNotExist("families")


def _known(level: int | None) -> None:
    if level is not None and level not in LEVELS:
        raise UnknownLevel(level)

"""What is kept beside its rows, computed again from them: the seats' counts, the invoices' open sums, the balances, the files.

Each kept value is written here once, as the select of its truth; `differences()` sets the truth against what is kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Select,
    Subquery,
    Table,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from db.base import Base, Instant
from db.expected import family_files
from db.models import (
    Allocation,
    Attendance,
    Booking,
    CreditNote,
    FamilyBalance,
    FamilyFile,
    Invoice,
    Offer,
    Payment,
    Reminder,
    Seats,
    SiteBalance,
    WaitingListEntry,
    WaitingListSeats,
)
from db.models.bookings import LIVE_BOOKING

LIVE_ENTRY = ("waiting", "offered")


@dataclass(frozen=True)
class Difference:
    """A kept value that is not what its rows say. `key` names the row that keeps it."""

    table: str
    key: tuple[Any, ...]
    column: str
    kept: Any
    true: Any


def seats_counts() -> Select[Any]:
    """The truth of the counts of `Seats`: id, taken, booked, waiting, present, no_show, for seats that somebody asked for."""
    live = case((Booking.state.in_(LIVE_BOOKING), 1), else_=0)
    zero = literal(0)
    booked = select(Booking.seats_id.label("id"), case((Booking.holds_seat, 1), else_=0).label("taken"), live.label("booked"))
    booked = booked.add_columns(zero.label("waiting"), zero.label("present"), zero.label("no_show"))
    offered = case((Offer.id.is_not(None), 1), else_=0)
    waiting = (
        select(WaitingListSeats.seats_id, offered, zero, literal(1), zero, zero)
        .join(WaitingListEntry, WaitingListEntry.id == WaitingListSeats.entry_id)
        .outerjoin(Offer, and_(Offer.entry_id == WaitingListEntry.id, Offer.state == "open"))
        .where(WaitingListEntry.state.in_(LIVE_ENTRY))
    )
    came = case((Attendance.state.in_(("present", "late")), 1), else_=0)
    missed = case((Attendance.state == "no_show", 1), else_=0)
    seen = select(Attendance.seats_id, zero, zero, zero, came, missed)
    every = union_all(booked, waiting, seen).subquery("every")
    sums = (func.sum(every.c[name]).label(name) for name in ("taken", "booked", "waiting", "present", "no_show"))
    return select(every.c.id, *sums).group_by(every.c.id)


def _settled() -> Subquery:
    return (
        select(Allocation.invoice_id, func.sum(Allocation.amount_cents).label("cents"))
        .where(Allocation.reversed_at.is_(None))
        .group_by(Allocation.invoice_id)
        .subquery("settled")
    )


def _credited() -> Subquery:
    return (
        select(CreditNote.invoice_id, func.sum(CreditNote.amount_cents).label("cents")).group_by(CreditNote.invoice_id).subquery("credited")
    )


def invoices_open() -> Select[Any]:
    """The truth of `Invoice.open_cents`: total − credit notes − allocations; a cancelled invoice owes nothing."""
    settled, credited = _settled(), _credited()
    left = Invoice.total_cents - func.coalesce(settled.c.cents, 0) - func.coalesce(credited.c.cents, 0)
    return (
        select(Invoice.id, case((Invoice.state == "issued", left), else_=0).label("open_cents"))
        .outerjoin(settled, settled.c.invoice_id == Invoice.id)
        .outerjoin(credited, credited.c.invoice_id == Invoice.id)
    )


def payments_credit() -> Select[Any]:
    """The truth of `Payment.credit_cents`: what no standing allocation uses; nothing for a bounced payment."""
    used = (
        select(Allocation.payment_id, func.sum(Allocation.amount_cents).label("cents"))
        .where(Allocation.reversed_at.is_(None))
        .group_by(Allocation.payment_id)
        .subquery("used")
    )
    left = case((Payment.state == "received", Payment.amount_cents - func.coalesce(used.c.cents, 0)), else_=0)
    return select(Payment.id, left.label("credit_cents")).outerjoin(used, used.c.payment_id == Payment.id)


def family_balances() -> Select[Any]:
    """The truth of `FamilyBalance`, for families that were invoiced, paid or reminded. Cancelled invoices do not count."""
    settled, credited = _settled(), _credited()
    none, no_day, no_instant = literal(0), cast(null(), Date), cast(null(), Instant)
    net = Invoice.total_cents - func.coalesce(credited.c.cents, 0)
    paid = func.coalesce(settled.c.cents, 0)
    columns = ("invoiced_cents", "paid_cents", "open_cents", "credit_cents", "oldest_due_on", "last_reminder_at", "last_reminder_level")
    invoiced = (
        select(
            Invoice.family_id.label("family_id"),
            net.label("invoiced_cents"),
            paid.label("paid_cents"),
            (net - paid).label("open_cents"),
            none.label("credit_cents"),
            case((net - paid > 0, Invoice.due_on)).label("oldest_due_on"),
            no_instant.label("last_reminder_at"),
            cast(null(), Integer).label("last_reminder_level"),
        )
        .outerjoin(settled, settled.c.invoice_id == Invoice.id)
        .outerjoin(credited, credited.c.invoice_id == Invoice.id)
        .where(Invoice.state == "issued")
    )
    truth = payments_credit().subquery("truth")
    in_advance = select(Payment.family_id, none, none, none, truth.c.credit_cents, no_day, no_instant, cast(null(), Integer)).join(
        truth, truth.c.id == Payment.id
    )
    newest = func.row_number().over(partition_by=Reminder.family_id, order_by=(Reminder.sent_at.desc(), Reminder.level.desc()))
    reminders = select(Reminder.family_id, Reminder.sent_at, Reminder.level, newest.label("place")).subquery("reminders")
    reminded = select(reminders.c.family_id, none, none, none, none, no_day, reminders.c.sent_at, reminders.c.level).where(
        reminders.c.place == 1
    )
    every = union_all(invoiced, in_advance, reminded).subquery("every")
    folds: dict[str, Any] = {"oldest_due_on": func.min, "last_reminder_at": func.max, "last_reminder_level": func.max}
    return select(every.c.family_id, *(folds.get(name, func.sum)(every.c[name]).label(name) for name in columns)).group_by(
        every.c.family_id
    )


def site_balances() -> Any:
    """The truth of `SiteBalance`: open sums and counts of the invoices that still owe, by site and due date."""
    truth = invoices_open().subquery("truth")
    return (
        select(Invoice.site_id, Invoice.due_on, func.sum(truth.c.open_cents).label("open_cents"), func.count().label("open_count"))
        .join(truth, truth.c.id == Invoice.id)
        .where(truth.c.open_cents > 0)
        .group_by(Invoice.site_id, Invoice.due_on)
    )


# What is kept: the model, its key, the select of its truth, and whether a row of zeros may be missing or left over.
KEPT: list[tuple[type[Base], tuple[str, ...], Callable[[], Select[Any]]]] = [
    (Seats, ("id",), seats_counts),
    (Invoice, ("id",), invoices_open),
    (Payment, ("id",), payments_credit),
    (FamilyBalance, ("family_id",), family_balances),
    (SiteBalance, ("site_id", "due_on"), site_balances),
    (FamilyFile, ("family_id",), family_files),
]


def differences(session: Session, limit: int = 20) -> Iterator[tuple[str, int, list[Difference]]]:
    """For each table that keeps a value: its name, how many of its rows differ from their truth, and the first of them.

    A row that is missing counts as one of zeros and empty dates, on either side.
    """
    for model, key, truth_of in KEPT:
        truth = truth_of().subquery("truth_of_all")
        table = model.__table__
        assert isinstance(table, Table)
        columns = [column.name for column in truth.c if column.name not in key]
        kept_side = [*(table.c[name] for name in key), *_pairs(table.c, columns, kept=True)]
        true_side = [*(truth.c[name] for name in key), *_pairs(truth.c, columns, kept=False)]
        both = union_all(select(*kept_side), select(*true_side)).subquery("both")
        keys = [both.c[name] for name in key]
        pairs = [_folded(both.c[f"{side}_{name}"]) for name in columns for side in ("kept", "true")]
        unlike = or_(*(kept.is_distinct_from(true) for kept, true in zip(pairs[::2], pairs[1::2], strict=True)))
        wrong = select(*keys, *(pair.label(f"v{place}") for place, pair in enumerate(pairs))).group_by(*keys).having(unlike)
        count = session.scalar(select(func.count()).select_from(wrong.subquery())) or 0
        first = session.execute(wrong.order_by(*keys).limit(limit)).all() if count else []
        told = [
            Difference(table.name, tuple(row[: len(key)]), name, row[len(key) + 2 * place], row[len(key) + 2 * place + 1])
            for row in first
            for place, name in enumerate(columns)
            if row[len(key) + 2 * place] != row[len(key) + 2 * place + 1]
        ]
        yield table.name, count, told


def _pairs(row: Any, columns: list[str], *, kept: bool) -> Iterator[ColumnElement[Any]]:
    """Each column twice, as what is kept and as what is true: one of the two is empty."""
    for name in columns:
        value, nothing = row[name], cast(null(), row[name].type)
        yield (value if kept else nothing).label(f"kept_{name}")
        yield (nothing if kept else value).label(f"true_{name}")


def _folded(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.max(column), 0) if isinstance(column.type, Integer | Numeric) else func.max(column)

"""The rows that money moves, and the sums kept beside them, in one transaction.

Locks are taken in one order everywhere: the family's balance, its payments, its invoices by id, then the sites' sums by site and due
date. Whoever issues, credits, pays or bounces begins with `lock_balance`, so that two acts on one family follow each other.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.models import Allocation, FamilyBalance, Invoice, Payment, SiteBalance
from domain import clock


def lock_balance(session: Session, family_id: int) -> FamilyBalance:
    """The balance row of a family, locked; made if the family was never invoiced nor paid."""
    locked = select(FamilyBalance).where(FamilyBalance.family_id == family_id).with_for_update().execution_options(populate_existing=True)
    kept = session.scalars(locked).one_or_none()
    if kept is None:
        insert = _insert(session)
        zeros = {"invoiced_cents": 0, "paid_cents": 0, "open_cents": 0, "credit_cents": 0}
        session.execute(insert(FamilyBalance).values(family_id=family_id, **zeros).on_conflict_do_nothing())
        kept = session.scalars(locked).one()
    return kept


def lock_invoices(session: Session, invoice_ids: Iterable[int]) -> list[Invoice]:
    """Invoices by id, locked in the order of their ids."""
    asked = select(Invoice).where(Invoice.id.in_(sorted(invoice_ids))).order_by(Invoice.id)
    return list(session.scalars(asked.with_for_update().execution_options(populate_existing=True)))


def lock_open_invoices(session: Session, family_id: int) -> list[Invoice]:
    """The invoices of a family that still owe, locked in the order of their ids."""
    asked = select(Invoice).where(Invoice.family_id == family_id, Invoice.open_cents > 0).order_by(Invoice.id)
    return list(session.scalars(asked.with_for_update().execution_options(populate_existing=True)))


def allocate(session: Session, balance: FamilyBalance, payment: Payment, invoices: Iterable[Invoice], cents: int) -> int:
    """Settles locked invoices with `cents` of a payment, oldest due first, and moves the kept sums; gives what no invoice took.

    The payment must be flushed. Neither its credit nor the family's is touched: the caller keeps or takes it.
    """
    settled: list[tuple[Invoice, int]] = []
    left, moment = cents, clock.now()
    for invoice in sorted(invoices, key=lambda one: (one.due_on, one.id)):
        part = min(left, invoice.open_cents)
        if part:
            session.add(Allocation(payment_id=payment.id, invoice_id=invoice.id, amount_cents=part, allocated_at=moment))
            settled.append((invoice, part))
            left -= part
    reopen(session, balance, [(invoice, -part) for invoice, part in settled])
    return left


def reopen(session: Session, balance: FamilyBalance, moves: Iterable[tuple[Invoice, int]]) -> None:
    """Moves what locked invoices owe (cents; negative settles) without touching what was invoiced, and every sum kept beside them."""
    of_sites: dict[tuple[int, date], list[int]] = {}
    for invoice, cents in moves:
        before, invoice.open_cents = invoice.open_cents, invoice.open_cents + cents
        of_site = of_sites.setdefault((invoice.site_id, invoice.due_on), [0, 0])
        of_site[0] += cents
        of_site[1] += (invoice.open_cents > 0) - (before > 0)
        balance.paid_cents -= cents
        balance.open_cents += cents
    session.flush()
    for (site_id, due_on), (cents, count) in sorted(of_sites.items()):
        moved = (
            update(SiteBalance)
            .where(SiteBalance.site_id == site_id, SiteBalance.due_on == due_on)
            .values(open_cents=SiteBalance.open_cents + cents, open_count=SiteBalance.open_count + count)
            .execution_options(synchronize_session=False)
        )
        if not session.execute(moved).rowcount:  # type: ignore[attr-defined]
            first = _insert(session)(SiteBalance).values(site_id=site_id, due_on=due_on, open_cents=cents, open_count=count)
            sums = {"open_cents": SiteBalance.open_cents + cents, "open_count": SiteBalance.open_count + count}
            session.execute(first.on_conflict_do_update(index_elements=[SiteBalance.site_id, SiteBalance.due_on], set_=sums))
    balance.oldest_due_on = session.scalar(
        select(func.min(Invoice.due_on)).where(Invoice.family_id == balance.family_id, Invoice.open_cents > 0)
    )


def _insert(session: Session) -> Callable[..., Any]:
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert

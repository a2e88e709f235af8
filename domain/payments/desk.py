"""Payments at the desk: taken, sent back by the bank, and credit that is used later."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Account, Allocation, Family, Invoice, Payment
from db.models.billing import PAYMENT_METHODS
from domain import clock, journal, rights
from domain.payments.amounts import amount
from domain.payments.kept import allocate, lock_balance, lock_invoices, lock_open_invoices, reopen
from domain.refusals import ChangedMeanwhile, DoesNotExist, NothingChosen, Refusal, TooLong, filled

DESK_METHODS = tuple(method for method in PAYMENT_METHODS if method != "online")
_LARGEST_ID = 2**31 - 1


@dataclass(eq=False)
class MoreThanOwed(Refusal):
    """More was given than is open on the chosen invoices, and nobody said to keep the rest as credit."""

    open_cents: int
    amount_cents: int


@dataclass(eq=False)
class UnknownMethod(Refusal):
    """The desk does not take money that way."""

    method: str


@dataclass(eq=False)
class InTheFuture(Refusal):
    """A payment cannot have been received on a day that has not come."""

    day: date


@dataclass(eq=False)
class AlreadyBounced(Refusal):
    """This payment was already sent back; its debt is open again."""

    payment_id: int


@dataclass(eq=False)
class NotOwed(Refusal):
    """There is nothing left to settle with the family's credit, or no credit left."""

    credit_cents: int
    open_cents: int


def record_payment(
    session: Session,
    by: Account,
    family_id: int,
    amount_cents: int,
    method: str,
    *,
    received_on: date,
    reference: str | None = None,
    payer: str | None = None,
    keep_as_credit: bool = False,
    invoice_ids: Collection[int] | None = None,
    request_key: str | None = None,
) -> Payment:
    """Takes a payment of a family and settles its open invoices (or the chosen ones), oldest due first.

    What is above their open sum is kept as credit when `keep_as_credit` is ticked, else MoreThanOwed. The same `request_key` again
    records nothing and gives the same payment. Refuses NotAllowed, NotAnAmount, UnknownMethod, InTheFuture, TooLong, NothingChosen,
    and DoesNotExist for a family out of sight or a stranger's invoice.
    """
    rights.require(by, "money")
    amount(amount_cents)
    if method not in DESK_METHODS:
        raise UnknownMethod(method)
    if received_on > clock.today():
        raise InTheFuture(received_on)
    reference, payer = _optional("reference", reference), _optional("payer", payer)
    if invoice_ids is not None and not invoice_ids:
        raise NothingChosen
    _family_in_sight(session, by, family_id)
    balance = lock_balance(session, family_id)
    if request_key and (before := session.scalars(select(Payment).where(Payment.request_key == request_key)).one_or_none()):
        if before.family_id != family_id:
            raise ChangedMeanwhile("payments")
        return before
    invoices = _to_settle(session, family_id, invoice_ids)
    open_cents = sum(invoice.open_cents for invoice in invoices)
    if amount_cents > open_cents and not keep_as_credit:
        raise MoreThanOwed(open_cents, amount_cents)
    payment = Payment(
        family_id=family_id,
        method=method,
        amount_cents=amount_cents,
        received_on=received_on,
        reference=reference,
        payer=payer,
        recorded_at=clock.now(),
        recorded_by_id=by.id,
        request_key=request_key,
    )
    session.add(payment)
    session.flush()
    payment.credit_cents = allocate(session, balance, payment, invoices, amount_cents)
    balance.credit_cents += payment.credit_cents
    told = {"amount_cents": amount_cents, "method": method, "received_on": received_on, "credit_cents": payment.credit_cents}
    journal.record(session, by, "record_payment", payment, changes={name: [None, value] for name, value in told.items()})
    return payment


def bounce(session: Session, by: Account, payment_id: int, reason: str) -> Payment:
    """A payment is sent back (a refused cheque): what it settled is owed again, its credit is gone. The rows stay, reversed.

    Refuses NotAllowed, Incomplete and TooLong for the reason, DoesNotExist out of sight, and AlreadyBounced.
    """
    rights.require(by, "money")
    reason = filled("reason", reason, 250)
    seen = select(Payment.family_id).where(Payment.id == payment_id, rights.sees_family(by, Payment.family_id))
    family_id = session.scalar(seen) if 0 < payment_id <= _LARGEST_ID else None
    if family_id is None:
        raise DoesNotExist("payments")
    balance = lock_balance(session, family_id)
    locked = select(Payment).where(Payment.id == payment_id).with_for_update().execution_options(populate_existing=True)
    payment = session.scalars(locked).one()
    if payment.state == "bounced":
        raise AlreadyBounced(payment_id)
    standing = select(Allocation).where(Allocation.payment_id == payment_id, Allocation.reversed_at.is_(None)).order_by(Allocation.id)
    allocations = list(session.scalars(standing))
    invoices = {invoice.id: invoice for invoice in lock_invoices(session, {one.invoice_id for one in allocations})}
    for allocation in allocations:
        allocation.reversed_at = clock.now()
    told = {"state": ["received", "bounced"], "credit_cents": [payment.credit_cents, 0]}
    balance.credit_cents -= payment.credit_cents
    payment.state, payment.credit_cents = "bounced", 0
    reopen(session, balance, [(invoices[one.invoice_id], one.amount_cents) for one in allocations])
    journal.record(session, by, "bounce_payment", payment, reason=reason, changes=told)
    return payment


def use_credit(session: Session, by: Account, family_id: int) -> int:
    """Settles the family's open invoices, oldest due first, with the credit its payments keep; gives the cents used.

    Refuses NotAllowed, DoesNotExist, and NotOwed when there is no credit or nothing open.
    """
    rights.require(by, "money")
    _family_in_sight(session, by, family_id)
    balance = lock_balance(session, family_id)
    keeping = select(Payment).where(Payment.family_id == family_id, Payment.credit_cents > 0).order_by(Payment.received_on, Payment.id)
    payments = list(session.scalars(keeping.with_for_update().execution_options(populate_existing=True)))
    invoices = lock_open_invoices(session, family_id)
    if not payments or not invoices:
        raise NotOwed(balance.credit_cents, balance.open_cents)
    used = 0
    for payment in payments:
        left = allocate(session, balance, payment, invoices, payment.credit_cents)
        part, payment.credit_cents = payment.credit_cents - left, left
        balance.credit_cents -= part
        used += part
        if part:
            journal.record(session, by, "use_credit", payment, changes={"credit_cents": [left + part, left]})
    return used


def _family_in_sight(session: Session, by: Account, family_id: int) -> None:
    seen = select(Family.id).where(Family.id == family_id, rights.sees_family(by))
    if not 0 < family_id <= _LARGEST_ID or session.scalar(seen) is None:
        raise DoesNotExist("families")


def _to_settle(session: Session, family_id: int, invoice_ids: Collection[int] | None) -> list[Invoice]:
    if invoice_ids is None:
        return lock_open_invoices(session, family_id)
    chosen = lock_invoices(session, (one for one in invoice_ids if 0 < one <= _LARGEST_ID))
    if len(chosen) < len(set(invoice_ids)) or any(invoice.family_id != family_id for invoice in chosen):
        raise DoesNotExist("invoices")
    return [invoice for invoice in chosen if invoice.open_cents > 0]


def _optional(field: str, text: str | None) -> str | None:
    trimmed = (text or "").strip() or None
    if trimmed and len(trimmed) > 120:
        raise TooLong(field, 120)
    return trimmed

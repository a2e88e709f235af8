"""`python -m db check` finds each kept value that was tampered with, on both databases, and nothing else."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from db.__main__ import main
from db.check import differences
from db.models import Allocation, Attendance, Booking, Document, FamilyBalance, FamilyFile, Invoice, Offer, Payment, Seats, SiteBalance
from db.session import reading, writing


def _wrong() -> dict[str, int]:
    with reading() as session:
        return {table: count for table, count, _ in differences(session) if count}


def _do(statement: Any) -> None:
    with writing() as session:
        session.execute(statement)


def _first(column: Any, *where: Any) -> Any:
    with reading() as session:
        return session.scalars(select(column).where(*where).order_by(column).limit(1)).one()


@pytest.mark.parametrize("count", ["taken", "waiting", "booked", "present", "no_show"])
def test_a_count_of_seats_that_drifts_is_found(town_of_its_own: str, count: str) -> None:
    column = getattr(Seats, count)
    seats = _first(Seats.id, column > 0)
    _do(update(Seats).where(Seats.id == seats).values({count: column - 1}))
    with reading() as session:
        found = [one for table, _, first in differences(session) if table == "seats" for one in first]
    assert [(one.key, one.column, one.kept) for one in found] == [((seats,), count, found[0].true - 1)]


def test_each_row_behind_the_seats_counts(town_of_its_own: str) -> None:
    assert _wrong() == {}
    _do(update(Booking).where(Booking.id == _first(Booking.id, Booking.holds_seat)).values(holds_seat=False))
    assert _wrong() == {"seats": 1}
    _do(delete(Attendance).where(Attendance.id == _first(Attendance.id, Attendance.state == "present", Attendance.booking_id.is_(None))))
    assert _wrong() == {"seats": 2}
    _do(update(Offer).where(Offer.id == _first(Offer.id)).values(state="lapsed"))
    assert _wrong()["seats"] > 2


def test_money_that_does_not_add_up_is_found_wherever_it_is_kept(town_of_its_own: str) -> None:
    invoice = _first(Invoice.id, Invoice.open_cents > 100)
    _do(update(Invoice).where(Invoice.id == invoice).values(open_cents=Invoice.open_cents - 1))
    assert _wrong() == {"invoices": 1}
    _do(update(Invoice).where(Invoice.id == invoice).values(open_cents=Invoice.open_cents + 1))
    family = _first(FamilyBalance.family_id, FamilyBalance.open_cents > 0)
    raised = {"invoiced_cents": FamilyBalance.invoiced_cents + 1, "open_cents": FamilyBalance.open_cents + 1}
    _do(update(FamilyBalance).where(FamilyBalance.family_id == family).values(raised))
    assert _wrong() == {"family_balances": 1}
    site = _first(SiteBalance.due_on, SiteBalance.open_count > 0)
    _do(update(SiteBalance).where(SiteBalance.due_on == site).values(open_count=SiteBalance.open_count + 1))
    assert set(_wrong()) == {"family_balances", "site_balances"}


def test_a_settlement_that_vanishes_is_seen_in_the_invoice_the_payment_and_the_balances(town_of_its_own: str) -> None:
    _do(delete(Allocation).where(Allocation.id == _first(Allocation.id, Allocation.reversed_at.is_(None))))
    assert _wrong() == {"invoices": 1, "payments": 1, "family_balances": 1, "site_balances": 1}


def test_a_lost_balance_and_a_left_over_one_are_found(town_of_its_own: str) -> None:
    _do(delete(FamilyBalance).where(FamilyBalance.family_id == _first(FamilyBalance.family_id, FamilyBalance.invoiced_cents > 0)))
    _do(update(Payment).where(Payment.id == _first(Payment.id, Payment.credit_cents > 0)).values(credit_cents=0))
    assert _wrong() == {"family_balances": 1, "payments": 1}


def test_a_file_that_is_not_as_complete_as_kept_is_found(town_of_its_own: str) -> None:
    family = _first(FamilyFile.family_id, FamilyFile.complete_until_on.is_not(None))
    _do(update(FamilyFile).where(FamilyFile.family_id == family).values(complete_until_on=date(2030, 1, 1)))
    assert _wrong() == {"family_files": 1}
    other = _first(FamilyFile.family_id, FamilyFile.complete_until_on.is_not(None), FamilyFile.family_id > family)
    _do(update(Document).where(Document.family_id == other, Document.child_id.is_not(None)).values(state="to_check"))
    assert _wrong() == {"family_files": 2}


def test_the_command_says_right_or_what_differs_by_its_exit_code(town_of_its_own: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "seats: right" in capsys.readouterr().out
    seats = _first(Seats.id, Seats.booked > 0)
    _do(update(Seats).where(Seats.id == seats).values(booked=0))
    assert main(["check"]) == 1
    told = capsys.readouterr().out
    assert "seats: 1 rows differ" in told
    assert f"seats {seats}: booked is 0, its rows say" in told

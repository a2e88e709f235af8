"""What families owe: pages, ageing, totals and one family's account."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from db.models import Account, CreditNote, Family, FamilyBalance, Invoice, InvoiceLine, Reminder
from db.session import engine, reading, touch, writing
from domain import balances, clock
from domain.balances import BUCKETS, Filters
from domain.payments import record_payment
from domain.refusals import DoesNotExist, NotAllowed
from tests.cast import Cast, add

TODAY = date(2026, 3, 2)


def late(days: int) -> date:
    """The due date of an invoice that is so many days late."""
    return TODAY - timedelta(days=days)


def names(by: Account, sort: str = "balance", number: int = 1, **filters: Any) -> list[str]:
    """The families of a page, in order."""
    with reading() as session:
        return list(balances.page(session, by, Filters(**filters), sort, number)["name"])


def sums(by: Account, **filters: Any) -> balances.Totals:
    """The totals of a filter."""
    with reading() as session:
        return balances.totals(session, by, Filters(**filters))


@pytest.fixture
def town(cast: Cast) -> Cast:
    """Three families of Moreuil, one of Ailly: late by much, by little, not yet, and one that has paid."""
    martin, noel = cast.family("Martin", "Chloé", site=cast.moreuil), cast.family("Noël", "Éric", site=cast.moreuil)
    zola = cast.family("Zola", "Zoé", site=cast.ailly)
    cast.invoice(cast.benali, 10_000, late(100)), cast.invoice(cast.benali, 2_000, late(31)), cast.invoice(cast.benali, 500, TODAY)
    cast.invoice(martin, 4_000, late(30), is_disputed=True), cast.invoice(martin, 1_000, late(-20), cast.ailly)
    cast.invoice(zola, 7_000, late(61), cast.ailly, at_treasury_on=late(1))
    cast.invoice(noel, 3_000, late(1))
    denis = cast.denis
    with writing() as session:
        record_payment(session, denis, noel.id, 3_500, "card", received_on=TODAY, keep_as_credit=True)
    return cast


def test_the_largest_balance_comes_first_with_its_ageing(town: Cast) -> None:
    with reading() as session:
        frame = balances.page(session, town.denis)
    assert list(frame["name"]) == ["Benali", "Zola", "Martin"]
    assert frame.loc[0, [*BUCKETS]].to_dict() == {"not_due": 500, "to_30": 0, "to_60": 2_000, "to_90": 0, "over_90": 10_000}
    assert frame.loc[0, ["invoiced_cents", "paid_cents", "open_cents", "oldest_due_on"]].tolist() == [12_500, 0, 12_500, late(100)]
    assert list(frame["held_cents"]) == [0, 7_000, 4_000]


def test_lateness_begins_the_day_after_the_due_day(cast: Cast) -> None:
    for cents, days in enumerate([0, 1, 30, 31, 60, 61, 90, 91], start=1):
        cast.invoice(cast.benali, 10**cents, late(days))
    with reading() as session:
        found = balances.page(session, cast.denis).iloc[0]
    assert [found[bucket] for bucket in BUCKETS] == [10, 1_100, 110_000, 11_000_000, 100_000_000]
    assert sums(cast.denis).buckets == {bucket: found[bucket] for bucket in BUCKETS}


def test_each_sort_is_its_own(town: Cast) -> None:
    denis = town.denis
    add(Reminder(family_id=town.benali.id, level=1, amount_cents=100, sent_at=clock.now()))
    with writing() as session:
        session.get_one(FamilyBalance, town.benali.id).last_reminder_at = clock.now()
    assert names(denis, "name") == ["Benali", "Martin", "Zola"]
    assert names(denis, "oldest_due") == ["Benali", "Zola", "Martin"]
    assert names(denis, "last_reminder")[0] == "Benali"
    assert names(denis, "invoiced", shown="all") == ["Benali", "Zola", "Martin", "Noël"]
    assert names(denis, "oldest_due", shown="all")[-1] == "Noël"


def test_filters_keep_what_they_say(town: Cast) -> None:
    denis = town.denis
    assert names(denis, shown="in_credit") == ["Noël"]
    assert names(denis, shown="all", search="noe") == names(denis, shown="all", search="NOËL") == ["Noël"]
    assert names(denis, search="%") == []
    assert names(denis, bucket="over_90") == names(denis, bucket="to_60") == ["Benali"]
    assert names(denis, bucket="not_due") == ["Benali", "Martin"]
    assert names(denis, minimum_cents=7_000) == ["Benali", "Zola"]
    assert names(denis, site_id=town.ailly.id) == ["Zola", "Martin"]
    assert names(denis, without_held=True) == ["Benali", "Martin"]


def test_a_search_reads_ligatures_and_both_apostrophes(cast: Cast) -> None:
    cast.invoice(cast.family("L'Hœrter", site=cast.moreuil, search_name="l'hoerter"), 900, late(10))
    assert names(cast.claire, search="l’hœrter") == names(cast.claire, search="L'HOERTER") == ["L'Hœrter"]


def test_reminded_families_are_found_by_level_and_by_age(town: Cast) -> None:
    denis = town.denis
    with writing() as session:
        kept = session.get_one(FamilyBalance, town.benali.id)
        kept.last_reminder_at, kept.last_reminder_level = clock.now() - timedelta(days=20), 2
        touch(session, "billing")
    assert names(denis, reminded="2") == ["Benali"]
    assert names(denis, reminded="never") == ["Zola", "Martin"]
    assert names(denis, not_reminded_for_days=15) == ["Benali", "Zola", "Martin"]
    assert names(denis, not_reminded_for_days=30) == ["Zola", "Martin"]
    assert sums(denis, not_reminded_for_days=30).families == 2


@pytest.mark.parametrize(
    "filters",
    [{}, {"shown": "all"}, {"shown": "in_credit"}, {"search": "n"}, {"bucket": "to_60"}, {"minimum_cents": 6000}, {"without_held": True}],
)
def test_totals_agree_to_the_cent_with_the_invoices(town: Cast, filters: dict[str, Any]) -> None:
    found = sums(town.denis, **filters)
    with reading() as session:
        rows = balances.page(session, town.denis, Filters(**filters))
        ids = [int(one) for one in rows["family_id"]]
        owed = session.scalar(select(func.sum(Invoice.open_cents)).where(Invoice.family_id.in_(ids))) or 0
        asked = session.scalar(select(func.sum(Invoice.total_cents)).where(Invoice.family_id.in_(ids))) or 0
    assert (found.families, found.open_cents, found.invoiced_cents) == (len(rows), owed, asked)
    assert found.paid_cents == asked - owed
    assert sum(found.buckets.values()) == found.open_cents == rows["open_cents"].sum()
    assert found.buckets == {bucket: rows[bucket].sum() for bucket in BUCKETS}
    assert found.credit_cents == rows["credit_cents"].sum()


def test_totals_follow_the_next_payment(town: Cast) -> None:
    denis = town.denis
    assert sums(denis).open_cents == sums(denis).open_cents == 24_500
    with writing() as session:
        record_payment(session, denis, town.benali.id, 2_500, "cash", received_on=TODAY)
    assert (sums(denis).open_cents, sums(denis).buckets["over_90"]) == (22_000, 7_500)


def test_totals_follow_the_clock(town: Cast, noon: Any) -> None:
    assert sums(town.denis).buckets["to_30"] == 4_000
    noon.move_to("2026-04-30 10:00+00:00")
    assert sums(town.denis).buckets["to_30"] == 0


def test_totals_are_those_of_the_sight(town: Cast) -> None:
    assert sums(town.denis).open_cents == 24_500
    assert sums(town.claire).open_cents == 17_500
    assert names(town.claire) == ["Benali", "Martin"]
    assert names(town.farid, shown="all") == ["Benali", "Martin", "Noël"]


def test_what_a_site_is_owed_differs_from_the_balances_of_its_families(town: Cast) -> None:
    with reading() as session:
        assert balances.of_site(session, town.denis, town.ailly.id) == dict.fromkeys(BUCKETS, 0) | {"to_90": 7_000, "not_due": 1_000}
        assert balances.overdue(session, town.denis) == 23_000
        assert balances.overdue(session, town.claire) == 16_000
    assert sums(town.denis, site_id=town.ailly.id).open_cents == 12_000


def test_nothing_is_told_of_what_is_out_of_sight(town: Cast) -> None:
    for nobody in (town.gaelle, town.helene, town.amina):
        with pytest.raises(NotAllowed):
            names(nobody)
        with pytest.raises(NotAllowed):
            sums(nobody)
    for site_id in (town.ailly.id, 999_999, 10**12):
        with pytest.raises(DoesNotExist):
            names(town.claire, site_id=site_id)


def test_pages_follow_each_other_and_every_row_comes_once(cast: Cast) -> None:
    moment = clock.now()
    with writing() as session:
        session.add_all(Family(id=1000 + n, name=f"F{n:03}", search_name=f"f{n:03}", state="active", created_at=moment) for n in range(120))
        session.flush()
        session.add_all(
            FamilyBalance(family_id=1000 + n, invoiced_cents=100 + n % 7, paid_cents=0, open_cents=100 + n % 7, credit_cents=0)
            for n in range(120)
        )
    denis = cast.denis
    for sort in balances.SORTS:
        pages = [names(denis, sort, number) for number in (1, 2, 3, 4)]
        assert [len(one) for one in pages] == [50, 50, 20, 0]
        assert len({name for one in pages for name in one}) == 120
        with reading() as session:
            frames = list(balances.every(session, denis, Filters(), sort))
        assert [name for frame in frames for name in frame["name"]] == [name for one in pages for name in one]
    with reading() as session:
        assert len(balances.family_ids(session, denis, Filters(search="f01"))) == 10


def test_a_screen_of_balances_takes_four_queries_at_most(town: Cast) -> None:
    statements: list[str] = []
    denis, claire = town.denis, town.claire
    names(denis)
    event.listen(engine(), "before_cursor_execute", lambda *facts: statements.append(facts[2]))
    for by, filters in ((denis, Filters()), (claire, Filters(search="a", bucket="over_90"))):
        statements.clear()
        with reading() as session:
            found = balances.totals(session, by, filters)
            rows = balances.page(session, by, filters)
        assert found.families == len(rows)
        assert len([one for one in statements if one.startswith(("SELECT", "WITH"))]) == 4
        statements.clear()
        with reading() as session:
            assert balances.totals(session, by, filters) == found
        assert len([one for one in statements if one.startswith(("SELECT", "WITH"))]) == 1


def test_a_family_s_account_runs_to_its_balance(town: Cast) -> None:
    note = add(
        CreditNote(number="AV-1", invoice_id=1, family_id=town.benali.id, amount_cents=1, reason="x", issued_on=TODAY, by_id=town.denis.id)
    )
    with reading() as session:
        noel = balances.of_family(session, town.denis, balances.family_ids(session, town.denis, Filters(shown="in_credit"))[0])
        benali = balances.of_family(session, town.denis, town.benali.id)
    assert list(noel.movements["kind"]) == ["invoice", "payment"]
    assert list(noel.movements["balance_cents"]) == [3_000, -500]
    assert noel.balance.open_cents - noel.balance.credit_cents == -500
    assert list(noel.allocations["amount_cents"]) == [3_000]
    assert noel.has_email
    assert list(benali.invoices["open_cents"]) == [500, 2_000, 10_000]
    assert note.number in set(benali.movements["number"])
    assert benali.payments.empty


def test_a_bounced_payment_stays_in_sight_and_counts_for_nothing(town: Cast) -> None:
    from domain.payments import bounce

    denis = town.denis
    with writing() as session:
        payment = record_payment(session, denis, town.benali.id, 2_500, "cheque", received_on=TODAY, reference="n° 12")
        bounce(session, denis, payment.id, "sans provision")
    with reading() as session:
        account = balances.of_family(session, denis, town.benali.id)
    assert account.payments.loc[0, ["number", "state", "amount_cents", "total_cents"]].tolist() == ["n° 12", "bounced", 0, 2_500]
    assert account.movements["balance_cents"].iloc[-1] == account.balance.open_cents == 12_500
    assert account.allocations["reversed_at"].notna().all()


def test_the_lines_of_an_invoice_are_read_by_those_who_see_the_family(town: Cast) -> None:
    invoice = town.invoice(town.benali, 900, TODAY)
    values = {"unit_cents": 300, "amount_cents": 900, "care_cents": 900, "meal_cents": 0, "quantity": 3}
    add(InvoiceLine(invoice_id=invoice.id, position=1, child_id=town.sami.id, label="Mercredi, matin", **values))
    with reading() as session:
        lines = balances.invoice_lines(session, town.claire, invoice.id)
        assert lines.loc[0, ["child", "label", "amount_cents"]].tolist() == ["Sami Benali", "Mercredi, matin", 900]
        theirs = session.scalars(select(Invoice.id).where(Invoice.site_id == town.ailly.id, Invoice.at_treasury_on.is_not(None))).one()
        for invoice_id in (theirs, 999_999, 10**12):
            with pytest.raises(DoesNotExist):
                balances.invoice_lines(session, town.claire, invoice_id)


def test_an_account_out_of_sight_does_not_exist(town: Cast) -> None:
    elsewhere = town.family("Ailleurs", "Yves", site=town.ailly)
    with reading() as session:
        for family_id in (elsewhere.id, 999_999, 10**12, -1):
            with pytest.raises(DoesNotExist):
                balances.of_family(session, town.claire, family_id)
        with pytest.raises(NotAllowed):
            balances.of_family(session, town.amina, town.benali.id)
        never = balances.of_family(session, town.denis, elsewhere.id)
    assert never.movements.empty
    assert never.balance.open_cents == 0

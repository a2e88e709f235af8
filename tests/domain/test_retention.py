"""How long data are kept: what is due, what a person confirms, what the night erases, and what is left of a family afterwards."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from db.check import differences
from db.models import (
    Account,
    Attendance,
    Base,
    Booking,
    Child,
    Connection,
    Document,
    DocumentFile,
    Erasure,
    Family,
    FamilyChild,
    FamilyFile,
    HealthRecord,
    Invoice,
    JournalEntry,
    Letter,
    Payment,
    Permission,
    PickupPerson,
)
from db.session import reading, writing
from domain import clock, retention, structure
from domain.refusals import DoesNotExist, Incomplete, NotAllowed, NothingChosen
from domain.retention import Fate, closing, rules
from tests.cast import WEDNESDAY, Cast, add, fresh
from tests.domain.marked import LONG_AGO, MARK, marked_family, marks, worded

KEPT_FOR_THE_TERM = {"invoices.recipient", "invoice_lines.label", "credit_notes.reason"}


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The staff is there before the first act."""
    for person in ("moreuil", "claire", "denis", "farid", "gaelle", "helene", "season"):
        getattr(cast, person)
    return cast


def confirm(cast: Cast, *families: Family, rule: str = "families") -> None:
    with writing() as session:
        retention.confirm(session, cast.denis, rule, [family.id for family in families])


def counted(model: type[Base], *conditions: Any) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def due(cast: Cast, rule: str = "families", day: date | None = None) -> list[int]:
    with reading() as session:
        return [int(number) for number in retention.families_due(session, cast.denis, rule, day or clock.today())["family_id"]]


# -- the laws -------------------------------------------------------------------------------------------------------------------


def test_every_table_is_classed_once() -> None:
    """A new model: say in domain/retention/classes what becomes of its rows when a family is erased."""
    told = [table for treatment in retention.TREATMENTS for table in treatment.tables] + sorted(retention.NOBODY)
    assert sorted(told) == sorted(Base.metadata.tables)


def test_what_points_to_a_family_or_a_person_is_never_classed_as_nobodys() -> None:
    people = {"families", "children", "guardians"}
    pointing = {table.name for table in Base.metadata.sorted_tables for key in table.foreign_keys if key.column.table.name in people}
    assert {table for table in pointing if retention.fates()[table] is Fate.NOBODY} == set()


def test_every_rule_has_its_term() -> None:
    assert {rule.name for rule in rules.RULES} == set(structure.RETENTION_MONTHS)
    assert {term for treatment in retention.TREATMENTS for term in treatment.terms} == set(structure.RETENTION_MONTHS)


# -- one family, everywhere -------------------------------------------------------------------------------------------------------


def test_an_erased_family_is_nowhere_but_on_its_invoices_and_after_their_term_not_even_there(
    cast: Cast, noon: time_machine.Traveller
) -> None:
    family, _ = marked_family(cast)
    before = marks()
    spoken_of = {name for name, fate in retention.fates().items() if fate not in (Fate.NOBODY, Fate.COUNTED)}
    expected = {f"{name}.{column}" for name in spoken_of for column in worded(Base.metadata.tables[name])}
    assert expected - set(before) == set(), "the family has no row there: the test would prove nothing"
    with reading() as session:
        empty = [
            name for name in spoken_of - {"erasures"} if session.scalar(select(func.count()).select_from(Base.metadata.tables[name])) == 0
        ]
    assert empty == []

    confirm(cast, family)
    assert retention.erase_confirmed() == "1 families erased, 0 no longer due"
    with reading() as session:
        staff = {f"accounts.{column}": 5 for column in ("first_name", "last_name")}
        mine = {place for place, count in marks().items() if count > staff.get(place, 0)}
        kept = session.get_one(Family, family.id)
        assert (kept.state, kept.name, kept.phone_mobile, kept.town) == ("erased", "Famille effacée", None, None)
    ours = {"accounts.email", "accounts.first_name", "accounts.last_name", "accounts.password_hash", "connections.agent"}
    assert mine - ours == KEPT_FOR_THE_TERM
    assert counted(Account, Account.role == "parent", Account.email.contains(MARK)) == 0
    assert counted(Account, Account.role == "parent", Account.first_name.contains(MARK)) == 0

    noon.move_to(clock.begins(LONG_AGO) + timedelta(days=3_760))
    retention.let_go()
    assert {place for place in marks() if place.split(".")[0] in ("invoices", "invoice_lines", "credit_notes")} == set()


def test_what_the_accounts_and_the_figures_need_stays(cast: Cast) -> None:
    family, child = marked_family(cast)
    confirm(cast, family)
    retention.erase_confirmed()
    with reading() as session:
        payment = session.scalars(select(Payment)).one()
        invoice = session.scalars(select(Invoice)).one()
        emptied = session.get_one(Child, child.id)
        assert [(table, wrong) for table, wrong, _ in differences(session) if wrong] == []
        lines = session.scalars(select(JournalEntry).where(JournalEntry.act == "declare_quotient")).one()
    assert (payment.amount_cents, payment.payer, invoice.total_cents, invoice.open_cents) == (2_000, None, 3_000, 0)
    assert (emptied.first_name, emptied.born_on, emptied.school) == ("Enfant", date(2015, 1, 1), None)
    assert (counted(Booking), counted(Attendance), counted(HealthRecord), counted(DocumentFile)) == (2, 1, 0, 0)
    assert (lines.reason, lines.changes) == (None, {"refusal_reason": [None, "•••"]})
    assert counted(JournalEntry, JournalEntry.act == "erase_family", JournalEntry.family_id == family.id) == 1


def test_the_other_home_keeps_the_child_that_is_shared(cast: Cast) -> None:
    family, _ = marked_family(cast)
    sami, benali = cast.sami, cast.benali
    add(FamilyChild(family_id=family.id, child_id=sami.id, custody="shared"))
    add(Permission(child_id=sami.id, family_id=benali.id, kind="photo", granted=True, answered_at=clock.now()))
    add(Permission(child_id=sami.id, family_id=family.id, kind="photo", granted=False, answered_at=clock.now()))
    add(PickupPerson(child_id=sami.id, family_id=family.id, full_name="Tante Zoé", pickup="allowed"))
    confirm(cast, family)
    retention.erase_confirmed()
    with reading() as session:
        kept = session.get_one(Child, sami.id)
        link = session.scalars(select(FamilyChild).where(FamilyChild.child_id == sami.id)).one()
    assert (kept.first_name, kept.born_on) == ("Sami", date(2018, 5, 17))
    assert (link.family_id, link.custody) == (benali.id, "full")
    assert (counted(Permission), counted(PickupPerson)) == (1, 0)


# -- who is due -------------------------------------------------------------------------------------------------------------------


def test_a_family_at_rest_for_three_years_is_due_and_one_that_signed_in_is_not(cast: Cast) -> None:
    quiet = cast.family("Quiète", "Ada", created_at=clock.begins(LONG_AGO))
    lately = cast.family("Revenue", "Eve", created_at=clock.begins(LONG_AGO))
    recent, parent = cast.family("Récente", "Ilse"), cast.parent(lately)
    add(Connection(account_id=parent.id, at=clock.begins(date(2024, 5, 1)), outcome="signed_in"))
    assert due(cast) == [quiet.id]
    assert recent.id not in due(cast, day=date(2029, 3, 1))
    assert set(due(cast, day=date(2029, 4, 1))) == {quiet.id, lately.id, recent.id}


@pytest.mark.parametrize("kept_by", ["booking", "registration", "invoice", "payment", "hold", "credit"])
def test_whatever_still_counts_keeps_a_family(cast: Cast, kept_by: str) -> None:
    family = cast.family("Quiète", "Ada", created_at=clock.begins(LONG_AGO))
    child = cast.child(family, "Lou")
    assert due(cast) == [family.id]
    if kept_by == "booking":
        cast.booking(child, family, cast.open_day(cast.mercredi)[0])
    elif kept_by == "registration":
        cast.registration(child, family, cast.mercredi)
    elif kept_by == "invoice":
        cast.invoice(family, 1_000, date(2021, 5, 1))
    elif kept_by == "hold":
        with writing() as session:
            retention.hold(session, cast.denis, family.id, date(2026, 6, 1), "Litige en cours")
    else:
        day = date(2024, 5, 1) if kept_by == "payment" else date(2020, 5, 1)
        credit = 500 if kept_by == "credit" else 0
        add(
            Payment(
                family_id=family.id, method="cash", amount_cents=500, credit_cents=credit, received_on=day, recorded_at=clock.begins(day)
            )
        )
        if credit:
            from db.models import FamilyBalance

            add(FamilyBalance(family_id=family.id, invoiced_cents=0, paid_cents=0, open_cents=0, credit_cents=500))
    assert due(cast) == []


def test_a_refused_request_is_due_after_a_year(cast: Cast) -> None:
    from tests.domain.requesting import ask

    request_id = ask("Refusée")
    with writing() as session:
        from domain.accounts import requests

        requests.refuse(session, cast.denis, request_id, "Hors du territoire")
    assert due(cast, "requests", date(2027, 3, 2)) == []
    assert len(due(cast, "requests", date(2027, 3, 4))) == 1


def test_the_preview_counts_what_the_next_month_brings(cast: Cast) -> None:
    cast.family("Quiète", "Ada", created_at=clock.begins(date(2023, 3, 20)))
    with reading() as session:
        tonight = {line.rule: line.count for line in retention.preview(session, cast.helene, clock.today())}
        later = {line.rule: line.count for line in retention.preview(session, cast.helene, date(2026, 4, 2))}
    assert (tonight["families"], later["families"]) == (0, 1)
    assert set(tonight) == set(structure.RETENTION_MONTHS)


# -- confirming -------------------------------------------------------------------------------------------------------------------


def test_nothing_is_erased_that_nobody_confirmed(cast: Cast) -> None:
    family, _ = marked_family(cast)
    assert retention.erase_confirmed() == "0 families erased, 0 no longer due"
    with reading() as session:
        assert session.get_one(Family, family.id).state == "active"


def test_only_what_is_due_can_be_confirmed_and_only_by_who_may(cast: Cast) -> None:
    quiet = cast.family("Quiète", "Ada", created_at=clock.begins(LONG_AGO))
    benali, amina = cast.benali, cast.amina
    for nobody in (cast.claire, cast.farid, amina, None):
        with writing() as session, pytest.raises(NotAllowed):
            retention.confirm(session, nobody, "families", [quiet.id])
    with pytest.raises(retention.NotDue):
        confirm(cast, quiet, benali)
    with pytest.raises(NothingChosen):
        confirm(cast)
    with pytest.raises(DoesNotExist):
        confirm(cast, quiet, rule="journal")
    assert counted(Erasure) == 0
    confirm(cast, quiet)
    with pytest.raises(retention.NotDue):
        confirm(cast, quiet)


def test_a_director_of_one_site_looks_through_the_families_of_that_site_only(cast: Cast) -> None:
    here, there = (cast.family(name, "Ada", created_at=clock.begins(LONG_AGO)) for name in ("Ici", "Ailleurs"))
    cast.sight(here, cast.moreuil)
    cast.sight(there, cast.ailly)
    odile = cast.account("Odile", "Roux", "director", cast.moreuil)
    with reading() as session:
        assert list(retention.families_due(session, odile, "families", clock.today())["family_id"]) == [here.id]
        assert retention.preview(session, odile, clock.today())[0].count == 1
    with writing() as session, pytest.raises(retention.NotDue):
        retention.confirm(session, odile, "families", [there.id])
    confirm(cast, there)
    with reading() as session:
        assert retention.confirmed(session, odile).empty
    for act in (retention.take_back, retention.release):
        with writing() as session, pytest.raises(DoesNotExist):
            act(session, odile, there.id)
    with writing() as session, pytest.raises(DoesNotExist):
        retention.hold(session, odile, there.id, date(2027, 1, 1), "Litige")


def test_a_family_that_came_back_before_the_night_is_not_erased(cast: Cast) -> None:
    family, _ = marked_family(cast)
    confirm(cast, family)
    parent = cast.parent(family)
    add(Connection(account_id=parent.id, at=clock.now(), outcome="signed_in"))
    assert retention.erase_confirmed() == "0 families erased, 1 no longer due"
    assert counted(Erasure) == 0
    with reading() as session:
        assert session.get_one(Family, family.id).state == "active"


def test_a_confirmed_family_can_be_taken_back_or_held(cast: Cast) -> None:
    first = cast.family("Quiète", "Ada", created_at=clock.begins(LONG_AGO))
    second = cast.family("Silencieuse", "Eve", created_at=clock.begins(LONG_AGO))
    confirm(cast, first, second)
    with writing() as session:
        retention.take_back(session, cast.helene, first.id)
    with writing() as session:
        retention.hold(session, cast.helene, second.id, date(2027, 1, 1), "Dette devant le tribunal")
    assert retention.erase_confirmed() == "0 families erased, 0 no longer due"
    with reading() as session:
        assert list(retention.holds(session, cast.denis)["reason"]) == ["Dette devant le tribunal"]
    with writing() as session:
        retention.release(session, cast.helene, second.id)
    assert set(due(cast)) == {first.id, second.id}


@pytest.mark.parametrize("until", [date(2026, 3, 2), date(2020, 1, 1), date(2037, 1, 1)])
def test_a_family_is_held_until_a_day_that_makes_sense_and_for_a_reason(cast: Cast, until: date) -> None:
    family = cast.family("Quiète", "Ada", created_at=clock.begins(LONG_AGO))
    with writing() as session, pytest.raises(retention.NotHeldUntil):
        retention.hold(session, cast.denis, family.id, until, "Litige")
    with writing() as session, pytest.raises(Incomplete):
        retention.hold(session, cast.denis, family.id, date(2026, 9, 1), " ")


def test_a_night_cut_short_goes_on_where_it_stopped(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    families = [cast.family(f"Quiète{place}", "Ada", created_at=clock.begins(LONG_AGO)) for place in range(3)]
    confirm(cast, *families)
    from domain.retention import nightly

    whole, seen = nightly.erase, []

    def breaks_at_the_second(session: Any, family_id: int) -> None:
        seen.append(family_id)
        whole(session, family_id)
        if len(seen) == 2:
            raise RuntimeError("the power went")

    monkeypatch.setattr(nightly, "erase", breaks_at_the_second)
    with pytest.raises(RuntimeError):
        retention.erase_confirmed()
    assert counted(Family, Family.state == "erased") == 1
    assert retention.erase_confirmed() == "2 families erased, 0 no longer due"
    assert retention.erase_confirmed() == "0 families erased, 0 no longer due"


# -- what goes by itself ------------------------------------------------------------------------------------------------------------


def test_the_log_of_connections_keeps_a_year_and_of_each_account_the_last_sign_in(cast: Cast) -> None:
    parent = cast.amina
    for day in (date(2024, 1, 1), date(2024, 2, 1), date(2025, 12, 1)):
        add(Connection(account_id=cast.claire.id, at=clock.begins(day), outcome="signed_in", ip="192.0.2.7", agent="Firefox"))
    for outcome in ("refused", "signed_in", "signed_out"):
        add(Connection(account_id=parent.id, at=clock.begins(date(2024, 6, 1)), outcome=outcome, ip="192.0.2.7", agent="Firefox"))
    add(Connection(account_id=None, at=clock.begins(date(2024, 6, 1)), outcome="refused", ip="192.0.2.8"))
    retention.let_go()
    retention.let_go()
    with reading() as session:
        left = session.execute(select(Connection.account_id, Connection.outcome, Connection.ip).order_by(Connection.id)).all()
    assert [tuple(row) for row in left] == [(cast.claire.id, "signed_in", "192.0.2.7"), (parent.id, "signed_in", None)]


def test_letters_lose_their_words_after_a_year(cast: Cast) -> None:
    def letter(day: date, state: str) -> None:
        moment = clock.begins(day)
        sent = moment if state == "sent" else None
        add(
            Letter(
                kind="test",
                to_email="a@exemple.fr",
                to_name="Ada",
                language="fr",
                subject="Bonjour",
                text_body="Ada",
                html_body="Ada",
                state=state,
                sent_at=sent,
                next_try_at=moment,
                written_at=moment,
            )
        )

    letter(date(2025, 2, 1), "sent")
    letter(date(2025, 2, 1), "waiting")
    letter(date(2025, 6, 1), "sent")
    retention.let_go()
    with reading() as session:
        rows = session.execute(select(Letter.to_email, Letter.text_body).order_by(Letter.id)).all()
    assert [tuple(row) for row in rows] == [("", ""), ("a@exemple.fr", "Ada"), ("a@exemple.fr", "Ada")]


def test_a_health_sheet_goes_a_few_months_after_the_last_season_and_not_before(cast: Cast, noon: time_machine.Traveller) -> None:
    sami, lia = cast.sami, cast.lia
    cast.registration(sami, cast.benali, cast.mercredi)
    for child in (sami, lia):
        add(HealthRecord(child_id=child.id, sealed=b"x", key_version=1, changed_at=clock.begins(date(2025, 9, 5))))
    retention.let_go()
    assert counted(HealthRecord, HealthRecord.child_id == sami.id) == 1
    assert counted(HealthRecord, HealthRecord.child_id == lia.id) == 0
    noon.move_to(clock.begins(date(2026, 11, 20)))
    retention.let_go()
    assert counted(HealthRecord) == 1
    noon.move_to(clock.begins(date(2026, 12, 5)))
    with reading() as session:
        assert list(retention.children_due(session, cast.denis, clock.today())["child"]) == ["Sami Benali"]
    retention.let_go()
    assert counted(HealthRecord) == 0


def test_papers_that_serve_no_more_go_and_the_file_is_counted_again(cast: Cast) -> None:
    from db.models import DocumentKind

    family, child = cast.benali, cast.sami
    cast.registration(child, family, cast.mercredi)
    kind = add(DocumentKind(name="Assurance", subject="family", is_compulsory=True, blocks="nothing", validity="months", months=12))
    decision = add(
        DocumentKind(name="Décision", subject="child", purpose="court_decision", is_compulsory=False, blocks="nothing", validity="for_ever")
    )
    long_ago = clock.begins(date(2024, 1, 10))

    def paper(of: DocumentKind, state: str, **more: Any) -> Document:
        return add(Document(kind_id=of.id, family_id=family.id, state=state, sent_at=long_ago, **more))

    paper(kind, "accepted", valid_until_on=date(2025, 1, 10))
    paper(kind, "refused", refusal_reason="Illisible", decided_at=long_ago, is_current=False)
    paper(kind, "accepted", is_current=False)
    waits = paper(kind, "to_check", is_current=False)
    ruled = paper(decision, "accepted", child_id=child.id, is_current=False)
    add(FamilyFile(family_id=family.id, expected=1, accepted=1, missing=0, complete_until_on=date(2025, 1, 10)))
    retention.let_go()
    with reading() as session:
        assert set(session.scalars(select(Document.id))) == {waits.id, ruled.id}
        assert [(table, wrong) for table, wrong, _ in differences(session) if wrong] == []


def test_the_journal_forgets_after_its_term(cast: Cast, noon: time_machine.Traveller) -> None:
    add(JournalEntry(at=clock.begins(date(2022, 1, 1)), act="invite", object_kind="accounts", object_id=1, changes={}))
    add(JournalEntry(at=clock.begins(date(2024, 1, 1)), act="invite", object_kind="accounts", object_id=1, changes={}))
    retention.let_go()
    assert counted(JournalEntry) == 1
    with writing() as session:
        value = structure.setting(session, "retention") | {"journal": 24}
        structure.change_setting(session, cast.helene, "retention", value, date(2026, 1, 1))
    retention.let_go()
    assert counted(JournalEntry, JournalEntry.act == "invite") == 0


@pytest.mark.parametrize("wrong", [{"invoices": 60}, {"families": 0}, {"families": True}, {"unheard_of": 3}, {"journal": "36"}])
def test_a_term_outside_its_limits_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    with writing() as session, pytest.raises(structure.InvalidSetting):
        structure.change_setting(session, cast.helene, "retention", structure.setting(session, "retention") | wrong)


# -- leaving ----------------------------------------------------------------------------------------------------------------------


def asked(cast: Cast) -> int:
    amina = cast.amina
    with writing() as session:
        return closing.ask(session, amina, "Nous déménageons").id


def test_a_family_that_leaves_is_archived_signed_out_and_erased_a_month_later(cast: Cast, noon: time_machine.Traveller) -> None:
    benali, sami, amina = cast.benali, cast.sami, cast.amina
    cast.registration(sami, benali, cast.mercredi)
    request_id = asked(cast)
    with reading() as session:
        assert list(closing.waiting(session, cast.denis)["family"]) == ["Benali Amina"]
    with writing() as session:
        closing.accept(session, cast.denis, request_id)
    with reading() as session:
        assert session.get_one(Family, benali.id).state == "archived"
        assert session.get_one(Account, amina.id).state == "closed"
        assert session.scalars(select(Letter.kind)).all() == ["closing_accepted"]
    assert due(cast, "closed") == []
    noon.move_to(clock.begins(date(2026, 4, 4)))
    confirm(cast, benali, rule="closed")
    retention.erase_confirmed()
    with reading() as session:
        assert session.get_one(Family, benali.id).state == "erased"


def test_who_has_days_to_come_cancels_them_first(cast: Cast) -> None:
    booking = cast.booking(cast.sami, cast.benali, cast.open_day(cast.mercredi)[1])
    with pytest.raises(retention.BookedAhead) as refused:
        asked(cast)
    assert (refused.value.days, refused.value.last_on) == (1, WEDNESDAY)
    with writing() as session:
        session.get_one(Booking, booking.id).state = "cancelled"
        session.get_one(Booking, booking.id).holds_seat = False
    request_id = asked(cast)
    cast.booking(cast.sami, cast.benali, cast.open_day(cast.mercredi, WEDNESDAY + timedelta(days=7))[1])
    with writing() as session, pytest.raises(retention.BookedAhead):
        closing.accept(session, cast.denis, request_id)
    with reading() as session:
        assert session.get_one(Family, cast.benali.id).state == "active"


def test_a_debt_is_told_and_keeps_the_family_until_it_is_settled(cast: Cast, noon: time_machine.Traveller) -> None:
    cast.invoice(cast.benali, 4_200, date(2026, 3, 20))
    request_id = asked(cast)
    with writing() as session:
        closing.accept(session, cast.denis, request_id)
    with reading() as session:
        assert "42,00" in session.scalars(select(Letter.text_body)).one()
    noon.move_to(clock.begins(date(2026, 5, 4)))
    assert due(cast, "closed") == []


def test_asking_twice_taking_back_and_deciding_twice(cast: Cast) -> None:
    request_id, amina = asked(cast), cast.amina
    with pytest.raises(retention.AsksAlready):
        asked(cast)
    with writing() as session:
        closing.withdraw(session, amina)
    from domain.refusals import AlreadyDecided, ChangedMeanwhile

    with writing() as session, pytest.raises(ChangedMeanwhile):
        closing.withdraw(session, amina)
    with writing() as session, pytest.raises(AlreadyDecided):
        closing.accept(session, cast.denis, request_id)
    again = asked(cast)
    with writing() as session, pytest.raises(Incomplete):
        closing.refuse(session, cast.denis, again, "")
    with writing() as session:
        assert closing.refuse(session, cast.denis, again, "Une facture est en litige.")
    with reading() as session:
        assert "litige" in session.scalars(select(Letter.text_body)).one()


def test_who_has_no_business_with_leaving_is_refused(cast: Cast) -> None:
    request_id, bruno = asked(cast), cast.bruno
    for nobody in (cast.claire, cast.gaelle, bruno, None):
        with writing() as session, pytest.raises(NotAllowed):
            closing.accept(session, nobody, request_id)
    for nobody in (cast.claire, None):
        with writing() as session, pytest.raises(NotAllowed):
            closing.ask(session, nobody)
    assert fresh(cast.amina).state == "active"

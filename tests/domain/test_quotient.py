"""The quotient familial: told, checked, corrected, refused, dated; without one, none counts."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from db.models import Document, DocumentKind, Family, FamilyQuotient, Guardian, JournalEntry, Letter
from db.session import reading, writing
from domain import clock, structure
from domain.families import quotient
from domain.families.quotient import WrongQuotient
from domain.refusals import AlreadyDecided, DoesNotExist, Incomplete, NotAllowed
from tests.cast import Cast, add

MARCH = date(2026, 3, 1)


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """Everybody is there before the first act."""
    for person in ("moreuil", "benali", "lefevre", "claire", "denis", "farid", "gaelle", "helene", "sami"):
        getattr(cast, person)
    return cast


def rule(cast: Cast, **change: Any) -> None:
    with writing() as session:
        value = structure.setting(session, "quotient") | change
        structure.change_setting(session, cast.helene, "quotient", value, date(2026, 1, 1))


def declare(cast: Cast, value: int = 72_000, month: date = MARCH, **more: Any) -> FamilyQuotient:
    amina = cast.amina
    with writing() as session:
        return quotient.declare(session, amina, value, month, **more)


def counts_today(family: Family, on: date | None = None) -> int | None:
    with reading() as session:
        row = quotient.current(session, family.id, on)
    return row.value_cents if row else None


def rows_of(family: Family) -> list[FamilyQuotient]:
    with reading() as session:
        return list(session.scalars(select(FamilyQuotient).where(FamilyQuotient.family_id == family.id).order_by(FamilyQuotient.id)))


def proof(family: Family) -> Document:
    kind = add(
        DocumentKind(
            name="Justificatif de quotient familial",
            subject="family",
            purpose="quotient_proof",
            is_compulsory=False,
            blocks="nothing",
            validity="months",
            months=12,
        )
    )
    return add(Document(kind_id=kind.id, family_id=family.id, state="to_check", sent_at=clock.now()))


def test_what_a_family_types_waits_until_the_staff_has_looked(cast: Cast) -> None:
    told = declare(cast)
    assert (told.state, counts_today(cast.benali)) == ("waiting", None)
    with writing() as session:
        quotient.accept(session, cast.claire, told.id)
    assert counts_today(cast.benali) == 72_000
    with reading() as session:
        letter = session.scalars(select(Letter).where(Letter.kind == "quotient_accepted")).one()
    assert letter.to_email == "amina.benali@exemple.fr"
    assert "720" not in letter.text_body


def test_where_the_structure_does_not_look_it_counts_at_once_and_is_listed_without_proof(cast: Cast) -> None:
    rule(cast, checked=False)
    declare(cast)
    assert counts_today(cast.benali) == 72_000
    with reading() as session:
        assert list(quotient.unproved(session, cast.claire)["family_id"]) == [cast.benali.id]
        assert quotient.counts(session, cast.claire) == (0, 1, 0)


def test_a_second_word_of_the_family_takes_the_place_of_the_first(cast: Cast) -> None:
    first = declare(cast)
    second = declare(cast, 80_000)
    assert [row.state for row in rows_of(cast.benali)] == ["withdrawn", "waiting"]
    with writing() as session, pytest.raises(AlreadyDecided):
        quotient.accept(session, cast.claire, first.id)
    with writing() as session:
        quotient.accept(session, cast.claire, second.id)
    assert counts_today(cast.benali) == 80_000


def test_a_family_never_has_two_that_wait(cast: Cast) -> None:
    told = declare(cast)
    with pytest.raises(IntegrityError):
        add(
            FamilyQuotient(
                family_id=told.family_id,
                value_cents=1,
                month_on=MARCH,
                source="typed",
                from_on=MARCH,
                recorded_at=clock.now(),
                state="waiting",
            )
        )


def test_the_staff_corrects_by_the_proof_and_nothing_is_edited(cast: Cast) -> None:
    paper = proof(cast.benali)
    told = declare(cast, document_id=paper.id)
    with writing() as session:
        quotient.correct(session, cast.claire, told.id, 91_050, date(2026, 2, 1))
    before, after = rows_of(cast.benali)
    assert (before.state, before.value_cents) == ("corrected", 72_000)
    assert (after.state, after.value_cents, after.source, after.document_id) == ("accepted", 91_050, "proof", paper.id)
    assert counts_today(cast.benali) == 91_050
    with reading() as session:
        assert session.get_one(Document, paper.id).state == "accepted"


def test_a_refusal_gives_its_reason_to_the_family_and_needs_one(cast: Cast) -> None:
    told = declare(cast)
    with writing() as session, pytest.raises(Incomplete):
        quotient.refuse(session, cast.claire, told.id, "  ")
    with writing() as session:
        assert quotient.refuse(session, cast.claire, told.id, "Le justificatif est illisible.")
    with reading() as session:
        letter = session.scalars(select(Letter).where(Letter.kind == "quotient_refused")).one()
    assert "illisible" in letter.text_body
    assert counts_today(cast.benali) is None


def test_the_second_of_two_people_is_told_who_was_quicker(cast: Cast) -> None:
    told = declare(cast)
    with writing() as session:
        quotient.accept(session, cast.claire, told.id)
    with writing() as session, pytest.raises(AlreadyDecided) as refused:
        quotient.refuse(session, cast.denis, told.id, "Trop tard")
    assert refused.value.by_name == "Claire Dubois"


def test_the_staff_types_what_is_shown_at_the_desk(cast: Cast) -> None:
    with writing() as session:
        quotient.record(session, cast.farid, cast.benali.id, 0, MARCH)
    assert counts_today(cast.benali) == 0
    with reading() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "record_quotient")).one()
    assert entry.family_id == cast.benali.id
    assert "value_cents" in entry.changes
    assert entry.changes["value_cents"] != [None, 0]


def test_the_last_word_counts_even_from_an_earlier_day(cast: Cast) -> None:
    with writing() as session:
        quotient.record(session, cast.claire, cast.benali.id, 50_000, MARCH)
    with writing() as session:
        quotient.record(session, cast.claire, cast.benali.id, 60_000, MARCH, from_on=date(2026, 1, 5))
    assert counts_today(cast.benali) == 60_000
    assert counts_today(cast.benali, date(2026, 1, 10)) == 60_000


def test_who_has_no_business_there_is_refused(cast: Cast) -> None:
    told = declare(cast)
    elsewhere = cast.family("Ailleurs", "Zoé", site=cast.ailly)
    amina = cast.amina
    for nobody in (cast.gaelle, amina, None):
        with writing() as session, pytest.raises(NotAllowed):
            quotient.accept(session, nobody, told.id)
    with writing() as session, pytest.raises(DoesNotExist):
        quotient.record(session, cast.claire, elsewhere.id, 50_000, MARCH)
    with writing() as session, pytest.raises(NotAllowed):
        quotient.declare(session, cast.claire, 50_000, MARCH)


def test_nobody_gives_the_proof_of_another_family(cast: Cast) -> None:
    paper = proof(cast.lefevre)
    with pytest.raises(DoesNotExist):
        declare(cast, 50_000, document_id=paper.id)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("-12", "negative"),
        ("10000000", "too_high"),
        ("10 000 000,00 €", "too_high"),
        ("beaucoup", "not_a_number"),
        ("", "not_a_number"),
        ("12,345", "not_a_number"),
        ("1e5", "not_a_number"),
        ("7\x0020", "not_a_number"),
        ("9" * 10_000, "not_a_number"),
    ],
)
def test_what_is_no_quotient_is_refused_with_its_reason(typed: str, problem: str) -> None:
    with pytest.raises(WrongQuotient) as refused:
        quotient.value_of(typed)
    assert refused.value.problem == problem


def test_quotients_are_read_as_they_are_typed() -> None:
    assert [quotient.value_of(text) for text in ("720", "720,5", " 1 234,50 € ", "0", "1\u202f234")] == [
        72_000,
        72_050,
        123_450,
        0,
        123_400,
    ]


@pytest.mark.parametrize(("month", "problem"), [(date(2026, 4, 1), "month_to_come"), (date(2021, 1, 1), "too_old"), (None, "not_a_number")])
def test_a_month_to_come_or_long_past_is_refused(cast: Cast, month: Any, problem: str) -> None:
    with pytest.raises(WrongQuotient) as refused:
        declare(cast, 50_000, month)
    assert refused.value.problem == problem
    assert rows_of(cast.benali) == []


@pytest.mark.parametrize(
    ("validity", "last"),
    [("months", date(2027, 2, 28)), ("school_year", date(2026, 8, 31)), ("civil_year", date(2026, 12, 31))],
)
def test_a_quotient_counts_as_long_as_the_structure_says(cast: Cast, noon: time_machine.Traveller, validity: str, last: date) -> None:
    assert cast.season.ends_on == date(2026, 8, 31)
    rule(cast, validity=validity, checked=False)
    declare(cast)
    assert counts_today(cast.benali, last) == 72_000
    assert counts_today(cast.benali, last + timedelta(days=1)) is None
    assert counts_today(cast.benali, date(2026, 3, 1)) is None


def test_a_family_without_a_valid_quotient_is_listed_once_it_is_registered(cast: Cast) -> None:
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    with reading() as session:
        assert list(quotient.missing(session, cast.claire)["family"]) == ["Benali Amina"]
        assert quotient.missing(session, cast.claire, search="dupont").empty
    with writing() as session:
        quotient.record(session, cast.claire, cast.benali.id, 50_000, MARCH)
    with reading() as session:
        assert quotient.missing(session, cast.claire).empty


def test_the_list_of_those_that_wait_shows_what_counts_today(cast: Cast) -> None:
    with writing() as session:
        quotient.record(session, cast.claire, cast.benali.id, 50_000, MARCH)
    declare(cast)
    amina = cast.amina
    with reading() as session:
        row = quotient.waiting(session, cast.claire).iloc[0]
        history = quotient.history(session, amina)
    assert (row["value_cents"], row["before_cents"]) == (72_000, 50_000)
    assert history.today is not None
    assert history.waits is not None
    assert (history.today.value_cents, history.waits.value_cents, len(history.lines)) == (50_000, 72_000, 2)


def test_a_setting_of_validity_has_to_be_sound(cast: Cast) -> None:
    for wrong in ({"validity": "for_ever"}, {"months": 0}, {"months": True}, {"checked": "yes"}):
        with pytest.raises(structure.InvalidSetting):
            rule(cast, **wrong)


def test_a_guardian_without_email_is_not_written_to(cast: Cast) -> None:
    told = declare(cast)
    amina = cast.guardian(cast.benali)
    with writing() as session:
        session.get_one(Guardian, amina.id).email = None
    with writing() as session:
        assert not quotient.refuse(session, cast.claire, told.id, "Illisible")

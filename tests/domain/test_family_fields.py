"""The fields of the family's forms: the structure decides who may write, and what is typed is checked."""

import threading
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from db.models import Child, Family, Guardian, JournalEntry
from db.session import reading, writing
from domain import families
from domain.families import FIELDS, NotSound, Rule
from domain.refusals import DoesNotExist, Incomplete, NotAllowed, TooLong
from tests.cast import Cast

OPEN = {section: {field.name: Rule("editable", waits=False) for field in fields} for section, fields in FIELDS.items()}


def test_every_field_is_a_column_of_its_model() -> None:
    for section, model in (("family", Family), ("guardian", Guardian), ("child", Child)):
        assert {field.name for field in FIELDS[section]} <= set(model.__table__.columns.keys())  # type: ignore[index]


def test_sensitive_fields_are_hidden_until_the_structure_wants_them(cast: Cast) -> None:
    with reading() as session:
        decided = families.rules(session, "guardian")
    assert {name for name, rule in decided.items() if rule.mode == "hidden"} == {"marital_status", "profession", "employer"}


def test_the_structure_decides_and_the_journal_tells_only_what_changed(cast: Cast) -> None:
    helene = cast.helene
    wanted = {"town": Rule("shown", waits=False), "name": Rule("compulsory", waits=False)}
    with writing() as session:
        families.change_rules(session, helene, "family", wanted)
    with reading() as session:
        assert families.rules(session, "family")["town"] == Rule("shown", waits=False)
        assert session.scalars(select(JournalEntry)).one().changes == {"town": ["compulsory", "shown"]}
    with pytest.raises(DoesNotExist), writing() as session:
        families.change_rules(session, helene, "family", {"colour": Rule("shown", waits=False)})
    claire = cast.claire
    with pytest.raises(NotAllowed), writing() as session:
        families.change_rules(session, claire, "family", wanted)


def test_several_may_decide_for_a_field_at_once(cast: Cast) -> None:
    helene, ready, raised = cast.helene, threading.Barrier(6), []

    def decide() -> None:
        ready.wait()
        try:
            with writing() as session:
                families.change_rules(
                    session, helene, "family", {"town": Rule("shown", waits=False), "street": Rule("hidden", waits=False)}
                )
        except Exception as problem:
            raised.append(problem)

    threads = [threading.Thread(target=decide) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
    with reading() as session:
        decided = families.rules(session, "family")
    assert (decided["town"].mode, decided["street"].mode) == ("shown", "hidden")


def test_a_field_that_is_not_open_cannot_be_written() -> None:
    decided = OPEN["family"] | {"town": Rule("shown", waits=False)}
    assert families.sound("family", {"name": "Benali", "town": "Paris", "id": 3}, decided) == {"name": "Benali"}


@pytest.mark.parametrize(
    ("section", "name", "typed", "kept"),
    [
        ("family", "name", "  Le   Goff ", "Le Goff"),
        ("family", "first_name", "   ", None),
        ("family", "phone_mobile", "+33 6 39 98 00 12", "0639980012"),
        ("family", "phone_mobile", "0692 00 00 01", "0692000001"),
        ("family", "phone_mobile", "+32 470 12 34 56", "+32470123456"),
        ("family", "postcode", "80110", "80110"),
        ("guardian", "email", "Prénom@Exemple.fr", "prénom@exemple.fr"),
        ("guardian", "civility", "mrs", "mrs"),
        ("child", "born_on", date(2026, 3, 2), date(2026, 3, 2)),
    ],
)
def test_what_is_typed_is_kept_in_its_form(section: Any, name: str, typed: Any, kept: Any) -> None:
    assert families.sound(section, {name: typed}, OPEN[section]) == {name: kept}


@pytest.mark.parametrize(
    ("section", "name", "typed", "problem"),
    [
        ("family", "phone_mobile", "12", "phone"),
        ("family", "phone_mobile", "appelez-moi", "phone"),
        ("family", "postcode", "8011O", "postcode"),
        ("guardian", "email", "amina@", "email"),
        ("guardian", "civility", "dr", "choice"),
        ("child", "born_on", date(2026, 3, 3), "future"),
        ("child", "born_on", date(1899, 1, 1), "past"),
        ("child", "born_on", "hier", "past"),
    ],
)
def test_what_does_not_fit_is_refused(section: Any, name: str, typed: Any, problem: str) -> None:
    with pytest.raises(NotSound) as refusal:
        families.sound(section, {name: typed}, OPEN[section])
    assert (refusal.value.field, refusal.value.problem) == (name, problem)


def test_a_compulsory_field_is_filled_in_and_a_name_has_its_length() -> None:
    decided = OPEN["family"] | {"name": Rule("compulsory", waits=False)}
    with pytest.raises(Incomplete):
        families.sound("family", {"name": " "}, decided)
    with pytest.raises(TooLong):
        families.sound("family", {"name": "x" * 10_000}, decided)

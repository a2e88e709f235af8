"""The people around a child: whom to call, who fetches it, who must not; nobody slips from one to the other."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from db.models import Attendance, FamilyChild, Guardian, JournalEntry, PickupPerson
from db.session import reading, writing
from domain import clock
from domain.families import NotSound, sheets
from domain.families.sheets import Contacts
from domain.families.sheets.contacts import MOST
from domain.refusals import ChangedMeanwhile, DoesNotExist, Incomplete, NotAllowed, TooLong
from tests.cast import Cast, add

MAMIE = {
    "full_name": "Zohra Benali",
    "relation": "Grand-mère",
    "phone": "06 39 98 77 01",
    "is_emergency_contact": True,
    "pickup": "allowed",
}
UNCLE = {"full_name": "Karim Benali", "relation": "Oncle"}


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """Everybody is there before a test opens a transaction; Sami has two homes."""
    assert all([cast.sami, cast.lia, cast.claire, cast.farid, cast.gaelle, cast.helene, cast.season])
    add(FamilyChild(family_id=cast.lefevre.id, child_id=cast.sami.id, custody="shared"))
    return cast


def act(verb: Callable[..., Any], *args: Any, **more: Any) -> Any:
    """One click."""
    with writing() as session:
        return verb(session, *args, **more)


def around(by, child_id: int) -> Contacts:
    """What a parent reads."""
    with reading() as session:
        return sheets.contacts_of(session, by, child_id)


def test_a_home_names_people_and_calls_them_in_its_order(cast: Cast) -> None:
    act(sheets.name_person, cast.amina, cast.sami.id, MAMIE)
    second = act(sheets.name_person, cast.amina, cast.sami.id, MAMIE | {"full_name": "Odile Roy", "relation": None, "pickup": "not_asked"})
    act(sheets.call_first, cast.amina, second.id)
    people = around(cast.amina, cast.sami.id).others
    assert [(one.full_name, one.phone, one.pickup, one.told_by) for one in people] == [
        ("Odile Roy", "0639987701", "not_asked", "own"),
        ("Zohra Benali", "0639987701", "allowed", "own"),
    ]


def test_the_other_home_sees_the_people_without_their_telephone_and_leaves_them_alone(cast: Cast) -> None:
    mamie = act(sheets.name_person, cast.amina, cast.sami.id, MAMIE)
    (seen,) = around(cast.bruno, cast.sami.id).people
    assert (seen.full_name, seen.told_by, seen.phone, seen.home) == ("Zohra Benali", "other", None, "Benali")
    for verb, args in ((sheets.change_person, (MAMIE, MAMIE)), (sheets.remove_person, ()), (sheets.call_first, ())):
        with pytest.raises(sheets.NotYours):
            act(verb, cast.bruno, mamie.id, *args)
    assert len(around(cast.amina, cast.sami.id).people) == 1


def test_a_forbidden_person_needs_a_name_and_a_tick_and_no_telephone(cast: Cast) -> None:
    with pytest.raises(sheets.SureNeeded):
        act(sheets.forbid_person, cast.amina, cast.sami.id, UNCLE, sure=False)
    act(sheets.forbid_person, cast.amina, cast.sami.id, UNCLE, sure=True)
    found = around(cast.amina, cast.sami.id)
    assert [(one.full_name, one.phone) for one in found.forbidden] == [("Karim Benali", None)]
    assert found.others == ()


def test_forbidden_never_becomes_allowed_by_one_touch_nor_the_other_way(cast: Cast) -> None:
    banned = act(sheets.forbid_person, cast.amina, cast.sami.id, UNCLE, sure=True)
    with pytest.raises(sheets.IsForbidden):
        act(sheets.change_person, cast.amina, banned.id, {}, MAMIE)
    with pytest.raises(sheets.IsForbidden):
        act(sheets.remove_person, cast.amina, banned.id)
    with pytest.raises(sheets.IsForbidden):
        act(sheets.name_person, cast.amina, cast.sami.id, MAMIE | {"full_name": "BENALI karim"})
    mamie = act(sheets.name_person, cast.amina, cast.sami.id, MAMIE)
    with pytest.raises(NotSound):
        act(sheets.change_person, cast.amina, mamie.id, MAMIE, MAMIE | {"pickup": "forbidden"})
    with pytest.raises(sheets.IsForbidden):
        act(sheets.change_person, cast.amina, mamie.id, MAMIE, MAMIE | {"full_name": "Karim Bénali"})
    with pytest.raises(sheets.IsThereAlready):
        act(sheets.forbid_person, cast.amina, cast.sami.id, {"full_name": "Zohra Benali"}, sure=True)
    with pytest.raises(DoesNotExist):
        act(sheets.lift_ban, cast.amina, mamie.id, sure=True)
    with pytest.raises(sheets.SureNeeded):
        act(sheets.lift_ban, cast.amina, banned.id, sure=False)
    act(sheets.lift_ban, cast.amina, banned.id, sure=True)
    act(sheets.name_person, cast.amina, cast.sami.id, MAMIE | {"full_name": "Karim Benali"})


def test_whom_one_home_forbids_the_other_does_not_send(cast: Cast) -> None:
    act(sheets.name_person, cast.amina, cast.sami.id, MAMIE | {"full_name": "Karim Benali"})
    banned = act(sheets.forbid_person, cast.bruno, cast.sami.id, UNCLE, sure=True)
    for by in (cast.amina, cast.bruno):
        found = around(by, cast.sami.id)
        assert [one.is_disputed for one in found.others] == [True]
        assert [one.full_name for one in found.forbidden] == ["Karim Benali"]
    with pytest.raises(sheets.NotYours):
        act(sheets.lift_ban, cast.amina, banned.id, sure=True)
    with pytest.raises(sheets.IsForbidden):
        act(sheets.name_person, cast.amina, cast.sami.id, MAMIE | {"full_name": "karim BENALI"})


def test_a_parent_is_kept_away_by_the_structure_alone_on_a_court_s_decision(cast: Cast) -> None:
    bruno = cast.guardian(cast.lefevre)
    for name in ("Bruno Lefèvre", "LEFEVRE Bruno", "Amina Benali"):
        with pytest.raises(sheets.GuardianNotForbidden):
            act(sheets.forbid_person, cast.amina, cast.sami.id, {"full_name": name}, sure=True)
    with pytest.raises(Incomplete):
        act(sheets.forbid_guardian, cast.claire, cast.sami.id, bruno.id, " ", sure=True)
    for by in (cast.amina, cast.farid, cast.gaelle, None):
        with pytest.raises(NotAllowed):
            act(sheets.forbid_guardian, by, cast.sami.id, bruno.id, "JAF Amiens, 3 février 2026", sure=True)
    with pytest.raises(DoesNotExist):
        act(sheets.forbid_guardian, cast.claire, cast.lia.id, cast.guardian(cast.benali).id, "JAF", sure=True)
    person = act(sheets.forbid_guardian, cast.claire, cast.sami.id, bruno.id, "JAF Amiens, 3 février 2026", sure=True)
    with pytest.raises(sheets.IsThereAlready):
        act(sheets.forbid_guardian, cast.claire, cast.sami.id, bruno.id, "JAF", sure=True)
    for by in (cast.amina, cast.bruno):
        assert [one.told_by for one in around(by, cast.sami.id).forbidden] == ["structure"]
        with pytest.raises(sheets.NotYours):
            act(sheets.lift_ban, by, person.id, sure=True)
    with pytest.raises(Incomplete):
        act(sheets.lift_ban, cast.claire, person.id, sure=True)
    act(sheets.lift_ban, cast.claire, person.id, sure=True, reason="Décision levée")
    assert around(cast.amina, cast.sami.id).people == ()


def test_two_guardians_change_the_same_person_and_nothing_is_lost(cast: Cast) -> None:
    mamie = act(sheets.name_person, cast.amina, cast.sami.id, MAMIE)
    as_read = {name: getattr(mamie, name) for name in MAMIE}
    act(sheets.change_person, cast.amina, mamie.id, as_read, as_read | {"phone": "0639987702"})
    act(sheets.change_person, cast.amina, mamie.id, as_read, as_read | {"relation": "Mamie"})
    with pytest.raises(sheets.SheetChanged) as refused:
        act(sheets.change_person, cast.amina, mamie.id, as_read, as_read | {"phone": "0639987703"})
    assert refused.value.fields == ("phone",)
    (now,) = around(cast.amina, cast.sami.id).people
    assert (now.phone, now.relation, now.revision) == ("0639987702", "Mamie", 3)


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"full_name": "x" * 10_000}, TooLong),
        ({"relation": "x" * 10_000}, TooLong),
        ({"full_name": " \x00 "}, Incomplete),
        ({"phone": ""}, Incomplete),
        ({"phone": "12"}, NotSound),
        ({"pickup": "forbidden"}, NotSound),
        ({"pickup": None}, NotSound),
    ],
)
def test_what_cannot_be_is_refused(cast: Cast, typed: dict, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        act(sheets.name_person, cast.amina, cast.sami.id, MAMIE | typed)
    assert around(cast.amina, cast.sami.id).people == ()


def test_a_sheet_holds_twenty_people(cast: Cast) -> None:
    for number in range(MOST):
        act(sheets.name_person, cast.amina, cast.sami.id, MAMIE | {"full_name": f"Voisin Rue{number}"})
    with pytest.raises(sheets.TooManyPeople):
        act(sheets.name_person, cast.amina, cast.sami.id, MAMIE)


def test_a_foreign_child_and_its_people_do_not_exist(cast: Cast) -> None:
    cast.child(cast.benali, "Nour")
    nour = next(child for child in [cast.sami] if child)
    with writing() as session:
        session.delete(session.get_one(FamilyChild, (cast.lefevre.id, nour.id)))
    mamie = act(sheets.name_person, cast.amina, nour.id, MAMIE)
    banned = act(sheets.forbid_person, cast.amina, nour.id, UNCLE, sure=True)
    for missed in (nour.id, 999_999):
        with pytest.raises(DoesNotExist):
            around(cast.bruno, missed)
        with pytest.raises(DoesNotExist):
            act(sheets.name_person, cast.bruno, missed, MAMIE)
        with pytest.raises(DoesNotExist):
            act(sheets.forbid_person, cast.bruno, missed, UNCLE, sure=True)
    for missed in (mamie.id, banned.id, 999_999):
        for verb, args, more in (
            (sheets.change_person, ({}, MAMIE), {}),
            (sheets.remove_person, (), {}),
            (sheets.call_first, (), {}),
            (sheets.lift_ban, (), {"sure": True}),
        ):
            with pytest.raises(DoesNotExist):
                act(verb, cast.bruno, missed, *args, **more)
    assert len(around(cast.amina, nour.id).people) == 2


def test_a_list_is_certified_as_it_was_read_and_a_change_ends_it(cast: Cast) -> None:
    read = around(cast.amina, cast.sami.id)
    act(sheets.name_person, cast.bruno, cast.sami.id, MAMIE)
    with pytest.raises(ChangedMeanwhile):
        act(sheets.certify, cast.amina, cast.sami.id, "contacts", read.mark)
    act(sheets.certify, cast.amina, cast.sami.id, "contacts", around(cast.amina, cast.sami.id).mark)
    assert state(cast) == "certified"
    act(sheets.forbid_person, cast.amina, cast.sami.id, UNCLE, sure=True)
    assert state(cast) == "to_certify"


def test_the_journal_tells_the_acts_and_masks_the_people(cast: Cast) -> None:
    mamie = act(sheets.name_person, cast.amina, cast.sami.id, MAMIE)
    act(sheets.remove_person, cast.amina, mamie.id)
    banned = act(sheets.forbid_person, cast.amina, cast.sami.id, UNCLE, sure=True)
    act(sheets.lift_ban, cast.amina, banned.id, sure=True)
    with reading() as session:
        lines = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
    told = [line for line in lines if line.object_kind == "pickup_persons"]
    assert [line.act for line in told] == ["name_person", "remove_person", "forbid_person", "lift_ban"]
    assert {line.family_id for line in told} == {cast.benali.id}
    assert "Zohra" not in str([line.changes for line in lines])


def test_the_staff_sees_the_homes_their_telephones_and_who_must_not_come(cast: Cast) -> None:
    act(sheets.name_person, cast.amina, cast.sami.id, MAMIE)
    act(sheets.forbid_person, cast.bruno, cast.sami.id, UNCLE, sure=True)
    add(
        Guardian(
            family_id=cast.benali.id,
            last_name="Benali",
            first_name="Omar",
            search_name="omar benali",
            phone_mobile="0639980099",
            phone_work="0322000000",
            created_at=clock.now(),
        )
    )
    for by in (cast.gaelle, cast.claire, cast.farid, cast.helene):
        with reading() as session:
            found = sheets.surroundings(session, by, cast.sami.id)
        assert (found.child.first_name, found.age, found.has_health) == ("Sami", 7, False)
        assert [(home.custody, [parent.full_name for parent in home.parents]) for home in found.homes] == [
            ("full", ["Amina Benali", "Omar Benali"]),
            ("shared", ["Bruno Lefèvre"]),
        ]
        assert found.homes[0].parents[1].phones == ("0639980099", "0322000000")
        assert [(one.full_name, one.phone, one.home) for one in found.contacts.others] == [("Zohra Benali", "0639987701", "Benali")]
        assert [(one.full_name, one.home) for one in found.contacts.forbidden] == [("Karim Benali", "Lefèvre")]
    for by in (cast.amina, None):
        with pytest.raises(NotAllowed), reading() as session:
            sheets.surroundings(session, by, cast.sami.id)
    far = cast.child(cast.family("Caron", "Chloé", site=cast.ailly), "Léo")
    with pytest.raises(DoesNotExist), reading() as session:
        sheets.surroundings(session, cast.claire, far.id)


def test_who_has_fetched_the_child_leaves_the_list_and_stays_in_the_attendance(cast: Cast) -> None:
    mamie = act(sheets.name_person, cast.amina, cast.sami.id, MAMIE)
    seats = cast.open_day(cast.mercredi)[1]
    values = {"seats_id": seats.id, "child_id": cast.sami.id, "family_id": cast.benali.id, "state": "present"}
    came = add(Attendance(**values, fetched_by_id=mamie.id, recorded_at=clock.now()))
    act(sheets.remove_person, cast.amina, mamie.id)
    assert around(cast.amina, cast.sami.id).people == ()
    assert state(cast) == "never"
    with pytest.raises(DoesNotExist):
        act(sheets.change_person, cast.amina, mamie.id, MAMIE, MAMIE)
    with reading() as session:
        assert session.get_one(PickupPerson, session.get_one(Attendance, came.id).fetched_by_id).full_name == "Zohra Benali"
    act(sheets.name_person, cast.amina, cast.sami.id, MAMIE)  # may come back


def test_rows_of_people_belong_to_a_home_unless_they_forbid(cast: Cast) -> None:
    with pytest.raises(Exception, match="structure_only_forbids"):
        add(PickupPerson(child_id=cast.sami.id, full_name="Personne", pickup="allowed"))


def state(cast: Cast) -> str:
    """Where Sami's list stands for Amina."""
    with reading() as session:
        return next(one.state for one in sheets.sheets_of(session, cast.amina) if (one.child_id, one.section) == (cast.sami.id, "contacts"))

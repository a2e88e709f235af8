"""Separated parents: two families share a child, and nothing of one home is ever told to the other."""

import threading
from datetime import date

import pytest
from sqlalchemy import func, select

from db.models import Account, ChangeRequest, Child, Family, FamilyChild, Guardian, Permission, PickupPerson
from db.session import reading, writing
from domain import clock, family_space
from domain.accounts import links
from domain.accounts.staff import EmailTaken
from domain.families import changing, deciding, finding, homes, household, joining, sheets
from domain.families.fields import NotSound
from domain.refusals import AlreadyDecided, DoesNotExist, Incomplete, NotAllowed, NothingChosen, TooLong
from tests.cast import Cast, add, fresh
from tests.domain.requesting import letters_of, token_of

CHOSEN = "quatre mots sans aucun lien 73"
OTHER = ("Karim", "Roux", "karim@exemple.fr")


@pytest.fixture(autouse=True)
def everybody(cast: Cast) -> None:
    """The people are there before anybody acts."""
    assert all((cast.sami, cast.lia, cast.claire, cast.denis, cast.farid))


def asked(by: Account, *child_ids: int, email: str = OTHER[2]) -> int:
    """A parent tells of another home; the id of the request."""
    with writing() as session:
        homes.ask_other_home(session, by, child_ids, OTHER[0], OTHER[1], email)
    with reading() as session:
        return (
            session.scalars(select(ChangeRequest.id).where(ChangeRequest.section == "other_home").order_by(ChangeRequest.id.desc())).first()
            or 0
        )


def homes_of(child_id: int) -> dict[int, str]:
    with reading() as session:
        return {link.family_id: link.custody for link in session.scalars(select(FamilyChild).where(FamilyChild.child_id == child_id))}


def linked(cast: Cast) -> None:
    """Bruno's family shares Sami."""
    request_id = asked(cast.amina, cast.sami.id)
    with writing() as session:
        homes.link_other_home(session, cast.claire, request_id, cast.lefevre.id)


def test_another_home_waits_for_the_staff_whatever_the_rules_say(cast: Cast) -> None:
    request_id = asked(cast.amina, cast.sami.id)
    assert homes_of(cast.sami.id) == {cast.benali.id: "full"}
    with reading() as session:
        assert [request.id for request in household.household(session, cast.amina).homes_asked] == [request_id]
        assert deciding.queue(session, cast.claire)[0].iloc[0]["section"] == "other_home"
    with writing() as session:
        lines = deciding.accept_many(session, cast.claire, [request_id])
    assert isinstance(lines[0].refusal, deciding.DecidedElsewhere), "a tick among others opens no family"
    with pytest.raises(changing.WaitsAlready), writing() as session:
        homes.ask_other_home(session, cast.amina, [cast.sami.id], *OTHER)
    with writing() as session:
        changing.withdraw(session, cast.amina, request_id)
    with pytest.raises(AlreadyDecided), writing() as session:
        homes.open_other_home(session, cast.claire, request_id)


def test_the_staff_opens_the_other_home_and_each_parent_has_an_own_family(cast: Cast) -> None:
    request_id = asked(cast.amina, cast.sami.id)
    with writing() as session:
        family = homes.open_other_home(session, cast.claire, request_id)
    assert family.state == "approved"
    assert homes_of(cast.sami.id) == {cast.benali.id: "shared", family.id: "shared"}
    assert [letter.to_email for letter in letters_of("homes_changed")] == [cast.amina.email]
    links.confirm(token_of(letters_of("guardian_invited")[0]), CHOSEN, CHOSEN)
    with reading() as session:
        assert session.get_one(Family, family.id).state == "active"
        karim = session.scalars(select(Account).where(Account.email == OTHER[2])).one()
    karim = fresh(karim)
    with reading() as session:
        assert finding.own_family(session, karim).id == family.id
        assert [child.first_name for child in finding.children_of(session, karim)] == ["Sami"]
        assert finding.child_of(session, cast.amina, cast.sami.id).id == finding.child_of(session, karim, cast.sami.id).id


def test_a_home_sees_the_child_and_nothing_of_the_other_home(cast: Cast) -> None:
    linked(cast)
    cast.invoice(cast.benali, 12_300, date(2026, 1, 20))
    with reading() as session:
        seen = household.household(session, cast.bruno)
        assert {child.first_name for child in seen.children} == {"Lia", "Sami"}
        assert seen.shared == {cast.sami.id}
        assert [guardian.first_name for guardian in seen.guardians] == ["Bruno"]
        assert household.sheet(session, cast.bruno, "child", cast.sami.id).full_name == "Sami Benali"
        for look, thing in (
            (finding.family_of, cast.benali.id),
            (finding.guardian_of, cast.guardian(cast.benali).id),
            (finding.child_of, 999_999),
        ):
            with pytest.raises(DoesNotExist):
                look(session, cast.bruno, thing)
        with pytest.raises(DoesNotExist):
            household.sheet(session, cast.bruno, "guardian", cast.guardian(cast.benali).id)
        with pytest.raises(DoesNotExist):
            household.sheet(session, cast.bruno, "family", cast.benali.id)
        with pytest.raises(NotAllowed):
            household.household_of(session, cast.bruno, cast.benali.id)
        with pytest.raises(NotAllowed):
            household.homes(session, cast.bruno, [cast.sami.id])
        assert family_space.at_a_glance(session, cast.bruno).owed.open_cents == 0
        assert family_space.at_a_glance(session, cast.amina).owed.open_cents == 12_300


def test_a_change_that_the_other_home_asked_for_is_seen_and_not_withdrawn(cast: Cast) -> None:
    from tests.domain.test_family_changes import changed, requests, waits

    linked(cast)
    waits("child", "school")
    changed(cast.amina, "child", cast.sami.id, school="École Jaurès")
    request = requests()[-1]
    with reading() as session:
        assert household.sheet(session, cast.bruno, "child", cast.sami.id).waiting["school"].values["new"] == "École Jaurès"
    with pytest.raises(DoesNotExist), writing() as session:
        changing.withdraw(session, cast.bruno, request.id)


def test_an_existing_family_is_found_and_linked(cast: Cast) -> None:
    far = cast.family("Loin", "Zoé", site=cast.ailly)
    request_id = asked(cast.amina, cast.sami.id, email=cast.bruno.email)
    hidden = asked(cast.bruno, cast.lia.id, email=cast.parent(far).email)
    with reading() as session:
        found = household.candidates(session, cast.claire, household.request_of(session, cast.claire, request_id))
        assert [(each.family_id, each.likeness) for each in found] == [(cast.lefevre.id, "email")]
        unseen = household.candidates(session, cast.claire, household.request_of(session, cast.claire, hidden))
        assert [(each.family_id, each.name, each.likeness) for each in unseen] == [(None, None, "email")]
    with pytest.raises(EmailTaken), writing() as session:
        homes.open_other_home(session, cast.claire, request_id)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Family)) == 3, "a family that could not be opened leaves nothing"
    for wrong in (far.id, cast.benali.id, 999_999):
        with pytest.raises(DoesNotExist), writing() as session:
            homes.link_other_home(session, cast.claire, request_id, wrong)
    with writing() as session:
        homes.link_other_home(session, cast.claire, request_id, cast.lefevre.id)
    assert homes_of(cast.sami.id) == {cast.benali.id: "shared", cast.lefevre.id: "shared"}
    assert {letter.to_email for letter in letters_of("homes_changed")} == {cast.amina.email, cast.bruno.email}


def test_a_guardian_of_the_same_family_moves_to_the_new_home(cast: Cast) -> None:
    karim = cast.account("Karim", "Benali", "parent")
    values = {"last_name": "Benali", "first_name": "Karim", "search_name": "karim benali", "created_at": clock.now()}
    guardian = add(Guardian(family_id=cast.benali.id, account_id=karim.id, email=karim.email, **values))
    request_id = asked(cast.amina, cast.sami.id, email=karim.email)
    with writing() as session:
        family = homes.open_other_home(session, cast.claire, request_id)
    with reading() as session:
        assert session.get_one(Guardian, guardian.id).family_id == family.id
        assert finding.own_family(session, fresh(karim)).id == family.id
        assert (session.get_one(Family, family.id).state, letters_of("guardian_invited")) == ("active", [])
        with pytest.raises(DoesNotExist):
            finding.family_of(session, fresh(karim), cast.benali.id)


def test_what_is_wrong_with_another_home_is_told(cast: Cast) -> None:
    amina, sami = cast.amina, cast.sami.id
    wrong: list[tuple[tuple[list[int], str, str, str], type[Exception]]] = [
        (([], *OTHER), NothingChosen),
        (([cast.lia.id], *OTHER), DoesNotExist),
        (([999_999], *OTHER), DoesNotExist),
        (([sami], "", *OTHER[1:]), Incomplete),
        (([sami], "x" * 10_000, *OTHER[1:]), TooLong),
        (([sami], *OTHER[:2], "karim@"), NotSound),
        (([sami], *OTHER[:2], amina.email), homes.OwnEmail),
    ]
    for typed, refusal in wrong:
        with pytest.raises(refusal), writing() as session:
            homes.ask_other_home(session, amina, *typed)
    with pytest.raises(NotAllowed), writing() as session:
        homes.ask_other_home(session, cast.claire, [sami], *OTHER)
    linked(cast)
    with pytest.raises(homes.SharedAlready), writing() as session:
        homes.ask_other_home(session, amina, [sami], *OTHER)


def test_only_the_staff_in_sight_settles_homes(cast: Cast) -> None:
    request_id = asked(cast.amina, cast.sami.id)
    far = cast.account("Iris", "Loin", "coordinator", cast.ailly)
    for by, refusal in ((cast.amina, NotAllowed), (cast.farid, NotAllowed), (None, NotAllowed), (far, DoesNotExist)):
        with pytest.raises(refusal), writing() as session:
            homes.open_other_home(session, by, request_id)
        with pytest.raises(refusal), writing() as session:
            homes.end_home(session, by, cast.sami.id, cast.benali.id, "x")
        with pytest.raises(refusal), writing() as session:
            homes.change_custody(session, by, cast.sami.id, cast.benali.id, "full", "x")


def test_of_many_coordinators_one_opens_the_home(cast: Cast) -> None:
    request_id, people = asked(cast.amina, cast.sami.id), [cast.claire, cast.denis] * 3
    ready, opened, told = threading.Barrier(len(people)), [], []

    def settle(by: Account) -> None:
        ready.wait()
        try:
            with writing() as session:
                opened.append(homes.open_other_home(session, by, request_id).id)
        except AlreadyDecided as refusal:
            told.append(refusal.by_name)

    threads = [threading.Thread(target=settle, args=(by,)) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(opened), len(told), len(homes_of(cast.sami.id))) == (1, 5, 2)
    assert len(letters_of("guardian_invited")) == 1


def test_a_home_ends_with_a_reason_and_the_child_keeps_one(cast: Cast) -> None:
    with pytest.raises(homes.LastHome), writing() as session:
        homes.end_home(session, cast.claire, cast.sami.id, cast.benali.id, "Jugement")
    linked(cast)
    seats = cast.open_day(cast.mercredi)
    booking = cast.booking(cast.sami, cast.lefevre, seats[1])
    cast.registration(cast.sami, cast.lefevre, cast.mercredi)
    with pytest.raises(Incomplete), writing() as session:
        homes.end_home(session, cast.claire, cast.sami.id, cast.lefevre.id, " ")
    with pytest.raises(homes.StillBooked), writing() as session:
        homes.end_home(session, cast.claire, cast.sami.id, cast.lefevre.id, "Jugement")
    with writing() as session:
        kept = session.get_one(type(booking), booking.id)
        kept.state, kept.holds_seat = "cancelled", False
    with writing() as session:
        homes.end_home(session, cast.claire, cast.sami.id, cast.lefevre.id, "Jugement du 3 février")
    assert homes_of(cast.sami.id) == {cast.benali.id: "full"}
    assert "Jugement" not in "".join(letter.text_body for letter in letters_of("homes_changed"))
    with reading() as session, pytest.raises(DoesNotExist):
        finding.child_of(session, cast.bruno, cast.sami.id)


def test_an_ended_home_lets_nobody_fetch_the_child_and_allows_nothing_any_more(cast: Cast) -> None:
    linked(cast)
    typed = {"relation": "tante", "phone": "0639980011", "pickup": "allowed"}
    with writing() as session:
        sheets.name_person(session, cast.amina, cast.sami.id, typed | {"full_name": "Nora Benali"})
        sheets.name_person(session, cast.bruno, cast.sami.id, typed | {"full_name": "Odile Lefèvre"})
        sheets.forbid_person(session, cast.bruno, cast.sami.id, {"full_name": "Paul Roy"}, sure=True)
        sheets.answer_permissions(session, cast.bruno, cast.sami.id, {}, {"going_home_alone": True, "photo": False})
    with writing() as session:
        homes.end_home(session, cast.claire, cast.sami.id, cast.lefevre.id, "Jugement du 3 février")
    with reading() as session:
        found = sheets.surroundings(session, fresh(cast.claire), cast.sami.id)
        left = session.scalar(select(func.count()).where(Permission.family_id == cast.lefevre.id))
    assert [(one.full_name, one.pickup) for one in found.contacts.others] == [("Nora Benali", "allowed")]
    assert [one.full_name for one in found.contacts.forbidden] == ["Paul Roy"]
    assert left == 0
    assert [answer.granted for answer in found.answers.all] == [None] * 4


def test_the_staff_notes_how_a_child_lives_in_a_home(cast: Cast) -> None:
    linked(cast)
    with writing() as session:
        homes.change_custody(session, cast.claire, cast.sami.id, cast.benali.id, "full", "Accord des parents")
    assert homes_of(cast.sami.id)[cast.benali.id] == "full"
    with pytest.raises(DoesNotExist), writing() as session:
        homes.change_custody(session, cast.claire, cast.sami.id, cast.benali.id, "weekends", "x")


def doubled(cast: Cast) -> tuple[int, int]:
    """Amina adds Lia, who is Bruno's: the note's id and the new child's."""
    with writing() as session:
        child = joining.add_child(session, cast.amina, {"first_name": "Lia", "last_name": "Lefèvre", "born_on": cast.lia.born_on})
    with reading() as session:
        return session.scalars(select(ChangeRequest.id).where(ChangeRequest.section == "duplicate")).one(), child.id


def test_a_double_that_is_the_same_child_becomes_a_shared_one(cast: Cast) -> None:
    note, double = doubled(cast)
    with reading() as session:
        alike = household.alike_children(session, cast.claire, household.request_of(session, cast.claire, note))
    assert [child_id for child_id, _, _ in alike] == [cast.lia.id]
    with pytest.raises(DoesNotExist), writing() as session:
        homes.join_child(session, cast.claire, note, cast.sami.id)
    with writing() as session:
        homes.join_child(session, cast.claire, note, cast.lia.id)
    assert homes_of(cast.lia.id) == {cast.lefevre.id: "shared", cast.benali.id: "shared"}
    with reading() as session:
        assert session.get(Child, double) is None


def test_a_double_with_sheets_of_its_own_is_not_erased(cast: Cast) -> None:
    note, double = doubled(cast)
    values = {"full_name": "Mamie", "pickup": "allowed", "family_id": cast.benali.id, "position": 1, "revision": 1}
    add(PickupPerson(child_id=double, **values))
    with pytest.raises(homes.ChildInUse), writing() as session:
        homes.join_child(session, cast.claire, note, cast.lia.id)
    with reading() as session:
        assert session.get(Child, double) is not None
        assert homes_of(double) == {cast.benali.id: "full"}
    with writing() as session:
        homes.keep_apart(session, cast.claire, note)
    with reading() as session:
        assert deciding.queue(session, cast.claire)[1] == 0

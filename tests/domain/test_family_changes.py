"""A family changes what is known of it: at once or after the staff's word, and nobody's change is silently lost."""

import threading
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from db.models import Account, ChangeRequest, Child, Family, FieldRule, Guardian, JournalEntry
from db.session import reading, writing
from domain import families
from domain.families import FIELDS, FieldNeeded, NotSound, Rule, changing, deciding, household, joining
from domain.families.changing import EditedMeanwhile, OthersEmail, Taken, WaitsAlready, change
from domain.families.deciding import MovedOn, accept_many, refuse_many
from domain.refusals import AlreadyDecided, DoesNotExist, Incomplete, NotAllowed, NothingChosen, TooLong
from tests.cast import Cast, add, fresh
from tests.domain.requesting import letters_of


@pytest.fixture(autouse=True)
def everybody(cast: Cast) -> None:
    """The people are there before anybody acts."""
    assert all((cast.sami, cast.lia, cast.claire, cast.denis, cast.helene, cast.farid))


def as_read(by: Account, section: str, object_id: int) -> dict[str, Any]:
    """What the form of a thing shows."""
    with reading() as session:
        return household.sheet(session, by, section, object_id).values


def changed(by: Account, section: Any, object_id: int, read: dict[str, Any] | None = None, **typed: Any) -> Taken:
    """A parent sends a form with some fields typed anew."""
    read = as_read(by, section, object_id) if read is None else read
    with writing() as session:
        return change(session, by, section, object_id, read, read | typed)


def waits(section: str, *names: str) -> None:
    """The structure wants to see changes of a section, or of some of its fields, first."""
    for field in FIELDS[section]:  # type: ignore[index]
        if not names or field.name in names:
            add(FieldRule(section=section, field=field.name, mode=field.mode, waits_for_staff=True))


def requests() -> list[ChangeRequest]:
    with reading() as session:
        return list(session.scalars(select(ChangeRequest).order_by(ChangeRequest.id)))


def family_of(cast: Cast) -> Family:
    with reading() as session:
        return session.get_one(Family, cast.benali.id)


def second_parent(cast: Cast, first_name: str = "Karim") -> Account:
    """Another guardian of Amina's family, with an own sign-in."""
    account = cast.account(first_name, "Benali", "parent")
    values = {"last_name": "Benali", "first_name": first_name, "search_name": "karim benali", "created_at": account.created_at}
    add(Guardian(family_id=cast.benali.id, account_id=account.id, email=account.email, **values))
    return account


# -- at once ----------------------------------------------------------------------------------------------------------------------


def test_a_change_is_kept_at_once_and_the_journal_names_the_fields_alone(cast: Cast) -> None:
    taken = changed(cast.amina, "family", cast.benali.id, town="Amiens", street="rue des Lilas")
    assert (set(taken.written), taken.waiting) == ({"town", "street"}, ())
    kept = family_of(cast)
    assert (kept.town, kept.street) == ("Amiens", "rue des Lilas")
    with reading() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "change_details")).one()
    assert set(entry.changes) == {"town", "street"}
    assert "Amiens" not in str(entry.changes)
    assert changed(cast.amina, "family", cast.benali.id) == Taken(highest_tariff=True)


def test_a_new_name_is_found_by_the_search_and_signs_the_letters(cast: Cast) -> None:
    guardian = cast.guardian(cast.benali)
    changed(cast.amina, "guardian", guardian.id, civility="mrs", last_name="Bénali-Roux")
    changed(cast.amina, "child", cast.sami.id, first_name="Sâmi")
    with reading() as session:
        assert session.get_one(Guardian, guardian.id).search_name == "amina benali-roux"
        assert session.get_one(Child, cast.sami.id).search_name == "sami benali"
    assert cast.amina.last_name == "Bénali-Roux"


def test_a_family_that_tells_no_regime_is_warned_and_one_without_allocations_is_not(cast: Cast) -> None:
    assert changed(cast.amina, "family", cast.benali.id, regime="caf").highest_tariff
    assert changed(cast.amina, "family", cast.benali.id, regime="none").highest_tariff is False
    told = {"regime": "caf", "allocataire_number": "1234567", "allocataire_name": "Benali"}
    assert changed(cast.amina, "family", cast.benali.id, **told).highest_tariff is False


def test_what_does_not_fit_changes_nothing(cast: Cast) -> None:
    wrong: list[tuple[str, Any, type[Exception]]] = [
        ("name", "x" * 10_000, TooLong),
        ("name", " ", Incomplete),
        ("name", "<b>Benali</b>", NotSound),
        ("first_name", "Amina 🌻", NotSound),
        ("phone_mobile", "12", NotSound),
        ("postcode", "8011", NotSound),
    ]
    for name, value, refusal in wrong:
        with pytest.raises(refusal):
            changed(cast.amina, "family", cast.benali.id, **{name: value, "town": "Amiens"})
    with pytest.raises(NotSound) as refused:
        changed(cast.amina, "child", cast.sami.id, born_on=date(2026, 3, 3))
    assert refused.value.problem == "future"
    assert family_of(cast).town == "Moreuil"


def test_control_characters_are_left_out(cast: Cast) -> None:
    changed(cast.amina, "family", cast.benali.id, town="Ami\x00ens\x07 \tsur\nNoye")
    assert family_of(cast).town == "Amiens sur Noye"


def test_a_commune_of_birth_is_an_insee_code(cast: Cast) -> None:
    changed(cast.amina, "child", cast.sami.id, birth_place_code="2a004")
    with reading() as session:
        assert session.get_one(Child, cast.sami.id).birth_place_code == "2A004"
    for wrong in ("Amiens", "8002", "80²21"):
        with pytest.raises((NotSound, TooLong)):
            changed(cast.amina, "child", cast.sami.id, birth_place_code=wrong)


def test_an_untouched_field_is_not_judged_again(cast: Cast) -> None:
    with writing() as session:
        session.get_one(Family, cast.benali.id).phone_landline = "le 12"
    assert changed(cast.amina, "family", cast.benali.id, town="Amiens").written == ("town",)


def test_nobody_changes_what_is_not_his(cast: Cast) -> None:
    read = as_read(cast.amina, "family", cast.benali.id)
    sami = as_read(cast.amina, "child", cast.sami.id)
    for by, refusal in ((cast.bruno, DoesNotExist), (cast.claire, NotAllowed), (None, NotAllowed)):
        with pytest.raises(refusal), writing() as session:
            change(session, by, "family", cast.benali.id, read, read | {"town": "Amiens"})
        with pytest.raises(refusal), writing() as session:
            change(session, by, "child", cast.sami.id, sami, sami | {"school": "Ailleurs"})


def test_fields_that_are_not_open_are_not_written(cast: Cast) -> None:
    add(FieldRule(section="family", field="town", mode="shown", waits_for_staff=False))
    assert changed(cast.amina, "family", cast.benali.id, town="Paris", id=3, state="erased").written == ()
    assert family_of(cast).town == "Moreuil"


def test_the_e_mail_of_a_sign_in_is_not_a_field_of_the_form(cast: Cast) -> None:
    karim = second_parent(cast)
    with reading() as session:
        guardian_id = session.scalars(select(Guardian.id).where(Guardian.account_id == karim.id)).one()
    for by in (cast.amina, karim):
        with pytest.raises(OthersEmail):
            changed(by, "guardian", guardian_id, email="voleur@exemple.fr", civility="mr")
    with reading() as session:
        assert session.get_one(Guardian, guardian_id).email == karim.email


# -- two at once ------------------------------------------------------------------------------------------------------------------


def test_two_guardians_change_different_fields_and_both_are_kept(cast: Cast) -> None:
    karim, family_id = second_parent(cast), cast.benali.id
    read = as_read(karim, "family", family_id)
    changed(cast.amina, "family", family_id, town="Amiens")
    changed(karim, "family", family_id, read, street="rue Haute")
    assert (family_of(cast).town, family_of(cast).street) == ("Amiens", "rue Haute")


def test_two_guardians_change_the_same_field_and_the_second_is_told(cast: Cast) -> None:
    karim, family_id = second_parent(cast), cast.benali.id
    read = as_read(karim, "family", family_id)
    changed(cast.amina, "family", family_id, town="Amiens")
    with pytest.raises(EditedMeanwhile) as refused:
        changed(karim, "family", family_id, read, town="Ailly", street="rue Haute")
    assert refused.value.now == {"town": "Amiens"}
    assert (family_of(cast).town, family_of(cast).street) == ("Amiens", None), "nothing of the refused form is written"
    assert changed(karim, "family", family_id, read, town="Amiens").written == (), "the same answer is no quarrel"


def test_of_many_who_save_at_once_one_wins_and_each_other_is_told(cast: Cast) -> None:
    karim, family_id = second_parent(cast), cast.benali.id
    people = [cast.amina, karim] * 3
    read = as_read(karim, "family", family_id)
    ready, told, kept = threading.Barrier(len(people)), [], []

    def save(number: int) -> None:
        ready.wait()
        try:
            changed(people[number], "family", family_id, read, town=f"Ville {number}")
            kept.append(f"Ville {number}")
        except EditedMeanwhile as refusal:
            told.append(refusal.now["town"])

    threads = [threading.Thread(target=save, args=(number,)) for number in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 1
    assert told == kept * (len(people) - 1)
    assert family_of(cast).town == kept[0]


# -- waiting ----------------------------------------------------------------------------------------------------------------------


def test_a_change_that_waits_leaves_the_row_and_keeps_old_and_new(cast: Cast) -> None:
    waits("family", "town", "postcode")
    taken = changed(cast.amina, "family", cast.benali.id, town="Amiens", postcode="80000", street="rue Haute")
    assert (set(taken.waiting), taken.written) == ({"town", "postcode"}, ("street",))
    assert family_of(cast).town == "Moreuil"
    assert {(request.field, request.values["old"], request.values["new"]) for request in requests()} == {
        ("town", "Moreuil", "Amiens"),
        ("postcode", "80110", "80000"),
    }
    with reading() as session:
        assert "Amiens" not in str([entry.changes for entry in session.scalars(select(JournalEntry))])
        assert set(household.sheet(session, cast.amina, "family", cast.benali.id).waiting) == {"town", "postcode"}


def test_a_field_that_waits_is_not_asked_for_twice(cast: Cast) -> None:
    waits("family", "town")
    changed(cast.amina, "family", cast.benali.id, town="Amiens")
    assert changed(cast.amina, "family", cast.benali.id, town="Amiens") == Taken(highest_tariff=True)
    with pytest.raises(WaitsAlready):
        changed(second_parent(cast), "family", cast.benali.id, town="Ailly")
    assert len(requests()) == 1


def test_a_family_withdraws_its_own_request_and_no_other(cast: Cast) -> None:
    waits("family", "town")
    changed(cast.amina, "family", cast.benali.id, town="Amiens")
    request = requests()[0]
    with pytest.raises(DoesNotExist), writing() as session:
        changing.withdraw(session, cast.bruno, request.id)
    with writing() as session:
        changing.withdraw(session, cast.amina, request.id)
    assert requests()[0].state == "withdrawn"
    with pytest.raises(DoesNotExist), writing() as session:
        changing.withdraw(session, cast.amina, request.id)
    with writing() as session:
        lines = accept_many(session, cast.claire, [request.id])
    assert isinstance(lines[0].refusal, AlreadyDecided)
    assert family_of(cast).town == "Moreuil"


def test_the_staff_reads_the_queue_oldest_first_and_only_families_in_sight(cast: Cast) -> None:
    waits("family")
    waits("child")
    far = cast.family("Ailleurs", "Zoé", site=cast.ailly)
    changed(cast.parent(far), "family", far.id, town="Roye")
    changed(cast.amina, "family", cast.benali.id, town="Amiens")
    changed(cast.amina, "child", cast.sami.id, school="École Jaurès")
    with reading() as session:
        frame, total = deciding.queue(session, cast.claire)
        assert (list(frame["field"]), total) == (["town", "school"], 2)
        assert frame.iloc[1]["person"] == "Sami Benali"
        assert frame.iloc[0]["values"] == {"old": "Moreuil", "new": "Amiens"}
        assert deciding.queue(session, cast.claire, section="child")[1] == 1
        assert deciding.queue(session, cast.claire, search="bénali")[1] == 2
        assert deciding.queue(session, cast.claire, search="\x00%")[1] == 0
        assert session.scalar(deciding.count_waiting(cast.claire)) == 2
        assert session.scalar(deciding.count_waiting(cast.denis)) == 3
        for nobody in (cast.farid, cast.amina, None):
            with pytest.raises(NotAllowed):
                deciding.queue(session, nobody)


def test_several_changes_are_accepted_together_and_the_family_gets_one_letter(cast: Cast) -> None:
    waits("family")
    waits("child")
    changed(cast.amina, "family", cast.benali.id, town="Amiens", street="rue Haute")
    changed(cast.amina, "child", cast.sami.id, born_on=date(2018, 5, 18))
    with writing() as session:
        lines = accept_many(session, cast.claire, [request.id for request in requests()])
    assert [line.refusal for line in lines] == [None] * 3
    assert (family_of(cast).town, family_of(cast).street) == ("Amiens", "rue Haute")
    with reading() as session:
        assert session.get_one(Child, cast.sami.id).born_on == date(2018, 5, 18)
    letter = letters_of("changes_accepted")
    assert [each.to_email for each in letter] == [cast.amina.email]
    assert "3 modifications" in letter[0].text_body
    assert "Amiens" not in letter[0].text_body


def test_a_refused_change_says_why_and_changes_nothing(cast: Cast) -> None:
    waits("family")
    changed(cast.amina, "family", cast.benali.id, town="Amiens")
    ids = [request.id for request in requests()]
    for reason, refusal in (("  ", Incomplete), ("x" * 10_000, TooLong)):
        with pytest.raises(refusal), writing() as session:
            refuse_many(session, cast.claire, ids, reason)
    with pytest.raises(NothingChosen), writing() as session:
        refuse_many(session, cast.claire, [], "Non")
    with writing() as session:
        refuse_many(session, cast.claire, ids, "Un justificatif de domicile manque.")
    assert family_of(cast).town == "Moreuil"
    assert "justificatif de domicile" in letters_of("changes_refused")[0].text_body


def test_a_value_that_has_moved_on_is_not_overwritten(cast: Cast) -> None:
    waits("family", "town")
    changed(cast.amina, "family", cast.benali.id, town="Amiens")
    with writing() as session:
        session.get_one(Family, cast.benali.id).town = "Roye"
    with writing() as session:
        lines = accept_many(session, cast.claire, [requests()[0].id])
    assert isinstance(lines[0].refusal, MovedOn)
    assert (family_of(cast).town, requests()[0].state) == ("Roye", "waiting")
    assert letters_of("changes_accepted") == []


def test_the_second_coordinator_is_told_who_decided(cast: Cast) -> None:
    waits("family")
    changed(cast.amina, "family", cast.benali.id, town="Amiens")
    ids, claire, denis, far = [requests()[0].id], cast.claire, cast.denis, cast.account("Iris", "Loin", "coordinator", cast.ailly)
    with writing() as session:
        accept_many(session, claire, ids)
    with writing() as session:
        told = refuse_many(session, denis, ids, "Non")[0].refusal
    assert isinstance(told, AlreadyDecided)
    assert (told.by_name, told.outcome) == ("Claire Dubois", "accepted")
    with writing() as session:
        assert isinstance(accept_many(session, far, ids)[0].refusal, DoesNotExist)


def test_of_many_coordinators_one_decides(cast: Cast) -> None:
    waits("family")
    waits("child")
    changed(cast.amina, "family", cast.benali.id, town="Amiens", street="rue Haute")
    changed(cast.amina, "child", cast.sami.id, school="École Jaurès")
    ids, people = [request.id for request in requests()], [cast.claire, cast.denis] * 3
    ready, done, raised = threading.Barrier(len(people)), [], []

    def decide(number: int) -> None:
        ready.wait()
        try:
            with writing() as session:
                lines = accept_many(session, people[number], ids if number % 2 else ids[::-1])
            done.extend(line.request_id for line in lines if line.refusal is None)
        except Exception as problem:
            raised.append(problem)

    threads = [threading.Thread(target=decide, args=(number,)) for number in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
    assert sorted(done) == sorted(ids), "each is decided once"
    assert len(letters_of("changes_accepted")) == 1


# -- somebody more ----------------------------------------------------------------------------------------------------------------


def test_a_child_is_added_once_however_often_the_button_is_pressed(cast: Cast) -> None:
    typed = {"first_name": "Nour", "last_name": "Benali", "born_on": date(2021, 1, 5)}
    with writing() as session:
        child = joining.add_child(session, cast.amina, typed)
    with pytest.raises(joining.ThereAlready), writing() as session:
        joining.add_child(session, cast.amina, typed)
    with reading() as session:
        assert [each.id for each in household.household(session, cast.amina).children] == [cast.sami.id, child.id]
    assert requests() == []


def test_nobody_is_born_tomorrow_and_a_name_is_asked_for_even_where_it_may_not_be_changed(cast: Cast) -> None:
    add(FieldRule(section="child", field="first_name", mode="shown", waits_for_staff=False))
    typed: dict[str, Any] = {"first_name": "Nour", "last_name": "Benali", "born_on": date(2026, 3, 3)}
    with pytest.raises(NotSound), writing() as session:
        joining.add_child(session, cast.amina, typed)
    with pytest.raises(Incomplete), writing() as session:
        joining.add_child(session, cast.amina, typed | {"first_name": "", "born_on": date(2021, 1, 5)})
    with pytest.raises(NotAllowed), writing() as session:
        joining.add_child(session, cast.claire, typed)


def test_a_child_of_another_family_is_added_and_the_staff_alone_is_told(cast: Cast) -> None:
    typed = {"first_name": "LIA", "last_name": "Lefevre", "born_on": cast.lia.born_on}
    with writing() as session:
        child = joining.add_child(session, cast.amina, typed)
    assert child.id != cast.lia.id
    note = requests()[0]
    assert (note.section, note.object_id, note.values) == ("duplicate", child.id, {"children": [cast.lia.id]})
    with reading() as session:
        mine = household.household(session, cast.amina)
        assert (mine.waiting, mine.homes_asked) == ({}, []), "the family sees nothing of it"
        assert deciding.queue(session, cast.claire)[0].iloc[0]["section"] == "duplicate"
    with pytest.raises(DoesNotExist), writing() as session:
        changing.withdraw(session, cast.amina, note.id)


def test_a_family_does_not_grow_without_end(cast: Cast) -> None:
    typed = {"civility": "mr", "last_name": "Benali"}
    for number in range(joining.MOST_GUARDIANS - 1):
        with writing() as session:
            joining.add_guardian(session, fresh(cast.amina), typed | {"first_name": f"Ami {number}"})
    with pytest.raises(joining.FamilyFull), writing() as session:
        joining.add_guardian(session, fresh(cast.amina), typed | {"first_name": "Encore"})


# -- rules ------------------------------------------------------------------------------------------------------------------------


def test_what_a_person_cannot_be_without_is_neither_hidden_nor_left_empty(cast: Cast) -> None:
    for section, name in (("family", "name"), ("guardian", "last_name"), ("child", "born_on")):
        for mode in ("hidden", "editable"):
            with pytest.raises(FieldNeeded), writing() as session:
                families.change_rules(session, cast.helene, section, {name: Rule(mode, waits=False)})  # type: ignore[arg-type]
    with writing() as session:
        families.change_rules(session, cast.helene, "child", {"born_on": Rule("shown", waits=False)})

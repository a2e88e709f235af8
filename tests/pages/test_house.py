"""The house's own screens: letters sent, journal, settings, and the three notices."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from db.models import Account, Family, JournalEntry, Letter
from db.session import reading, writing
from domain import clock, journal, letters, structure
from tests.cast import Cast
from tests.pages.conftest import Screens

SignIn = Callable[[Account], Screens]


def press(screens: Screens, label: str) -> Screens:
    """Presses the button that says so."""
    next(button for button in screens.button if button.label == label).click()
    screens.run()
    assert not screens.exception
    return screens


def test_the_outbox_is_read_and_a_test_message_joins_it(cast: Cast, sign_in_as: SignIn) -> None:
    amina, claire = cast.amina, cast.claire
    with writing() as session:
        letters.write(session, "test", amina, family_id=cast.benali.id)
    screens = sign_in_as(claire).open("staff/letters")
    assert list(screens.dataframe[0].value["to_name"]) == ["Amina Benali"]
    press(screens, "M’envoyer un message d’essai")
    assert "part vers claire.dubois@exemple.fr" in screens.words()
    with reading() as session:
        assert sorted(session.scalars(select(Letter.to_email))) == [amina.email, claire.email]


def test_letters_are_found_by_state_and_by_words(cast: Cast, sign_in_as: SignIn) -> None:
    amina, bruno = cast.amina, cast.bruno
    with writing() as session:
        letters.write(session, "test", amina, family_id=cast.benali.id)
        letters.write(session, "test", bruno, family_id=cast.lefevre.id).state = "dead"
    screens = sign_in_as(cast.claire)
    assert list(screens.open("staff/letters", etat="dead").dataframe[0].value["to_name"]) == ["Bruno Lefèvre"]
    screens.open("staff/letters").text_input[0].set_value("amina").run()
    assert list(screens.dataframe[0].value["to_name"]) == ["Amina Benali"]
    screens.text_input[0].set_value("personne de ce nom").run()
    assert "Aucun message ne répond à ce choix." in screens.words()


def test_the_journal_tells_acts_in_words_and_filters_them(cast: Cast, sign_in_as: SignIn) -> None:
    claire, benali = cast.claire, cast.benali
    with writing() as session:
        family = session.get_one(Family, benali.id)
        family.state = "archived"
        journal.record(session, claire, "approve_account", family)
    screens = sign_in_as(cast.helene).open("staff/journal")
    line = screens.dataframe[0].value.iloc[0]
    assert (line["by_name"], line["act"], line["family_name"]) == ("Claire Dubois", "a accepté un compte", "Benali")
    assert not screens.open("staff/journal", acte="approve_account", qui=claire.id).exception
    assert len(screens.dataframe) == 1
    assert "Aucune action ne répond à ce choix." in screens.open("staff/journal", acte="close_day").words()
    assert "inversée" in screens.open("staff/journal", du="2026-03-02", au="2026-02-01").words()


def test_the_structure_gets_its_name_and_a_wrong_address_is_told(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.helene).open("staff/settings")
    screens.text_input[0].set_value("Les Tilleuls")
    press(screens, "Enregistrer")
    assert "La structure est enregistrée." in screens.words()
    screens.text_input[1].set_value("nulle part")
    press(screens, "Enregistrer")
    assert "ce n’est pas une adresse e-mail" in screens.words()
    with reading() as session:
        assert structure.setting(session, "name") == "Les Tilleuls"
        assert structure.setting(session, "contact_email") == ""


def test_thresholds_begin_on_a_day_and_can_be_taken_back(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.helene).open("staff/settings", partie="capacity")
    screens.number_input[0].set_value(50)
    screens.date_input[0].set_value(date(2026, 4, 1))
    press(screens, "Enregistrer")
    with reading() as session:
        assert structure.setting(session, "capacity_thresholds", date(2026, 4, 1))["tight"] == 0.5
    assert "À partir du mercredi 1er avril 2026" in screens.words()
    press(screens, "Retirer")
    with reading() as session:
        assert structure.setting(session, "capacity_thresholds", date(2026, 4, 1))["tight"] == 0.8


def test_a_ratio_is_changed_for_one_kind_of_centre(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.helene).open("staff/settings", partie="ratios")
    screens.number_input[0].set_value(7)
    press(screens, "Enregistrer")
    with reading() as session:
        kept = structure.setting(session, "staffing_ratios")
        assert [row["under_six"] for row in kept] == [7, 8, 8, 10, 10, 14]
        assert session.scalars(select(JournalEntry.act)).all() == ["change_setting"]


def test_the_texts_of_the_structure_are_written_and_read_by_visitors(cast: Cast, sign_in_as: SignIn, visit: Callable[[], Screens]) -> None:
    screens = sign_in_as(cast.helene).open("staff/settings", partie="texts", texte="text_privacy")
    screens.text_area[0].set_value("Vos données restent ici.")
    press(screens, "Enregistrer")
    for key, told in (
        ("visitor/privacy", "Vos données restent ici."),
        ("visitor/legal", "un logiciel libre sous licence AGPL"),
        ("visitor/accessibility", "RGAA 4.1"),
    ):
        assert told in visit().open(key).words()


def test_the_second_factor_can_be_asked_of_the_staff(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.helene).open("staff/settings", partie="signin")
    screens.toggle[0].set_value(True)
    press(screens, "Enregistrer")
    with reading() as session:
        assert structure.setting(session, "second_factor_required_of_staff") is True


def test_a_page_past_the_end_shows_the_last_one(cast: Cast, sign_in_as: SignIn) -> None:
    claire, benali = cast.claire, cast.benali
    with writing() as session:
        journal.record(session, claire, "approve_account", session.get_one(Family, benali.id))
    assert len(sign_in_as(cast.helene).open("staff/journal", page=9).dataframe) == 1


def test_the_journal_of_one_family_is_shown_and_left_again(cast: Cast, sign_in_as: SignIn) -> None:
    claire, benali, lefevre = cast.claire, cast.benali, cast.lefevre
    with writing() as session:
        for family in (benali, lefevre):
            journal.record(session, claire, "approve_account", session.get_one(Family, family.id))
    screens = sign_in_as(cast.helene).open("staff/journal", famille=benali.id)
    assert list(screens.dataframe[0].value["family_name"]) == ["Benali"]
    press(screens, "Tout afficher de nouveau")
    assert len(screens.dataframe[0].value) == 2


def test_typed_words_make_no_link_in_a_message(cast: Cast, sign_in_as: SignIn) -> None:
    amina = cast.amina
    with writing() as session:
        letter = letters.write(session, "test", amina, family_id=cast.benali.id)
        letter.to_name = "[Cliquez](https://ailleurs.example)"
    assert "](https" not in sign_in_as(cast.claire).open("staff/letters").words()


def test_the_journal_tells_that_an_instant_that_names_a_person_has_changed(cast: Cast, sign_in_as: SignIn) -> None:
    amina, claire = cast.amina, cast.claire
    with writing() as session:
        account = session.get_one(Account, amina.id)
        account.password_changed_at = clock.now()
        journal.record(session, claire, "change_password", account)
    screens = sign_in_as(cast.helene).open("staff/journal")
    assert not screens.exception
    assert journal.MASKED in screens.dataframe[0].value["changes"].iloc[0]

"""The screens of visitors, through the real entry: three steps, nothing lost, and a forgotten password."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from db.models import Account, AccountRequest, ConsentText, FieldRule, Guardian
from db.session import reading, writing
from domain import clock
from domain.accounts import requests, reset
from domain.accounts.passwords import matches
from tests.cast import Cast, add
from tests.domain.requesting import letters_of, token_of
from tests.pages.conftest import Screens
from tests.proving import prove
from ui import proof

GOOD = "cerf-volant moutarde escalier 47"
FAMILY = {"name": "Öztürk", "phone_mobile": "06 39 98 12 34", "street_number": "12", "street": "rue des Lilas"}
PARENT = {"last_name": "Öztürk", "first_name": "Élif", "email": "elif@exemple.fr", "phone_mobile": "06 39 98 12 34"}


@pytest.fixture(autouse=True)
def computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest has no browser to work on the challenge: a real solution is handed to the form instead."""
    monkeypatch.setattr(proof, "given", lambda key: prove())


def number(model: Any) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def fill(screens: Screens, section: str, **values: str) -> None:
    for name, value in values.items():
        screens.text_input(key=f"sign-up-{section}-{name}").set_value(value)


def press(screens: Screens, key: str) -> Screens:
    screens.button(key=key).click().run()
    assert not screens.exception
    return screens


def first_step(screens: Screens, **changed: str) -> Screens:
    """Fills the first step and goes on."""
    screens.open("visitor/create_account")
    fill(screens, "family", **(FAMILY | changed))
    screens.text_input(key="sign-up-family-postcode").set_value("80110").run()
    screens.selectbox(key="sign-up-family-town-80110").set_value("Moreuil")
    screens.radio(key="sign-up-notice").set_value(True)
    return press(screens, "next")


def second_step(screens: Screens, **changed: str) -> Screens:
    """Fills the second step and goes on."""
    fill(screens, "guardian", **(PARENT | changed))
    screens.selectbox(key="sign-up-guardian-civility").set_value("mrs")
    screens.text_input(key="sign-up-password").set_value(GOOD)
    screens.text_input(key="sign-up-password-again").set_value(GOOD)
    return press(screens, "next")


def test_a_family_asks_for_an_account_in_three_steps(cast: Cast, visit: Callable[[], Screens]) -> None:
    screens = first_step(visit())
    assert screens.query_params["etape"] == "2"
    second_step(screens)
    told = screens.words().replace("\\", "")
    assert all(text in told for text in ("Öztürk", "Élif", "Moreuil", "elif@exemple.fr", "06 39 98 12 34", "rue des Lilas"))
    assert GOOD not in str(screens)
    press(screens, "send")
    assert screens.title[0].value == "Votre demande est envoyée"
    assert (number(AccountRequest), number(Account)) == (1, 1)
    assert "etape" not in screens.query_params


def test_the_parents_form_begins_with_what_was_typed_for_the_family(cast: Cast, visit: Callable[[], Screens]) -> None:
    screens = first_step(visit())
    held = {name: screens.text_input(key=f"sign-up-guardian-{name}").value for name in ("last_name", "street", "postcode", "phone_mobile")}
    assert held == {"last_name": "Öztürk", "street": "rue des Lilas", "postcode": "80110", "phone_mobile": "06 39 98 12 34"}


def test_nothing_typed_is_lost_going_back_and_forward(cast: Cast, visit: Callable[[], Screens]) -> None:
    screens = first_step(visit())
    fill(screens, "guardian", first_name="Élif", email="elif@exemple.fr")
    screens.date_input(key="sign-up-guardian-born_on").set_value(date(1990, 4, 2))
    press(screens, "previous")
    assert screens.text_input(key="sign-up-family-street").value == "rue des Lilas"
    assert screens.selectbox(key="sign-up-family-town-80110").value == "Moreuil"
    assert screens.radio(key="sign-up-notice").value is True
    fill(screens, "family", street="rue du Moulin")
    press(screens, "next")
    assert screens.text_input(key="sign-up-guardian-email").value == "elif@exemple.fr"
    assert screens.date_input(key="sign-up-guardian-born_on").value == date(1990, 4, 2)
    assert screens.text_input(key="sign-up-guardian-street").value == "rue du Moulin", "what was copied follows"


def test_the_back_button_of_the_browser_loses_nothing(cast: Cast, visit: Callable[[], Screens]) -> None:
    screens = first_step(visit())
    fill(screens, "guardian", first_name="Élif")
    screens.open("visitor/create_account")
    assert screens.text_input(key="sign-up-family-name").value == "Öztürk"
    screens.open("visitor/create_account", etape=2)
    assert screens.text_input(key="sign-up-guardian-first_name").value == "Élif"


def test_leaving_for_the_notice_and_coming_back_loses_nothing(cast: Cast, visit: Callable[[], Screens]) -> None:
    screens = first_step(visit())
    screens.open("visitor/privacy")
    screens.open("visitor/create_account")
    assert screens.text_input(key="sign-up-family-name").value == "Öztürk"


@pytest.mark.parametrize("step", ["2", "3", "7", "-1", "x", "9" * 40])
def test_an_address_typed_by_hand_opens_no_step_too_soon(cast: Cast, visit: Callable[[], Screens], step: str) -> None:
    screens = visit().open("visitor/create_account", etape=step)
    assert not screens.exception
    assert "Création de la famille" in screens.words()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"name": ""}, "Nom"),
        ({"phone_mobile": "12"}, "téléphone"),
        ({"street": "  "}, "Voie"),
    ],
)
def test_a_refused_field_is_named_and_everything_stays(
    cast: Cast, visit: Callable[[], Screens], changed: dict[str, str], told: str
) -> None:
    screens = first_step(visit(), **changed)
    assert told in screens.error[0].value
    kept = {name: screens.text_input(key=f"sign-up-family-{name}").value for name in FAMILY}
    assert kept == FAMILY | changed
    assert screens.selectbox(key="sign-up-family-town-80110").value == "Moreuil"
    fill(screens, "family", **FAMILY)
    press(screens, "next")
    assert not screens.error
    assert "Création d’un parent" in screens.words()


def test_without_the_notice_the_first_step_does_not_end(cast: Cast, visit: Callable[[], Screens]) -> None:
    screens = first_step(visit())
    press(screens, "previous")
    screens.radio(key="sign-up-notice").set_value(False)
    press(screens, "next")
    assert "Oui" in screens.error[0].value
    assert "Création de la famille" in screens.words()


@pytest.mark.parametrize(
    ("changed", "told"),
    [({"email": "elif"}, "e-mail"), ({"email": ""}, "Email"), ({"first_name": ""}, "Prénom")],
)
def test_a_refused_parent_keeps_what_was_typed(cast: Cast, visit: Callable[[], Screens], changed: dict[str, str], told: str) -> None:
    screens = second_step(first_step(visit()), **changed)
    assert told in screens.error[0].value
    assert screens.text_input(key="sign-up-guardian-last_name").value == "Öztürk"
    assert "Création d’un parent" in screens.words()


@pytest.mark.parametrize(
    ("password", "again", "told"),
    [
        ("", "", "Mot de passe"),
        ("elif.ozturk", "elif.ozturk", "facile à deviner"),
        (GOOD, "autre chose", "mots de passe"),
        ("é" * 40, "é" * 40, "72"),
    ],
)
def test_a_password_that_is_no_good_stops_the_second_step(
    cast: Cast, visit: Callable[[], Screens], password: str, again: str, told: str
) -> None:
    screens = first_step(visit())
    fill(screens, "guardian", **PARENT)
    screens.selectbox(key="sign-up-guardian-civility").set_value("mrs")
    screens.text_input(key="sign-up-password").set_value(password)
    screens.text_input(key="sign-up-password-again").set_value(again)
    press(screens, "next")
    assert told in screens.error[0].value
    assert "Création d’un parent" in screens.words()


def test_a_password_that_was_chosen_is_kept_without_being_shown(cast: Cast, visit: Callable[[], Screens]) -> None:
    screens = second_step(first_step(visit()))
    press(screens, "correct-2")
    assert screens.text_input(key="sign-up-password").value == ""
    assert "est gardé" in screens.words()
    press(screens, "next")
    press(screens, "send")
    with reading() as session:
        assert matches(GOOD, session.scalars(select(Account)).one().password_hash)


def test_once_sent_what_was_typed_is_forgotten_and_a_second_click_sends_nothing(cast: Cast, visit: Callable[[], Screens]) -> None:
    screens = second_step(first_step(visit()))
    press(screens, "send")
    kept = screens.session_state["draft-sign-up"]
    assert (kept.password, kept.again, *kept.family.values(), *kept.guardian.values()) == ("", "", None, None)
    screens.open("visitor/create_account", etape=3)
    assert screens.title[0].value == "Votre demande est envoyée"
    assert [button.key for button in screens.button if button.key == "send"] == []
    assert number(AccountRequest) == 1


def test_an_email_that_is_known_sees_the_same_screen(cast: Cast, visit: Callable[[], Screens]) -> None:
    amina = cast.amina
    strange, known = second_step(first_step(visit())), second_step(first_step(visit()), email=amina.email)
    press(strange, "send")
    press(known, "send")
    told, other = (screens.words().replace("\\", "") for screens in (known, strange))
    assert told.replace(amina.email, "elif@exemple.fr") == other
    assert number(AccountRequest) == 1
    assert letters_of("account_exists")[0].to_email == amina.email


def test_a_proof_that_is_missing_leaves_the_request_ready(
    cast: Cast, visit: Callable[[], Screens], monkeypatch: pytest.MonkeyPatch
) -> None:
    screens = second_step(first_step(visit()))
    monkeypatch.setattr(proof, "given", lambda key: "")
    press(screens, "send")
    assert "robot" in screens.error[0].value
    monkeypatch.setattr(proof, "given", lambda key: prove())
    press(screens, "send")
    assert screens.title[0].value == "Votre demande est envoyée"


def test_the_town_follows_the_postcode(cast: Cast, visit: Callable[[], Screens]) -> None:
    screens = visit().open("visitor/create_account")
    postcode = screens.text_input(key="sign-up-family-postcode")
    postcode.set_value("80000").run()
    assert screens.selectbox(key="sign-up-family-town-80000").value == "Amiens", "one town: found"
    screens.text_input(key="sign-up-family-postcode").set_value("80250").run()
    towns = screens.selectbox(key="sign-up-family-town-80250")
    assert "Ailly-sur-Noye" in towns.options
    assert towns.value is None, "several: a choice"
    screens.text_input(key="sign-up-family-postcode").set_value("75001").run()
    screens.text_input(key="sign-up-family-town").set_value("Paris").run()
    assert screens.text_input(key="sign-up-family-town").value == "Paris", "elsewhere: typed"


def test_the_structure_decides_which_fields_are_asked(cast: Cast, visit: Callable[[], Screens]) -> None:
    add(FieldRule(section="family", field="phone_landline", mode="hidden", waits_for_staff=False))
    add(FieldRule(section="family", field="first_name", mode="compulsory", waits_for_staff=False))
    screens = visit().open("visitor/create_account")
    labels = [text.label for text in screens.text_input]
    assert "Tél. fixe" not in labels
    assert "Prénom *" in labels
    assert not [label for label in labels if "allocataire" in label.lower()]


def test_consents_are_offered_apart_and_unticked(cast: Cast, visit: Callable[[], Screens]) -> None:
    for kind in ("notice", "photo", "newsletter"):
        add(ConsentText(kind=kind, language="fr", version=7, body=f"Le texte {kind}", published_at=clock.now()))
    screens = visit().open("visitor/create_account")
    assert "Le texte notice" in screens.words()
    assert "Version 7" in screens.words()
    assert screens.radio(key="sign-up-notice").value is None
    assert [screens.checkbox(key=f"sign-up-{kind}").value for kind in ("photo", "newsletter")] == [False, False]


def test_who_is_signed_in_asks_for_no_account(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    screens = sign_in_as(cast.amina).open("visitor/create_account")
    assert "n’est pas ouverte" in screens.error[0].value


# -- forgotten password -----------------------------------------------------------------------------------------------------------


def ask_for_link(screens: Screens, email: str) -> str:
    """Asks for a link; gives what was answered."""
    screens.open("visitor/password")
    screens.text_input(key="reset-email").set_value(email)
    screens.button[0].click().run()
    assert not screens.exception
    return str(screens.success[0].value)


def test_a_forgotten_password_answers_the_same_whoever_asks(cast: Cast, visit: Callable[[], Screens]) -> None:
    assert ask_for_link(visit(), cast.amina.email) == ask_for_link(visit(), "personne@exemple.fr")
    assert [letter.to_email for letter in letters_of("password_forgotten")] == [cast.amina.email]


def test_opening_the_link_changes_nothing_and_the_button_sets_the_password(cast: Cast, visit: Callable[[], Screens]) -> None:
    amina = cast.amina
    ask_for_link(visit(), amina.email)
    token = token_of(letters_of("password_forgotten")[0])
    screens = visit().open("visitor/password", lien=token)
    assert "Amina Benali" in screens.words()
    with reading() as session:
        assert session.get_one(Account, amina.id).password_hash == amina.password_hash
    for first, again, told in (("amina.benali", "amina.benali", "facile à deviner"), (GOOD, "autre", "mots de passe")):
        screens.text_input(key="reset-password").set_value(first)
        screens.text_input(key="reset-password-again").set_value(again)
        screens.button[0].click().run()
        assert told in screens.error[0].value
        assert screens.text_input(key="reset-password").value == first
    screens.text_input(key="reset-password").set_value(GOOD)
    screens.text_input(key="reset-password-again").set_value(GOOD)
    screens.button[0].click().run()
    assert "changé" in screens.success[0].value
    with reading() as session:
        assert matches(GOOD, session.get_one(Account, amina.id).password_hash)
    replayed = visit().open("visitor/password", lien=token)
    assert "déjà servi" in replayed.warning[0].value
    assert replayed.text_input(key="reset-email"), "a new one may be asked for there"


def test_a_link_that_is_altered_or_over_says_so_and_offers_a_new_one(
    cast: Cast, visit: Callable[[], Screens], noon: time_machine.Traveller
) -> None:
    ask_for_link(visit(), cast.amina.email)
    token = token_of(letters_of("password_forgotten")[0])
    noon.move_to(clock.now() + reset.LIVES + timedelta(seconds=1))
    for address, told in ((token, "périmé"), (token[:-2], "incomplet"), ("é" * 500, "incomplet")):
        screens = visit().open("visitor/password", lien=address)
        assert told in screens.warning[0].value
        assert screens.text_input(key="reset-email")


# -- from end to end --------------------------------------------------------------------------------------------------------------


def test_a_family_signs_up_is_approved_and_confirms(
    cast: Cast, visit: Callable[[], Screens], sign_in_as: Callable[[Account], Screens]
) -> None:
    press(second_step(first_step(visit())), "send")
    staff = sign_in_as(cast.claire).open("staff/accounts")
    assert "Élif Öztürk" in staff.words()
    press(staff, "approve")
    screens = visit().open("visitor/confirm", lien=token_of(letters_of("account_approved")[0]))
    screens.button[-1].click().run()
    with reading() as session:
        assert session.scalars(select(Account.state).join(Guardian, Guardian.account_id == Account.id)).one() == "active"


def test_a_family_that_is_refused_reads_why_and_may_ask_again(
    cast: Cast, visit: Callable[[], Screens], noon: time_machine.Traveller
) -> None:
    claire = cast.claire
    press(second_step(first_step(visit())), "send")
    with reading() as session:
        first = session.scalars(select(AccountRequest.id)).one()
    with writing() as session:
        requests.refuse(session, claire, first, "Il manque votre adresse.")
    assert "Il manque votre adresse." in letters_of("account_refused")[0].text_body
    noon.move_to(clock.now() + timedelta(hours=1))
    press(second_step(first_step(visit())), "send")
    assert (number(AccountRequest), number(Guardian)) == (2, 1)

"""Créer un compte in a real browser: three steps on a telephone, the box that ticks itself, the rules ticked while one types."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from db.models import Account, AccountRequest, SignInSession
from db.session import reading, writing
from domain.accounts import passwords, requests
from domain.accounts.refusals import PasswordTooLong, PasswordTooWeak
from tests.browser.conftest import DESK, PHONE, Visitor
from tests.cast import PASSWORD, Cast
from tests.domain.requesting import letters_of, token_of

GOOD = "cerf-volant moutarde 47"


def heading(page: Page, name: str) -> None:
    page.get_by_role("heading", name=name).wait_for()


def first_step(window: Visitor) -> Page:
    """From the front door to the end of the first step."""
    page = window.go("/")
    page.get_by_role("link", name="Créer un compte").click()
    heading(page, "Création de la famille")
    window.settle()
    page.get_by_label("Nom *", exact=True).fill("Öztürk")
    page.get_by_label("CP *").fill("80110")
    page.get_by_label("CP *").press("Tab")
    page.get_by_role("combobox", name="Ville *").click()
    page.get_by_role("option", name="Moreuil").click()
    page.get_by_label("Tél. portable *").fill("06 39 98 12 34")
    page.get_by_label("Voie *").fill("rue des Lilas")
    page.get_by_text("Oui", exact=True).click()
    window.settle()
    assert window.axe() == []
    page.get_by_role("button", name="Étape suivante").click()
    heading(page, "Création d’un parent")
    window.settle()
    return page


def second_step(window: Visitor, email: str = "elif@exemple.fr") -> None:
    """The parent, the e-mail and the password."""
    page = window.page
    page.get_by_role("combobox", name="Civilité *").click()
    page.get_by_role("option", name="Mme").click()
    page.get_by_label("Prénom *").fill("Élif")
    page.get_by_label("Email *").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(GOOD)
    page.get_by_label("Mot de passe, une seconde fois").fill(GOOD)
    window.settle()
    assert window.axe() == []
    page.get_by_role("button", name="Étape suivante").click()
    page.get_by_role("button", name="Valider ma demande").wait_for()
    window.settle()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_family_signs_up_is_approved_confirms_and_enters(cast: Cast, visitor: Callable[..., Visitor], width: int) -> None:
    claire, window = cast.claire, visitor(width)
    page = first_step(window)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0, "a step begins at its top"
    second_step(window)
    assert window.axe() == []
    assert window.width() == width
    page.get_by_role("button", name="Valider ma demande").dblclick()
    heading(page, "Votre demande est envoyée")
    window.settle()
    assert window.axe() == []
    with reading() as session:
        request_id = session.scalars(select(AccountRequest.id)).one()
    with writing() as session:
        requests.approve(session, claire, request_id)
    window.go(f"/confirmer?lien={token_of(letters_of('account_approved')[0])}")
    assert window.axe() == []
    page.get_by_role("button", name="Confirmer mon compte").click()
    page.get_by_text("Votre compte est confirmé").wait_for()
    window.settle()
    page.get_by_label("Votre email").fill("elif@exemple.fr")
    page.get_by_label("Votre mot de passe", exact=True).fill(GOOD)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("button", name="Se déconnecter").wait_for(state="attached")
    assert window.hosts <= {window.house.address.removeprefix("http://"), "blob", "data"}, "no third party"
    assert window.errors == []


def test_the_browsers_back_and_forward_lose_nothing(cast: Cast, visitor: Callable[..., Visitor]) -> None:
    window = visitor(PHONE)
    page = first_step(window)
    page.get_by_label("Prénom *").fill("Élif")
    page.get_by_label("Prénom *").press("Tab")
    window.settle()
    page.go_back()
    heading(page, "Création de la famille")
    window.settle()
    expect(page.get_by_label("Nom *", exact=True)).to_have_value("Öztürk")
    expect(page.get_by_role("combobox", name="Ville *")).to_have_value("Moreuil")
    page.go_forward()
    heading(page, "Création d’un parent")
    window.settle()
    expect(page.get_by_label("Prénom *")).to_have_value("Élif")


def test_the_box_ticks_itself_and_a_spent_proof_is_replaced(cast: Cast, visitor: Callable[..., Visitor]) -> None:
    amina, window = cast.amina, visitor(PHONE)
    page = window.go("/")
    box = page.get_by_role("checkbox", name="Je ne suis pas un robot")
    expect(box).to_be_checked()
    page.get_by_label("Votre email").fill(amina.email)
    page.get_by_label("Votre mot de passe", exact=True).fill("not the password")
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_text("L’e-mail ou le mot de passe n’est pas le bon.").wait_for()
    window.settle()
    page.get_by_label("Votre mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("button", name="Se déconnecter").wait_for(state="attached")


def test_the_door_is_passed_with_the_keyboard_alone(cast: Cast, visitor: Callable[..., Visitor]) -> None:
    amina, window = cast.amina, visitor()
    page = window.go("/")
    page.get_by_label("Votre email").focus()
    page.keyboard.type(amina.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.type || ''"))
        if page.evaluate("document.activeElement.textContent").strip() == "Se connecter":
            break
    assert "checkbox" in reached, "the box can be reached"
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Se déconnecter").wait_for(state="attached")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_rules_ticked_while_typing_are_those_of_the_house(cast: Cast, visitor: Callable[..., Visitor]) -> None:
    window = visitor(PHONE)
    page = first_step(window)
    page.get_by_label("Prénom *").fill("Élif")
    field, rules = page.get_by_label("Mot de passe", exact=True), page.locator(".password-rules li")
    expect(rules).to_have_count(4)
    about = passwords.about("", "Élif", "Öztürk")
    for password in (
        "soleil",
        "motdepassemotdepasse",
        "Soleil123!",
        "elifozturk1990",
        GOOD,
        "Xk7#pQ2!",
        "éèàùçéèàùçéè",
        "x" * 80,
        "é" * 37,
    ):
        field.fill(password)
        try:
            passwords.check(password, *about)
            fits = True
        except (PasswordTooLong, PasswordTooWeak):
            fits = False
        page.wait_for_function("window.zxcvbn !== undefined")
        kept = rules.evaluate_all("lines => lines.slice(0, 3).map(line => line.dataset.kept === 'true')")
        assert all(kept) == fits, (password, kept)
    assert window.hosts <= {window.house.address.removeprefix("http://"), "blob", "data"}


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_forgotten_password_is_changed_by_its_link(cast: Cast, visitor: Callable[..., Visitor], width: int) -> None:
    amina, window = cast.amina, visitor(width)
    page = window.go("/")
    page.get_by_role("link", name="Mot de passe oublié").click()
    heading(page, "Mot de passe oublié")
    window.settle()
    page.get_by_label("Votre email").fill(amina.email)
    page.get_by_role("button", name="Recevoir un lien").click()
    page.get_by_text("un e-mail vient de lui être envoyé").wait_for()
    assert window.axe() == []
    window.go(f"/mot-de-passe?lien={token_of(letters_of('password_forgotten')[0])}")
    page.get_by_label("Nouveau mot de passe", exact=True).fill(GOOD)
    page.get_by_label("Nouveau mot de passe, encore une fois").fill(GOOD)
    assert window.axe() == []
    assert window.width() == width
    page.get_by_role("button", name="Changer mon mot de passe").click()
    page.get_by_text("Votre mot de passe est changé").wait_for()
    with reading() as session:
        assert passwords.matches(GOOD, session.get_one(Account, amina.id).password_hash)
        assert session.scalar(select(func.count()).select_from(Account)) == 1
    assert window.errors == []


def test_who_is_quicker_than_the_proof_waits_for_it(cast: Cast, visitor: Callable[..., Visitor]) -> None:
    """A password manager types and sends at once: the form leaves as soon as the proof is there."""
    amina, window = cast.amina, visitor(PHONE)
    asked: list[Route] = []
    page = window.page
    page.route("**/auth/challenge", lambda route: asked.append(route))
    page.goto(window.house.address)
    box = page.get_by_role("checkbox", name="Je ne suis pas un robot")
    box.wait_for()
    page.get_by_label("Votre email").fill(amina.email)
    page.get_by_label("Votre mot de passe", exact=True).fill(PASSWORD)
    expect(box).not_to_be_checked()
    page.get_by_label("Votre mot de passe", exact=True).press("Enter")
    button = page.get_by_role("button", name="Se connecter")
    expect(button).to_have_attribute("aria-busy", "true")
    button.click()
    assert page.get_by_test_id("stAlert").count() == 0
    for route in asked:
        route.continue_()
    page.get_by_role("button", name="Se déconnecter").wait_for(state="attached")
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(SignInSession)) == 1

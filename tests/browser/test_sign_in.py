"""The front door in a real browser: the cookie, the way in and out, what the page may reach, what everybody can use."""

import json
from collections.abc import Callable
from datetime import timedelta
from urllib.request import Request, urlopen

import pyotp
import pytest

from db.models import Account
from db.session import writing
from domain import clock
from domain.accounts import second_factor
from tests.browser.conftest import DESK, PHONE, House, Visitor
from tests.cast import PASSWORD, Cast
from ui.access import COOKIE

DOOR = "Bienvenue dans votre Espace Famille"


def heading(visitor: Visitor) -> str:
    return visitor.page.locator("[data-testid='stMain'] h1").first.inner_text()


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_signing_in_stays_and_signing_out_is_the_end(cast: Cast, visitor: Callable[..., Visitor], width: int) -> None:
    amina = cast.amina
    window = visitor(width)
    window.go("/espace-famille?page=1")
    assert heading(window) == DOOR
    assert window.page.evaluate("document.documentElement.lang") == "fr"
    assert window.axe() == []
    window.sign_in(amina, "/espace-famille?page=1")
    assert heading(window) == "Famille Benali"
    assert window.page.url.endswith("/espace-famille?page=1")
    assert window.axe() == []
    assert window.width() == width

    kept = {cookie["name"]: cookie for cookie in window.context.cookies()}[COOKIE]
    assert (kept["httpOnly"], kept["secure"], kept["sameSite"], kept["path"], kept["expires"]) == (True, True, "Lax", "/", -1)
    assert COOKIE not in window.page.evaluate("document.cookie")

    window.go("/mon-compte")
    assert heading(window) == "Mon compte"
    if width == PHONE:
        window.page.get_by_test_id("stExpandSidebarButton").click()
    window.page.get_by_role("button", name="Se déconnecter").click()
    window.page.get_by_label("Votre email").wait_for()
    assert COOKIE not in {cookie["name"] for cookie in window.context.cookies()}

    thief = visitor(width)
    thief.context.add_cookies([kept])
    thief.go("/espace-famille")
    assert heading(thief) == DOOR
    assert {*window.hosts, *thief.hosts} <= {window.house.address.removeprefix("http://"), "blob", "data"}
    assert window.errors == []


def test_a_session_that_is_kept_lasts_thirty_days(cast: Cast, visitor: Callable[..., Visitor]) -> None:
    window = visitor()
    window.sign_in(cast.amina, remember=True)
    kept = {cookie["name"]: cookie for cookie in window.context.cookies()}[COOKIE]
    lives = kept["expires"] - window.page.evaluate("Date.now() / 1000")
    assert abs(lives - timedelta(days=30).total_seconds()) < 60


def test_a_wrong_password_is_told_in_one_sentence(cast: Cast, visitor: Callable[..., Visitor]) -> None:
    window = visitor()
    page = window.go("/")
    page.get_by_label("Votre email").fill(cast.amina.email)
    page.get_by_label("Votre mot de passe", exact=True).fill("not the password")
    page.get_by_label("Votre mot de passe", exact=True).press("Enter")
    page.get_by_text("L’e-mail ou le mot de passe n’est pas le bon.").wait_for()
    assert window.axe() == []


def test_the_second_factor_is_typed_after_the_password(cast: Cast, visitor: Callable[..., Visitor]) -> None:
    claire = cast.claire
    with writing() as session:
        totp = pyotp.TOTP(second_factor.begin(session, claire))
    with writing() as session:
        second_factor.confirm(session, claire, totp.at(clock.now() - timedelta(seconds=30)))
    window = visitor()
    page = window.go("/")
    page.get_by_label("Votre email").fill(claire.email)
    page.get_by_label("Votre mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    code = page.get_by_label("Code à six chiffres")
    code.wait_for()
    assert code.get_attribute("autocomplete") == "one-time-code"
    code.fill(totp.at(clock.now() + timedelta(seconds=30)))
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("button", name="Se déconnecter").wait_for()


def test_a_cold_process_shows_the_door_at_an_address_of_the_staff(house: House, visitor: Callable[..., Visitor]) -> None:
    window = visitor()
    window.go("/reglages")
    assert heading(window) == DOOR


def test_the_language_follows_the_browser_then_the_switch_then_the_account(cast: Cast, visitor: Callable[..., Visitor]) -> None:
    window = visitor(locale="en-GB")
    page = window.go("/")
    assert (heading(window), page.evaluate("document.documentElement.lang")) == ("Welcome to your family space", "en")
    page.get_by_role("link", name="Français").click()
    page.get_by_role("heading", name=DOOR).wait_for()
    window.sign_in(cast.amina, "/mon-compte")
    page.get_by_role("link", name="English").first.click()
    page.get_by_role("heading", name="My account").wait_for()
    assert page.url.endswith("/mon-compte")
    with writing() as session:
        assert session.get_one(Account, cast.amina.id).language == "en"


def test_a_letter_typed_outside_a_field_does_nothing(visitor: Callable[..., Visitor]) -> None:
    window = visitor()
    page = window.go("/")
    page.get_by_label("Votre email").fill("amina")
    page.locator("h1").first.click()
    page.keyboard.press("r")
    page.keyboard.press("c")
    assert page.get_by_role("dialog").count() == 0
    assert page.locator("[data-testid='stApp']").get_attribute("data-test-script-state") == "notRunning"
    page.get_by_label("Votre email").press_sequentially("rc")
    assert page.get_by_label("Votre email").input_value() == "aminarc"


def answer(house: House, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """What a bare HTTP request is answered."""
    data = headers.pop("data", None)
    request = Request(house.address + path, data=data.encode() if data else None, headers=headers)
    try:
        with urlopen(request) as told:
            return told.status, dict(told.headers.items()), told.read().decode()
    except OSError as refused:
        return refused.code, dict(refused.headers.items()), refused.read().decode()  # type: ignore[attr-defined]


def test_every_answer_is_protected(house: House) -> None:
    status, headers, page = answer(house, "/")
    assert status == 200
    assert '<html lang="fr">' in page
    assert "<title>Farandole</title>" in page
    assert "JavaScript" in page
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "'unsafe-eval'" not in headers["content-security-policy"]
    for path in ("/", "/_stcore/health", "/assets/mark.svg", "/healthz"):
        told = answer(house, path)[1]
        assert (told["x-content-type-options"], told["referrer-policy"]) == ("nosniff", "same-origin")
    assert '<html lang="en">' in answer(house, "/", **{"Accept-Language": "en-US,en;q=0.9,fr;q=0.5"})[2]


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/script-health-check", "/secret", "/a/b"])
def test_what_is_nobodys_business_is_not_found(house: House, path: str) -> None:
    status, _, page = answer(house, path)
    assert status == 404
    assert path.startswith("/_stcore") or "Cette page n’existe pas" in page


def test_the_cookie_is_given_for_a_ticket_of_our_own_page_only(house: House) -> None:
    own = {"Content-Type": "application/json", "Origin": house.address}
    assert answer(house, "/auth/session", data=json.dumps({"ticket": "x"}), **own)[0] == 410
    assert answer(house, "/auth/session", data="[]", **own)[0] == 410
    assert answer(house, "/auth/session", data="{}", **(own | {"Origin": "https://ailleurs.example"}))[0] == 403
    assert answer(house, "/auth/session", data="{}", **(own | {"Content-Type": "text/plain"}))[0] == 403
    assert answer(house, "/auth/sign-out", data="{}", **(own | {"Sec-Fetch-Site": "cross-site"}))[0] == 403
    assert answer(house, "/auth/session")[0] == 401

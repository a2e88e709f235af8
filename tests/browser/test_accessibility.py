"""Every screen in a real browser, for somebody who may open it: axe-core, language, headings, width, outside requests, keyboard."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from db.models import Account, Document, DocumentKind, FieldRule
from db.session import writing
from domain import clock, documents
from domain.accounts import own_email
from domain.families import changing, homes, sheets
from tests.browser.conftest import DESK, PHONE, Visitor
from tests.cast import PASSWORD, WEDNESDAY, Cast, add
from tests.domain.requesting import ask, letters_of, token_of
from ui.navigation import SCREENS, VISITOR, address

Window = Callable[..., Visitor]
ROLES = ("coordinator", "director", "cashier", "leader", "administrator", "parent")

# what the house's script mends as soon as it has come
MENDED = ("ul[data-testid='stSidebarNavItems']:not([role])", "[data-testid='stTable'] > div:not([tabindex])")


def people(cast: Cast) -> dict[str, Account]:
    """Who signs in, by role."""
    return {
        "coordinator": cast.claire,
        "director": cast.denis,
        "cashier": cast.farid,
        "leader": cast.gaelle,
        "administrator": cast.helene,
        "parent": cast.amina,
    }


@pytest.fixture
def addresses(cast: Cast) -> dict[str, str]:
    """A structure with something of everything, and the address of each screen with what it needs to show it."""
    ask("Aubert")
    seats = cast.open_day(cast.mercredi, WEDNESDAY, capacity=3)
    for child, family in ((cast.sami, cast.benali), (cast.lia, cast.lefevre)):
        cast.registration(child, family, cast.mercredi)
    cast.booking(cast.lia, cast.lefevre, seats[0])
    cast.booking(cast.sami, cast.benali, seats[1], "pending", holds_seat=False)
    cast.invoice(cast.benali, 12_345, date(2026, 1, 20))
    kind = add(DocumentKind(name="Assurance", subject="child", is_compulsory=True, blocks="booking", validity="school_year", position=1))
    about = {"family_id": cast.benali.id, "child_id": cast.sami.id, "sent_by_id": cast.amina.id}
    paper = add(Document(kind_id=kind.id, state="to_check", sent_at=clock.now(), **about))
    new_email, guardian = asked_of_the_family(cast), cast.guardian(cast.benali)
    with writing() as session:
        documents.refresh_all(session)
    sheets_of_sami(cast)
    chosen: dict[str, dict[str, object]] = {
        "staff/capacity_day": {"activite": cast.mercredi.id, "date": WEDNESDAY, "place": seats[0].id},
        "staff/document": {"piece": paper.id},
        "staff/family_documents": {"famille": cast.benali.id},
        "staff/family_account": {"famille": cast.benali.id},
        "staff/capacity": {"vue": "month"},
        "staff/balances": {"relance": 1},
        "staff/files": {"relance": 1},
        "staff/family": {"famille": cast.benali.id},
        "staff/child": {"enfant": cast.sami.id},
        "family/child": {"enfant": cast.sami.id},
        "family/guardian": {"parent": guardian.id},
        "visitor/new_email": {"lien": new_email},
    }
    return {screen.key: address(screen.key, chosen.get(screen.key)) for screen in SCREENS}


def sheets_of_sami(cast: Cast) -> None:
    """Sheets with something to read and something to certify."""
    amina, child_id = cast.amina, cast.sami.id
    person = {"full_name": "Zohra Benali", "relation": "Grand-mère", "phone": "0639987701", "pickup": "allowed"}
    with writing() as session:
        sheets.change_health(session, amina, child_id, {}, {"has_allergies": True, "food_allergies": "Arachides"})
        sheets.name_person(session, amina, child_id, person)
        sheets.answer_permissions(session, amina, child_id, {}, {"photo": True, "bathing": False})


def asked_of_the_family(cast: Cast) -> str:
    """A change of Amina's that waits, another home that she tells of, and the link to a new e-mail; gives its token."""
    add(FieldRule(section="family", field="street", mode="editable", waits_for_staff=True))
    amina, family_id = cast.amina, cast.benali.id
    with writing() as session:
        changing.change(session, amina, "family", family_id, {"street": None}, {"street": "rue Haute"})
        homes.ask_other_home(session, amina, [cast.sami.id], "Karim", "Roux", "karim@exemple.fr")
    own_email.ask(amina, PASSWORD, "neuve@exemple.fr")
    return token_of(letters_of("email_to_confirm")[0])


def wrong_with(window: Visitor, width: int) -> list[str]:
    """What is to be said against the screen that stands."""
    page = window.page
    for mended in MENDED:
        expect(page.locator(mended)).to_have_count(0)
    found = window.axe()
    if (language := page.evaluate("document.documentElement.lang")) != "fr":
        found.append(f"the language is {language}")
    if (titles := page.locator("h1").count()) != 1:
        found.append(f"{titles} headings of the first level")
    if window.width() > width:
        found.append(f"{window.width()} pixels wide")
    if page.get_by_test_id("stAlertContentError").count():
        found.append(page.get_by_test_id("stAlertContentError").first.inner_text())
    return found


def who_opens() -> dict[str, list[str]]:
    """Each screen's key under one role that may open it: everybody's screens under the visitor."""
    shared: dict[str, list[str]] = {role: [] for role in (VISITOR, *ROLES)}
    for screen in SCREENS:
        shared[next(role for role in shared if role in screen.roles)].append(screen.key)
    return {role: keys for role, keys in shared.items() if keys}


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_every_screen_can_be_used_by_everybody(cast: Cast, addresses: dict[str, str], visitor: Window, width: int) -> None:
    wrong = {}
    for role, keys in who_opens().items():
        window = visitor(width)
        if role != VISITOR:
            window.sign_in(people(cast)[role])
        for key in keys:
            window.go(addresses[key])
            wrong[key] = wrong_with(window, width)
        assert window.hosts <= {window.house.address.removeprefix("http://"), "blob", "data"}
        assert window.errors == []
    assert set(wrong) == {screen.key for screen in SCREENS}
    assert {key: told for key, told in wrong.items() if told} == {}


def test_the_keyboard_comes_to_the_content_first_and_is_seen(cast: Cast, visitor: Window) -> None:
    window = visitor()
    window.sign_in(cast.claire)
    page = window.go(address("staff/balances"))
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_have_text("Aller au contenu")
    expect(skip).to_be_in_viewport()
    for _step in range(6):
        page.keyboard.press("Tab")
        drawn = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
            return s.outlineStyle !== 'none' || s.boxShadow !== 'none' || s.backgroundColor !== 'rgba(0, 0, 0, 0)'; }"""
        )
        assert drawn, page.evaluate("document.activeElement.outerHTML")

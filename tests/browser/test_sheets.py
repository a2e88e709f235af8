"""The sheets of a child on a telephone, and what a leader reads of them at the gate, in a real browser."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select

from db.models import HealthRecord, JournalEntry
from db.session import reading
from domain.families import sheets
from tests.browser.conftest import PHONE, Visitor
from tests.cast import Cast

Window = Callable[..., Visitor]


def answer(page: Page, question: str, said: str) -> None:
    """Touches an answer of a question."""
    page.get_by_role("radiogroup", name=question, exact=True).get_by_text(said, exact=True).click()


def press(window: Visitor, name: str) -> None:
    """Touches a button and waits for the screen that follows."""
    window.page.get_by_role("button", name=name).first.click()
    window.settle()


def sound(window: Visitor) -> None:
    """Nothing is wrong with the screen that stands, and it fits the telephone."""
    assert window.axe() == []
    assert window.width() <= PHONE
    assert window.errors == []


def test_a_family_fills_in_a_child_s_sheets_and_a_leader_reads_them(cast: Cast, visitor: Window) -> None:
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    amina, gaelle = cast.amina, cast.gaelle
    at_home = visitor(PHONE)
    page = at_home.sign_in(amina, "/fiche-sanitaire")
    sound(at_home)
    press(at_home, "Remplir la fiche")
    answer(page, "Allergies", "Oui")
    page.get_by_label("Aliments").fill("Arachides")
    page.get_by_label("Que faire en cas d’allergie").fill("Appeler le 15")
    sound(at_home)
    press(at_home, "Enregistrer et continuer")
    expect(page.get_by_role("heading", name="Asthme, PAI, traitements")).to_be_visible()
    for question in ("Asthme", "PAI (projet d’accueil individualisé)", "Traitement en cours"):
        answer(page, question, "Non")
    sound(at_home)
    press(at_home, "Enregistrer et continuer")
    expect(page.get_by_role("heading", name="Vaccins")).to_be_visible()
    sound(at_home)
    press(at_home, "Enregistrer et continuer")
    expect(page.get_by_role("heading", name="Médecin et urgences")).to_be_visible()
    answer(page, "En cas d’urgence, autorisez-vous la structure à faire soigner et hospitaliser votre enfant ?", "Oui")
    press(at_home, "Enregistrer et continuer")
    expect(page.get_by_role("heading", name="Repas et vie quotidienne")).to_be_visible()
    sound(at_home)
    press(at_home, "Enregistrer")
    press(at_home, "C’est toujours exact")
    expect(page.get_by_text("Certifiée jusqu’au 31/08/2026")).to_be_visible()
    sound(at_home)

    at_home.go("/contacts-enfant")
    press(at_home, "Ajouter une personne")
    page.get_by_label("Prénom et nom *").fill("Zohra Benali")
    page.get_by_label("Téléphone *").fill("06 39 98 77 01")
    page.get_by_text("Peut venir chercher l’enfant", exact=True).click()
    press(at_home, "Enregistrer")
    expect(page.get_by_role("link", name="06 39 98 77 01")).to_have_attribute("href", "tel:0639987701")
    press(at_home, "Interdire à une personne de venir chercher l’enfant")
    page.get_by_label("Prénom et nom *").fill("Karim Benali")
    press(at_home, "Interdire à cette personne de venir")
    expect(page.get_by_text("Cochez la case")).to_be_visible()
    expect(page.get_by_label("Prénom et nom *")).to_have_value("Karim Benali")
    page.get_by_text("Oui, cette personne NE DOIT PAS venir chercher mon enfant").click()
    sound(at_home)
    press(at_home, "Interdire à cette personne de venir")
    expect(page.get_by_text("Karim Benali NE DOIT PAS venir chercher l’enfant.")).to_be_visible()
    sound(at_home)

    at_home.go("/autorisations?modifier=1")
    for question in ("Sorties avec", "Baignade", "Photographies"):
        page.get_by_role("radiogroup", name=question).get_by_text("Oui", exact=True).click()
    answer(page, "Retour seul à la maison à la fin de l’activité", "Non")
    press(at_home, "Enregistrer")
    expect(page.get_by_text("Non autorisé")).to_be_visible()
    sound(at_home)

    at_the_gate = visitor(PHONE)
    page = at_the_gate.sign_in(gaelle, f"/fiche-enfant?enfant={cast.sami.id}")
    expect(page.get_by_text("Karim Benali NE DOIT PAS venir chercher l’enfant.")).to_be_visible()
    expect(page.get_by_text("Arachides")).to_have_count(0)
    press(at_the_gate, "Lire la fiche sanitaire")
    expect(page.get_by_text("Arachides")).to_be_visible()
    sound(at_the_gate)
    assert at_home.house.said().count("Arachides") == 0
    with reading() as session:
        assert b"Arachides" not in session.get_one(HealthRecord, cast.sami.id).sealed
        assert session.scalars(select(JournalEntry.by_id).where(JournalEntry.act == "read_health")).all() == [gaelle.id]
        assert [state.state for state in sheets.sheets_of(session, amina)] == ["certified", "to_certify", "to_certify"]

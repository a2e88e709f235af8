"""A family's way in, on a telephone: from « Créer un compte » to a child with all its sheets, and two homes that share a child."""

import re
from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect
from sqlalchemy import select

from db.models import Child, Family, FieldRule, JournalEntry
from db.session import reading
from tests.browser.conftest import DESK, PHONE, Visitor
from tests.browser.test_journey import acts, follow, told
from tests.browser.test_sign_up import GOOD, first_step, second_step
from tests.cast import Cast, add

Window = Callable[..., Visitor]
ELIF = "elif@exemple.fr"


def press(window: Visitor, name: str) -> None:
    """Presses a button and waits until the house has answered."""
    window.page.get_by_role("button", name=name, exact=True).click()
    window.settle()


def stands(window: Visitor, title: str | re.Pattern[str]) -> Page:
    """The screen of a title stands, and axe-core has nothing against it at this width."""
    expect(window.page.get_by_role("heading", level=1, name=title)).to_be_visible()
    window.settle()
    assert window.axe() == [], title
    assert window.width() <= (window.page.viewport_size or {})["width"], title
    return window.page


def enter(window: Visitor, email: str, password: str) -> None:
    """Signs in by the form that stands."""
    window.page.get_by_label("Votre email").fill(email)
    window.page.get_by_label("Votre mot de passe", exact=True).fill(password)
    window.page.get_by_role("button", name="Se connecter").click()
    window.page.get_by_role("button", name="Se déconnecter").wait_for(state="attached")
    window.settle()


def answer(page: Page, question: str, word: str) -> None:
    """Chooses yes or no under a question."""
    page.get_by_role("radiogroup", name=question).get_by_text(word, exact=True).click()


def ask_for_an_account(family: Visitor) -> None:
    first_step(family)
    second_step(family, ELIF)
    press(family, "Valider ma demande")
    stands(family, "Votre demande est envoyée")


def approve_it(claire: Visitor, cast: Cast) -> None:
    assert "/comptes-a-valider" in claire.house.post.letter(cast.claire.email, "compte")
    claire.sign_in(cast.claire)
    follow(claire, "Comptes à valider")
    press(claire, "Accepter cette demande")
    told(claire.page, "La demande est acceptée")


def confirm_it(family: Visitor) -> None:
    link = family.house.post.link(ELIF, "", family.house.address)
    family.go(link)
    assert acts("confirm_family") == 0, "opening the link changes nothing"
    press(family, "Confirmer mon compte")
    told(family.page, "Votre compte est confirmé.")
    enter(family, ELIF, GOOD)
    stands(family, "Famille Öztürk")


def add_the_child(family: Visitor) -> None:
    family.go("/ma-famille")
    stands(family, "Ma famille")
    press(family, "Ajouter une personne")
    page = stands(family, "Ajouter une personne")
    page.get_by_label("Prénom *").fill("Deniz")
    born = page.get_by_role("group", name="Date de naissance *")
    expect(born).to_have_text(re.compile("jj.*mm.*aaaa"))
    born.get_by_role("spinbutton", name="jour, Date de naissance *").click()
    page.keyboard.type("17052018")
    page.get_by_label("École", exact=True).fill("École des Tilleuls")
    press(family, "Enregistrer")
    told(page, "Deniz Öztürk")
    stands(family, "Deniz Öztürk")


def fill_in_the_health_sheet(family: Visitor) -> None:
    page = family.page
    page.get_by_role("link", name="Fiche sanitaire").click()
    stands(family, "Fiche sanitaire – Deniz")
    press(family, "Remplir la fiche")
    stands(family, "Allergies")
    answer(page, "Allergies", "Oui")
    page.get_by_label("Aliments").fill("Noisettes")
    press(family, "Enregistrer et continuer")
    stands(family, "Asthme, PAI, traitements")
    for question in ("Asthme", "PAI (projet d’accueil individualisé)", "Traitement"):
        answer(page, question, "Non")
    press(family, "Enregistrer et continuer")
    stands(family, "Vaccins")
    press(family, "Enregistrer et continuer")
    stands(family, "Médecin et urgences")
    answer(page, re.compile("En cas d’urgence"), "Oui")  # type: ignore[arg-type]
    press(family, "Enregistrer et continuer")
    stands(family, "Repas et vie quotidienne")
    press(family, "Enregistrer")
    stands(family, "Fiche sanitaire – Deniz")
    press(family, "C’est toujours exact")
    told(page, "Merci")


def name_the_people(family: Visitor) -> None:
    page = family.page
    page.get_by_role("link", name="Personnes", exact=True).click()
    stands(family, re.compile("– Deniz$"))
    press(family, "Ajouter une personne")
    page.get_by_label("Prénom et nom").fill("Selma Kaya")
    page.get_by_label("Téléphone").fill("06 39 98 55 66")
    page.get_by_text("Peut venir chercher l’enfant", exact=True).click()
    stands(family, "Ajouter une personne")
    press(family, "Enregistrer")
    told(page, "La liste est enregistrée.")
    press(family, "Interdire à une personne de venir chercher l’enfant")
    page.get_by_label("Prénom et nom").fill("Oncle Indésirable")
    page.get_by_text("NE DOIT PAS venir chercher mon enfant").click()
    stands(family, "Interdire à une personne de venir chercher l’enfant")
    press(family, "Interdire à cette personne de venir")
    told(page, "La liste est enregistrée.")


def answer_the_permissions(family: Visitor) -> None:
    page = family.page
    page.get_by_role("link", name="Autorisations", exact=True).click()
    stands(family, re.compile("^Autorisations"))
    press(family, "Répondre ou changer une réponse")
    questions = page.get_by_role("radiogroup")
    expect(questions).to_have_count(4)
    for question in questions.all():
        question.get_by_text("Oui", exact=True).click()
    press(family, "Enregistrer")
    told(page, "Les réponses sont enregistrées.")
    press(family, "C’est toujours exact")
    told(page, "Merci")


def change_the_school(family: Visitor, claire: Visitor) -> None:
    with reading() as session:
        child_id = session.scalars(select(Child.id)).one()
    page = family.go(f"/enfant?enfant={child_id}")
    page.get_by_label("École", exact=True).fill("École du Parc")
    press(family, "Enregistrer")
    expect(page.get_by_text("École des Tilleuls → École du Parc")).to_be_visible()
    stands(family, "Deniz Öztürk")

    page = follow(claire, "Modifications à valider")
    expect(page.get_by_text("École des Tilleuls → École du Parc")).to_be_visible()
    press(claire, "Accepter cette modification")
    told(page, "est acceptée")
    assert family.house.post.letter(ELIF, "modification")
    page = family.go(f"/enfant?enfant={child_id}")
    expect(page.get_by_label("École", exact=True)).to_have_value("École du Parc")

    page = claire.go(f"/fiche-enfant?enfant={child_id}")
    expect(page.get_by_text("Oncle Indésirable")).to_be_visible()
    expect(page.get_by_text("Noisettes")).to_have_count(0)
    press(claire, "Lire la fiche sanitaire")
    expect(page.get_by_text("Noisettes").first).to_be_visible()
    assert acts("read_health") == 1


def test_a_family_comes_in_by_the_front_door_and_completes_its_file(cast: Cast, visitor: Window) -> None:
    assert cast.claire.id
    assert cast.moreuil.id
    add(FieldRule(section="child", field="school", mode="editable", waits_for_staff=True))
    family, claire = visitor(PHONE), visitor(DESK)
    ask_for_an_account(family)
    approve_it(claire, cast)
    confirm_it(family)
    add_the_child(family)
    fill_in_the_health_sheet(family)
    name_the_people(family)
    answer_the_permissions(family)
    change_the_school(family, claire)
    assert family.errors == claire.errors == []


def test_separated_parents_share_the_child_and_nothing_else(cast: Cast, visitor: Window) -> None:
    assert cast.sami.id
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    cast.invoice(cast.benali, 12_345, date(2026, 1, 20))
    amina, claire, karim = visitor(PHONE), visitor(DESK), visitor(PHONE)
    page = amina.sign_in(cast.amina, "/ma-famille")
    page.get_by_text("L’autre parent vit dans un autre foyer").click()
    page.get_by_text("Sami", exact=True).last.click()
    page.get_by_label("Prénom de l’autre parent *").fill("Karim")
    page.get_by_label("Nom de l’autre parent *", exact=True).fill("Haddou")
    page.get_by_label("E-mail de l’autre parent *").fill("karim@exemple.fr")
    press(amina, "Envoyer la demande")
    told(page, "Votre demande est transmise")

    claire.sign_in(cast.claire, f"/famille?famille={cast.benali.id}")
    press(claire, "Ouvrir l’autre foyer")
    told(claire.page, "L’autre foyer est ouvert")

    page = karim.go(karim.house.post.link("karim@exemple.fr", "", karim.house.address))
    page.get_by_label("Mot de passe", exact=True).fill(GOOD)
    page.get_by_label("Mot de passe, une seconde fois").fill(GOOD)
    press(karim, "Confirmer mon compte")
    told(page, "Votre compte est confirmé.")
    enter(karim, "karim@exemple.fr", GOOD)
    stands(karim, "Famille Haddou")
    expect(page.get_by_text("Rien à payer.")).to_be_visible()

    page = karim.go("/ma-famille")
    expect(page.get_by_text("Sami").first).to_be_visible()
    stands(karim, "Ma famille")
    page = karim.go(f"/fiche-sanitaire?enfant={cast.sami.id}")
    stands(karim, "Fiche sanitaire – Sami")
    page = karim.go(f"/parent?parent={cast.guardian(cast.benali).id}")
    expect(page.get_by_test_id("stAlert")).to_be_visible()
    expect(page.get_by_text("Amina")).to_have_count(0)

    page = amina.go("/espace-famille")
    expect(page.get_by_text("123,45 €")).to_be_visible()
    expect(page.get_by_text("Haddou")).to_have_count(0)
    with reading() as session:
        homes = session.scalars(select(Family.name).order_by(Family.id)).all()
        opened = session.scalars(select(JournalEntry.act).where(JournalEntry.act == "open_home")).all()
    assert homes == ["Benali", "Haddou"]
    assert len(opened) == 1
    assert amina.errors == karim.errors == claire.errors == []

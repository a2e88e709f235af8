"""A morning of the coordinator in a real browser, and what the director reads of it in the journal."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from db.models import Document, DocumentFile, DocumentKind, JournalEntry, Letter, Payment, Seats, StoredFile
from db.session import reading, writing
from domain import clock, documents
from tests.browser.conftest import Visitor
from tests.cast import PASSWORD, WEDNESDAY, Cast, add
from tests.domain.requesting import ask

Window = Callable[..., Visitor]
SLOT_COLUMN, DAY_COLUMN, LINE = 158, 165, 35


@pytest.fixture
def morning(cast: Cast) -> Cast:
    """What waits for Claire: a request, a day with one child, an unpaid invoice, a paper to check and one that is missing."""
    ask("Aubert")
    seats = cast.open_day(cast.mercredi, WEDNESDAY, capacity=10)
    for child, family in ((cast.sami, cast.benali), (cast.lia, cast.lefevre)):
        cast.registration(child, family, cast.mercredi)
    cast.booking(cast.lia, cast.lefevre, seats[0])
    cast.invoice(cast.benali, 12_345, date(2026, 1, 20))
    cast.invoice(cast.lefevre, 4_000, date(2026, 1, 20))
    insurance = add(
        DocumentKind(name="Assurance", subject="child", is_compulsory=True, blocks="booking", validity="school_year", position=1)
    )
    sent = add(
        Document(
            kind_id=insurance.id,
            state="to_check",
            sent_at=clock.now(),
            family_id=cast.benali.id,
            child_id=cast.sami.id,
            sent_by_id=cast.amina.id,
        )
    )
    add(StoredFile(sha256="a" * 64, size=89_800, mime="application/pdf", stored_at=clock.now()))
    add(DocumentFile(document_id=sent.id, sha256="a" * 64, name="assurance.pdf"))
    with writing() as session:
        documents.refresh_all(session)
    _ = cast.claire, cast.denis
    return cast


def count(kind: type[Payment] | type[Letter] | type[JournalEntry], *conditions: object) -> int:
    """How many rows there are."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(kind).where(*conditions)) or 0  # type: ignore[arg-type]


def acts(act: str) -> int:
    """How many lines of the journal tell of an act."""
    return count(JournalEntry, JournalEntry.act == act)


# the second of two clicks may come after the answer to the first, and then has its own
QUICKER = "a été plus rapide|déjà acceptée|déjà décidé"


def told(page: Page, sentence: str | re.Pattern[str]) -> None:
    """Waits for what the house says."""
    expect(page.get_by_test_id("stAlert").filter(has_text=sentence).first).to_be_visible()


def follow(window: Visitor, link: str) -> Page:
    """Opens a screen by the menu."""
    window.page.get_by_test_id("stSidebarNav").get_by_role("link", name=link).click()
    expect(window.page.get_by_role("heading", level=1, name=link)).to_be_visible()
    return window.settle()


def pick(page: Page, *, left: int) -> None:
    """Clicks the first line of the first table, which is painted, by its place; `left` in pixels."""
    page.locator(".stDataFrameGlideDataEditor").first.click(position={"x": left, "y": LINE + LINE // 2})


def lines(page: Page) -> list[str]:
    """The lines of the first table, as a screen reader gets them."""
    read = page.locator("canvas tbody [role=row]")
    read.first.wait_for(state="attached")
    return read.all_text_contents()


def approve_the_account(claire: Visitor, family: Visitor) -> None:
    page = follow(claire, "Comptes à valider")
    page.get_by_role("button", name="Accepter cette demande").dblclick()
    told(page, re.compile(f"La demande est acceptée|{QUICKER}"))
    assert acts("approve_account") == 1

    follow(claire, "Messages envoyés")
    pick(page, left=15)
    link = page.get_by_role("link", name="Ouvrir le lien de ce message").get_attribute("href")
    assert link is not None
    assert link.startswith(family.house.address)

    page = family.go(link.removeprefix(family.house.address))
    assert acts("confirm_family") == 0, "opening the link changes nothing"
    page.get_by_role("button", name="Confirmer mon compte").click()
    told(page, "Votre compte est confirmé.")
    family.settle()
    page.get_by_label("Votre email").fill("nadia.aubert@exemple.fr")
    page.get_by_label("Votre mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", level=1, name="Famille Aubert")).to_be_visible()


def change_a_capacity(claire: Visitor) -> None:
    page = follow(claire, "Capacités")
    pick(page, left=SLOT_COLUMN + DAY_COLUMN // 2)
    expect(page.get_by_role("heading", level=1, name="Mercredi — mercredi 4 mars 2026")).to_be_visible()
    claire.settle()
    page.get_by_role("spinbutton", name="Jauge").first.fill("12")
    page.get_by_role("button", name="Enregistrer la jauge", exact=True).click()
    told(page, "La jauge est modifiée.")
    with reading() as session:
        assert sorted(session.scalars(select(Seats.capacity))) == [10, 10, 10, 10, 10, 12]


def take_a_payment(claire: Visitor) -> None:
    page = follow(claire, "Soldes")
    pick(page, left=15)
    page.get_by_role("link", name="Compte de Benali Amina").click()
    expect(page.get_by_role("heading", level=1, name="Benali")).to_be_visible()
    claire.settle()
    page.get_by_label("Montant reçu (€)").fill("23,45")
    page.get_by_role("button", name="Enregistrer le règlement").dblclick()
    told(page, "Le règlement de 23,45")
    expect(page.get_by_test_id("stMetric").filter(has_text=re.compile(r"100,00\s€")).first).to_be_visible()
    assert count(Payment) == acts("record_payment") == 1


def send_reminders(claire: Visitor) -> None:
    page = follow(claire, "Soldes")
    page.get_by_text("Préparer des relances").click()
    page.get_by_role("button", name="Envoyer 2 relances").dblclick()
    told(page, re.compile("2 relances sont prêtes à partir|2 familles ont déjà reçu une relance aujourd’hui"))
    assert count(Letter, Letter.kind.like("reminder%")) == 2
    page.go_back()
    claire.settle()
    page.go_forward()
    claire.settle()
    assert count(Letter, Letter.kind.like("reminder%")) == 2


def accept_a_paper(claire: Visitor) -> None:
    page = follow(claire, "Dossiers")
    pick(page, left=15)
    page.get_by_role("link", name="Assurance").click()
    page.get_by_role("button", name="Accepter la pièce").dblclick()
    told(page, re.compile(f"La pièce est acceptée|{QUICKER}"))
    assert acts("accept_document") == 1


def test_a_morning_of_the_coordinator_is_in_the_journal(morning: Cast, visitor: Window) -> None:
    claire, family = visitor(), visitor()
    claire.sign_in(morning.claire)
    approve_the_account(claire, family)
    change_a_capacity(claire)
    take_a_payment(claire)
    send_reminders(claire)
    accept_a_paper(claire)

    denis = visitor()
    denis.sign_in(morning.denis)
    follow(denis, "Journal")
    journal = lines(denis.page)
    for done, about in {
        "a accepté un compte": "Demande de compte",
        "a modifié une jauge": "10 → 12",
        "a enregistré un règlement": "23,45",
        "a envoyé une relance": "niveau : — → 1",
        "a accepté une pièce": "à contrôler → accepté",
    }.items():
        assert [line for line in journal if "Claire Dubois" in line and done in line and about in line], (done, journal)
    assert [line for line in journal if "Nadia Aubert" in line and "a ouvert l’espace de la famille" in line], journal
    assert claire.errors == family.errors == denis.errors == []


def test_of_two_coordinators_the_second_is_told_who_decided(morning: Cast, visitor: Window) -> None:
    claire, denis = visitor(), visitor()
    for window, person in ((claire, morning.claire), (denis, morning.denis)):
        window.sign_in(person)
        follow(window, "Comptes à valider")
    claire.page.get_by_role("button", name="Accepter cette demande").click()
    told(claire.page, "La demande est acceptée")
    denis.page.get_by_role("button", name="Accepter cette demande").click()
    told(denis.page, "Claire Dubois")
    assert acts("approve_account") == 1
    assert count(Letter, Letter.kind == "account_approved") == 1

"""A paper from a telephone to the desk and back, in a real browser; and who gets a file by its address."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import APIResponse, Page, expect
from sqlalchemy import select

from db.models import Account, Document, DocumentFile, DocumentKind, Guardian, StoredFile
from db.session import reading, writing
from db.settings import settings
from domain import documents, structure
from domain.intake.paper import Upload
from tests.browser.conftest import PHONE, Visitor
from tests.browser.test_journey import acts, follow, told
from tests.cast import Cast, add
from tests.domain.test_intake import document, photo

Window = Callable[..., Visitor]
ARCHIVE = "/mes-donnees.zip"


@pytest.fixture
def insurance(cast: Cast) -> DocumentKind:
    """Asked for Sami and for Lia."""
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    cast.registration(cast.lia, cast.lefevre, cast.mercredi)
    with writing() as session:
        documents.refresh_all(session)
    return add(
        DocumentKind(name="Assurance (scolaire)", subject="child", is_compulsory=True, blocks="booking", validity="school_year", position=1)
    )


def sent(by: Account, kind: DocumentKind, child_id: int, content: bytes, name: str) -> str:
    """A paper that was sent already: its address."""
    return f"/papiers/{documents.send(by, [Upload(name, content)], kind=kind.id, child_id=child_id).file_id}"


def press(window: Visitor, name: str | re.Pattern[str]) -> Page:
    """Presses a button and waits for the screen that follows."""
    window.page.get_by_role("button", name=name).first.click()
    return window.settle()


def sound(window: Visitor) -> None:
    """Nothing is wrong with the screen that stands, it fits the window, and nothing of it is English."""
    page = window.page
    assert window.axe() == []
    assert window.width() <= (page.viewport_size or {})["width"]
    said = page.get_by_test_id("stMain").inner_text()
    assert not re.findall(r"Upload|Browse|Drag|per file|\d ?MB|Limit|Enter\b", said), said


def choose(page: Page, name: str, mime: str, content: bytes) -> None:
    """Chooses a file as a telephone hands it over, and waits until it has arrived."""
    page.locator("input[type=file]").set_input_files([{"name": name, "mimeType": mime, "buffer": content}])
    page.get_by_test_id("stFileChip").get_by_text(re.compile(r"^\d.* Ko$|^\d+ o$")).wait_for()


def nothing_is_kept() -> bool:
    """Whether neither a row nor a file of the folder tells of a paper."""
    with reading() as session:
        rows = [session.scalars(select(model).limit(1)).all() for model in (Document, DocumentFile, StoredFile)]
    return not any(rows)


def test_a_photo_goes_from_a_telephone_to_the_desk_and_comes_back_accepted(cast: Cast, insurance: DocumentKind, visitor: Window) -> None:
    claire = cast.claire
    sent(cast.bruno, insurance, cast.lia.id, document(), "assurance de Lia.pdf")
    at_home = visitor(PHONE)
    page = at_home.sign_in(cast.amina, "/mes-documents")
    expect(page.get_by_text("1 document obligatoire à envoyer")).to_be_visible()
    sound(at_home)
    press(at_home, "Envoyer")
    expect(page.get_by_role("button", name="Choisir un fichier")).to_be_visible()
    expect(page.get_by_text("10 Mo au plus par fichier")).to_be_visible()
    sound(at_home)
    choose(page, "IMG_2041.jpg", "image/jpeg", photo(900, 1200))
    expect(page.get_by_role("button", name="Retirer IMG_2041.jpg")).to_be_visible()
    sound(at_home)
    press(at_home, "Envoyer le document")
    told(page, "est transmis")
    expect(page.get_by_text("en cours de contrôle")).to_be_visible()
    expect(page.locator("input[type=file]")).to_have_count(0)
    sound(at_home)
    with at_home.context.expect_page() as opening:
        page.get_by_role("link", name="IMG_2041.jpg").click()
    shown = opening.value.locator("img")
    shown.wait_for()
    assert shown.evaluate("picture => [picture.naturalWidth, picture.naturalHeight]") == [900, 1200]
    opening.value.close()

    at_the_desk = visitor()
    page = at_the_desk.sign_in(claire)
    follow(at_the_desk, "Documents à contrôler")
    sound(at_the_desk)
    page.get_by_role("link", name="Sami Benali").click()
    expect(page.get_by_role("heading", level=1, name="Assurance")).to_be_visible()
    at_the_desk.settle()
    picture = page.locator(".paper img")
    expect(picture).to_be_visible()
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 900
    known = page.get_by_test_id("stColumn").filter(has_text="Ce que nous savons")
    expect(known).to_contain_text("Date de naissance : 17/05/2018".replace(" :", "\u00a0:"))
    expect(known).to_contain_text("Famille Benali Amina")
    left, right = (place.bounding_box() or {} for place in (picture, known))
    assert left["x"] + left["width"] <= right["x"], "the paper stands beside the family's data"
    sound(at_the_desk)
    press(at_the_desk, "Accepter la pièce")
    told(page, "La pièce est acceptée.")
    expect(page.get_by_text("Famille Lefèvre Bruno", exact=False).first).to_be_visible()
    assert acts("accept_document") == 1
    press(at_the_desk, "Document suivant")

    page = at_home.go("/mes-documents")
    expect(page.get_by_text("Le dossier est complet.")).to_be_visible()
    page.get_by_text("Sami Benali").click()
    expect(page.get_by_text("accepté", exact=False).first).to_be_visible()
    expect(page.get_by_text("Valable jusqu’au 31/08/2026.")).to_be_visible()
    sound(at_home)
    assert at_home.errors == at_the_desk.errors == []


def test_a_program_that_calls_itself_a_pdf_is_refused_on_the_screen(cast: Cast, insurance: DocumentKind, visitor: Window) -> None:
    at_home = visitor(PHONE)
    page = at_home.sign_in(cast.amina, f"/mes-documents?envoyer={insurance.id}-c{cast.sami.id}")
    press(at_home, "Envoyer le document")
    told(page, "Choisissez d’abord un fichier")
    choose(page, "attestation.pdf", "application/pdf", b"MZ\x90\x00" + b"This program cannot be run in DOS mode." * 99)
    press(at_home, "Envoyer le document")
    told(page, "« attestation.pdf » n’est ni un PDF ni une photo JPEG ou PNG".replace("« ", "«\u00a0").replace(" »", "\u00a0»"))
    sound(at_home)
    assert nothing_is_kept()
    assert not list(settings().files_folder.rglob("*attestation*"))
    page.get_by_role("button", name="Retirer attestation.pdf").click()
    page.locator("input[type=file]").set_input_files(
        [{"name": "virus.exe", "mimeType": "application/octet-stream", "buffer": b"MZ" * 99}],
    )
    expect(page.get_by_role("alert").filter(has_text="Un fichier de cette sorte n’est pas accepté.")).to_be_visible()
    sound(at_home)
    assert nothing_is_kept()
    assert at_home.errors == []


def test_a_paper_is_given_to_its_own_family_and_to_the_staff_of_its_site_only(cast: Cast, insurance: DocumentKind, visitor: Window) -> None:
    helene, far = cast.helene, cast.account("Nadia", "Loin", "coordinator", cast.ailly)
    picture, words = photo(), document()
    address = sent(cast.amina, insurance, cast.sami.id, picture, "Carte d’été.jpg")
    of_bruno = sent(cast.bruno, insurance, cast.lia.id, words, "lia.pdf")
    people = {who.first_name: visitor() for who in (cast.amina, cast.bruno, cast.claire, far)}
    for who in (cast.amina, cast.bruno, cast.claire, far):
        people[who.first_name].sign_in(who)
    people["nobody"] = visitor()

    def get(name: str, path: str) -> APIResponse:
        return people[name].context.request.get(people[name].house.address + path)

    for name, path, mime, disposition in (
        ("Amina", address, "image/jpeg", "inline; filename=\"Carte d__t_.jpg\"; filename*=UTF-8''Carte%20d%E2%80%99%C3%A9t%C3%A9.jpg"),
        ("Claire", of_bruno, "application/pdf", "inline; filename=\"lia.pdf\"; filename*=UTF-8''lia.pdf"),
    ):
        answer = get(name, path)
        assert answer.status == 200
        assert answer.headers["content-type"] == mime
        assert answer.headers["content-disposition"] == disposition
        protected(answer)
        assert ("sandbox" in answer.headers["content-security-policy"]) == (mime == "image/jpeg")
    assert Image.open(io.BytesIO(get("Amina", address).body())).size == (300, 200)
    assert get("Claire", address).body() == get("Amina", address).body()

    absent = get("Amina", "/papiers/999999")
    refusals = [
        absent,
        get("Bruno", address),
        get("Amina", of_bruno),
        get("Nadia", address),
        get("nobody", address),
        get("nobody", "/papiers/999999"),
        get("Amina", f"/papiers/{2**40}"),
    ]
    with writing() as session:
        structure.change_setting(session, helene, "second_factor_required_of_staff", True)
    refusals.append(get("Claire", address))
    assert [answer.status for answer in refusals] == [404] * 8
    assert all(answer.body() == absent.body() for answer in refusals), "nobody learns which papers there are"
    assert "Cette page n’existe pas" in absent.text()
    assert {answer.headers["content-type"] for answer in refusals} == {"text/html; charset=utf-8"}
    assert get("Amina", address).status == 200


def protected(answer: APIResponse) -> None:
    """No cache keeps it, no browser guesses what it is, and it can load and send nothing."""
    headers = answer.headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy


def test_the_archive_of_a_family_holds_its_own_data_only(cast: Cast, insurance: DocumentKind, visitor: Window) -> None:
    sent(cast.amina, insurance, cast.sami.id, photo(), "assurance de Sami.jpg")
    sent(cast.bruno, insurance, cast.lia.id, document(), "assurance de Lia.pdf")
    with reading() as session:
        others: list[Any] = [*session.scalars(select(Guardian).where(Guardian.family_id == cast.lefevre.id))]
    secrets = ["Lefèvre", "Lef\\u00e8vre", "Lia", *(str(value) for one in others for value in (one.email, one.phone_mobile))]

    amina, bruno, claire, nobody = visitor(), visitor(), visitor(), visitor()
    for window, who in ((amina, cast.amina), (bruno, cast.bruno), (claire, cast.claire)):
        window.sign_in(who)
    refused = [window.context.request.get(window.house.address + ARCHIVE) for window in (nobody, claire)]
    assert [answer.status for answer in refused] == [404, 404]
    assert refused[0].body() == refused[1].body()
    assert b"PK" not in refused[0].body()[:4]

    answer = amina.context.request.get(amina.house.address + ARCHIVE)
    assert (answer.status, answer.headers["content-type"], answer.headers["cache-control"]) == (200, "application/zip", "no-store")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == 'attachment; filename="mes-donnees-2026-03-02.zip"'
    archive = zipfile.ZipFile(io.BytesIO(answer.body()))
    assert archive.testzip() is None
    (paper,) = [name for name in archive.namelist() if name.endswith("assurance de Sami.jpg")]
    assert Image.open(io.BytesIO(archive.read(paper))).size == (300, 200)
    whole = "\n".join([*archive.namelist(), *(archive.read(name).decode() for name in archive.namelist() if name != paper)])
    assert "Sami" in whole
    assert [secret for secret in secrets if secret in whole] == []
    assert json.loads(archive.read("donnees.json"))["papers_sent"]

    theirs = zipfile.ZipFile(io.BytesIO(bruno.context.request.get(bruno.house.address + ARCHIVE).body()))
    assert [name for name in theirs.namelist() if name.endswith("assurance de Lia.pdf")]
    assert not [name for name in theirs.namelist() if "Sami" in name]
    assert acts("export_data") == 2

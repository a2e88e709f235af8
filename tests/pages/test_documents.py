"""Mes documents, the desk's side of it, and the queue of papers to check."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from db.models import Account, Document, DocumentKind
from db.session import reading, writing
from db.settings import settings
from domain import clock, documents
from domain.intake.paper import Upload
from tests.cast import Cast, add
from tests.domain.test_intake import document, photo, script_when_opened
from tests.pages.conftest import Screens

Arrive = Callable[[Account], Screens]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A files folder of the test's own."""
    monkeypatch.setattr(settings(), "files_folder", tmp_path / "files")
    return tmp_path / "files"


@pytest.fixture
def insurance(cast: Cast) -> DocumentKind:
    """Asked for Sami and Lia; an attestation of the family is optional."""
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    cast.registration(cast.lia, cast.lefevre, cast.mercredi)
    optional = {"is_compulsory": False, "blocks": "nothing", "validity": "for_ever"}
    add(DocumentKind(name="Attestation CAF", subject="family", position=2, **optional))
    return add(DocumentKind(name="Assurance", subject="child", is_compulsory=True, blocks="booking", validity="school_year", position=1))


def press(screens: Screens, label: str) -> Screens:
    """Presses the button of a name."""
    next(button for button in screens.button if button.label == label).click().run()
    return screens


def send(screens: Screens, *files: tuple[str, bytes, str]) -> Screens:
    """Puts files into the open form and sends them."""
    chooser = screens.get("file_uploader")[0]
    chooser.upload([*files]) if len(files) > 1 else chooser.upload(*files[0])
    return press(screens, "Envoyer le document")


def sent(by: Account, kind: DocumentKind, child_id: int, content: bytes = b"") -> documents.Sent:
    """A paper that was sent already."""
    return documents.send(by, [Upload("assurance.pdf", content or document())], kind=kind.id, child_id=child_id)


def kept() -> list[Document]:
    """All papers, in the order of their sending."""
    with reading() as session:
        return list(session.scalars(select(Document).order_by(Document.id)))


def badges(screens: Screens) -> str:
    """What the small labels say."""
    return screens.words()


# -- the family -------------------------------------------------------------------------------------------------------------------


def test_the_family_sees_what_is_asked_of_each_person(cast: Cast, insurance: DocumentKind, sign_in_as: Arrive) -> None:
    screens = sign_in_as(cast.amina).open("family/documents")
    told = screens.words()
    assert screens.title[0].value == "Mes documents"
    assert "1 document obligatoire à envoyer" in told
    assert [expander.label for expander in screens.expander] == [
        "**La famille** – rien à envoyer",
        "**Sami Benali** – 1 document à envoyer",
    ]
    assert "Aucun document transmis. Sans ce document, la réservation n’est pas possible." in told
    assert "facultatif, non transmis" in told
    assert "Lia" not in told


def test_one_click_opens_the_form_and_a_photo_is_sent(cast: Cast, insurance: DocumentKind, sign_in_as: Arrive) -> None:
    screens = sign_in_as(cast.amina).open("family/documents")
    screens.button(key=f"open-{insurance.id}-c{cast.sami.id}").click().run()
    send(screens, ("IMG_2041.jpg", photo(), "image/jpeg"))
    assert [done.value for done in screens.success] == [
        "«\xa0Assurance\xa0» est transmis. La structure va le contrôler et vous préviendra si quelque chose ne va pas."
    ]
    told = screens.words()
    assert "1 document transmis le 02/03/2026 à 12:00" in told
    assert "en cours de contrôle" in told
    assert "Tout ce qui est obligatoire est transmis\xa0; la structure le contrôle." in told
    assert not screens.get("file_uploader")
    (paper,) = kept()
    assert (paper.state, paper.child_id, paper.family_id) == ("to_check", cast.sami.id, cast.benali.id)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("facture.pdf", b"MZ\x90" + bytes(300), "n’est ni un PDF ni une photo"),
        ("facture.pdf", document(script_when_opened), "contient un script"),
        ("facture.pdf", b"", "est vide"),
        ("facture.png", photo(kind="PNG")[:300], "ne peut pas être lu"),
    ],
)
def test_a_wrong_file_gets_a_sentence_and_changes_nothing(
    cast: Cast, insurance: DocumentKind, sign_in_as: Arrive, name: str, content: bytes, told: str
) -> None:
    screens = sign_in_as(cast.amina).open("family/documents", envoyer=f"{insurance.id}-c{cast.sami.id}")
    send(screens, (name, content, "application/pdf"))
    (refusal,) = screens.error
    assert told in refusal.value
    assert screens.get("file_uploader")
    assert kept() == []


def test_nothing_chosen_is_told_in_its_place(cast: Cast, insurance: DocumentKind, sign_in_as: Arrive) -> None:
    screens = sign_in_as(cast.amina).open("family/documents", envoyer=f"{insurance.id}-c{cast.sami.id}")
    press(screens, "Envoyer le document")
    assert "Choisissez d’abord un fichier" in screens.error[0].value


def test_a_refused_paper_tells_why_and_an_accepted_one_asks_nothing(cast: Cast, insurance: DocumentKind, sign_in_as: Arrive) -> None:
    first, claire = sent(cast.amina, insurance, cast.sami.id), cast.claire
    with writing() as session:
        documents.refuse(session, claire, first.document_id, "La photo est floue.")
    screens = sign_in_as(cast.amina).open("family/documents")
    assert "Motif du refus\xa0: La photo est floue\\." in screens.words()
    second = sent(cast.amina, insurance, cast.sami.id)
    with writing() as session:
        documents.accept(session, claire, second.document_id)
    told = screens.open("family/documents").words()
    assert "Valable jusqu’au 31/08/2026." in told
    assert "Le dossier est complet." in told
    assert [expander.label for expander in screens.expander][1] == "**Sami Benali** – rien à envoyer"


def test_a_paper_that_ends_soon_is_asked_for_and_the_old_one_stays_valid(cast: Cast, insurance: DocumentKind, sign_in_as: Arrive) -> None:
    first, claire = sent(cast.amina, insurance, cast.sami.id), cast.claire
    with writing() as session:
        documents.accept(session, claire, first.document_id)
        session.get_one(Document, first.document_id).valid_until_on = clock.today().replace(day=20)
    screens = sign_in_as(cast.amina).open("family/documents", envoyer=f"{insurance.id}-c{cast.sami.id}")
    assert "à renouveler" in screens.words()
    send(screens, ("neuve.pdf", document(), "application/pdf"))
    assert "Le précédent reste valable jusqu’au contrôle du nouveau." in screens.success[0].value
    assert "Un plus récent est en cours de contrôle." in screens.words()
    assert [paper.is_current for paper in kept()] == [True, False]


def test_a_paper_that_nobody_asked_for_can_be_sent(cast: Cast, insurance: DocumentKind, sign_in_as: Arrive) -> None:
    home = add(
        DocumentKind(name="Passeport", subject="guardian", is_active=True, is_compulsory=False, blocks="nothing", validity="for_ever")
    )
    brother = cast.child(cast.benali, "Nabil")
    screens = sign_in_as(cast.amina).open("family/documents", autre=insurance.id)
    send(screens, ("a.pdf", document(), "application/pdf"))
    assert kept()[0].child_id == brother.id
    screens.open("family/documents", autre=home.id + 1_000)
    assert not screens.get("file_uploader")


def test_foreign_forms_in_the_address_open_nothing(cast: Cast, insurance: DocumentKind, sign_in_as: Arrive) -> None:
    screens = sign_in_as(cast.amina)
    for code in (f"{insurance.id}-c{cast.lia.id}", f"{insurance.id}-f", "999-c1", "x", f"{insurance.id}-c" + "9" * 40):
        screens.open("family/documents", envoyer=code)
        assert not screens.get("file_uploader")
        assert not screens.exception


# -- the staff --------------------------------------------------------------------------------------------------------------------


def test_the_desk_photographs_what_a_family_brings(cast: Cast, insurance: DocumentKind, sign_in_as: Arrive) -> None:
    screens = sign_in_as(cast.claire).open("staff/family_documents", famille=cast.benali.id, envoyer=f"{insurance.id}-c{cast.sami.id}")
    send(screens, ("recto.jpg", photo(), "image/jpeg"))
    (paper,) = kept()
    assert (paper.family_id, paper.sent_by_id) == (cast.benali.id, cast.claire.id)
    elsewhere = cast.family("Ailleurs", "Zoé", site=cast.ailly)
    for number in (elsewhere.id, 999_999, "x"):
        screens.open("staff/family_documents", famille=number)
        assert len(screens.error) == 1
        assert "Ailleurs" not in screens.words()


def test_the_queue_leads_from_one_paper_to_the_next(cast: Cast, insurance: DocumentKind, sign_in_as: Arrive) -> None:
    first, second = sent(cast.amina, insurance, cast.sami.id), sent(cast.bruno, insurance, cast.lia.id)
    screens = sign_in_as(cast.claire).open("staff/documents_to_check")
    assert "Contrôler 2 documents" in [button.label for button in screens.button]
    assert "Ailleurs" not in screens.words()
    screens.open("staff/document", piece=first.document_id, file=1)
    assert "Sami Benali" in screens.words()
    press(screens, "Accepter la pièce")
    assert [done.value for done in screens.success] == ["La pièce est acceptée."]
    assert "Lia Lefèvre" in screens.words()
    assert screens.query_params["piece"] == str(second.document_id)
    screens.radio(key=f"paper-reason-{second.document_id}").set_value("A page is missing.")
    press(screens, "Refuser la pièce")
    assert [paper.state for paper in kept()] == ["accepted", "refused"]
    assert "Tous les documents sont contrôlés." in screens.open("staff/documents_to_check").words()


def test_the_queue_holds_what_the_person_sees(cast: Cast, insurance: DocumentKind, sign_in_as: Arrive) -> None:
    elsewhere = cast.family("Ailleurs", "Zoé", site=cast.ailly)
    child = cast.child(elsewhere, "Ugo")
    hidden = sent(cast.parent(elsewhere), insurance, child.id)
    screens = sign_in_as(cast.claire).open("staff/documents_to_check")
    assert "Tous les documents sont contrôlés." in screens.words()
    assert "Contrôler 1 document" in [button.label for button in sign_in_as(cast.denis).open("staff/documents_to_check").button]
    assert len(screens.open("staff/document", piece=hidden.document_id, file=1).error) == 1


def test_what_is_known_stands_beside_the_paper(cast: Cast, insurance: DocumentKind, sign_in_as: Arrive) -> None:
    paper = sent(cast.amina, insurance, cast.sami.id)
    told = sign_in_as(cast.claire).open("staff/document", piece=paper.document_id).words()
    assert "Ce que nous savons" in told
    assert "17/05/2018" in told
    assert "amina\\.benali" in told
    assert "assurance\\.pdf" in told

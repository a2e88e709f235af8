"""Dossiers: looking for what is missing, deciding of a paper, reminding the families."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from db.models import Account, Document, DocumentFile, DocumentKind, JournalEntry, Letter, StoredFile
from db.session import reading, writing
from domain import clock, documents
from tests.cast import WEDNESDAY, Cast, add
from tests.pages.conftest import Screens


def unfinished(cast: Cast) -> Document:
    """Benali sent an insurance that waits, and lack an address; Lefèvre sent nothing. Gives the insurance."""
    add(DocumentKind(name="Domicile", subject="family", is_compulsory=True, blocks="booking", validity="for_ever", position=1))
    insurance = add(
        DocumentKind(name="Assurance", subject="child", is_compulsory=True, blocks="booking", validity="school_year", position=2)
    )
    add(DocumentKind(name="Attestation CAF", subject="family", is_compulsory=False, blocks="nothing", validity="for_ever", position=3))
    for child, family in ((cast.sami, cast.benali), (cast.lia, cast.lefevre)):
        cast.registration(child, family, cast.mercredi)
    about = {"family_id": cast.benali.id, "child_id": cast.sami.id, "sent_by_id": cast.amina.id}
    sent = add(Document(kind_id=insurance.id, state="to_check", sent_at=clock.now(), **about))
    add(StoredFile(sha256="a" * 64, size=89_800, mime="application/pdf", stored_at=clock.now()))
    add(DocumentFile(document_id=sent.id, sha256="a" * 64, name="assurance.pdf"))
    with writing() as session:
        documents.refresh_all(session)
    return sent


def rows(screens: Screens) -> list[dict[str, Any]]:
    """The matrix as it is sent to the browser."""
    return json.loads(screens.dataframe[0].value.to_json(orient="records")) if screens.dataframe else []


def test_the_matrix_tells_what_each_family_has_sent(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    unfinished(cast)
    screens = sign_in_as(cast.claire).open("staff/files")
    benali, lefevre = rows(screens)
    assert (benali["Famille"], benali["Domicile"], benali["Assurance"]) == ("Benali Amina", "○ manquante", "◔ à contrôler")
    assert (lefevre["Famille"], lefevre["Assurance"]) == ("Lefèvre Bruno", "○ manquante")
    assert benali["Fournies"].replace("\u202f", " ") == "0/2 · 0 %"
    assert "Attestation CAF" not in benali
    assert "Attestation CAF" in rows(screens.open("staff/files", obligatoires=0))[0]


def test_a_page_past_the_end_of_the_files_shows_the_last_one(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    unfinished(cast)
    assert len(rows(sign_in_as(cast.claire).open("staff/files", page=9))) == 2


def test_filters_live_in_the_address(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    unfinished(cast)
    cast.booking(cast.lia, cast.lefevre, cast.open_day(cast.mercredi, WEDNESDAY)[0])
    screens = sign_in_as(cast.claire)

    def seen(**chosen: Any) -> list[str]:
        return [row["Famille"] for row in rows(screens.open("staff/files", **chosen))]

    assert seen(etat="to_check") == ["Benali Amina"]
    assert seen(jours=7) == ["Lefèvre Bruno"]
    assert seen(site=cast.moreuil.id, activite=cast.mercredi.id, tri="missing") == ["Lefèvre Bruno", "Benali Amina"]
    assert seen(etat="refused") == []
    assert "Aucun dossier ne répond à ce choix." in screens.words()
    assert seen(etat="nonsense", site="x", jours=99, nature=-1) == ["Benali Amina", "Lefèvre Bruno"]


def test_reading_an_ordinary_paper_takes_no_turn_to_write_and_a_health_paper_is_noted(
    cast: Cast, sign_in_as: Callable[[Account], Screens]
) -> None:
    ordinary, claire = unfinished(cast), cast.claire
    vaccines = add(
        DocumentKind(name="Vaccins", subject="child", is_health=True, blocks="nothing", is_compulsory=False, validity="for_ever")
    )
    about = {"family_id": cast.benali.id, "child_id": cast.sami.id, "sent_by_id": cast.amina.id}
    health = add(Document(kind_id=vaccines.id, state="to_check", sent_at=clock.now(), **about))
    screens = sign_in_as(claire)
    turns: list[bool] = []

    def turn(session: Session) -> None:
        turns.extend([True] if session.get_bind().get_execution_options().get("write") else [])

    event.listen(Session, "before_commit", turn)
    assert screens.open("staff/document", piece=ordinary.id).title[0].value == "Assurance"
    event.remove(Session, "before_commit", turn)
    assert turns == []
    assert screens.open("staff/document", piece=health.id).title[0].value == "Vaccins"
    with reading() as session:
        assert session.scalars(select(JournalEntry.act)).all() == ["open_document"]


def test_a_paper_is_read_and_accepted_until_the_end_of_the_school_year(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    sent = unfinished(cast)
    screens = sign_in_as(cast.claire).open("staff/document", piece=sent.id)
    told = screens.words()
    assert screens.title[0].value == "Assurance"
    assert "assurance\\.pdf" in told
    assert "87,7 Ko" in told
    assert "Sami Benali" in told
    assert "31 août 2026" in told
    next(button for button in screens.button if button.label == "Accepter la pièce").click().run()
    assert [done.value for done in screens.success] == ["La pièce est acceptée."]
    assert not [button for button in screens.button if button.label == "Accepter la pièce"]
    with reading() as session:
        assert session.get_one(Document, sent.id).state == "accepted"


def test_a_paper_is_refused_with_a_ready_reason_and_not_without(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    sent = unfinished(cast)
    screens = sign_in_as(cast.claire).open("staff/document", piece=sent.id)
    refuse = lambda: next(button for button in screens.button if button.label == "Refuser la pièce").click().run()  # noqa: E731
    refuse()
    assert [error.value for error in screens.error] == ["Veuillez remplir ce champ\xa0: Motif."]
    screens.radio(key=f"paper-reason-{sent.id}").set_value("A page is missing.")
    refuse()
    assert [done.value for done in screens.success] == ["La pièce est refusée, et la famille en connaît la raison."]
    with reading() as session:
        assert session.get_one(Document, sent.id).refusal_reason == "Il manque une page."
        assert session.scalars(select(Letter.kind)).all() == ["document_refused"]


def test_the_second_coordinator_is_told_who_decided(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    sent = unfinished(cast)
    claire, late = cast.claire, sign_in_as(cast.denis).open("staff/document", piece=sent.id)
    with writing() as session:
        documents.accept(session, claire, sent.id)
    next(button for button in late.button if button.label == "Accepter la pièce").click().run()
    assert "Claire Dubois" in late.error[0].value


def test_a_paper_out_of_sight_does_not_exist(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    elsewhere = cast.family("Ailleurs", "Zoé", site=cast.ailly)
    home = add(DocumentKind(name="Domicile", subject="family", is_compulsory=True, blocks="booking", validity="for_ever"))
    hidden = add(Document(kind_id=home.id, family_id=elsewhere.id, state="to_check", sent_at=clock.now()))
    screens = sign_in_as(cast.claire)
    for asked in (hidden.id, 999, "x", "9" * 30):
        screens.open("staff/document", piece=asked)
        assert len(screens.error) == 1
        assert "Ailleurs" not in screens.words()


def test_reminders_are_read_before_they_are_sent_and_not_sent_twice(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    unfinished(cast)
    screens = sign_in_as(cast.claire).open("staff/files", relance=1)
    assert "2 familles recevraient un message." in screens.words()
    assert "– Domicile" in screens.words()
    next(button for button in screens.button if button.label == "Envoyer 2 messages").click().run()
    assert [done.value for done in screens.success] == ["2 familles ont reçu un message."]
    with reading() as session:
        assert sorted(session.scalars(select(Letter.to_email))) == sorted([cast.amina.email, cast.bruno.email])
        assert set(session.scalars(select(JournalEntry.act))) == {"remind_documents"}
    screens.open("staff/files", relance=1)
    assert "Déjà relancées aujourd’hui" in screens.words()
    send = next(button for button in screens.button if button.label.startswith("Envoyer"))
    assert send.disabled


def test_complete_files_are_told_calmly(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    assert "Tous les dossiers sont complets." in sign_in_as(cast.claire).open("staff/files").words()

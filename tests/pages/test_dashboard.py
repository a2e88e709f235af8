"""The first screen of the morning, as each role reads it."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from db.models import Account, Document, DocumentKind
from db.session import writing
from domain import clock, documents
from tests.cast import WEDNESDAY, Cast, add
from tests.pages.conftest import Screens

TODAY = date(2026, 3, 2)


def busy(cast: Cast) -> None:
    """A paper waits, Sami comes on Wednesday, and something is overdue."""
    home = add(DocumentKind(name="Domicile", subject="family", is_compulsory=True, blocks="booking", validity="for_ever"))
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    cast.booking(cast.sami, cast.benali, cast.open_day(cast.mercredi, WEDNESDAY, capacity=1)[0])
    add(Document(kind_id=home.id, family_id=cast.benali.id, state="to_check", sent_at=clock.now()))
    cast.invoice(cast.benali, 12_345, TODAY - timedelta(days=10))
    with writing() as session:
        documents.refresh_all(session)


def figures(screens: Screens) -> dict[str, str]:
    """What the tiles say."""
    return {metric.label: metric.value.replace("\u202f", " ").replace("\xa0", " ") for metric in screens.metric}


def test_a_coordinator_reads_what_waits_and_how_full_the_days_are(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    busy(cast)
    screens = sign_in_as(cast.claire).open("staff/dashboard")
    assert screens.title[0].value == "Bonjour Claire"
    assert figures(screens) == {
        "Pièces à contrôler": "1",
        "Dossiers à compléter d’ici 7 jours": "1",
        "En tout": "123,45 €",
        "De 1 à 30 jours de retard": "123,45 €",
    }
    table = next(html.body for html in screens.get("html") if "<table>" in html.body)
    assert "mer. 4 mars" in table
    assert "17" in table
    assert f"jour={WEDNESDAY}" in table
    read = re.sub(r"<[^>]*>", "|", table)
    for told in ("Moreuil, mercredi 4 mars 2026, ", "17\u202f%", "○ 5 libres", "1 groupe complet"):
        assert told in read
    assert any("retard=late" in link.proto.query_string for link in screens.get("page_link"))


def test_a_cashier_reads_money_alone(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    busy(cast)
    screens = sign_in_as(cast.farid).open("staff/dashboard")
    assert set(figures(screens)) == {"En tout", "De 1 à 30 jours de retard"}
    assert [heading.value for heading in screens.subheader] == ["En retard de paiement"]


def test_a_leader_reads_the_seats_of_the_next_day_alone(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    busy(cast)
    cast.open_day(cast.mercredi, WEDNESDAY + timedelta(weeks=1))
    screens = sign_in_as(cast.gaelle).open("staff/dashboard")
    assert figures(screens) == {}
    table = next(html.body for html in screens.get("html") if "<table>" in html.body)
    assert "4 mars" in table
    assert "11 mars" not in table


def test_an_empty_morning_is_told_calmly(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    screens = sign_in_as(cast.denis).open("staff/dashboard")
    told = screens.words()
    for sentence in ("Rien n’attend.", "Aucune journée n’est ouverte", "Rien n’est en retard de paiement."):
        assert sentence in told
    assert figures(screens) == {}

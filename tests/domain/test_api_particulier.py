"""The client of the API Particulier against a server of ours that answers as the documentation says, over real HTTP."""

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog
from sqlalchemy import select

from db.models import FamilyQuotient, Guardian, JournalEntry
from db.session import _House, reading, writing
from db.settings import settings
from domain.families import quotient
from domain.families.quotient import Birth, fetching, providers
from domain.families.quotient.providers import ApiParticulier, Identity
from domain.refusals import Incomplete, NotAllowed, Refusal
from tests.cast import Cast

TOKEN, SIRET = "token-of-the-tests", "20007096900013"
BORN = date(1988, 4, 9)
AMINA = Identity("Benali", ("Amina", "Rose"), BORN, "F", town="Amiens", department="80")


def answered(**change: Any) -> dict[str, Any]:
    """The body of a 200, as the documentation shows it."""
    quotient_familial = {"fournisseur": "CNAF", "valeur": 720, "annee": 2026, "mois": 2, "annee_calcul": 2026, "mois_calcul": 2} | change
    person = {"nom_naissance": "BENALI", "nom_usage": None, "prenoms": "AMINA ROSE", "date_naissance": BORN.isoformat(), "sexe": "F"}
    address = {"numero_libelle_voie": "1 RUE DES LILAS", "code_postal_ville": "80110 MOREUIL"}
    data = {"quotient_familial": quotient_familial, "allocataires": [person], "enfants": [], "adresse": address}
    return {"data": data, "links": {}, "meta": {}}


@dataclass
class Counter:
    """The server: what it answers next, and what it was asked."""

    status: int = 200
    body: Any = field(default_factory=answered)
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    inside_a_transaction: list[bool] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    waits: bool = False
    address: str = ""


@pytest.fixture
def counter() -> Iterator[Counter]:
    """The fake API, listening."""
    told = Counter()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            told.asked.append(parse_qs(parts.query) | {"path": [parts.path], "token": [self.headers.get("Authorization", "")]})
            told.inside_a_transaction.append(_House.gate._free != 1 and _House.gate._free != 4)
            if told.waits:
                told.held.wait(20)
            body = told.body if isinstance(told.body, bytes) else json.dumps(told.body).encode()
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(body)))
            if told.status == 302:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    told.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield told
    told.held.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def api(counter: Counter) -> ApiParticulier:
    """The client of the house, pointed at the fake."""
    return ApiParticulier(counter.address, TOKEN, SIRET)


@pytest.fixture
def amina(cast: Cast) -> Any:
    """Amina, whose sheet has her day of birth."""
    person, sheet = cast.amina, cast.guardian(cast.benali)
    with writing() as session:
        guardian = session.get_one(Guardian, sheet.id)
        guardian.born_on, guardian.civility = BORN, "mrs"
    return person


BIRTH = Birth("Benali", "Amina Rose", "Amiens", "80")


def test_the_quotient_of_an_identity_is_read(api: ApiParticulier, counter: Counter) -> None:
    told = api.quotient(AMINA)
    assert (told.value_cents, told.month_on) == (72_000, date(2026, 2, 1))
    assert counter.asked == [
        {
            "path": ["/v3/dss/quotient_familial/identite"],
            "token": [f"Bearer {TOKEN}"],
            "recipient": [SIRET],
            "nomNaissance": ["BENALI"],
            "prenoms[]": ["AMINA", "ROSE"],
            "anneeDateNaissance": ["1988"],
            "moisDateNaissance": ["4"],
            "jourDateNaissance": ["9"],
            "sexeEtatCivil": ["F"],
            "codeCogInseePaysNaissance": ["99100"],
            "nomCommuneNaissance": ["Amiens"],
            "codeCogInseeDepartementNaissance": ["80"],
        }
    ]


def test_a_place_known_by_its_code_is_asked_by_it(api: ApiParticulier, counter: Counter) -> None:
    api.quotient(Identity("Benali", ("Amina",), BORN, None, place_code="80021"))
    assert counter.asked[0]["codeCogInseeCommuneNaissance"] == ["80021"]
    assert {"nomCommuneNaissance", "sexeEtatCivil"} & set(counter.asked[0]) == set()


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (404, providers.QuotientUnknown),
        (422, providers.PersonUnknown),
        (400, providers.PersonUnknown),
        (401, providers.ProviderRefuses),
        (403, providers.ProviderRefuses),
        (429, providers.ProviderBusy),
        (500, providers.ProviderDown),
        (502, providers.ProviderDown),
        (503, providers.ProviderDown),
        (504, providers.ProviderDown),
        (302, providers.ProviderDown),
    ],
)
def test_every_answer_that_is_documented_has_its_refusal(
    api: ApiParticulier, counter: Counter, status: int, refusal: type[Refusal]
) -> None:
    counter.status, counter.body = status, {"errors": [{"code": "37003", "title": "Entité non trouvée", "detail": "…"}]}
    with pytest.raises(refusal):
        api.quotient(AMINA)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>maintenance</html>",
        b"",
        b"[]",
        {"data": {}},
        answered(valeur=None),
        answered(valeur="720"),
        answered(mois=13),
        answered(annee=None),
        b'{"data": ' + b" " * 600_000 + b"}",
    ],
)
def test_an_answer_that_cannot_be_read_counts_as_no_answer(api: ApiParticulier, counter: Counter, body: Any) -> None:
    counter.body = body
    with pytest.raises(providers.ProviderDown):
        api.quotient(AMINA)


@pytest.mark.parametrize("value", [-1, 10_000_000])
def test_a_value_beyond_measure_is_refused_as_if_it_were_typed(api: ApiParticulier, counter: Counter, value: int) -> None:
    counter.body = answered(valeur=value)
    with pytest.raises(quotient.WrongQuotient):
        api.quotient(AMINA)


def test_the_quotient_of_somebody_else_is_not_taken(api: ApiParticulier, counter: Counter) -> None:
    counter.body["data"]["allocataires"][0]["date_naissance"] = "1970-01-01"
    with pytest.raises(providers.AnotherPerson):
        api.quotient(AMINA)


def test_nobody_at_the_other_end_is_told_calmly() -> None:
    with pytest.raises(providers.ProviderDown) as refused:
        ApiParticulier("http://127.0.0.1:1", TOKEN, SIRET).quotient(AMINA)
    assert refused.value.__cause__ is None


def test_an_answer_that_never_comes_is_not_waited_for(api: ApiParticulier, counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    counter.waits = True
    monkeypatch.setattr(providers, "_WAIT", (0.5, 0.2))
    with pytest.raises(providers.ProviderDown):
        api.quotient(AMINA)


def test_nothing_of_the_identity_is_logged(api: ApiParticulier, counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as lines:
        api.quotient(AMINA)
        counter.status = 404
        with pytest.raises(providers.QuotientUnknown):
            api.quotient(AMINA)
        with pytest.raises(providers.ProviderDown):
            ApiParticulier("http://127.0.0.1:1", TOKEN, SIRET).quotient(AMINA)
    written = (caplog.text + json.dumps(lines)).upper()
    assert len(lines) == 2
    assert [word for word in ("BENALI", "AMINA", "1988", "AMIENS", TOKEN.upper()) if word in written] == []


def test_a_parent_has_the_quotient_fetched_and_it_counts(cast: Cast, amina: Any, api: ApiParticulier, counter: Counter) -> None:
    quotient.fetch(amina, BIRTH, provider=api)
    with reading() as session:
        row = quotient.current(session, cast.benali.id)
        acts = list(session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)))
        told = json.dumps([[entry.changes, entry.reason] for entry in session.scalars(select(JournalEntry))])
    assert row is not None
    assert (row.value_cents, row.source, row.month_on) == (72_000, "api", date(2026, 2, 1))
    assert acts == ["ask_quotient", "fetch_quotient"]
    assert counter.inside_a_transaction == [False]
    assert [word for word in ("Amiens", "Rose", "720") if word in told] == []


def test_what_the_provider_refuses_changes_nothing(cast: Cast, amina: Any, api: ApiParticulier, counter: Counter) -> None:
    counter.status = 404
    with pytest.raises(providers.QuotientUnknown):
        quotient.fetch(amina, BIRTH, provider=api)
    with reading() as session:
        assert session.scalars(select(FamilyQuotient)).all() == []


def test_who_is_no_parent_has_nothing_fetched(cast: Cast, api: ApiParticulier, counter: Counter) -> None:
    for nobody in (cast.claire, None):
        with pytest.raises(NotAllowed):
            quotient.fetch(nobody, BIRTH, provider=api)
    assert counter.asked == []


def test_without_a_day_of_birth_nothing_is_asked(cast: Cast, api: ApiParticulier, counter: Counter) -> None:
    with pytest.raises(Incomplete):
        quotient.fetch(cast.amina, BIRTH, provider=api)
    assert counter.asked == []


def test_identities_are_not_tried_one_after_the_other(cast: Cast, amina: Any, api: ApiParticulier, counter: Counter) -> None:
    counter.status = 422
    for _ in range(fetching.MOST_A_DAY):
        with pytest.raises(providers.PersonUnknown):
            quotient.fetch(amina, BIRTH, provider=api)
    with pytest.raises(quotient.AskedTooOften):
        quotient.fetch(amina, BIRTH, provider=api)
    assert len(counter.asked) == fetching.MOST_A_DAY


def test_without_a_token_it_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not quotient.is_offered()
    monkeypatch.setenv("API_PARTICULIER_TOKEN", TOKEN)
    monkeypatch.setenv("API_PARTICULIER_SIRET", SIRET)
    settings.cache_clear()
    try:
        assert quotient.is_offered()
    finally:
        monkeypatch.undo()
        settings.cache_clear()

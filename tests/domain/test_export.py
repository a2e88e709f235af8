"""A family takes its data away: all of its own, nothing of the other home, nothing for anybody else; and its consents."""

import asyncio
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select
from starlette.applications import Starlette

from db import storage
from db.models import (
    Account,
    Connection,
    Consent,
    ConsentText,
    Document,
    DocumentFile,
    DocumentKind,
    FamilyChild,
    Guardian,
    HealthRecord,
    JournalEntry,
    Permission,
    PickupPerson,
    SignInSession,
    StoredFile,
)
from db.sealing import seal
from db.session import reading, writing
from domain import accounts, clock, privacy
from domain.accounts import reset
from domain.accounts.sign_in import hash_of_secret
from domain.refusals import DoesNotExist, NotAllowed
from tests.cast import Cast, add
from tests.domain.requesting import letters_of, token_of
from tests.proving import prove
from ui.access import COOKIE
from ui.routes import ROUTES


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """Everybody is there before the first act."""
    for person in ("moreuil", "benali", "lefevre", "claire", "sami", "lia"):
        getattr(cast, person)
    return cast


@dataclass
class Answer:
    """What came back."""

    status_code: int
    headers: dict[str, str]
    content: bytes


@dataclass
class Window:
    """A browser at our addresses, with the cookie of somebody or without."""

    cookie: str | None

    def get(self, path: str, method: str = "GET") -> Answer:
        """Asks for an address, as the server would hand it to us."""
        headers = [(b"cookie", f"{COOKIE}={self.cookie}".encode())] if self.cookie else []
        scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": headers,
        }
        scope["asgi"] = {"version": "3.0", "spec_version": "2.4"}
        got: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            got.append(message)

        asyncio.run(Starlette(routes=ROUTES)(scope, receive, send))
        told = {name.decode(): value.decode() for name, value in got[0]["headers"]}
        return Answer(got[0]["status"], told, b"".join(part.get("body", b"") for part in got[1:]))


def browser(account: Account | None) -> Window:
    """The window of somebody who is signed in, or of nobody."""
    if account is None:
        return Window(None)
    token, moment = f"token-of-{account.id}", clock.now()
    with writing() as session:
        session.merge(
            SignInSession(
                id=account.id,
                token_hash=hash_of_secret(token),
                account_id=account.id,
                created_at=moment,
                expires_at=moment + timedelta(hours=8),
            )
        )
    return Window(token)


def taken(account: Account) -> zipfile.ZipFile:
    """The archive that somebody gets."""
    answer = browser(account).get("/mes-donnees.zip")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == 'attachment; filename="mes-donnees-2026-03-02.zip"'
    return zipfile.ZipFile(io.BytesIO(answer.content))


def data(account: Account) -> dict[str, list[dict[str, Any]]]:
    """What the archive says to machines."""
    told: dict[str, list[dict[str, Any]]] = json.loads(taken(account).read("donnees.json"))
    return told


def paper(cast: Cast, content: bytes = b"%PDF-1.7 attestation", name: str = "../../attestation <CAF>.pdf", *, sealed: bool = False) -> None:
    """A paper that Amina's family sent, with its file in the folder."""
    kind = add(DocumentKind(name="Attestation", subject="family", is_compulsory=False, blocks="nothing", validity="for_ever"))
    stored = storage.put(content, "application/pdf", sealed=sealed)
    add(StoredFile(sha256=stored.sha256, size=stored.size, mime=stored.mime, is_sealed=sealed, stored_at=clock.now()))
    sent = add(Document(kind_id=kind.id, family_id=cast.benali.id, state="to_check", sent_at=clock.now()))
    add(DocumentFile(document_id=sent.id, sha256=stored.sha256, name=name))


def health(child_id: int, **words: Any) -> None:
    """A sealed sheet."""
    sealed, version = seal(json.dumps({"version": 2} | words).encode(), f"health_records:{child_id}")
    add(HealthRecord(child_id=child_id, sealed=sealed, key_version=version, changed_at=clock.now()))


def test_a_family_takes_everything_it_gave_away(cast: Cast) -> None:
    health(cast.sami.id, food_allergies="Arachides")
    add(PickupPerson(child_id=cast.sami.id, family_id=cast.benali.id, full_name="Nora Benali", phone="0639980099", pickup="allowed"))
    cast.booking(cast.sami, cast.benali, cast.open_day(cast.mercredi)[1])
    cast.invoice(cast.benali, 3_550, date(2026, 3, 20))
    paper(cast)
    told = data(cast.amina)
    assert told["family"][0]["name"] == "Benali"
    assert [child["first_name"] for child in told["children"]] == ["Sami"]
    assert told["health"] == [{"child": "Sami", "food_allergies": "Arachides", "diet": "all", "changed_at": "2026-03-02T11:00:00+00:00"}]
    assert told["people"][0]["full_name"] == "Nora Benali"
    assert (told["bookings"][0]["day"], told["invoices"][0]["total_cents"]) == ("2026-03-04", 3_550)
    assert [act["act"] for act in told["acts"]] == ["export_data"]
    assert set(told) >= {"messages", "letters", "consents", "connections", "changes", "quotients", "attendance", "permissions"}


def test_the_page_reads_in_french_and_what_was_typed_stays_words(cast: Cast) -> None:
    with writing() as session:
        family = session.get_one(type(cast.benali), cast.benali.id)
        family.name = "<script>alert(1)</script>"
    page = taken(cast.amina).read("lisez-moi.html").decode()
    assert '<html lang="fr">' in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "Responsables légaux" in page
    assert "http://" not in page
    assert "https://" not in page


def test_its_papers_are_there_opened_and_under_names_that_lead_nowhere(cast: Cast) -> None:
    paper(cast, b"%PDF-1.7 secret", sealed=True)
    archive = taken(cast.amina)
    names = [name for name in archive.namelist() if name.startswith("pieces/")]
    assert names == ["pieces/001-_.._attestation _CAF_.pdf"]
    assert archive.read(names[0]) == b"%PDF-1.7 secret"


def test_a_lost_file_is_told_and_the_rest_is_there(cast: Cast) -> None:
    paper(cast)
    with reading() as session:
        storage.erase(session.scalars(select(StoredFile.sha256)).one())
    archive = taken(cast.amina)
    assert "attestation" in archive.read("pieces/introuvable.txt").decode()
    assert "donnees.json" in archive.namelist()


def test_of_a_shared_child_the_sheets_are_there_and_nothing_of_the_other_home(cast: Cast) -> None:
    sami, bruno = cast.sami, cast.lefevre
    add(FamilyChild(family_id=bruno.id, child_id=sami.id, custody="shared"))
    health(sami.id, food_allergies="Arachides")
    for family, name in ((cast.benali, "Tante Nora"), (bruno, "Oncle Marc")):
        add(PickupPerson(child_id=sami.id, family_id=family.id, full_name=name, phone="0639980077", pickup="allowed"))
        add(Permission(child_id=sami.id, family_id=family.id, kind="photo", granted=family is bruno, answered_at=clock.now()))
    seats = cast.open_day(cast.mercredi)
    cast.booking(sami, cast.benali, seats[1])
    cast.booking(sami, bruno, seats[3])
    told = data(cast.bruno)
    assert [sheet["food_allergies"] for sheet in told["health"]] == ["Arachides"]
    assert [person["full_name"] for person in told["people"]] == ["Oncle Marc"]
    assert [answer["granted"] for answer in told["permissions"]] == [True]
    assert len(told["bookings"]) == 1
    whole = json.dumps(told)
    assert [word for word in ("Amina", "amina", cast.benali.phone_mobile or "", "Nora") if word in whole] == []


def test_of_the_other_parent_neither_link_nor_whereabouts_are_in_the_archive(cast: Cast) -> None:
    named, now = {"first_name": "Karim", "last_name": "Benali", "created_at": clock.now()}, clock.now()
    karim = add(Account(email="karim@exemple.fr", role="parent", state="active", **named))
    add(Guardian(family_id=cast.benali.id, account_id=karim.id, email=karim.email, search_name="karim benali", **named))
    add(Connection(account_id=karim.id, at=now, outcome="signed_in", ip="203.0.113.77"))
    add(Connection(account_id=cast.amina.id, at=now, outcome="signed_in", ip="203.0.113.11"))
    reset.ask(karim.email, origin=accounts.Origin(), worked=prove())
    token = token_of(letters_of("password_forgotten")[0])
    archive = taken(cast.amina)
    told, page = archive.read("donnees.json").decode(), archive.read("lisez-moi.html").decode()
    assert [word for word in (token, "203.0.113.77", "ask_reset") if word in told or word in page] == []
    assert "mot-de-passe" in told
    assert "203.0.113.11" in told


def test_nobody_else_gets_anything(cast: Cast) -> None:
    for stranger in (None, cast.claire):
        answer = browser(stranger).get("/mes-donnees.zip")
        assert (answer.status_code, answer.content) == (404, b"")
    revoked = browser(cast.bruno)
    with writing() as session:
        for row in session.scalars(select(SignInSession)):
            row.revoked_at = clock.now()
    assert revoked.get("/mes-donnees.zip").status_code == 404
    assert browser(cast.amina).get("/mes-donnees.zip", "POST").status_code == 405


def test_each_time_leaves_a_line_and_there_are_not_too_many(cast: Cast) -> None:
    client = browser(cast.amina)
    for _ in range(privacy.MOST_A_DAY):
        assert client.get("/mes-donnees.zip").status_code == 200
    refused = client.get("/mes-donnees.zip")
    assert refused.status_code == 429
    assert "Revenez demain" in refused.content.decode()
    with reading() as session:
        lines = session.scalar(select(func.count()).where(JournalEntry.act == "export_data", JournalEntry.family_id == cast.benali.id))
    assert lines == privacy.MOST_A_DAY


# -- consents ---------------------------------------------------------------------------------------------------------------------


def text(kind: str = "photo", version: int = 1) -> ConsentText:
    return add(ConsentText(kind=kind, language="fr", version=version, body=f"Texte {version}", published_at=clock.now()))


def asked(account: Account) -> list[privacy.Asked]:
    with reading() as session:
        return privacy.asked(session, account)


def say(account: Account | None, text_id: int, given: bool) -> None:
    with writing() as session:
        privacy.answer(session, account, text_id, given)


def test_a_consent_is_given_and_taken_back_and_each_word_is_kept(cast: Cast, noon: time_machine.Traveller) -> None:
    words, amina = text(), cast.amina
    assert [(one.kind, one.given) for one in asked(amina)] == [("photo", None)]
    say(amina, words.id, True)
    noon.shift(timedelta(minutes=1))
    say(amina, words.id, True)
    noon.shift(timedelta(minutes=1))
    say(amina, words.id, False)
    assert [(one.kind, one.given, one.is_newest) for one in asked(amina)] == [("photo", False, True)]
    with reading() as session:
        assert list(session.scalars(select(Consent.given).order_by(Consent.id))) == [True, False]


def test_a_newer_text_is_asked_again(cast: Cast) -> None:
    words, amina = text(), cast.amina
    say(amina, words.id, True)
    text(version=2)
    assert [(one.body, one.given, one.is_newest) for one in asked(amina)] == [("Texte 2", True, False)]


def test_only_a_family_answers_and_only_what_is_asked_of_it(cast: Cast) -> None:
    words, notice, amina = text(), text("notice"), cast.amina
    for nobody in (cast.claire, None):
        with pytest.raises(NotAllowed):
            say(nobody, words.id, True)
    for wrong in (notice.id, 999):
        with pytest.raises(DoesNotExist):
            say(amina, wrong, True)

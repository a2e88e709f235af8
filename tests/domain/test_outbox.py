"""Letters leave once, are tried again when the server will not take them, and are laid aside in the end."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from sqlalchemy import select, update

from db.models import Letter
from db.session import reading, writing
from db.settings import settings
from domain import clock, letters
from domain.letters import outbox
from domain.refusals import DoesNotExist, NotAllowed
from tests.cast import Cast
from tests.conftest import NOON


class Catcher:
    """A mail server that keeps what it is given, or refuses it."""

    def __init__(self) -> None:
        self.caught: list[EmailMessage] = []
        self.refuses = False
        self.leased: list[int] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (the library's name)
        if self.refuses:
            return "451 come back later"
        with reading() as session:
            self.leased.append(len(session.scalars(select(Letter.id).where(Letter.lease_until_at.is_not(None))).all()))
        from email import message_from_bytes, policy

        self.caught.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 kept"


@pytest.fixture
def catcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Catcher]:
    """The house's mail server, for the length of a test."""
    handler = Catcher()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("SMTP_PORT", str(port))
    monkeypatch.setenv("SMTP_TLS", "none")
    settings.cache_clear()
    yield handler
    controller.stop()
    monkeypatch.undo()
    settings.cache_clear()


@contextmanager
def in_production(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ENVIRONMENT", "production")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def written(cast: Cast, count: int = 1) -> None:
    amina = cast.amina
    with writing() as session:
        for _ in range(count):
            letters.write(session, "test", amina, family_id=cast.benali.id)


def all_letters() -> list[Letter]:
    with reading() as session:
        return list(session.scalars(select(Letter).order_by(Letter.id)))


def test_a_letter_reaches_its_reader_in_both_bodies(cast: Cast, catcher: Catcher) -> None:
    written(cast)
    assert outbox.send_due() == 1
    message = catcher.caught[0]
    assert message["To"] == "Amina Benali <amina.benali@exemple.fr>"
    plain_body, html_body = message.get_body(("plain",)), message.get_body(("html",))
    assert plain_body
    assert html_body
    assert "Amina Benali" in plain_body.get_content()
    assert '<html lang="fr">' in html_body.get_content()
    assert [letter.state for letter in all_letters()] == ["sent"]
    assert outbox.send_due() == 0


def test_two_workers_never_send_the_same_letter(cast: Cast, catcher: Catcher) -> None:
    written(cast, 12)
    workers = [threading.Thread(target=outbox.send_due) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seen = [message["Message-ID"] for message in catcher.caught]
    assert len(seen) == len(set(seen)) == 12


def test_a_slow_server_holds_the_lease_of_no_other_letter(cast: Cast, catcher: Catcher) -> None:
    written(cast, 5)
    outbox.send_due()
    assert catcher.leased == [1, 1, 1, 1, 1]


def test_a_refused_letter_is_tried_later_and_is_dead_in_the_end(cast: Cast, catcher: Catcher, noon: time_machine.Traveller) -> None:
    catcher.refuses = True
    written(cast)
    outbox.send_due()
    letter = all_letters()[0]
    assert (letter.state, letter.attempts, letter.next_try_at) == ("waiting", 1, NOON + timedelta(minutes=1))
    assert "451" in (letter.last_error or "")
    assert outbox.send_due() == 0
    assert all_letters()[0].attempts == 1
    for _ in range(len(outbox.PATIENCE)):
        noon.shift(timedelta(days=1))
        outbox.send_due()
    letter = all_letters()[0]
    assert (letter.state, letter.attempts) == ("dead", len(outbox.PATIENCE) + 1)


@pytest.mark.parametrize("address", ["prénom@exemple.fr", "prénom@exemple.рф", "deux@lignes@exemple\n.fr"])
def test_an_address_that_the_post_may_not_take_holds_up_no_other_letter(cast: Cast, catcher: Catcher, address: str) -> None:
    with writing() as session:
        letters.write(session, "test", (address, "Prénom"))
    written(cast)
    outbox.send_due()
    odd, other = all_letters()
    assert other.state == "sent"
    assert (odd.attempts, odd.lease_until_at) == (1, None)
    assert odd.state == "sent" or odd.last_error


def test_a_dead_letter_is_tried_again_on_demand(cast: Cast, catcher: Catcher) -> None:
    claire = cast.claire
    written(cast)
    with writing() as session:
        session.execute(update(Letter).values(state="dead", attempts=6))
    with writing() as session:
        outbox.try_again(session, claire, all_letters()[0].id)
    assert outbox.send_due() == 1
    with pytest.raises(outbox.NotDead), writing() as session:
        outbox.try_again(session, claire, all_letters()[0].id)


def test_a_letter_whose_sender_died_leaves_after_its_lease(cast: Cast, catcher: Catcher, noon: time_machine.Traveller) -> None:
    written(cast)
    with writing() as session:
        session.execute(update(Letter).values(lease_until_at=clock.now() + outbox.LEASE, attempts=1))
    assert outbox.send_next() is None
    noon.shift(outbox.LEASE + timedelta(seconds=1))
    assert outbox.send_due() == 1


def test_production_without_a_mail_server_keeps_letters_waiting(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    written(cast)
    with in_production(monkeypatch):
        assert outbox.send_due() == 0
    assert all_letters()[0].state == "waiting"


def test_staff_read_the_letters_to_their_families_and_no_other(cast: Cast) -> None:
    elsewhere = cast.family("Ailleurs", "Zoé", site=cast.ailly)
    claire, helene, amina, zoe = cast.claire, cast.helene, cast.amina, cast.parent(elsewhere)
    with writing() as session:
        letters.write(session, "test", amina, family_id=cast.benali.id)
        stranger = letters.write(session, "test", zoe, family_id=elsewhere.id)
    with reading() as session:
        frame, count = outbox.letters(session, claire)
        assert list(frame["to_email"]) == [amina.email]
        assert count == 1
        assert outbox.letters(session, helene)[1] == 2
        with pytest.raises(DoesNotExist):
            outbox.letter_of(session, claire, stranger.id)
        with pytest.raises(NotAllowed):
            outbox.letters(session, amina)


def test_single_use_links_are_hidden_outside_the_demo(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    written(cast)
    with writing() as session:
        session.execute(update(Letter).values(text_body="ici : https://x.example/confirmer?lien=abc-DEF_1"))
    helene = cast.helene
    with in_production(monkeypatch), reading() as session:
        assert "abc-DEF_1" not in outbox.letter_of(session, helene, all_letters()[0].id).text_body
    with reading() as session:
        assert "abc-DEF_1" in outbox.letter_of(session, helene, all_letters()[0].id).text_body

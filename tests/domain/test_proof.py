"""The proof of work: asked before the house works itself, good once, for a while, and nobody's to forge."""

import base64
import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from db.models import SignInThrottle, UsedProof
from db.session import reading, writing
from db.settings import settings
from domain import accounts, clock
from domain.accounts import passwords, proof
from domain.accounts.refusals import SignInRefused
from domain.refusals import Refusal
from domain.tasks.housekeeping import forget_spent_sign_ins
from tests.cast import PASSWORD, Cast
from tests.proving import prove

HERE = accounts.Origin("198.51.100.7", "Firefox")


def altered(payload: str, alter: Callable[[dict[str, Any]], None]) -> str:
    """A proof with something of it changed on its way."""
    told = json.loads(base64.b64decode(payload))
    alter(told)
    return base64.b64encode(json.dumps(told).encode()).decode()


def test_a_proof_counts_once(cast: Cast) -> None:
    name = proof.read(prove())
    with writing() as session:
        assert proof.spend(session, name)
    with writing() as session:
        assert not proof.spend(session, name)


def test_of_ten_uses_at_once_one_counts(cast: Cast) -> None:
    name, start, outcomes = proof.read(prove()), threading.Barrier(10), []

    def use() -> None:
        start.wait()
        with writing() as session:
            outcomes.append(proof.spend(session, name))

    threads = [threading.Thread(target=use) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 9 + [True]


@pytest.mark.parametrize(
    "alter",
    [
        lambda told: told["solution"].update(derivedKey="00" * 32),
        lambda told: told["challenge"].update(signature="00" * 32),
        lambda told: told["challenge"]["parameters"].update(nonce="00" * 16),
        lambda told: told["challenge"]["parameters"].update(keyPrefix=""),
        lambda told: told["challenge"]["parameters"].update(data={"ends": 9_999_999_999}),
        lambda told: told.update(challenge=None),
        lambda told: told.pop("solution"),
    ],
)
def test_a_proof_that_was_altered_is_none(alter: Callable[[dict[str, Any]], None]) -> None:
    with pytest.raises(proof.ProofMissing):
        proof.read(altered(prove(), alter))


@pytest.mark.parametrize(
    "payload", ["", "x", "é" * 40, "A" * 5_000, base64.b64encode(b"[[]]").decode(), base64.b64encode(b'"\0"').decode()]
)
def test_what_is_no_proof_has_no_effect(payload: str) -> None:
    with pytest.raises(proof.ProofMissing):
        proof.read(payload)


def test_a_proof_made_with_another_key_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    payload = prove()
    monkeypatch.setattr(settings(), "secret_key", "2:" + "ab" * 32)
    with pytest.raises(proof.ProofMissing):
        proof.read(payload)
    monkeypatch.setattr(settings(), "secret_key", "2:" + "ab" * 32 + ",1:" + "5e" * 32)
    assert proof.read(payload), "the key of yesterday still reads"


def test_a_proof_is_over_after_half_an_hour_by_the_clock_of_the_house(noon: time_machine.Traveller) -> None:
    payload = prove()
    noon.move_to(clock.now() + timedelta(minutes=29))
    assert proof.read(payload)
    noon.move_to(clock.now() + timedelta(minutes=2))
    with pytest.raises(proof.ProofSpent):
        proof.read(payload)


def test_a_spent_proof_is_remembered_as_long_as_it_could_be_sent_again(cast: Cast, noon: time_machine.Traveller) -> None:
    with writing() as session:
        proof.spend(session, proof.read(prove()))
    for minutes, kept in ((29, 1), (2, 0)):
        noon.move_to(clock.now() + timedelta(minutes=minutes))
        forget_spent_sign_ins()
        with reading() as session:
            assert session.scalar(select(func.count()).select_from(UsedProof)) == kept


def test_without_proof_a_sign_in_neither_counts_nor_compares(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    email, compared = cast.amina.email, []
    monkeypatch.setattr(passwords, "matches", lambda *of: compared.append(of))
    spent = prove()
    with writing() as session:
        proof.spend(session, proof.read(spent))
    for worked, kind in (("", proof.ProofMissing), ("x" * 200, proof.ProofMissing), (spent, proof.ProofSpent)):
        for _ in range(6):
            with pytest.raises(kind):
                accounts.sign_in(email, PASSWORD, remember=False, origin=HERE, worked=worked)
    assert compared == []
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(SignInThrottle)) == 0


def test_a_proof_serves_one_password_only(cast: Cast) -> None:
    worked = prove()
    with pytest.raises(SignInRefused):
        accounts.sign_in(cast.amina.email, "not the password", remember=False, origin=HERE, worked=worked)
    with pytest.raises(Refusal) as refused:
        accounts.sign_in(cast.amina.email, PASSWORD, remember=False, origin=HERE, worked=worked)
    assert isinstance(refused.value, proof.ProofSpent)

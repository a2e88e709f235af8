"""Proof of work in place of a picture puzzle: the visitor's browser spends a moment of computing before the house spends any of its own.

A challenge is signed and not kept; its solution counts once, within half an hour. The end is told by the house's clock alone: the
clock of a visitor's device may be wrong by hours.
"""

import base64
import hashlib
import hmac
import json
import secrets
from datetime import timedelta
from typing import Any

import altcha
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.models import UsedProof
from db.settings import settings
from domain import clock
from domain.refusals import Refusal

LIVES = timedelta(minutes=30)
EASIEST, HARDEST = 8_000, 16_000
"""SHA-256 hashes to a solution: a fifth of a second on a telephone, whose luck may not be bad for there is an upper end."""
LONGEST = 4_000  # characters of a payload


class ProofMissing(Refusal):
    """No proof of work came with the act, or one that is not of ours."""


class ProofSpent(Refusal):
    """The proof is over: it was used before, or came too late."""


def challenge() -> dict[str, Any]:
    """A new challenge, as the browser's solver reads it."""
    newest = next(iter(_keys()))
    hard = secrets.randbelow(HARDEST - EASIEST) + EASIEST
    ends_at = int((clock.now() + LIVES).timestamp())
    made = altcha.create_challenge(
        "SHA-256", 1, counter=hard, data={"ends": ends_at}, hmac_secret=newest, hmac_key_secret=_of_solutions(newest)
    )
    return made.to_dict()


def read(payload: str) -> str:
    """The name of a sound proof, for `spend`. Touches no database. Raises ProofMissing, ProofSpent."""
    if not payload or len(payload) > LONGEST or not any(_verified(payload, key) for key in _keys()):
        raise ProofMissing
    asked = json.loads(base64.b64decode(payload))["challenge"]["parameters"]
    if asked["data"]["ends"] < clock.now().timestamp():
        raise ProofSpent
    return hashlib.sha256(asked["nonce"].encode()).hexdigest()


def spend(session: Session, name: str) -> bool:
    """Uses a proof up, as part of the act that it comes with; whether it was still good. Of two at once one has it."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    used = insert(UsedProof).values(key=name, expires_at=clock.now() + LIVES).on_conflict_do_nothing().returning(UsedProof.key)
    return session.scalar(used) is not None


def _verified(payload: str, key: bytes) -> bool:
    return bool(altcha.verify_solution(payload, key, hmac_key_secret=_of_solutions(key)).verified)


def _keys() -> list[bytes]:
    return [hmac.new(key, b"proof", hashlib.sha256).digest() for key in settings().key("secret_key").values()]


def _of_solutions(key: bytes) -> bytes:
    return hmac.new(key, b"solution", hashlib.sha256).digest()

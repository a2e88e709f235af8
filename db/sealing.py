"""What must not be read from a stolen disk or backup: sealed with AES-256-GCM under the newest version of the data key.

The keys live in the environment or in files outside the database (see `db.settings`). A sealed value is a 12-byte nonce followed by the
ciphertext and its tag; its context (`"health_records:12"`) is bound to it, so that it opens nowhere else.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from db.settings import settings

NONCE = 12


class SealBroken(ValueError):
    """A sealed value does not open: wrong key, wrong context, or it was tampered with."""


def seal(plain: bytes, context: str) -> tuple[bytes, int]:
    """The sealed value, and the version of the key that sealed it."""
    version, key = next(iter(settings().key("data_key").items()))
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, context.encode()), version


def unseal(sealed: bytes, version: int, context: str) -> bytes:
    """What was sealed. Raises SealBroken when the key of that version is gone, or the value or its context is not the one sealed."""
    key = settings().key("data_key").get(version)
    if key is None:
        raise SealBroken(f"no data key of version {version}")
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], context.encode())
    except InvalidTag as broken:
        raise SealBroken(context) from broken

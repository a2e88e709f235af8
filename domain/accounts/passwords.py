"""What a password must be, and its hash.

CNIL, délibération n° 2022-100 of 21 July 2022: at least 50 bits of entropy where failed attempts are slowed down and locked. The formula
alone finds `motdepassemotdepasse` strong, so that a list-based score must agree.
"""

import math

import bcrypt
from zxcvbn import zxcvbn

from domain.accounts.refusals import PasswordTooLong, PasswordTooWeak
from domain.spelling import plain

LEAST_BITS = 50
LEAST_SCORE = 3
LONGEST = 72
ROUNDS = 12

# bcrypt, 12 rounds, of a random text that nobody kept: what unknown names are compared with
NOBODY = "$2b$12$9jZDpiFXurXDkW1mKmqCI.hWfT5JF9U8dfaNQB/8BY7aE1DEJIwjS"


def bits(password: str) -> float:
    """The CNIL's entropy: length × log2 of the alphabet that the characters are taken from."""
    classes = ((str.islower, 26), (str.isupper, 26), (str.isdigit, 10))
    alphabet = sum(size for belongs, size in classes if any(map(belongs, password)))
    if any(not character.isalnum() for character in password):
        alphabet += 37
    return len(password) * math.log2(alphabet) if alphabet else 0.0


def about(email: str, *names: str) -> tuple[str, ...]:
    """The words that a person's password must not be made of: the e-mail, what stands before its @, the names, also without accents."""
    words = (email, email.partition("@")[0], *names)
    return tuple(dict.fromkeys(word for word in (*words, *map(plain, words)) if word))


def check(password: str, *about: str) -> None:
    """Refuses a password over 72 bytes (PasswordTooLong) or too easily guessed (PasswordTooWeak), knowing the person's own words."""
    if len(password.encode()) > LONGEST:
        raise PasswordTooLong(LONGEST)
    score = zxcvbn(password, user_inputs=[word for word in about if word])["score"] if password else 0
    if bits(password) < LEAST_BITS or score < LEAST_SCORE:
        raise PasswordTooWeak(int(bits(password)), score)


def hashed(password: str) -> str:
    """The bcrypt hash of a password. Takes a quarter of a second: never call it inside a transaction."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(ROUNDS)).decode()


def matches(password: str, password_hash: str | None) -> bool:
    """Whether a password is the one of a hash; without hash the same time is spent for nothing."""
    secret = password.encode()
    right = bcrypt.checkpw(secret[:LONGEST], (password_hash or NOBODY).encode())
    return right and password_hash is not None and len(secret) <= LONGEST

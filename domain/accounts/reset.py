"""Forgotten password: a letter with a link of one hour that counts once. The old password stays good until the new one is set.

Nobody learns whether an address is known: the answer is the same, and so is the work.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Account, AccountLink, Guardian
from db.session import reading, writing
from db.settings import settings
from domain import clock, journal, letters
from domain.accounts import links, passwords, proof, throttle
from domain.accounts.refusals import PasswordsDiffer, TooManyAttempts
from domain.accounts.sessions import end_sessions
from domain.accounts.sign_in import Origin, hash_of_secret
from domain.refusals import Incomplete, Refusal

LIVES = timedelta(hours=1)
LETTERS_TO_ONE, WISHES_FROM_ONE_ADDRESS = 3, 30  # in a quarter of an hour


class ResetUnknown(Refusal):
    """No such link: altered on its way, or its account is no longer open."""


class ResetExpired(Refusal):
    """A link older than an hour, or replaced by a newer one."""


class ResetUsed(Refusal):
    """A link that has done its work."""


REFUSALS = (ResetUnknown, ResetExpired, ResetUsed)


@dataclass(frozen=True)
class Opened:
    """Whose password a valid link sets, and the words that it must not be made of."""

    full_name: str
    email: str
    about: tuple[str, ...]


def ask(email: str, *, origin: Origin, worked: str) -> None:
    """Writes the letter, if the address is one of ours; else does the same work for nothing, and answers the same.

    Who has not confirmed the account yet gets that link again. Three letters at most to one address in a quarter of an hour; further
    wishes are answered the same. Raises ProofMissing, ProofSpent, Incomplete, TooManyAttempts (too many wishes from one place).
    """
    name = proof.read(worked)
    email = email.replace("\0", "").strip().lower()[:254]
    if not email:
        raise Incomplete("email")
    with writing() as session:
        if not proof.spend(session, name):
            raise proof.ProofSpent
        until = throttle.count_asked(session, f"reset-from:{origin.ip}", WISHES_FROM_ONE_ADDRESS) if origin.ip else None
        if until is None and throttle.count_asked(session, f"reset:{email}", LETTERS_TO_ONE) is None:
            _write(session, email)
    if until:
        raise TooManyAttempts(until)


def look(session: Session, token: str) -> Opened:
    """What a link is for. Changes nothing. Raises ResetUnknown, ResetExpired, ResetUsed."""
    _, account = _find(session, token)
    return Opened(account.full_name, account.email, passwords.about(account.email, account.first_name, account.last_name))


def choose(token: str, password: str, again: str) -> None:
    """Sets the new password of a link's account: its sessions and other links end, its lock opens, its owner is told by e-mail.

    Opens its own transactions, around the hash. Raises ResetUnknown, ResetExpired, ResetUsed, Incomplete, PasswordsDiffer,
    PasswordTooWeak, PasswordTooLong.
    """
    with reading() as session:
        _, account = _find(session, token)
    if not password:
        raise Incomplete("password")
    if password != again:
        raise PasswordsDiffer
    passwords.check(password, *passwords.about(account.email, account.first_name, account.last_name))
    new_hash = passwords.hashed(password)
    with writing() as session:
        link, account = _find(session, token, lock=True)
        link.used_at = clock.now()
        account.password_hash, account.password_changed_at = new_hash, clock.now()
        throttle.forget(session, account)
        journal.record(session, account, "reset_password", account)
        end_sessions(session, account)
        links.die(session, account.id)
        letters.write(session, "password_changed", account, family_id=_family_of(session, account))


def _write(session: Session, email: str) -> None:
    account = session.scalar(select(Account).where(Account.email == email).with_for_update())
    if account is not None and account.state == "active":
        there = f"{settings().public_url}/mot-de-passe?lien={links.issue(session, account, 'reset', LIVES)}"
        letters.write(session, "password_forgotten", account, family_id=_family_of(session, account), address=there)
        journal.record(session, account, "ask_reset", account)
        return
    if account is not None and account.state == "pending":
        links.renew(session, account)
    letters.compose("password_forgotten", "fr", structure="", name="", address=settings().public_url)


def _family_of(session: Session, account: Account) -> int | None:
    return session.scalar(select(Guardian.family_id).where(Guardian.account_id == account.id))


def _find(session: Session, token: str, *, lock: bool = False) -> tuple[AccountLink, Account]:
    wanted = select(AccountLink, Account).join(Account).where(AccountLink.token_hash == hash_of_secret(token))
    row = session.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if row is None or row.AccountLink.purpose != "reset" or row.Account.state != "active":
        raise ResetUnknown
    if row.AccountLink.used_at:
        raise ResetUsed
    if row.AccountLink.expires_at <= clock.now():
        raise ResetExpired
    return row.AccountLink, row.Account

"""Coming in: a password, a second factor where there is one, then a one-minute ticket that the browser swaps for its session."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Account, Connection, SignInTicket
from db.session import reading, writing
from domain import clock
from domain.accounts import passwords, proof, second_factor, throttle
from domain.accounts.refusals import AccountNotOpen, SecondFactorWrong, SignInRefused, TooManyAttempts

TICKET_LIVES = timedelta(minutes=1)
HALFWAY_LIVES = timedelta(minutes=5)


@dataclass(frozen=True)
class Origin:
    """Where an attempt comes from, as far as it can be known."""

    ip: str | None = None
    agent: str | None = None


@dataclass(frozen=True)
class Halfway:
    """The password was right; the second factor is still to come."""

    account_id: int
    remember: bool
    expires_at: datetime


def sign_in(
    email: str, password: str, *, remember: bool, origin: Origin, worked: str, check: Callable[[str, str], bool] | None = None
) -> str | Halfway:
    """Tries an e-mail and a password. Gives a ticket for `redeem`, or a Halfway that waits for the second factor.

    Without an unspent proof of work (`worked`) nothing is counted nor compared: nobody locks another's account for free. Then counts
    before it looks, and spends the same time on unknown names. `check(email, password)` compares with `password_hash_of`. Raises
    ProofMissing, ProofSpent, TooManyAttempts, SignInRefused, AccountNotOpen.
    """
    email, name = email.strip().lower()[:254].replace("\0", ""), proof.read(worked)
    with writing() as session:
        if not proof.spend(session, name):
            raise proof.ProofSpent
        account = session.scalar(select(Account).where(Account.email == email).with_for_update())
        until = throttle.count(session, email, account, origin.ip)
        if until:
            _remember(session, account, "locked", origin)
    if until:
        raise TooManyAttempts(until)
    right = (check or _matches)(email, password)
    if account is None or not right or account.state == "closed":
        _refuse(account, "refused", origin)
        raise SignInRefused
    with writing() as session:
        account = session.get_one(Account, account.id, with_for_update=True)
        throttle.give_back(session, origin.ip)
        throttle.forget(session, account)
        if account.state != "active":
            _remember(session, account, "refused", origin)
        elif not account.totp_confirmed_at:
            return _ticket(session, account, remember)
    if account.state != "active":
        raise AccountNotOpen
    return Halfway(account.id, remember, clock.now() + HALFWAY_LIVES)


def second_step(halfway: Halfway, code: str, *, origin: Origin) -> str:
    """Tries the six digits after a right password; gives the ticket. Raises TooManyAttempts, SecondFactorWrong, SignInRefused."""
    if halfway.expires_at <= clock.now():
        raise SignInRefused
    with writing() as session:
        account = session.get(Account, halfway.account_id, with_for_update=True)
        if account is None or account.state != "active":
            raise SignInRefused
        until = throttle.count_secret(session, "code", account, origin.ip)
        right = until is None and second_factor.accepts(account, code)
        if right:
            throttle.give_back(session, origin.ip)
            throttle.forget_secret(session, "code", account)
            return _ticket(session, account, halfway.remember)
        _remember(session, account, "locked" if until else "second_factor_refused", origin)
    raise TooManyAttempts(until) if until else SecondFactorWrong


def password_hash_of(email: str) -> str:
    """The hash that a password typed with this e-mail is compared with; for an unknown name, one that nothing matches."""
    with reading() as session:
        kept = session.scalar(select(Account.password_hash).where(Account.email == email, Account.state != "closed"))
    return kept or passwords.NOBODY


def hash_of_secret(secret: str) -> str:
    """What is kept of a random secret: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _matches(email: str, password: str) -> bool:
    return passwords.matches(password, password_hash_of(email))


def _ticket(session: Session, account: Account, remember: bool) -> str:
    ticket = secrets.token_urlsafe(32)
    session.add(
        SignInTicket(ticket_hash=hash_of_secret(ticket), account_id=account.id, remember=remember, expires_at=clock.now() + TICKET_LIVES)
    )
    return ticket


def _refuse(account: Account | None, outcome: str, origin: Origin) -> None:
    with writing() as session:
        _remember(session, account, outcome, origin)


def _remember(session: Session, account: Account | None, outcome: str, origin: Origin) -> None:
    agent = origin.agent[:250] if origin.agent else None
    session.add(Connection(account_id=account.id if account else None, at=clock.now(), outcome=outcome, ip=origin.ip, agent=agent))

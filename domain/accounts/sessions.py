"""Being here: the browser's session is a row of ours, known by the hash of its token, and can be taken back at any time."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, joinedload

from db.models import Account, Connection, SignInSession, SignInTicket
from domain import clock, journal
from domain.accounts.refusals import TicketSpent
from domain.accounts.sign_in import Origin, hash_of_secret

SHORT = timedelta(hours=8)
LONG = timedelta(days=30)
_HOLDER = (  # every run of every screen asks this: it is composed once
    select(Account)
    .join(SignInSession, SignInSession.account_id == Account.id)
    .where(
        SignInSession.token_hash == bindparam("token_hash"),
        SignInSession.revoked_at.is_(None),
        SignInSession.expires_at > bindparam("now", type_=SignInSession.expires_at.type),
        Account.state == "active",
    )
    .options(joinedload(Account.sites))
)


@dataclass(frozen=True)
class NewSession:
    """What the browser is given: the token of its cookie, how long it may keep it, and the language of its owner."""

    token: str
    lives: timedelta
    remember: bool
    language: str


def redeem(session: Session, ticket: str, *, origin: Origin) -> NewSession:
    """Swaps a ticket for a session of 8 hours, or of 30 days for « Rester connecté ». Raises TicketSpent."""
    now = clock.now()
    spent = (
        update(SignInTicket)
        .where(SignInTicket.ticket_hash == hash_of_secret(ticket), SignInTicket.used_at.is_(None), SignInTicket.expires_at > now)
        .values(used_at=now)
        .returning(SignInTicket.account_id, SignInTicket.remember)
    )
    row = session.execute(spent).one_or_none()
    account = session.get(Account, row.account_id) if row else None
    if row is None or account is None or account.state != "active":
        raise TicketSpent
    token, lives = secrets.token_urlsafe(32), LONG if row.remember else SHORT
    agent = origin.agent[:250] if origin.agent else None
    session.add(
        SignInSession(
            token_hash=hash_of_secret(token), account_id=account.id, created_at=now, expires_at=now + lives, ip=origin.ip, agent=agent
        )
    )
    session.add(Connection(account_id=account.id, at=now, outcome="signed_in", ip=origin.ip, agent=agent))
    return NewSession(token, lives, row.remember, account.language)


def account_of(session: Session, token: str) -> Account | None:
    """Who holds a token, with the sites loaded: an active account whose session neither lapsed nor was taken back."""
    return session.scalars(_HOLDER, {"token_hash": hash_of_secret(token), "now": clock.now()}).unique().one_or_none()


def sign_out(session: Session, token: str, *, origin: Origin) -> None:
    """Takes a session back. An unknown token is no error: the person is out, which is what was wanted."""
    now = clock.now()
    ended = (
        update(SignInSession)
        .where(SignInSession.token_hash == hash_of_secret(token), SignInSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(SignInSession.account_id)
    )
    account_id = session.scalar(ended)
    if account_id:
        session.add(Connection(account_id=account_id, at=now, outcome="signed_out", ip=origin.ip, agent=origin.agent))


def sign_out_elsewhere(session: Session, by: Account, *, keep: str | None = None) -> int:
    """A person leaves every other browser, all but the one of the token `keep`; gives how many."""
    journal.record(session, by, "sign_out_elsewhere", (Account, by.id))
    return end_sessions(session, by, keep=keep)


def end_sessions(session: Session, account: Account, *, keep: str | None = None) -> int:
    """Takes back the sessions of an account, as part of another act, but the one of the token `keep`; gives how many."""
    ended = update(SignInSession).where(
        SignInSession.account_id == account.id,
        SignInSession.revoked_at.is_(None),
        SignInSession.expires_at > clock.now(),
        SignInSession.token_hash != (hash_of_secret(keep) if keep else ""),
    )
    return int(session.execute(ended.values(revoked_at=clock.now())).rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Visit:
    """One line of the connection history."""

    at: datetime
    outcome: str
    ip: str | None
    agent: str | None


def connections_of(session: Session, by: Account, *, page: int = 1, size: int = 20) -> tuple[Sequence[Visit], bool]:
    """A page of a person's own connection history, newest first, and whether there is more."""
    lines = (
        select(Connection.at, Connection.outcome, Connection.ip, Connection.agent)
        .where(Connection.account_id == by.id)
        .order_by(Connection.at.desc(), Connection.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    )
    visits = [Visit(*row) for row in session.execute(lines)]
    return visits[:size], len(visits) > size

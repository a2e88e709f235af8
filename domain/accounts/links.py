"""Links sent by e-mail to one person: confirming an account, or an invitation. They count once, for 48 hours, and the newest alone.

Only the hash of a link is kept. Looking at one changes nothing, for mail scanners follow links; the button of its page does.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session, aliased

from db.models import Account, AccountLink, ChangeRequest, Family, Guardian, SignInTicket
from db.session import reading, writing
from db.settings import settings
from domain import clock, journal, letters
from domain.accounts import passwords
from domain.accounts.refusals import PasswordsDiffer
from domain.accounts.sign_in import hash_of_secret
from domain.refusals import Incomplete, Refusal

LIVES = timedelta(hours=48)
BETWEEN_TWO = timedelta(minutes=5)
LETTERS = {"confirm": "account_approved", "invite": "account_invited"}


class LinkUnknown(Refusal):
    """No such link: altered on its way, or its account is closed."""


class LinkExpired(Refusal):
    """A link older than 48 hours, or replaced by a newer one."""


class LinkUsed(Refusal):
    """A link that has done its work, or whose account is open already."""


REFUSALS = (LinkUnknown, LinkExpired, LinkUsed)


@dataclass(frozen=True)
class Opened:
    """What a valid link is for: `purpose` is `confirm` or `invite`; whether its person must choose a password now, not made of `about`."""

    purpose: str
    full_name: str
    email: str
    needs_password: bool
    about: tuple[str, ...] = ()


def address(token: str) -> str:
    """The address that an e-mail carries."""
    return f"{settings().public_url}/confirmer?lien={token}"


def issue(session: Session, account: Account, purpose: str, lives: timedelta = LIVES) -> str:
    """Makes a new link for an account and gives its token (32 random bytes); the older ones for the same purpose die."""
    now, token = clock.now(), secrets.token_urlsafe(32)
    die(session, account.id, purpose)
    session.add(
        AccountLink(account_id=account.id, purpose=purpose, token_hash=hash_of_secret(token), created_at=now, expires_at=now + lives)
    )
    return token


def die(session: Session, account_id: int, *purposes: str) -> None:
    """Ends the unused links of an account for these purposes (all of them if none is named), and its open sign-in tickets."""
    now = clock.now()
    ended = update(AccountLink).where(AccountLink.account_id == account_id, AccountLink.used_at.is_(None), AccountLink.expires_at > now)
    session.execute((ended.where(AccountLink.purpose.in_(purposes)) if purposes else ended).values(expires_at=now))
    if not purposes:
        tickets = update(SignInTicket).where(SignInTicket.account_id == account_id, SignInTicket.used_at.is_(None))
        session.execute(tickets.values(used_at=now))


def send(session: Session, account: Account, purpose: str, family_id: int | None = None) -> None:
    """Writes the letter that carries a new link of a purpose (`confirm` or `invite`)."""
    there = address(issue(session, account, purpose))
    letters.write(session, LETTERS[purpose], account, family_id=family_id, address=there, until=clock.now() + LIVES)


def look(session: Session, token: str) -> Opened:
    """What a link is for. Changes nothing. Raises LinkUnknown, LinkExpired, LinkUsed."""
    link, account = _find(session, token)
    about = passwords.about(account.email, account.first_name, account.last_name)
    return Opened(link.purpose, account.full_name, account.email, account.password_hash is None, about)


def confirm(token: str, password: str | None = None, again: str | None = None) -> Account:
    """Opens the account of a link, with its first password where it has none, and makes its approved family active.

    Opens its own transaction, after the hash. `again` is the password typed once more. Raises LinkUnknown, LinkExpired, LinkUsed,
    Incomplete, PasswordsDiffer, PasswordTooWeak, PasswordTooLong.
    """
    with reading() as session:
        _, account = _find(session, token)
    new_hash = None
    if account.password_hash is None:
        if not password:
            raise Incomplete("password")
        if again is not None and again != password:
            raise PasswordsDiffer
        passwords.check(password, *passwords.about(account.email, account.first_name, account.last_name))
        new_hash = passwords.hashed(password)
    with writing() as session:
        link, account = _find(session, token, lock=True)
        family = session.scalar(select(Family).join(Guardian).where(Guardian.account_id == account.id).with_for_update(of=Family))
        link.used_at = clock.now()
        if account.password_hash is None:
            account.password_hash, account.password_changed_at = new_hash, clock.now()
        account.state = "active"
        _answered(session, account)
        journal.record(session, account, "confirm_account", account, family_id=family.id if family else None)
        if family and family.state == "approved":
            family.state = "active"
            journal.record(session, account, "confirm_family", family)
        die(session, account.id, "confirm", "invite")
    return account


def ask_again(session: Session, token: str) -> None:
    """Sends a new link in place of an expired one. Never tells whether it did: an unknown link, an open account, a second wish within
    five minutes get the same silence."""
    link = session.scalar(select(AccountLink).where(AccountLink.token_hash == hash_of_secret(token)))
    account = session.get(Account, link.account_id, with_for_update=True) if link else None
    if link is None or account is None or link.used_at or link.purpose not in LETTERS:
        return
    renew(session, account)


def renew(session: Session, account: Account) -> None:
    """Sends an account that waits for its owner the link that it waits for, unless one left in the last five minutes. Tells nothing."""
    newest = session.scalars(
        select(AccountLink).where(AccountLink.account_id == account.id, AccountLink.purpose.in_(LETTERS)).order_by(AccountLink.id.desc())
    ).first()
    if account.state != "pending" or newest is None or newest.created_at > clock.now() - BETWEEN_TWO:
        return
    family_id = session.scalar(select(Guardian.family_id).where(Guardian.account_id == account.id))
    send(session, account, newest.purpose, family_id)
    journal.record(session, account, "ask_link_again", account, family_id=family_id)


def _answered(session: Session, account: Account) -> None:
    """The owner of the e-mail has opened the link: it is the guardian's own from now on, and no invitation waits any more."""
    other = aliased(Guardian)
    free = ~exists().where(other.email == account.email, other.account_id.is_distinct_from(account.id))
    session.execute(update(Guardian).where(Guardian.account_id == account.id, free).values(email=account.email))
    invited = select(Guardian.id).where(Guardian.account_id == account.id)
    waiting = update(ChangeRequest).where(
        ChangeRequest.section == "invitation", ChangeRequest.object_id.in_(invited), ChangeRequest.state == "waiting"
    )
    session.execute(waiting.values(state="accepted", decided_at=clock.now(), decided_by_id=account.id))


def _find(session: Session, token: str, *, lock: bool = False) -> tuple[AccountLink, Account]:
    wanted = select(AccountLink, Account).join(Account).where(AccountLink.token_hash == hash_of_secret(token))
    row = session.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if row is None or row.AccountLink.purpose not in LETTERS or row.Account.state == "closed":
        raise LinkUnknown
    if row.AccountLink.used_at or row.Account.state == "active":
        raise LinkUsed
    if row.AccountLink.expires_at <= clock.now():
        raise LinkExpired
    return row.AccountLink, row.Account

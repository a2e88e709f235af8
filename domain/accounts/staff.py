"""The staff's accounts: who works here, as what, and at which sites. Kept by administrators.

An administrator can do nothing to the own role, and there is always one administrator who can sign in: whatever might end that locks
the administrators' rows first, in one order, and reads the rights of who acts from them again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from db.models import Account, Site
from db.models.accounts import ROLES
from domain import clock, journal, letters, rights
from domain.accounts import links, second_factor, throttle
from domain.accounts.sessions import end_sessions
from domain.refusals import ChangedMeanwhile, DoesNotExist, NotAllowed, Refusal, filled

STAFF_ROLES = tuple(role for role in ROLES if role != "parent")
LONGEST_NAME = 120


@dataclass(eq=False)
class EmailInvalid(Refusal):
    """This is not an e-mail address."""

    email: str


@dataclass(eq=False)
class EmailTaken(Refusal):
    """Somebody signs in with this e-mail already."""

    email: str


class LastAdministrator(Refusal):
    """Without this person nobody could administer the portal."""


class OwnRole(Refusal):
    """Nobody changes the own role."""


class OwnAccount(Refusal):
    """This is done for others, never for oneself."""


class NoSite(Refusal):
    """Somebody of the staff works at one site at least, or at all of them."""


# -- what is done -----------------------------------------------------------------------------------------------------------------


def invite(
    session: Session,
    by: Account,
    *,
    email: str,
    first_name: str,
    last_name: str,
    role: str,
    site_ids: Collection[int] = (),
    sees_all_sites: bool = False,
) -> Account:
    """Opens an account for a member of the staff, who chooses a password by the link of an e-mail.

    Raises NotAllowed, EmailInvalid, EmailTaken, Incomplete, TooLong, DoesNotExist (role, site), NoSite.
    """
    rights.require(by, "users")
    address = well_formed(email)
    account = Account(
        email=address,
        first_name=filled("first_name", first_name, LONGEST_NAME),
        last_name=filled("last_name", last_name, LONGEST_NAME),
        role=_role(role),
        state="pending",
        sees_all_sites=sees_all_sites,
        created_at=clock.now(),
        sites=_sites(session, role, site_ids, sees_all_sites),
    )
    if session.scalar(select(Account.id).where(Account.email == address)):
        raise EmailTaken(address)
    try:
        with session.begin_nested():
            session.add(account)
            session.flush()
    except IntegrityError as taken:  # somebody was quicker by a moment
        raise EmailTaken(address) from taken
    changes: dict[str, Any] = {"role": [None, role], "sites": [None, sorted(site_ids)], "sees_all_sites": [None, sees_all_sites]}
    journal.record(session, by, "invite", account, changes=changes)
    links.send(session, account, "invite")
    return account


def invite_again(session: Session, by: Account, account_id: int) -> None:
    """Sends a new invitation; the old ones die. Raises NotAllowed, DoesNotExist, ChangedMeanwhile where the account is open or closed."""
    rights.require(by, "users")
    account = _staff(session, account_id)
    if account.state != "pending":
        raise ChangedMeanwhile("accounts")
    links.send(session, account, "invite")
    journal.record(session, by, "send_link_again", account)


def change(
    session: Session,
    by: Account,
    account_id: int,
    *,
    first_name: str,
    last_name: str,
    role: str,
    site_ids: Collection[int] = (),
    sees_all_sites: bool = False,
) -> None:
    """Changes a member's name, role and sites; counts from the member's next click on.

    Raises NotAllowed, DoesNotExist, Incomplete, TooLong, NoSite, OwnRole, LastAdministrator.
    """
    rights.require(by, "users")
    names = filled("first_name", first_name, LONGEST_NAME), filled("last_name", last_name, LONGEST_NAME)
    administrators = _administrators(session, by)
    account = _staff(session, account_id)
    if role != account.role and account.id == by.id:
        raise OwnRole
    if _role(role) != "administrator":
        _leave_one(administrators, account)
    chosen = _sites(session, role, site_ids, sees_all_sites)
    before = sorted(site.id for site in account.sites)
    account.first_name, account.last_name = names
    account.role, account.sees_all_sites = role, sees_all_sites
    entry = journal.record(session, by, "change_user", account)
    if before != sorted(site.id for site in chosen):
        entry.changes = entry.changes | {"sites": [before, sorted(site.id for site in chosen)]}
    account.sites = chosen


def close(session: Session, by: Account, account_id: int) -> None:
    """Closes an account: its sessions and links end at once. Raises NotAllowed, DoesNotExist, ChangedMeanwhile, LastAdministrator."""
    rights.require(by, "users")
    administrators = _administrators(session, by)
    account = _staff(session, account_id)
    if account.state == "closed":
        raise ChangedMeanwhile("accounts")
    _leave_one(administrators, account)
    account.state = "closed"
    journal.record(session, by, "close_user", account)
    end_sessions(session, account)
    links.die(session, account.id)


def reopen(session: Session, by: Account, account_id: int) -> None:
    """Opens a closed account again; without a password yet, by a new invitation. Raises NotAllowed, DoesNotExist, ChangedMeanwhile."""
    rights.require(by, "users")
    account = _staff(session, account_id)
    if account.state != "closed":
        raise ChangedMeanwhile("accounts")
    account.state = "active" if account.password_hash else "pending"
    journal.record(session, by, "reopen_user", account)
    if account.state == "pending":
        links.send(session, account, "invite")


def unlock(session: Session, by: Account, account_id: int) -> None:
    """Opens the lock of too many wrong passwords. Raises NotAllowed, DoesNotExist."""
    rights.require(by, "users")
    account = _staff(session, account_id)
    throttle.forget(session, account)
    journal.record(session, by, "unlock_user", account)


def reset_second_factor(session: Session, by: Account, account_id: int) -> None:
    """Takes away the second factor of somebody whose telephone is lost, ends the sessions, and tells the person by e-mail.

    Raises NotAllowed, DoesNotExist, OwnAccount, ChangedMeanwhile where there is none.
    """
    rights.require(by, "users")
    account = _staff(session, account_id)
    if account.id == by.id:
        raise OwnAccount
    if account.totp_confirmed_at is None:
        raise ChangedMeanwhile("accounts")
    second_factor.reset(session, by, account.id)
    end_sessions(session, account)
    letters.write(session, "account_second_factor_reset", account)


# -- how --------------------------------------------------------------------------------------------------------------------------


def well_formed(email: str) -> str:
    """An e-mail as it is kept, in small letters. Raises EmailInvalid; asks no name server."""
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as wrong:
        raise EmailInvalid(email.strip()[:80]) from wrong


def _staff(session: Session, account_id: int, *, lock: bool = True) -> Account:
    wanted = select(Account).where(Account.id == account_id, Account.role != "parent").options(selectinload(Account.sites))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    account = session.scalar(wanted)
    if account is None:
        raise DoesNotExist("accounts")
    return account


def _administrators(session: Session, by: Account) -> frozenset[int]:
    """Who administers at this moment, locked until the act is over. Refuses a person who no longer does."""
    them = select(Account.id).where(Account.role == "administrator", Account.state == "active").order_by(Account.id).with_for_update()
    ids = frozenset(session.scalars(them))
    if by.id not in ids:
        raise NotAllowed("users")
    return ids


def _leave_one(administrators: frozenset[int], account: Account) -> None:
    if administrators == {account.id}:
        raise LastAdministrator


def _role(role: str) -> str:
    if role not in STAFF_ROLES:
        raise DoesNotExist("roles")
    return role


def _sites(session: Session, role: str, site_ids: Collection[int], sees_all_sites: bool) -> list[Site]:
    chosen = list(session.scalars(select(Site).where(Site.id.in_(site_ids)).order_by(Site.name)))
    if len(chosen) != len(set(site_ids)):
        raise DoesNotExist("sites")
    if not chosen and not sees_all_sites and role != "administrator":
        raise NoSite
    return chosen

"""Families that the staff typed or imported and that nobody signs in for: who they are, and the invitation to open their account."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.models import Account, AccountLink, Family, Guardian
from domain import clock, journal, letters, rights
from domain.accounts import links, requests
from domain.accounts.staff import EmailTaken
from domain.refusals import DoesNotExist, NothingChosen, Refusal
from domain.spelling import plain


class NoEmail(Refusal):
    """No e-mail is known of any parent of this family: there is nowhere to invite it."""


class HasAccount(Refusal):
    """Somebody of this family has a sign-in of his own already."""


class InvitedJustNow(Refusal):
    """This family was invited within the last five minutes."""


@dataclass(frozen=True)
class Opening:
    """Whom an invitation to a family would go to; without e-mail, to the one of the request that it answers."""

    family_id: int
    guardian_name: str
    email: str | None


# -- what is seen -----------------------------------------------------------------------------------------------------------------


def count(session: Session, by: Account, search: str = "") -> int:
    """How many families have no sign-in, up to `requests.COUNTED`."""
    rights.require(by, "accounts", rights.SEE)
    some = _searched(_without(by, select(Family.id)), search).limit(requests.COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def families(session: Session, by: Account, *, search: str = "", page: int = 1, size: int = requests.PAGE) -> pd.DataFrame:
    """A page of the families without a sign-in, by name, each with the parent who would be invited.

    Columns: family_id, family_name, guardian_name, email, town, created_at, sent_at, expires_at, link_is_valid.
    """
    rights.require(by, "accounts", rights.SEE)
    link = (AccountLink.account_id == Guardian.account_id) & (AccountLink.purpose == "invite")
    told: tuple[Any, ...] = (
        Family.id.label("family_id"),
        Family.name.label("family_name"),
        (Guardian.first_name + " " + Guardian.last_name).label("guardian_name"),
        func.coalesce(Guardian.email, Account.email).label("email"),
        Family.town,
        Family.created_at,
        select(func.max(AccountLink.created_at)).where(link).scalar_subquery().label("sent_at"),
        select(func.max(AccountLink.expires_at)).where(link).scalar_subquery().label("expires_at"),
    )
    people = _without(by, select(*told)).outerjoin(Guardian, Guardian.id == _first()).outerjoin(Account, Account.id == Guardian.account_id)
    rows = _searched(people, search).order_by(Family.search_name, Family.id).offset((page - 1) * size).limit(size)
    frame = pd.read_sql_query(rows, session.connection())
    return frame.assign(link_is_valid=pd.to_datetime(frame["expires_at"], utc=True) > clock.now())


def openings(session: Session, by: Account, family_ids: Collection[int]) -> dict[int, Opening]:
    """Which of these families may be invited, and at what address, by their ids."""
    rights.require(by, "accounts", rights.SEE)
    told: tuple[Any, ...] = (Family.id, Guardian.first_name + " " + Guardian.last_name, func.coalesce(Guardian.email, Account.email))
    people = _without(by, select(*told)).join(Guardian, Guardian.id == _first()).outerjoin(Account, Account.id == Guardian.account_id)
    return {row[0]: Opening(*row) for row in session.execute(people.where(Family.id.in_(list(family_ids))))}


# -- what is done -----------------------------------------------------------------------------------------------------------------


def invite_many(session: Session, by: Account, family_ids: Sequence[int]) -> list[requests.Line]:
    """Invites families in one transaction and tells, line by line, what could not be. Raises NotAllowed, NothingChosen."""
    rights.require(by, "accounts")
    if not family_ids:
        raise NothingChosen
    lines = []
    for family_id in sorted(set(family_ids)):
        name = None
        try:
            family, guardian = _locked(session, by, family_id)
            name = family.name
            _invite(session, by, family, guardian)
            lines.append(requests.Line(family_id, name))
        except Refusal as refusal:  # raised before anything of this line was changed
            lines.append(requests.Line(family_id, name, refusal))
    return lines


def invite_existing(session: Session, by: Account, request_id: int, family_id: int) -> None:
    """Answers a request by inviting the family that it doubles: the request is closed, nothing is kept twice.

    The invitation goes to the address that the structure knows of the family; where it knows none, to that of the request. A sign-in
    asked for with the same address becomes the family's own, without the password that was typed by whoever asked. Raises NotAllowed,
    DoesNotExist, AlreadyDecided, HasAccount, InvitedJustNow, EmailTaken.
    """
    rights.require(by, "accounts")
    asked = requests.undecided(requests.there(requests.locked(session, by, [request_id]), request_id))
    family, guardian = _locked(session, by, family_id)
    account = asked.account
    if family.id == asked.family.id or account is None:
        raise DoesNotExist("families")
    requests.settle(by, asked, "refused")
    asked.family.state = "refused"
    links.die(session, account.id)
    if guardian.account_id is None and guardian.email in (None, account.email):
        asked.guardian.account_id = asked.guardian.email = None
        session.flush()
        account.password_hash = account.password_changed_at = None
        account.first_name, account.last_name = guardian.first_name, guardian.last_name
        guardian.account_id, guardian.email = account.id, account.email
    else:
        account.state = "closed"
        letters.write(session, "account_known", account, family_id=asked.family.id)
    journal.record(session, by, "invite_existing", asked.request)
    _invite(session, by, family, guardian)


# -- how --------------------------------------------------------------------------------------------------------------------------


def _without(by: Account, what: Select[Any]) -> Select[Any]:
    signs_in = select(Guardian.id).join(Account, Account.id == Guardian.account_id)
    taken = signs_in.where(Guardian.family_id == Family.id, Account.state != "pending").correlate(Family).exists()
    return what.select_from(Family).where(Family.state == text("'active'"), ~taken, rights.sees_family(by, Family.id))


def _first() -> Any:
    """The parent who would be invited: one who was already, else the first with an e-mail, else the first."""
    person = Guardian.__table__.alias("person")
    place = (person.c.account_id.is_(None), person.c.email.is_(None), person.c.id)
    return select(person.c.id).where(person.c.family_id == Family.id).order_by(*place).limit(1).correlate(Family).scalar_subquery()


def _searched(rows: Select[Any], search: str) -> Select[Any]:
    for word in plain(search).split()[:5]:
        by_parent = select(Guardian.id).where(
            Guardian.family_id == Family.id, or_(Guardian.search_name.contains(word, autoescape=True), Guardian.email.contains(word))
        )
        rows = rows.where(or_(Family.search_name.contains(word, autoescape=True), by_parent.correlate(Family).exists()))
    return rows


def _locked(session: Session, by: Account, family_id: int) -> tuple[Family, Guardian]:
    """A family in the person's sight and the parent to be invited, locked. Raises DoesNotExist, HasAccount."""
    wanted = select(Family).where(Family.id == family_id, Family.state == "active", rights.sees_family(by, Family.id))
    family = session.scalar(wanted.with_for_update(of=Family).execution_options(populate_existing=True))
    if family is None:
        raise DoesNotExist("families")
    person = select(Guardian).join(Family, Family.id == Guardian.family_id).where(Family.id == family_id, Guardian.id == _first())
    guardian = session.scalar(person.with_for_update(of=Guardian).execution_options(populate_existing=True))
    taken = select(Account.id).join(Guardian).where(Guardian.family_id == family_id, Account.state != "pending")
    if session.scalar(taken.limit(1)):
        raise HasAccount
    if guardian is None:
        raise NoEmail
    return family, guardian


def _invite(session: Session, by: Account, family: Family, guardian: Guardian) -> None:
    account = session.get(Account, guardian.account_id) if guardian.account_id else None
    if account is None:
        account = _account(session, guardian)
    newest = select(AccountLink.created_at).where(AccountLink.account_id == account.id, AccountLink.expires_at > clock.now())
    last = session.scalar(newest.order_by(AccountLink.id.desc()).limit(1))
    if last and last > clock.now() - links.BETWEEN_TWO:
        raise InvitedJustNow
    links.send(session, account, "invite", family.id)
    journal.record(session, by, "invite_family", family)


def _account(session: Session, guardian: Guardian) -> Account:
    if not guardian.email:
        raise NoEmail
    names = {"first_name": guardian.first_name, "last_name": guardian.last_name}
    account = Account(email=guardian.email, role="parent", state="pending", created_at=clock.now(), **names)
    if session.scalar(select(Account.id).where(Account.email == guardian.email)):
        raise EmailTaken(guardian.email)
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as taken:  # somebody was quicker by a moment
        raise EmailTaken(guardian.email) from taken
    guardian.account_id = account.id
    return account

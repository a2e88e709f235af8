"""Families' requests for an account: read, approved or refused by the staff, each once.

Waiting → approved or refused. With an approval the family waits for its own confirmation (`domain.accounts.links`); a refusal closes
the sign-in that was asked for. Many are decided in one transaction, line by line: what somebody else has decided is told, the rest is done.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Integer, ScalarSelect, Select, bindparam, func, or_, select, text
from sqlalchemy.orm import Session, aliased

from db.models import Account, AccountLink, AccountRequest, Consent, ConsentText, Family, Guardian
from domain import clock, duplicates, journal, letters, rights, statements
from domain.accounts import links
from domain.refusals import AlreadyDecided, DoesNotExist, NothingChosen, Refusal, filled
from domain.spelling import plain

PAGE = 50
COUNTED = 1_000
"""The queue is counted up to here: "1,000 or more" is enough to know, and keeps the count's cost flat."""
LONGEST_REASON = 1_000
SORTS = ("oldest", "newest", "name")


class AlreadyConfirmed(Refusal):
    """The family has confirmed its account: it needs no link."""


@dataclass(frozen=True)
class Line:
    """What came of one request in a batch: nothing against it, or the refusal."""

    request_id: int
    family_name: str | None
    refusal: Refusal | None = None


# -- what is seen -----------------------------------------------------------------------------------------------------------------


def counts(session: Session, by: Account, search: str = "") -> tuple[int, int]:
    """How many requests wait, and how many approved families have not confirmed, each up to COUNTED."""
    rights.require(by, "accounts", rights.SEE)
    both = statements.built("requests counted", by, lambda: _counted(by, "")) if not search else _counted(by, search)
    row = statements.rows(session, both)[0]
    return row[0], row[1]


def waiting(
    session: Session, by: Account, *, search: str = "", sort: str = "oldest", page: int = 1, size: int = PAGE
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A page of the requests that wait, whole, and their likely duplicates (see `duplicates.likely`). Two statements.

    The first frame: request_id, requested_at, family_id and the family's name, telephones and address, the guardian's, the consent's
    given_at, language, version and body, and `alike`, how many families it may already be. By `oldest` (flat, as `newest` is) or `name`.
    """
    rights.require(by, "accounts", rights.SEE)
    rows = statements.built(("requests", sort), by, lambda: _page_of(by, "", sort)) if not search else _page_of(by, search, sort)
    asked = statements.rows(session, rows, skipped=(page - 1) * size, size=size)
    alike = duplicates.likely(session, by, asked)
    families = Counter(request_id for request_id, _ in set(zip(alike["request_id"], alike["family_id"], strict=True)))
    told = [(*request, families[request.request_id]) for request in asked]
    return statements.frame(told, [*rows.selected_columns.keys(), "alike"]), alike


def unconfirmed(session: Session, by: Account, *, search: str = "", page: int = 1, size: int = PAGE) -> pd.DataFrame:
    """A page of the approved families that have not confirmed, the longest waiting first.

    Columns: request_id, family_id, family_name, guardian_name, email, decided_at, decided_by, sent_at, expires_at, link_is_valid.
    """
    rights.require(by, "accounts", rights.SEE)
    link = (AccountLink.account_id == Guardian.account_id) & (AccountLink.purpose == "confirm")
    told: tuple[Any, ...] = (
        AccountRequest.id.label("request_id"),
        Family.id.label("family_id"),
        Family.name.label("family_name"),
        (Guardian.first_name + " " + Guardian.last_name).label("guardian_name"),
        func.coalesce(Guardian.email, select(Account.email).where(Account.id == Guardian.account_id).scalar_subquery()).label("email"),
        AccountRequest.decided_at,
        _decided_by().label("decided_by"),
        select(func.max(AccountLink.created_at)).where(link).scalar_subquery().label("sent_at"),
        select(func.max(AccountLink.expires_at)).where(link).scalar_subquery().label("expires_at"),
    )
    rows = _searched(_unconfirmed(by, select(*told)), search).order_by(AccountRequest.decided_at, AccountRequest.id)
    frame = pd.read_sql_query(rows.offset((page - 1) * size).limit(size), session.connection())
    return frame.assign(link_is_valid=pd.to_datetime(frame["expires_at"], utc=True) > clock.now())


# -- what is done -----------------------------------------------------------------------------------------------------------------


def approve(session: Session, by: Account, request_id: int) -> None:
    """Approves a request: the family gets a link to confirm its account. Raises NotAllowed, DoesNotExist, AlreadyDecided."""
    rights.require(by, "accounts")
    _approve(session, by, undecided(there(locked(session, by, [request_id]), request_id)))


def refuse(session: Session, by: Account, request_id: int, reason: str) -> None:
    """Refuses a request with a reason that the family reads. Raises NotAllowed, Incomplete, TooLong, DoesNotExist, AlreadyDecided."""
    rights.require(by, "accounts")
    told = filled("reason", reason, LONGEST_REASON)
    _refuse(session, by, undecided(there(locked(session, by, [request_id]), request_id)), told)


def approve_many(session: Session, by: Account, request_ids: Sequence[int]) -> list[Line]:
    """Approves requests in one transaction and tells, line by line, what could not be. Raises NotAllowed, NothingChosen."""
    rights.require(by, "accounts")
    return _each(session, by, request_ids, lambda asked: _approve(session, by, undecided(asked)))


def refuse_many(session: Session, by: Account, request_ids: Sequence[int], reason: str) -> list[Line]:
    """Refuses requests for one reason, as `approve_many` approves. Raises NotAllowed, Incomplete, TooLong, NothingChosen."""
    rights.require(by, "accounts")
    told = filled("reason", reason, LONGEST_REASON)
    return _each(session, by, request_ids, lambda asked: _refuse(session, by, undecided(asked), told))


def send_again(session: Session, by: Account, request_id: int) -> None:
    """Sends an approved family a new link; the old ones die. Raises NotAllowed, DoesNotExist, AlreadyConfirmed."""
    rights.require(by, "accounts")
    _send_again(session, by, there(locked(session, by, [request_id]), request_id))


def send_again_many(session: Session, by: Account, request_ids: Sequence[int]) -> list[Line]:
    """Sends new links in one transaction and tells, line by line, what could not be. Raises NotAllowed, NothingChosen."""
    rights.require(by, "accounts")
    return _each(session, by, request_ids, lambda asked: _send_again(session, by, asked))


# -- how --------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A request with its people, locked until the act is over."""

    request: AccountRequest
    family: Family
    guardian: Guardian
    account: Account | None
    decided_by: str | None


def locked(session: Session, by: Account, request_ids: Sequence[int]) -> dict[int, Asked]:
    """The requests in the person's sight, locked in the order of their ids."""
    rows = (
        select(AccountRequest, Family, Guardian, Account, _decided_by())
        .join(Family, Family.id == AccountRequest.family_id)
        .join(Guardian, Guardian.id == AccountRequest.guardian_id)
        .outerjoin(Account, Account.id == Guardian.account_id)
        .where(AccountRequest.id.in_(request_ids), rights.sees_family(by, AccountRequest.family_id))
        .order_by(AccountRequest.id)
        .execution_options(populate_existing=True)
    )
    session.scalars(select(AccountRequest.id).where(AccountRequest.id.in_(request_ids)).order_by(AccountRequest.id).with_for_update()).all()
    return {row[0].id: Asked(*row) for row in session.execute(rows)}


def there(asked: dict[int, Asked], request_id: int) -> Asked:
    """The request of an id, among those that are locked. Raises DoesNotExist."""
    if request_id not in asked or asked[request_id].account is None:
        raise DoesNotExist("account_requests")
    return asked[request_id]


def undecided(asked: Asked) -> Asked:
    """The request, if nobody has decided it. Raises AlreadyDecided."""
    if asked.request.decided_at is not None:
        raise AlreadyDecided(asked.decided_by, asked.request.decided_at, asked.request.state)
    return asked


def _each(session: Session, by: Account, request_ids: Sequence[int], decide: Callable[[Asked], None]) -> list[Line]:
    if not request_ids:
        raise NothingChosen
    asked = locked(session, by, sorted(set(request_ids)))
    lines = []
    for request_id in dict.fromkeys(request_ids):
        name = asked[request_id].family.name if request_id in asked else None
        try:
            decide(there(asked, request_id))
            lines.append(Line(request_id, name))
        except Refusal as refusal:  # raised before anything of this line was changed
            lines.append(Line(request_id, name, refusal))
    return lines


def _approve(session: Session, by: Account, asked: Asked) -> None:
    settle(by, asked, "approved")
    asked.family.state = "approved"
    journal.record(session, by, "approve_account", asked.request)
    assert asked.account is not None
    links.send(session, asked.account, "confirm", asked.family.id)


def _refuse(session: Session, by: Account, asked: Asked, reason: str) -> None:
    assert asked.account is not None
    settle(by, asked, "refused")
    asked.request.reason = reason
    asked.family.state, asked.account.state = "refused", "closed"
    journal.record(session, by, "refuse_account", asked.request)
    links.die(session, asked.account.id)
    letters.write(session, "account_refused", asked.account, family_id=asked.family.id, reason=reason)


def _send_again(session: Session, by: Account, asked: Asked) -> None:
    assert asked.account is not None
    if asked.request.state != "approved":
        raise DoesNotExist("account_requests")
    if asked.account.state != "pending":
        raise AlreadyConfirmed
    links.send(session, asked.account, "confirm", asked.family.id)
    journal.record(session, by, "send_link_again", asked.request)


def settle(by: Account, asked: Asked, outcome: str) -> None:
    """Notes who decided a request, when, and how."""
    asked.request.state, asked.request.decided_at, asked.request.decided_by_id = outcome, clock.now(), by.id


def _whole() -> Select[Any]:
    address = (Family.street_number, Family.street_suffix, Family.street, Family.address_extra, Family.postcode, Family.town)
    columns: tuple[Any, ...] = (
        AccountRequest.id.label("request_id"),
        AccountRequest.requested_at,
        Family.id.label("family_id"),
        Family.name.label("family_name"),
        Family.first_name.label("family_first_name"),
        Family.phone_landline,
        Family.phone_mobile,
        *address,
        Guardian.civility,
        (Guardian.first_name + " " + Guardian.last_name).label("guardian_name"),
        Guardian.born_on,
        func.coalesce(Guardian.email, Account.email).label("email"),
        Guardian.search_name,
        Account.email.label("sign_in"),
        Guardian.phone_landline.label("guardian_landline"),
        Guardian.phone_mobile.label("guardian_mobile"),
        Guardian.phone_work,
        Guardian.phone_work_mobile,
        Guardian.profession,
        Guardian.employer,
        Consent.given,
        Consent.given_at,
        ConsentText.language.label("text_language"),
        ConsentText.version.label("text_version"),
        ConsentText.body.label("text_body"),
    )
    return select(*columns)


def _counted(by: Account, search: str) -> Select[*tuple[Any, ...]]:
    asked = select(AccountRequest.id)
    waiting = _searched(_with_people(asked) if search else asked, search).where(*_waiting(by)).limit(COUNTED).subquery()
    approved = _searched(_unconfirmed(by, select(AccountRequest.id)), search).limit(COUNTED).subquery()
    return select(*(select(func.count()).select_from(them).scalar_subquery() for them in (waiting, approved)))


def _page_of(by: Account, search: str, sort: str) -> Select[Any]:
    told = (
        _with_people(_whole())
        .outerjoin(Account, Account.id == Guardian.account_id)
        .join(Consent, Consent.id == AccountRequest.consent_id)
        .join(ConsentText, ConsentText.id == Consent.text_id)
    )
    rows = _searched(told, search).where(*_waiting(by)).order_by(*_order(sort))
    return rows.offset(bindparam("skipped", type_=Integer)).limit(bindparam("size", type_=Integer))


def _waiting(by: Account) -> tuple[ColumnElement[bool], ...]:
    return AccountRequest.state == text("'waiting'"), rights.sees_family(by, AccountRequest.family_id)


def _unconfirmed(by: Account, what: Select[Any]) -> Select[Any]:
    return _with_people(what).where(
        Family.state == text("'approved'"), AccountRequest.state == "approved", rights.sees_family(by, AccountRequest.family_id)
    )


def _with_people(what: Select[Any]) -> Select[Any]:
    return (
        what.select_from(AccountRequest)
        .join(Family, Family.id == AccountRequest.family_id)
        .join(Guardian, Guardian.id == AccountRequest.guardian_id)
    )


def _searched(rows: Select[Any], search: str) -> Select[Any]:
    for word in plain(search).split()[:5]:
        columns = (Family.search_name, Guardian.search_name, func.lower(Guardian.email))
        rows = rows.where(or_(*(column.contains(word, autoescape=True) for column in columns)))
    return rows


def _decided_by() -> ScalarSelect[str]:
    decider = aliased(Account)
    return select(decider.first_name + " " + decider.last_name).where(decider.id == AccountRequest.decided_by_id).scalar_subquery()


def _order(sort: str) -> tuple[Any, ...]:
    if sort == "name":
        return Family.search_name, AccountRequest.id
    if sort == "newest":
        return AccountRequest.requested_at.desc(), AccountRequest.id.desc()
    return AccountRequest.requested_at, AccountRequest.id

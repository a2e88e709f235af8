"""The list of the staff: who works here, as what, at which sites, and whether the account is open."""

from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, case, func, select, text
from sqlalchemy.orm import Session, selectinload

from db.models import Account, AccountLink, Site, StaffSite
from domain import clock, rights
from domain.accounts import throttle
from domain.refusals import DoesNotExist
from domain.spelling import holds

PAGE = 50
STATES = ("active", "pending", "locked", "closed")
SORTS = ("name", "role", "newest")


def users(
    session: Session,
    by: Account,
    *,
    search: str = "",
    role: str | None = None,
    site_id: int | None = None,
    state: str | None = None,
    sort: str = "name",
    page: int = 1,
    size: int = PAGE,
) -> tuple[pd.DataFrame, int]:
    """A page of the staff, and how many there are. Two statements.

    Columns: account_id, first_name, last_name, email, role, state (`locked` while a lock lasts), sites (names, `*` for all),
    has_second_factor, link_until (of an invitation not yet taken up), created_at.
    """
    rights.require(by, "users", rights.SEE)
    everywhere = Account.sees_all_sites | (Account.role == "administrator")
    names = select(func.aggregate_strings(Site.name, ", ")).join(StaffSite, StaffSite.site_id == Site.id)
    invited = and_(Account.state == "pending", AccountLink.account_id == Account.id)
    told = (
        Account.id.label("account_id"),
        Account.first_name,
        Account.last_name,
        Account.email,
        Account.role,
        _state().label("state"),
        case((everywhere, "*"), else_=names.where(StaffSite.account_id == Account.id).scalar_subquery()).label("sites"),
        Account.totp_confirmed_at.is_not(None).label("has_second_factor"),
        select(func.max(AccountLink.expires_at)).where(invited).scalar_subquery().label("link_until"),
        Account.created_at,
    )
    total = session.scalar(_chosen(select(func.count(Account.id)), search, role, site_id, state)) or 0
    last = max(1, -(-total // size))
    rows = _chosen(select(*told), search, role, site_id, state).order_by(*_order(sort))
    frame = pd.read_sql_query(rows.offset((min(page, last) - 1) * size).limit(size), session.connection())
    return frame.assign(has_second_factor=frame["has_second_factor"].astype(bool)), total


def user(session: Session, by: Account, account_id: int) -> Account:
    """A member of the staff, with the sites. Raises NotAllowed, DoesNotExist."""
    rights.require(by, "users", rights.SEE)
    wanted = select(Account).where(Account.id == account_id, Account.role != "parent").options(selectinload(Account.sites))
    account = session.scalar(wanted)
    if account is None:
        raise DoesNotExist("accounts")
    return account


def sites(session: Session, by: Account) -> list[Site]:
    """The sites that somebody can be tied to, by name."""
    rights.require(by, "users", rights.SEE)
    return list(session.scalars(select(Site).order_by(Site.name)))


def _state() -> ColumnElement[str]:
    locked = and_(Account.state == "active", Account.locked_until_at > clock.now(), Account.failed_sign_ins >= throttle.FAILURES)
    return case((locked, "locked"), else_=Account.state)


def _chosen(rows: Select[Any], search: str, role: str | None, site_id: int | None, state: str | None) -> Select[Any]:
    rows = rows.where(Account.role != text("'parent'"))
    if state:
        rows = rows.where(_state() == state)
    whole = Account.first_name + " " + Account.last_name + " " + Account.email
    for word in search.split()[:5]:
        rows = rows.where(holds(whole, word))
    if role:
        rows = rows.where(Account.role == role)
    if site_id is not None:
        here = select(StaffSite.account_id).where(StaffSite.site_id == site_id)
        rows = rows.where(Account.sees_all_sites | (Account.role == "administrator") | Account.id.in_(here))
    return rows


def _order(sort: str) -> tuple[Any, ...]:
    if sort == "newest":
        return Account.created_at.desc(), Account.id.desc()
    return (Account.role, Account.last_name, Account.id) if sort == "role" else (Account.last_name, Account.id)

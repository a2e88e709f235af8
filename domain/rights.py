"""Who sees what: one table role × chapter, and which sites and families are in a person's sight.

Everything is denied that the table does not give. Health sheets are for those who look after the children, not for those who keep
the accounts or the machines.
"""

from enum import IntEnum

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from db.models import Account, Family, FamilySight, Guardian
from domain import clock
from domain.refusals import NotAllowed


class Right(IntEnum):
    """How far a role may go in a chapter."""

    NOTHING = 0
    SEE = 1
    ACT = 2


SEE, ACT = Right.SEE, Right.ACT
Column = InstrumentedAttribute[int] | InstrumentedAttribute[int | None] | ColumnElement[int]

TABLE: dict[str, dict[str, Right]] = {
    "identity": {"leader": SEE, "coordinator": ACT, "director": ACT, "cashier": SEE, "administrator": ACT},
    "accounts": {"coordinator": ACT, "director": ACT, "administrator": ACT},
    "capacity": {"leader": SEE, "coordinator": ACT, "director": ACT, "administrator": SEE},
    "attendance": {"leader": ACT, "coordinator": ACT, "director": ACT},
    "statistics": {"director": ACT, "administrator": SEE},
    "money": {"coordinator": ACT, "director": ACT, "cashier": ACT},
    "documents": {"coordinator": ACT, "director": ACT},
    "health": {"leader": SEE, "coordinator": SEE, "director": SEE},
    "messages": {"coordinator": ACT, "director": ACT, "cashier": SEE, "administrator": SEE},
    "journal": {"director": SEE, "administrator": SEE},
    "users": {"administrator": ACT},
    "settings": {"administrator": ACT},
    "retention": {"director": ACT, "administrator": ACT},
}


def may(by: Account | None, chapter: str, right: Right = SEE) -> bool:
    """Whether a person's role goes as far as `right` in a chapter; nobody's (None, a session that has ended) goes nowhere."""
    return by is not None and by.state == "active" and TABLE[chapter].get(by.role, Right.NOTHING) >= right


def require(by: Account | None, chapter: str, right: Right = ACT) -> None:
    """Refuses (NotAllowed) nobody, and a person whose role does not go as far as `right` in a chapter."""
    if not may(by, chapter, right):
        raise NotAllowed(chapter)


def site_ids(by: Account) -> frozenset[int] | None:
    """The sites in a person's sight; None means every site. `by.sites` must be loaded."""
    if by.is_staff and (by.sees_all_sites or by.role == "administrator"):
        return None
    return frozenset(site.id for site in by.sites) if by.is_staff else frozenset()


def at_sites(by: Account, site_id: Column) -> ColumnElement[bool]:
    """The SQL condition that a column names a site in the person's sight."""
    sites = site_ids(by)
    return true() if sites is None else site_id.in_(sorted(sites)) if sites else false()


def sees_family(by: Account, family_id: Column = Family.id) -> ColumnElement[bool]:
    """The SQL condition that a column names a family in the person's sight.

    Staff: families with a registration in this or the last season at one of their sites, and, for those who validate accounts, the
    families that have none anywhere. A parent: the family of his own sign-in.
    """
    if not by.is_staff:
        own = aliased(Guardian)  # of its own name: a statement that asks about Guardian itself must not lend it its row
        return exists().where(own.family_id == family_id, own.account_id == by.id)
    sites = site_ids(by)
    if sites is None:
        return true()
    seen = aliased(FamilySight)
    sight = exists().where(seen.family_id == family_id)
    here = sight.where(seen.site_id.in_(sorted(sites)), seen.until_on >= clock.today())
    return or_(here, and_(true() if may(by, "accounts") else false(), not_(sight)))

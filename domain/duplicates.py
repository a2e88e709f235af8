"""Families that a request for an account may already be: the same e-mail, telephone, or accent-free name and birth date.

Every comparison walks an index, so that its cost follows the requests on the screen and not the families there are.
"""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import CTE, CompoundSelect, and_, case, false, func, literal, null, select, union_all
from sqlalchemy.orm import Session, aliased

from db.models import Account, AccountRequest, Family, Guardian
from domain import rights

MOST = 5
"""How many likely duplicates are shown for one request and one likeness."""


def likely(session: Session, by: Account, request_ids: Sequence[int]) -> pd.DataFrame:
    """The likely duplicates of requests, in one statement. `likeness` is `email`, `phone` or `name`.

    Columns: request_id, likeness, family_id, in_sight, name, guardian_name, town, state, created_at. Of a family out of the person's
    sight only the likeness is told (`in_sight` false, the rest empty); of a member of the staff too.
    """
    found = _found(_asking(request_ids)).subquery("found")
    alike = (
        select(found.c.request_id, found.c.likeness, found.c.family_id, func.max(found.c.guardian_id).label("guardian_id"))
        .group_by(found.c.request_id, found.c.likeness, found.c.family_id)
        .subquery("alike")
    )
    seen = and_(alike.c.family_id.is_not(None), rights.sees_family(by, alike.c.family_id))
    place = func.row_number().over(partition_by=(alike.c.request_id, alike.c.likeness), order_by=alike.c.family_id).label("place")
    ranked = select(alike, case((seen, 1), else_=0).label("in_sight"), place).subquery("ranked")
    in_sight = ranked.c.in_sight == 1
    guardian_name = (Guardian.first_name + " " + Guardian.last_name).label("guardian_name")
    rows = (
        select(ranked.c.request_id, ranked.c.likeness, Family.id.label("family_id"), ranked.c.in_sight, Family.name, guardian_name)
        .add_columns(Family.town, Family.state, Family.created_at)
        .outerjoin(Family, and_(Family.id == ranked.c.family_id, in_sight))
        .outerjoin(Guardian, and_(Guardian.id == ranked.c.guardian_id, in_sight))
        .where(ranked.c.place <= MOST)
        .order_by(ranked.c.request_id, ranked.c.likeness, ranked.c.place)
    )
    frame = pd.read_sql_query(rows, session.connection())
    return frame.assign(in_sight=frame["in_sight"] == 1, family_id=frame["family_id"].astype("Int64"))


def _asking(request_ids: Sequence[int]) -> CTE:
    """What is compared, one line a request."""
    account, family = aliased(Account), aliased(Family)
    return (
        select(AccountRequest.id.label("request_id"), AccountRequest.family_id, Guardian.account_id)
        .add_columns(Guardian.email.label("email"), account.email.label("sign_in"), Guardian.search_name, Guardian.born_on)
        .add_columns(Guardian.phone_mobile.label("phone"), family.phone_mobile.label("family_phone"))
        .join(Guardian, Guardian.id == AccountRequest.guardian_id)
        .join(family, family.id == AccountRequest.family_id)
        .outerjoin(account, account.id == Guardian.account_id)
        .where(AccountRequest.id.in_(request_ids) if request_ids else false())
        .cte("asking")
    )


def _found(asking: CTE) -> CompoundSelect[tuple[int, str, int | None, int | None]]:
    """Everything alike: request_id, likeness, family_id (none for staff), guardian_id (none where the family's own telephone matched)."""
    guardian = aliased(Guardian)
    likenesses = (
        ("email", guardian.email == asking.c.email),
        ("email", guardian.email == asking.c.sign_in),
        ("phone", guardian.phone_mobile == asking.c.phone),
        ("phone", guardian.phone_mobile == asking.c.family_phone),
        ("name", and_(guardian.search_name == asking.c.search_name, guardian.born_on == asking.c.born_on)),
    )
    guardians = [
        select(
            asking.c.request_id, literal(word).label("likeness"), guardian.family_id.label("family_id"), guardian.id.label("guardian_id")
        )
        .join(guardian, alike)
        .where(guardian.family_id != asking.c.family_id)
        for word, alike in likenesses
    ]
    families = [
        select(asking.c.request_id, literal("phone"), Family.id, null())
        .join(Family, Family.phone_mobile == phone)
        .where(Family.id != asking.c.family_id)
        for phone in (asking.c.phone, asking.c.family_phone)
    ]
    staff = (
        select(asking.c.request_id, literal("email"), null(), null())
        .join(Account, Account.email == func.lower(asking.c.email))
        .where(Account.role != "parent", Account.id != func.coalesce(asking.c.account_id, 0))
    )
    return union_all(*guardians, *families, staff)

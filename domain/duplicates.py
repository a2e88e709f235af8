"""Families that a request for an account may already be: the same e-mail, telephone, or accent-free name and birth date.

What is compared is given to the database as values, so that every comparison walks an index and costs what is on the screen, however
many families there are.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import CompoundSelect, Date, Select, and_, case, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from db.lists import within
from db.models import Account, Family, Guardian
from domain import rights, statements

MOST = 5
"""How many likely duplicates are shown for one request and one likeness."""

GUARDIAN_PHONES = (Guardian.phone_mobile, Guardian.phone_landline, Guardian.phone_work, Guardian.phone_work_mobile)
FAMILY_PHONES = (Family.phone_mobile, Family.phone_landline)
"""Any number of a request is compared with any number of a family: what is a landline here may be somebody's work there."""

Key = tuple[str, Any, Any]
TOLD = ("name", "guardian_name", "town", "state", "created_at")
COLUMNS = ("request_id", "likeness", "family_id", "in_sight", *TOLD)
NOTHING = (None,) * len(TOLD)


def likely(session: Session, by: Account, requests: Sequence[Any]) -> pd.DataFrame:
    """The likely duplicates of requests (rows as `requests.waiting` reads them), in one statement.

    Columns: see COLUMNS; `likeness` is `email`, `phone` or `name`. Of a family out of the person's sight only the likeness is told
    (`in_sight` false, the rest empty); of a member of the staff too.
    """
    wanted = {request.request_id: (request.family_id, set(_keys(request))) for request in requests}
    found = _candidates(session, by, set().union(*(keys for _, keys in wanted.values()))) if wanted else {}
    lines: list[tuple[Any, ...]] = []
    for request_id, (family_id, keys) in wanted.items():
        of_families: dict[tuple[str, Any], Any] = {}
        for key in sorted(keys, key=str):
            for other in found.get(key, ()):
                if other.family_id != family_id:
                    of_families.setdefault((other.likeness, other.family_id), other)
        shown: dict[str, int] = {}
        for (likeness, _), other in sorted(of_families.items(), key=lambda pair: (pair[0][0], pair[0][1] or 0)):
            shown[likeness] = shown.get(likeness, 0) + 1
            if shown[likeness] <= MOST:
                told = (other.family_id, True, *other[-len(TOLD) :]) if other.in_sight else (None, False, *NOTHING)
                lines.append((request_id, likeness, *told))
    return statements.frame(lines, COLUMNS)


def _keys(request: Any) -> Iterator[Key]:
    emails = (request.email, request.sign_in)
    of_family = (request.phone_mobile, request.phone_landline)
    of_guardian = (request.guardian_mobile, request.guardian_landline, request.phone_work, request.phone_work_mobile)
    for likeness, values in (("email", emails), ("phone", of_family + of_guardian)):
        for value in values:
            if value:
                yield likeness, value, None
    if request.born_on is not None:
        yield "name", request.search_name, request.born_on


def _candidates(session: Session, by: Account, keys: set[Key]) -> dict[Key, list[Any]]:
    values = {
        "emails": [value for likeness, value, _ in keys if likeness == "email"],
        "phones": [value for likeness, value, _ in keys if likeness == "phone"],
        "names": [value for likeness, value, _ in keys if likeness == "name"],
        "births": [born_on for likeness, _, born_on in keys if likeness == "name"],
    }
    found: dict[Key, list[Any]] = {}
    for row in statements.rows(session, statements.built("duplicates", by, lambda: _statement(by)), **values):
        found.setdefault((row.likeness, row.value, row.born_on), []).append(row)
    return found


def _statement(by: Account) -> Select[Any]:
    alike = _alike().subquery("alike")
    place = func.row_number().over(partition_by=(alike.c.likeness, alike.c.value, alike.c.born_on), order_by=alike.c.guardian_id)
    ranked = select(alike, place.label("place")).subquery("ranked")
    seen = and_(ranked.c.family_id.is_not(None), rights.sees_family(by, ranked.c.family_id))
    columns: tuple[Any, ...] = (
        ranked,
        case((seen, 1), else_=0).label("in_sight"),
        Family.name,
        (Guardian.first_name + " " + Guardian.last_name).label("guardian_name"),
        Family.town,
        Family.state,
        Family.created_at,
    )
    return (
        select(*columns)
        .outerjoin(Family, Family.id == ranked.c.family_id)
        .outerjoin(Guardian, Guardian.id == ranked.c.guardian_id)
        .where(ranked.c.place <= 3 * MOST)
        .order_by(ranked.c.guardian_id.is_(None), ranked.c.guardian_id)
    )


def _alike() -> CompoundSelect[Any]:
    named = within(Guardian.search_name, "names") & within(Guardian.born_on, "births")
    no_birth, nobody = cast(null(), Date).label("born_on"), cast(null(), Guardian.id.type)
    here = Guardian.family_id.label("family_id"), Guardian.id.label("guardian_id")
    emails = within(Guardian.email, "emails")
    return union_all(
        select(literal("email").label("likeness"), Guardian.email.label("value"), no_birth, *here).where(emails),
        *(select(literal("phone"), phone, no_birth, *here).where(within(phone, "phones")) for phone in GUARDIAN_PHONES),
        select(literal("name"), Guardian.search_name, Guardian.born_on, *here).where(named),
        *(select(literal("phone"), phone, no_birth, Family.id, nobody).where(within(phone, "phones")) for phone in FAMILY_PHONES),
        select(literal("email"), Account.email, no_birth, nobody, nobody).where(within(Account.email, "emails"), Account.role != "parent"),
    )

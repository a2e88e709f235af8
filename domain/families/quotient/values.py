"""What a quotient is, how it is typed, and until when it counts."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.models import FamilyQuotient, Season
from domain import clock
from domain.refusals import Refusal
from domain.structure import setting

LARGEST_CENTS = 10_000_000
"""100,000 €: the highest quotients lie around 10,000 €; beyond this a digit was typed twice."""
OLDEST = 36  # months

_TYPED = re.compile(r"(?P<euros>[0-9]{1,12}|[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+)(?:[.,](?P<cents>[0-9]{1,2}))?[ \u00a0\u202f]?€?")


@dataclass(eq=False)
class WrongQuotient(Refusal):
    """What was typed is no quotient; `problem` is a word: not_a_number, negative, too_high, month_to_come, too_old."""

    problem: str


@dataclass(frozen=True)
class Told:
    """A quotient as somebody tells it: cents of euro, and the first day of the month it was computed for."""

    value_cents: int
    month_on: date


def value_of(text: str) -> int:
    """The cents of a quotient as it is typed: `720`, `720,50`, `1 234 €`. Zero is a quotient. Raises WrongQuotient."""
    typed = text.strip()
    if re.match(r"[-\u2212]\s*\d", typed):
        raise WrongQuotient("negative")
    read = _TYPED.fullmatch(typed)
    if read is None:
        raise WrongQuotient("not_a_number")
    cents = int(re.sub(r"[^0-9]", "", read["euros"])) * 100 + int((read["cents"] or "").ljust(2, "0"))
    return _measured(cents)


def sound(value_cents: object, month_on: object) -> Told:
    """A value and a month that a quotient can have. Raises WrongQuotient."""
    if isinstance(value_cents, bool) or not isinstance(value_cents, int):
        raise WrongQuotient("not_a_number")
    value = _measured(value_cents)
    if not isinstance(month_on, date):
        raise WrongQuotient("not_a_number")
    month, newest = month_on.replace(day=1), clock.today().replace(day=1)
    if month > newest:
        raise WrongQuotient("month_to_come")
    if month < _months_later(newest, -OLDEST):
        raise WrongQuotient("too_old")
    return Told(value, month)


def months() -> list[date]:
    """The months that a quotient may be told for, the newest first."""
    newest = clock.today().replace(day=1)
    return [_months_later(newest, -past) for past in range(OLDEST + 1)]


def last_day(session: Session, month_on: date, from_on: date) -> date:
    """Until when a quotient counts, by the structure's setting on the day it begins to count.

    `months`: so many from the month it was computed for; `school_year`, `civil_year`: the end of the one in which it begins to count.
    """
    rule: dict[str, Any] = setting(session, "quotient", from_on)
    if rule["validity"] == "civil_year":
        return date(from_on.year, 12, 31)
    if rule["validity"] == "school_year":
        within = select(Season.ends_on).where(Season.starts_on <= from_on, Season.ends_on >= from_on)
        return session.scalar(within.order_by(Season.ends_on.desc()).limit(1)) or date(from_on.year + (from_on.month > 8), 8, 31)
    return _months_later(month_on, rule["months"]) - timedelta(days=1)


def current(session: Session, family_id: int, on: date | None = None) -> FamilyQuotient | None:
    """The quotient that counts for a family on a day (today by default): of the accepted ones that are valid then, the last recorded.

    None: the highest tariff is applied.
    """
    valid = select(FamilyQuotient).where(FamilyQuotient.family_id == family_id, counting(on or clock.today()))
    return session.scalars(valid.order_by(FamilyQuotient.id.desc()).limit(1)).first()


def counting(day: date) -> Any:
    """The SQL condition that a quotient is accepted and valid on a day."""
    still = or_(FamilyQuotient.until_on.is_(None), FamilyQuotient.until_on >= day)
    return (FamilyQuotient.state == "accepted") & (FamilyQuotient.from_on <= day) & still


def _measured(cents: int) -> int:
    if cents < 0:
        raise WrongQuotient("negative")
    if cents > LARGEST_CENTS:
        raise WrongQuotient("too_high")
    return cents


def _months_later(day: date, count: int) -> date:
    years, month = divmod(day.month - 1 + count, 12)
    return date(day.year + years, month + 1, min(day.day, monthrange(day.year + years, month + 1)[1]))

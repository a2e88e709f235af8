"""Until when a sheet is certified."""

from calendar import monthrange
from datetime import date, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.models import CertifiedSheet, Season
from domain import clock, structure

SOON = timedelta(days=30)
_SUMMER = timedelta(days=61)


def lasts_until(session: Session, day: date) -> date:
    """The last day of what is certified on a day: twelve months later, or the end of the school year, as the structure decided.

    In the last two months of a school year it is the end of the next one: nobody certifies in July for August alone.
    """
    if structure.setting(session, "certification_lasts", day) == "twelve_months":
        year, month = day.year + 1, day.month
        return date(year, month, min(day.day, monthrange(year, month)[1]))
    least = day + _SUMMER
    ends = session.scalar(select(func.min(Season.ends_on)).where(Season.ends_on >= least))
    school = date(least.year + (least.month > 8), 8, 31)
    return ends if ends and ends <= school else school


def outdate(session: Session, section: str, child_id: int, family_id: int | None = None) -> None:
    """A sheet was changed: what was certified of it (by one family, if given) counts no more."""
    live = update(CertifiedSheet).where(
        CertifiedSheet.section == section, CertifiedSheet.object_id == child_id, CertifiedSheet.until_on >= clock.today()
    )
    if family_id is not None:
        live = live.where(CertifiedSheet.family_id == family_id)
    session.execute(live.values(until_on=clock.today() - timedelta(days=1)))

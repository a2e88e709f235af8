"""A parent has the family's quotient fetched (« Dites-le-nous une fois », CRPA L.114-8): no proof to send, nothing to check."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Account, Family, FamilyQuotient, Guardian, JournalEntry
from db.session import writing
from domain import clock, journal
from domain.families import finding
from domain.families.quotient import providers
from domain.families.quotient.declaring import follow, masked
from domain.families.quotient.providers import Identity, Provider, ProviderRefuses
from domain.refusals import DoesNotExist, Incomplete, Refusal, filled

MOST_A_DAY = 10


@dataclass(eq=False)
class AskedTooOften(Refusal):
    """A family may have its quotient asked for so many times a day: nobody tries identities one after the other."""

    most: int


@dataclass(frozen=True)
class Birth:
    """What the civil identity needs beyond the parent's sheet. It is used for the one call and kept nowhere."""

    name: str
    first_names: str
    town: str
    department: str


def is_offered() -> bool:
    """Whether this installation can fetch quotients: else the screens do not speak of it."""
    return providers.configured() is not None


def suggested(session: Session, by: Account | None) -> Birth:
    """What is known already of the parent's birth, to begin the form with. Raises NotAllowed, DoesNotExist."""
    finding.own_family(session, by)
    guardian = session.scalars(select(Guardian).where(Guardian.account_id == (by.id if by else 0))).one()
    return Birth(guardian.last_name, guardian.first_name, "", "")


def fetch(by: Account | None, birth: Birth, *, provider: Provider | None = None) -> FamilyQuotient:
    """Asks the provider for the quotient of the parent who presses the button, and records it; it counts from today.

    Takes no session: the call stands between two transactions. Raises NotAllowed, DoesNotExist, Incomplete (no day of birth on the
    parent's sheet, or a field left empty), TooLong, AskedTooOften, and the refusals of `providers`.
    """
    asked = provider or providers.configured()
    if asked is None:
        raise ProviderRefuses
    with writing() as session:
        guardian, family = _who(session, by)
        identity = _identity(guardian, birth)
        _count(session, by, family)
        journal.record(session, by, "ask_quotient", family, changes={})
    told = asked.quotient(identity)
    with writing() as session:
        _, family = _who(session, by)
        row = follow(session, by, family.id, told, source="api", waits=False)
        journal.record(session, by, "fetch_quotient", row, changes=masked(row))
    return row


def _who(session: Session, by: Account | None) -> tuple[Guardian, Family]:
    """The parent's own sheet and family, locked."""
    family = finding.own_family(session, by, lock=True)
    guardian = session.scalars(select(Guardian).where(Guardian.account_id == (by.id if by else 0))).one_or_none()
    if guardian is None:
        raise DoesNotExist("guardians")
    return guardian, family


def _identity(guardian: Guardian, birth: Birth) -> Identity:
    born_on: date | None = guardian.born_on
    if born_on is None:
        raise Incomplete("born_on")
    department = filled("birth_department", birth.department, 3).upper()
    return Identity(
        birth_name=filled("birth_name", birth.name, 120),
        first_names=tuple(filled("first_name", birth.first_names, 120).replace(",", " ").split()),
        born_on=born_on,
        sex={"mr": "M", "mrs": "F"}.get(guardian.civility or ""),
        town=filled("birth_town", birth.town, 120),
        department=department,
    )


def _count(session: Session, by: Account | None, family: Family) -> None:
    today = JournalEntry.at >= clock.begins(clock.today())
    same = select(func.count()).where(JournalEntry.family_id == family.id, JournalEntry.act == "ask_quotient", today)
    if (session.scalar(same) or 0) >= MOST_A_DAY:
        raise AskedTooOften(MOST_A_DAY)

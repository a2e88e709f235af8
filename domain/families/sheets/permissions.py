"""What a child may do: photographs, outings, going home alone, bathing. No answer is no permission, and a no of either home counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Account, Family, Permission
from domain import clock, journal
from domain.families import finding
from domain.families.fields import NotSound
from domain.families.sheets.periods import outdate
from domain.families.sheets.refusals import SheetChanged

KINDS = ("outing", "bathing", "photo", "going_home_alone")


@dataclass(frozen=True)
class HomeAnswer:
    """What one home said, by whom and when."""

    family_id: int
    home: str
    granted: bool
    by_name: str | None
    at: datetime


@dataclass(frozen=True)
class Answer:
    """One permission: what each home said of it."""

    kind: str
    homes: tuple[HomeAnswer, ...]

    @property
    def granted(self) -> bool | None:
        """What counts: no as soon as one home says no; None, which is no permission either, while nobody has answered.

        One home's yes is enough for what is usual (Civil Code, 372-2: the agreement of the other parent is presumed), until it objects.
        """
        return all(home.granted for home in self.homes) if self.homes else None

    @property
    def differs(self) -> bool:
        """Whether the homes say different things."""
        return len({home.granted for home in self.homes}) > 1

    def of(self, family_id: int | None) -> HomeAnswer | None:
        """What one home said."""
        return next((home for home in self.homes if home.family_id == family_id), None)


@dataclass(frozen=True)
class Answers:
    """The permissions of a child, all of `KINDS` in their order; `family_id` is the reader's own home, None for the staff."""

    child_id: int
    family_id: int | None
    all: tuple[Answer, ...]

    @property
    def own(self) -> dict[str, bool | None]:
        """What the reader's own home said, by kind."""
        return {answer.kind: home.granted if (home := answer.of(self.family_id)) else None for answer in self.all}

    @property
    def mark(self) -> str:
        """What the reader has before his eyes, for `certify`: his own home's answers."""
        return " ".join(f"{kind}:{granted}" for kind, granted in self.own.items())

    def unanswered(self) -> tuple[str, ...]:
        """What the reader's own home has not answered."""
        return tuple(kind for kind, granted in self.own.items() if granted is None)


def answers_of(session: Session, by: Account | None, child_id: int) -> Answers:
    """The permissions of a child, as its family reads them. Raises NotAllowed, DoesNotExist."""
    family = finding.own_family(session, by)
    return answers_for(session, finding.child_of(session, by, child_id).id, family.id)


def answers_for(session: Session, child_id: int, family_id: int | None) -> Answers:
    """The same for a child that the caller has found."""
    rows = session.execute(
        select(Permission, Family.name, Account)
        .join(Family, Family.id == Permission.family_id)
        .outerjoin(Account, Account.id == Permission.answered_by_id)
        .where(Permission.child_id == child_id)
        .order_by(Permission.family_id)
    ).all()
    told: dict[str, list[HomeAnswer]] = {kind: [] for kind in KINDS}
    for permission, home, account in rows:
        name = account.full_name if account else None
        told[permission.kind].append(HomeAnswer(permission.family_id, home, permission.granted, name, permission.answered_at))
    return Answers(child_id, family_id, tuple(Answer(kind, tuple(homes)) for kind, homes in told.items()))


def answer_permissions(
    session: Session, by: Account | None, child_id: int, read: Mapping[str, bool | None], typed: Mapping[str, bool | None]
) -> Answers:
    """A home answers; `read` holds its answers as the form showed them. What was not answered stays so.

    Raises NotAllowed, DoesNotExist, NotSound, SheetChanged (the same home answered otherwise meanwhile).
    """
    family = finding.own_family(session, by)
    assert by is not None
    child = finding.child_of(session, by, child_id, lock=True)
    for kind, granted in typed.items():
        if kind in KINDS and granted is not None and not isinstance(granted, bool):
            raise NotSound(kind, "choice")
    kept = {
        row.kind: row
        for row in session.scalars(
            select(Permission)
            .where(Permission.child_id == child.id, Permission.family_id == family.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    now = {kind: kept[kind].granted if kind in kept else None for kind in KINDS}
    wanted = {kind: granted for kind in KINDS if (granted := typed.get(kind)) is not None and granted != read.get(kind)}
    moved = [kind for kind, granted in wanted.items() if now[kind] not in (read.get(kind), granted)]
    if moved:
        raise SheetChanged(tuple(moved))
    changes = {kind: [now[kind], granted] for kind, granted in wanted.items() if granted != now[kind]}
    for kind in changes:
        row = kept.get(kind) or Permission(child_id=child.id, family_id=family.id, kind=kind)
        row.granted, row.answered_by_id, row.answered_at = wanted[kind], by.id, clock.now()
        session.add(row)
    if changes:
        session.flush()
        outdate(session, "permissions", child.id, family.id)
        journal.record(session, by, "answer_permissions", (Permission, child.id), family_id=family.id, changes=changes)
    return answers_for(session, child.id, family.id)

"""What is asked of one family, paper by paper, as the family and the desk see it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.expected import document_states
from db.models import Account, Child, Document, DocumentFile, DocumentKind, DocumentKindActivity, Family, FamilyChild, Guardian
from domain import clock
from domain.documents.sending import BEFORE, renews
from domain.families import finding
from domain.refusals import DoesNotExist
from domain.rights import SEE, may, require

SOON = timedelta(days=30)


@dataclass(frozen=True)
class Person:
    """Somebody of the family whom papers are about; the family itself has neither number."""

    name: str | None
    guardian_id: int | None = None
    child_id: int | None = None


@dataclass(frozen=True)
class Line:
    """A paper that is asked for, and what became of the last one sent; `state` is one of `db.expected.STATES`.

    `files` (number, name) are told where the family sent them itself. `reason` of a refusal likewise. `ends_soon`: accepted, and to be
    sent again within SOON. `renewed`: a newer one waits to be checked meanwhile.
    """

    kind_id: int
    kind: str
    description: str | None
    is_compulsory: bool
    blocks: str
    guardian_id: int | None
    child_id: int | None
    state: str
    sent_at: datetime | None
    valid_until_on: date | None
    reason: str | None
    sent_by_us: bool
    files: list[tuple[int, str]]
    renewed: bool

    @property
    def ends_soon(self) -> bool:
        """Whether the accepted paper is to be sent again soon."""
        return self.state == "accepted" and self.valid_until_on is not None and self.valid_until_on <= clock.today() + SOON

    @property
    def is_to_send(self) -> bool:
        """Whether the family has something to do: nothing valid was sent, and nothing waits to be checked."""
        return not self.renewed and (self.state in ("missing", "refused", "expired") or self.ends_soon)


@dataclass(frozen=True)
class Asked:
    """A family's papers: the people, the lines in the order of the kinds, and the kinds that may be sent without being asked for."""

    family_id: int
    family: str
    people: list[Person]
    lines: list[Line]
    others: list[tuple[int, str, str]] = field(default_factory=list)

    def of(self, person: Person) -> list[Line]:
        """The papers about one person, or about the family."""
        return [line for line in self.lines if (line.guardian_id, line.child_id) == (person.guardian_id, person.child_id)]


def asked_of_family(session: Session, by: Account | None, family_id: int | None = None) -> Asked:
    """What is asked of a parent's own family, or (`family_id` given) of a family in sight of the staff. Raises NotAllowed, DoesNotExist.

    The staff without the health chapter do not see health papers. `others`: number, name and subject of further kinds in use.
    """
    if by is not None and by.is_staff:
        require(by, "documents", SEE)
        family = finding.family_of(session, by, family_id or 0)
    else:
        family = finding.own_family(session, by)
        if family_id not in (None, family.id):
            raise DoesNotExist("families")
    health = by is not None and (not by.is_staff or may(by, "health"))
    name = " ".join(filter(None, (family.name, family.first_name)))
    return Asked(family.id, name, _people(session, family), lines(session, family.id, health=health), _others(session, health))


def lines(session: Session, family_id: int, *, health: bool = True) -> list[Line]:
    """What is asked of a family that the caller has found, compulsory papers first; without `health`, no health papers. 3 statements."""
    states = document_states(clock.today(), [family_id]).subquery("states")
    rows = session.execute(
        select(DocumentKind, Document, states)
        .join(states, states.c.kind_id == DocumentKind.id)
        .outerjoin(Document, Document.id == states.c.document_id)
        .order_by(DocumentKind.is_compulsory.desc(), DocumentKind.position, DocumentKind.id)
    ).all()
    ids = [row.Document.id for row in rows if row.Document is not None]
    files: dict[int, list[tuple[int, str]]] = {}
    for file in session.scalars(select(DocumentFile).where(DocumentFile.document_id.in_(ids)).order_by(DocumentFile.id)):
        files.setdefault(file.document_id, []).append((file.id, file.name))
    newer = select(BEFORE.id).join(Document, renews()).where(BEFORE.id.in_(ids), Document.state == "to_check")
    renewed = set(session.scalars(newer))
    found = []
    for row in rows:
        kind, paper = row.DocumentKind, row.Document
        if kind.is_health and not health:
            continue
        own = paper is not None and paper.family_id == family_id
        found.append(
            Line(
                kind_id=kind.id,
                kind=kind.name,
                description=kind.description,
                is_compulsory=kind.is_compulsory,
                blocks=kind.blocks,
                guardian_id=row.guardian_id,
                child_id=row.child_id,
                state=row.state,
                sent_at=paper.sent_at if paper else None,
                valid_until_on=paper.valid_until_on if paper else None,
                reason=paper.refusal_reason if paper and own else None,
                sent_by_us=own,
                files=files.get(paper.id, []) if paper and own else [],
                renewed=paper is not None and paper.id in renewed,
            )
        )
    return found


def _people(session: Session, family: Family) -> list[Person]:
    guardians = session.scalars(select(Guardian).where(Guardian.family_id == family.id).order_by(Guardian.id))
    linked = select(Child).join(FamilyChild, FamilyChild.child_id == Child.id).where(FamilyChild.family_id == family.id)
    children = session.scalars(linked.order_by(Child.born_on, Child.id))
    people = [Person(guardian.full_name, guardian_id=guardian.id) for guardian in guardians]
    return [Person(None), *(Person(child.full_name, child_id=child.id) for child in children), *people]


def _others(session: Session, health: bool) -> list[tuple[int, str, str]]:
    """Kinds that a family may send before they are asked for: a paper of one activity alone is left to the day it is."""
    kinds = select(DocumentKind.id, DocumentKind.name, DocumentKind.subject).where(
        DocumentKind.is_active, DocumentKind.id.not_in(select(DocumentKindActivity.kind_id))
    )
    if not health:
        kinds = kinds.where(~DocumentKind.is_health)
    return [(row.id, row.name, row.subject) for row in session.execute(kinds.order_by(DocumentKind.position, DocumentKind.id))]

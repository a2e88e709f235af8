"""A family changes what is known of it: at once, or as a request that waits for the staff, field by field.

Two people may have the same form open. A form keeps the values as they were read; under a lock of the row, a field that somebody else
has changed meanwhile to another value refuses the whole change, and different fields join silently.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Account, ChangeRequest, Child, Family, FamilyChild, Guardian
from domain import clock, journal
from domain.families import finding
from domain.families.fields import FIELDS, Rule, Section, rules, sound
from domain.journal import MASKED
from domain.refusals import DoesNotExist, Refusal
from domain.spelling import plain

Person = Family | Guardian | Child
SECTIONS: tuple[Section, ...] = ("family", "guardian", "child")
ASKED = (*SECTIONS, "other_home")
"""What a family asks for and sees waiting; a likely duplicate is a note for the staff alone."""


@dataclass(eq=False)
class EditedMeanwhile(Refusal):
    """Somebody else has changed the same fields since the form was read: `now` holds what stands there, by field."""

    section: Section
    now: dict[str, Any]


@dataclass(eq=False)
class WaitsAlready(Refusal):
    """A change of this field waits for the staff: it is withdrawn before another is asked for."""

    field: str


class OthersEmail(Refusal):
    """The e-mail that somebody signs in with is changed by that person alone."""


@dataclass(frozen=True)
class Taken:
    """What came of a change: fields written at once, fields that wait, and whether the family will be charged the highest tariff."""

    written: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    highest_tariff: bool = False


def change(
    session: Session, by: Account | None, section: Section, object_id: int, read: Mapping[str, Any], typed: Mapping[str, Any]
) -> Taken:
    """A parent changes the own family, one of its guardians or children; `read` holds the values as the form showed them.

    Raises NotAllowed, DoesNotExist, Incomplete, TooLong, NotSound, OthersEmail, WaitsAlready, EditedMeanwhile.
    """
    family = finding.own_family(session, by)
    assert by is not None
    thing = _locked(session, by, section, object_id)
    decided = rules(session, section)
    typed = dict(typed)
    if isinstance(thing, Guardian):
        _guard_email(thing, read, typed)
    asked = waiting_for(session, section, object_id)
    wanted = _wanted(section, read, typed, decided, asked)
    moved = {name: getattr(thing, name) for name, value in wanted.items() if _moved(getattr(thing, name), read.get(name), value)}
    if moved:
        raise EditedMeanwhile(section, moved)
    wanted = {name: value for name, value in wanted.items() if value != getattr(thing, name)}
    for name, value in list(wanted.items()):
        if name in asked:
            if asked[name].values["new"] != stored(value):
                raise WaitsAlready(name)
            del wanted[name]
    waiting = tuple(name for name in wanted if decided[name].waits)
    written = tuple(name for name in wanted if name not in waiting)
    write(session, thing, {name: wanted[name] for name in written})
    if written:
        journal.record(session, by, "change_details", thing, family_id=family.id)
    for name in waiting:
        _ask(session, by, family, section, thing, name, wanted[name])
    return Taken(written, waiting, isinstance(thing, Family) and lacks_regime(thing, decided))


def withdraw(session: Session, by: Account | None, request_id: int) -> None:
    """A family takes back a change that waits. Raises NotAllowed, DoesNotExist (decided meanwhile, or another family's)."""
    family = finding.own_family(session, by)
    request = session.scalar(
        select(ChangeRequest)
        .where(ChangeRequest.id == request_id, ChangeRequest.family_id == family.id, ChangeRequest.state == "waiting")
        .with_for_update()
    )
    if request is None or request.section not in ASKED:
        raise DoesNotExist("change_requests")
    assert by is not None
    request.state, request.decided_at, request.decided_by_id = "withdrawn", clock.now(), by.id
    journal.record(session, by, "withdraw_change", request)


def waiting_for(session: Session, section: str, object_id: int) -> dict[str, ChangeRequest]:
    """The changes of a thing that wait for the staff, by field. The caller has found the thing."""
    rows = select(ChangeRequest).where(
        ChangeRequest.section == section, ChangeRequest.object_id == object_id, ChangeRequest.state == "waiting"
    )
    return {request.field: request for request in session.scalars(rows.order_by(ChangeRequest.id))}


def lacks_regime(family: Family, decided: Mapping[str, Rule]) -> bool:
    """Whether the allocataire fields that the structure asks for are empty; « non allocataire » is an answer."""
    if family.regime == "none":
        return False
    names = ("regime", "allocataire_number", "allocataire_name")
    return any(getattr(family, name) is None for name in names if decided[name].is_open)


def write(session: Session, thing: Person, values: Mapping[str, Any]) -> None:
    """Sets sound values on a person or family, and keeps what follows from a name: how it is searched, and the name of the sign-in."""
    for name, value in values.items():
        setattr(thing, name, value)
    if not values.keys() & {"name", "first_name", "last_name"}:
        return
    thing.search_name = search_name(thing)
    if isinstance(thing, Guardian) and thing.account_id is not None:
        account = session.get_one(Account, thing.account_id)
        account.first_name, account.last_name = thing.first_name, thing.last_name


def search_name(thing: Person) -> str:
    """How a person or a family is searched: without accents, in small letters."""
    if isinstance(thing, Family):
        return plain(f"{thing.name} {thing.first_name or ''}").strip()
    return plain(f"{thing.first_name} {thing.last_name}")


def stored(value: Any) -> Any:
    """A value as a request keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def told(section: Section, name: str, value: Any) -> Any:
    """A value of a request as the row has it."""
    kinds = {field.name: field.kind for field in FIELDS[section]}
    return date.fromisoformat(value) if value and kinds.get(name) == "day" else value


def homes_of(session: Session, section: str, thing: Person) -> list[int]:
    """The families a thing belongs to: a shared child has two."""
    if isinstance(thing, Child):
        return list(session.scalars(select(FamilyChild.family_id).where(FamilyChild.child_id == thing.id).order_by(FamilyChild.family_id)))
    return [thing.id if isinstance(thing, Family) else thing.family_id]


def _locked(session: Session, by: Account, section: Section, object_id: int) -> Person:
    if section == "family":
        return finding.family_of(session, by, object_id, lock=True)
    if section == "guardian":
        return finding.guardian_of(session, by, object_id, lock=True)
    return finding.child_of(session, by, object_id, lock=True)


def _guard_email(guardian: Guardian, read: Mapping[str, Any], typed: dict[str, Any]) -> None:
    """An e-mail is never written here: the own is changed by a link, another's is kept beside until its owner answers an invitation."""
    email = typed.pop("email", read.get("email"))
    if _raw(email) != _raw(read.get("email")):
        raise OthersEmail


def _wanted(
    section: Section, read: Mapping[str, Any], typed: Mapping[str, Any], decided: Mapping[str, Rule], asked: Collection[str]
) -> dict[str, Any]:
    """What was really typed, made sound; a compulsory field left empty counts as typed, unless its value waits."""
    touched = {name: value for name, value in typed.items() if name in decided and _raw(value) != _raw(read.get(name))}
    empty = {name: None for name, value in typed.items() if name in decided and name not in asked and _raw(value) == ""}
    return sound(section, touched | {name: None for name in empty if decided[name].mode == "compulsory"}, decided)


def _raw(value: Any) -> Any:
    return "" if value is None else value.strip() if isinstance(value, str) else value


def _moved(kept: Any, read: Any, wanted: Any) -> bool:
    return bool(_raw(kept) != _raw(read) and kept != wanted)


def _ask(session: Session, by: Account, family: Family, section: Section, thing: Person, name: str, value: Any) -> None:
    old = getattr(thing, name)
    request = ChangeRequest(
        family_id=family.id,
        section=section,
        object_id=thing.id,
        field=name,
        values={"old": stored(old), "new": stored(value)},
        state="waiting",
        asked_by_id=by.id,
        asked_at=clock.now(),
    )
    session.add(request)
    journal.record(session, by, "ask_change", request, changes={name: [old and MASKED, value and MASKED]})

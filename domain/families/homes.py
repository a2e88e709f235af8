"""Separated parents: two families share a child, each with its own space, and the staff alone opens, links or ends a home.

Each home sees the shared child and its sheets; nothing of the other home is ever told to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.models import Account, Booking, ChangeRequest, Child, Family, FamilyChild, Guardian, Registration, WaitingListEntry
from db.models.bookings import LIVE_BOOKING
from domain import clock, documents, journal, letters, rights
from domain.accounts.staff import EmailTaken
from domain.families import deciding, finding, invitations
from domain.families.changing import WaitsAlready, search_name
from domain.families.fields import Rule, sound
from domain.families.sheets import ended
from domain.refusals import DoesNotExist, NothingChosen, Refusal, filled

LONGEST_REASON = 250
CUSTODIES = ("full", "shared")
_TYPED = {name: Rule("compulsory", waits=False) for name in ("last_name", "first_name", "email")}
_LIVE_ENTRY = ("waiting", "offered")


@dataclass(eq=False)
class SharedAlready(Refusal):
    """The child has two homes already."""

    first_name: str


class OwnEmail(Refusal):
    """The other parent needs an own e-mail: this is the one the asking parent signs in with."""


class LastHome(Refusal):
    """A child keeps one home at least."""


@dataclass(eq=False)
class StillBooked(Refusal):
    """The home has days to come booked for the child, or waits for some: they are cancelled first."""

    days: int


class ChildInUse(Refusal):
    """The child has sheets, papers or registrations of its own already: it cannot simply give way to the other."""


def ask_other_home(session: Session, by: Account | None, child_ids: Sequence[int], first_name: str, last_name: str, email: str) -> None:
    """A parent tells that children live in another home too. It waits for the staff, whatever the structure decided for fields.

    The answer does not depend on whether the portal knows the e-mail. Raises NotAllowed, NothingChosen, DoesNotExist, Incomplete,
    TooLong, NotSound, OwnEmail, SharedAlready, WaitsAlready.
    """
    family = finding.own_family(session, by, lock=True)
    assert by is not None
    if not child_ids:
        raise NothingChosen
    person = sound("guardian", {"first_name": first_name, "last_name": last_name, "email": email}, _TYPED)
    if person["email"] == by.email:
        raise OwnEmail
    for child_id in sorted(set(child_ids)):
        child = finding.child_of(session, by, child_id, lock=True)
        if len(_homes(session, child.id)) > 1:
            raise SharedAlready(child.first_name)
    asked = select(ChangeRequest).where(
        ChangeRequest.family_id == family.id, ChangeRequest.section == "other_home", ChangeRequest.state == "waiting"
    )
    if any(set(request.values["children"]) & set(child_ids) for request in session.scalars(asked)):
        raise WaitsAlready("other_home")
    request = ChangeRequest(
        family_id=family.id,
        section="other_home",
        object_id=family.id,
        field="other_home",
        values={"children": sorted(set(child_ids)), **person},
        state="waiting",
        asked_by_id=by.id,
        asked_at=clock.now(),
    )
    session.add(request)
    journal.record(session, by, "ask_other_home", request, changes={})


def open_other_home(session: Session, by: Account | None, request_id: int) -> Family:
    """The staff opens the other parent's family: it shares the children, and is active once its invitation is answered.

    A parent who is a guardian of the asking family already moves to the new one. Raises NotAllowed, DoesNotExist, AlreadyDecided,
    SharedAlready, EmailTaken (the family is there already: link it).
    """
    rights.require(by, "accounts")
    assert by is not None
    request = deciding.undecided(session, by, request_id, "other_home")
    asked, now = request.values, clock.now()
    family = Family(
        name=asked["last_name"],
        first_name=asked["first_name"],
        search_name="",
        state="approved",
        created_at=now,
    )
    family.search_name = search_name(family)
    session.add(family)
    session.flush()
    guardian = _of_this_family(session, request.family_id, asked["email"])
    account = session.get_one(Account, guardian.account_id, with_for_update=True) if guardian and guardian.account_id else None
    if guardian is not None and (account is None or account.id != request.asked_by_id):
        guardian.family_id = family.id
    else:
        names = {"first_name": asked["first_name"], "last_name": asked["last_name"]}
        guardian = Guardian(**names, family_id=family.id, search_name="", created_at=now)
        guardian.search_name = search_name(guardian)
        session.add(guardian)
    session.flush()
    if account is not None and account.state == "active":
        family.state = "active"
    elif not invitations.send(session, by, guardian, account, asked["email"]):
        raise EmailTaken(asked["email"])
    journal.record(session, by, "open_home", family)
    _share(session, by, request, family)
    return family


def link_other_home(session: Session, by: Account | None, request_id: int, family_id: int) -> None:
    """The staff links the children to a family that is there already. Raises NotAllowed, DoesNotExist, AlreadyDecided, SharedAlready."""
    rights.require(by, "accounts")
    assert by is not None
    request = deciding.undecided(session, by, request_id, "other_home")
    family = finding.family_of(session, by, family_id)
    if family.id == request.family_id or family.state not in ("active", "approved"):
        raise DoesNotExist("families")
    _share(session, by, request, family)


def end_home(session: Session, by: Account | None, child_id: int, family_id: int, reason: str) -> None:
    """The staff ends one of a child's two homes; the other keeps its registrations. Both are told by e-mail, without a word of why.

    What the ended home allowed counts no more: neither the people it named nor its permissions. Whom it forbade stays forbidden until
    the staff lifts it.

    Raises NotAllowed, Incomplete, TooLong, DoesNotExist, LastHome, StillBooked.
    """
    why = _staff(by, reason)
    assert by is not None
    child, link = _linked(session, by, child_id, family_id)
    others = [home for home in _homes(session, child.id) if home.family_id != family_id]
    if not others:
        raise LastHome
    booked = select(func.count()).where(
        Booking.child_id == child.id, Booking.family_id == family_id, Booking.day >= clock.today(), Booking.state.in_(LIVE_BOOKING)
    )
    waits = select(func.count()).where(
        WaitingListEntry.child_id == child.id, WaitingListEntry.family_id == family_id, WaitingListEntry.state.in_(_LIVE_ENTRY)
    )
    days = (session.scalar(booked) or 0) + (session.scalar(waits) or 0)
    if days:
        raise StillBooked(days)
    session.delete(link)
    if len(others) == 1:
        others[0].custody = "full"
    live = (Registration.child_id == child.id, Registration.family_id == family_id, Registration.state.in_(("requested", "accepted")))
    session.execute(update(Registration).where(*live).values(family_id=others[0].family_id))
    _withdraw_all(session, by, child.id, family_id)
    ended.take_back_leave(session, child.id, family_id)
    journal.record(session, by, "end_home", child, family_id=family_id, changes={}, reason=why)
    _told(session, [family_id, *(home.family_id for home in others)])


def change_custody(session: Session, by: Account | None, child_id: int, family_id: int, custody: str, reason: str) -> None:
    """The staff notes how a child lives in a home: `full` or `shared`. Raises NotAllowed, Incomplete, TooLong, DoesNotExist."""
    why = _staff(by, reason)
    assert by is not None
    if custody not in CUSTODIES:
        raise DoesNotExist("custodies")
    child, link = _linked(session, by, child_id, family_id)
    changes = {"custody": [link.custody, custody]}
    link.custody = custody
    journal.record(session, by, "change_custody", child, family_id=family_id, changes=changes, reason=why)
    _told(session, [family_id])


def join_child(session: Session, by: Account | None, request_id: int, child_id: int) -> None:
    """A likely duplicate is the same child: the asking family shares the other one, and the new one goes.

    Raises NotAllowed, DoesNotExist, AlreadyDecided, SharedAlready, ChildInUse.
    """
    rights.require(by, "accounts")
    assert by is not None
    request = deciding.undecided(session, by, request_id, "duplicate")
    if child_id not in request.values["children"]:
        raise DoesNotExist("children")
    kept = finding.child_of(session, by, child_id, lock=True)
    homes = _homes(session, kept.id)
    if len(homes) > 1 and request.family_id not in [home.family_id for home in homes]:
        raise SharedAlready(kept.first_name)
    _erase_double(session, by, request)
    if request.family_id not in [home.family_id for home in homes]:
        for home in homes:
            home.custody = "shared"
        session.add(FamilyChild(family_id=request.family_id, child_id=kept.id, custody="shared"))
    journal.record(session, by, "join_child", kept, family_id=request.family_id, changes={})
    deciding.close(session, by, request, "accepted")
    _told(session, [request.family_id, *(home.family_id for home in homes)])


def keep_apart(session: Session, by: Account | None, request_id: int) -> None:
    """A likely duplicate is another child: the note is put away. Raises NotAllowed, DoesNotExist, AlreadyDecided."""
    rights.require(by, "accounts")
    assert by is not None
    request = deciding.undecided(session, by, request_id, "duplicate")
    request.state, request.decided_by_id, request.decided_at = "refused", by.id, clock.now()
    journal.record(session, by, "keep_apart", request)


# -- how --------------------------------------------------------------------------------------------------------------------------


def _staff(by: Account | None, reason: str) -> str:
    rights.require(by, "accounts")
    return filled("reason", reason, LONGEST_REASON)


def _homes(session: Session, child_id: int) -> list[FamilyChild]:
    return list(session.scalars(select(FamilyChild).where(FamilyChild.child_id == child_id).order_by(FamilyChild.family_id)))


def _linked(session: Session, by: Account, child_id: int, family_id: int) -> tuple[Child, FamilyChild]:
    """A child, locked, and its place in a family in sight."""
    finding.family_of(session, by, family_id)
    child = finding.child_of(session, by, child_id, lock=True)
    link = session.get(FamilyChild, (family_id, child.id), populate_existing=True)
    if link is None:
        raise DoesNotExist("children")
    return child, link


def _of_this_family(session: Session, family_id: int, email: str) -> Guardian | None:
    """The guardian of the asking family who already has the other parent's e-mail, as own or to sign in."""
    wanted = select(Guardian).outerjoin(Account, Account.id == Guardian.account_id).where(Guardian.family_id == family_id)
    return session.scalar(wanted.where(func.coalesce(Account.email, Guardian.email) == email).with_for_update(of=Guardian))


def _share(session: Session, by: Account, request: ChangeRequest, family: Family) -> None:
    """Gives a family its place beside the asking one for each child of a request, and settles the request."""
    for child_id in request.values["children"]:
        child: Child | None = session.get(Child, child_id, with_for_update=True, populate_existing=True)
        homes = _homes(session, child_id)
        mine = next((home for home in homes if home.family_id == request.family_id), None)
        if child is None or mine is None:
            raise DoesNotExist("children")
        if any(home.family_id not in (request.family_id, family.id) for home in homes):
            raise SharedAlready(child.first_name)
        for home in homes:
            home.custody = "shared"
        if len(homes) == 1:
            session.add(FamilyChild(family_id=family.id, child_id=child_id, custody="shared"))
        journal.record(session, by, "share_child", child, family_id=family.id, changes={})
    deciding.close(session, by, request, "accepted")
    _told(session, [request.family_id, family.id])


def _told(session: Session, family_ids: Sequence[int]) -> None:
    """Brings the files of homes up to date and writes to whoever signs in there; the letter says no name and no reason."""
    documents.refresh(session, family_ids)
    people = select(Account, Guardian.family_id).join(Guardian, Guardian.account_id == Account.id)
    for account, family_id in session.execute(people.where(Guardian.family_id.in_(family_ids), Account.state == "active")):
        letters.write(session, "homes_changed", account, family_id=family_id)


def _withdraw_all(session: Session, by: Account, child_id: int, family_id: int) -> None:
    theirs = (ChangeRequest.section == "child", ChangeRequest.object_id == child_id, ChangeRequest.family_id == family_id)
    ended: dict[str, Any] = {"state": "withdrawn", "decided_at": clock.now(), "decided_by_id": by.id}
    session.execute(update(ChangeRequest).where(*theirs, ChangeRequest.state == "waiting").values(ended))


def _erase_double(session: Session, by: Account, request: ChangeRequest) -> None:
    """Deletes the new child, who has nothing but a name; whatever hangs on it makes the database refuse."""
    homes = _homes(session, request.object_id)
    if [home.family_id for home in homes] != [request.family_id]:
        raise ChildInUse
    _withdraw_all(session, by, request.object_id, request.family_id)
    try:
        with session.begin_nested():
            session.execute(delete(FamilyChild).where(FamilyChild.child_id == request.object_id))
            session.execute(delete(Child).where(Child.id == request.object_id))
    except IntegrityError as held:
        raise ChildInUse from held

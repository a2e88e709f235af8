"""A family asks that its account be closed; the structure accepts, once nothing is to come, or refuses with a reason."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Account, Booking, ClosingRequest, Family, FamilyBalance, Guardian, Registration, WaitingListEntry
from db.models.bookings import LIVE_BOOKING
from domain import clock, journal, letters, rights
from domain.accounts.sessions import end_sessions
from domain.documents.decisions import written_to
from domain.families import finding
from domain.refusals import AlreadyDecided, ChangedMeanwhile, DoesNotExist, TooLong, filled
from domain.retention.refusals import AsksAlready, BookedAhead

LONGEST_WORDS = 2_000
_LIVE_REGISTRATION = ("requested", "accepted", "waiting")


@dataclass(frozen=True)
class Leaving:
    """What a family has to know before it asks: days to come, what is owed on either side in cents, and its request if one waits."""

    days: int
    last_on: date | None
    open_cents: int
    credit_cents: int
    request: ClosingRequest | None


def leaving(session: Session, by: Account | None) -> Leaving:
    """What stands between a parent's family and the door. Raises NotAllowed, DoesNotExist."""
    return _leaving(session, finding.own_family(session, by).id)


def ask(session: Session, by: Account | None, words: str = "") -> ClosingRequest:
    """A parent asks for the closing of the family's account. Raises NotAllowed, DoesNotExist, TooLong, BookedAhead, AsksAlready."""
    family = finding.own_family(session, by, lock=True)
    told = words.replace("\x00", "").strip()
    if len(told) > LONGEST_WORDS:
        raise TooLong("reason", LONGEST_WORDS)
    stands = _leaving(session, family.id)
    if stands.request is not None:
        raise AsksAlready
    _nothing_ahead(stands)
    asked = ClosingRequest(family_id=family.id, words=told or None, state="waiting", asked_by_id=by.id if by else 0, asked_at=clock.now())
    session.add(asked)
    journal.record(session, by, "ask_closing", asked, changes={})
    return asked


def withdraw(session: Session, by: Account | None) -> None:
    """A parent takes the request back. Raises NotAllowed, DoesNotExist, ChangedMeanwhile when it does not wait any more."""
    family = finding.own_family(session, by, lock=True)
    asked = _waiting_of(session, family.id)
    if asked is None:
        raise ChangedMeanwhile("closing_requests")
    asked.state, asked.decided_at, asked.decided_by_id = "withdrawn", clock.now(), by.id if by else None
    journal.record(session, by, "withdraw_closing", asked, changes={"state": ["waiting", "withdrawn"]})


def waiting(session: Session, by: Account) -> pd.DataFrame:
    """The families that ask to leave, the longest waiting first: id, family_id, family, words, asked_at, open_cents, credit_cents, days.

    Raises NotAllowed.
    """
    rights.require(by, "retention", rights.SEE)
    ahead = select(func.count(Booking.id)).where(
        Booking.family_id == Family.id, Booking.day >= clock.today(), Booking.state.in_(LIVE_BOOKING)
    )
    rows = (
        select(
            ClosingRequest.id,
            Family.id.label("family_id"),
            (Family.name + func.coalesce(" " + Family.first_name, "")).label("family"),
            ClosingRequest.words,
            ClosingRequest.asked_at,
            func.coalesce(FamilyBalance.open_cents, 0).label("open_cents"),
            func.coalesce(FamilyBalance.credit_cents, 0).label("credit_cents"),
            ahead.correlate(Family).scalar_subquery().label("days"),
        )
        .join(Family, Family.id == ClosingRequest.family_id)
        .outerjoin(FamilyBalance, FamilyBalance.family_id == Family.id)
        .where(ClosingRequest.state == "waiting", rights.sees_family(by))
        .order_by(ClosingRequest.asked_at, ClosingRequest.id)
        .limit(200)
    )
    return pd.read_sql_query(rows, session.connection())


def accept(session: Session, by: Account | None, request_id: int) -> None:
    """The family is archived, its registrations end, its sign-ins are closed and signed out; its data go with the next batch.

    What is owed stays owed: the letter says so. Raises NotAllowed, DoesNotExist, AlreadyDecided, BookedAhead.
    """
    asked = _undecided(session, by, request_id)
    stands = _leaving(session, asked.family_id)
    _nothing_ahead(stands)
    family = session.get_one(Family, asked.family_id)
    family.state, family.archived_at = "archived", clock.now()
    live = select(Registration).where(Registration.family_id == family.id, Registration.state.in_(_LIVE_REGISTRATION))
    for registration in session.scalars(live.with_for_update()):
        registration.state = "ended"
    _tell(session, asked, "closing_accepted", open_cents=stands.open_cents, credit_cents=stands.credit_cents)
    theirs = select(Account).join(Guardian, Guardian.account_id == Account.id).where(Guardian.family_id == family.id)
    for account in session.scalars(theirs.order_by(Account.id).with_for_update(of=Account)):
        account.state = "closed"
        end_sessions(session, account)
    _decide(asked, by, "accepted")
    journal.record(session, by, "accept_closing", asked, changes={"state": ["waiting", "accepted"]})


def refuse(session: Session, by: Account | None, request_id: int, answer: str) -> bool:
    """The structure does not close the account yet, and says why. Gives False when nobody of the family has an e-mail.

    Raises NotAllowed, Incomplete, TooLong, DoesNotExist, AlreadyDecided.
    """
    rights.require(by, "retention")
    told = filled("reason", answer, 250)
    asked = _undecided(session, by, request_id)
    asked.answer = told
    _decide(asked, by, "refused")
    journal.record(session, by, "refuse_closing", asked, changes={"state": ["waiting", "refused"]})
    return _tell(session, asked, "closing_refused", reason=told)


def _leaving(session: Session, family_id: int) -> Leaving:
    today = clock.today()
    booked = select(func.count(Booking.id), func.max(Booking.day)).where(
        Booking.family_id == family_id, Booking.day >= today, Booking.state.in_(LIVE_BOOKING)
    )
    hoped = select(func.count(WaitingListEntry.id), func.max(WaitingListEntry.day)).where(
        WaitingListEntry.family_id == family_id, WaitingListEntry.day >= today, WaitingListEntry.state.in_(("waiting", "offered"))
    )
    (days, last), (entries, latest) = session.execute(booked).one(), session.execute(hoped).one()
    balance = session.get(FamilyBalance, family_id)
    ends = [day for day in (last, latest) if day is not None]
    return Leaving(
        days=days + entries,
        last_on=max(ends) if ends else None,
        open_cents=balance.open_cents if balance else 0,
        credit_cents=balance.credit_cents if balance else 0,
        request=_waiting_of(session, family_id),
    )


def _nothing_ahead(stands: Leaving) -> None:
    if stands.days and stands.last_on is not None:
        raise BookedAhead(stands.days, stands.last_on)


def _waiting_of(session: Session, family_id: int) -> ClosingRequest | None:
    return session.scalars(
        select(ClosingRequest).where(ClosingRequest.family_id == family_id, ClosingRequest.state == "waiting")
    ).one_or_none()


def _undecided(session: Session, by: Account | None, request_id: int) -> ClosingRequest:
    """The request, its family locked before it, if it still waits."""
    rights.require(by, "retention")
    known = select(ClosingRequest.family_id).where(ClosingRequest.id == request_id)
    family_id = session.scalar(known.where(rights.sees_family(by, ClosingRequest.family_id))) if by else None
    if family_id is None:
        raise DoesNotExist("closing_requests")
    session.execute(select(Family.id).where(Family.id == family_id).with_for_update())
    lock = select(ClosingRequest).where(ClosingRequest.id == request_id).with_for_update()
    asked = session.scalars(lock.execution_options(populate_existing=True)).one()
    if asked.state != "waiting":
        decider = session.get(Account, asked.decided_by_id) if asked.decided_by_id else None
        raise AlreadyDecided(decider.full_name if decider else None, asked.decided_at or asked.asked_at, asked.state)
    return asked


def _decide(asked: ClosingRequest, by: Account | None, outcome: str) -> None:
    asked.state, asked.decided_at, asked.decided_by_id = outcome, clock.now(), by.id if by else None


def _tell(session: Session, asked: ClosingRequest, kind: str, **facts: str | int) -> bool:
    asker_first = (Guardian.account_id == asked.asked_by_id).desc()
    found = session.execute(written_to([asked.family_id]).order_by(asker_first, Guardian.id).limit(1)).first()
    if found is None:
        return False
    letters.write(session, kind, found.Guardian, family_id=asked.family_id, language=found.language, **facts)
    return True

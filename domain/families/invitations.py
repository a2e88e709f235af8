"""Each guardian has an own sign-in: an e-mail is kept beside the guardian until its owner answers the invitation.

Whoever invites gets the same answer whether the e-mail is free or somebody else's already: the portal tells nobody who has an account.
An e-mail becomes the guardian's own, and a letter's address, only when its owner has opened the link.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.models import Account, ChangeRequest, Guardian
from domain import clock, journal, letters, rights
from domain.accounts import links, throttle
from domain.accounts.sessions import end_sessions
from domain.accounts.staff import EmailTaken
from domain.families import finding
from domain.families.changing import EditedMeanwhile, OthersEmail, Taken, change
from domain.families.fields import Rule, rules, sound
from domain.refusals import Incomplete, Refusal, filled

SECTION = "invitation"
AT_ONCE = 6
"""How many invitations a family may send within a quarter of an hour."""
LONGEST_REASON = 250


class HasAccess(Refusal):
    """This guardian signs in already."""


class AccessClosed(Refusal):
    """The staff has closed this guardian's access, and the staff alone opens it again."""


@dataclass(eq=False)
class InvitedJustNow(Refusal):
    """An invitation has just left, or several have: the next may leave from `until` on."""

    until: datetime


@dataclass(frozen=True)
class Access:
    """How a guardian stands with the portal: `open`, `closed`, `invited`, `expired` or `none`; the e-mail, confirmed or not."""

    state: str
    email: str | None


def accesses(session: Session, guardians: Sequence[Guardian]) -> dict[int, Access]:
    """The access of guardians, by id. What a family sees of it does not depend on whose e-mail was typed."""
    ids = [guardian.id for guardian in guardians]
    accounts = {
        account.id: account
        for account in session.scalars(select(Account).where(Account.id.in_([g.account_id for g in guardians if g.account_id])))
    }
    waiting = select(ChangeRequest).where(
        ChangeRequest.section == SECTION, ChangeRequest.object_id.in_(ids), ChangeRequest.state == "waiting"
    )
    kept = {request.object_id: request for request in session.scalars(waiting)}
    return {guardian.id: _access(guardian, accounts.get(guardian.account_id or 0), kept.get(guardian.id)) for guardian in guardians}


def set_email(session: Session, by: Account | None, guardian_id: int, read: str | None, email: str | None) -> None:
    """A parent types the e-mail of another guardian of the family, who has no sign-in yet. It waits for its owner's answer.

    Raises NotAllowed, DoesNotExist, OthersEmail (a sign-in, or changed meanwhile by somebody else), NotSound, TooLong.
    """
    finding.own_family(session, by)
    assert by is not None
    guardian = finding.guardian_of(session, by, guardian_id, lock=True)
    wanted = sound("guardian", {"email": email}, {"email": Rule("editable", waits=False)})["email"]
    if (wanted or "") == (read or ""):
        return
    account = _account(session, guardian)
    if account is not None and (account.state != "pending" or account.password_hash):
        raise OthersEmail
    keep_email(session, by, guardian, wanted)


def change_guardian(session: Session, by: Account | None, guardian_id: int, read: Mapping[str, Any], typed: Mapping[str, Any]) -> Taken:
    """A guardian's form: the fields as `changing.change` takes them, and the e-mail where there is no sign-in yet.

    Raises what `change` and `set_email` raise.
    """
    guardian = finding.guardian_of(session, by, guardian_id, lock=True)
    account = _account(session, guardian)
    if account is not None and (account.state != "pending" or account.password_hash):
        return change(session, by, "guardian", guardian_id, read, typed)
    others, rule = {name: value for name, value in typed.items() if name != "email"}, rules(session, "guardian")["email"]
    taken = change(session, by, "guardian", guardian_id, read, others)
    if "email" not in typed or not rule.is_open:
        return taken
    if rule.mode == "compulsory" and not (typed["email"] or "").strip():
        raise Incomplete("email")
    standing = accesses(session, [guardian])[guardian.id].email
    if (typed["email"] or "") != (read.get("email") or "") and (standing or "") != (read.get("email") or ""):
        raise EditedMeanwhile("guardian", {"email": standing})
    set_email(session, by, guardian_id, read.get("email"), typed["email"])
    return taken


def keep_email(session: Session, by: Account, guardian: Guardian, email: str | None) -> None:
    """Keeps an e-mail beside a guardian whom the caller holds; an invitation to another address dies."""
    former = _kept(session, guardian)
    if former is not None:
        if former.values["new"] == email:
            return
        former.state, former.decided_at, former.decided_by_id = "withdrawn", clock.now(), by.id
    _part(session, guardian, _account(session, guardian))
    if email is not None:
        _keep(session, by, guardian, email)
    journal.record(session, by, "type_email", guardian, changes={})


def invite(session: Session, by: Account | None, guardian_id: int) -> None:
    """A parent invites another guardian of the family to open an own access. The answer never tells whether the e-mail was free.

    Raises NotAllowed, DoesNotExist, HasAccess, AccessClosed, Incomplete (no e-mail), InvitedJustNow.
    """
    family = finding.own_family(session, by)
    assert by is not None
    guardian = finding.guardian_of(session, by, guardian_id, lock=True)
    account = _account(session, guardian)
    if account is not None and account.state == "closed":
        raise AccessClosed
    if account is not None and (account.state == "active" or account.password_hash):
        raise HasAccess
    kept = _kept(session, guardian) or (_keep(session, by, guardian, guardian.email) if guardian.email else None)
    if kept is None:
        raise Incomplete("email")
    invited_at = kept.values.get("invited_at")
    if invited_at and datetime.fromisoformat(invited_at) > clock.now() - links.BETWEEN_TWO:
        raise InvitedJustNow(datetime.fromisoformat(invited_at) + links.BETWEEN_TWO)
    until = throttle.count_asked(session, f"invite guardian:{family.id}", AT_ONCE)
    if until is not None:
        raise InvitedJustNow(until)
    send(session, by, guardian, account, kept.values["new"])
    _mark(kept)
    journal.record(session, by, "invite_guardian", guardian, changes={})


def invite_by_staff(session: Session, by: Account | None, guardian_id: int) -> None:
    """The staff invites a guardian, or opens a closed access again; the person chooses a new password.

    Raises NotAllowed, DoesNotExist, HasAccess, Incomplete (no e-mail), EmailTaken.
    """
    rights.require(by, "accounts")
    assert by is not None
    guardian = finding.guardian_of(session, by, guardian_id, lock=True)
    account = _account(session, guardian)
    if account is not None and (account.state == "active" or (account.state == "pending" and account.password_hash)):
        raise HasAccess
    kept = _kept(session, guardian)
    email = kept.values["new"] if kept else guardian.email or (account.email if account else None)
    if not email:
        raise Incomplete("email")
    if not send(session, by, guardian, account, email):
        raise EmailTaken(email)
    _mark(kept or _keep(session, by, guardian, email))
    journal.record(session, by, "invite_guardian", guardian, changes={})


def close_access(session: Session, by: Account | None, guardian_id: int, reason: str) -> None:
    """The staff closes a guardian's access: sessions and links end at once. Raises NotAllowed, DoesNotExist, Incomplete, TooLong."""
    rights.require(by, "accounts")
    assert by is not None
    why = filled("reason", reason, LONGEST_REASON)
    guardian = finding.guardian_of(session, by, guardian_id, lock=True)
    account, kept = _account(session, guardian), _kept(session, guardian)
    if kept is not None:
        kept.state, kept.decided_at, kept.decided_by_id = "withdrawn", clock.now(), by.id
    was_open = account is not None and account.state == "active"
    if account is not None:
        account.state = "closed"
        end_sessions(session, account)
        links.die(session, account.id)
    journal.record(session, by, "close_access", guardian, changes={}, reason=why)
    if account is not None and was_open:
        letters.write(session, "access_closed", account, family_id=guardian.family_id)


# -- how --------------------------------------------------------------------------------------------------------------------------


def send(session: Session, by: Account, guardian: Guardian, account: Account | None, email: str) -> bool:
    """Writes the invitation of a guardian whom the caller holds, where the e-mail is free; else tells its owner. Whether it was free."""
    there = session.scalar(select(Account).where(Account.email == email).with_for_update().execution_options(populate_existing=True))
    others = select(Guardian.id).where(Guardian.email == email, Guardian.id != guardian.id)
    taken = there is not None and there is not account and not _left_over(session, there)
    if taken or session.scalar(others) is not None:
        return _tell_owner(session, guardian, account, there)
    invited = there or account or Account(role="parent", created_at=clock.now(), state="pending")
    invited.email, invited.first_name, invited.last_name = email, guardian.first_name, guardian.last_name
    invited.state, invited.password_hash = "pending", None
    invited.totp_sealed = invited.totp_confirmed_at = invited.totp_last_step = None
    try:
        with session.begin_nested():
            session.add(invited)
            session.flush()
            guardian.account_id = invited.id
            session.flush()
    except IntegrityError:  # somebody was quicker by a moment
        session.refresh(guardian)
        return _tell_owner(session, guardian, None, None)
    if account is not None and account is not invited:
        account.state = "closed"
        links.die(session, account.id)
    there_now = links.address(links.issue(session, invited, "invite"))
    until = clock.now() + links.LIVES
    inviter = None if by.is_staff else by.full_name
    letters.write(session, "guardian_invited", invited, family_id=guardian.family_id, address=there_now, until=until, inviter=inviter)
    return True


def _tell_owner(session: Session, guardian: Guardian, account: Account | None, owner: Account | None) -> bool:
    _part(session, guardian, account)
    if owner is not None and owner.state == "active":
        letters.write(session, "guardian_known", owner)
    return False


def _part(session: Session, guardian: Guardian, account: Account | None) -> None:
    """Ends an invitation to another address: whoever holds its link, expired or not, gets no new one."""
    if account is not None:
        account.state, guardian.account_id = "closed", None
        links.die(session, account.id)
        session.flush()


def _left_over(session: Session, account: Account) -> bool:
    """A closed sign-in of a family that belongs to nobody any more may be opened again for whoever owns its e-mail."""
    owned = session.scalar(select(exists().where(Guardian.account_id == account.id)))
    return account.role == "parent" and account.state == "closed" and not owned


def _account(session: Session, guardian: Guardian) -> Account | None:
    if guardian.account_id is None:
        return None
    return session.get_one(Account, guardian.account_id, with_for_update=True, populate_existing=True)


def _kept(session: Session, guardian: Guardian) -> ChangeRequest | None:
    return session.scalar(
        select(ChangeRequest)
        .where(ChangeRequest.section == SECTION, ChangeRequest.object_id == guardian.id, ChangeRequest.state == "waiting")
        .with_for_update()
    )


def _keep(session: Session, by: Account, guardian: Guardian, email: str) -> ChangeRequest:
    session.flush()
    request = ChangeRequest(
        family_id=guardian.family_id,
        section=SECTION,
        object_id=guardian.id,
        field="email",
        values={"old": guardian.email, "new": email},
        state="waiting",
        asked_by_id=by.id,
        asked_at=clock.now(),
    )
    session.add(request)
    return request


def _mark(kept: ChangeRequest) -> None:
    kept.values = kept.values | {"invited_at": clock.now().isoformat()}


def _access(guardian: Guardian, account: Account | None, kept: ChangeRequest | None) -> Access:
    if account is not None and account.state in ("active", "closed"):
        return Access("open" if account.state == "active" else "closed", account.email)
    email = kept.values["new"] if kept else guardian.email or (account.email if account else None)
    invited_at = kept.values.get("invited_at") if kept else None
    if invited_at:
        late = datetime.fromisoformat(invited_at) < clock.now() - links.LIVES
        return Access("expired" if late else "invited", email)
    return Access("invited" if account is not None and kept is None else "none", email)

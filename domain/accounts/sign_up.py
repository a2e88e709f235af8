"""« Créer un compte »: what a visitor typed becomes a family, a guardian, a sign-in and a request, which wait for the staff.

Whether an e-mail is known is never told to the visitor: its owner reads it in a letter, and the visitor's answer is the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.models import Account, AccountLink, AccountRequest, Family, Guardian, Letter
from db.session import reading, writing
from domain import clock, journal, letters, rights
from domain.accounts import consents, links, passwords, proof, throttle
from domain.accounts.refusals import PasswordsDiffer, TooManyAttempts
from domain.accounts.sign_in import Origin
from domain.families import FIELDS, Rule, Section, rules, sound
from domain.refusals import Incomplete, Refusal
from domain.spelling import plain

REQUESTS_FROM_ONE_ADDRESS, LETTERS_TO_ONE = 20, 3  # in a quarter of an hour
TOLD_EVERY = timedelta(hours=1)
LATER = ("regime", "allocataire_number", "allocataire_name")
"""What a family tells once its account is open."""
STARRED: dict[Section, tuple[str, ...]] = {
    "family": ("name", "postcode", "town", "street"),
    "guardian": ("civility", "last_name", "first_name", "email"),
    "child": (),
}


class NoticeNotRead(Refusal):
    """The notice was not agreed to: without it no account can be asked for."""


@dataclass(frozen=True)
class Asked:
    """What a visitor typed: the fields of the family and of the guardian, and the answers `notice`, `photo`, `newsletter`."""

    family: Mapping[str, Any]
    guardian: Mapping[str, Any]
    answers: Mapping[str, bool | None]
    language: str = "fr"


def rules_of(session: Session, section: Section) -> dict[str, Rule]:
    """The rules of the sign-up's fields: the structure's, without what comes later; what an account cannot be without has its star."""
    return {name: _at_sign_up(section, name, rule) for name, rule in rules(session, section).items()}


def check_family(session: Session, values: Mapping[str, Any], answers: Mapping[str, bool | None]) -> dict[str, Any]:
    """The first step, as it would be kept. Raises Incomplete, TooLong, NotSound, NoticeNotRead."""
    read = sound("family", _every("family", values), rules_of(session, "family"))
    if not answers.get("notice"):
        raise NoticeNotRead
    return read


def check_guardian(session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the second step, as they would be kept. Raises Incomplete, TooLong, NotSound."""
    return sound("guardian", _every("guardian", values), rules_of(session, "guardian"))


def check_password(password: str, again: str, guardian: Mapping[str, Any]) -> None:
    """The password of the second step. Raises Incomplete, PasswordsDiffer, PasswordTooLong, PasswordTooWeak."""
    if not password:
        raise Incomplete("password")
    if password != again:
        raise PasswordsDiffer
    names = (str(guardian.get(name) or "") for name in ("first_name", "last_name"))
    passwords.check(password, *passwords.about(str(guardian.get("email") or ""), *names))


def send(asked: Asked, password: str, *, origin: Origin, worked: str) -> None:
    """Sends the request. The same answer, after the same work, whether the e-mail is known or not.

    Opens its own transactions, around the hash. Raises ProofMissing, ProofSpent, TooManyAttempts, and what the checks above raise.
    """
    name = proof.read(worked)
    with reading() as session:
        family = check_family(session, asked.family, asked.answers)
        guardian = check_guardian(session, asked.guardian)
    check_password(password, password, guardian)
    with writing() as session:
        if not proof.spend(session, name):
            raise proof.ProofSpent
        until = throttle.count_asked(session, f"sign-up:{origin.ip}", REQUESTS_FROM_ONE_ADDRESS) if origin.ip else None
    if until:
        raise TooManyAttempts(until)
    new_hash = passwords.hashed(password)
    with writing() as session:
        account = _account(session, guardian, asked.language)
        if account is None:
            _tell_owner(session, str(guardian["email"]))
            return
        account.password_hash, account.password_changed_at = new_hash, clock.now()
        _request(session, account, family, guardian, asked)
        _tell_staff(session)


def _at_sign_up(section: Section, name: str, rule: Rule) -> Rule:
    if name in STARRED[section] and (rule.is_open or name != "street"):
        return replace(rule, mode="compulsory")
    return replace(rule, mode="hidden") if name in LATER or not rule.is_open else rule


def _every(section: Section, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with every field of the section: what was not typed is empty, not left out."""
    return {field.name: values.get(field.name) for field in FIELDS[section]}


def _account(session: Session, guardian: Mapping[str, Any], language: str) -> Account | None:
    """The sign-in of a request: a new one, or the closed one of a request that was refused; None where somebody has it."""
    email = str(guardian["email"])
    names = {"first_name": guardian["first_name"], "last_name": guardian["last_name"], "language": language}
    if session.scalar(select(Account.id).where(Account.email == email)) is None:
        try:
            with session.begin_nested():
                account = Account(email=email, role="parent", state="pending", created_at=clock.now(), **names)
                session.add(account)
            return account
        except IntegrityError:  # somebody was quicker by a moment
            return None
    account = session.scalars(select(Account).where(Account.email == email).with_for_update()).one()
    family = _family_of(session, account)
    if account.role != "parent" or account.state != "closed" or family is None or family.state != "refused":
        return None
    account.state, account.first_name, account.last_name, account.language = "pending", *names.values()
    throttle.forget(session, account)
    links.die(session, account.id)
    return account


def _family_of(session: Session, account: Account) -> Family | None:
    return session.scalar(select(Family).join(Guardian).where(Guardian.account_id == account.id))


def _request(session: Session, account: Account, family: Mapping[str, Any], guardian: Mapping[str, Any], asked: Asked) -> None:
    now = clock.now()
    person = session.scalar(select(Guardian).where(Guardian.account_id == account.id))
    home = _family_of(session, account)
    if person is None or home is None:
        home = Family(created_at=now, state="requested", name="", search_name="")
        person = Guardian(created_at=now, account_id=account.id, last_name="", first_name="", search_name="")
    for thing, values in ((home, family), (person, guardian)):
        for name, value in values.items():
            setattr(thing, name, value)
    home.state, home.search_name = "requested", plain(home.name)
    person.search_name = plain(f"{person.first_name} {person.last_name}")
    if session.scalar(select(Guardian.id).where(Guardian.email == person.email, Guardian.account_id.is_distinct_from(account.id))):
        person.email = None  # somebody whom the staff knows has it: the queue shows the likeness, the sign-in keeps the address
    session.add(home)
    session.flush()
    person.family_id = home.id
    session.add(person)
    session.flush()
    texts = consents.texts(session, asked.language)
    read = consents.answer(session, home.id, texts["notice"], given=True)
    for kind in consents.OPTIONAL:
        if kind in texts:
            consents.answer(session, home.id, texts[kind], given=bool(asked.answers.get(kind)))
    request = AccountRequest(family_id=home.id, guardian_id=person.id, consent_id=read.id, state="waiting", requested_at=now)
    session.add(request)
    journal.record(session, account, "ask_account", request, changes={})


def _tell_owner(session: Session, email: str) -> None:
    """A letter to who has the account: what it is, and the way in. Somebody who waits for a link gets it again.

    Where two asked with one address before its owner has answered, nobody knows whose password is whose: it is chosen behind the link.
    """
    account = session.scalars(select(Account).where(Account.email == email).with_for_update()).one()
    if account.state == "pending" and account.role == "parent" and account.password_hash is not None:
        account.password_hash = account.password_changed_at = None
        journal.record(session, account, "ask_account", account)
    if throttle.count_asked(session, f"known:{email}", LETTERS_TO_ONE):
        return
    linked = session.scalar(select(AccountLink.id).where(AccountLink.account_id == account.id).limit(1))
    waits = account.state == "pending" and linked is None
    letters.write(session, "account_exists", account, state="waiting" if waits else account.state)
    links.renew(session, account)


def _tell_staff(session: Session) -> None:
    """A letter to who may approve, once an hour at most: what comes within the hour is told at its end."""
    now = clock.now()
    roles = [role for role, right in rights.TABLE["accounts"].items() if right >= rights.ACT]
    staff = select(Account).where(Account.role.in_(roles), Account.state == "active").order_by(Account.id).with_for_update()
    people = session.scalars(staff).all()
    told = select(Letter.account_id, Letter.next_try_at, Letter.written_at).where(
        Letter.kind == "account_requested", Letter.written_at > now - 2 * TOLD_EVERY
    )
    last: dict[int | None, Any] = {}
    for account_id, due_at, written_at in session.execute(told.order_by(Letter.id)):
        last[account_id] = max(due_at, written_at)
    for person in people:
        before = last.get(person.id)
        if before is None or before <= now:
            letter = letters.write(session, "account_requested", person)
            if before is not None and before + TOLD_EVERY > now:
                letter.next_try_at = before + TOLD_EVERY

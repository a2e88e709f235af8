"""The outbox: letters that wait are leased, sent, and kept with their outcome; what fails is tried again, then laid aside as dead."""

import re
import smtplib
import ssl
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import pandas as pd
import structlog
from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session

from db.models import Account, Letter
from db.session import reading, touch, writing
from db.settings import settings
from domain import clock, journal, rights
from domain.letters import write
from domain.refusals import DoesNotExist, Refusal

LEASE = timedelta(minutes=5)
PATIENCE = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720)]
COUNTED = 2000
_ADDRESS = re.compile(r"https?://\S+")
_SECRET = re.compile(r"(?<=lien=)[\w.~-]+")
_log = structlog.get_logger()


class NotDead(Refusal):
    """A letter that is not dead needs no second try."""


def send_due() -> int:
    """Sends every letter that is due and returns how many left."""
    sent = 0
    while (left := send_next()) is not None:
        sent += left
    return sent


def send_next() -> bool | None:
    """Sends the letter that is due first: True if it left, False if the server would not take it, None when nothing is due.

    Opens its own transactions: the network is never inside one. One letter is leased at a time, for longer than a server may take; a
    process that dies between sending and noting it leaves a lease that runs out: the letter may then leave twice, under the same
    Message-ID, but is never lost.
    """
    if _carrier_missing() or not _any_due():
        return None
    with writing() as session:
        letter = _take(session)
    if letter is None:
        return None
    error = _carry(letter)
    with writing() as session:
        _note(session, letter, error)
    return error is None


def _carrier_missing() -> bool:
    return settings().environment == "production" and not settings().smtp_host


def _due() -> ColumnElement[bool]:
    moment = clock.now()
    leased = or_(Letter.lease_until_at.is_(None), Letter.lease_until_at < moment)
    return (Letter.state == "waiting") & (Letter.next_try_at <= moment) & leased


def _any_due() -> bool:
    with reading() as session:
        return session.scalar(select(Letter.id).where(_due()).limit(1)) is not None


def _take(session: Session) -> Letter | None:
    due = select(Letter.id).where(_due()).order_by(Letter.next_try_at, Letter.id).limit(1).with_for_update(skip_locked=True)
    leased = (
        update(Letter)
        .where(Letter.id == session.scalar(due))
        .values(lease_until_at=clock.now() + LEASE, attempts=Letter.attempts + 1)
        .returning(Letter)
    )
    return session.scalar(leased)


def _carry(letter: Letter) -> str | None:
    """Hands a letter to the mail server; the reason when it would not take it. Without a server (the demo), it stays to be read here."""
    if not settings().smtp_host:
        return None
    try:
        message = _message(letter)
        with _server() as server:
            server.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as problem:
        return f"{type(problem).__name__}: {problem}"[:250]
    return None


def _message(letter: Letter) -> EmailMessage:
    """What is handed to the mail server. Raises ValueError for an address that no header can hold."""
    username, _, domain = letter.to_email.rpartition("@")  # taken apart here: read as a whole, an accent before the @ is an error
    message = EmailMessage()
    message["Subject"] = letter.subject
    message["From"] = settings().mail_from
    message["To"] = Address(display_name=letter.to_name, username=username, domain=domain)
    message["Message-ID"] = f"<letter-{letter.id}@{settings().mail_from.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text_body)
    message.add_alternative(letter.html_body, subtype="html")
    return message


def _server() -> smtplib.SMTP:
    house, trust = settings(), ssl.create_default_context()
    if house.smtp_tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(house.smtp_host, house.smtp_port, timeout=30, context=trust)
    else:
        server = smtplib.SMTP(house.smtp_host, house.smtp_port, timeout=30)
        if house.smtp_tls == "starttls":
            server.starttls(context=trust)
    if house.smtp_user:
        server.login(house.smtp_user, house.smtp_password)
    return server


def _note(session: Session, letter: Letter, error: str | None) -> None:
    kept = session.get_one(Letter, letter.id, with_for_update=True)
    kept.lease_until_at = None
    if error is None:
        kept.state, kept.sent_at, kept.last_error = "sent", clock.now(), None
        if settings().environment == "production":
            kept.text_body, kept.html_body = without_secrets(kept.text_body), without_secrets(kept.html_body)
    elif kept.attempts > len(PATIENCE):
        kept.state, kept.last_error = "dead", error
        _log.error("letter_dead", letter=kept.id, attempts=kept.attempts)
    else:
        kept.next_try_at, kept.last_error = clock.now() + PATIENCE[kept.attempts - 1], error
    touch(session, "messages")


def without_secrets(body: str) -> str:
    """A body whose single-use links can no longer be used by who reads it."""
    return _SECRET.sub("•••", body)


def links_of(body: str) -> list[str]:
    """The addresses of a body that lead into this portal."""
    return [address for address in _ADDRESS.findall(body) if address.startswith(settings().public_url + "/")]


def in_sight(by: Account) -> ColumnElement[bool]:
    """The letters that a person may read: his own, those to families in his sight, and all of them where every site is his."""
    if rights.site_ids(by) is None:
        return Letter.id.is_not(None)
    return or_(Letter.account_id == by.id, Letter.family_id.is_not(None) & rights.sees_family(by, Letter.family_id))


def letters(
    session: Session, by: Account, *, state: str | None = None, kind: str | None = None, text: str = "", page: int = 1, size: int = 50
) -> tuple[pd.DataFrame, int]:
    """A page of letters, newest first, and how many there are (counted up to COUNTED). Columns: id, written_at, kind, to_name,
    to_email, subject, state, attempts, sent_at, last_error. Two statements; flat with size when not filtered by text."""
    rights.require(by, "messages", rights.SEE)
    chosen = _chosen(by, state, kind, text)
    count = session.scalar(select(func.count()).select_from(chosen.limit(COUNTED).subquery())) or 0
    rows = chosen.order_by(Letter.written_at.desc(), Letter.id.desc()).limit(size).offset((page - 1) * size)
    return pd.read_sql_query(rows, session.connection()), count


def _chosen(by: Account, state: str | None, kind: str | None, text: str) -> Select[*tuple[Any, ...]]:
    columns = (Letter.written_at, Letter.kind, Letter.to_name, Letter.to_email, Letter.subject, Letter.state, Letter.attempts)
    chosen: Select[*tuple[Any, ...]] = select(Letter.id, *columns, Letter.sent_at, Letter.last_error).where(in_sight(by))
    if state:
        chosen = chosen.where(Letter.state == state)
    if kind:
        chosen = chosen.where(Letter.kind == kind)
    for word in text.split():
        chosen = chosen.where(or_(*(column.ilike(f"%{word}%") for column in (Letter.to_name, Letter.to_email, Letter.subject))))
    return chosen


def letter_of(session: Session, by: Account, letter_id: int) -> Letter:
    """One letter in the person's sight (else DoesNotExist). Outside the demo its single-use links are hidden."""
    rights.require(by, "messages", rights.SEE)
    letter = session.scalar(select(Letter).where(Letter.id == letter_id, in_sight(by)))
    if letter is None:
        raise DoesNotExist("letter")
    if settings().environment == "production":
        session.expunge(letter)
        letter.text_body, letter.html_body = without_secrets(letter.text_body), without_secrets(letter.html_body)
    return letter


def write_test(session: Session, by: Account) -> Letter:
    """Puts a test letter to the person's own address into the outbox."""
    rights.require(by, "messages", rights.SEE)
    letter = write(session, "test", by)
    journal.record(session, by, "test_mail", letter)
    return letter


def try_again(session: Session, by: Account, letter_id: int) -> None:
    """Gives a dead letter its tries back. Raises DoesNotExist, NotDead."""
    rights.require(by, "messages")
    letter = session.scalar(select(Letter).where(Letter.id == letter_id, in_sight(by)).with_for_update())
    if letter is None:
        raise DoesNotExist("letter")
    if letter.state != "dead":
        raise NotDead
    letter.state, letter.attempts, letter.next_try_at = "waiting", 0, clock.now()
    journal.record(session, by, "try_again", letter)

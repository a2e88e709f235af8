"""Slows guessing down: names that are not ours and addresses are counted under a keyed hash, so that the table tells nobody who tried."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, event, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.models import Account, SignInThrottle
from db.settings import settings
from domain import clock
from domain.refusals import Refusal

FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
TRIES_FROM_ONE_ADDRESS = 100

Secret = Literal["code", "current_password"]


def count(session: Session, email: str, account: Account | None, ip: str | None) -> datetime | None:
    """Counts an attempt before it is looked at, so that a hundred at once are a hundred. Gives the end of the lock, if locked."""
    until = _counted(session, f"ip:{ip}", TRIES_FROM_ONE_ADDRESS) if ip else None
    if until is None:
        until = _counted_by_account(account) if account else _counted(session, f"email:{email}", FAILURES)
    return until


def count_secret(session: Session, secret: Secret, account: Account, ip: str | None = None) -> datetime | None:
    """Counts a try at what a known person is asked besides the sign-in's password, each under its own key, as `count` does."""
    until = _counted(session, f"ip:{ip}", TRIES_FROM_ONE_ADDRESS) if ip else None
    return until or _counted(session, f"{secret}:{account.id}", FAILURES)


def count_asked(session: Session, name: str, most: int) -> datetime | None:
    """Counts a wish of a visitor under a name of the caller's own (`reset:<e-mail>`). Gives the end of the pause, if there were `most`."""
    return _counted(session, name, most)


def give_back(session: Session, ip: str | None) -> None:
    """A try that was right does not count against its address: a town hall has one for everybody."""
    mine = (SignInThrottle.key == _key(f"ip:{ip}"), SignInThrottle.attempts > 0)
    session.execute(update(SignInThrottle).where(*mine).values(attempts=SignInThrottle.attempts - 1))


def forget(session: Session, account: Account) -> None:
    """Begins a person's count of passwords anew: after a right one, or when an administrator opens the lock."""
    account.failed_sign_ins, account.locked_until_at = 0, None
    session.execute(delete(SignInThrottle).where(SignInThrottle.key == _key(f"email:{account.email}")))


def forget_secret(session: Session, secret: Secret, account: Account) -> None:
    """Begins the count of one secret anew."""
    session.execute(delete(SignInThrottle).where(SignInThrottle.key == _key(f"{secret}:{account.id}")))


def refuse_once_kept(session: Session, refusal: Refusal) -> None:
    """Refuses when the running transaction has been kept: raised at once, the refusal would take the count of the try back with it."""

    def speak(_: Session) -> None:
        raise refusal

    event.listen(session, "after_commit", speak, once=True)


def _counted_by_account(account: Account) -> datetime | None:
    now = clock.now()
    if account.locked_until_at and account.failed_sign_ins >= FAILURES:
        if account.locked_until_at > now:
            return account.locked_until_at
        account.failed_sign_ins, account.locked_until_at = 0, None
    account.failed_sign_ins += 1
    if account.failed_sign_ins >= FAILURES:
        account.locked_until_at = now + LOCKED_FOR
    return None


def _counted(session: Session, name: str, most: int) -> datetime | None:
    now, key = clock.now(), _key(name)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = insert(SignInThrottle).values(key=key, attempts=0, window_ends_at=now + LOCKED_FOR)
    locked = first.on_conflict_do_update(index_elements=[SignInThrottle.key], set_={"attempts": SignInThrottle.attempts})
    session.execute(locked)
    row = session.get_one(SignInThrottle, key, populate_existing=True)
    if row.window_ends_at <= now:
        row.attempts, row.window_ends_at = 1, now + LOCKED_FOR
        return None
    if row.attempts >= most:
        return row.window_ends_at
    row.attempts += 1
    if row.attempts >= most:
        row.window_ends_at = now + LOCKED_FOR
    return None


def _key(name: str) -> str:
    newest = next(iter(settings().key("secret_key").values()))
    return hmac.new(newest, f"throttle:{name}".encode(), hashlib.sha256).hexdigest()

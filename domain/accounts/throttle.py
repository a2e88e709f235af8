"""Slows guessing down: names that are not ours and addresses are counted under a keyed hash, so that the table tells nobody who tried."""

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from db.models import Account, SignInThrottle
from db.settings import settings
from domain import clock

FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
TRIES_FROM_ONE_ADDRESS = 100


def count(session: Session, email: str, account: Account | None, ip: str | None) -> datetime | None:
    """Counts an attempt before it is looked at, so that a hundred at once are a hundred. Gives the end of the lock, if locked."""
    until = _counted(session, f"ip:{ip}", TRIES_FROM_ONE_ADDRESS) if ip else None
    if until is None:
        until = _counted_by_account(account) if account else _counted(session, f"email:{email}", FAILURES)
    return until


def forget(session: Session, account: Account) -> None:
    """Begins a person's count anew: after a right password, or when an administrator opens the lock."""
    account.failed_sign_ins, account.locked_until_at = 0, None
    session.execute(delete(SignInThrottle).where(SignInThrottle.key == _key(f"email:{account.email}")))


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
    row = session.get(SignInThrottle, key, with_for_update=True)
    if row is None:
        session.add(SignInThrottle(key=key, attempts=1, window_ends_at=now + LOCKED_FOR))
        return None
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

"""The second factor: six digits that change every 30 seconds (TOTP, RFC 6238). A code counts once."""

import hmac
from typing import cast

import pyotp
from sqlalchemy.orm import Session

from db.models import Account
from db.sealing import seal, unseal
from domain import clock, journal, rights
from domain.accounts import throttle
from domain.accounts.refusals import SecondFactorNotBegun, SecondFactorRequired, SecondFactorWrong, TooManyAttempts
from domain.refusals import DoesNotExist
from domain.structure import setting

STEP = 30
DRIFT = 1


def begin(session: Session, by: Account) -> str:
    """Draws a new secret for a person and gives it (base 32); it counts only once confirmed. Raises SecondFactorWrong where one is on."""
    if by.totp_confirmed_at:
        raise SecondFactorWrong
    account = session.get_one(Account, by.id)
    secret = pyotp.random_base32()
    sealed, version = seal(secret.encode(), _context(account))
    account.totp_sealed = version.to_bytes(2) + sealed
    account.totp_last_step = None
    journal.record(session, by, "second_factor_begin", account)
    return secret


def secret_being_confirmed(by: Account) -> str | None:
    """The secret that waits for its first code, to be shown again."""
    return _secret(by) if by.totp_sealed and not by.totp_confirmed_at else None


def confirm(session: Session, by: Account, code: str) -> None:
    """Turns the second factor on with its first code. Raises SecondFactorNotBegun, TooManyAttempts; SecondFactorWrong at the commit."""
    account = session.get_one(Account, by.id, with_for_update=True)
    if not account.totp_sealed or account.totp_confirmed_at:
        raise SecondFactorNotBegun
    if _right(session, account, code):
        account.totp_confirmed_at = clock.now()
        journal.record(session, by, "second_factor_on", account)


def take_away(session: Session, by: Account, code: str) -> None:
    """Turns one's own second factor off, with a code.

    Raises SecondFactorRequired, SecondFactorNotBegun, TooManyAttempts; SecondFactorWrong at the commit.
    """
    if required_of(session, by):
        raise SecondFactorRequired
    account = session.get_one(Account, by.id, with_for_update=True)
    if not account.totp_confirmed_at:
        raise SecondFactorNotBegun
    if _right(session, account, code):
        _forget(account)
        journal.record(session, by, "second_factor_off", account)


def reset(session: Session, by: Account, account_id: int) -> None:
    """An administrator takes away the second factor of somebody whose telephone is lost. Raises NotAllowed, DoesNotExist."""
    rights.require(by, "users")
    account = session.get(Account, account_id, with_for_update=True)
    if account is None:
        raise DoesNotExist("accounts")
    _forget(account)
    throttle.forget_secret(session, "code", account)
    journal.record(session, by, "second_factor_reset", account)


def required_of(session: Session, account: Account) -> bool:
    """Whether the structure asks a second factor of this person."""
    return account.is_staff and bool(setting(session, "second_factor_required_of_staff"))


def address(by: Account, secret: str, issuer: str) -> str:
    """The `otpauth://` address that an authenticator application reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=by.email, issuer_name=issuer)


def accepts(account: Account, code: str) -> bool:
    """Whether six digits are right now (one step of drift either way) and newer than the last ones accepted, which they become."""
    digits = "".join(filter(str.isdigit, code))
    if not account.totp_sealed or len(digits) != 6:
        return False
    totp = pyotp.TOTP(_secret(account))
    step = int(clock.now().timestamp()) // STEP
    for candidate in range(step - DRIFT, step + DRIFT + 1):
        if candidate > (account.totp_last_step or 0) and hmac.compare_digest(totp.generate_otp(candidate), digits):
            account.totp_last_step = candidate
            return True
    return False


def _right(session: Session, account: Account, code: str) -> bool:
    until = throttle.count_secret(session, "code", account)
    if until:
        raise TooManyAttempts(until)
    right = accepts(account, code)
    if right:
        throttle.forget_secret(session, "code", account)
    else:
        throttle.refuse_once_kept(session, SecondFactorWrong())
    return right


def _secret(account: Account) -> str:
    sealed = cast(bytes, account.totp_sealed)
    return unseal(sealed[2:], int.from_bytes(sealed[:2]), _context(account)).decode()


def _context(account: Account) -> str:
    return f"accounts.totp:{account.id}"


def _forget(account: Account) -> None:
    account.totp_sealed = account.totp_confirmed_at = account.totp_last_step = None

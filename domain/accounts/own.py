"""What a person changes of his own account."""

from sqlalchemy.orm import Session

from db.models import Account
from db.session import writing
from domain import clock, journal
from domain.accounts import links, passwords, throttle
from domain.accounts.refusals import CurrentPasswordWrong, PasswordsDiffer, PasswordUnchanged, TooManyAttempts
from domain.accounts.sessions import end_sessions
from domain.refusals import ChangedMeanwhile, DoesNotExist


def change_password(by: Account, current: str, new: str, again: str, *, keep: str | None) -> None:
    """Changes a person's password and takes back every other session; `keep` is the token of the one that stays.

    Links that wait end too: who had another e-mail asked for behind the owner's back finds them dead.
    Opens its own transactions, around the hashes. Raises TooManyAttempts, CurrentPasswordWrong,
    PasswordsDiffer, PasswordUnchanged, PasswordTooWeak, PasswordTooLong, ChangedMeanwhile.
    """
    with writing() as session:
        until = throttle.count_secret(session, "current_password", by)
    if until:
        raise TooManyAttempts(until)
    if not passwords.matches(current, by.password_hash):
        raise CurrentPasswordWrong
    with writing() as session:
        throttle.forget_secret(session, "current_password", by)
    if new != again:
        raise PasswordsDiffer
    if current == new:
        raise PasswordUnchanged
    passwords.check(new, *passwords.about(by.email, by.first_name, by.last_name))
    new_hash = passwords.hashed(new)
    with writing() as session:
        account = session.get_one(Account, by.id, with_for_update=True)
        if account.password_hash != by.password_hash:
            raise ChangedMeanwhile("accounts")
        account.password_hash, account.password_changed_at = new_hash, clock.now()
        end_sessions(session, account, keep=keep)
        links.die(session, account.id)
        journal.record(session, by, "change_password", account)


def change_language(session: Session, by: Account, language: str) -> None:
    """Sets the language of a person's screens and letters. Raises DoesNotExist for a language that the house does not speak."""
    if language not in ("fr", "en"):
        raise DoesNotExist("languages")
    account = session.get_one(Account, by.id)
    if account.language != language:
        account.language = language
        journal.record(session, by, "change_language", account)

"""A person changes the e-mail of the own sign-in: the present password, a link to the new address, a notice to the old one.

Nothing changes before the owner of the new address has pressed the button behind the link. The answer is the same when the address
is somebody else's: nobody learns who has an account.
"""

from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.models import Account, AccountLink, Guardian
from db.session import writing
from db.settings import settings
from domain import clock, journal, letters
from domain.accounts import links, passwords, throttle
from domain.accounts.links import LinkExpired, LinkUnknown, LinkUsed
from domain.accounts.refusals import CurrentPasswordWrong, TooManyAttempts
from domain.accounts.sign_in import hash_of_secret
from domain.accounts.staff import well_formed
from domain.refusals import ChangedMeanwhile, Refusal, TooLong

PURPOSE = "email"
LONGEST = 254
AT_ONCE = 5


class EmailUnchanged(Refusal):
    """The new e-mail is the present one."""


def ask(by: Account, password: str, email: str) -> None:
    """Sends a link to the new address and a notice to the old one. Opens its own transactions, around the hash.

    Raises TooLong, EmailInvalid, EmailUnchanged, TooManyAttempts, CurrentPasswordWrong.
    """
    if len(email) > LONGEST:
        raise TooLong("email", LONGEST)
    address = well_formed(email.replace("\x00", ""))
    if address == by.email:
        raise EmailUnchanged
    with writing() as session:
        until = throttle.count_secret(session, "current_password", by) or throttle.count_asked(session, f"new e-mail:{by.id}", AT_ONCE)
    if until:
        raise TooManyAttempts(until)
    if not passwords.matches(password, by.password_hash):
        raise CurrentPasswordWrong
    with writing() as session:
        throttle.forget_secret(session, "current_password", by)
        account = session.get_one(Account, by.id, with_for_update=True, populate_existing=True)
        if account.state != "active" or account.email != by.email:
            raise ChangedMeanwhile("accounts")
        links.die(session, account.id, PURPOSE)
        if _is_free(session, address, account.id):
            token = links.issue(session, account, PURPOSE)
            session.flush()
            session.execute(update(AccountLink).where(AccountLink.token_hash == hash_of_secret(token)).values(email=address))
            there = f"{settings().public_url}/nouvelle-adresse?lien={token}"
            owner, until = (address, account.full_name), clock.now() + links.LIVES
            letters.write(session, "email_to_confirm", owner, language=account.language, address=there, until=until)
        letters.write(session, "email_asked", account)
        journal.record(session, by, "ask_email", account, changes={})


def look(session: Session, token: str) -> str:
    """The new e-mail that a link would give. Changes nothing. Raises LinkUnknown, LinkExpired, LinkUsed."""
    return str(_find(session, token)[0].email)


def confirm(session: Session, token: str) -> None:
    """Gives the account, and the guardian whose it is, the e-mail of a link. Raises LinkUnknown, LinkExpired, LinkUsed."""
    link, account = _find(session, token, lock=True)
    old, new = account.email, str(link.email)
    if not _is_free(session, new, account.id):
        raise LinkExpired
    try:
        with session.begin_nested():
            account.email = new
            session.execute(update(Guardian).where(Guardian.account_id == account.id).values(email=new))
            session.flush()
    except IntegrityError as taken:  # somebody was quicker by a moment
        raise LinkExpired from taken
    link.used_at = clock.now()
    links.die(session, account.id)
    letters.write(session, "email_changed", (old, account.full_name), language=account.language)
    journal.record(session, account, "change_email", account, changes={})


def _is_free(session: Session, email: str, account_id: int) -> bool:
    account = exists().where(Account.email == email, Account.id != account_id)
    guardian = exists().where(Guardian.email == email, Guardian.account_id.is_distinct_from(account_id))
    return not session.scalar(select(account | guardian))


def _find(session: Session, token: str, *, lock: bool = False) -> tuple[AccountLink, Account]:
    wanted = (
        select(AccountLink, Account).join(Account).where(AccountLink.token_hash == hash_of_secret(token), AccountLink.purpose == PURPOSE)
    )
    row = session.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if row is None or row.Account.state != "active" or row.AccountLink.email is None:
        raise LinkUnknown
    if row.AccountLink.used_at:
        raise LinkUsed
    if row.AccountLink.expires_at <= clock.now():
        raise LinkExpired
    return row.AccountLink, row.Account

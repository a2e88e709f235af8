"""Forgotten password: one hour, once, and nobody learns who has an account."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from db.models import Account, AccountLink, JournalEntry, Letter, SignInSession
from db.session import reading, writing
from domain import accounts, clock
from domain.accounts import links, proof, reset, throttle
from domain.accounts.refusals import PasswordsDiffer, PasswordTooLong, PasswordTooWeak, SignInRefused, TooManyAttempts
from domain.refusals import Incomplete, Refusal
from tests.cast import PASSWORD, Cast
from tests.domain.requesting import ask, letters_of, token_of
from tests.proving import prove

HERE = accounts.Origin("198.51.100.7", "Firefox")
NEW = "cerf-volant moutarde escalier 47"


def forget(email: str, origin: accounts.Origin = HERE) -> None:
    reset.ask(email, origin=origin, worked=prove())


def forgotten(cast: Cast) -> tuple[Account, str]:
    """Amina, and the token of the letter that she asked for."""
    amina = cast.amina
    forget(amina.email)
    return amina, token_of(letters_of("password_forgotten")[-1])


def can_enter(account: Account, password: str) -> bool:
    try:
        accounts.sign_in(account.email, password, remember=False, origin=HERE, worked=prove())
    except SignInRefused:
        return False
    return True


def test_the_old_password_stays_good_until_the_new_one_is_set(cast: Cast) -> None:
    amina, token = forgotten(cast)
    for _ in range(3):
        with reading() as session:
            assert reset.look(session, token).email == amina.email
    assert can_enter(amina, PASSWORD)
    reset.choose(token, NEW, NEW)
    assert (can_enter(amina, PASSWORD), can_enter(amina, NEW)) == (False, True)


def test_the_new_password_ends_every_session_and_every_link_and_opens_the_lock(cast: Cast) -> None:
    amina, token = forgotten(cast)
    ticket = accounts.sign_in(amina.email, PASSWORD, remember=True, origin=HERE, worked=prove())
    with writing() as session:
        here = accounts.redeem(session, str(ticket), origin=HERE).token
    waiting = accounts.sign_in(amina.email, PASSWORD, remember=True, origin=HERE, worked=prove())
    for _ in range(throttle.FAILURES):
        assert not can_enter(amina, "not the password")
    with pytest.raises(TooManyAttempts):
        can_enter(amina, PASSWORD)
    reset.choose(token, NEW, NEW)
    with reading() as session:
        assert accounts.account_of(session, here) is None
        assert session.scalar(select(func.count()).where(SignInSession.revoked_at.is_(None))) == 0
    with pytest.raises(Refusal), writing() as session:
        accounts.redeem(session, str(waiting), origin=HERE)
    assert can_enter(amina, NEW)
    assert letters_of("password_changed")[0].to_email == amina.email


def test_an_unknown_address_hears_the_same_and_gets_nothing(cast: Cast) -> None:
    closed = cast.account("Zoé", "Parti", "parent", state="closed")
    for email in ("personne@exemple.fr", closed.email, "pas une adresse", "x" * 10_000, "a\0b@exemple.fr"):
        forget(email)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Letter)) == 0
        assert session.scalar(select(func.count()).select_from(AccountLink)) == 0


def test_an_address_is_read_whatever_its_capitals_and_an_empty_one_is_asked_for(cast: Cast) -> None:
    forget(f"  {cast.amina.email.upper()} ")
    assert len(letters_of("password_forgotten")) == 1
    with pytest.raises(Incomplete):
        forget("  ")


def test_the_work_for_an_unknown_address_is_that_for_a_known_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    composed: list[str] = []
    compose = reset.letters.compose
    monkeypatch.setattr(reset.letters, "compose", lambda kind, *more, **facts: composed.append(kind) or compose(kind, *more, **facts))
    forget(cast.amina.email)
    forget("personne@exemple.fr")
    assert composed == ["password_forgotten"] * 2


def test_three_letters_go_to_one_address_and_the_fourth_wish_hears_the_same(cast: Cast, noon: time_machine.Traveller) -> None:
    for _ in range(5):
        forget(cast.amina.email)
    assert len(letters_of("password_forgotten")) == 3
    noon.move_to(clock.now() + throttle.LOCKED_FOR)
    forget(cast.amina.email)
    assert len(letters_of("password_forgotten")) == 4


def test_one_place_does_not_ask_for_ever(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reset, "WISHES_FROM_ONE_ADDRESS", 2)
    forget("un@exemple.fr")
    forget("deux@exemple.fr")
    with pytest.raises(TooManyAttempts):
        forget(cast.amina.email)
    assert letters_of("password_forgotten") == []


def test_without_proof_nothing_is_written(cast: Cast) -> None:
    spent = prove()
    reset.ask("personne@exemple.fr", origin=HERE, worked=spent)
    for worked, kind in (("", proof.ProofMissing), (spent, proof.ProofSpent)):
        with pytest.raises(kind):
            reset.ask(cast.amina.email, origin=HERE, worked=worked)
    assert letters_of("password_forgotten") == []


def test_a_link_of_a_new_password_lives_one_hour(cast: Cast, noon: time_machine.Traveller) -> None:
    _, token = forgotten(cast)
    noon.move_to(clock.now() + timedelta(minutes=59))
    with reading() as session:
        reset.look(session, token)
    noon.move_to(clock.now() + timedelta(minutes=1))
    with pytest.raises(reset.ResetExpired):
        reset.choose(token, NEW, NEW)


def test_a_link_serves_once_and_a_newer_one_ends_it(cast: Cast) -> None:
    amina, old = forgotten(cast)
    forget(amina.email)
    with pytest.raises(reset.ResetExpired):
        reset.choose(old, NEW, NEW)
    token = token_of(letters_of("password_forgotten")[-1])
    reset.choose(token, NEW, NEW)
    with pytest.raises(reset.ResetUsed):
        reset.choose(token, PASSWORD, PASSWORD)
    assert can_enter(amina, NEW)


def test_an_altered_link_or_one_for_something_else_is_unknown(cast: Cast) -> None:
    amina, token = forgotten(cast)
    with writing() as session:
        invitation = links.issue(session, session.get_one(Account, amina.id), "invite")
    for altered in (token[:-1], token.swapcase(), token + "x", "", "%", "é" * 5_000, invitation):
        with pytest.raises(reset.ResetUnknown):
            reset.choose(altered, NEW, NEW)
    with pytest.raises(links.LinkUnknown):
        links.confirm(token, NEW, NEW)


def test_the_link_of_an_account_that_was_closed_is_unknown(cast: Cast) -> None:
    amina, token = forgotten(cast)
    with writing() as session:
        session.get_one(Account, amina.id).state = "closed"
    with pytest.raises(reset.ResetUnknown):
        reset.choose(token, NEW, NEW)


@pytest.mark.parametrize(
    ("password", "again", "kind"),
    [
        ("", "", Incomplete),
        (NEW, NEW + "x", PasswordsDiffer),
        ("aminabenali", "aminabenali", PasswordTooWeak),
        ("motdepassemotdepasse", "motdepassemotdepasse", PasswordTooWeak),
        ("é" * 40, "é" * 40, PasswordTooLong),
    ],
)
def test_a_password_that_is_no_good_leaves_the_link_unused(cast: Cast, password: str, again: str, kind: type[Refusal]) -> None:
    _, token = forgotten(cast)
    with pytest.raises(kind):
        reset.choose(token, password, again)
    reset.choose(token, NEW, NEW)


def test_of_ten_clicks_at_once_one_sets_the_password(cast: Cast) -> None:
    amina, token = forgotten(cast)
    start, outcomes = threading.Barrier(10), []

    def click(number: int) -> None:
        start.wait()
        try:
            reset.choose(token, f"{NEW} {number}", f"{NEW} {number}")
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(type(refusal).__name__)

    threads = [threading.Thread(target=click, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ResetUsed"] * 9 + ["done"]
    with reading() as session:
        acts = session.scalars(select(JournalEntry.act).where(JournalEntry.by_id == amina.id)).all()
    assert acts.count("reset_password") == 1


def test_the_journal_and_the_database_keep_no_password_and_no_token(cast: Cast) -> None:
    _, token = forgotten(cast)
    reset.choose(token, NEW, NEW)
    with reading() as session:
        told = str([entry.changes for entry in session.scalars(select(JournalEntry))])
        kept = session.scalars(select(AccountLink.token_hash)).all()
    assert NEW not in told
    assert "$2b$" not in told
    assert token not in kept


def test_who_has_not_confirmed_yet_gets_that_link_again(cast: Cast, noon: time_machine.Traveller) -> None:
    invited = cast.account("Inès", "Roux", "coordinator", cast.moreuil, state="pending", password_hash=None)
    with writing() as session:
        links.send(session, session.get_one(Account, invited.id), "invite")
    ask("Neuf", email="neuf@exemple.fr")
    noon.move_to(clock.now() + timedelta(minutes=6))
    forget(invited.email)
    forget("neuf@exemple.fr")
    assert len(letters_of("account_invited")) == 2
    assert letters_of("password_forgotten") == []

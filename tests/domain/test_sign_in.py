"""Coming in, staying, going out: what the door promises."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
import time_machine
from sqlalchemy import select

from db.models import Account, Connection, JournalEntry, Setting, SignInSession, SignInThrottle, SignInTicket
from db.session import reading, writing
from domain import accounts, clock
from domain.accounts import passwords, refusals, second_factor, throttle
from domain.accounts.sign_in import hash_of_secret
from domain.refusals import DoesNotExist, NotAllowed
from tests.cast import PASSWORD, Cast, fresh
from tests.proving import prove

HERE = accounts.Origin("198.51.100.7", "Firefox")
THERE = accounts.Origin("198.51.100.8", "Firefox")
GOOD = "cerf-volant moutarde escalier 47"


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The cast, there before the first act."""
    assert all((cast.amina, cast.bruno, cast.claire, cast.denis, cast.helene))
    return cast


def try_in(email: str, password: str = PASSWORD, *, remember: bool = False, origin: accounts.Origin = HERE) -> str | accounts.Halfway:
    return accounts.sign_in(email, password, remember=remember, origin=origin, worked=prove())


def fail(email: str, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(refusals.SignInRefused):
            try_in(email, "not the password")


def enter(account: Account, *, remember: bool = False) -> str:
    """Signs in; gives the session's token."""
    ticket = try_in(account.email, remember=remember)
    assert isinstance(ticket, str)
    with writing() as session:
        return accounts.redeem(session, ticket, origin=HERE).token


def who(token: str) -> str | None:
    """The first name of who holds a token."""
    with reading() as session:
        account = accounts.account_of(session, token)
    return account.first_name if account else None


def outcomes(account: Account | None) -> list[str]:
    """The connection history of an account, oldest first."""
    with reading() as session:
        lines = select(Connection.outcome).where(Connection.account_id == (account.id if account else None)).order_by(Connection.id)
        return list(session.scalars(lines))


def acts(account: Account) -> list[str]:
    """What the journal says that somebody did, oldest first."""
    with reading() as session:
        return list(session.scalars(select(JournalEntry.act).where(JournalEntry.by_id == account.id).order_by(JournalEntry.id)))


def at_once(times: int, act: Callable[[int], object]) -> list[Exception]:
    """Does an act in several threads that begin together; gives what they raised."""
    barrier, raised = threading.Barrier(times), []

    def one(number: int) -> None:
        barrier.wait()
        try:
            act(number)
        except Exception as problem:
            raised.append(problem)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def turn_on(account: Account) -> pyotp.TOTP:
    """Gives an account a second factor that is confirmed with the code of now."""
    with writing() as session:
        totp = pyotp.TOTP(second_factor.begin(session, account))
    with writing() as session:
        second_factor.confirm(session, account, totp.at(clock.now()))
    return totp


# -- passwords ------------------------------------------------------------------------------------------------------------------


def test_the_right_password_opens_a_session(cast: Cast) -> None:
    token = enter(cast.amina)
    assert who(token) == "Amina"
    assert outcomes(cast.amina) == ["signed_in"]


def test_the_email_is_read_whatever_its_capitals(cast: Cast) -> None:
    assert isinstance(try_in(f"  {cast.amina.email.upper()} "), str)


def test_a_wrong_password_and_an_unknown_name_hear_the_same(cast: Cast) -> None:
    for email in (cast.amina.email, "personne@exemple.fr"):
        with pytest.raises(refusals.SignInRefused):
            try_in(email, "not the password")
    assert outcomes(cast.amina) == ["refused"]
    assert outcomes(None) == ["refused"]


def test_an_unknown_name_costs_one_hash_as_a_known_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    real = passwords.bcrypt.checkpw
    monkeypatch.setattr(passwords.bcrypt, "checkpw", lambda secret, kept: compared.append(kept.decode()) or real(secret, kept))
    fail(cast.amina.email)
    fail("personne@exemple.fr")
    assert compared == [cast.amina.password_hash, passwords.NOBODY]


def test_a_closed_account_is_as_if_unknown(cast: Cast) -> None:
    with writing() as session:
        session.get_one(Account, cast.amina.id).state = "closed"
    with pytest.raises(refusals.SignInRefused):
        try_in(cast.amina.email)


def test_an_account_that_waits_is_told_so_only_to_who_knows_its_password(cast: Cast) -> None:
    with writing() as session:
        session.get_one(Account, cast.amina.id).state = "pending"
    with pytest.raises(refusals.AccountNotOpen):
        try_in(cast.amina.email)
    with pytest.raises(refusals.SignInRefused):
        try_in(cast.amina.email, "not the password")


def test_nothing_matches_the_hash_of_nobody(database: str) -> None:
    assert not passwords.matches("", None)
    assert not passwords.matches("x" * 100, passwords.hashed("x" * 72))


# -- locks ----------------------------------------------------------------------------------------------------------------------


def test_five_failures_lock_for_a_quarter_of_an_hour(cast: Cast, noon: time_machine.Traveller) -> None:
    fail(cast.amina.email, throttle.FAILURES)
    with pytest.raises(refusals.TooManyAttempts) as told:
        try_in(cast.amina.email)
    assert told.value.until == clock.now() + timedelta(minutes=15)
    assert outcomes(cast.amina)[-1] == "locked"
    with reading() as session:
        assert session.get_one(Account, cast.amina.id).locked_until_at == told.value.until
    noon.move_to(told.value.until)
    assert isinstance(try_in(cast.amina.email), str)


def test_an_unknown_name_locks_just_the_same(cast: Cast, noon: time_machine.Traveller) -> None:
    fail("personne@exemple.fr", throttle.FAILURES)
    with pytest.raises(refusals.TooManyAttempts) as told:
        try_in("personne@exemple.fr")
    assert told.value.until == clock.now() + timedelta(minutes=15)
    noon.move_to(told.value.until)
    fail("personne@exemple.fr")


def test_the_throttle_names_nobody(cast: Cast) -> None:
    fail("personne@exemple.fr")
    with reading() as session:
        kept = list(session.scalars(select(SignInThrottle.key)))
    assert len(kept) == 2
    assert all(len(key) == 64 and "@" not in key and "198" not in key for key in kept)


def test_a_right_password_begins_the_count_anew(cast: Cast) -> None:
    fail(cast.amina.email, 4)
    enter(cast.amina)
    fail(cast.amina.email, 4)
    assert isinstance(try_in(cast.amina.email), str)


def test_one_address_is_slowed_down_whatever_the_names(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "TRIES_FROM_ONE_ADDRESS", 6)
    for number in range(6):
        fail(f"personne{number}@exemple.fr")
    with pytest.raises(refusals.TooManyAttempts):
        try_in(cast.amina.email)
    assert isinstance(try_in(cast.amina.email, origin=THERE), str)


def test_guesses_sent_at_once_are_counted_each(cast: Cast) -> None:
    email, heard = cast.amina.email, []
    barrier = threading.Barrier(12)

    def guess() -> None:
        barrier.wait()
        try:
            try_in(email, "not the password")
        except (refusals.SignInRefused, refusals.TooManyAttempts) as refusal:
            heard.append(type(refusal))

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard.count(refusals.SignInRefused) == throttle.FAILURES
    assert heard.count(refusals.TooManyAttempts) == 12 - throttle.FAILURES


def test_the_first_guesses_from_one_address_may_come_together(cast: Cast) -> None:
    raised = at_once(12, lambda number: try_in(f"personne{number % 3}@exemple.fr", "not the password"))
    assert [type(problem) for problem in raised] == [refusals.SignInRefused] * 12
    with reading() as session:
        assert sorted(session.scalars(select(SignInThrottle.attempts))) == [4, 4, 4, 12]


def test_right_passwords_do_not_count_against_their_address(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, noon: time_machine.Traveller
) -> None:
    monkeypatch.setattr(throttle, "TRIES_FROM_ONE_ADDRESS", 4)
    totp = turn_on(cast.claire)
    for _ in range(3):
        noon.shift(timedelta(seconds=30))
        enter(cast.amina)
        accounts.second_step(try_in(cast.claire.email), totp.at(clock.now()), origin=HERE)
    for number in range(4):
        fail(f"personne{number}@exemple.fr")
    with pytest.raises(refusals.TooManyAttempts):
        try_in(cast.amina.email)


def test_a_right_password_gives_back_its_own_try_and_no_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "TRIES_FROM_ONE_ADDRESS", 4)
    for number in range(3):
        fail(f"personne{number}@exemple.fr")
        enter(cast.amina)
    fail("personne@exemple.fr")
    with pytest.raises(refusals.TooManyAttempts):
        try_in(cast.amina.email)


# -- tickets and sessions ---------------------------------------------------------------------------------------------------------


def test_a_ticket_serves_once(cast: Cast) -> None:
    ticket = try_in(cast.amina.email)
    with writing() as session:
        accounts.redeem(session, ticket, origin=HERE)
    with pytest.raises(refusals.TicketSpent), writing() as session:
        accounts.redeem(session, ticket, origin=HERE)
    with reading() as session:
        assert len(session.scalars(select(SignInSession)).all()) == 1


def test_two_browsers_with_one_ticket_open_one_session(cast: Cast) -> None:
    ticket, opened = try_in(cast.amina.email), []
    barrier = threading.Barrier(6)

    def swap() -> None:
        barrier.wait()
        try:
            with writing() as session:
                opened.append(accounts.redeem(session, ticket, origin=HERE).token)
        except refusals.TicketSpent:
            pass

    threads = [threading.Thread(target=swap) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 1


def test_a_ticket_lives_a_minute(cast: Cast, noon: time_machine.Traveller) -> None:
    ticket = try_in(cast.amina.email)
    noon.shift(timedelta(minutes=1))
    with pytest.raises(refusals.TicketSpent), writing() as session:
        accounts.redeem(session, ticket, origin=HERE)


@pytest.mark.parametrize(("remember", "lives"), [(False, timedelta(hours=8)), (True, timedelta(days=30))])
def test_a_session_ends_when_it_must(cast: Cast, noon: time_machine.Traveller, remember: bool, lives: timedelta) -> None:
    token = enter(cast.amina, remember=remember)
    noon.shift(lives - timedelta(seconds=1))
    assert who(token) == "Amina"
    noon.shift(timedelta(seconds=1))
    assert who(token) is None


def test_neither_ticket_nor_token_is_kept(cast: Cast) -> None:
    ticket = try_in(cast.amina.email)
    with writing() as session:
        token = accounts.redeem(session, ticket, origin=HERE).token
    with reading() as session:
        assert session.scalars(select(SignInTicket.ticket_hash)).all() == [hash_of_secret(ticket)]
        assert session.scalars(select(SignInSession.token_hash)).all() == [hash_of_secret(token)]


def test_a_token_replayed_after_the_sign_out_opens_nothing(cast: Cast) -> None:
    token = enter(cast.amina)
    with writing() as session:
        accounts.sign_out(session, token, origin=HERE)
    assert who(token) is None
    assert outcomes(cast.amina) == ["signed_in", "signed_out"]


def test_an_account_that_is_closed_is_out_at_once(cast: Cast) -> None:
    token = enter(cast.claire)
    with writing() as session:
        session.get_one(Account, cast.claire.id).state = "closed"
    assert who(token) is None


def test_who_is_here_comes_with_the_sites(cast: Cast) -> None:
    token = enter(cast.claire)
    with reading() as session:
        account = accounts.account_of(session, token)
    assert account is not None
    assert [site.id for site in account.sites] == [cast.moreuil.id]


def test_the_history_is_ones_own_newest_first_and_paged(cast: Cast) -> None:
    for _ in range(3):
        enter(cast.amina)
    enter(cast.bruno)
    with reading() as session:
        first, more = accounts.connections_of(session, cast.amina, page=1, size=2)
        second, end = accounts.connections_of(session, cast.amina, page=2, size=2)
    assert (len(first), more, len(second), end) == (2, True, 1, False)
    assert {visit.outcome for visit in [*first, *second]} == {"signed_in"}


# -- one's own account --------------------------------------------------------------------------------------------------------------


def test_a_changed_password_signs_the_other_browsers_out(cast: Cast) -> None:
    here, elsewhere = enter(cast.amina), enter(cast.amina)
    accounts.change_password(fresh(cast.amina), PASSWORD, GOOD, GOOD, keep=here)
    assert (who(here), who(elsewhere)) == ("Amina", None)
    with pytest.raises(refusals.SignInRefused):
        try_in(cast.amina.email)
    assert isinstance(try_in(cast.amina.email, GOOD), str)


def test_guessing_the_current_password_locks_and_leaves_the_door_open(cast: Cast, noon: time_machine.Traveller) -> None:
    for _ in range(throttle.FAILURES):
        with pytest.raises(refusals.CurrentPasswordWrong):
            accounts.change_password(cast.amina, "not this one", GOOD, GOOD, keep=None)
    with pytest.raises(refusals.TooManyAttempts):
        accounts.change_password(cast.amina, PASSWORD, GOOD, GOOD, keep=None)
    assert isinstance(try_in(cast.amina.email), str)
    noon.shift(timedelta(minutes=15))
    accounts.change_password(cast.amina, PASSWORD, GOOD, GOOD, keep=None)


def test_the_right_current_password_is_never_counted(cast: Cast) -> None:
    for _ in range(throttle.FAILURES + 1):
        with pytest.raises(refusals.PasswordsDiffer):
            accounts.change_password(cast.amina, PASSWORD, GOOD, GOOD + "!", keep=None)


def test_leaving_the_other_browsers_is_told_in_the_journal(cast: Cast) -> None:
    here, elsewhere = enter(cast.amina), enter(cast.amina)
    with writing() as session:
        assert accounts.sign_out_elsewhere(session, cast.amina, keep=here) == 1
    assert (who(here), who(elsewhere)) == ("Amina", None)
    assert acts(cast.amina) == ["sign_out_elsewhere"]


def test_a_changed_password_is_told_in_the_journal_without_its_hash(cast: Cast) -> None:
    accounts.change_password(cast.amina, PASSWORD, GOOD, GOOD, keep=None)
    with reading() as session:
        line = session.scalars(select(JournalEntry).where(JournalEntry.act == "change_password")).one()
    assert "$2b$" not in str(line.changes)


@pytest.mark.parametrize(
    ("current", "new", "again", "refusal"),
    [
        ("not this one", GOOD, GOOD, refusals.CurrentPasswordWrong),
        (PASSWORD, GOOD, GOOD + "!", refusals.PasswordsDiffer),
        (PASSWORD, PASSWORD, PASSWORD, refusals.PasswordUnchanged),
        (PASSWORD, "motdepassemotdepasse", "motdepassemotdepasse", refusals.PasswordTooWeak),
        (PASSWORD, "amina.benali@exemple.fr", "amina.benali@exemple.fr", refusals.PasswordTooWeak),
        (PASSWORD, "", "", refusals.PasswordTooWeak),
        (PASSWORD, GOOD * 3, GOOD * 3, refusals.PasswordTooLong),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(cast: Cast, current: str, new: str, again: str, refusal: type[Exception]) -> None:
    token = enter(cast.amina)
    with pytest.raises(refusal):
        accounts.change_password(cast.amina, current, new, again, keep=None)
    assert who(token) == "Amina"
    assert fresh(cast.amina).password_hash == cast.amina.password_hash


def test_any_alphabet_and_spaces_make_a_password(cast: Cast) -> None:
    for password in ("Été à Moreuil, dix-sept moineaux", "пять тёплых дней у моря"):
        passwords.check(password)


def test_the_bits_are_those_of_the_formula() -> None:
    assert passwords.bits("a" * 10) == pytest.approx(47.0, abs=0.1)
    assert passwords.bits("aB3!" * 2) == pytest.approx(53.0, abs=0.1)
    assert passwords.bits("") == 0


def test_only_the_languages_of_the_house_are_chosen(cast: Cast) -> None:
    with writing() as session:
        accounts.change_language(session, cast.amina, "en")
    assert fresh(cast.amina).language == "en"
    with pytest.raises(DoesNotExist), writing() as session:
        accounts.change_language(session, cast.amina, "de")


# -- the second factor ----------------------------------------------------------------------------------------------------------------


def test_the_second_factor_is_asked_for_after_the_password(cast: Cast, noon: time_machine.Traveller) -> None:
    totp = turn_on(cast.claire)
    halfway = try_in(cast.claire.email, remember=True)
    assert isinstance(halfway, accounts.Halfway)
    noon.shift(timedelta(seconds=30))
    ticket = accounts.second_step(halfway, totp.at(clock.now()), origin=HERE)
    with writing() as session:
        assert accounts.redeem(session, ticket, origin=HERE).remember


def test_a_code_serves_once(cast: Cast, noon: time_machine.Traveller) -> None:
    totp = turn_on(cast.claire)
    noon.shift(timedelta(seconds=30))
    code = totp.at(clock.now())
    accounts.second_step(try_in(cast.claire.email), code, origin=HERE)
    with pytest.raises(refusals.SecondFactorWrong):
        accounts.second_step(try_in(cast.claire.email), code, origin=HERE)
    assert outcomes(cast.claire)[-1] == "second_factor_refused"


def test_the_code_that_confirmed_does_not_sign_in(cast: Cast) -> None:
    totp = turn_on(cast.claire)
    with pytest.raises(refusals.SecondFactorWrong):
        accounts.second_step(try_in(cast.claire.email), totp.at(clock.now()), origin=HERE)


def test_guessing_codes_locks_too(cast: Cast) -> None:
    turn_on(cast.claire)
    halfway = try_in(cast.claire.email)
    for _ in range(throttle.FAILURES):
        with pytest.raises(refusals.SecondFactorWrong):
            accounts.second_step(halfway, "000000", origin=HERE)
    for again in (halfway, try_in(cast.claire.email)):
        with pytest.raises(refusals.TooManyAttempts):
            accounts.second_step(again, "000000", origin=HERE)


def test_wrong_passwords_leave_the_codes_their_own_count(cast: Cast, noon: time_machine.Traveller) -> None:
    totp = turn_on(cast.claire)
    noon.shift(timedelta(seconds=30))
    for _ in range(2):
        fail(cast.claire.email, throttle.FAILURES - 1)
        halfway = try_in(cast.claire.email)
    with pytest.raises(refusals.SecondFactorWrong):
        accounts.second_step(halfway, "000000", origin=HERE)
    accounts.second_step(halfway, totp.at(clock.now()), origin=HERE)


def test_a_second_factor_that_is_reset_begins_its_count_anew(cast: Cast) -> None:
    turn_on(cast.claire)
    halfway = try_in(cast.claire.email)
    for _ in range(throttle.FAILURES):
        with pytest.raises(refusals.SecondFactorWrong):
            accounts.second_step(halfway, "000000", origin=HERE)
    with writing() as session:
        second_factor.reset(session, cast.helene, cast.claire.id)
    turn_on(cast.claire)


@pytest.mark.parametrize("verb", [second_factor.confirm, second_factor.take_away])
def test_codes_of_ones_own_account_cannot_be_guessed(cast: Cast, noon: time_machine.Traveller, verb: Callable[..., None]) -> None:
    claire = cast.claire
    if verb is second_factor.take_away:
        totp = turn_on(claire)
        noon.shift(timedelta(seconds=30))
    else:
        with writing() as session:
            totp = pyotp.TOTP(second_factor.begin(session, claire))

    def give(code: str) -> None:
        with writing() as session:
            verb(session, claire, code)

    for _ in range(throttle.FAILURES):
        with pytest.raises(refusals.SecondFactorWrong):
            give("000000")
    with pytest.raises(refusals.TooManyAttempts):
        give(totp.at(clock.now()))
    noon.shift(timedelta(minutes=15))
    give(totp.at(clock.now()))


def test_codes_guessed_at_once_are_counted_each(cast: Cast) -> None:
    turn_on(cast.claire)

    def guess(_: int) -> None:
        with writing() as session:
            second_factor.take_away(session, cast.claire, "000000")

    heard = [type(problem) for problem in at_once(12, guess)]
    assert heard.count(refusals.SecondFactorWrong) == throttle.FAILURES
    assert heard.count(refusals.TooManyAttempts) == 12 - throttle.FAILURES


def test_a_second_factor_is_told_in_the_journal_from_its_beginning_and_without_its_secret(cast: Cast) -> None:
    turn_on(cast.claire)
    assert acts(cast.claire) == ["second_factor_begin", "second_factor_on"]
    with reading() as session:
        told = session.scalars(select(JournalEntry).where(JournalEntry.act == "second_factor_begin")).one()
    assert told.changes == {"totp_sealed": [None, "•••"]}


def test_halfway_lasts_five_minutes(cast: Cast, noon: time_machine.Traveller) -> None:
    totp = turn_on(cast.claire)
    halfway = try_in(cast.claire.email)
    noon.shift(timedelta(minutes=5))
    with pytest.raises(refusals.SignInRefused):
        accounts.second_step(halfway, totp.at(clock.now()), origin=HERE)


def test_the_secret_is_sealed(cast: Cast) -> None:
    with writing() as session:
        secret = second_factor.begin(session, cast.claire)
    kept = fresh(cast.claire)
    assert secret.encode() not in kept.totp_sealed
    assert second_factor.secret_being_confirmed(kept) == secret


def test_a_second_factor_that_was_not_confirmed_asks_nothing(cast: Cast) -> None:
    with writing() as session:
        second_factor.begin(session, cast.claire)
    with pytest.raises(refusals.SecondFactorWrong), writing() as session:
        second_factor.confirm(session, cast.claire, "000000")
    assert isinstance(try_in(cast.claire.email), str)


def test_the_second_factor_that_is_required_cannot_be_taken_away(cast: Cast, noon: time_machine.Traveller) -> None:
    totp = turn_on(cast.claire)
    noon.shift(timedelta(seconds=30))
    with writing() as session:
        session.add(Setting(name="second_factor_required_of_staff", valid_from=clock.today(), value=True))
    with pytest.raises(refusals.SecondFactorRequired), writing() as session:
        second_factor.take_away(session, cast.claire, totp.at(clock.now()))
    with reading() as session:
        assert second_factor.required_of(session, cast.claire)
        assert not second_factor.required_of(session, cast.amina)


def test_the_second_factor_is_taken_away_with_a_code(cast: Cast, noon: time_machine.Traveller) -> None:
    totp = turn_on(cast.claire)
    noon.shift(timedelta(seconds=30))
    with pytest.raises(refusals.SecondFactorWrong), writing() as session:
        second_factor.take_away(session, cast.claire, "000000")
    with writing() as session:
        second_factor.take_away(session, cast.claire, totp.at(clock.now()))
    assert isinstance(try_in(cast.claire.email), str)


def test_an_administrator_alone_resets_a_lost_second_factor(cast: Cast) -> None:
    turn_on(cast.claire)
    with pytest.raises(NotAllowed), writing() as session:
        second_factor.reset(session, cast.denis, cast.claire.id)
    with writing() as session:
        second_factor.reset(session, cast.helene, cast.claire.id)
    assert fresh(cast.claire).totp_sealed is None

"""The links of confirmations and invitations: looked at freely, counted once, for 48 hours."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from db.models import Account, AccountLink, JournalEntry
from db.session import reading, writing
from domain import clock
from domain.accounts import links, requests
from domain.accounts.passwords import matches
from domain.accounts.refusals import PasswordTooLong, PasswordTooWeak
from domain.refusals import Incomplete, Refusal
from tests.cast import PASSWORD, PASSWORD_HASH, Cast
from tests.domain.requesting import ask, letters_of, states, token_of

STRONG = "trois grues au-dessus de la Luce"


def approved(cast: Cast, name: str = "Neuf", **more: object) -> tuple[int, str]:
    """An approved request and the token that its letter carries."""
    claire, request_id = cast.claire, ask(name, **more)  # type: ignore[arg-type]
    with writing() as session:
        requests.approve(session, claire, request_id)
    return request_id, token_of(letters_of("account_approved")[-1])


def invited(cast: Cast) -> tuple[Account, str]:
    """A member of the staff without password, and the token of the invitation."""
    account = cast.account("Inès", "Roux", "coordinator", cast.moreuil, state="pending", password_hash=None)
    with writing() as session:
        links.send(session, session.get_one(Account, account.id), "invite")
    return account, token_of(letters_of("account_invited")[-1])


def test_a_family_confirms_with_the_password_it_chose(cast: Cast) -> None:
    request_id, token = approved(cast)
    account = links.confirm(token)
    assert states(request_id) == ("approved", "active", "active")
    assert matches(PASSWORD, account.password_hash)
    with reading() as session:
        acts = session.execute(select(JournalEntry.act, JournalEntry.by_id).order_by(JournalEntry.id)).all()
    assert [tuple(act) for act in acts[1:]] == [("confirm_account", account.id), ("confirm_family", account.id)]


def test_looking_at_a_link_changes_nothing(cast: Cast) -> None:
    request_id, token = approved(cast)
    for _ in range(3):
        with reading() as session:
            opened = links.look(session, token)
    assert (opened.purpose, opened.full_name, opened.needs_password) == ("confirm", "Nadia Neuf", False)
    assert states(request_id) == ("approved", "approved", "pending")


def test_only_the_hash_of_a_link_is_kept_and_a_token_is_long(cast: Cast) -> None:
    _, token = approved(cast)
    with reading() as session:
        kept = session.scalars(select(AccountLink.token_hash)).one()
    assert len(token) >= 43
    assert token not in kept


def test_a_link_counts_once(cast: Cast) -> None:
    _, token = approved(cast)
    links.confirm(token)
    with pytest.raises(links.LinkUsed):
        links.confirm(token)
    with pytest.raises(links.LinkUsed), reading() as session:
        links.look(session, token)


def test_an_altered_link_is_unknown(cast: Cast) -> None:
    request_id, token = approved(cast)
    for altered in (token[:-1], token + "x", token.swapcase(), "", "%", "é" * 5_000):
        with pytest.raises(links.LinkUnknown):
            links.confirm(altered)
    assert states(request_id)[2] == "pending"


def test_a_link_ends_after_48_hours_and_a_new_one_may_be_asked_for(cast: Cast, noon: time_machine.Traveller) -> None:
    request_id, token = approved(cast)
    noon.move_to(clock.now() + timedelta(hours=47, minutes=59))
    with reading() as session:
        links.look(session, token)
    noon.move_to(clock.now() + timedelta(minutes=1))
    with pytest.raises(links.LinkExpired):
        links.confirm(token)
    for _ in range(2):
        with writing() as session:
            links.ask_again(session, token)
    first, again = letters_of("account_approved")
    assert (again.to_email, again.family_id) == (first.to_email, first.family_id)
    links.confirm(token_of(again))
    assert states(request_id) == ("approved", "active", "active")


def test_asking_again_tells_nothing_and_sends_nothing_to_who_needs_none(cast: Cast, noon: time_machine.Traveller) -> None:
    _, token = approved(cast)
    with writing() as session:
        links.ask_again(session, token)
        links.ask_again(session, "unheard of")
    links.confirm(token)
    noon.move_to(clock.now() + timedelta(days=3))
    with writing() as session:
        links.ask_again(session, token)
    assert len(letters_of("account_approved")) == 1


def test_a_newer_link_ends_the_older_one(cast: Cast) -> None:
    claire = cast.claire
    request_id, old = approved(cast)
    with writing() as session:
        requests.send_again(session, claire, request_id)
    with pytest.raises(links.LinkExpired):
        links.confirm(old)
    links.confirm(token_of(letters_of("account_approved")[-1]))
    with pytest.raises(links.LinkUsed):
        links.confirm(old)
    with pytest.raises(requests.AlreadyConfirmed), writing() as session:
        requests.send_again(session, claire, request_id)


def test_who_has_no_password_chooses_one_by_the_link(cast: Cast) -> None:
    account, token = invited(cast)
    with reading() as session:
        assert links.look(session, token).needs_password
    for password, kind in (("", Incomplete), (None, Incomplete), ("ines.roux", PasswordTooWeak), ("x" * 73, PasswordTooLong)):
        with pytest.raises(kind):
            links.confirm(token, password)
    opened = links.confirm(token, STRONG)
    assert (opened.id, opened.state, opened.password_changed_at) == (account.id, "active", clock.now())
    assert matches(STRONG, opened.password_hash)


def test_who_has_a_password_cannot_have_it_changed_by_a_confirmation(cast: Cast) -> None:
    _, token = approved(cast)
    assert links.confirm(token, STRONG).password_hash == PASSWORD_HASH


def test_the_link_of_a_closed_account_is_unknown(cast: Cast) -> None:
    account, token = invited(cast)
    with writing() as session:
        session.get_one(Account, account.id).state = "closed"
    with pytest.raises(links.LinkUnknown):
        links.confirm(token, STRONG)


def test_of_ten_clicks_at_once_one_confirms(cast: Cast) -> None:
    _, token = approved(cast)
    start, outcomes = threading.Barrier(10), []

    def click() -> None:
        start.wait()
        try:
            links.confirm(token)
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(type(refusal).__name__)

    clicks = [threading.Thread(target=click) for _ in range(10)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert sorted(outcomes) == ["LinkUsed"] * 9 + ["done"]
    with reading() as session:
        assert session.scalar(select(func.count()).where(JournalEntry.act == "confirm_account")) == 1

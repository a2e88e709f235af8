"""Families without a sign-in: listed, invited one by one or together, or in answer to the request that doubles them."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from db.models import Account, AccountRequest, Family, Guardian
from db.session import reading, writing
from domain import clock
from domain.accounts import links, openings, requests
from domain.accounts.passwords import matches
from domain.accounts.staff import EmailTaken
from domain.refusals import AlreadyDecided, DoesNotExist, NotAllowed, NothingChosen
from domain.spelling import plain
from tests.cast import Cast, add
from tests.domain.requesting import ask, letters_of, states, token_of

STRONG = "trois grues au-dessus de la Luce"


def typed(name: str = "Ozturk", first_name: str = "Elif", email: str | None = "elif@exemple.fr", **more: Any) -> Family:
    """A family as the staff types it: a guardian, and nobody who signs in."""
    values = {"state": "active", "created_at": clock.now(), "town": "Moreuil"} | more
    family = add(Family(name=name, search_name=plain(name), **values))
    add(
        Guardian(
            family_id=family.id,
            last_name=name,
            first_name=first_name,
            search_name=plain(f"{first_name} {name}"),
            email=email,
            created_at=clock.now(),
        )
    )
    return family


def names(by: Account, **chosen: Any) -> list[str]:
    with reading() as session:
        return list(openings.families(session, by, **chosen)["family_name"])


def invite(by: Account, *families: Family) -> list[requests.Line]:
    with writing() as session:
        return openings.invite_many(session, by, [family.id for family in families])


def answer(by: Account, request_id: int, family: Family) -> None:
    with writing() as session:
        openings.invite_existing(session, by, request_id, family.id)


def number(model: Any) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_families_without_a_sign_in_are_listed_by_name(cast: Cast) -> None:
    claire = cast.claire
    assert cast.amina
    ask("Neuf")
    for name in ("Zola", "Aubert"):
        typed(name, email=f"{name}@exemple.fr".lower())
    typed("Parti", email=None, state="archived")
    assert names(claire) == ["Aubert", "Zola"]
    with reading() as session:
        assert openings.count(session, claire) == 2
        assert openings.count(session, claire, "ZÔLA") == 1
    assert names(claire, search="elif aubert") == ["Aubert"]
    assert names(claire, page=2, size=1) == ["Zola"]


def test_a_family_of_another_site_is_out_of_sight(cast: Cast) -> None:
    claire, family = cast.claire, typed()
    cast.sight(family, cast.ailly)
    assert names(claire) == []
    assert isinstance(invite(claire, family)[0].refusal, DoesNotExist)
    assert names(cast.denis) == ["Ozturk"]


def test_leaders_cashiers_and_families_neither_see_nor_invite(cast: Cast) -> None:
    family = typed()
    for nobody in (cast.gaelle, cast.farid, cast.amina):
        with pytest.raises(NotAllowed), reading() as session:
            openings.families(session, nobody)
        with pytest.raises(NotAllowed):
            invite(nobody, family)
    assert letters_of("account_invited") == []


def test_an_invited_family_chooses_its_password_and_signs_in(cast: Cast) -> None:
    claire, family = cast.claire, typed()
    assert [line.refusal for line in invite(claire, family)] == [None]
    letter = letters_of("account_invited")[0]
    assert (letter.to_email, letter.family_id) == ("elif@exemple.fr", family.id)
    with reading() as session:
        frame = openings.families(session, claire)
    assert bool(frame.iloc[0]["link_is_valid"]), "it stays in the list until it has answered"
    account = links.confirm(token_of(letter), STRONG, STRONG)
    assert (account.state, account.role, account.full_name) == ("active", "parent", "Elif Ozturk")
    assert names(claire) == []


def test_many_are_invited_at_once_and_told_line_by_line(cast: Cast) -> None:
    claire, here, silent = cast.claire, typed(), typed("Sourd", email=None)
    double = typed("Double", email=cast.amina.email.replace("amina", "x"))
    with writing() as session:
        session.scalars(select(Guardian).where(Guardian.family_id == double.id)).one().email = None
    lines = invite(claire, here, silent, cast.benali)
    told = {line.request_id: type(line.refusal) for line in lines}
    assert told == {here.id: type(None), silent.id: openings.NoEmail, cast.benali.id: openings.HasAccount}
    assert len(letters_of("account_invited")) == 1
    with pytest.raises(NothingChosen):
        invite(claire)


def test_an_address_that_somebody_signs_in_with_cannot_be_invited(cast: Cast) -> None:
    family = typed(email=cast.claire.email)
    assert isinstance(invite(cast.denis, family)[0].refusal, EmailTaken)


def test_a_double_click_invites_once(cast: Cast, noon: time_machine.Traveller) -> None:
    claire, family = cast.claire, typed()
    start, outcomes = threading.Barrier(4), []

    def click() -> None:
        start.wait()
        outcomes.append(type(invite(claire, family)[0].refusal).__name__)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["InvitedJustNow"] * 3 + ["NoneType"]
    assert (len(letters_of("account_invited")), number(Account)) == (1, 2)
    noon.move_to(clock.now() + timedelta(minutes=6))
    assert invite(claire, family)[0].refusal is None
    with pytest.raises(links.LinkExpired):
        links.confirm(token_of(letters_of("account_invited")[0]), STRONG, STRONG)


# -- in answer to a request -------------------------------------------------------------------------------------------------------


def test_a_request_with_the_known_address_becomes_the_familys_own_sign_in(cast: Cast) -> None:
    claire, family = cast.claire, typed()
    request_id = ask("Öztürk", "Élif", email=None, sign_in="elif@exemple.fr")
    with reading() as session:
        found = openings.openings(session, claire, [family.id])
    assert found == {family.id: openings.Opening(family.id, "Elif Ozturk", "elif@exemple.fr")}
    before = number(Account)
    answer(claire, request_id, family)
    assert number(Account) == before
    with reading() as session:
        request = session.get_one(AccountRequest, request_id)
        guardian = session.scalars(select(Guardian).where(Guardian.family_id == family.id)).one()
        account = session.get_one(Account, guardian.account_id)
    assert (request.state, request.decided_by_id) == ("refused", claire.id)
    assert (account.state, account.password_hash) == ("pending", None), "the password that a stranger may have typed is gone"
    assert letters_of("account_known") == []
    opened = links.confirm(token_of(letters_of("account_invited")[0]), STRONG, STRONG)
    assert matches(STRONG, opened.password_hash)


def test_a_request_with_another_address_is_closed_and_the_known_one_is_invited(cast: Cast) -> None:
    claire, family = cast.claire, typed()
    request_id = ask("Öztürk", "Élif", email="autre@exemple.fr")
    answer(claire, request_id, family)
    assert states(request_id) == ("refused", "refused", "closed")
    assert [letter.to_email for letter in letters_of("account_invited")] == ["elif@exemple.fr"]
    assert [letter.to_email for letter in letters_of("account_known")] == ["autre@exemple.fr"]
    assert "elif@exemple.fr" not in letters_of("account_known")[0].text_body


def test_where_no_address_is_known_that_of_the_request_is_invited(cast: Cast) -> None:
    claire, family = cast.claire, typed(email=None)
    request_id = ask("Öztürk", "Élif", email="elif@exemple.fr")
    answer(claire, request_id, family)
    links.confirm(token_of(letters_of("account_invited")[0]), STRONG, STRONG)
    with reading() as session:
        guardian = session.scalars(select(Guardian).where(Guardian.family_id == family.id)).one()
        assert session.get_one(Account, guardian.account_id).state == "active"
    assert guardian.email == "elif@exemple.fr"


def test_a_family_that_signs_in_already_is_not_invited_and_the_request_still_waits(cast: Cast) -> None:
    claire, request_id = cast.claire, ask("Neuf")
    with pytest.raises(openings.HasAccount):
        answer(claire, request_id, cast.benali)
    hidden = typed("Loin", email="loin@exemple.fr")
    cast.sight(hidden, cast.ailly)
    with pytest.raises(DoesNotExist):
        answer(claire, request_id, hidden)
    assert states(request_id) == ("waiting", "requested", "pending")


def test_a_request_is_answered_once(cast: Cast) -> None:
    claire, denis, family = cast.claire, cast.denis, typed()
    request_id = ask("Öztürk", "Élif", email="autre@exemple.fr")
    answer(claire, request_id, family)
    with pytest.raises(AlreadyDecided):
        answer(denis, request_id, family)
    assert len(letters_of("account_invited")) == 1

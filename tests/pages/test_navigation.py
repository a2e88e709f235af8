"""Who may open what: every screen of the map × every role, by the address typed by hand."""

from collections.abc import Callable

import pytest

from db.models import Account, Setting
from db.session import writing
from domain import accounts, clock
from tests.cast import Cast
from tests.pages.conftest import Screens
from ui import navigation

REFUSED = "Cette page n’est pas ouverte à votre compte."
DOOR = "Bienvenue dans votre Espace Famille"


def of(cast: Cast, role: str) -> Account:
    """The member of the cast who has a role."""
    return {
        "leader": lambda: cast.gaelle,
        "coordinator": lambda: cast.claire,
        "director": lambda: cast.denis,
        "cashier": lambda: cast.farid,
        "administrator": lambda: cast.helene,
        "parent": lambda: cast.amina,
    }[role]()


def test_every_screen_of_the_map_is_there() -> None:
    assert [screen.key for screen in navigation.SCREENS if not screen.path.is_file()] == []


def test_every_script_is_on_the_map() -> None:
    scripts = {str(path.relative_to(navigation.PAGES).with_suffix("")) for path in navigation.PAGES.rglob("*.py")}
    assert scripts - set(navigation.BY_KEY) == set()


def test_addresses_are_different() -> None:
    addresses = [screen.url_path for screen in navigation.SCREENS]
    assert sorted(set(addresses)) == sorted(addresses)


@pytest.mark.parametrize("role", sorted(navigation.SIGNED_IN))
def test_a_role_opens_its_screens_and_no_other(role: str, cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    screens = sign_in_as(of(cast, role))
    for screen in navigation.standing():
        if screen.key == "visitor/sign_in":
            continue
        screens.open(screen.key)
        assert not screens.exception, (screen.key, screens.exception)
        refused = REFUSED in [error.value for error in screens.error]
        assert refused == (role not in screen.roles), screen.key
        assert refused or screens.title, screen.key


def test_a_visitor_finds_the_door_at_every_address_that_is_not_his(visit: Callable[[], Screens]) -> None:
    screens = visit()
    for screen in navigation.standing():
        screens.open(screen.key) if screen.key != "visitor/sign_in" else screens.run()
        assert not screens.exception, (screen.key, screens.exception)
        at_the_door = DOOR in [title.value for title in screens.title]
        assert at_the_door == (screen.key == "visitor/sign_in" or navigation.VISITOR not in screen.roles), screen.key


def test_a_session_that_was_taken_back_shows_the_door(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    screens = sign_in_as(cast.claire).open("visitor/my_account")
    assert screens.title[0].value == "Mon compte"
    with writing() as session:
        accounts.sign_out_elsewhere(session, cast.claire)
    assert screens.run().title[0].value == DOOR


def test_a_role_that_was_taken_away_is_gone_at_the_next_run(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    screens = sign_in_as(cast.denis).open("staff/journal")
    assert screens.title
    with writing() as session:
        session.get_one(Account, cast.denis.id).role = "leader"
    assert REFUSED in [error.value for error in screens.run().error]


def test_an_address_that_does_not_exist_opens_nothing(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    screens = sign_in_as(cast.claire).type_address("secret")
    assert not screens.exception


def test_staff_without_the_second_factor_asked_for_set_it_up_first(cast: Cast, sign_in_as: Callable[[Account], Screens]) -> None:
    with writing() as session:
        session.add(Setting(name="second_factor_required_of_staff", valid_from=clock.today(), value=True))
    screens = sign_in_as(cast.claire)
    screens.open("staff/letters")
    assert [title.value for title in screens.title] == ["Mon compte"]
    assert "second facteur" in screens.warning[0].value
    assert [title.value for title in sign_in_as(cast.amina).open("family/dashboard").title] == ["Famille Benali"]

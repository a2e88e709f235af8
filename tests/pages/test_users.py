"""Utilisateurs, through the real entry."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from db.models import Account
from db.session import reading, writing
from domain import clock
from tests.cast import Cast, fresh
from tests.domain.requesting import letters_of
from tests.pages.conftest import Screens

SignIn = Callable[[Account], Screens]


def invite(screens: Screens, email: str, *sites: int) -> None:
    """Fills in the invitation and sends it."""
    screens.text_input(key="email-new-2").set_value(email)
    screens.text_input(key="first-new-2").set_value("Inès")
    screens.text_input(key="last-new-2").set_value("Roux")
    screens.multiselect(key="sites-new-2").set_value(list(sites))
    screens.button(key="invite").click().run()


def test_an_administrator_invites_somebody(cast: Cast, sign_in_as: SignIn) -> None:
    moreuil, claire = cast.moreuil, cast.claire
    screens = sign_in_as(cast.helene).open("staff/users")
    assert not screens.exception
    for email, sites, told in (
        ("pas une adresse", [moreuil.id], "n’est pas une adresse e-mail"),
        (claire.email, [moreuil.id], "se connecte déjà"),
        ("ines@exemple.fr", [], "au moins un site"),
    ):
        invite(screens, email, *sites)
        assert told in screens.error[0].value
        assert screens.text_input(key="email-new-2").value == email, "what was typed stays"
    invite(screens, "ines@exemple.fr", moreuil.id)
    assert "48 heures" in screens.success[0].value
    assert screens.text_input(key="email-new-3").value == ""
    assert letters_of("account_invited")[0].to_email == "ines@exemple.fr"
    with reading() as session:
        assert session.scalars(select(Account.state).where(Account.email == "ines@exemple.fr")).one() == "pending"


def test_a_role_changed_counts_at_the_next_click(cast: Cast, sign_in_as: SignIn) -> None:
    claire = cast.claire
    hers = sign_in_as(claire).open("staff/accounts")
    assert hers.title[0].value == "Comptes à valider"
    screens = sign_in_as(cast.helene).open("staff/users", compte=claire.id)
    screens.selectbox(key=f"role-{claire.id}").set_value("leader")
    screens.button(key="save").click().run()
    assert fresh(claire).role == "leader"
    assert "Comptes à valider" not in [title.value for title in hers.run().title]


def test_closing_signs_out_and_reopening_lets_in_again(cast: Cast, sign_in_as: SignIn) -> None:
    claire = cast.claire
    hers = sign_in_as(claire).open("staff/accounts")
    screens = sign_in_as(cast.helene).open("staff/users", compte=claire.id)
    screens.button(key="close").click().run()
    assert "fermé" in screens.success[0].value
    assert "Comptes à valider" not in [title.value for title in hers.run().title]
    screens.button(key="reopen").click().run()
    assert fresh(claire).state == "active"


def test_the_last_administrator_is_told_why_not(cast: Cast, sign_in_as: SignIn) -> None:
    helene = cast.helene
    screens = sign_in_as(helene).open("staff/users", compte=helene.id)
    screens.button(key="close").click().run()
    assert "dernier administrateur" in screens.error[0].value
    screens.selectbox(key=f"role-{helene.id}").set_value("director")
    screens.checkbox(key=f"all-{helene.id}").set_value(True)
    screens.button(key="save").click().run()
    assert "propre rôle" in screens.error[0].value
    assert (fresh(helene).role, fresh(helene).state) == ("administrator", "active")


def test_a_lock_is_seen_and_opened(cast: Cast, sign_in_as: SignIn) -> None:
    claire, helene = cast.claire, cast.helene
    with writing() as session:
        account = session.get_one(Account, claire.id)
        account.failed_sign_ins, account.locked_until_at = 5, clock.now() + timedelta(minutes=15)
    screens = sign_in_as(helene).open("staff/users", compte=claire.id, etat="locked")
    screens.button(key="unlock").click().run()
    assert "déverrouillé" in screens.success[0].value
    assert fresh(claire).failed_sign_ins == 0


def test_an_account_that_is_not_there_is_told_calmly(cast: Cast, sign_in_as: SignIn) -> None:
    amina, helene = cast.amina, cast.helene
    for account_id in (amina.id, 999_999_999, "²"):
        screens = sign_in_as(helene).open("staff/users", compte=account_id)
        assert not screens.exception
        assert amina.email not in screens.words()


def test_only_administrators_reach_the_staff(cast: Cast, sign_in_as: SignIn) -> None:
    helene = cast.helene
    for nobody in (cast.denis, cast.claire, cast.gaelle, cast.amina):
        assert helene.email not in sign_in_as(nobody).open("staff/users", compte=helene.id).words()

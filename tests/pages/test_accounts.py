"""Comptes à valider and the confirmation link, through the real entry."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from sqlalchemy import select

from db.models import Account, Guardian
from db.session import writing
from domain import clock
from domain.accounts import links, requests
from tests.cast import Cast
from tests.domain.requesting import NOTICE, ask, letters_of, states, token_of
from tests.domain.test_openings import typed as typed_family
from tests.pages.conftest import Screens

SignIn = Callable[[Account], Screens]


def test_a_coordinator_reads_the_oldest_request_and_approves_it(cast: Cast, sign_in_as: SignIn) -> None:
    young, old = ask("Zola"), ask("Aubert", at=clock.now() - timedelta(days=2), phone_mobile=cast.guardian(cast.benali).phone_mobile)
    screens = sign_in_as(cast.claire).open("staff/accounts")
    assert not screens.exception
    told = screens.words()
    assert "Famille Aubert" in told
    assert "Famille Zola" not in told
    assert NOTICE in told
    assert "Amina Benali" in told, "the likely duplicate stands beside"
    screens.button(key="approve").click().run()
    assert [success.value for success in screens.success] == ["La demande est acceptée\u00a0: la famille reçoit son lien par e-mail."]
    assert (states(old)[0], states(young)[0]) == ("approved", "waiting")
    assert "Famille Zola" in screens.words()


def test_of_two_coordinators_the_second_is_told_who_decided(cast: Cast, sign_in_as: SignIn) -> None:
    request_id = ask("Neuf")
    claire, denis = sign_in_as(cast.claire).open("staff/accounts"), sign_in_as(cast.denis).open("staff/accounts")
    claire.button(key="approve").click().run()
    denis.button(key="approve").click().run()
    assert "Claire Dubois" in denis.warning[0].value
    assert len(letters_of("account_approved")) == 1
    assert states(request_id)[0] == "approved"


def test_a_refusal_asks_why(cast: Cast, sign_in_as: SignIn) -> None:
    request_id = ask("Neuf")
    screens = sign_in_as(cast.claire).open("staff/accounts")
    screens.button(key="refuse").click().run()
    assert "Raison" in screens.error[0].value or "Motif" in screens.error[0].value
    screens.text_area(key="refusal-words").set_value("x" * 10_000)
    screens.button(key="refuse").click().run()
    assert "1" in screens.error[0].value
    assert states(request_id)[0] == "waiting"
    screens.radio(key="refusal-ready").set_value("elsewhere")
    screens.text_area(key="refusal-words").set_value("Voyez avec votre mairie.")
    screens.button(key="refuse").click().run()
    assert states(request_id)[0] == "refused"
    body = letters_of("account_refused")[0].text_body
    assert "réservées aux familles de nos communes" in body
    assert "Voyez avec votre mairie." in body


def test_families_that_let_their_link_lapse_get_a_new_one(cast: Cast, sign_in_as: SignIn, noon: time_machine.Traveller) -> None:
    claire, request_id = cast.claire, ask("Neuf")
    with writing() as session:
        requests.approve(session, claire, request_id)
    noon.move_to(clock.now() + timedelta(hours=49))
    screens = sign_in_as(claire).open("staff/accounts", liste="unconfirmed")
    screens.button(key="again").click().run()
    assert screens.success[0].value == "Un nouveau lien part par e-mail."
    assert len(letters_of("account_approved")) == 2


def test_leaders_and_families_do_not_reach_the_requests(cast: Cast, sign_in_as: SignIn) -> None:
    ask("Neuf")
    for nobody in (cast.gaelle, cast.farid, cast.amina):
        assert "Neuf" not in sign_in_as(nobody).open("staff/accounts").words()


def test_opening_the_link_changes_nothing_and_the_button_confirms(cast: Cast, visit: Callable[[], Screens]) -> None:
    claire, request_id = cast.claire, ask("Neuf")
    with writing() as session:
        requests.approve(session, claire, request_id)
    token = token_of(letters_of("account_approved")[0])
    screens = visit().open("visitor/confirm", lien=token)
    assert "Nadia Neuf" in screens.words()
    assert states(request_id)[2] == "pending"
    screens.button[-1].click().run()
    assert states(request_id) == ("approved", "active", "active")
    assert "Votre compte est confirmé" in screens.success[0].value
    assert "a déjà servi" in visit().open("visitor/confirm", lien=token).warning[0].value


def test_an_altered_or_missing_link_has_its_sentence(cast: Cast, visit: Callable[[], Screens]) -> None:
    for address in ({"lien": "n-importe-quoi"}, {}):
        screens = visit().open("visitor/confirm", **address)
        assert "incomplet" in screens.warning[0].value
        assert "Recevoir un nouveau lien" not in [button.label for button in screens.button]


def test_an_expired_link_offers_a_new_one_and_always_answers_the_same(
    cast: Cast, visit: Callable[[], Screens], noon: time_machine.Traveller
) -> None:
    claire, request_id = cast.claire, ask("Neuf")
    with writing() as session:
        requests.approve(session, claire, request_id)
    token = token_of(letters_of("account_approved")[0])
    noon.move_to(clock.now() + timedelta(hours=48))
    screens = visit().open("visitor/confirm", lien=token)
    answers = set()
    for _ in range(2):
        next(button for button in screens.button if button.label == "Recevoir un nouveau lien").click().run()
        answers.add(screens.success[0].value)
    assert len(answers) == 1
    assert len(letters_of("account_approved")) == 2


def test_an_invited_person_types_the_password_twice(cast: Cast, visit: Callable[[], Screens]) -> None:
    account = cast.account("Inès", "Roux", "coordinator", cast.moreuil, state="pending", password_hash=None)
    with writing() as session:
        links.send(session, session.get_one(Account, account.id), "invite")
    screens = visit().open("visitor/confirm", lien=token_of(letters_of("account_invited")[0]))
    assert screens.title[0].value == "Choisir mon mot de passe"
    for first, again, told in (("trois grues au-dessus", "trois grues", "mots de passe"), ("inesroux", "inesroux", "facile à deviner")):
        screens.text_input(key="confirm-password").set_value(first)
        screens.text_input(key="confirm-password-again").set_value(again)
        screens.button[-1].click().run()
        assert told in screens.error[0].value
    screens.text_input(key="confirm-password").set_value("trois grues au-dessus de la Luce")
    screens.text_input(key="confirm-password-again").set_value("trois grues au-dessus de la Luce")
    screens.button[-1].click().run()
    assert "confirmé" in screens.success[0].value


def test_a_request_is_answered_by_inviting_the_family_that_is_known(cast: Cast, sign_in_as: SignIn) -> None:
    family, request_id = typed_family(email="elif.ancien@exemple.fr"), ask("Öztürk", "Élif", email="elif@exemple.fr")
    with writing() as session:
        session.scalars(select(Guardian).where(Guardian.family_id == family.id)).one().phone_mobile = "0639981234"
        session.scalars(select(Guardian).where(Guardian.email == "elif@exemple.fr")).one().phone_mobile = "0639981234"
    screens = sign_in_as(cast.claire).open("staff/accounts")
    assert "elif.ancien@exemple" in screens.words().replace("\\", "")
    screens.button(key=f"invite-{request_id}-{family.id}").click().run()
    assert "invitée par e-mail" in screens.success[0].value
    assert states(request_id)[0] == "refused"
    assert [letter.to_email for letter in letters_of("account_invited")] == ["elif.ancien@exemple.fr"]


def test_a_likely_duplicate_that_signs_in_already_offers_no_invitation(cast: Cast, sign_in_as: SignIn) -> None:
    ask("Neuf", phone_mobile=cast.guardian(cast.benali).phone_mobile)
    screens = sign_in_as(cast.claire).open("staff/accounts")
    assert "Amina Benali" in screens.words()
    assert [button.key for button in screens.button if str(button.key).startswith("invite-")] == []


def test_families_without_an_account_have_their_list(cast: Cast, sign_in_as: SignIn) -> None:
    typed_family(email="elif.ancien@exemple.fr")
    screens = sign_in_as(cast.claire).open("staff/accounts", liste="without")
    assert not screens.exception
    assert "Cochez celles" in screens.words()
    assert screens.button(key="again").disabled
    frame = screens.dataframe[0].value
    assert list(frame.iloc[:, 0]) == ["Ozturk"]

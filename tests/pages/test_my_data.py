"""A family's own data and its quotient, and what the staff does with quotients, retention and the register, through the real entry."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from db.models import Account, ClosingRequest, Consent, ConsentText, Erasure, Family, FamilyQuotient, RetentionHold
from db.session import reading, writing
from domain import clock, structure
from domain.families import quotient
from tests.cast import Cast, add
from tests.pages.conftest import Screens

SignIn = Callable[[Account], Screens]


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """Everybody is there before the first screen."""
    for person in ("moreuil", "benali", "lefevre", "claire", "denis", "helene", "gaelle", "sami", "mercredi"):
        getattr(cast, person)
    return cast


def rows(cast: Cast) -> list[FamilyQuotient]:
    with reading() as session:
        kept = select(FamilyQuotient).where(FamilyQuotient.family_id == cast.benali.id).order_by(FamilyQuotient.id)
        return list(session.scalars(kept))


def send(screens: Screens, label: str) -> None:
    next(button for button in screens.button if button.label == label).click().run()


def test_a_family_without_a_quotient_reads_what_it_pays_and_tells_one(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.amina).open("family/quotient")
    assert "le tarif le plus élevé est appliqué" in screens.words()
    assert "Récupérer mon quotient" not in [button.label for button in screens.button]
    screens.text_input(key="quotient-0-value").input("720,50")
    send(screens, "Enregistrer")
    assert [(row.value_cents, row.month_on, row.state) for row in rows(cast)] == [(72_050, date(2026, 3, 1), "waiting")]
    assert "Mars 2026" in screens.words()
    assert "à vérifier" in screens.words() or "vérifier" in screens.words()


@pytest.mark.parametrize("typed", ["-12", "10000000", "beaucoup", ""])
def test_what_is_no_quotient_gets_a_sentence_and_stays_on_the_screen(cast: Cast, sign_in_as: SignIn, typed: str) -> None:
    screens = sign_in_as(cast.amina).open("family/quotient")
    screens.text_input(key="quotient-0-value").input(typed)
    send(screens, "Enregistrer")
    assert len(screens.error) == 1
    assert screens.text_input(key="quotient-0-value").value == typed
    assert rows(cast) == []


def test_the_staff_accepts_corrects_and_refuses(cast: Cast, sign_in_as: SignIn) -> None:
    amina = cast.amina
    with writing() as session:
        told = quotient.declare(session, amina, 72_000, date(2026, 3, 1)).id
    screens = sign_in_as(cast.claire).open("staff/quotients")
    assert "Benali Amina" in screens.words()
    screens.text_input(key=f"reason-{told}").input("Le justificatif est illisible.")
    send(screens, "Refuser le quotient")
    assert rows(cast)[0].state == "refused"
    with writing() as session:
        again = quotient.declare(session, amina, 73_000, date(2026, 3, 1)).id
    screens.open("staff/quotients")
    screens.text_input(key=f"correct-{again}-value").input("91,50")
    send(screens, "Corriger selon le justificatif")
    assert [(row.state, row.value_cents) for row in rows(cast)[1:]] == [("corrected", 73_000), ("accepted", 9_150)]
    with writing() as session:
        last = quotient.declare(session, amina, 74_000, date(2026, 3, 1)).id
    screens.open("staff/quotients")
    screens.button(key=f"accept-{last}").click().run()
    assert rows(cast)[-1].state == "accepted"
    assert "Aucun quotient à vérifier." in screens.words()


def test_the_lists_of_quotients_open_one_family(cast: Cast, sign_in_as: SignIn) -> None:
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    screens = sign_in_as(cast.claire).open("staff/quotients", partie="missing")
    assert not screens.exception
    assert list(screens.dataframe[0].value["family"]) == ["Benali Amina"]
    screens.open("staff/quotients", partie="unproved")
    assert "Aucune famille." in screens.words()
    screens.open("staff/quotients", partie="one")
    screens.text_input(key="quotients-search").input("lef").run()
    assert list(screens.dataframe[0].value["family"]) == ["Lefèvre Bruno"]


def test_a_family_answers_its_consents_and_asks_to_leave(cast: Cast, sign_in_as: SignIn) -> None:
    add(ConsentText(kind="photo", language="fr", version=1, body="Photographies des activités", published_at=clock.now()))
    screens = sign_in_as(cast.amina).open("family/my_data")
    screens.button(key="consent-photo-True").click().run()
    with reading() as session:
        assert session.scalars(select(Consent.given)).one()
    assert screens.button(key="consent-photo-True").disabled
    send(screens, "Demander la fermeture du compte")
    assert "Cochez d’abord la case" in screens.error[0].value
    screens.text_area(key="closing-words").input("Nous déménageons")
    screens.checkbox[0].check()
    send(screens, "Demander la fermeture du compte")
    assert "Votre demande nous est parvenue" in screens.success[0].value
    send(screens, "Retirer ma demande")
    with reading() as session:
        assert session.scalars(select(ClosingRequest.state)).one() == "withdrawn"


def test_a_closed_account_is_out_and_the_family_archived(cast: Cast, sign_in_as: SignIn) -> None:
    amina = cast.amina
    screens = sign_in_as(amina).open("family/my_data")
    screens.checkbox[0].check()
    send(screens, "Demander la fermeture du compte")
    staff = sign_in_as(cast.denis).open("staff/retention", partie="leaving")
    send(staff, "Fermer le compte")
    with reading() as session:
        assert session.get_one(Family, cast.benali.id).state == "archived"
    screens.run()
    assert "Mes données" not in [title.value for title in screens.title]


def test_a_director_looks_through_what_is_due_and_takes_back(cast: Cast, sign_in_as: SignIn) -> None:
    quiet = cast.family("Quiète", "Ada", created_at=clock.begins(date(2021, 3, 3)))
    screens = sign_in_as(cast.denis).open("staff/retention")
    assert "Familles en sommeil" in screens.words()
    assert list(screens.dataframe[0].value["family"]) == ["Quiète Ada"]
    with writing() as session:
        session.add(Erasure(family_id=quiet.id, rule="families", confirmed_at=clock.now(), confirmed_by_id=cast.denis.id))
        session.add(RetentionHold(family_id=cast.benali.id, until_on=date(2027, 1, 1), reason="Litige", set_at=clock.now()))
    screens.open("staff/retention", partie="confirmed")
    screens.button(key=f"undo-{quiet.id}").click().run()
    screens.open("staff/retention", partie="kept")
    assert "Litige" in screens.words()
    screens.button(key=f"undo-{cast.benali.id}").click().run()
    with reading() as session:
        assert session.scalars(select(Erasure)).all() == []
        assert session.scalars(select(RetentionHold)).all() == []


def test_the_register_tells_the_terms_and_roles_that_are_really_applied(cast: Cast, sign_in_as: SignIn) -> None:
    helene = cast.helene
    with writing() as session:
        value = structure.setting(session, "retention") | {"journal": 24}
        structure.change_setting(session, helene, "retention", value, date(2026, 1, 1))
    words = sign_in_as(helene).open("staff/register").words()
    assert "24 mois" in words
    assert "Animateur" in words
    assert "jamais la nature d’un handicap" in words


def test_the_administrator_sets_for_how_long(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.helene).open("staff/settings", partie="quotient")
    screens.radio(key="quotient-validity").set_value("civil_year")
    send(screens, "Enregistrer")
    screens.open("staff/settings", partie="retention")
    screens.number_input(key="term-letters").set_value(6)
    send(screens, "Enregistrer")
    assert not screens.exception
    with reading() as session:
        told = structure.settings_of(session, ["quotient", "retention"])
    assert (told["quotient"]["validity"], told["retention"]["letters"]) == ("civil_year", 6)


@pytest.mark.parametrize("key", ["staff/retention", "staff/register", "staff/quotients"])
def test_who_may_not_sees_one_calm_sentence(cast: Cast, sign_in_as: SignIn, key: str) -> None:
    for account in (cast.gaelle, cast.amina):
        screens = sign_in_as(account).open(key)
        assert len(screens.error) == 1
        assert screens.dataframe.len == 0

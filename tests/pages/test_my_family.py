"""« Ma famille » through the real entry: forms, what waits, invitations, another home, and what is not one's own."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from db.models import Account, ChangeRequest, Child, Family, FieldRule, Guardian
from db.session import reading, writing
from domain.accounts import own_email
from domain.families import invitations, joining
from tests.cast import PASSWORD, Cast, add
from tests.domain.requesting import letters_of, token_of
from tests.pages.conftest import Screens

SignIn = Callable[[Account], Screens]


@pytest.fixture(autouse=True)
def everybody(cast: Cast) -> None:
    """The people are there before anybody acts."""
    assert all((cast.sami, cast.lia, cast.claire, cast.helene))


def field(screens: Screens, name: str, kind: str = "text_input"):
    """A field of the form that stands, by the name of its column."""
    return next(widget for widget in getattr(screens, kind) if widget.key and widget.key.endswith(f"-{name}"))


def fill(screens: Screens, **typed: str) -> Screens:
    for name, value in typed.items():
        field(screens, name).set_value(value)
    return screens


def save(screens: Screens, name: str) -> Screens:
    screens.button(key=f"save-{name}").click().run()
    assert not screens.exception
    return screens


def family(cast: Cast) -> Family:
    with reading() as session:
        return session.get_one(Family, cast.benali.id)


def test_the_family_reads_its_people_and_nobody_else_s(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.amina).open("family/my_family")
    told = screens.words()
    assert not screens.exception
    assert screens.title[0].value == "Ma famille"
    assert "tarif le plus élevé" in told
    links = [element.proto.label for element in screens.get("page_link")]
    assert "Sami Benali" in links
    assert not any("Lefèvre" in text or "Lia" in text for text in [told, *links])


def test_the_details_are_changed_and_the_family_is_warned_of_its_tariff(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.amina).open("family/household")
    assert any("numéro de sécurité sociale" in caption.value for caption in screens.caption)
    assert field(screens, "name").label == "Nom *"
    save(fill(screens, street="rue des Lilas"), "household")
    assert screens.title[0].value == "Ma famille"
    assert [success.value for success in screens.success] == ["Vos modifications sont enregistrées."]
    assert "tarif le plus élevé" in screens.warning[0].value
    assert family(cast).street == "rue des Lilas"


def test_a_refused_field_leaves_everything_typed(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.amina).open("family/household")
    save(fill(screens, street="rue des Lilas", phone_mobile="12"), "household")
    assert "Tél. portable" in screens.error[0].value
    assert (field(screens, "street").value, field(screens, "phone_mobile").value) == ("rue des Lilas", "12")
    assert family(cast).street is None
    save(fill(screens, phone_mobile="0639980077"), "household")
    assert (family(cast).street, family(cast).phone_mobile) == ("rue des Lilas", "0639980077")


def test_a_postcode_finds_its_town(cast: Cast, sign_in_as: SignIn) -> None:
    with writing() as session:
        session.get_one(Family, cast.benali.id).town = "Moreuil"
    screens = sign_in_as(cast.amina).open("family/household")
    save(fill(screens, postcode="80000"), "household")
    assert (family(cast).postcode, family(cast).town) == ("80000", "Amiens")


def test_two_guardians_with_one_form_open_are_told_of_each_other(cast: Cast, sign_in_as: SignIn) -> None:
    karim = cast.account("Karim", "Benali", "parent")
    values = {"last_name": "Benali", "first_name": "Karim", "search_name": "karim benali", "created_at": karim.created_at}
    add(Guardian(family_id=cast.benali.id, account_id=karim.id, email=karim.email, **values))
    hers, his = sign_in_as(cast.amina).open("family/household"), sign_in_as(karim).open("family/household")
    save(fill(hers, street="rue Haute", street_number="1"), "household")
    his.run()
    save(fill(his, street="rue Basse"), "household")
    assert "rue Haute" in his.error[0].value
    assert field(his, "street").value == "rue Basse"
    assert family(cast).street == "rue Haute"
    save(his, "household")
    assert (family(cast).street, family(cast).street_number) == ("rue Basse", "1"), "told once, he may mean it; her other field stands"


def test_a_form_that_was_left_is_read_anew(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.amina).open("family/household")
    fill(screens, street="rue Oubliée").run()
    screens.open("family/my_family")
    with writing() as session:
        session.get_one(Family, cast.benali.id).street = "rue Neuve"
    assert field(screens.open("family/household"), "street").value == "rue Neuve"
    fill(screens, street="rue Oubliée")
    screens.button(key="cancel-household").click().run()
    assert (screens.title[0].value, family(cast).street) == ("Ma famille", "rue Neuve")


def test_what_waits_is_shown_old_and_new_and_can_be_withdrawn(cast: Cast, sign_in_as: SignIn) -> None:
    add(FieldRule(section="family", field="street", mode="editable", waits_for_staff=True))
    screens = sign_in_as(cast.amina).open("family/household")
    save(fill(screens, street="rue des Lilas"), "household")
    assert "Voie" in screens.warning[0].value
    assert "1 modification en attente" in str([badge.proto.body for badge in screens.get("markdown")])
    screens.open("family/household")
    assert "— → **rue des Lilas**" in screens.words()
    assert field(screens, "street").disabled
    with reading() as session:
        request_id = session.scalars(select(ChangeRequest.id)).one()
    screens.button(key=f"withdraw-{request_id}").click().run()
    assert [success.value for success in screens.success] == ["La demande est retirée."]
    assert not field(screens, "street").disabled


def test_a_child_is_added_then_its_sheets_are_offered(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.amina).open("family/child")
    assert screens.title[0].value == "Ajouter une personne"
    assert field(screens, "last_name").value == "Benali"
    field(screens, "born_on", "date_input").set_value(date(2020, 2, 3))
    save(fill(screens, first_name="Nour", school="École Jaurès"), "child-new")
    assert screens.title[0].value == "Nour Benali"
    links = [element.proto.label for element in screens.get("page_link")]
    assert {"Fiche sanitaire", "Autorisations"} <= set(links)
    with reading() as session:
        kept = session.scalars(select(Child).where(Child.first_name == "Nour")).one()
    assert (kept.born_on, kept.school) == (date(2020, 2, 3), "École Jaurès")
    save(fill(screens, school_class="CP"), f"child-{kept.id}")
    with reading() as session:
        assert session.get_one(Child, kept.id).school_class == "CP"


def test_a_child_without_a_birth_date_is_asked_for_it(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.amina).open("family/child")
    save(fill(screens, first_name="Nour"), "child-new")
    assert "Date de naissance" in screens.error[0].value
    assert field(screens, "first_name").value == "Nour"


def test_what_is_another_family_s_or_nobody_s_is_told_in_the_same_words(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.amina)
    theirs = cast.guardian(cast.lefevre).id
    for key, name, ids in (("family/child", "enfant", (cast.lia.id, 999_999, "x")), ("family/guardian", "parent", (theirs, 999_999, "x"))):
        told = [(screens.open(key, **{name: asked}).error[0].value, len(screens.text_input)) for asked in ids]
        assert len(set(told)) == 1, told
        assert told[0][1] == 0
        assert not screens.exception


def test_a_second_parent_is_added_and_invited(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.amina).open("family/guardian")
    field(screens, "civility", "selectbox").set_value("mr")
    save(fill(screens, first_name="Karim", email="karim@exemple.fr"), "guardian-new")
    assert screens.title[0].value == "Ma famille"
    with reading() as session:
        karim = session.scalars(select(Guardian).where(Guardian.first_name == "Karim")).one()
    screens.button(key=f"invite-{karim.id}").click().run()
    assert "Karim Benali" in screens.success[0].value
    assert [letter.to_email for letter in letters_of("guardian_invited")] == ["karim@exemple.fr"]
    screens.open("family/guardian", parent=karim.id)
    assert field(screens, "email").value == "karim@exemple.fr"
    save(fill(screens, email="karim.b@exemple.fr"), f"guardian-{karim.id}")
    with reading() as session:
        assert invitations.accesses(session, [session.get_one(Guardian, karim.id)])[karim.id].email == "karim.b@exemple.fr"


def test_the_own_e_mail_is_shown_and_changed_by_its_own_form(cast: Cast, sign_in_as: SignIn) -> None:
    guardian = cast.guardian(cast.benali)
    screens = sign_in_as(cast.amina).open("family/guardian", parent=guardian.id)
    assert field(screens, "email").disabled
    screens.text_input(key="own-email-new").set_value("neuve@exemple.fr")
    screens.text_input(key="own-email-password").set_value("faux")
    screens.button(key="own-email-send").click().run()
    assert "mot de passe" in screens.error[0].value
    assert screens.text_input(key="own-email-new").value == "neuve@exemple.fr"
    screens.text_input(key="own-email-password").set_value(PASSWORD)
    screens.button(key="own-email-send").click().run()
    assert "D’ici là, rien ne change." in screens.success[0].value
    token = token_of(letters_of("email_to_confirm")[0])
    screens.open("visitor/new_email", lien=token)
    assert "neuve@exemple" in screens.words()
    screens.button(key="confirm-email").click().run()
    assert cast.amina.email == "neuve@exemple.fr"
    for wrong in (token, token[:-1], ""):
        assert screens.open("visitor/new_email", lien=wrong).warning
        assert not screens.exception


def test_a_visitor_confirms_a_new_address_without_signing_in(cast: Cast, visit: Callable[[], Screens]) -> None:
    own_email.ask(cast.amina, PASSWORD, "neuve@exemple.fr")
    screens = visit().open("visitor/new_email", lien=token_of(letters_of("email_to_confirm")[0]))
    screens.button(key="confirm-email").click().run()
    assert "nouvelle adresse est confirmée" in screens.success[0].value
    assert cast.amina.email == "neuve@exemple.fr"


def test_another_home_is_asked_for(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.amina).open("family/my_family")
    screens.button(key="other-home-send").click().run()
    assert screens.error
    screens.checkbox(key=f"other-home-{cast.sami.id}").check()
    for name, value in {"first": "Karim", "last": "Roux", "email": "karim@exemple.fr"}.items():
        screens.text_input(key=f"other-home-{name}").set_value(value)
    screens.button(key="other-home-send").click().run()
    assert "Nos services" in screens.success[0].value
    assert "Karim Roux" in screens.words()


def test_a_duplicate_is_nowhere_on_the_family_s_screens(cast: Cast, sign_in_as: SignIn) -> None:
    with writing() as session:
        child = joining.add_child(session, cast.amina, {"first_name": "Lia", "last_name": "Lefèvre", "born_on": cast.lia.born_on})
    screens = sign_in_as(cast.amina)
    for key, choices in (("family/my_family", {}), ("family/child", {"enfant": child.id}), ("family/dashboard", {})):
        told = screens.open(key, **choices).words()
        assert "oublon" not in told
        assert "en attente" not in told.lower()

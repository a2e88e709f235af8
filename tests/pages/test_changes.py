"""« Modifications à valider », « Champs des familles » and the staff's « Famille », through the real entry."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from db.models import Account, ChangeRequest, Child, Family, FamilyChild, FieldRule
from db.session import reading, writing
from domain.families import Rule, change_rules, changing, homes, household, invitations, joining
from tests.cast import Cast, add
from tests.domain.requesting import letters_of
from tests.pages.conftest import Screens

SignIn = Callable[[Account], Screens]


@pytest.fixture(autouse=True)
def everybody(cast: Cast) -> None:
    """The people are there before anybody acts; the family's changes wait."""
    assert all((cast.sami, cast.lia, cast.claire, cast.denis, cast.helene))
    for name in ("town", "street"):
        add(FieldRule(section="family", field=name, mode="editable", waits_for_staff=True))


def asked(cast: Cast, **typed: str) -> None:
    """Amina asks for changes of her family."""
    with reading() as session:
        read = household.sheet(session, cast.amina, "family", cast.benali.id).values
    with writing() as session:
        changing.change(session, cast.amina, "family", cast.benali.id, read, read | typed)


def town(cast: Cast) -> tuple[str | None, str | None]:
    with reading() as session:
        family = session.get_one(Family, cast.benali.id)
        return family.town, family.street


def test_a_coordinator_reads_old_and_new_and_accepts(cast: Cast, sign_in_as: SignIn) -> None:
    asked(cast, town="Amiens", street="rue Haute")
    screens = sign_in_as(cast.claire).open("staff/changes")
    assert not screens.exception
    shown = screens.dataframe[0].value.to_string()
    assert all(words in shown for words in ("Benali", "Moreuil", "Amiens", "Ville", "rue Haute"))
    assert "Moreuil → **Amiens**" in screens.words()
    screens.button(key="accept-changes").click().run()
    assert "acceptée" in screens.success[0].value
    assert town(cast) == ("Amiens", None)
    screens.button(key="accept-changes").click().run()
    assert town(cast) == ("Amiens", "rue Haute")
    assert "Rien n’attend ici." in screens.words()


def test_a_refusal_says_why(cast: Cast, sign_in_as: SignIn) -> None:
    asked(cast, town="Amiens")
    screens = sign_in_as(cast.claire).open("staff/changes")
    screens.button(key="refuse-changes").click().run()
    assert "Motif" in screens.error[0].value
    screens.radio(key="change-refusal-ready").set_value("proof")
    screens.button(key="refuse-changes").click().run()
    assert "refusée" in screens.success[0].value
    assert "justificatif" in letters_of("changes_refused")[0].text_body
    assert town(cast) == ("Moreuil", None)


def test_of_two_coordinators_the_second_is_told_who_decided(cast: Cast, sign_in_as: SignIn) -> None:
    asked(cast, town="Amiens")
    claire, denis = (sign_in_as(person).open("staff/changes") for person in (cast.claire, cast.denis))
    claire.button(key="accept-changes").click().run()
    denis.button(key="accept-changes").click().run()
    assert "Claire Dubois" in denis.warning[0].value


def test_the_dashboard_counts_what_waits(cast: Cast, sign_in_as: SignIn) -> None:
    asked(cast, town="Amiens", street="rue Haute")
    screens = sign_in_as(cast.claire).open("staff/dashboard")
    assert {metric.label: metric.value for metric in screens.metric}["Modifications demandées par les familles"] == "2"
    assert "Répondre à ces familles" in [element.proto.label for element in screens.get("page_link")]


def test_the_structure_decides_what_families_may_change(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.helene).open("staff/field_rules", formulaire="guardian")
    assert screens.selectbox(key="rules-guardian-last_name").options == ["Affiché, non modifiable", "Obligatoire"]
    assert screens.button(key="rules-save").disabled
    screens.selectbox(key="rules-guardian-profession").set_value("compulsory")
    screens.toggle(key="rules-waits-guardian").set_value(True)
    screens.run()
    assert "Profession *" in [widget.label for widget in screens.text_input], "the preview follows what is chosen"
    screens.button(key="rules-save").click().run()
    assert screens.success
    with reading() as session:
        rule = session.get_one(FieldRule, ("guardian", "profession"))
    assert (rule.mode, rule.waits_for_staff) == ("compulsory", True)
    screens = sign_in_as(cast.amina).open("family/guardian")
    assert "Profession *" in [widget.label for widget in screens.text_input]


def test_a_hidden_field_is_on_no_form(cast: Cast, sign_in_as: SignIn) -> None:
    helene = cast.helene
    with writing() as session:
        change_rules(session, helene, "family", {"regime": Rule("hidden", waits=False), "street": Rule("shown", waits=False)})
    screens = sign_in_as(cast.amina).open("family/household")
    assert "Régime allocataire" not in str([widget.label for widget in screens.selectbox])
    assert next(widget for widget in screens.text_input if widget.label == "Voie").disabled


def test_another_home_is_opened_from_the_family_s_screen(cast: Cast, sign_in_as: SignIn) -> None:
    with writing() as session:
        homes.ask_other_home(session, cast.amina, [cast.sami.id], "Karim", "Roux", "karim@exemple.fr")
    with reading() as session:
        request_id = session.scalars(select(ChangeRequest.id)).one()
    screens = sign_in_as(cast.claire).open("staff/family", famille=cast.benali.id)
    assert not screens.exception
    assert "Karim Roux" in screens.words()
    screens.button(key=f"open-{request_id}").click().run()
    assert "invité par e-mail" in screens.success[0].value
    with reading() as session:
        others = session.scalars(select(FamilyChild.family_id).where(FamilyChild.child_id == cast.sami.id)).all()
    assert len(others) == 2
    assert "Ici\u00a0: partagé entre deux foyers" in screens.words()
    screens.text_area(key=f"end-{cast.sami.id}-reason").set_value("Jugement du 3 février")
    screens.button(key=f"end-{cast.sami.id}-send").click().run()
    assert screens.success
    with reading() as session:
        assert len(session.scalars(select(FamilyChild).where(FamilyChild.child_id == cast.sami.id)).all()) == 1


def test_a_refused_home_and_a_missing_reason(cast: Cast, sign_in_as: SignIn) -> None:
    with writing() as session:
        homes.ask_other_home(session, cast.amina, [cast.sami.id], "Karim", "Roux", "karim@exemple.fr")
    with reading() as session:
        request_id = session.scalars(select(ChangeRequest.id)).one()
    screens = sign_in_as(cast.claire).open("staff/family", famille=cast.benali.id)
    screens.button(key=f"refuse-{request_id}-send").click().run()
    assert "Motif" in screens.error[0].value
    screens.text_area(key=f"refuse-{request_id}-reason").set_value("Aucun justificatif.")
    screens.button(key=f"refuse-{request_id}-send").click().run()
    assert screens.success
    assert "Aucun justificatif." in letters_of("changes_refused")[0].text_body


def test_a_double_is_joined_from_the_family_s_screen(cast: Cast, sign_in_as: SignIn) -> None:
    with writing() as session:
        double = joining.add_child(session, cast.amina, {"first_name": "Lia", "last_name": "Lefèvre", "born_on": cast.lia.born_on})
    with reading() as session:
        note = session.scalars(select(ChangeRequest.id)).one()
    screens = sign_in_as(cast.claire).open("staff/family", famille=cast.benali.id)
    screens.button(key=f"join-{note}-{cast.lia.id}").click().run()
    assert screens.success
    with reading() as session:
        assert session.get(Child, double.id) is None


def test_the_staff_closes_an_access_with_a_reason(cast: Cast, sign_in_as: SignIn) -> None:
    guardian = cast.guardian(cast.benali)
    screens = sign_in_as(cast.claire).open("staff/family", famille=cast.benali.id)
    screens.text_area(key=f"close-{guardian.id}-reason").set_value("Décision du juge")
    screens.button(key=f"close-{guardian.id}-send").click().run()
    assert [success.value for success in screens.success] == ["L’accès est fermé."]
    with reading() as session:
        assert invitations.accesses(session, [guardian])[guardian.id].state == "closed"


def test_a_leader_reads_the_family_and_settles_nothing(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.gaelle).open("staff/family", famille=cast.benali.id)
    assert "Amina Benali" in screens.words()
    assert [button.label for button in screens.button] == ["Se déconnecter"]
    far = cast.family("Loin", "Zoé", site=cast.ailly)
    for asked_for in (far.id, 999_999):
        assert screens.open("staff/family", famille=asked_for).error

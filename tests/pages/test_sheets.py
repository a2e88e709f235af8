"""The sheets of a child on the screen: read first, changed part by part, certified in one touch; and what the staff reads of them."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from db.models import Account, FamilyChild, HealthRecord, JournalEntry
from db.session import reading, writing
from domain import structure
from domain.families import sheets
from tests.cast import Cast, add
from tests.pages.conftest import Screens

SignIn = Callable[[Account], Screens]
ALL_ANSWERED = dict.fromkeys(sheets.ANSWERS, False)


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """Everybody is there before a test opens a transaction."""
    assert all([cast.sami, cast.lia, cast.claire, cast.denis, cast.gaelle, cast.farid, cast.helene, cast.season])
    return cast


def act(verb: Callable, *args: object, **more: object) -> object:
    """What happens elsewhere meanwhile."""
    with writing() as session:
        return verb(session, *args, **more)


def press(screens: Screens, label: str) -> Screens:
    """Presses the button that reads so."""
    found = [button for button in screens.button if button.label == label]
    assert found, [button.label for button in screens.button]
    return found[0].click().run()


def words(screens: Screens) -> str:
    """Everything that can be read, with plain blanks."""
    return screens.words().replace("\u00a0", " ").replace("\u202f", " ").replace("\\", "")


def now(cast: Cast) -> sheets.HealthSheet:
    """What Amina reads of Sami."""
    with reading() as session:
        return sheets.health_of(session, cast.amina, cast.sami.id)


def readings() -> int:
    """How often the journal says that a health sheet was read."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(JournalEntry).where(JournalEntry.act == "read_health")) or 0


def test_a_new_sheet_is_filled_in_step_by_step_and_certified(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.amina).open("family/health")
    assert screens.title[0].value == "Fiche sanitaire – Sami"
    assert "Cette étape n’est pas à négliger, pour la santé et la sécurité de votre enfant." in words(screens)
    press(screens, "Remplir la fiche")
    form = f"health-{cast.sami.id}"
    screens.radio(key=f"{form}-allergies-has_allergies").set_value(True)
    press(screens, "Enregistrer et continuer")
    assert "la réponse est oui" in words(screens)
    assert screens.radio(key=f"{form}-allergies-has_allergies").value is True  # nothing typed is lost
    screens.text_area(key=f"{form}-allergies-food_allergies").set_value("Arachides")
    press(screens, "Enregistrer et continuer")
    for name in ("has_asthma", "has_pai", "has_treatment"):
        screens.radio(key=f"{form}-soins-{name}").set_value(False)
    press(screens, "Enregistrer et continuer")
    press(screens, "Enregistrer et continuer")  # vaccines, later
    screens.text_input(key=f"{form}-urgence-doctor_phone").set_value("03 53 01 01 90")
    screens.radio(key=f"{form}-urgence-may_hospitalise").set_value(True)
    press(screens, "Enregistrer et continuer")
    screens.selectbox(key=f"{form}-quotidien-diet").set_value("no_gluten")
    press(screens, "Enregistrer")
    assert "Sans gluten" in words(screens)
    assert "Vaccins obligatoires sans date" in words(screens)
    press(screens, "C’est toujours exact")
    assert "Merci : la fiche de Sami est certifiée." in words(screens)
    assert "Certifiée jusqu’au 31/08/2026" in words(screens)
    assert (now(cast).food_allergies, now(cast).diet, now(cast).doctor_phone) == ("Arachides", "no_gluten", "0353010190")


def test_what_has_no_answer_is_named_before_one_certifies(cast: Cast, sign_in_as: SignIn) -> None:
    act(sheets.change_health, cast.amina, cast.sami.id, {}, ALL_ANSWERED | {"has_asthma": None})
    screens = sign_in_as(cast.amina).open("family/health")
    assert "Encore sans réponse : Asthme." in words(screens)
    assert "C’est toujours exact" not in [button.label for button in screens.button]


def test_two_parents_on_the_same_field_each_keep_what_they_typed(cast: Cast, sign_in_as: SignIn) -> None:
    add(FamilyChild(family_id=cast.lefevre.id, child_id=cast.sami.id, custody="shared"))
    key = f"health-{cast.sami.id}-quotidien-remarks"
    amina = sign_in_as(cast.amina).open("family/health", enfant=cast.sami.id, partie="quotidien")
    bruno = sign_in_as(cast.bruno).open("family/health", enfant=cast.sami.id, partie="quotidien")
    bruno.text_area(key=key).set_value("Bruno dit")
    press(bruno, "Enregistrer")
    amina.run()  # whatever makes the screen run again: the form still knows what it was read with
    assert amina.text_area(key=key).value == ""
    amina.text_area(key=key).set_value("Amina dit")
    press(amina, "Enregistrer")
    assert "Quelqu’un d’autre vient de modifier : Remarques." in words(amina)
    assert "Bruno dit" in words(amina)
    assert amina.text_area(key=key).value == "Amina dit"
    assert now(cast).remarks == "Bruno dit"
    press(amina, "Enregistrer")
    assert now(cast).remarks == "Amina dit"


def test_two_parents_on_different_fields_of_one_form_lose_nothing(cast: Cast, sign_in_as: SignIn) -> None:
    add(FamilyChild(family_id=cast.lefevre.id, child_id=cast.sami.id, custody="shared"))
    form = f"health-{cast.sami.id}-quotidien"
    amina = sign_in_as(cast.amina).open("family/health", enfant=cast.sami.id, partie="quotidien")
    act(sheets.change_health, cast.bruno, cast.sami.id, {}, {"has_glasses": True})
    amina.run()
    amina.text_area(key=f"{form}-remarks").set_value("Nage bien")
    press(amina, "Enregistrer")
    assert (now(cast).has_glasses, now(cast).remarks) == (True, "Nage bien")


def test_certifying_what_another_has_just_changed_is_refused(cast: Cast, sign_in_as: SignIn) -> None:
    add(FamilyChild(family_id=cast.lefevre.id, child_id=cast.sami.id, custody="shared"))
    act(sheets.change_health, cast.amina, cast.sami.id, {}, ALL_ANSWERED)
    amina = sign_in_as(cast.amina).open("family/health")
    act(sheets.change_health, cast.bruno, cast.sami.id, {}, {"has_glasses": True})
    press(amina, "C’est toujours exact")
    assert amina.error
    assert "Lunettes" in words(amina)


@pytest.mark.parametrize("key", ["family/health", "family/contacts", "family/permissions"])
def test_a_foreign_and_an_absent_child_get_the_same_calm_sentence(cast: Cast, sign_in_as: SignIn, key: str) -> None:
    screens, told = sign_in_as(cast.amina), set()
    for missed in (cast.lia.id, 999_999, "x", ""):
        screens.open(key, enfant=missed)
        assert not screens.exception
        told.add(screens.error[0].value)
        assert "Lia" not in words(screens)
    assert told == {"Cet enfant n’existe pas, ou vous n’y avez pas accès."}


def test_one_goes_from_a_child_to_the_next(cast: Cast, sign_in_as: SignIn) -> None:
    nour = cast.child(cast.benali, "Nour *gras*", cast.lia.born_on)
    screens = sign_in_as(cast.amina).open("family/permissions")
    assert screens.title[0].value.endswith("Sami")
    screens.get("button_group")[0].set_value(nour.id).run()
    assert words(screens).startswith("Autorisations – Nour *gras*")


def test_a_person_is_named_changed_called_first_and_taken_off(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.amina).open("family/contacts")
    press(screens, "Ajouter une personne")
    form = f"ajouter-{cast.sami.id}-0"
    screens.text_input(key=f"{form}-full_name").set_value("Zohra Benali")
    press(screens, "Enregistrer")
    assert "Téléphone" in words(screens) or "réponses proposées" in words(screens)
    screens.text_input(key=f"{form}-phone").set_value("06 39 98 77 01")
    screens.radio(key=f"{form}-pickup").set_value("allowed")
    press(screens, "Enregistrer")
    assert "Zohra Benali" in words(screens)
    assert "Peut venir chercher l’enfant" in words(screens)
    second = act(sheets.name_person, cast.amina, cast.sami.id, {"full_name": "Odile Roy", "phone": "0639987702", "pickup": "not_asked"})
    screens.run()
    press(screens, "Appeler en premier")
    assert words(screens).index("Odile Roy") < words(screens).index("Zohra Benali")
    screens.button(key=f"modifier-{second.id}").click().run()
    screens.text_input(key=f"modifier-{cast.sami.id}-{second.id}-relation").set_value("Voisine")
    press(screens, "Enregistrer")
    assert "Odile Roy (Voisine)" in words(screens)
    screens.button(key=f"retirer-{second.id}").click().run()
    assert "ne sera plus appelé" in words(screens)
    press(screens, "Retirer de la liste")
    assert "Odile Roy" not in words(screens)


def test_a_ban_takes_a_form_a_tick_and_strong_words(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.amina).open("family/contacts")
    press(screens, "Interdire à une personne de venir chercher l’enfant")
    form = f"interdire-{cast.sami.id}-0"
    screens.text_input(key=f"{form}-full_name").set_value("Karim Benali")
    press(screens, "Interdire à cette personne de venir")
    assert "Cochez la case" in words(screens)
    screens.text_input(key=f"{form}-full_name").set_value("Amina Benali")
    screens.checkbox(key=f"{form}-sure").set_value(True)
    press(screens, "Interdire à cette personne de venir")
    assert "Apportez la décision de justice à la structure" in words(screens)
    screens.text_input(key=f"{form}-full_name").set_value("Karim Benali")
    press(screens, "Interdire à cette personne de venir")
    assert any("Karim Benali NE DOIT PAS venir chercher l’enfant." in error.value for error in screens.error)
    press(screens, "Lever l’interdiction")
    press(screens, "Lever l’interdiction")
    assert any("Cochez la case" in error.value for error in screens.error)
    screens.checkbox[0].set_value(True)
    press(screens, "Lever l’interdiction")
    assert not screens.error


def test_permissions_are_answered_and_a_no_counts(cast: Cast, sign_in_as: SignIn) -> None:
    add(FamilyChild(family_id=cast.lefevre.id, child_id=cast.sami.id, custody="shared"))
    act(sheets.answer_permissions, cast.bruno, cast.sami.id, {}, {"photo": False})
    screens = sign_in_as(cast.amina).open("family/permissions")
    assert "Sans réponse : non autorisé" in words(screens)
    press(screens, "Répondre ou changer une réponse")
    for kind in sheets.KINDS:
        screens.radio(key=f"permissions-{cast.sami.id}-{kind}").set_value(True)
    press(screens, "Enregistrer")
    assert "Les deux foyers répondent différemment" in words(screens)
    assert "Non : Bruno Lefèvre" in words(screens)
    press(screens, "C’est toujours exact")
    assert "Certifiée jusqu’au 31/08/2026" in words(screens)


def test_the_staff_reads_the_health_sheet_behind_a_button_and_each_reading_is_noted(cast: Cast, sign_in_as: SignIn) -> None:
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    act(sheets.change_health, cast.amina, cast.sami.id, {}, ALL_ANSWERED | {"remarks": "Nage bien"})
    act(sheets.forbid_person, cast.amina, cast.sami.id, {"full_name": "Karim Benali"}, sure=True)
    for by in (cast.gaelle, cast.claire):
        before = readings()
        screens = sign_in_as(by).open("staff/child", enfant=cast.sami.id)
        assert "Karim Benali NE DOIT PAS venir chercher l’enfant." in words(screens)
        assert "Nage bien" not in words(screens)
        assert readings() == before
        press(screens, "Lire la fiche sanitaire")
        assert "Nage bien" in words(screens)
        assert readings() == before + 1
        screens.run()
        assert "Nage bien" not in words(screens)
        assert readings() == before + 1


def test_who_does_not_look_after_children_sees_no_health_and_settles_nothing(cast: Cast, sign_in_as: SignIn) -> None:
    act(sheets.change_health, cast.amina, cast.sami.id, {}, ALL_ANSWERED | {"remarks": "Nage bien"})
    act(sheets.forbid_person, cast.amina, cast.sami.id, {"full_name": "Karim Benali"}, sure=True)
    screens = sign_in_as(cast.farid).open("staff/child", enfant=cast.sami.id)
    assert "Lire la fiche sanitaire" not in [button.label for button in screens.button]
    assert "Lever l’interdiction" not in [button.label for button in screens.button]
    assert "Amina Benali" in words(screens)
    screens = sign_in_as(cast.helene).open("staff/child", enfant=cast.sami.id)
    assert "Lire la fiche sanitaire" not in [button.label for button in screens.button]


def test_a_leader_whose_site_the_child_has_left_is_told_calmly(cast: Cast, sign_in_as: SignIn) -> None:
    act(sheets.change_health, cast.amina, cast.sami.id, {}, ALL_ANSWERED)
    screens = sign_in_as(cast.gaelle).open("staff/child", enfant=cast.sami.id)
    press(screens, "Lire la fiche sanitaire")
    assert "Cet enfant n’existe pas, ou vous n’y avez pas accès." in words(screens)
    assert readings() == 0


def test_a_broken_sheet_is_told_calmly(cast: Cast, sign_in_as: SignIn) -> None:
    act(sheets.change_health, cast.amina, cast.sami.id, {}, ALL_ANSWERED)
    with writing() as session:
        session.get_one(HealthRecord, cast.sami.id).sealed = b"0" * 40
    screens = sign_in_as(cast.amina).open("family/health")
    assert "ne peut pas être ouverte" in words(screens)
    screens = sign_in_as(cast.claire).open("staff/child", enfant=cast.sami.id)
    press(screens, "Lire la fiche sanitaire")
    assert "ne peut pas être ouverte" in words(screens)


def test_a_coordinator_writes_down_and_lifts_a_court_s_decision(cast: Cast, sign_in_as: SignIn) -> None:
    add(FamilyChild(family_id=cast.lefevre.id, child_id=cast.sami.id, custody="shared"))
    screens = sign_in_as(cast.claire).open("staff/child", enfant=cast.sami.id)
    screens.selectbox(key="forbid-who").set_value(cast.guardian(cast.lefevre).id)
    screens.checkbox(key="forbid-sure").set_value(True)
    press(screens, "Inscrire")
    assert "Motif" in words(screens)
    screens.text_input(key="forbid-reason").set_value("JAF Amiens, 3 février 2026")
    press(screens, "Inscrire")
    assert "Bruno Lefèvre NE DOIT PAS venir chercher l’enfant." in words(screens)
    with reading() as session:
        (ban,) = sheets.contacts_of(session, cast.amina, cast.sami.id).forbidden
    screens.text_input(key=f"lift-{ban.id}-reason").set_value("Décision levée")
    screens.checkbox(key=f"lift-{ban.id}-sure").set_value(True)
    press(screens, "Lever l’interdiction")
    assert not screens.error


def test_the_names_of_a_day_lead_to_the_sheets(cast: Cast, sign_in_as: SignIn) -> None:
    seats = cast.open_day(cast.mercredi)
    cast.booking(cast.sami, cast.benali, seats[1])
    choices = {"activite": cast.mercredi.id, "date": seats[1].day, "place": seats[1].id}
    screens = sign_in_as(cast.gaelle).open("staff/capacity_day", **choices)
    assert screens.dataframe[0].value["sheet"].tolist() == [f"/fiche-enfant?enfant={cast.sami.id}"]


def test_the_structure_chooses_how_long_a_sheet_counts(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.helene).open("staff/settings", partie="sheets")
    screens.radio[0].set_value("twelve_months")
    press(screens, "Enregistrer")
    with reading() as session:
        assert structure.setting(session, "certification_lasts") == "twelve_months"

"""The capacity screens, as a coordinator uses them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from db.models import Account, DeclaredMaximum, Letter, OpenDay, Seats
from db.session import reading, writing
from domain import occupancy
from tests.cast import WEDNESDAY, Cast, add
from tests.pages.conftest import Screens

SignIn = Callable[[Account], Screens]
NEXT = WEDNESDAY + timedelta(days=7)


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The staff stands ready, and next Wednesday is open."""
    cast.claire, cast.denis, cast.gaelle, cast.amina, cast.bruno  # noqa: B018 (made before)
    return cast


def press(screens: Screens, label: str) -> Screens:
    """Presses the button that says so."""
    next(button for button in screens.button if button.label == label).click()
    screens.run()
    assert not screens.exception
    return screens


def day_of(screens: Screens, seats: Seats) -> Screens:
    """Opens the screen of one cell."""
    screens.open("staff/capacity_day", activite=seats.activity_id, date=seats.day, place=seats.id)
    assert not screens.exception
    return screens


def kept(seats: Seats) -> Seats:
    """The seats as the database has them now."""
    with reading() as session:
        return session.get_one(Seats, seats.id)


def type_numbers(screens: Screens, seats: Seats, capacity: int, overbooking: int = 0, reason: str = "") -> None:
    """Fills the form of one cell."""
    now = kept(seats)
    key = f"one-{seats.id}-{now.capacity}-{now.overbooking}"
    screens.number_input(key=f"{key}-capacity").set_value(capacity)
    screens.number_input(key=f"{key}-overbooking").set_value(overbooking)
    screens.text_input(key=f"{key}-reason").set_value(reason)


def test_the_week_is_told_in_figures_and_words(cast: Cast, sign_in_as: SignIn) -> None:
    seats = cast.open_day(cast.mercredi, capacity=2)
    cast.booking(cast.lia, cast.lefevre, seats[0])
    cast.booking(cast.sami, cast.benali, seats[1])
    cast.booking(cast.child(cast.benali, "Inès"), cast.benali, seats[1])
    screens = sign_in_as(cast.claire).open("staff/capacity")
    grid = screens.dataframe[0].value
    assert grid.columns.tolist() == ["Temps d’accueil", "mer. 4 mars"]
    assert grid["mer. 4 mars"].tolist() == ["1/2 ○ de la place", "2/2 ● complet", *["0/2 ○ de la place"] * 4]
    assert grid["Temps d’accueil"].tolist()[:2] == ["Matin · 3–5 ans", "Matin · 6–11 ans"]
    assert "Du lun. 2 mars au dim. 8 mars 2026" in screens.words()


def test_the_periods_follow_each_other_in_the_address(cast: Cast, sign_in_as: SignIn) -> None:
    cast.open_day(cast.mercredi)
    cast.open_day(cast.mercredi, NEXT)
    screens = press(sign_in_as(cast.claire).open("staff/capacity"), "Suivant")
    assert screens.query_params["jour"] == "2026-03-09"
    assert screens.dataframe[0].value.columns.tolist()[1:] == ["mer. 11 mars"]
    press(screens, "Aujourd’hui")
    assert "jour" not in screens.query_params
    assert press(screens, "Précédent").query_params["jour"] == "2026-03-01"
    assert "Aucune activité de ce site n’est ouverte sur cette période." in screens.words()
    month = screens.open("staff/capacity", vue="month")
    assert month.dataframe[0].value.columns.tolist()[1:] == ["mer. 4", "mer. 11"]
    for view, told in (("month", "2026-04-01"), ("year", "2026-09-01"), ("day", "2026-03-03")):
        assert press(screens.open("staff/capacity", vue=view), "Suivant").query_params["jour"] == told


def test_the_table_is_sorted_filtered_and_says_the_words(cast: Cast, sign_in_as: SignIn) -> None:
    seats = cast.open_day(cast.mercredi, capacity=1)
    cast.booking(cast.sami, cast.benali, seats[3])
    screens = sign_in_as(cast.gaelle).open("staff/capacity", tableau=1, tri="fill", vue="month")
    table = screens.dataframe[0].value
    assert (table["slot"].iloc[0], table["age_group"].iloc[0], table["state"].iloc[0]) == ("Repas", "6–11 ans", "● complet")
    table = screens.open("staff/capacity", tableau=1, etats="full", vue="month").dataframe[0].value
    assert len(table) == 1


def test_the_year_is_a_heat_map_and_a_table_of_its_months(cast: Cast, sign_in_as: SignIn) -> None:
    seats = cast.open_day(cast.mercredi, capacity=1)
    cast.open_day(cast.mercredi, WEDNESDAY + timedelta(days=35))
    cast.booking(cast.sami, cast.benali, seats[1])
    screens = sign_in_as(cast.claire).open("staff/capacity", vue="year")
    assert not screens.exception
    months = screens.dataframe[0].value
    assert months[["capacity", "taken", "full_days"]].values.tolist() == [[6, 1, 0], [60, 0, 0]]
    assert "Places prises : 1 sur 66" in screens.words().replace("\u00a0", " ")


def test_an_address_made_up_by_hand_shows_a_calm_sentence(cast: Cast, sign_in_as: SignIn) -> None:
    away = cast.open_day(cast.activity(cast.ailly))[0]
    seats = cast.open_day(cast.mercredi)[0]
    screens = sign_in_as(cast.claire)
    for choices in (
        {},
        {"activite": "x", "date": "hier"},
        {"activite": away.activity_id, "date": away.day},
        {"activite": cast.mercredi.id, "date": NEXT},
        {"activite": 10**20, "date": NEXT},
    ):
        screens.open("staff/capacity_day", **choices)
        assert not screens.exception
        assert screens.error[0].value.startswith("Cet élément n’existe pas"), choices
    assert not day_of(screens, seats).error
    for choices in ({"site": cast.ailly.id, "activites": away.activity_id}, {"jour": "9999-99-99", "vue": "siècle", "page": -3}):
        screens.open("staff/capacity", **choices)
        assert not screens.exception
        assert screens.selectbox[0].value == cast.moreuil.id


def test_a_cell_leads_to_its_names(cast: Cast, sign_in_as: SignIn) -> None:
    seats = cast.open_day(cast.mercredi)
    cast.booking(cast.sami, cast.benali, seats[1])
    screens = day_of(sign_in_as(cast.gaelle), seats[1])
    assert screens.title[0].value == "Mercredi — mercredi 4 mars 2026"
    assert screens.dataframe[0].value[["first_name", "family"]].values.tolist() == [["Sami", "Benali"]]
    assert [metric.value for metric in screens.metric] == ["10", "1", "9", "0"]
    assert "Enregistrer la jauge" not in [button.label for button in screens.button]
    assert "Rien n’est réservé, personne n’attend." in day_of(screens, seats[0]).words()


def test_a_coordinator_changes_a_capacity_and_is_told_why_not(cast: Cast, sign_in_as: SignIn) -> None:
    seats = cast.open_day(cast.mercredi, capacity=3)[1]
    for name in ("Sami", "Inès"):
        cast.booking(cast.child(cast.benali, name), cast.benali, seats)
    screens = day_of(sign_in_as(cast.claire), seats)
    type_numbers(screens, seats, 1)
    press(screens, "Enregistrer la jauge")
    assert "2 places sont prises" in screens.error[0].value
    type_numbers(screens, seats, 1, 1)
    press(screens, "Enregistrer la jauge")
    assert "Motif" in screens.error[0].value
    type_numbers(screens, seats, 1, 1, "fratrie")
    press(screens, "Enregistrer la jauge")
    assert screens.success[0].value == "La jauge est modifiée."
    assert (kept(seats).capacity, kept(seats).overbooking, kept(seats).overbooking_reason) == (1, 1, "fratrie")


def test_two_coordinators_on_one_cell_the_second_is_told_what_it_is_now(cast: Cast, sign_in_as: SignIn) -> None:
    seats = cast.open_day(cast.mercredi)[1]
    first, second = day_of(sign_in_as(cast.claire), seats), day_of(sign_in_as(cast.denis), seats)
    type_numbers(first, seats, 12)
    type_numbers(second, seats, 8)
    assert press(first, "Enregistrer la jauge").success
    assert "la jauge est maintenant de 12" in press(second, "Enregistrer la jauge").error[0].value
    assert kept(seats).capacity == 12
    assert second.number_input[0].value == 12


def test_several_days_change_at_once(cast: Cast, sign_in_as: SignIn) -> None:
    seats = [cast.open_day(cast.mercredi, day)[1] for day in (WEDNESDAY, NEXT, WEDNESDAY + timedelta(days=1))]
    screens = day_of(sign_in_as(cast.claire), seats[0])
    screens.number_input(key=f"many-{seats[0].id}-10-0-capacity").set_value(16)
    press(screens, "Enregistrer la jauge de ces jours")
    assert screens.success[0].value == "La jauge de 2 jours est modifiée."
    assert [kept(each).capacity for each in seats] == [16, 16, 10]


def test_no_weekday_ticked_changes_no_day(cast: Cast, sign_in_as: SignIn) -> None:
    seats = cast.open_day(cast.mercredi)[1]
    screens = day_of(sign_in_as(cast.claire), seats)
    screens.number_input(key=f"many-{seats.id}-10-0-capacity").set_value(16)
    screens.button_group(key=f"many-{seats.id}-10-0-weekdays").set_value([])
    press(screens, "Enregistrer la jauge de ces jours")
    assert screens.error[0].value.startswith("Rien n’est choisi")
    assert kept(seats).capacity == 10


def test_a_day_that_is_past_offers_no_change(cast: Cast, sign_in_as: SignIn) -> None:
    screens = day_of(sign_in_as(cast.claire), cast.open_day(cast.mercredi, WEDNESDAY - timedelta(days=7))[0])
    assert "la journée est passée" in screens.words()
    assert not screens.number_input


def test_above_the_declared_maximum_the_sentence_says_who_may(cast: Cast, sign_in_as: SignIn) -> None:
    seats = cast.open_day(cast.mercredi)[0]
    add(DeclaredMaximum(site_id=cast.moreuil.id, kind="pmi", band="under_six", capacity=10, from_on=WEDNESDAY))
    screens = day_of(sign_in_as(cast.claire), seats)
    type_numbers(screens, seats, 11, 0, "fratrie")
    told = press(screens, "Enregistrer la jauge").error[0].value
    assert "le maximum autorisé par la PMI pour les moins de six ans" in told
    assert "Seule la direction" in told


def test_a_day_is_closed_and_opened_again(cast: Cast, sign_in_as: SignIn) -> None:
    seats = cast.open_day(cast.mercredi)
    cast.booking(cast.sami, cast.benali, seats[1])
    screens = day_of(sign_in_as(cast.claire), seats[1])
    screens.text_input(key="close-reason").set_value("Panne de chauffage")
    assert "1 réservation" in press(screens, "Fermer la journée").error[0].value
    screens.checkbox(key="close-cancel").check()
    told = press(screens, "Fermer la journée").success[0].value
    assert "1 réservation annulée, 0 demande retirée, 1 e-mail écrit" in told
    with reading() as session:
        assert session.get_one(OpenDay, seats[0].open_day_id).closed_reason == "Panne de chauffage"
        assert session.scalars(select(Letter.kind)).all() == ["day_closed"]
    assert "Panne de chauffage" in screens.words()
    assert press(screens, "Rouvrir la journée").success[0].value == "La journée est de nouveau ouverte."
    with reading() as session:
        assert session.get_one(OpenDay, seats[0].open_day_id).state == "open"


def test_the_screen_says_that_children_wait_while_seats_are_left(cast: Cast, sign_in_as: SignIn) -> None:
    seats = cast.open_day(cast.mercredi)[1]
    with writing() as session:
        session.get_one(Seats, seats.id).waiting = 3
    assert "des enfants attendent" in day_of(sign_in_as(cast.claire), seats).info[0].value
    assert "10/10" not in sign_in_as(cast.claire).open("staff/capacity").words()


def test_room_is_found_and_leads_to_its_day(cast: Cast, sign_in_as: SignIn) -> None:
    cast.open_day(cast.mercredi, capacity=3)
    full = cast.open_day(cast.mercredi, NEXT, capacity=1)
    cast.booking(cast.sami, cast.benali, full[1])
    screens = sign_in_as(cast.gaelle).open("staff/capacity_free", age=7, entier=1)
    assert screens.dataframe[0].value[["day", "whole_day"]].values.tolist() == [[WEDNESDAY, 3]]
    screens.open("staff/capacity_free", age=7)
    assert screens.dataframe[0].value["day"].tolist() == [WEDNESDAY, NEXT]
    screens.open("staff/capacity_free", age=17)
    assert "Il ne reste aucune place." in screens.words()
    screens.open("staff/capacity_free", du="2026-03-10", au="2026-03-01")
    assert "avant" in screens.error[0].value
    screens.open("staff/capacity_free", du="2026-03-10", au="2027-03-01")
    assert "62" in screens.error[0].value


def test_families_and_cashiers_have_no_such_screens(cast: Cast, sign_in_as: SignIn) -> None:
    seats = cast.open_day(cast.mercredi)[0]
    for nobody in (cast.amina, cast.farid):
        screens = sign_in_as(nobody)
        for key in ("staff/capacity", "staff/capacity_day", "staff/capacity_free"):
            screens.open(key, activite=seats.activity_id, date=seats.day)
            assert screens.error[0].value == "Cette page n’est pas ouverte à votre compte."
            assert not screens.dataframe


def test_english_speaks_english(cast: Cast, sign_in_as: SignIn) -> None:
    cast.open_day(cast.mercredi)
    with writing() as session:
        session.get_one(Account, cast.claire.id).language = "en"
    screens = sign_in_as(cast.claire).open("staff/capacity")
    assert screens.dataframe[0].value.iloc[0, 1] == "0/10 ○ room left"
    assert occupancy.LARGEST == 2000

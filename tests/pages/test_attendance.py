"""Fréquentation on the screen: rates and charts in words, the staff plan, the history brought in."""

from collections.abc import Callable, Iterator
from datetime import date
from urllib.parse import quote

import pytest
import streamlit as st
from sqlalchemy import select

from db.models import Account, DailyTotal, JournalEntry, Seats, StaffPlan
from db.session import reading, writing
from tests.cast import WEDNESDAY, Cast, add
from tests.pages.conftest import Screens

SignIn = Callable[[Account], Screens]
PAST = date(2026, 2, 25)
HISTORY = b"site_type,date,prevision,reel,site_nom\nM,2015-03-02,100,95,CHAUVINIERE M\n"


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Figures are kept by revision, and every test begins its database at the same one."""
    st.cache_data.clear()
    yield
    st.cache_data.clear()


@pytest.fixture
def wednesday(cast: Cast) -> None:
    """A past Wednesday with the morning attended, and a coming one with 11 + 14 children at the meal."""
    past, coming = cast.open_day(cast.mercredi, PAST), cast.open_day(cast.mercredi, WEDNESDAY, capacity=30)
    with writing() as session:
        for seats, booked, present, no_show in ((past[0], 8, 6, 1), (coming[2], 11, 0, 0), (coming[3], 14, 0, 0)):
            kept = session.get_one(Seats, seats.id)
            kept.booked, kept.taken, kept.present, kept.no_show = booked, booked, present, no_show


def shown(screens: Screens) -> str:
    """What is read on the screen, without the marks that keep names plain."""
    return screens.words().replace("\\", "")


def figures(screens: Screens) -> list[str]:
    """The four rates at the head of the screen."""
    return [metric.value for metric in screens.metric]


def test_the_four_rates_stand_above_their_definitions(cast: Cast, wednesday: None, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.denis).open("staff/attendance")
    assert figures(screens) == ["13,3\u202f%", "30,0\u202f%", "75,0\u202f%", "12,5\u202f%"]
    words = shown(screens)
    for told in (
        "Places réservées ÷ places offertes",
        "Enfants présents ÷ places réservées",
        "6 sur 8",
        "Taux de remplissage, jour par jour",
    ):
        assert told in words


@pytest.mark.parametrize("view", ["calendar", "week", "trend", "absences", "year-before"])
def test_every_chart_has_its_words_and_its_table(cast: Cast, wednesday: None, sign_in_as: SignIn, view: str) -> None:
    screens = sign_in_as(cast.denis).open("staff/attendance", vue=view)
    assert not screens.exception
    charts = screens.get("plotly_chart")
    assert charts
    assert all(chart.proto.alt in shown(screens) for chart in charts)
    screens.open("staff/attendance", vue=view, tableau="1")
    assert not screens.get("plotly_chart")
    assert len(screens.dataframe)


def test_where_no_capacity_is_known_the_fill_rate_is_not_told(cast: Cast, sign_in_as: SignIn) -> None:
    add(DailyTotal(source="import", site_name="CHAUVINIERE M", site_type="M", day=date(2015, 3, 2), booked=100, present=95))
    add(DailyTotal(source="import", site_name="LONGCHAMP, E", site_type="E", day=date(2015, 3, 2), booked=50, present=None))
    screens = sign_in_as(cast.denis).open("staff/attendance", periode="year-2015")
    assert figures(screens) == ["—", "—", "95,0\u202f%", "—"]
    assert "Taux de remplissage : non connu sur cette période." in shown(screens).replace("\u00a0", " ")
    screens.open("staff/attendance", periode="year-2015", sites=quote("LONGCHAMP, E"), vue="trend")
    assert "50 réservées, — enfants présents" in shown(screens)


def test_a_period_upside_down_is_refused_in_words(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.denis).open("staff/attendance", periode="own", du="2026-03-02", au="2026-03-01")
    assert "avant de commencer" in screens.error[0].value
    screens.open("staff/attendance", periode="own", du="2020-03-02", au="2026-03-01")
    assert "trop longue" in screens.error[0].value


def test_the_adults_planned_are_compared_with_the_adults_needed(cast: Cast, wednesday: None, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.denis).open("staff/attendance", vue="staffing")
    assert "1 jour sans équipe prévue" in shown(screens)
    days = next(box for box in screens.multiselect if box.label == "Jours")
    days.set_value([WEDNESDAY])
    screens.number_input[0].set_value(2)
    next(button for button in screens.button if button.label == "Enregistrer").click()
    screens.run()
    assert "1 jour où il manque des adultes" in shown(screens)
    assert screens.success[0].value == "L’équipe est notée."
    with reading() as session:
        assert session.scalars(select(StaffPlan.adults)).all() == [2]
        assert session.scalars(select(JournalEntry.act)).all() == ["plan_staff"]


def test_an_administrator_looks_at_the_supervision_and_plans_nothing(cast: Cast, wednesday: None, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.helene).open("staff/attendance", vue="staffing")
    assert "1 jour avec des enfants" in shown(screens)
    assert not screens.number_input


def send(screens: Screens, content: bytes) -> None:
    """Chooses a file and sends it."""
    screens.file_uploader[0].upload("cantines.csv", content, "text/csv")
    next(button for button in screens.button if button.label == "Importer ce fichier").click()
    screens.run()


def test_a_history_is_brought_in_from_the_screen(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.helene).open("staff/attendance", vue="history")
    send(screens, HISTORY)
    assert screens.success[0].value == "1 ligne est importée, du 02/03/2015 au 02/03/2015 (1 site)."
    assert figures(screens.open("staff/attendance", periode="year-2015"))[2] == "95,0\u202f%"


def test_every_line_at_fault_is_shown(cast: Cast, sign_in_as: SignIn) -> None:
    screens = sign_in_as(cast.denis).open("staff/attendance", vue="history")
    send(screens, HISTORY + b"M,02/03/2015,1,2,X\nM,2015-03-03,-1,2,X\n")
    assert "2 lignes sont illisibles" in screens.error[0].value
    assert list(screens.dataframe[0].value["line"]) == [3, 4]
    with reading() as session:
        assert session.scalars(select(DailyTotal.id)).all() == []

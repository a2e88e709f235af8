"""What the screens share: the ways of writing, the choices of the address, the tables taken to Excel, the words."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pytest
from babel import numbers
from streamlit.testing.v1 import AppTest

from domain.refusals import Refusal
from ui import format, i18n, tables
from ui.logs import _without_values
from ui.sentences import sentence
from ui.tables import Column


@pytest.fixture
def speak(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the language outside a run."""
    return lambda told: monkeypatch.setattr(i18n._here, "language", told, raising=False)


def test_days_and_amounts_are_written_the_french_way(speak: Callable[[str], None]) -> None:
    speak("fr")
    assert format.day(date(2026, 3, 2)) == "lundi 2 mars 2026"
    assert format.short_day(date(2026, 3, 2)) == "02/03/2026"
    assert format.instant(datetime(2026, 3, 2, 11, 0, tzinfo=UTC)) == "02/03/2026 à 12:00"
    assert format.euros(123450) == "1\u202f234,50\xa0€"
    assert format.percent(0.834) == "83\u202f%"
    assert format.number(1234.5) == "1\u202f234,5"


def test_days_and_amounts_are_written_the_english_way(speak: Callable[[str], None]) -> None:
    speak("en")
    assert format.day(date(2026, 3, 2)) == "Monday 2 March 2026"
    assert format.euros(123450) == "€1,234.50"


@pytest.mark.parametrize("value", [None, float("nan"), pd.NaT, pd.NA])
def test_what_is_not_known_is_a_dash(value: object, speak: Callable[[str], None]) -> None:
    speak("fr")
    assert {write(value) for write in (format.day, format.euros, format.percent, format.number)} == {"—"}  # type: ignore[operator]


def test_nothing_is_not_unknown(speak: Callable[[str], None]) -> None:
    speak("fr")
    assert (format.euros(0), format.percent(0.0), format.number(0)) == ("0,00\xa0€", "0\u202f%", "0")


def test_telephones_of_the_islands_are_read(speak: Callable[[str], None]) -> None:
    assert format.phone("0639980012") == "06 39 98 00 12"
    assert format.phone("0692000000") == "0692 00 00 00"
    assert format.phone("pas un numéro") == "pas un numéro"


def test_a_typed_text_is_shown_as_it_is() -> None:
    assert format.plain("**<b>[x](y)") == "\\*\\*\\<b\\>\\[x\\]\\(y\\)"


@pytest.mark.parametrize(
    ("kept", "accepted", "language"),
    [
        (None, None, "fr"),
        (None, "de-DE,de;q=0.9", "fr"),
        (None, "en-US,en;q=0.9,fr;q=0.5", "en"),
        (None, "en;q=0.2,fr-FR;q=0.9", "fr"),
        (None, "en;q=x", "fr"),
        ("en", "fr-FR", "en"),
        ("xx", "en-GB", "en"),
    ],
)
def test_the_language_is_the_one_kept_then_the_browsers_then_french(kept: str | None, accepted: str | None, language: str) -> None:
    assert i18n.choose(kept, accepted) == language


def test_plurals_follow_the_language(speak: Callable[[str], None]) -> None:
    speak("fr")
    assert [i18n.n_("{count} line", "{count} lines", count) for count in (0, 1, 2000)] == ["0 ligne", "1 ligne", "2\u202f000 lignes"]
    speak("en")
    assert [i18n.n_("{count} line", "{count} lines", count) for count in (0, 1, 2)] == ["0 lines", "1 line", "2 lines"]


def test_a_refusal_without_sentence_still_says_no(speak: Callable[[str], None]) -> None:
    class Strange(Refusal):
        pass

    speak("fr")
    assert sentence(Strange()) == "Cela n’a pas été possible."


def test_the_log_keeps_no_value_that_somebody_typed() -> None:
    try:
        int("Benali")
    except ValueError as problem:
        told = _without_values(None, "error", {"event": "page_crashed", "exc_info": problem})
    assert "Benali" not in str(told)
    assert told["error"][0]["kind"] == "builtins.ValueError"


# -- tables -------------------------------------------------------------------------------------------------------------------------


def test_excel_holds_numbers_days_and_no_formula(speak: Callable[[str], None]) -> None:
    speak("fr")
    frame = pd.DataFrame(
        {"name": ["=1+1", "Benali"], "due": [1050, 0], "on": [date(2026, 3, 2), None], "at": [datetime(2026, 3, 2, 11, 0, tzinfo=UTC)] * 2}
    )
    columns = {"name": Column("Famille"), "due": Column("Dû", "money"), "on": Column("Le", "day"), "at": Column("À", "instant")}
    read = pd.read_excel(io.BytesIO(tables.workbook(frame, columns)), engine="calamine")
    assert list(read.columns) == ["Famille", "Dû", "Le", "À"]
    assert read["Famille"][0] == "=1+1"
    assert read["Dû"].tolist() == [10.5, 0]
    assert read["À"][0] == pd.Timestamp("2026-03-02 12:00")


def test_excel_of_nothing_has_its_first_line() -> None:
    read = pd.read_excel(io.BytesIO(tables.workbook(pd.DataFrame({"due": []}), {"due": Column("Dû", "money")})), engine="calamine")
    assert list(read.columns) == ["Dû"]
    assert read.empty


# -- choices ------------------------------------------------------------------------------------------------------------------------


def chosen() -> None:
    from datetime import date

    import streamlit as st

    from ui import choices

    st.session_state["seen"] = {
        "sort": choices.one("Sort", ["oldest", "newest"], key="sort", format=str.upper),
        "sites": choices.several("Sites", [1, 2, 3], key="sites"),
        "day": choices.day("Day", key="day", default=date(2026, 3, 2), least=date(2026, 1, 1), most=date(2026, 12, 31)),
        "all": choices.flag("All", key="all"),
        "page": choices.page(120),
    }


USUAL = {"sort": "oldest", "sites": [], "day": date(2026, 3, 2), "all": False, "page": 1}


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"sort": "NEWEST", "sites": "9,x", "day": "2026-99-01", "all": "yes", "page": "0"},
        {"sort": "", "sites": ",", "day": "2031-01-01", "all": "2", "page": "-1"},
        {"page": "²", "sort": "drop table"},
    ],
)
def test_a_value_that_is_no_option_changes_nothing(typed: dict[str, str]) -> None:
    screen = AppTest.from_function(chosen)
    screen.query_params = dict(typed)
    screen.run()
    assert not screen.exception
    assert screen.session_state["seen"] == USUAL


def unbounded() -> None:
    from datetime import date

    import streamlit as st

    from ui import choices

    st.session_state["seen"] = choices.day("Day", key="day", default=date(2026, 3, 2)), choices.number("place")


@pytest.mark.parametrize(
    ("typed", "day", "place"),
    [
        ({"day": "2027-01-31", "place": "12"}, date(2027, 1, 31), 12),
        ({"day": "0001-01-01", "place": "²"}, date(2026, 3, 2), None),
        ({"day": "1999-12-31", "place": "9" * 5000}, date(2026, 3, 2), None),
        ({"day": "9999-12-31", "place": "-1"}, date(2026, 3, 2), None),
    ],
)
def test_a_day_of_another_century_and_a_number_without_end_change_nothing(typed: dict[str, str], day: date, place: int | None) -> None:
    screen = AppTest.from_function(unbounded)
    screen.query_params = dict(typed)
    screen.run()
    assert not screen.exception
    assert screen.session_state["seen"] == (day, place)


def test_the_address_says_what_is_looked_at() -> None:
    screen = AppTest.from_function(chosen)
    screen.query_params = {"sort": "newest", "sites": "3,1", "day": "2026-04-07", "all": "1", "page": "99"}
    screen.run()
    assert screen.session_state["seen"] == {"sort": "newest", "sites": [1, 3], "day": date(2026, 4, 7), "all": True, "page": 3}


def test_a_choice_goes_to_the_address_as_a_code_and_the_pages_begin_anew() -> None:
    screen = AppTest.from_function(chosen)
    screen.query_params = {"page": "2"}
    screen.run()
    screen.selectbox[0].select("newest").run()
    assert screen.query_params == {"sort": "newest"}
    screen.multiselect[0].set_value([2]).run()
    assert screen.query_params == {"sort": "newest", "sites": "2"}
    screen.selectbox[0].select("oldest").run()
    assert screen.query_params == {"sites": "2"}
    assert screen.session_state["seen"] == USUAL | {"sites": [2]}


@pytest.mark.parametrize("told", ["fr", "en"])
@pytest.mark.parametrize("cents", [0, 5, -5, 99, 100, -100, 99_999, 100_000, -123_456_789])
def test_euros_are_written_as_babel_writes_them(told: str, cents: int, speak: Callable[[str], None]) -> None:
    speak(told)
    assert format.euros(cents) == numbers.format_currency(Decimal(cents) / 100, "EUR", locale=i18n.LOCALES[told])

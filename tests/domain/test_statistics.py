"""The figures of Fréquentation: what is known, what is not, and the rates between them."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from db.models import DailyTotal, JournalEntry, OpenDay, Revision, Seats
from db.session import reading, writing
from domain import statistics
from domain.refusals import NotAllowed, PeriodTooLong, PeriodUpsideDown
from domain.statistics import Figures, HistoryUnreadable, Selection
from tests.cast import Cast, add

MONDAY = date(2026, 2, 23)
WEEK = Selection(MONDAY, date(2026, 3, 1))
WEDNESDAY = date(2026, 2, 25)


def fill(seats: Seats, **counts: Any) -> None:
    """Sets the kept counters of a row of seats."""
    with writing() as session:
        kept = session.get_one(Seats, seats.id)
        for name, count in counts.items():
            setattr(kept, name, count)


def read(by: Any, selection: Selection = WEEK) -> Figures:
    with reading() as session:
        return statistics.read(session, by, selection)


def known(row: pd.Series, *names: str) -> list[float | None]:
    """The figures of a row; None for what is not known."""
    return [None if pd.isna(row[name]) else round(float(row[name]), 4) for name in names]


@pytest.fixture
def wednesday(cast: Cast) -> list[Seats]:
    """A past Wednesday at Moreuil, ten seats a slot and group; the morning's young ones: 8 booked, 6 present, 1 away without a word."""
    seats = cast.open_day(cast.mercredi, WEDNESDAY)
    fill(seats[0], booked=8, taken=8, present=6, no_show=1, waiting=2, refused=3)
    return seats


def test_the_four_rates_are_those_of_their_definitions(cast: Cast, wednesday: list[Seats]) -> None:
    everything = statistics.total(read(cast.denis).now)
    assert known(everything, "offered", "booked", "present", "waiting", "refused", "no_show") == [60, 8, 6, 2, 3, 1]
    assert known(everything, "fill_rate", "attendance_rate", "no_show_rate") == [round(8 / 60, 4), 0.75, 0.125]
    # attendance was taken in the morning slot alone: ten seats of the young and, beside them, ten that nobody had booked
    assert known(everything, "occupancy_rate") == [0.3]


def test_attendance_that_was_not_taken_is_unknown_and_not_zero(cast: Cast) -> None:
    morning, *_ = cast.open_day(cast.mercredi, WEDNESDAY)
    fill(morning, booked=8, taken=8)
    everything = statistics.total(read(cast.denis).now)
    assert known(everything, "booked", "present", "occupancy_rate", "attendance_rate", "no_show_rate") == [8, None, None, None, None]
    fill(morning, attendance_locked_at=cast.instant(WEDNESDAY, 19))
    assert known(statistics.total(read(cast.denis).now), "present", "attendance_rate") == [0, 0]


def test_a_day_that_was_closed_offers_nothing(cast: Cast, wednesday: list[Seats]) -> None:
    with writing() as session:
        day = session.get_one(OpenDay, wednesday[0].open_day_id)
        day.state, day.closed_reason = "closed", "Neige"
    assert read(cast.denis).now.empty


def total_of(day: date, site_name: str = "CHAUVINIERE M", **more: Any) -> DailyTotal:
    return add(DailyTotal(**({"source": "import", "site_name": site_name, "site_type": "M", "day": day} | more)))


def test_imported_days_stand_beside_the_seats_and_a_rate_needs_both_its_terms(cast: Cast, wednesday: list[Seats]) -> None:
    total_of(MONDAY, booked=100, present=94)
    total_of(MONDAY, "LONGCHAMP E", booked=50, present=None)
    total_of(date(2026, 2, 24), booked=None, present=70)
    days = statistics.by_day(read(cast.denis).now).set_index("day")
    monday, tuesday, third = (days.loc[pd.Timestamp(MONDAY + timedelta(n))] for n in range(3))
    assert known(monday, "offered", "booked", "present", "fill_rate", "attendance_rate") == [None, 150, 94, None, 0.94]
    assert known(tuesday, "booked", "present", "attendance_rate") == [None, 70, None]
    assert known(third, "booked", "fill_rate") == [8, round(8 / 60, 4)]
    everything = statistics.total(read(cast.denis).now)
    assert known(everything, "booked", "present", "attendance_rate", "fill_rate") == [158, 170, round(100 / 108, 4), round(8 / 60, 4)]


def test_sites_known_from_history_alone_can_be_chosen(cast: Cast, wednesday: list[Seats]) -> None:
    total_of(MONDAY, booked=100, present=94)
    total_of(MONDAY, "LONGCHAMP E", booked=50, present=40)
    with reading() as session:
        choices = statistics.choices(session, cast.denis)
    assert (choices.sites, choices.imported, choices.activities) == (("Moreuil",), ("CHAUVINIERE M", "LONGCHAMP E"), ("Mercredi",))
    assert (choices.first_on, choices.last_on) == (MONDAY, WEDNESDAY)
    chosen = read(cast.denis, Selection(WEEK.from_on, WEEK.until_on, sites=("LONGCHAMP E",)))
    assert known(statistics.total(chosen.now), "booked", "offered") == [50, None]


def test_an_activity_is_chosen_by_its_name_over_sites_and_years(cast: Cast, wednesday: list[Seats]) -> None:
    other = cast.open_day(cast.activity(name="Périscolaire"), WEDNESDAY)
    fill(other[0], booked=5, taken=5)
    total_of(MONDAY, "Moreuil", source="closed_year", site_id=cast.moreuil.id, activity_name="Mercredi", booked=9, capacity=20)
    total_of(MONDAY, "Moreuil", source="closed_year", site_id=cast.moreuil.id, activity_name="CAJ", booked=4, capacity=20)
    chosen = read(cast.denis, Selection(WEEK.from_on, WEEK.until_on, activities=("Mercredi",)))
    assert known(statistics.total(chosen.now), "booked", "offered") == [17, 80]


def test_a_closed_year_is_not_counted_beside_the_seats_it_was_drawn_from(cast: Cast, wednesday: list[Seats]) -> None:
    total_of(WEDNESDAY, "Moreuil", source="closed_year", site_id=cast.moreuil.id, activity_name="Mercredi", booked=8, capacity=60)
    assert known(statistics.total(read(cast.denis).now), "booked", "offered") == [8, 60]


def test_a_director_charts_the_sites_in_sight_and_no_other(cast: Cast, wednesday: list[Seats]) -> None:
    total_of(MONDAY, booked=100)
    total_of(MONDAY, "Ailly-sur-Noye", site_id=cast.ailly.id, booked=7)
    fill(cast.open_day(cast.activity(cast.ailly), WEDNESDAY)[0], booked=3, taken=3)
    at_ailly = cast.account("Yann", "Roche", "director", cast.ailly)
    nowhere = cast.account("Zoé", "Blin", "director")
    assert known(statistics.total(read(at_ailly).now), "booked") == [10]
    assert known(statistics.total(read(at_ailly, Selection(MONDAY, MONDAY + timedelta(6), sites=("Moreuil",))).now), "booked") == [None]
    assert read(nowhere).now.empty
    with reading() as session:
        assert statistics.choices(session, at_ailly).sites == ("Ailly-sur-Noye",)
        assert statistics.choices(session, at_ailly).imported == ()


def test_fréquentation_is_for_directors_and_administrators(cast: Cast) -> None:
    read(cast.denis)
    read(cast.helene)
    for person in (cast.claire, cast.farid, cast.gaelle, cast.amina):
        with pytest.raises(NotAllowed):
            read(person)


def test_the_year_before_is_the_same_weekday_fifty_two_weeks_earlier(cast: Cast, wednesday: list[Seats]) -> None:
    total_of(WEDNESDAY - timedelta(364), booked=10, present=9)
    total_of(WEDNESDAY - timedelta(365), booked=999)
    figures = read(cast.denis, Selection(WEDNESDAY, WEDNESDAY))
    compared = statistics.compare(figures, "day", "booked")
    assert compared.to_dict("records") == [{"day": pd.Timestamp(WEDNESDAY), "now": 8.0, "before": 10.0}]
    totals = statistics.compare_totals(figures, WEDNESDAY)
    assert known(totals.loc["booked"], "now", "before", "change") == [8, 10, -0.2]


def test_days_to_come_are_not_compared_with_days_gone_by(cast: Cast, wednesday: list[Seats]) -> None:
    total_of(WEDNESDAY - timedelta(364), booked=10)
    total_of(WEDNESDAY - timedelta(363), booked=50)
    totals = statistics.compare_totals(read(cast.denis), WEDNESDAY)
    assert known(totals.loc["booked"], "now", "before") == [8, 10]


def test_a_period_of_two_years_holds_its_own_year_before(cast: Cast, wednesday: list[Seats]) -> None:
    total_of(date(2024, 3, 4), booked=5)
    figures = read(cast.denis, Selection(date(2024, 3, 1), date(2026, 3, 1)))
    assert known(statistics.total(figures.now), "booked") == [13]
    assert list(figures.before["day"]) == [pd.Timestamp(date(2025, 3, 3))] or figures.before["day"].min() > pd.Timestamp(date(2024, 3, 1))


def test_weekdays_and_slots_come_in_the_order_of_the_day(cast: Cast, wednesday: list[Seats]) -> None:
    total_of(WEDNESDAY, booked=100)
    profile = statistics.by_weekday_and_slot(read(cast.denis).now)
    assert list(profile["slot"]) == ["Matin", "Repas", "Après-midi", ""]
    assert set(profile["weekday"]) == {2}
    assert list(profile["days"]) == [1, 1, 1, 1]


def test_weeks_begin_on_monday_and_months_on_their_first_day(cast: Cast, wednesday: list[Seats]) -> None:
    now = read(cast.denis).now
    assert list(statistics.over_time(now, "week")["day"]) == [pd.Timestamp(MONDAY)]
    assert list(statistics.over_time(now, "month")["day"]) == [pd.Timestamp(date(2026, 2, 1))]
    assert statistics.no_show(now, "week").to_dict("records") == [
        {"day": pd.Timestamp(MONDAY), "booked": 8.0, "no_show": 1.0, "no_show_rate": 0.125}
    ]


def test_a_period_is_upright_and_has_eight_hundred_days_at_most(cast: Cast) -> None:
    read(cast.denis, Selection(MONDAY, MONDAY + timedelta(799)))
    with pytest.raises(PeriodTooLong):
        read(cast.denis, Selection(MONDAY, MONDAY + timedelta(800)))
    with pytest.raises(PeriodUpsideDown):
        read(cast.denis, Selection(MONDAY, MONDAY - timedelta(1)))


HISTORY = b"""site_type,date,prevision,reel,site_nom
M,2026-02-23,72,68,CHAUVINIERE M
E,2026-02-23,126,NA,CHAUVINIERE E
"""


def test_a_history_is_brought_into_the_charts_and_brought_again_doubles_nothing(cast: Cast) -> None:
    for _again in range(2):
        brought = statistics.import_history(cast.denis, "cantines.csv", HISTORY)
        assert (brought.rows, brought.sites) == (2, 2)
        everything = statistics.total(read(cast.denis).now)
        assert known(everything, "booked", "present", "attendance_rate", "fill_rate") == [198, 68, round(68 / 72, 4), None]
    with reading() as session:
        assert session.scalars(select(JournalEntry.by_id).where(JournalEntry.act == "import_attendance")).all() == [cast.denis.id] * 2
        assert list(statistics.imports(session, cast.denis)["file_name"]) == ["cantines.csv"] * 2
        assert Revision.of(session, "journal") == 2


def test_one_line_that_cannot_be_read_refuses_the_whole_history(cast: Cast) -> None:
    with pytest.raises(HistoryUnreadable) as refused:
        statistics.import_history(cast.denis, "../cantines.csv", HISTORY + b"M,2026-13-01,x,4,Y\n")
    assert refused.value.file_name == "cantines.csv"
    assert [(line, why) for line, why, _value in refused.value.faults] == [(4, "date"), (4, "figure")]
    assert read(cast.denis).now.empty


def test_history_is_brought_in_by_those_who_see_every_site(cast: Cast) -> None:
    statistics.import_history(cast.helene, "cantines.csv", HISTORY)
    for person in (cast.account("Yann", "Roche", "director", cast.ailly), cast.claire, cast.amina, None):
        with pytest.raises(NotAllowed):
            statistics.import_history(person, "cantines.csv", HISTORY)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("so-far", date(2025, 9, 1), date(2026, 3, 2)),
        ("own", date(2025, 9, 1), date(2026, 3, 2)),
        ("last-30", date(2026, 2, 1), date(2026, 3, 2)),
        ("next-30", date(2026, 3, 2), date(2026, 3, 31)),
        ("school-2024", date(2024, 9, 1), date(2025, 8, 31)),
        ("year-2015", date(2015, 1, 1), date(2015, 12, 31)),
    ],
)
def test_a_period_has_its_days(code: str, first: date, last: date) -> None:
    assert statistics.days_of(code, date(2026, 3, 2)) == (first, last)


def test_the_years_that_are_known_are_offered() -> None:
    offered = statistics.named(date(2026, 3, 2), date(2025, 1, 6), date(2026, 7, 3))
    assert offered == ["so-far", "last-30", "next-30", "school-2025", "school-2024", "year-2026", "year-2025", "own"]
    with pytest.raises(ValueError, match="nonsense"):
        statistics.days_of("nonsense", date(2026, 3, 2))

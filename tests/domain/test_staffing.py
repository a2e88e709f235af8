"""The supervision ratios, the peak of a day, and the staff plan."""

from datetime import date, time

import pytest
from sqlalchemy import select

from db.models import Activity, JournalEntry, Seats, Setting, StaffPlan
from db.session import reading, writing
from domain import staffing, structure
from domain.refusals import DoesNotExist, NotAllowed, NothingChosen, PeriodTooLong, PeriodUpsideDown
from domain.staffing import Expected, NotAStaffNumber
from tests.cast import WEDNESDAY, Cast, add

RATIOS = structure.KNOWN["staffing_ratios"].default
MORNING, MEAL, AFTERNOON = (time(7, 30), time(11, 45)), (time(12, 15), time(13, 15)), (time(13, 45), time(18, 0))
BEFORE_SCHOOL, AFTER_SCHOOL = (time(7), time(9)), (time(16, 30), time(19))


@pytest.mark.parametrize(
    ("kind", "pedt", "long_day", "under_six", "six_and_over"),
    [
        ("extrascolaire", False, True, 8, 12),
        ("extrascolaire", False, False, 8, 12),
        ("extrascolaire", True, True, 8, 12),
        ("periscolaire", False, True, 8, 12),
        ("periscolaire", False, False, 10, 14),
        ("periscolaire", True, True, 10, 14),
        ("periscolaire", True, False, 14, 18),
        ("canteen", True, False, 14, 18),
        ("youth", False, True, 8, 12),
        ("youth", True, True, 8, 12),
    ],
)
def test_each_kind_of_centre_has_the_ratio_of_the_law(kind: str, pedt: bool, long_day: bool, under_six: int, six_and_over: int) -> None:
    assert staffing.ratio(RATIOS, kind, pedt, long_day) == (under_six, six_and_over)
    assert staffing.adults_for(under_six, six_and_over, (under_six, six_and_over)) == 2
    assert staffing.adults_for(under_six + 1, six_and_over + 1, (under_six, six_and_over)) == 4


@pytest.mark.parametrize(
    ("hours", "long_day"),
    [
        ([MORNING, MEAL, AFTERNOON], True),
        ([MORNING], False),
        ([MORNING, MEAL], True),
        ([MORNING, AFTERNOON], False),  # the children go home for two hours
        ([BEFORE_SCHOOL, AFTER_SCHOOL], False),
        ([(time(8), time(13))], False),  # five hours are not more than five
        ([(time(8), time(13, 1))], True),
        ([(time(8), time(12)), (time(9), time(12, 30))], False),  # hours that overlap count once
    ],
)
def test_a_long_day_is_more_than_five_hours_in_a_row(hours: list[tuple[time, time]], long_day: bool) -> None:
    assert staffing.is_long_day(hours) is long_day


@pytest.mark.parametrize(("required", "mix"), [(1, (1, 0)), (3, (2, 1)), (4, (2, 1)), (5, (3, 1)), (9, (5, 1)), (10, (5, 2))])
def test_half_the_team_is_qualified_and_a_fifth_at_most_is_not(required: int, mix: tuple[int, int]) -> None:
    assert staffing.team_mix(required) == mix


def test_the_need_is_that_of_the_peak_and_not_of_the_day() -> None:
    day = [
        Expected(1, "periscolaire", True, MORNING, under_six=10),
        Expected(1, "periscolaire", True, MEAL, under_six=21, six_and_over=15),
        Expected(1, "periscolaire", True, AFTERNOON, six_and_over=14),
    ]
    peak = staffing.need(day, RATIOS)
    assert peak is not None
    assert (peak.at, peak.under_six, peak.six_and_over) == (MEAL[0], 21, 15)
    assert peak.required == 3 + 2


def test_activities_of_different_kinds_at_one_hour_keep_their_own_ratios() -> None:
    hours = (time(16, 30), time(18))
    day = [
        Expected(1, "periscolaire", True, hours, six_and_over=19),  # 1/18: two adults
        Expected(2, "extrascolaire", False, (time(17), time(19)), six_and_over=13),  # 1/12: two adults
    ]
    peak = staffing.need(day, RATIOS)
    assert peak is not None
    assert (peak.at, peak.adults) == (time(17), 4)


def test_activities_under_one_ratio_share_their_adults() -> None:
    day = [Expected(activity, "periscolaire", True, AFTER_SCHOOL, six_and_over=9) for activity in (1, 2)]
    peak = staffing.need(day, RATIOS)
    assert peak is not None
    assert peak.adults == 1


@pytest.mark.parametrize(("children", "required"), [(50, 5), (51, 5 + 1)])
def test_the_director_comes_on_top_from_the_fifty_first_child(children: int, required: int) -> None:
    peak = staffing.need([Expected(1, "extrascolaire", False, MORNING, six_and_over=children)], RATIOS)
    assert peak is not None
    assert peak.required == required
    assert peak.director_apart is (children > 50)


def test_no_child_needs_no_adult() -> None:
    assert staffing.need([], RATIOS) is None
    assert staffing.need([Expected(1, "periscolaire", False, MORNING)], RATIOS) is None


@pytest.fixture
def busy_day(cast: Cast) -> Activity:
    """A Wednesday at Moreuil: 11 young and 14 older children at the meal."""
    for seats, children in zip(cast.open_day(cast.mercredi, capacity=30)[2:4], (11, 14), strict=True):
        with writing() as session:
            kept = session.get_one(Seats, seats.id)
            kept.booked = kept.taken = children
    return cast.mercredi


def test_a_day_is_compared_with_the_staff_that_was_planned(cast: Cast, busy_day: Activity) -> None:
    claire = cast.claire
    with writing() as session:
        staffing.plan_staff(session, claire, cast.moreuil.id, WEDNESDAY, 2)
    with reading() as session:
        (day,) = staffing.needs(session, cast.denis, WEDNESDAY, WEDNESDAY).to_dict("records")
    assert (day["site"], day["at"], day["under_six"], day["six_and_over"]) == ("Moreuil", MEAL[0], 11, 14)
    assert (day["required"], day["planned"], day["missing"]) == (3, 2, 1)


def test_the_ratios_of_the_day_count(cast: Cast, busy_day: Activity) -> None:
    stricter = [row | {"six_and_over": 7} for row in RATIOS]
    add(Setting(name="staffing_ratios", valid_from=date(2026, 3, 4), value=stricter))
    cast.open_day(busy_day, date(2026, 3, 3))
    with writing() as session:
        for seats in session.scalars(select(Seats).where(Seats.day == date(2026, 3, 3))):
            seats.booked = seats.taken = 10
    with reading() as session:
        frame = staffing.needs(session, cast.denis, date(2026, 3, 3), WEDNESDAY)
    assert list(frame["required"]) == [2, 2 + 2]


def test_nobody_reads_or_plans_the_staff_of_a_site_out_of_sight(cast: Cast, busy_day: Activity) -> None:
    elsewhere = cast.account("Yann", "Roche", "director", cast.ailly)
    with reading() as session:
        assert staffing.needs(session, elsewhere, WEDNESDAY, WEDNESDAY).empty
    with pytest.raises(DoesNotExist), writing() as session:
        staffing.plan_staff(session, elsewhere, cast.moreuil.id, WEDNESDAY, 3)
    for person in (cast.farid, cast.gaelle, cast.amina, cast.helene):
        with pytest.raises(NotAllowed), writing() as session:
            staffing.plan_staff(session, person, cast.moreuil.id, WEDNESDAY, 3)


def test_a_plan_said_again_replaces_and_both_are_in_the_journal(cast: Cast) -> None:
    denis, moreuil = cast.denis, cast.moreuil
    for adults in (3, 4, 4):
        with writing() as session:
            staffing.plan_staff(session, denis, moreuil.id, WEDNESDAY, adults)
    with reading() as session:
        assert session.get_one(StaffPlan, (cast.moreuil.id, WEDNESDAY)).adults == 4
        told = session.scalars(select(JournalEntry.changes).where(JournalEntry.act == "plan_staff").order_by(JournalEntry.id)).all()
    assert [line["adults"] for line in told] == [[None, 3], [3, 4]]


@pytest.mark.parametrize("adults", [-1, 1000, 2.5, True])
def test_a_staff_number_is_a_whole_number_of_people(cast: Cast, adults: object) -> None:
    denis, moreuil = cast.denis, cast.moreuil
    with pytest.raises(NotAStaffNumber), writing() as session:
        staffing.plan_staff(session, denis, moreuil.id, WEDNESDAY, adults)  # type: ignore[arg-type]


def test_a_period_is_upright_and_not_endless(cast: Cast) -> None:
    with reading() as session:
        with pytest.raises(PeriodUpsideDown):
            staffing.needs(session, cast.denis, WEDNESDAY, date(2026, 3, 3))
        with pytest.raises(PeriodTooLong):
            staffing.needs(session, cast.denis, date(2026, 3, 1), date(2026, 5, 2))


def test_one_number_is_said_for_several_days_at_once(cast: Cast, busy_day: Activity) -> None:
    denis, moreuil, days = cast.denis, cast.moreuil, [WEDNESDAY, date(2026, 3, 11)]
    with writing() as session:
        staffing.plan_days(session, denis, moreuil.id, days, 5)
    with reading() as session:
        assert session.scalars(select(StaffPlan.day).order_by(StaffPlan.day)).all() == days
        assert staffing.sites(session, denis) == {moreuil.id: "Moreuil"}
        (day,) = staffing.needs(session, denis, WEDNESDAY, WEDNESDAY, [moreuil.id]).to_dict("records")
    assert (day["planned"], day["missing"]) == (5, 0)
    with pytest.raises(NothingChosen), writing() as session:
        staffing.plan_days(session, denis, moreuil.id, [], 5)

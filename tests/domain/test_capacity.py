"""Capacity: what is seen of a day, who may change it, what closing it does, where there is room, and two people at once."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from db.models import (
    Activity,
    Attendance,
    Booking,
    Charge,
    Child,
    DeclaredMaximum,
    Guardian,
    JournalEntry,
    Letter,
    Offer,
    OpenDay,
    Seats,
    Slot,
    WaitingListEntry,
    WaitingListSeats,
)
from db.models.bookings import LIVE_BOOKING
from db.session import engine, reading, writing
from domain import clock, occupancy
from domain.refusals import DoesNotExist, Incomplete, NotAllowed, NothingChosen, PeriodTooLong, PeriodUpsideDown, TooLong
from tests.cast import WEDNESDAY, Cast, add

NEXT = WEDNESDAY + timedelta(days=7)
WEEK = {"from_on": WEDNESDAY, "until_on": WEDNESDAY + timedelta(days=6)}


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The staff stands ready: nobody is made in the middle of an act."""
    cast.claire, cast.denis, cast.gaelle, cast.helene, cast.farid, cast.amina, cast.mercredi  # noqa: B018
    return cast


def kept(seats: Seats) -> Seats:
    """The seats as the database has them now."""
    with reading() as session:
        return session.get_one(Seats, seats.id)


def seen(by: Any, activity: Activity, **period: date) -> Any:
    """The capacity of an activity's week."""
    with reading() as session:
        return occupancy.capacity(session, by, activities=[activity.id], **(period or WEEK))


def change(by: Any, seats: Seats, capacity: Any, **more: Any) -> None:
    """One change of one cell, in its own transaction."""
    with writing() as session:
        occupancy.change_capacity(session, by, seats.id, capacity, **more)


def take(seats: Seats, taken: int) -> None:
    """Puts a count on seats, without the bookings behind it."""
    with writing() as session:
        session.get_one(Seats, seats.id).taken = taken


def wait(cast: Cast, child: Child, family: Any, *seats: Seats, state: str = "waiting") -> WaitingListEntry:
    """A waiting entry of a child, with its offer if it has one, and the counters moved."""
    activity_id, day, moment = seats[0].activity_id, seats[0].day, clock.now()
    whose = {"child_id": child.id, "family_id": family.id, "activity_id": activity_id}
    entry = add(WaitingListEntry(**whose, day=day, position=1, state=state, asked_at=moment))
    for each in seats:
        add(WaitingListSeats(entry_id=entry.id, seats_id=each.id))
        with writing() as session:
            found = session.get_one(Seats, each.id)
            found.waiting += 1
            found.taken += state == "offered"
    if state == "offered":
        add(Offer(entry_id=entry.id, state="open", made_at=moment, lapses_at=moment + timedelta(hours=4)))
    return entry


def charge(cast: Cast, booking: Booking, state: str = "open") -> Charge:
    """What a booking costs."""
    owed = {"kind": "booking", "state": state, "amount_cents": 500, "care_cents": 500, "meal_cents": 0}
    whose = {"family_id": booking.family_id, "child_id": booking.child_id, "activity_id": cast.mercredi.id}
    return add(Charge(**whose, booking_id=booking.id, day=booking.day, **owed))


def counted_again(seats: Seats) -> tuple[int, int, int]:
    """(taken, booked, waiting) from the bookings, the offers and the waiting entries themselves."""
    live = Booking.seats_id == seats.id, Booking.state.in_(LIVE_BOOKING)
    entries = select(func.count()).select_from(WaitingListSeats).join(WaitingListEntry).where(WaitingListSeats.seats_id == seats.id)
    with reading() as session:
        holding = session.scalar(select(func.count()).select_from(Booking).where(*live, Booking.holds_seat)) or 0
        booked = session.scalar(select(func.count()).select_from(Booking).where(*live)) or 0
        offered = session.scalar(entries.join(Offer, Offer.entry_id == WaitingListEntry.id).where(Offer.state == "open")) or 0
        waiting = session.scalar(entries.where(WaitingListEntry.state.in_(("waiting", "offered")))) or 0
    return holding + offered, booked, waiting


def statements(act: Callable[[], object]) -> int:
    """How many statements an act sends, leaving out the beginning of transactions."""
    sent: list[str] = []
    listen = lambda *told: sent.append(told[2])  # noqa: E731 (two lines to one)
    event.listen(engine(), "before_cursor_execute", listen)
    try:
        act()
    finally:
        event.remove(engine(), "before_cursor_execute", listen)
    return len([text for text in sent if not text.startswith(("BEGIN", "PRAGMA"))])


# -- looking ----------------------------------------------------------------------------------------------------------------


def test_a_day_shows_its_seats_in_the_order_of_the_programme(cast: Cast) -> None:
    cast.open_day(cast.mercredi, capacity=10)
    frame = seen(cast.claire, cast.mercredi)
    assert list(frame["slot"]) == ["Matin", "Matin", "Repas", "Repas", "Après-midi", "Après-midi"]
    assert list(frame["age_group"]) == ["3–5 ans", "6–11 ans"] * 3
    assert set(frame["hours"]) == {"07:30–11:45", "12:15–13:15", "13:45–18:00"}
    assert (frame["day"].dt.date == WEDNESDAY).all()
    assert frame["left"].tolist() == [10] * 6


def test_the_words_follow_the_thresholds(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi, capacity=10)
    for each, taken in zip(seats, (0, 7, 8, 10, 0, 0), strict=True):
        take(each, taken)
    change(cast.claire, seats[3], 9, overbooking=1, reason="fratrie")
    change(cast.claire, seats[4], 0)
    frame = seen(cast.claire, cast.mercredi)
    assert frame["state"].tolist() == ["free", "free", "tight", "over", "full", "free"]
    assert frame["fill_rate"].tolist()[:4] == pytest.approx([0, 0.7, 0.8, 10 / 9])
    assert frame["fill_rate"].isna().tolist() == [False] * 4 + [True, False]


def test_seats_of_an_overbooking_are_left_until_they_are_taken(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi, capacity=10)
    for each, taken in zip(seats, (8, 9, 10, 11, 13, 0), strict=True):
        take(each, taken) if taken <= 10 else None
        change(cast.claire, each, 10, overbooking=3, reason="fratrie")
        take(each, taken) if taken > 10 else None
    frame = seen(cast.claire, cast.mercredi)
    assert frame["left"].tolist() == [5, 4, 3, 2, 0, 13]
    assert frame["state"].tolist() == ["free", "free", "free", "over", "over", "free"]
    take(seats[5], 11)
    change(cast.claire, seats[5], 11, overbooking=2, reason="fratrie")
    assert seen(cast.claire, cast.mercredi)["state"].tolist()[5] == "tight"


def test_what_is_past_keeps_its_seats(cast: Cast) -> None:
    day = clock.today() - timedelta(days=1)
    past, today = cast.open_day(cast.mercredi, day)[0], cast.open_day(cast.mercredi, clock.today())[0]
    which = {"activity_id": cast.mercredi.id, "slot_id": past.slot_id, "age_group_id": past.age_group_id}
    for by in (cast.claire, cast.denis):
        with pytest.raises(occupancy.DayIsPast):
            change(by, past, 12, reason="erreur de saisie")
        with writing() as session, pytest.raises(occupancy.DayIsPast):
            occupancy.change_capacities(session, by, **which, from_on=day, until_on=clock.today(), capacity=12)
    change(cast.claire, today, 12)
    assert (kept(past).capacity, kept(today).capacity) == (10, 12)


def test_a_closed_day_has_no_place_left(cast: Cast) -> None:
    opened = cast.open_day(cast.mercredi)[0].open_day_id
    with writing() as session:
        occupancy.close_day(session, cast.claire, opened, "Grève")
    frame = seen(cast.claire, cast.mercredi)
    assert set(frame["state"]) == {"closed"}
    assert frame["left"].sum() == 0


def test_the_year_sums_the_days_in_the_database(cast: Cast) -> None:
    mercredi, other = cast.mercredi, cast.activity(name="Ateliers")
    seats = cast.open_day(mercredi, capacity=10)
    cast.open_day(mercredi, NEXT, capacity=5)
    cast.open_day(other, NEXT, capacity=3)
    take(seats[0], 10)
    take(seats[1], 4)
    with reading() as session:
        year = {"from_on": date(2025, 9, 1), "until_on": date(2026, 8, 31)}
        frame = occupancy.capacity_by_day(session, cast.claire, activities=[mercredi.id, other.id], **year)
        detail = occupancy.capacity(session, cast.claire, activities=[mercredi.id, other.id], **year)
    assert frame["activity"].tolist() == ["Mercredi", "Ateliers", "Mercredi"]
    assert frame["capacity"].tolist() == [60, 18, 30]
    assert frame[["cells", "full_cells"]].values.tolist() == [[6, 1], [6, 0], [6, 0]]
    for column in ("capacity", "taken", "left", "waiting"):
        assert frame[column].sum() == detail[column].sum()


def test_three_statements_whatever_the_period(cast: Cast) -> None:
    claire, activities = cast.claire, [cast.mercredi.id, cast.activity(name="Ateliers").id]
    for week in range(6):
        cast.open_day(cast.mercredi, WEDNESDAY + timedelta(weeks=week))
    year = {"from_on": WEDNESDAY, "until_on": WEDNESDAY + timedelta(days=364)}
    with reading() as session:
        assert statements(lambda: occupancy.capacity(session, claire, activities=activities, **year)) == 3
        assert statements(lambda: occupancy.capacity_by_day(session, claire, activities=activities, **year)) == 3


def test_a_period_stands_upright_and_has_an_end(cast: Cast) -> None:
    for look in (occupancy.capacity, occupancy.capacity_by_day):
        with reading() as session:
            with pytest.raises(PeriodUpsideDown):
                look(session, cast.claire, activities=[cast.mercredi.id], from_on=NEXT, until_on=WEDNESDAY)
            with pytest.raises(PeriodTooLong):
                look(session, cast.claire, activities=[cast.mercredi.id], from_on=WEDNESDAY, until_on=WEDNESDAY + timedelta(days=400))
            with pytest.raises(NothingChosen):
                look(session, cast.claire, activities=[], **WEEK)


def test_another_site_does_not_exist(cast: Cast) -> None:
    away = cast.activity(cast.ailly)
    seats = cast.open_day(away)[0]
    acts: list[Callable[[Any], object]] = [
        lambda session: occupancy.capacity(session, cast.claire, activities=[cast.mercredi.id, away.id], **WEEK),
        lambda session: occupancy.activities_open(session, cast.claire, cast.ailly.id, WEDNESDAY, NEXT),
        lambda session: occupancy.names(session, cast.claire, seats.id),
        lambda session: occupancy.cell(session, cast.claire, seats.id),
        lambda session: occupancy.change_capacity(session, cast.claire, seats.id, 3),
        lambda session: occupancy.change_capacities(
            session, cast.claire, activity_id=away.id, slot_id=seats.slot_id, age_group_id=seats.age_group_id, **WEEK, capacity=3
        ),
        lambda session: occupancy.close_day(session, cast.claire, seats.open_day_id, "Grève"),
        lambda session: occupancy.reopen_day(session, cast.claire, seats.open_day_id),
        lambda session: occupancy.free_places(session, cast.claire, occupancy.Search(**WEEK, site_id=cast.ailly.id)),
    ]
    for act in acts:
        with pytest.raises(DoesNotExist), writing() as session:
            act(session)
    with reading() as session:
        assert [name for _, name in occupancy.sites_open(session, cast.claire)] == ["Moreuil"]
        assert [name for _, name in occupancy.sites_open(session, cast.denis)] == ["Ailly-sur-Noye", "Moreuil"]


def test_leaders_look_and_only_coordinators_and_directors_act(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi)[0]
    assert len(seen(cast.gaelle, cast.mercredi)) == 6
    for nobody in (cast.gaelle, cast.helene, cast.farid, cast.amina):
        with pytest.raises(NotAllowed):
            change(nobody, seats, 12)
        with pytest.raises(NotAllowed), writing() as session:
            occupancy.close_day(session, nobody, seats.open_day_id, "Grève")
    for nobody in (cast.farid, cast.amina):
        with pytest.raises(NotAllowed):
            seen(nobody, cast.mercredi)
    for somebody, capacity in ((cast.claire, 12), (cast.denis, 13)):
        change(somebody, seats, capacity)
    assert kept(seats).capacity == 13


def test_the_names_of_a_cell_are_those_booked_then_those_waiting(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi)[0]
    cast.booking(cast.sami, cast.benali, seats)
    cast.booking(cast.child(cast.benali, "Inès"), cast.benali, seats, "cancelled")
    wait(cast, cast.lia, cast.lefevre, seats)
    with reading() as session:
        frame = occupancy.names(session, cast.gaelle, seats.id)
    assert frame["first_name"].tolist() == ["Sami", "Lia"]
    assert frame["family"].tolist() == ["Benali", "Lefèvre"]
    assert frame["state"].tolist() == ["confirmed", "waiting"]
    assert set(frame.columns) == {"child_id", "last_name", "first_name", "born_on", "family", "state", "holds_seat", "asked_at"}


# -- changing ---------------------------------------------------------------------------------------------------------------


def test_a_change_is_kept_and_told_in_the_journal(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi)[0]
    change(cast.claire, seats, 14, reason="  un adulte de plus ")
    assert kept(seats).capacity == 14
    with reading() as session:
        entry = session.scalars(select(JournalEntry)).one()
    assert (entry.act, entry.object_kind, entry.object_id, entry.by_id) == ("change_capacity", "seats", seats.id, cast.claire.id)
    assert (entry.changes, entry.reason, entry.site_id) == ({"capacity": [10, 14]}, "un adulte de plus", cast.moreuil.id)


@pytest.mark.parametrize("wrong", [-1, 10**9, "douze", 2.5, True, None])
def test_what_is_no_capacity_is_refused(cast: Cast, wrong: object) -> None:
    seats = cast.open_day(cast.mercredi)[0]
    with pytest.raises(occupancy.NotACapacity):
        change(cast.claire, seats, wrong)
    with pytest.raises(occupancy.NotACapacity):
        change(cast.claire, seats, 10, overbooking=wrong, reason="fratrie")
    assert kept(seats).capacity == 10


def test_seats_that_are_nowhere_do_not_exist(cast: Cast) -> None:
    for nowhere in (999_999, 0, -1):
        with pytest.raises(DoesNotExist), writing() as session:
            occupancy.change_capacity(session, cast.claire, nowhere, 3)


def test_never_below_what_is_taken_without_a_reasoned_overbooking(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi)[0]
    take(seats, 8)
    with pytest.raises(occupancy.BelowTaken) as refused:
        change(cast.claire, seats, 7)
    assert (refused.value.day, refused.value.capacity, refused.value.taken) == (WEDNESDAY, 7, 8)
    with pytest.raises(Incomplete):
        change(cast.claire, seats, 7, overbooking=1, reason="  ")
    with pytest.raises(TooLong):
        change(cast.claire, seats, 7, overbooking=1, reason="x" * 251)
    with pytest.raises(occupancy.BelowTaken):
        change(cast.claire, seats, 6, overbooking=1, reason="fratrie")
    change(cast.claire, seats, 7, overbooking=1, reason="fratrie")
    assert (kept(seats).capacity, kept(seats).overbooking, kept(seats).overbooking_reason) == (7, 1, "fratrie")
    change(cast.claire, seats, 9)
    assert (kept(seats).overbooking, kept(seats).overbooking_reason) == (0, None)


def test_the_second_coordinator_is_told_what_it_is_now(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi)[0]
    change(cast.claire, seats, 12, seen=(10, 0))
    with pytest.raises(occupancy.CapacityChangedMeanwhile) as refused:
        change(cast.denis, seats, 8, seen=(10, 0))
    assert (refused.value.capacity, refused.value.overbooking) == (12, 0)
    assert kept(seats).capacity == 12


def test_a_period_changes_together_or_not_at_all(cast: Cast) -> None:
    opened = [cast.open_day(cast.mercredi, WEDNESDAY + timedelta(days=step))[0] for step in (0, 1, 7, 14)]
    which = {"activity_id": cast.mercredi.id, "slot_id": opened[0].slot_id, "age_group_id": opened[0].age_group_id}
    period = {"from_on": WEDNESDAY, "until_on": WEDNESDAY + timedelta(days=14)}

    def all_of(capacity: int, **more: Any) -> int:
        with writing() as session:
            return occupancy.change_capacities(session, cast.claire, **(which | period | more), capacity=capacity)

    assert all_of(15, weekdays=(2,)) == 3
    assert [kept(each).capacity for each in opened] == [15, 10, 15, 15]
    assert all_of(15, weekdays=(2,)) == 0
    take(opened[2], 9)
    with pytest.raises(occupancy.BelowTaken) as refused:
        all_of(8)
    assert (refused.value.day, refused.value.days) == (opened[2].day, 1)
    assert [kept(each).capacity for each in opened] == [15, 10, 15, 15]
    with pytest.raises(NothingChosen):
        all_of(8, weekdays=(6,))
    with pytest.raises(PeriodUpsideDown):
        all_of(8, until_on=WEDNESDAY - timedelta(days=1))
    with pytest.raises(DoesNotExist):
        all_of(8, activity_id=999)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(JournalEntry)) == 3


def test_the_declared_maximum_counts_all_activities_that_overlap(cast: Cast) -> None:
    mercredi, other = cast.open_day(cast.mercredi, capacity=10), cast.open_day(cast.activity(name="Ateliers"), capacity=10)
    add(DeclaredMaximum(site_id=cast.moreuil.id, kind="declared", band="all", capacity=42, from_on=date(2025, 9, 1)))
    change(cast.claire, mercredi[0], 12)  # 12 + 10 + 10 + 10 in the morning
    with pytest.raises(occupancy.AboveDeclaredMaximum) as refused:
        change(cast.claire, other[1], 11)
    assert (refused.value.maximum, refused.value.seats, refused.value.band, refused.value.day) == (42, 43, "all", WEDNESDAY)
    change(cast.claire, other[2], 12)  # the meal is another time
    change(cast.claire, mercredi[0], 4)  # less is always allowed
    change(cast.claire, other[1], 18)
    with pytest.raises(occupancy.AboveDeclaredMaximum):
        change(cast.claire, mercredi[0], 5, reason="une fratrie")
    with pytest.raises(occupancy.AboveDeclaredMaximum):
        change(cast.denis, mercredi[0], 5)
    change(cast.denis, mercredi[0], 5, reason="une fratrie, accord de la PMI")
    assert kept(mercredi[0]).capacity == 5


def test_the_pmi_maximum_counts_the_little_ones_on_its_dates(cast: Cast) -> None:
    now, later = cast.open_day(cast.mercredi), cast.open_day(cast.mercredi, NEXT)
    add(DeclaredMaximum(site_id=cast.moreuil.id, kind="pmi", band="under_six", capacity=10, from_on=date(2025, 9, 1), until_on=WEDNESDAY))
    change(cast.claire, now[1], 40)
    change(cast.claire, later[0], 40)
    with pytest.raises(occupancy.AboveDeclaredMaximum) as refused:
        change(cast.claire, now[0], 11)
    assert (refused.value.kind, refused.value.seats) == ("pmi", 11)


def test_slots_that_overlap_in_time_add_up_and_slots_that_touch_do_not(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi, capacity=1)
    add(DeclaredMaximum(site_id=cast.moreuil.id, kind="declared", band="all", capacity=4, from_on=date(2025, 9, 1)))
    with writing() as session:
        meal = session.get_one(Slot, seats[2].slot_id)
        meal.starts_at = session.get_one(Slot, seats[0].slot_id).ends_at
    for each in (seats[0], seats[2]):
        change(cast.claire, each, 3)
        change(cast.claire, each, 1)
    with writing() as session:
        meal = session.get_one(Slot, seats[2].slot_id)
        meal.starts_at = session.get_one(Slot, seats[0].slot_id).starts_at
    with pytest.raises(occupancy.AboveDeclaredMaximum):
        change(cast.claire, seats[0], 2)


# -- closing ----------------------------------------------------------------------------------------------------------------


def close(by: Any, seats: Seats, reason: str = "Panne de chauffage", **more: Any) -> occupancy.Closing:
    """One closing, in its own transaction."""
    with writing() as session:
        return occupancy.close_day(session, by, seats.open_day_id, reason, **more)


def test_an_empty_day_closes_for_a_reason_and_opens_again(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi)[0]
    with pytest.raises(Incomplete):
        close(cast.claire, seats, " ")
    assert close(cast.claire, seats) == occupancy.Closing()
    with pytest.raises(occupancy.DayIsAlreadyClosed) as refused:
        close(cast.denis, seats, "Autre chose")
    assert refused.value.reason == "Panne de chauffage"
    with writing() as session:
        occupancy.reopen_day(session, cast.claire, seats.open_day_id)
    with pytest.raises(occupancy.DayIsAlreadyOpen), writing() as session:
        occupancy.reopen_day(session, cast.claire, seats.open_day_id)
    assert set(seen(cast.claire, cast.mercredi)["state"]) == {"free"}
    with reading() as session:
        told = [(entry.act, entry.changes["state"]) for entry in session.scalars(select(JournalEntry).order_by(JournalEntry.id))]
    assert told == [("close_day", ["open", "closed"]), ("reopen_day", ["closed", "open"])]


def test_a_day_with_bookings_closes_only_when_told_to_cancel_them(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi)
    cast.booking(cast.sami, cast.benali, seats[1])
    wait(cast, cast.lia, cast.lefevre, seats[0])
    with pytest.raises(occupancy.DayHasBookings) as refused:
        close(cast.claire, seats[0])
    assert (refused.value.bookings, refused.value.waiting) == (1, 1)
    with reading() as session:
        assert session.get_one(OpenDay, seats[0].open_day_id).state == "open"
    assert counted_again(seats[1]) == (1, 1, 0)


def test_closing_cancels_frees_withdraws_voids_and_writes_once_to_each_family(cast: Cast) -> None:
    seats, elsewhere = cast.open_day(cast.mercredi), cast.open_day(cast.mercredi, NEXT)
    ines = cast.child(cast.benali, "Inès", date(2021, 3, 1))
    morning = cast.booking(cast.sami, cast.benali, seats[1])
    meal = cast.booking(cast.sami, cast.benali, seats[3], "to_pay")
    little = cast.booking(ines, cast.benali, seats[0], "absent", holds_seat=False)
    other = cast.booking(cast.sami, cast.benali, elsewhere[1])
    bill, other_bill, packed = charge(cast, morning), charge(cast, other), charge(cast, little, "replaced")
    entry = wait(cast, cast.lia, cast.lefevre, seats[0], seats[2], state="offered")
    for each in seats:
        assert counted_again(each) == (kept(each).taken, kept(each).booked, kept(each).waiting)

    done = close(cast.claire, seats[0], cancel_bookings=True)

    assert done == occupancy.Closing(bookings=3, waiting=1, letters=2)
    with reading() as session:
        assert {session.get_one(Booking, each.id).state for each in (morning, meal, little)} == {"cancelled"}
        assert session.get_one(Booking, other.id).state == "confirmed"
        assert [session.get_one(Charge, each.id).state for each in (bill, packed, other_bill)] == ["void", "void", "open"]
        assert session.get_one(WaitingListEntry, entry.id).state == "withdrawn"
        assert session.scalars(select(Offer)).one().state == "lapsed"
        letters = session.scalars(select(Letter).order_by(Letter.family_id)).all()
        told = session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)).all()
    for each in (*seats, *elsewhere):
        assert counted_again(each) == (kept(each).taken, kept(each).booked, kept(each).waiting)
    assert [letter.family_id for letter in letters] == [cast.benali.id, cast.lefevre.id]
    assert letters[0].subject == "Mercredi fermé le mercredi 4 mars 2026"
    assert "Sami : Matin, Repas" in letters[0].text_body
    assert "Inès : Matin" in letters[0].text_body
    assert "Lia : Matin, Repas" in letters[1].text_body
    assert "Panne de chauffage" in letters[1].text_body
    assert told == ["cancel"] * 3 + ["withdraw", "close_day"]


def test_a_reason_that_ends_with_a_full_stop_is_told_with_one(cast: Cast) -> None:
    seats, claire = cast.open_day(cast.mercredi), cast.claire
    cast.booking(cast.sami, cast.benali, seats[1])
    with writing() as session:
        occupancy.close_day(session, claire, seats[0].open_day_id, "Panne de chauffage.", cancel_bookings=True)
    with reading() as session:
        told = session.scalars(select(Letter.text_body)).one()
    assert "Panne de chauffage." in told
    assert "Panne de chauffage.." not in told


def test_what_was_invoiced_stays_and_families_without_email_are_named(cast: Cast) -> None:
    from db.models import InvoiceLine

    seats = cast.open_day(cast.mercredi)
    booking = cast.booking(cast.sami, cast.benali, seats[1])
    invoice = cast.invoice(cast.benali, 500, date(2026, 4, 30))
    amounts = {"unit_cents": 500, "amount_cents": 500, "care_cents": 500, "meal_cents": 0}
    line = add(InvoiceLine(invoice_id=invoice.id, position=1, label="Mercredi", quantity=1, **amounts))
    bill = charge(cast, booking)
    with writing() as session:
        owed = session.get_one(Charge, bill.id)
        owed.state, owed.invoice_line_id = "invoiced", line.id
        session.get_one(Guardian, cast.guardian(cast.benali).id).email = None
    done = close(cast.claire, seats[0], cancel_bookings=True)
    assert (done.letters, done.invoiced, done.unreached) == (0, 1, ("Benali",))
    with reading() as session:
        assert session.get_one(Charge, bill.id).state == "invoiced"


def test_what_is_past_or_ticked_cannot_be_closed(cast: Cast) -> None:
    past, today = cast.open_day(cast.mercredi, clock.today() - timedelta(days=1)), cast.open_day(cast.mercredi, clock.today())
    with pytest.raises(occupancy.DayIsPast):
        close(cast.claire, past[0])
    booking = cast.booking(cast.sami, cast.benali, today[1])
    who = {"child_id": cast.sami.id, "family_id": cast.benali.id, "booking_id": booking.id}
    add(Attendance(seats_id=today[1].id, **who, state="present", recorded_at=clock.now()))
    with pytest.raises(occupancy.DayHasAttendance):
        close(cast.claire, today[0], cancel_bookings=True)
    assert counted_again(today[1]) == (1, 1, 0)


def test_a_day_opens_again_within_the_declared_maximum(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi)[0]
    other = cast.open_day(cast.activity(name="Ateliers"))[0]
    add(DeclaredMaximum(site_id=cast.moreuil.id, kind="declared", band="all", capacity=20, from_on=date(2025, 9, 1)))
    close(cast.claire, seats)
    with pytest.raises(occupancy.AboveDeclaredMaximum), writing() as session:
        occupancy.reopen_day(session, cast.claire, seats.open_day_id, "On nous le demande")
    close(cast.claire, other)
    with writing() as session:
        occupancy.reopen_day(session, cast.claire, seats.open_day_id)


# -- where is there room ----------------------------------------------------------------------------------------------------


def found(by: Any, *, page: int = 1, size: int | None = 50, **search: Any) -> list[tuple[date, str, str, int]]:
    """(day, activity, age group, places for the whole day) of a search."""
    looked = occupancy.Search(**({"from_on": WEDNESDAY, "until_on": WEDNESDAY + timedelta(days=20)} | search))
    with reading() as session:
        frame = occupancy.free_places(session, by, looked, page=page, size=size)
        if size is not None and page == 1 and len(frame) < size:
            assert occupancy.count_free_places(session, by, looked) == frame["open_day_id"].nunique()
    return list(frame[["day", "activity", "age_group", "whole_day"]].itertuples(index=False, name=None))


def test_room_is_found_soonest_first_for_an_age_a_weekday_and_a_part_of_the_day(cast: Cast) -> None:
    first, thursday, second = (cast.open_day(cast.mercredi, WEDNESDAY + timedelta(days=step), capacity=2) for step in (0, 1, 7))
    take(first[1], 2)  # the big ones' morning is full
    assert found(cast.claire, age=7) == [
        (WEDNESDAY, "Mercredi", "6–11 ans", 0),
        (thursday[0].day, "Mercredi", "6–11 ans", 2),
        (NEXT, "Mercredi", "6–11 ans", 2),
    ]
    assert [day for day, *_ in found(cast.claire, age=7, whole_day=True)] == [thursday[0].day, NEXT]
    assert [day for day, *_ in found(cast.claire, age=7, part="morning")] == [thursday[0].day, NEXT]
    assert [day for day, *_ in found(cast.claire, age=4, part="morning", weekdays=(2,))] == [WEDNESDAY, NEXT]
    assert found(cast.claire, part="evening") == []
    assert found(cast.claire, age=14) == []
    close(cast.claire, second[0])
    assert [day for day, *_ in found(cast.claire, age=7, whole_day=True)] == [thursday[0].day]


def test_room_is_looked_for_in_sight_from_today_on_and_within_two_months(cast: Cast) -> None:
    cast.open_day(cast.mercredi, clock.today() - timedelta(days=1))
    cast.open_day(cast.activity(cast.ailly, "Loin"), WEDNESDAY)
    assert found(cast.claire, from_on=clock.today() - timedelta(days=3)) == []
    assert {activity for _, activity, _, _ in found(cast.denis)} == {"Loin"}
    assert found(cast.claire, from_on=date(2026, 1, 1), until_on=date(2026, 2, 1)) == []
    with reading() as session, pytest.raises(PeriodTooLong):
        occupancy.free_places(session, cast.claire, occupancy.Search(WEDNESDAY, WEDNESDAY + timedelta(days=62)))


def test_pages_of_room_follow_each_other(cast: Cast) -> None:
    for step in range(5):
        cast.open_day(cast.mercredi, WEDNESDAY + timedelta(days=step))
    pages = [found(cast.claire, age=7, page=page, size=2) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert [row for page in pages for row in page] == found(cast.claire, age=7, size=None)


# -- two people at once -----------------------------------------------------------------------------------------------------


def together(*acts: Callable[[], object]) -> list[BaseException]:
    """Runs acts in threads that start at one signal; gives what they raised."""
    raised: list[BaseException] = []
    signal = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        signal.wait()
        try:
            act()
        except BaseException as problem:
            raised.append(problem)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_of_two_changes_at_once_one_is_told_to_look_again(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi)[0]
    claire, denis = cast.claire, cast.denis
    capacity = 10
    for _ in range(10):
        raised = together(
            lambda: change(claire, seats, capacity + 1, seen=(capacity, 0)),  # noqa: B023 (run within the turn)
            lambda: change(denis, seats, capacity + 2, seen=(capacity, 0)),  # noqa: B023
        )
        assert [type(problem) for problem in raised] == [occupancy.CapacityChangedMeanwhile]
        capacity = kept(seats).capacity


def test_two_cells_raised_at_once_do_not_pass_the_maximum_together(cast: Cast) -> None:
    claire = cast.claire
    add(DeclaredMaximum(site_id=cast.moreuil.id, kind="declared", band="all", capacity=21, from_on=date(2025, 9, 1)))
    for week in range(10):
        seats = cast.open_day(cast.mercredi, WEDNESDAY + timedelta(weeks=week))
        raised = together(lambda: change(claire, seats[0], 11), lambda: change(claire, seats[1], 11))  # noqa: B023
        assert [type(problem) for problem in raised] == [occupancy.AboveDeclaredMaximum]
        assert kept(seats[0]).capacity + kept(seats[1]).capacity == 21


def test_a_day_closes_once(cast: Cast) -> None:
    claire, denis, sami = cast.claire, cast.denis, cast.sami
    for week in range(10):
        seats = cast.open_day(cast.mercredi, WEDNESDAY + timedelta(weeks=week))
        cast.booking(sami, cast.benali, seats[1])
        raised = together(*(lambda by=by: close(by, seats[0], cancel_bookings=True) for by in (claire, denis)))  # noqa: B023
        assert [type(problem) for problem in raised] == [occupancy.DayIsAlreadyClosed]
        with reading() as session:
            assert session.scalar(select(func.count()).select_from(Letter)) == week + 1


def test_a_seat_taken_while_capacity_falls_is_never_lost(cast: Cast) -> None:
    claire = cast.claire
    for week in range(10):
        seats = cast.open_day(cast.mercredi, WEDNESDAY + timedelta(weeks=week), capacity=2)[0]
        take(seats, 1)

        def book(seats: Seats = seats) -> None:
            with writing() as session:
                locked = session.scalars(select(Seats).where(Seats.id == seats.id).with_for_update(key_share=True)).one()
                if locked.left:
                    locked.taken += 1

        raised = together(book, lambda: change(claire, seats, 1))  # noqa: B023
        now = kept(seats)
        assert (now.capacity, now.taken, [type(problem) for problem in raised]) in (
            (1, 1, []),
            (2, 2, [occupancy.BelowTaken]),
        )

"""What each role reads on arriving, and nothing out of its sight."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from db.models import AccountRequest, ChangeRequest, Consent, ConsentText, Conversation, Document, DocumentKind, Letter, OpenDay, Seats
from db.session import engine, reading, writing
from domain import clock, dashboard, documents, occupancy
from domain.balances import Filters, listing
from domain.letters import outbox
from domain.refusals import NotAllowed
from tests.cast import WEDNESDAY, Cast, add

TODAY = date(2026, 3, 2)


def look(by: Any) -> dashboard.Morning:
    """The dashboard of somebody."""
    with reading() as session:
        return dashboard.morning(session, by)


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """One of everything at Moreuil, and the same at Ailly, which Claire does not see."""
    notice = add(ConsentText(kind="notice", language="fr", version=1, body="…", published_at=clock.now()))
    home = add(DocumentKind(name="Domicile", subject="family", is_compulsory=True, blocks="booking", validity="for_ever"))
    for site, family in ((cast.moreuil, cast.benali), (cast.ailly, cast.family("Ailleurs", "Zoé", site=cast.ailly))):
        activity = cast.mercredi if site is cast.moreuil else cast.activity(site)
        child = cast.child(family, "Kim")
        cast.registration(child, family, activity)
        cast.registration(cast.child(family, "Lou"), family, activity, state="requested")
        seats = cast.open_day(activity, WEDNESDAY, capacity=2)
        cast.booking(child, family, seats[0])
        given = add(Consent(family_id=family.id, text_id=notice.id, given=True, given_at=clock.now()))
        guardian = cast.guardian(family)
        values = {"family_id": family.id, "guardian_id": guardian.id, "consent_id": given.id}
        add(AccountRequest(state="waiting", requested_at=clock.now(), **values))
        add(Document(kind_id=home.id, family_id=family.id, state="to_check", sent_at=clock.now()))
        add(Conversation(family_id=family.id, site_id=site.id, subject="?", last_message_at=clock.now(), unread_by_staff=2))
        add(
            ChangeRequest(
                family_id=family.id,
                section="guardian",
                object_id=guardian.id,
                field="street",
                values={},
                state="waiting",
                asked_by_id=guardian.account_id,
                asked_at=clock.now(),
            )
        )
        letter = {"to_email": "x@exemple.fr", "to_name": "X", "language": "fr", "subject": "?", "text_body": "?", "html_body": "?"}
        add(Letter(kind="test", family_id=family.id, state="dead", next_try_at=clock.now(), written_at=clock.now(), **letter))
        cast.invoice(family, 12_345, TODAY - timedelta(days=10), site)
        cast.invoice(family, 1_000, TODAY - timedelta(days=100), site)
        cast.invoice(family, 9_999, TODAY, site)
    with writing() as session:
        documents.refresh_all(session)
    return cast


def test_a_coordinator_reads_what_waits_at_her_sites(busy: Cast) -> None:
    seen = look(busy.claire)
    assert seen.waiting == {"accounts": 1, "documents": 1, "registrations": 1, "messages": 1, "changes": 1}
    assert (seen.dead_letters, seen.files_soon) == (1, 1)
    assert seen.overdue is not None
    assert (seen.overdue.cents, seen.overdue.families) == (13_345, 1)
    assert seen.overdue.buckets == {"to_30": (12_345, 1), "to_60": (0, 0), "to_90": (0, 0), "over_90": (1_000, 1)}


def test_a_director_reads_every_site(busy: Cast) -> None:
    seen = look(busy.denis)
    assert set(seen.waiting.values()) == {2}
    assert seen.overdue is not None
    assert (seen.overdue.cents, seen.overdue.families, seen.files_soon) == (26_690, 2, 2)
    assert [cell.site for cell in seen.tension or []] == ["Ailly-sur-Noye", "Moreuil"]


def test_what_is_overdue_agrees_with_the_balances(busy: Cast) -> None:
    for person in (busy.claire, busy.denis):
        with reading() as session:
            totals = listing.totals(session, person)
        overdue = look(person).overdue
        assert overdue is not None
        assert overdue.cents == totals.overdue_cents
        assert {name: cents for name, (cents, _) in overdue.buckets.items()} == {name: totals.buckets[name] for name in dashboard.LATE}


def test_each_role_reads_its_own_chapters(busy: Cast) -> None:
    farid, gaelle, helene = look(busy.farid), look(busy.gaelle), look(busy.helene)
    assert (farid.waiting, farid.dead_letters, farid.tension, farid.files_soon) == ({}, None, None, None)
    assert farid.overdue is not None
    assert farid.overdue.cents == 13_345
    assert (gaelle.waiting, gaelle.overdue, gaelle.files_soon, gaelle.dead_letters) == ({}, None, None, None)
    assert [cell.day for cell in gaelle.tension or []] == [WEDNESDAY]
    assert (set(helene.waiting), helene.dead_letters, helene.overdue, helene.tension) == ({"accounts", "changes"}, 2, None, None)


def test_families_have_no_dashboard_of_the_staff(busy: Cast) -> None:
    with pytest.raises(NotAllowed):
        look(busy.amina)


def test_the_coming_days_are_the_next_seven_that_are_open(cast: Cast) -> None:
    for week in range(-1, 9):
        cast.open_day(cast.mercredi, WEDNESDAY + timedelta(weeks=week), capacity=2)
    with writing() as session:
        day = session.scalars(select(OpenDay).where(OpenDay.day == WEDNESDAY + timedelta(weeks=1))).one()
        day.state, day.closed_reason = "closed", "neige"
    days = [cell.day for cell in look(cast.claire).tension or []]
    assert days == [WEDNESDAY + timedelta(weeks=week) for week in (0, 2, 3, 4, 5, 6, 7)]


def test_a_day_is_tight_or_full_by_the_structure_s_thresholds(cast: Cast) -> None:
    for week, taken in enumerate((1, 4, 5)):
        for seats in cast.open_day(cast.mercredi, WEDNESDAY + timedelta(weeks=week), capacity=5):
            for number in range(taken):
                family = cast.benali
                cast.booking(cast.child(family, f"{week}{seats.id}{number}"), family, seats)
    cells = look(cast.claire).tension or []
    assert [(cell.taken, cell.offered, cell.state, cell.full_slots) for cell in cells] == [
        (6, 30, "free", 0),
        (24, 30, "tight", 0),
        (30, 30, "full", 6),
    ]
    assert cells[1].fill_rate == 0.8


def test_seats_of_an_overbooking_are_left_on_the_dashboard_as_they_are_in_the_capacities(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi, capacity=4)
    with writing() as session:
        session.execute(update(Seats).values(overbooking=1, overbooking_reason="fratrie", taken=4))
    cell = (look(cast.claire).tension or [])[0]
    assert (cell.offered, cell.taken, cell.left, cell.full_slots, cell.state) == (24, 24, 6, 0, "tight")
    assert cell.fill_rate == 1
    with reading() as session:
        frame = occupancy.capacity(session, cast.claire, activities=[cast.mercredi.id], from_on=WEDNESDAY, until_on=WEDNESDAY)
    assert set(frame["state"]) == {"tight"}
    with writing() as session:
        session.execute(update(Seats).where(Seats.id == seats[0].id).values(taken=5))
    assert [(cell.left, cell.full_slots, cell.state) for cell in look(cast.claire).tension or []] == [(5, 1, "over")]


def test_a_letter_to_no_family_counts_for_those_who_may_read_it(cast: Cast) -> None:
    letter = {"to_email": "x@exemple.fr", "to_name": "X", "language": "fr", "subject": "?", "text_body": "?", "html_body": "?"}
    add(Letter(kind="test", account_id=cast.denis.id, state="dead", next_try_at=clock.now(), written_at=clock.now(), **letter))
    assert (look(cast.claire).dead_letters, look(cast.denis).dead_letters) == (0, 1)
    for person in (cast.claire, cast.denis):
        with reading() as session:
            assert outbox.letters(session, person, state="dead")[1] == look(person).dead_letters


def test_the_families_that_are_late_are_those_of_the_balances(busy: Cast) -> None:
    busy.invoice(busy.family("À l’heure", site=busy.moreuil), 5_000, TODAY + timedelta(days=3))
    for person in (busy.claire, busy.denis):
        with reading() as session:
            late = listing.totals(session, person, Filters(bucket="late"))
        overdue = look(person).overdue
        assert overdue is not None
        assert (late.families, late.overdue_cents) == (overdue.families, overdue.cents)


def test_nothing_waits_in_an_empty_house(cast: Cast) -> None:
    seen = look(cast.denis)
    assert set(seen.waiting.values()) == {0}
    assert (seen.tension, seen.dead_letters, seen.files_soon) == ([], 0, 0)
    assert seen.overdue == dashboard.Overdue()


def test_the_dashboard_asks_the_database_eight_times_at_most(busy: Cast) -> None:
    denis, asked = busy.denis, []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    look(denis)
    assert 0 < len(asked) <= 8

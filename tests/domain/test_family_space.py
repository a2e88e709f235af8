"""The figures of the family's home page: its own, and nobody else's."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from db.models import ChangeRequest, Conversation, Document, DocumentKind, Offer, WaitingListEntry
from db.session import engine, reading, writing
from domain import clock, family_space
from domain.families import sheets
from domain.refusals import DoesNotExist, NotAllowed
from tests.cast import WEDNESDAY, Cast, add


def glance(cast: Cast) -> family_space.Glance:
    with reading() as session:
        return family_space.at_a_glance(session, cast.amina)


def test_a_new_family_has_nothing_to_do(cast: Cast) -> None:
    seen = glance(cast)
    assert seen.name == "Benali"
    assert seen.people == family_space.People(children=0, guardians=1, changes_waiting=0)
    assert seen.owed == family_space.Owed(0, 0, None)
    assert seen.papers == family_space.Papers(0, 0, 0, 0, 0, None)
    assert (seen.unread, seen.days) == (0, [])


def test_each_tile_counts_what_is_the_family_s_own(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi, WEDNESDAY)
    for child, family in ((cast.sami, cast.benali), (cast.lia, cast.lefevre)):
        cast.registration(child, family, cast.mercredi)
        cast.booking(child, family, seats[0])
        cast.invoice(family, 1_000, date(2026, 2, 1))
        account = cast.parent(family)
        values = {"family_id": family.id, "section": "family", "object_id": family.id, "field": "town", "values": {}}
        add(ChangeRequest(**values, state="waiting", asked_by_id=account.id, asked_at=clock.now()))
        add(ChangeRequest(**values, state="accepted", asked_by_id=account.id, asked_at=clock.now()))
        add(Conversation(family_id=family.id, subject="Repas", last_message_at=clock.now(), unread_by_family=2))
        waiting = {"child_id": child.id, "family_id": family.id, "activity_id": cast.mercredi.id}
        common = {"asked_at": clock.now(), "position": 1}
        add(WaitingListEntry(**waiting, day=WEDNESDAY, state="waiting", **common))
        offered = add(WaitingListEntry(**waiting, day=WEDNESDAY + timedelta(days=7), state="offered", **common))
        add(Offer(entry_id=offered.id, state="open", made_at=clock.now(), lapses_at=clock.now() + timedelta(hours=24)))
    cast.registration(cast.sami, cast.benali, cast.activity(name="Vacances"), "requested")
    seen = glance(cast)
    assert seen.people == family_space.People(children=1, guardians=1, changes_waiting=1)
    assert seen.registered == family_space.Registered(accepted=1, requested=1, waiting_days=1, offers=1)
    assert seen.owed == family_space.Owed(1_000, 1, date(2026, 2, 1))
    assert seen.unread == 2
    assert [(day.day, day.child, day.slot) for day in seen.days] == [(WEDNESDAY, "Sami", "Matin")]


def test_papers_are_told_by_what_is_to_be_done_with_them(cast: Cast) -> None:
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    common = {"subject": "child", "blocks": "booking", "validity": "school_year"}
    kinds = [add(DocumentKind(name=f"Pièce {n}", is_compulsory=n != 4, position=n, **common)) for n in range(6)]
    today = clock.today()
    states = [
        {"state": "accepted", "valid_until_on": today + timedelta(days=12)},
        {"state": "accepted", "valid_until_on": today - timedelta(days=1)},
        {"state": "refused", "refusal_reason": "illisible"},
        {"state": "to_check"},
    ]
    for kind, state in zip(kinds, states, strict=False):
        about = {"kind_id": kind.id, "family_id": cast.benali.id, "child_id": cast.sami.id}
        add(Document(**about, sent_at=clock.now(), **state))
    seen = glance(cast).papers
    assert seen == family_space.Papers(expected=6, missing=3, refused=1, to_check=1, compulsory=3, ends_on=today + timedelta(days=12))
    assert seen.to_send == 4


def test_a_paper_that_is_renewed_in_time_is_not_asked_for(cast: Cast) -> None:
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    kind = add(DocumentKind(name="Assurance", subject="child", is_compulsory=True, blocks="booking", validity="school_year"))
    about = {"kind_id": kind.id, "family_id": cast.benali.id, "child_id": cast.sami.id}
    soon = clock.today() + timedelta(days=12)
    add(Document(**about, state="accepted", sent_at=clock.now() - timedelta(days=300), valid_until_on=soon))
    assert glance(cast).papers.ends_on == soon
    add(Document(**about, state="to_check", sent_at=clock.now(), is_current=False))
    seen = glance(cast).papers
    assert (seen.to_send, seen.to_check, seen.ends_on) == (0, 1, None)


def test_the_sheets_of_a_child_are_to_be_filled_in_and_confirmed(cast: Cast) -> None:
    sami, amina = cast.sami, cast.amina
    assert glance(cast).sheets == family_space.Sheets(never=3, to_confirm=0)
    with writing() as session:
        sheets.change_health(session, amina, sami.id, {}, {"doctor_name": "Dr Martin"})
    assert glance(cast).sheets == family_space.Sheets(never=2, to_confirm=1)


def test_an_offer_that_has_lapsed_is_no_more_to_answer(cast: Cast) -> None:
    waiting = {"child_id": cast.sami.id, "family_id": cast.benali.id, "activity_id": cast.mercredi.id}
    entry = add(WaitingListEntry(**waiting, day=WEDNESDAY, state="offered", asked_at=clock.now(), position=1))
    add(Offer(entry_id=entry.id, state="open", made_at=clock.now() - timedelta(days=2), lapses_at=clock.now()))
    assert glance(cast).registered.offers == 0


def test_the_home_page_is_a_fixed_number_of_statements(cast: Cast) -> None:
    amina, seen = cast.amina, []
    event.listen(engine(), "before_cursor_execute", lambda *told: seen.append(told[2]))
    with reading() as session:
        family_space.at_a_glance(session, amina)
    assert len([told for told in seen if told.lstrip().upper().startswith(("SELECT", "WITH"))]) == 7


def test_only_families_have_a_home_page(cast: Cast) -> None:
    with reading() as session:
        with pytest.raises(NotAllowed):
            family_space.at_a_glance(session, cast.claire)
        with pytest.raises(DoesNotExist):
            family_space.at_a_glance(session, cast.account("Yann", "Sans", "parent"))

"""Reminders: whom they reach, what they say, and that nobody gets one twice."""

import threading
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select

from db.check import differences
from db.models import Account, Family, FamilyBalance, Guardian, Invoice, JournalEntry, Letter, Reminder, ReminderInvoice, Site
from db.session import engine, reading, writing
from domain import clock, reminders
from domain.payments import record_payment
from domain.refusals import DoesNotExist, NotAllowed, NothingChosen
from domain.reminders import NothingOverdue, Sent, TooManyAtOnce, UnknownLevel
from tests.cast import Cast

LATE = date(2026, 2, 10)


def send(by: Account, *families: Family, level: int | None = None) -> Sent:
    """One batch, one transaction."""
    with writing() as session:
        return reminders.send(session, by, [family.id for family in families], level)


def prepared(by: Account, *families: Family, level: int | None = None) -> dict[str, dict[str, Any]]:
    """What is prepared, by name of family."""
    with reading() as session:
        frame = reminders.prepare(session, by, [family.id for family in families], level)
    return {row["name"]: row for row in frame.to_dict("records")}


def letters_sent() -> list[Letter]:
    """The outbox."""
    with reading() as session:
        return list(session.scalars(select(Letter).order_by(Letter.id)))


def without_email(family: Family) -> None:
    """Takes the e-mail of a family's guardian away."""
    with writing() as session:
        session.scalars(select(Guardian).where(Guardian.family_id == family.id)).one().email = None


def test_a_reminder_asks_for_what_is_late_and_for_nothing_else(cast: Cast) -> None:
    late = cast.invoice(cast.benali, 4_550, LATE)
    today = cast.invoice(cast.benali, 1_000, clock.today())
    disputed = cast.invoice(cast.benali, 2_000, LATE, is_disputed=True)
    treasury = cast.invoice(cast.benali, 3_000, LATE, at_treasury_on=LATE)
    assert send(cast.farid, cast.benali).sent == [cast.benali.id]
    (letter,) = letters_sent()
    assert (letter.kind, letter.to_email, letter.family_id) == ("reminder_1", cast.amina.email, cast.benali.id)
    assert late.number in letter.text_body
    assert "45,50\u00a0€" in letter.text_body
    assert not any(other.number in letter.text_body for other in (today, disputed, treasury))
    with reading() as session:
        reminder = session.scalars(select(Reminder)).one()
        asked = session.execute(select(ReminderInvoice.invoice_id, ReminderInvoice.open_cents)).all()
        kept = session.get_one(FamilyBalance, cast.benali.id)
        line = session.scalars(select(JournalEntry)).one()
        assert [count for _, count, _ in differences(session)] == [0] * len([*differences(session)])
    assert (reminder.level, reminder.amount_cents, reminder.letter_id, reminder.by_id) == (1, 4_550, letter.id, cast.farid.id)
    assert asked == [(late.id, 4_550)]
    assert (kept.last_reminder_level, kept.last_reminder_at) == (1, clock.now())
    assert (line.act, line.object_kind, line.family_id) == ("send_reminder", "reminders", cast.benali.id)


def test_levels_climb_one_by_one_to_the_third_and_stay_there(cast: Cast, noon: Any) -> None:
    cast.invoice(cast.benali, 4_000, LATE)
    farid = cast.farid
    for day in range(4):
        noon.move_to(f"2026-03-{2 + day:02} 11:00+00:00")
        assert send(farid, cast.benali).sent == [cast.benali.id]
    assert [letter.kind for letter in letters_sent()] == ["reminder_1", "reminder_2", "reminder_3", "reminder_3"]


def test_a_debt_that_was_paid_does_not_weigh_on_the_next_one(cast: Cast, noon: Any) -> None:
    cast.invoice(cast.benali, 4_000, LATE)
    farid = cast.farid
    send(farid, cast.benali, level=3)
    with writing() as session:
        record_payment(session, farid, cast.benali.id, 4_000, "cash", received_on=clock.today())
    cast.invoice(cast.benali, 900, LATE)
    assert prepared(farid, cast.benali)["Benali"]["level"] == 1


def test_playing_it_again_the_same_day_sends_nothing_twice(cast: Cast, noon: Any) -> None:
    cast.invoice(cast.benali, 4_000, LATE)
    farid = cast.farid
    send(farid, cast.benali)
    assert prepared(farid, cast.benali)["Benali"]["already_today"]
    assert send(farid, cast.benali).already_today == [cast.benali.id]
    assert send(farid, cast.benali, level=1).already_today == [cast.benali.id]
    assert len(letters_sent()) == 1
    assert send(farid, cast.benali, level=2).sent == [cast.benali.id]
    assert send(farid, cast.benali, level=1).already_today == [cast.benali.id]
    noon.move_to("2026-03-02 23:30+00:00")  # half past midnight in Paris: another day
    assert send(farid, cast.benali, level=1).sent == [cast.benali.id]


def test_families_nobody_can_write_to_or_who_owe_nothing_late_are_told_apart(cast: Cast) -> None:
    cast.invoice(cast.benali, 4_000, LATE), cast.invoice(cast.lefevre, 4_000, LATE)
    paid_up = cast.family("Martin", "Chloé", site=cast.moreuil)
    without_email(cast.lefevre)
    found = prepared(cast.farid, cast.benali, cast.lefevre, paid_up)
    assert {name: row["email"] for name, row in found.items()} == {"Benali": cast.amina.email, "Lefèvre": None}
    told = send(cast.farid, cast.benali, cast.lefevre, paid_up)
    assert (told.sent, told.without_email, told.nothing_overdue) == ([cast.benali.id], [cast.lefevre.id], [paid_up.id])
    with reading() as session:
        assert session.get_one(FamilyBalance, cast.lefevre.id).last_reminder_at is None


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_letter_tells_the_amounts_the_numbers_and_whom_to_call(cast: Cast, level: int, language: str) -> None:
    moreuil, amina = cast.moreuil, cast.amina
    with writing() as session:
        site = session.get_one(Site, moreuil.id)
        site.phone, site.email = "03 22 09 00 00", "moreuil@exemple.fr"
        session.get_one(Account, amina.id).language = language
    first, second = cast.invoice(cast.benali, 4_000, LATE), cast.invoice(cast.benali, 250, LATE)
    with reading() as session:
        subject, body = reminders.preview(session, cast.farid, cast.benali.id, level)
    total = "42,50\u00a0€" if language == "fr" else "€42.50"
    for fact in ("Amina Benali", first.number, second.number, total, "03 22 09 00 00", "moreuil@exemple.fr"):
        assert fact in body
    assert subject
    assert "!" not in body
    send(cast.farid, cast.benali, level=level)
    assert [(letter.subject, letter.text_body, letter.language) for letter in letters_sent()] == [(subject, body, language)]


def test_a_preview_of_nothing_says_so(cast: Cast) -> None:
    cast.invoice(cast.benali, 4_000, clock.today())
    farid, elsewhere = cast.farid, cast.family("Ailleurs", "Zoé", site=cast.ailly)
    cast.invoice(elsewhere, 4_000, LATE, cast.ailly)
    with reading() as session:
        with pytest.raises(NothingOverdue):
            reminders.preview(session, farid, cast.benali.id)
        with pytest.raises(DoesNotExist):
            reminders.preview(session, farid, elsewhere.id)


def test_totals_are_of_all_the_families_and_no_more_than_a_batch_is_listed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "BATCH", 2), monkeypatch.setattr(reminders, "_LOOK", 3)
    families = [cast.family(f"F{place}", f"P{place}", site=cast.moreuil) for place in range(7)]
    for place, family in enumerate(families):
        cast.invoice(family, 1_000 + place, LATE), cast.invoice(family, 50, clock.today())
    cast.invoice(cast.family("Ailleurs", "Zoé", site=cast.ailly), 9_000, LATE, cast.ailly)
    without_email(families[0])
    send(cast.farid, families[1], level=2)
    with reading() as session:
        every = list(session.scalars(select(Family.id)))
        found = reminders.standing(session, cast.farid, every)
        third = reminders.standing(session, cast.farid, every, 3)
    assert {state: (group.families, group.cents) for state, group in found.items()} == {
        "ready": (5, 1_002 + 1_003 + 1_004 + 1_005 + 1_006),
        "already_today": (1, 1_001),
        "without_email": (1, 1_000),
    }
    assert found["ready"].first == [family.id for family in families[2:4]]
    assert (third["ready"].families, third["already_today"].families) == (6, 0)


def test_wrong_asks_are_refused_and_write_nothing(cast: Cast) -> None:
    elsewhere = cast.family("Ailleurs", "Zoé", site=cast.ailly)
    cast.invoice(cast.benali, 4_000, LATE), cast.invoice(elsewhere, 4_000, LATE, cast.ailly)
    farid, gaelle, parent = cast.farid, cast.gaelle, cast.amina
    with pytest.raises(UnknownLevel):
        send(farid, cast.benali, level=4)
    with pytest.raises(NothingChosen):
        send(farid)
    with pytest.raises(DoesNotExist):
        send(farid, cast.benali, elsewhere)
    for nobody in (gaelle, parent):
        with pytest.raises(NotAllowed):
            send(nobody, cast.benali)
        with pytest.raises(NotAllowed):
            prepared(nobody, cast.benali)
    with pytest.raises(TooManyAtOnce), writing() as session:
        reminders.send(session, farid, range(1, 502))
    assert letters_sent() == []
    assert prepared(farid, elsewhere) == {}


def test_six_clicks_at_once_send_one_letter(cast: Cast) -> None:
    cast.invoice(cast.benali, 4_000, LATE), cast.invoice(cast.lefevre, 4_000, LATE)
    farid, families, told = cast.farid, (cast.benali, cast.lefevre), []
    together = threading.Barrier(6)

    def click(order: int) -> None:
        together.wait()
        told.append(send(farid, *families[::order]))

    threads = [threading.Thread(target=click, args=((-1) ** number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 6
    assert len(letters_sent()) == 2
    assert sum(len(one.sent) for one in told) == 2


def test_many_families_are_reminded_batch_by_batch_with_one_look_more_for_each_letter(cast: Cast) -> None:
    ids, denis, moreuil, moment = range(1000, 1060), cast.denis, cast.moreuil, clock.now()
    days = dict.fromkeys(("issued_on", "due_on", "from_on", "until_on"), LATE)
    with writing() as session:
        session.add_all(Family(id=n, name=f"F{n}", search_name=f"f{n}", state="active", created_at=moment) for n in ids)
        session.flush()
        for n in ids:
            names = {"last_name": f"F{n}", "first_name": "A", "search_name": f"a f{n}"}
            session.add(Guardian(family_id=n, email=f"f{n}@exemple.fr", created_at=moment, **names))
            owed = {"total_cents": 100, "open_cents": 100, "recipient": {}}
            session.add(Invoice(number=f"X-{n}", family_id=n, site_id=moreuil.id, **owed, **days))
            session.add(FamilyBalance(family_id=n, invoiced_cents=100, paid_cents=0, open_cents=100, credit_cents=0))
    looks: list[str] = []
    event.listen(engine(), "before_cursor_execute", lambda *facts: looks.append(facts[2]))
    counts: list[int] = []
    told: list[int] = []
    for batch in (ids[:10], ids[10:]):
        looks.clear()
        with writing() as session:
            told += reminders.send(session, denis, batch).sent
        counts.append(len([one for one in looks if not one.startswith("INSERT")]))
    assert told == list(ids)
    assert counts[1] - counts[0] <= 40
    assert len(letters_sent()) == 60
    assert [len(batch) for batch in reminders.batches(range(1200))] == [500, 500, 200]

"""The two ways into the database, the journal, the rights and the letters."""

import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from db.models import Family, FamilyQuotient, JournalEntry, Letter, Revision, Seats, Site
from db.session import reading, touch, writing
from domain import clock, journal, letters, rights
from domain.refusals import NotAllowed, PeriodTooLong, PeriodUpsideDown, upright
from tests.cast import WEDNESDAY, Cast, fresh


def test_what_fails_in_a_writing_leaves_nothing(cast: Cast) -> None:
    def half_an_act() -> None:
        with writing() as session:
            session.add(Site(name="Nulle part"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_an_act()
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Site)) == 0


def test_reading_refuses_to_write(cast: Cast) -> None:
    with reading() as session:
        session.add(Site(name="Nulle part"))
        with pytest.raises(DBAPIError):
            session.flush()


def test_one_act_is_one_transaction(cast: Cast) -> None:
    with writing(), pytest.raises(RuntimeError), writing():
        pass


def test_seats_never_hold_more_than_their_capacity(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi, capacity=1)[0]
    with pytest.raises(IntegrityError), writing() as session:
        session.get_one(Seats, seats.id).taken = 2


def test_a_child_has_one_live_booking_of_a_slot(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi)[0]
    cast.booking(cast.lia, cast.lefevre, seats)
    with pytest.raises(IntegrityError):
        cast.booking(cast.lia, cast.lefevre, seats)


def test_writers_take_their_turn(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi, capacity=40)[0]

    def take() -> None:
        for _ in range(5):
            with writing() as session:
                kept = session.scalars(select(Seats).where(Seats.id == seats.id).with_for_update()).one()
                kept.taken += 1

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as session:
        assert session.get_one(Seats, seats.id).taken == 40


def test_the_journal_tells_old_and_new_but_names_nobody(cast: Cast) -> None:
    claire, benali = cast.claire, cast.benali
    with writing() as session:
        family = session.get_one(Family, benali.id)
        family.state, family.phone_mobile = "archived", "0639980000"
        journal.record(session, claire, "archive", family, reason="déménagement")
    with reading() as session:
        entry = session.scalars(select(JournalEntry)).one()
    assert (entry.act, entry.object_kind, entry.object_id, entry.family_id) == ("archive", "families", cast.benali.id, cast.benali.id)
    assert entry.changes == {"state": ["active", "archived"], "phone_mobile": [journal.MASKED, journal.MASKED]}
    assert (entry.by_id, entry.at, entry.reason) == (cast.claire.id, clock.now(), "déménagement")


def test_a_masked_value_is_masked_when_it_is_zero(cast: Cast) -> None:
    claire, benali = cast.claire, cast.benali
    about = {"family_id": benali.id, "month_on": WEDNESDAY, "from_on": WEDNESDAY, "recorded_at": clock.now()}
    with writing() as session:
        quotient = FamilyQuotient(**about, value_cents=0, source="typed")
        session.add(quotient)
        journal.record(session, claire, "look", quotient)
    with reading() as session:
        changes = session.scalars(select(JournalEntry.changes)).one()
    assert changes["value_cents"] == [None, journal.MASKED]


def test_an_act_moves_the_revision_of_its_chapter(cast: Cast) -> None:
    claire, benali = cast.claire, cast.benali
    with reading() as session:
        before = Revision.of(session, "people")
    with writing() as session:
        journal.record(session, claire, "look", session.get_one(Family, benali.id))
    with reading() as session:
        assert Revision.of(session, "people") == before + 1


def test_roles_open_the_chapters_of_the_table_and_no_other(cast: Cast) -> None:
    rights.require(cast.claire, "accounts")
    for nobody in (cast.amina, cast.gaelle, cast.farid, None):
        with pytest.raises(NotAllowed):
            rights.require(nobody, "accounts")
    assert not rights.may(cast.helene, "health")


EXPECTED = """
                leader  coordinator  director  cashier  administrator  parent
    identity    see     act          act       see      act            -
    accounts    -       act          act       -        act            -
    capacity    see     act          act       -        see            -
    attendance  act     act          act       -        -              -
    statistics  -       -            act       -        see            -
    money       -       act          act       act      -              -
    documents   -       act          act       -        -              -
    health      see     see          see       -        -              -
    messages    -       act          act       see      see            -
    journal     -       -            see       -        see            -
    users       -       -            -         -        act            -
    settings    -       -            -         -        act            -
    retention   -       -            act       -        act            -
"""


def test_every_role_goes_as_far_in_every_chapter_as_was_decided(cast: Cast) -> None:
    header, *lines = (line.split() for line in EXPECTED.strip().splitlines())
    everybody = (cast.gaelle, cast.claire, cast.denis, cast.farid, cast.helene, cast.amina)
    assert [account.role for account in everybody] == header
    assert [chapter for chapter, *_ in lines] == list(rights.TABLE)
    for chapter, *cells in lines:
        for account, cell in zip(everybody, cells, strict=True):
            may = (rights.may(account, chapter, rights.SEE), rights.may(account, chapter, rights.ACT))
            assert may == (cell in ("see", "act"), cell == "act"), f"{account.role} in {chapter}"


def test_a_closed_account_may_nothing(cast: Cast) -> None:
    claire = cast.claire
    claire.state = "closed"
    assert not rights.may(claire, "accounts")


def test_the_first_acts_of_a_chapter_may_come_together(database: str) -> None:
    ready = threading.Barrier(6)

    def act() -> None:
        ready.wait()
        for _ in range(5):
            with writing() as session:
                touch(session, "programme")

    threads = [threading.Thread(target=act) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as session:
        assert Revision.of(session, "programme") == 30


def test_staff_see_the_families_of_their_sites_and_coordinators_those_of_none(cast: Cast) -> None:
    elsewhere = cast.family("Ailleurs", "Zoé", site=cast.ailly)
    nowhere = cast.family("Nouveau", "Yann")
    here = cast.benali

    def seen(account: object) -> set[int]:
        with reading() as session:
            return set(session.scalars(select(Family.id).where(rights.sees_family(fresh(account)))))  # type: ignore[arg-type]

    assert seen(cast.claire) == {here.id, nowhere.id}
    assert seen(cast.farid) == {here.id}
    assert seen(cast.denis) == {here.id, nowhere.id, elsewhere.id}
    assert seen(cast.amina) == {here.id}


def test_a_letter_waits_in_the_outbox_with_its_subject_and_both_bodies(cast: Cast) -> None:
    amina = cast.amina
    with writing() as session:
        letters.write(session, "test", amina, family_id=cast.benali.id)
    with reading() as session:
        letter = session.scalars(select(Letter)).one()
    assert (letter.state, letter.to_email, letter.family_id) == ("waiting", cast.amina.email, cast.benali.id)
    assert letter.subject
    assert "Amina Benali" in letter.text_body
    assert "<p" in letter.html_body


def test_a_name_cannot_put_markup_or_a_button_into_a_letter(cast: Cast) -> None:
    _, _, page = letters.compose("test", "fr", structure="Ici", name="<script>x</script>\n\n[Cliquez](https://ailleurs.example/x)\n\nFin")
    assert "<script" not in page
    assert "href" not in page


def test_periods_stand_upright() -> None:
    upright(WEDNESDAY, WEDNESDAY)
    with pytest.raises(PeriodUpsideDown):
        upright(WEDNESDAY, clock.today())
    with pytest.raises(PeriodTooLong):
        upright(clock.today(), WEDNESDAY, longest=2)

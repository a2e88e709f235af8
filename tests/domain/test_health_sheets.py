"""The fiche sanitaire: sealed, shared by the homes of a child, read by those who need it, and each reading written down."""

import json
import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import LargeBinary, func, inspect, select, text

from db.demo import health as demo
from db.models import CertifiedSheet, FamilyChild, HealthRecord, JournalEntry, Season
from db.sealing import seal
from db.session import engine, reading, writing
from db.settings import settings
from domain import clock, structure
from domain.families import NotSound, sheets
from domain.families.sheets import HealthSheet, vaccines
from domain.families.sheets.health import KEPT
from domain.refusals import ChangedMeanwhile, DoesNotExist, NotAllowed, PeriodUpsideDown, TooLong
from tests.cast import Cast, add

SECRET = "Zanzibarine"  # a word that stands nowhere else
ALL_ANSWERED = dict.fromkeys(sheets.ANSWERS, False)


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """Everybody is there before a test opens a transaction."""
    assert all([cast.sami, cast.lia, cast.claire, cast.denis, cast.farid, cast.gaelle, cast.helene, cast.season])
    return cast


def write(by, child_id: int, read: dict | None = None, **typed: object) -> HealthSheet:
    """One form sent: by default from an empty sheet."""
    with writing() as session:
        return sheets.change_health(session, by, child_id, read or {}, typed)


def own(by, child_id: int) -> HealthSheet:
    """What a parent reads."""
    with reading() as session:
        return sheets.health_of(session, by, child_id)


def everything_kept() -> str:
    """Every text and every blob of every table, as one text: what somebody reads who stole the database."""
    kept = []
    with engine().connect() as connection:
        for table in inspect(engine()).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                kept += [bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value) for value in row]
    return "\n".join(kept)


def test_a_family_writes_a_sheet_and_reads_it_again(cast: Cast) -> None:
    assert own(cast.amina, cast.sami.id) == HealthSheet()
    written = write(
        cast.amina,
        cast.sami.id,
        has_allergies=True,
        food_allergies="  Arachides\r\nSésame ",
        allergy_action="Appeler le 15",
        has_pai=True,
        pai_from_on=date(2025, 9, 1),
        pai_until_on=date(2026, 7, 5),
        pai_action="Trousse rouge",
        dtp_on=date(2024, 5, 17),
        doctor_name="Dr Martin",
        doctor_phone="03 53 01 01 90",
        diet="no_pork",
        has_glasses=True,
        may_hospitalise=True,
    )
    read = own(cast.amina, cast.sami.id)
    assert read == written
    assert (read.food_allergies, read.doctor_phone, read.diet, read.revision) == ("Arachides\nSésame", "0353010190", "no_pork", 1)
    assert read.unanswered() == ("has_asthma", "has_treatment")
    assert not read.pai_ended(clock.today())
    assert read.pai_ended(date(2026, 7, 6))


def test_nothing_of_a_sheet_is_kept_in_clear(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    texts = {
        name: f"{SECRET} {name}" for name in KEPT if isinstance(getattr(HealthSheet(), name), str) and name not in ("diet", "doctor_phone")
    }
    write(
        cast.amina,
        cast.sami.id,
        **ALL_ANSWERED | {"has_allergies": True, "has_asthma": True, "has_pai": True, "has_treatment": True},
        **texts,
    )
    with writing() as session:
        sheets.certify(session, cast.amina, cast.sami.id, "health", "1")
    with writing() as session:
        assert SECRET in sheets.read_health(session, cast.claire, cast.sami.id).remarks
    with pytest.raises(TooLong) as long, writing() as session:
        sheets.change_health(session, cast.amina, cast.sami.id, {}, {"remarks": SECRET * 1000})
    with pytest.raises(sheets.SheetChanged) as moved, writing() as session:
        sheets.change_health(session, cast.amina, cast.sami.id, {}, {"remarks": f"{SECRET} autrement"})
    assert SECRET not in everything_kept()
    assert SECRET not in caplog.text + repr(long.value) + repr(moved.value) + str(vars(moved.value))
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(JournalEntry).where(JournalEntry.act == "read_health")) == 1


def test_the_scan_would_see_it(cast: Cast) -> None:
    """The scan bites: a text that is kept in clear, and a blob, are found."""
    cast.child(cast.benali, SECRET)
    add(HealthRecord(child_id=cast.sami.id, sealed=SECRET.lower().encode(), key_version=1, changed_at=clock.now()))
    assert SECRET in everything_kept()
    assert SECRET.lower() in everything_kept()
    assert isinstance(HealthRecord.__table__.c.sealed.type, LargeBinary)


def test_two_parents_write_different_fields_and_nothing_is_lost(cast: Cast) -> None:
    write(cast.amina, cast.sami.id, remarks="Nage bien", doctor_name="Dr Martin")
    as_read = {"remarks": "Nage bien", "doctor_name": "Dr Martin", "has_glasses": False}
    write(cast.amina, cast.sami.id, as_read, remarks="Nage bien", doctor_name="Dr Petit", has_glasses=False)
    write(cast.amina, cast.sami.id, as_read, remarks="A peur de l’eau", doctor_name="Dr Martin", has_glasses=True)
    now = own(cast.amina, cast.sami.id)
    assert (now.remarks, now.doctor_name, now.has_glasses, now.revision) == ("A peur de l’eau", "Dr Petit", True, 3)


def test_two_parents_write_the_same_field_and_the_second_is_told(cast: Cast) -> None:
    add(FamilyChild(family_id=cast.lefevre.id, child_id=cast.sami.id, custody="shared"))
    write(cast.amina, cast.sami.id, remarks="Amina dit")
    with pytest.raises(sheets.SheetChanged) as refused:
        write(cast.bruno, cast.sami.id, {"remarks": ""}, remarks="Bruno dit", has_glasses=True)
    assert refused.value.fields == ("remarks",)
    assert own(cast.bruno, cast.sami.id) == own(cast.amina, cast.sami.id)
    assert (own(cast.bruno, cast.sami.id).remarks, own(cast.bruno, cast.sami.id).has_glasses) == ("Amina dit", False)
    write(cast.bruno, cast.sami.id, {"remarks": ""}, remarks="Amina dit")  # the same words: nothing to settle
    write(cast.bruno, cast.sami.id, {"remarks": "Amina dit"}, remarks="Les deux disent")
    assert own(cast.amina, cast.sami.id).remarks == "Les deux disent"


def test_two_parents_begin_the_same_sheet_at_the_same_moment(cast: Cast) -> None:
    add(FamilyChild(family_id=cast.lefevre.id, child_id=cast.sami.id, custody="shared"))
    start, refused = threading.Barrier(2), []
    parents = [(cast.amina, {"remarks": "un"}), (cast.bruno, {"doctor_name": "Dr Deux"})]
    child_id = cast.sami.id

    def begin(by, typed: dict) -> None:
        start.wait()
        try:
            write(by, child_id, **typed)
        except Exception as problem:
            refused.append(problem)

    threads = [threading.Thread(target=begin, args=parent) for parent in parents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    now = own(cast.amina, child_id)
    assert (now.remarks, now.doctor_name, now.revision) == ("un", "Dr Deux", 2)


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"remarks": "x" * 10_000}, TooLong),
        ({"doctor_name": "x" * 10_000}, TooLong),
        ({"doctor_phone": "appelez-moi"}, NotSound),
        ({"dtp_on": date(2026, 3, 3)}, NotSound),
        ({"dtp_on": date(2017, 1, 1)}, sheets.BeforeBirth),
        ({"dtp_on": "hier"}, NotSound),
        ({"diet": "halal"}, NotSound),
        ({"has_asthma": "peut-être"}, NotSound),
        ({"has_pai": True, "pai_action": "x", "pai_from_on": date(2026, 3, 1), "pai_until_on": date(2026, 2, 1)}, PeriodUpsideDown),
        ({"has_pai": True, "pai_action": "x", "pai_until_on": date(2050, 1, 1)}, NotSound),
        ({"has_pai": True}, sheets.AnswerAgainstDetails),
        ({"has_allergies": True, "allergy_action": "x"}, sheets.AnswerAgainstDetails),
        ({"has_allergies": False, "food_allergies": "Lait"}, sheets.AnswerAgainstDetails),
        ({"food_allergies": "Lait"}, sheets.AnswerAgainstDetails),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(cast: Cast, typed: dict, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        write(cast.amina, cast.sami.id, **typed)
    assert own(cast.amina, cast.sami.id) == HealthSheet()


def test_what_a_browser_adds_is_left_out_and_odd_signs_are_kept_safe(cast: Cast) -> None:
    now = write(cast.amina, cast.sami.id, remarks="a\x00b <b>😀</b>\ud800", revision=99, handicap="x", id=3)
    assert (now.remarks, now.revision) == ("ab <b>😀</b>", 1)
    assert own(cast.amina, cast.sami.id) == now


def test_a_foreign_child_does_not_exist(cast: Cast) -> None:
    cast.registration(cast.lia, cast.lefevre, cast.mercredi)
    far = cast.child(cast.family("Caron", "Chloé", site=cast.ailly), "Léo")
    for missed in (cast.lia.id, 999_999, -1):
        with pytest.raises(DoesNotExist):
            own(cast.amina, missed)
        with pytest.raises(DoesNotExist):
            write(cast.amina, missed, remarks="x")
        with pytest.raises(DoesNotExist), writing() as session:
            sheets.certify(session, cast.amina, missed, "health", "0")
    for missed in (far.id, 999_999):
        with pytest.raises(DoesNotExist), writing() as session:
            sheets.read_health(session, cast.claire, missed)


def test_staff_who_do_not_look_after_children_do_not_read(cast: Cast) -> None:
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    write(cast.amina, cast.sami.id, remarks="x")
    for by in (cast.farid, cast.helene, cast.amina, None):
        with pytest.raises(NotAllowed), writing() as session:
            sheets.read_health(session, by, cast.sami.id)
    for by in (cast.gaelle, cast.claire, cast.denis, cast.farid, cast.helene, None):
        with pytest.raises(NotAllowed):
            own(by, cast.sami.id)
        with pytest.raises(NotAllowed):
            write(by, cast.sami.id, remarks="y")


def test_each_reading_by_the_staff_is_written_down_and_the_family_s_own_is_not(cast: Cast) -> None:
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    write(cast.amina, cast.sami.id, remarks="x")
    own(cast.amina, cast.sami.id)
    for by in (cast.gaelle, cast.claire, cast.claire):
        with writing() as session:
            sheets.read_health(session, by, cast.sami.id)
    with reading() as session:
        lines = session.scalars(select(JournalEntry).where(JournalEntry.act == "read_health").order_by(JournalEntry.id)).all()
    assert [line.by_id for line in lines] == [cast.gaelle.id, cast.claire.id, cast.claire.id]
    assert {(line.object_kind, line.object_id, line.family_id, line.at) for line in lines} == {
        ("health_records", cast.sami.id, cast.benali.id, clock.now())
    }


def test_a_reading_that_cannot_be_written_down_is_not_one(cast: Cast) -> None:
    write(cast.amina, cast.sami.id, remarks="x")
    with pytest.raises(Exception, match=r"(?i)read.?only"), reading() as session:
        sheets.read_health(session, cast.claire, cast.sami.id)


@pytest.mark.parametrize(
    ("state", "season_over", "opens"), [("accepted", False, True), ("requested", False, False), ("accepted", True, False)]
)
def test_a_leader_reads_of_the_children_registered_this_season(cast: Cast, state: str, season_over: bool, opens: bool) -> None:
    write(cast.amina, cast.sami.id, remarks="x")
    cast.registration(cast.sami, cast.benali, cast.mercredi, state)
    if season_over:
        with writing() as session:
            session.get_one(Season, cast.season.id).ends_on = clock.today() - timedelta(days=1)
    if opens:
        with writing() as session:
            assert sheets.read_health(session, cast.gaelle, cast.sami.id).remarks == "x"
    else:
        with pytest.raises(DoesNotExist), writing() as session:
            sheets.read_health(session, cast.gaelle, cast.sami.id)


def test_a_leader_of_another_site_does_not_read(cast: Cast) -> None:
    cast.sight(cast.benali, cast.ailly)
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    elsewhere = cast.account("Gilles", "Loin", "leader", cast.ailly)
    with pytest.raises(DoesNotExist), writing() as session:
        sheets.read_health(session, elsewhere, cast.sami.id)


@pytest.fixture
def keys_put_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The keys of this test go with it."""
    yield monkeypatch
    monkeypatch.undo()
    settings.cache_clear()


def test_sheets_of_an_old_key_are_read_and_sealed_anew_with_the_newest(cast: Cast, keys_put_back: pytest.MonkeyPatch) -> None:
    write(cast.amina, cast.sami.id, remarks="avant")
    keys_put_back.setenv("DATA_KEY", "2:" + "0b" * 32 + ",1:" + "da" * 32)
    settings.cache_clear()
    assert own(cast.amina, cast.sami.id).remarks == "avant"
    write(cast.amina, cast.sami.id, {"remarks": "avant"}, remarks="après")
    with reading() as session:
        assert session.get_one(HealthRecord, cast.sami.id).key_version == 2
    keys_put_back.setenv("DATA_KEY", "2:" + "0b" * 32)
    settings.cache_clear()
    assert own(cast.amina, cast.sami.id).remarks == "après"
    keys_put_back.setenv("DATA_KEY", "3:" + "0c" * 32)
    settings.cache_clear()
    with pytest.raises(sheets.SheetUnreadable):
        own(cast.amina, cast.sami.id)
    with pytest.raises(sheets.SheetUnreadable):
        write(cast.amina, cast.sami.id, remarks="par-dessus")


def test_sheets_of_the_first_kind_are_still_read(cast: Cast) -> None:
    old = {"allergies": "Arachides", "asthma": "Oui, traitement dans le sac", "remarks": "Porte des lunettes", "doctor": "Dr Martin"}
    sealed, version = seal(json.dumps(old).encode(), f"health_records:{cast.sami.id}")
    add(HealthRecord(child_id=cast.sami.id, sealed=sealed, key_version=version, diet="vegetarian", changed_at=clock.now()))
    read = own(cast.amina, cast.sami.id)
    assert (read.has_allergies, read.other_allergies, read.has_asthma, read.asthma_action) == (
        True,
        *list(old.values())[:1],
        True,
        old["asthma"],
    )
    assert (read.remarks, read.doctor_name, read.diet) == ("Porte des lunettes", "Dr Martin", "vegetarian")
    write(cast.amina, cast.sami.id, {"remarks": read.remarks}, remarks="")
    assert own(cast.amina, cast.sami.id).other_allergies == "Arachides"


@pytest.mark.parametrize("case", range(len(demo.CASES)))
def test_the_sheets_of_the_demo_are_sheets(cast: Cast, case: int) -> None:
    told = json.loads(demo.words_of(case, 7, date(2025, 9, 1)))
    assert set(told) - {"version"} <= set(KEPT)
    sealed, version = seal(json.dumps(told).encode(), f"health_records:{cast.sami.id}")
    add(HealthRecord(child_id=cast.sami.id, sealed=sealed, key_version=version, changed_at=clock.now()))
    read = own(cast.amina, cast.sami.id)
    typed = {name: getattr(read, name) for name in KEPT}
    with writing() as session:  # what stands there is sound: sending it again changes nothing
        assert sheets.change_health(session, cast.amina, cast.sami.id, typed, typed) == read


@pytest.mark.parametrize(
    ("born_on", "count"),
    [(date(2017, 12, 31), 1), (date(2018, 1, 1), 7), (date(2023, 6, 30), 7), (date(2023, 7, 1), 8), (date(2026, 1, 1), 8)],
)
def test_the_law_asks_for_vaccines_by_the_date_of_birth(born_on: date, count: int) -> None:
    asked = vaccines.compulsory(born_on)
    assert len(asked) == count
    assert asked[0] == vaccines.DTP
    assert set(asked) <= set(vaccines.VACCINES)
    assert HealthSheet(dtp_on=date(2026, 2, 1)).missing_vaccines(born_on) == asked[1:]
    assert HealthSheet(has_contraindication=True).missing_vaccines(born_on) == ()


def test_a_sheet_is_certified_until_the_end_of_the_school_year_and_a_change_ends_it(cast: Cast) -> None:
    assert cast.season.ends_on == date(2026, 8, 31)
    with pytest.raises(sheets.CannotCertify) as refused, writing() as session:
        sheets.certify(session, cast.amina, cast.sami.id, "health", "0")
    assert refused.value.fields == sheets.ANSWERS
    write(cast.amina, cast.sami.id, **ALL_ANSWERED)
    with pytest.raises(ChangedMeanwhile), writing() as session:
        sheets.certify(session, cast.amina, cast.sami.id, "health", "0")
    with writing() as session:
        assert sheets.certify(session, cast.amina, cast.sami.id, "health", "1").until_on == date(2026, 8, 31)
    assert state(cast) == ("certified", date(2026, 8, 31))
    write(cast.amina, cast.sami.id, ALL_ANSWERED, **ALL_ANSWERED)
    assert state(cast)[0] == "certified"  # nothing was changed
    write(cast.amina, cast.sami.id, has_glasses=True)
    assert state(cast)[0] == "to_certify"


def test_the_structure_may_choose_twelve_months(cast: Cast, noon: time_machine.Traveller) -> None:
    write(cast.amina, cast.sami.id, **ALL_ANSWERED)
    with writing() as session:
        structure.change_setting(session, cast.helene, "certification_lasts", "twelve_months")
    with writing() as session:
        assert sheets.certify(session, cast.amina, cast.sami.id, "health", "1").until_on == date(2027, 3, 2)
    with pytest.raises(structure.InvalidSetting), writing() as session:
        structure.change_setting(session, cast.helene, "certification_lasts", "for_ever")
    noon.move_to("2027-02-10T11:00:00Z")
    assert state(cast) == ("ending", date(2027, 3, 2))
    noon.move_to("2027-03-03T11:00:00Z")
    assert state(cast) == ("to_certify", date(2027, 3, 2))


def test_what_is_certified_in_july_counts_for_the_next_school_year(cast: Cast, noon: time_machine.Traveller) -> None:
    write(cast.amina, cast.sami.id, **ALL_ANSWERED)
    noon.move_to("2026-07-15T11:00:00Z")
    with writing() as session:
        assert sheets.certify(session, cast.amina, cast.sami.id, "health", "1").until_on == date(2027, 8, 31)


def test_both_homes_certify_a_shared_sheet(cast: Cast) -> None:
    add(FamilyChild(family_id=cast.lefevre.id, child_id=cast.sami.id, custody="shared"))
    write(cast.amina, cast.sami.id, **ALL_ANSWERED)
    with writing() as session:
        sheets.certify(session, cast.bruno, cast.sami.id, "health", "1")
    assert state(cast)[0] == "certified"
    with reading() as session:
        assert session.scalars(select(CertifiedSheet.by_id)).all() == [cast.bruno.id]


def state(cast: Cast) -> tuple[str, date | None]:
    """Where Sami's health sheet stands for Amina."""
    with reading() as session:
        found = next(
            sheet for sheet in sheets.sheets_of(session, cast.amina) if (sheet.child_id, sheet.section) == (cast.sami.id, "health")
        )
    return found.state, found.until_on

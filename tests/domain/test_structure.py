"""The structure's settings: dated, checked, journalled; its logo is redrawn."""

import io
import threading
from collections.abc import Callable
from datetime import date

import pytest
from PIL import Image
from sqlalchemy import select

from db.models import JournalEntry
from db.session import reading, writing
from domain import structure
from domain.refusals import DoesNotExist, NotAllowed
from tests.cast import Cast


def value(name: str, on: date | None = None) -> object:
    with reading() as session:
        return structure.setting(session, name, on)


def at_once(times: int, act: Callable[[int], object]) -> None:
    """Does an act in several threads that begin together; raises what one of them raised."""
    ready, raised = threading.Barrier(times), []

    def one(number: int) -> None:
        ready.wait()
        try:
            act(number)
        except Exception as problem:
            raised.append(problem)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []


def change(by: object, name: str, told: object, **more: date) -> None:
    with writing() as session:
        structure.change_setting(session, by, name, told, **more)  # type: ignore[arg-type]


def test_a_setting_has_a_default_until_it_is_changed(cast: Cast) -> None:
    assert value("name") == "Service enfance-jeunesse"
    change(cast.helene, "name", "  Les Tilleuls ")
    assert value("name") == "Les Tilleuls"


def test_a_dated_setting_begins_on_its_day_and_the_past_keeps_its_own(cast: Cast) -> None:
    change(cast.helene, "capacity_thresholds", {"tight": 0.5, "full": 0.9}, valid_from=date(2026, 4, 1))
    assert value("capacity_thresholds", date(2026, 3, 31)) == {"tight": 0.8, "full": 1.0}
    assert value("capacity_thresholds", date(2026, 4, 1)) == {"tight": 0.5, "full": 0.9}


def test_a_coming_value_can_be_taken_back_and_a_begun_one_cannot(cast: Cast) -> None:
    helene = cast.helene
    for day in (date(2026, 3, 1), date(2026, 4, 1)):
        change(helene, "capacity_thresholds", {"tight": 0.5, "full": 0.9}, valid_from=day)
    with writing() as session:
        structure.withdraw_setting(session, helene, "capacity_thresholds", date(2026, 4, 1))
    with pytest.raises(DoesNotExist), writing() as session:
        structure.withdraw_setting(session, helene, "capacity_thresholds", date(2026, 3, 1))
    with reading() as session:
        assert list(structure.history(session, helene, "capacity_thresholds")["valid_from"]) == [date(2026, 3, 1)]


@pytest.mark.parametrize(
    ("name", "told", "problem"),
    [
        ("name", "   ", "empty"),
        ("name", "x" * 121, "too_long"),
        ("contact_email", "pas une adresse", "not_an_email"),
        ("source_address", "javascript:alert(1)", "not_an_address"),
        ("source_address", "https://a.example/) [x](y", "not_an_address"),
        ("second_factor_required_of_staff", "oui", "not_yes_or_no"),
        ("capacity_thresholds", {"tight": 1.0, "full": 0.8}, "not_rising"),
        ("capacity_thresholds", {"tight": "beaucoup", "full": 1}, "not_a_share"),
        ("staffing_ratios", [], "doubled_ratio"),
        ("staffing_ratios", [{"kind": "extrascolaire", "pedt": False, "long_day": True, "under_six": 0, "six_and_over": 12}], "not_ratios"),
        ("staffing_ratios", [{"kind": "ailleurs"}], "not_ratios"),
        ("text_privacy", {"fr": "Texte"}, "empty"),
    ],
)
def test_an_unsound_value_is_refused_and_changes_nothing(cast: Cast, name: str, told: object, problem: str) -> None:
    before = value(name)
    with pytest.raises(structure.InvalidSetting) as refusal:
        change(cast.helene, name, told)
    assert refusal.value.problem == problem
    assert value(name) == before


def test_only_administrators_change_settings_and_the_journal_tells_it(cast: Cast) -> None:
    for nobody in (cast.claire, cast.denis, cast.amina):
        with pytest.raises(NotAllowed):
            change(nobody, "name", "Chez moi")
    change(cast.helene, "name", "Les Tilleuls")
    with reading() as session:
        entry = session.scalars(select(JournalEntry)).one()
    assert (entry.act, entry.reason, entry.changes) == ("change_setting", "name", {"name": ["Service enfance-jeunesse", "Les Tilleuls"]})


def test_a_setting_that_nobody_knows_does_not_exist(cast: Cast) -> None:
    with pytest.raises(DoesNotExist):
        change(cast.helene, "colour_of_the_sky", "blue")


def picture(kind: str = "JPEG") -> bytes:
    held = io.BytesIO()
    more = {"comment": b"hidden words"} if kind == "JPEG" else {}
    Image.new("RGB", (1200, 300), "teal").save(held, kind, **more)  # type: ignore[arg-type]
    return held.getvalue()


def test_a_logo_is_redrawn_small_and_nothing_hides_in_it(cast: Cast) -> None:
    helene = cast.helene
    with writing() as session:
        structure.change_logo(session, helene, picture())
    with reading() as session:
        kept = structure.logo(session)
    assert kept
    assert b"hidden words" not in kept
    with Image.open(io.BytesIO(kept)) as drawn:
        assert (drawn.format, drawn.size) == ("PNG", (600, 150))
    with writing() as session:
        structure.remove_logo(session, helene)
    with reading() as session:
        assert structure.logo(session) is None


@pytest.mark.parametrize("content", [b"", b"MZ\x90 not a picture", picture("GIF"), picture()[:200], b"\x89PNG" + b"0" * (2 * 1024 * 1024)])
def test_what_is_not_a_small_picture_is_refused(cast: Cast, content: bytes) -> None:
    helene = cast.helene
    with pytest.raises(structure.NotAPicture), writing() as session:
        structure.change_logo(session, helene, content)


def test_several_settings_are_changed_together_or_not_at_all(cast: Cast) -> None:
    helene = cast.helene
    with pytest.raises(structure.InvalidSetting), writing() as session:
        structure.change_settings(session, helene, {"name": "Les Tilleuls", "contact_email": "nulle part"})
    assert value("name") == "Service enfance-jeunesse"
    with writing() as session:
        structure.change_settings(session, helene, {"name": "Les Tilleuls", "contact_email": "", "contact_phone": "03 53 01 00 00"})
    with reading() as session:
        assert sorted(entry.reason or "" for entry in session.scalars(select(JournalEntry))) == ["contact_phone", "name"]


def test_a_setting_may_be_given_its_first_value_by_several_at_once(cast: Cast) -> None:
    helene = cast.helene
    at_once(6, lambda number: change(helene, "name", f"Les Tilleuls {number}"))
    with reading() as session:
        told = [entry.changes["name"] for entry in session.scalars(select(JournalEntry).order_by(JournalEntry.id))]
    assert sorted(new for _, new in told) == [f"Les Tilleuls {number}" for number in range(6)]
    old = sorted(old for old, _ in told)
    assert old == sorted({"Service enfance-jeunesse", *(new for _, new in told)} - {value("name")}), "each changed what another left"


def test_the_first_logo_may_be_given_by_several_at_once(cast: Cast) -> None:
    helene, content = cast.helene, picture()

    def give(_: int) -> None:
        with writing() as session:
            structure.change_logo(session, helene, content)

    at_once(6, give)
    with reading() as session:
        assert structure.logo(session)
        assert len(session.scalars(select(JournalEntry.act)).all()) == 6

"""What a child may do: no answer is no permission, and of two homes the careful answer counts."""

import pytest
from sqlalchemy import event, select

from db.models import FamilyChild, JournalEntry
from db.session import engine, reading, writing
from domain.families import NotSound, sheets
from domain.families.sheets import Answers
from domain.refusals import ChangedMeanwhile, DoesNotExist, NotAllowed
from tests.cast import Cast, add

YES = dict.fromkeys(sheets.KINDS, True)


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """Everybody is there before a test opens a transaction; Sami has two homes."""
    assert all([cast.sami, cast.lia, cast.claire, cast.season])
    add(FamilyChild(family_id=cast.lefevre.id, child_id=cast.sami.id, custody="shared"))
    return cast


def answer(by, child_id: int, read: dict | None = None, **typed: bool | None) -> Answers:
    """One form sent: by default from one without answers."""
    with writing() as session:
        return sheets.answer_permissions(session, by, child_id, read or {}, typed)


def granted(by, child_id: int) -> dict[str, bool | None]:
    """What counts."""
    with reading() as session:
        return {one.kind: one.granted for one in sheets.answers_of(session, by, child_id).all}


def test_what_was_not_answered_is_not_given(cast: Cast) -> None:
    assert granted(cast.amina, cast.sami.id) == dict.fromkeys(sheets.KINDS)
    found = answer(cast.amina, cast.sami.id, photo=True, outing=None)
    assert found.unanswered() == ("outing", "bathing", "going_home_alone")
    assert granted(cast.amina, cast.sami.id) == dict.fromkeys(sheets.KINDS) | {"photo": True}
    told = next(one for one in found.all if one.kind == "photo").homes[0]
    assert (told.by_name, told.home, told.granted) == ("Amina Benali", "Benali", True)


def test_the_no_of_either_home_counts_until_that_home_changes_it(cast: Cast) -> None:
    answer(cast.amina, cast.sami.id, photo=True, bathing=False)
    answer(cast.bruno, cast.sami.id, photo=False, bathing=False)
    assert (granted(cast.amina, cast.sami.id)["photo"], granted(cast.bruno, cast.sami.id)["bathing"]) == (False, False)
    answer(cast.amina, cast.sami.id, {"photo": True, "bathing": False}, photo=True, bathing=True)
    assert granted(cast.amina, cast.sami.id)["bathing"] is False  # Bruno still says no
    answer(cast.bruno, cast.sami.id, {"photo": False, "bathing": False}, photo=True, bathing=True)
    assert (granted(cast.amina, cast.sami.id)["photo"], granted(cast.amina, cast.sami.id)["bathing"]) == (True, True)


def test_two_guardians_of_one_home_lose_no_answer(cast: Cast) -> None:
    answer(cast.amina, cast.sami.id, photo=True)
    answer(cast.amina, cast.sami.id, outing=False)  # read before the first was sent
    assert (granted(cast.amina, cast.sami.id)["photo"], granted(cast.amina, cast.sami.id)["outing"]) == (True, False)
    with pytest.raises(sheets.SheetChanged) as refused:
        answer(cast.amina, cast.sami.id, photo=False, bathing=True)
    assert refused.value.fields == ("photo",)
    assert granted(cast.amina, cast.sami.id)["bathing"] is None


def test_what_is_no_answer_is_refused(cast: Cast) -> None:
    with pytest.raises(NotSound):
        answer(cast.amina, cast.sami.id, photo="oui")
    answer(cast.amina, cast.sami.id, driving=True)
    assert granted(cast.amina, cast.sami.id) == dict.fromkeys(sheets.KINDS)


def test_a_foreign_child_does_not_exist_and_the_staff_answers_nothing(cast: Cast) -> None:
    for missed in (cast.lia.id, 999_999):
        with pytest.raises(DoesNotExist):
            answer(cast.amina, missed, photo=True)
        with pytest.raises(DoesNotExist):
            granted(cast.amina, missed)
    with pytest.raises(NotAllowed):
        answer(cast.claire, cast.sami.id, photo=True)


def test_each_home_certifies_its_own_answers(cast: Cast) -> None:
    found = answer(cast.amina, cast.sami.id, photo=True)
    with pytest.raises(sheets.CannotCertify) as refused, writing() as session:
        sheets.certify(session, cast.amina, cast.sami.id, "permissions", found.mark)
    assert refused.value.fields == ("outing", "bathing", "going_home_alone")
    found = answer(cast.amina, cast.sami.id, {"photo": True}, **YES)
    answer(cast.bruno, cast.sami.id, **YES)
    with pytest.raises(ChangedMeanwhile), writing() as session:
        sheets.certify(session, cast.amina, cast.sami.id, "permissions", "altered")
    with writing() as session:
        sheets.certify(session, cast.amina, cast.sami.id, "permissions", found.mark)
    answer(cast.bruno, cast.sami.id, YES, photo=False)
    assert states(cast.amina)[cast.sami.id, "permissions"] == "certified"
    assert states(cast.bruno)[cast.sami.id, "permissions"] == "to_certify"


def test_the_journal_tells_old_and_new(cast: Cast) -> None:
    answer(cast.amina, cast.sami.id, photo=True)
    answer(cast.amina, cast.sami.id, {"photo": True}, photo=False)
    with reading() as session:
        lines = session.scalars(select(JournalEntry).where(JournalEntry.act == "answer_permissions").order_by(JournalEntry.id)).all()
    assert [line.changes for line in lines] == [{"photo": [None, True]}, {"photo": [True, False]}]
    assert {line.family_id for line in lines} == {cast.benali.id}


def test_the_sheets_of_a_family_are_told_in_one_statement(cast: Cast) -> None:
    cast.child(cast.benali, "Nour", cast.lia.born_on)
    answer(cast.amina, cast.sami.id, photo=True)
    amina, asked = cast.amina, []
    event.listen(engine(), "before_cursor_execute", lambda *args: asked.append(args[2]))
    with reading() as session:
        found = sheets.sheets_of(session, amina)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 1
    assert [(one.first_name, one.section, one.state) for one in found] == [
        ("Sami", "health", "never"),
        ("Sami", "contacts", "never"),
        ("Sami", "permissions", "to_certify"),
        ("Nour", "health", "never"),
        ("Nour", "contacts", "never"),
        ("Nour", "permissions", "never"),
    ]
    for nobody in (None, cast.claire):
        with pytest.raises(NotAllowed), reading() as session:
            sheets.sheets_of(session, nobody)


def states(by) -> dict[tuple[int, str], str]:
    """Where the sheets stand for a parent."""
    with reading() as session:
        return {(one.child_id, one.section): one.state for one in sheets.sheets_of(session, by)}

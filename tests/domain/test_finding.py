"""What a person may not reach does not exist, in the same words as what was never there."""

import pytest

from db.models import FamilyChild
from db.session import reading, writing
from domain.families import finding
from domain.refusals import DoesNotExist, NotAllowed
from tests.cast import Cast, add


def test_a_parent_finds_the_own_family_and_nobody_else_s(cast: Cast) -> None:
    assert cast.sami.id != cast.lia.id
    with reading() as session:
        assert finding.own_family(session, cast.amina).id == cast.benali.id
        assert finding.family_of(session, cast.amina, cast.benali.id).id == cast.benali.id
        assert finding.child_of(session, cast.amina, cast.sami.id).id == cast.sami.id
        assert finding.guardian_of(session, cast.amina, cast.guardian(cast.benali).id).first_name == "Amina"
        for missed in (cast.lefevre.id, 999_999):
            with pytest.raises(DoesNotExist):
                finding.family_of(session, cast.amina, missed)
        for missed in (cast.lia.id, 999_999):
            with pytest.raises(DoesNotExist):
                finding.child_of(session, cast.amina, missed)
        with pytest.raises(DoesNotExist):
            finding.guardian_of(session, cast.amina, cast.guardian(cast.lefevre).id)


def test_both_homes_find_a_shared_child_and_not_each_other(cast: Cast) -> None:
    add(FamilyChild(family_id=cast.lefevre.id, child_id=cast.sami.id, custody="shared"))
    with writing() as session:
        for parent in (cast.amina, cast.bruno):
            assert finding.child_of(session, parent, cast.sami.id, lock=True).first_name == "Sami"
        with pytest.raises(DoesNotExist):
            finding.family_of(session, cast.bruno, cast.benali.id, lock=True)


def test_the_children_come_with_the_eldest_first(cast: Cast) -> None:
    eldest = cast.sami
    cast.child(cast.benali, "Nour", cast.lia.born_on)
    with reading() as session:
        assert [child.first_name for child in finding.children_of(session, cast.amina)] == [eldest.first_name, "Nour"]


def test_staff_find_the_families_of_their_sites(cast: Cast) -> None:
    far = cast.family("Caron", "Chloé", site=cast.ailly)
    with reading() as session:
        found = finding.family_of(session, cast.claire, cast.benali.id, people=True)
        assert [guardian.first_name for guardian in found.guardians] == ["Amina"]
        with pytest.raises(DoesNotExist):
            finding.family_of(session, cast.claire, far.id)
        assert finding.family_of(session, cast.denis, far.id).id == far.id


def test_nobody_finds_anything(cast: Cast) -> None:
    stranger = cast.account("Yann", "Sans", "parent")
    closed = cast.account("Zoé", "Close", "parent", state="closed")
    with reading() as session:
        for nobody in (None, closed):
            with pytest.raises(NotAllowed):
                finding.family_of(session, nobody, cast.benali.id)
            with pytest.raises(NotAllowed):
                finding.own_family(session, nobody)
        with pytest.raises(DoesNotExist):
            finding.own_family(session, stranger)
        with pytest.raises(NotAllowed):
            finding.own_family(session, cast.claire)

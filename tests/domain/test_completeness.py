"""Which papers are asked of whom, whose file is complete, and the kept row that says so."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from db.expected import FOR_EVER, document_states, expected_documents, family_files
from db.models import Activity, Child, Document, DocumentKind, DocumentKindActivity, Family, FamilyChild, FamilyFile, Guardian
from db.session import reading, writing
from domain import clock, documents
from domain.documents import Chosen
from domain.refusals import NotAllowed
from tests.cast import WEDNESDAY, Cast, add

TODAY = date(2026, 3, 2)


def kind(name: str, subject: str = "family", *activities: Activity, **more: Any) -> DocumentKind:
    """A compulsory kind of paper, for ever valid unless said otherwise."""
    values = {"is_compulsory": True, "blocks": "booking", "validity": "for_ever"} | more
    made = add(DocumentKind(name=name, subject=subject, **values))
    for activity in activities:
        add(DocumentKindActivity(kind_id=made.id, activity_id=activity.id))
    return made


def paper(of: DocumentKind, family: Family, state: str = "accepted", about: Child | Guardian | None = None, **more: Any) -> Document:
    """A current paper, with the kept files of both homes computed again."""
    values: dict[str, Any] = {"sent_at": clock.now(), "refusal_reason": "illisible" if state == "refused" else None} | more
    values["child_id"] = about.id if isinstance(about, Child) else None
    values["guardian_id"] = about.id if isinstance(about, Guardian) else None
    made = add(Document(kind_id=of.id, family_id=family.id, state=state, **values))
    refresh()
    return made


def refresh() -> None:
    """Computes every kept file again."""
    with writing() as session:
        documents.refresh_all(session)


def asked(*among: int) -> set[tuple[int, int, int | None, int | None]]:
    """What is asked: family, kind, guardian, child."""
    with reading() as session:
        return {tuple(row)[:4] for row in session.execute(expected_documents(list(among) if among else None))}  # type: ignore[misc]


def state_of(family: Family, day: date = TODAY) -> list[str]:
    """The states of the papers asked of a family."""
    with reading() as session:
        return sorted(session.scalars(select(document_states(day, [family.id]).subquery().c.state)))


def kept(family: Family) -> tuple[int, int, int, date | None] | None:
    """The kept row of a family's file."""
    with reading() as session:
        row = session.get(FamilyFile, family.id)
    return row and (row.expected, row.accepted, row.missing, row.complete_until_on)  # type: ignore[return-value]


def names_of(frame: Any) -> list[str]:
    """The families of a page, by their name alone."""
    return [name.split()[0] for name in frame.name]


def test_a_paper_is_asked_of_the_family_of_each_guardian_or_of_each_registered_child(cast: Cast) -> None:
    home, work, insurance = kind("Domicile"), kind("Employeur", "guardian"), kind("Assurance", "child")
    second = add(
        Guardian(family_id=cast.benali.id, last_name="Benali", first_name="Omar", search_name="omar benali", created_at=clock.now())
    )
    cast.child(cast.benali, "Nour")
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    cast.registration(cast.lia, cast.lefevre, cast.mercredi, state="requested")
    family, first = cast.benali.id, cast.guardian(cast.benali).id
    assert asked() == {
        (family, home.id, None, None),
        (family, work.id, first, None),
        (family, work.id, second.id, None),
        (family, insurance.id, None, cast.sami.id),
    }


def test_a_kind_that_names_activities_is_asked_only_there_and_an_inactive_one_nowhere(cast: Cast) -> None:
    swimming = cast.activity(name="Piscine")
    dive, _ = kind("Aisance aquatique", "child", swimming), kind("Vieux papier", is_active=False)
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    cast.registration(cast.lia, cast.lefevre, cast.mercredi)
    cast.registration(cast.lia, cast.lefevre, swimming)
    assert asked() == {(cast.lefevre.id, dive.id, None, cast.lia.id)}


def test_a_child_in_two_activities_is_asked_once(cast: Cast) -> None:
    kind("Assurance", "child")
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    cast.registration(cast.sami, cast.benali, cast.activity(name="Vacances"))
    with reading() as session:
        assert len(session.execute(expected_documents()).all()) == 1


def test_a_page_of_families_is_asked_what_all_of_them_are_asked(cast: Cast) -> None:
    kind("Domicile"), kind("Employeur", "guardian"), kind("Assurance", "child")
    for child, family in ((cast.sami, cast.benali), (cast.lia, cast.lefevre)):
        cast.registration(child, family, cast.mercredi)
    assert asked(cast.benali.id) == {row for row in asked() if row[0] == cast.benali.id}


def test_the_state_of_a_paper_goes_with_the_day(cast: Cast) -> None:
    insurance = kind("Assurance", "child")
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    assert state_of(cast.benali) == ["missing"]
    sent = paper(insurance, cast.benali, "to_check", cast.sami)
    assert state_of(cast.benali) == ["to_check"]
    with writing() as session:
        document = session.get_one(Document, sent.id)
        document.state, document.valid_until_on = "accepted", TODAY
    assert state_of(cast.benali) == ["accepted"]
    assert state_of(cast.benali, TODAY + timedelta(days=1)) == ["expired"]


def test_a_child_s_paper_counts_in_both_homes(cast: Cast) -> None:
    insurance = kind("Assurance", "child")
    father = cast.family("Autrehome", "Rémi", site=cast.moreuil)
    add(FamilyChild(family_id=father.id, child_id=cast.sami.id, custody="shared"))
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    cast.registration(cast.sami, father, cast.activity(name="Vacances"))
    paper(insurance, cast.benali, "accepted", cast.sami)
    assert state_of(father) == state_of(cast.benali) == ["accepted"]
    with reading() as session:
        cells = documents.matrix(session, documents.page(session, cast.claire, Chosen(incomplete_only=False)))
    assert list(cells.state) == ["accepted", "accepted"]


def test_a_paper_kept_from_when_its_kind_was_about_somebody_else_answers_nothing(cast: Cast) -> None:
    changed = kind("Assurance", "child")
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    assert cast.sami.id == cast.benali.id
    paper(changed, cast.benali, "accepted", cast.sami)
    with writing() as session:
        session.get_one(DocumentKind, changed.id).subject = "family"
    assert state_of(cast.benali) == ["missing"]


def test_the_kept_file_counts_compulsory_papers_and_ends_with_the_first_to_expire(cast: Cast) -> None:
    home, insurance = kind("Domicile", validity="months", months=12), kind("Assurance", "child", validity="school_year")
    kind("Attestation CAF", is_compulsory=False)
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    paper(home, cast.benali, valid_until_on=date(2026, 12, 31))
    assert kept(cast.benali) == (2, 1, 1, None)
    paper(insurance, cast.benali, "accepted", cast.sami, valid_until_on=date(2026, 8, 31))
    assert kept(cast.benali) == (2, 2, 0, date(2026, 8, 31))
    assert kept(cast.lefevre) is None


def test_a_file_without_an_end_is_complete_for_ever(cast: Cast) -> None:
    home = kind("Domicile")
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    paper(home, cast.benali)
    assert kept(cast.benali) == (1, 1, 0, FOR_EVER)


def test_a_file_that_is_asked_nothing_any_more_is_kept_no_more(cast: Cast) -> None:
    home = kind("Domicile")
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    refresh()
    assert kept(cast.benali) is not None
    with writing() as session:
        session.get_one(DocumentKind, home.id).is_active = False
        documents.refresh(session, [cast.benali.id])
    assert kept(cast.benali) is None


def test_every_kept_file_is_what_its_papers_say(cast: Cast) -> None:
    home, insurance = kind("Domicile"), kind("Assurance", "child")
    for child, family in ((cast.sami, cast.benali), (cast.lia, cast.lefevre)):
        cast.registration(child, family, cast.mercredi)
    paper(home, cast.benali), paper(insurance, cast.lefevre, "refused", cast.lia)
    columns = (FamilyFile.family_id, FamilyFile.expected, FamilyFile.accepted, FamilyFile.missing, FamilyFile.complete_until_on)
    with reading() as session:
        assert set(session.execute(select(*columns))) == set(session.execute(family_files()))


@pytest.fixture
def town(cast: Cast) -> Cast:
    """Benali lack a paper, Lefèvre's waits, Dumont's has expired, Caron are complete; Ailleurs are out of Claire's sight."""
    home = kind("Domicile", validity="months", months=12)
    dumont, caron = cast.family("Dumont", "Inès", site=cast.moreuil), cast.family("Caron", "Paul", site=cast.moreuil)
    elsewhere = cast.family("Ailleurs", "Zoé", site=cast.ailly)
    pairs = [(cast.sami, cast.benali), (cast.lia, cast.lefevre)]
    pairs += [(cast.child(family, "Kim"), family) for family in (dumont, caron)]
    for child, family in pairs:
        cast.registration(child, family, cast.mercredi)
    cast.registration(cast.child(elsewhere, "Léo"), elsewhere, cast.activity(cast.ailly, "Vacances"))
    paper(home, cast.lefevre, "to_check")
    paper(home, dumont, valid_until_on=TODAY - timedelta(days=1))
    paper(home, caron, valid_until_on=date(2026, 9, 1))
    return cast


def look(cast: Cast, sort: Any = "name", **chosen: Any) -> list[str]:
    """The families that Claire sees on her first page."""
    with reading() as session:
        return names_of(documents.page(session, cast.claire, Chosen(**chosen), sort))


def test_staff_see_the_incomplete_files_of_their_sites(town: Cast) -> None:
    assert look(town) == ["Benali", "Dumont", "Lefèvre"]
    assert look(town, incomplete_only=False) == ["Benali", "Caron", "Dumont", "Lefèvre"]
    with reading() as session:
        assert names_of(documents.page(session, town.denis, Chosen())) == ["Ailleurs", "Benali", "Dumont", "Lefèvre"]
        assert documents.count(session, town.claire, Chosen()) == 3
        assert documents.count(session, town.claire, Chosen(incomplete_only=False), most=2) == 3


def test_files_are_filtered_by_activity_site_state_and_kind(town: Cast) -> None:
    with reading() as session:
        home = session.scalars(select(DocumentKind.id)).one()
    assert look(town, state="to_check") == ["Lefèvre"]
    assert look(town, state="expired") == ["Dumont"]
    assert look(town, state="missing") == ["Benali"]
    assert look(town, state="accepted", incomplete_only=False, kind_id=home) == ["Caron"]
    assert look(town, kind_id=home + 1) == []
    assert look(town, site_id=town.ailly.id) == []
    assert look(town, activity_id=town.mercredi.id) == ["Benali", "Dumont", "Lefèvre"]
    assert look(town, activity_id=town.mercredi.id + 9) == []


def test_who_comes_in_the_next_days_is_found_by_the_bookings(town: Cast) -> None:
    seats = town.open_day(town.mercredi)[0]
    town.booking(town.sami, town.benali, seats)
    town.booking(town.lia, town.lefevre, seats, state="cancelled")
    near = (WEDNESDAY - TODAY).days
    assert look(town, booked_within=near) == ["Benali"]
    assert look(town, booked_within=near - 1) == []


def test_files_are_sorted_by_name_by_what_is_missing_and_by_their_end(town: Cast) -> None:
    kind("Assurance", "child")
    refresh()
    assert set(look(town, "missing", incomplete_only=False)[:2]) == {"Lefèvre", "Benali"}
    with writing() as session:
        session.scalars(select(DocumentKind).where(DocumentKind.name == "Assurance")).one().is_active = False
    refresh()
    assert look(town, "until", incomplete_only=False)[:2] == ["Dumont", "Caron"]


def test_pages_follow_each_other(town: Cast) -> None:
    with reading() as session:
        pages = [names_of(documents.page(session, town.claire, Chosen(), number=number, size=2)) for number in (1, 2, 3)]
    assert pages == [["Benali", "Dumont"], ["Lefèvre"], []]


def test_the_spreadsheet_holds_every_chosen_file_and_counts_no_expired_paper(town: Cast) -> None:
    with reading() as session:
        rows = documents.everything(session, town.claire, Chosen(incomplete_only=False)).set_index("name")
    assert list(rows.index) == ["Benali Amina", "Caron Paul", "Dumont Inès", "Lefèvre Bruno"]
    assert list(rows.share) == [0, 1, 0, 0]
    assert rows.loc["Benali Amina", "email"] == town.amina.email


def test_the_papers_of_a_family_name_the_person_and_stay_in_sight(town: Cast) -> None:
    kind("Employeur", "guardian"), kind("Assurance", "child")
    with reading() as session:
        elsewhere = session.scalars(select(Family.id).where(Family.name == "Ailleurs")).one()
        lines = documents.papers(session, town.claire, [town.benali.id, elsewhere])
    told = [(line.person if isinstance(line.person, str) else None, line.kind) for line in lines.itertuples()]
    assert sorted(told, key=str) == [("Amina Benali", "Employeur"), ("Sami Benali", "Assurance"), (None, "Domicile")]


def test_only_those_who_see_papers_see_files(town: Cast) -> None:
    for nobody in (town.amina, town.farid, town.gaelle, town.helene):
        with reading() as session, pytest.raises(NotAllowed):
            documents.page(session, nobody, Chosen())

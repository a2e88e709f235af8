"""What is decided of a paper, who may open it, and the letters that ask for what is missing."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from db.models import Account, Child, Document, DocumentFile, DocumentKind, Family, FamilyFile, Guardian, JournalEntry, Letter, StoredFile
from db.session import reading, writing
from domain import clock, documents
from domain.documents import Chosen, Plan, TooManyFamilies
from domain.refusals import AlreadyDecided, ChangedMeanwhile, DoesNotExist, Incomplete, NotAllowed, NothingChosen, TooLong
from tests.cast import Cast, add

TODAY = date(2026, 3, 2)


def kind(name: str, subject: str = "family", **more: Any) -> DocumentKind:
    """A compulsory kind of paper, for ever valid unless said otherwise."""
    return add(DocumentKind(name=name, subject=subject, **({"is_compulsory": True, "blocks": "booking", "validity": "for_ever"} | more)))


def send(of: DocumentKind, family: Family, about: Child | None = None, state: str = "to_check", **more: Any) -> Document:
    """A paper that a family sent."""
    values = {"sent_at": clock.now(), "child_id": about.id if about else None} | more
    return add(Document(kind_id=of.id, family_id=family.id, state=state, **values))


def decide(verb: Any, *facts: Any) -> Any:
    """One verb in its transaction."""
    with writing() as session:
        return verb(session, *facts)


def again(document: Document) -> Document:
    """The paper as it is kept now."""
    with reading() as session:
        return session.get_one(Document, document.id)


@pytest.fixture
def sent(cast: Cast) -> Document:
    """Sami's insurance, sent by Amina, waiting; it is valid until the end of the school year."""
    insurance = kind("Assurance", "child", validity="school_year")
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    return send(insurance, cast.benali, cast.sami, sent_by_id=cast.amina.id)


def test_an_accepted_paper_completes_the_file_until_its_last_day(cast: Cast, sent: Document) -> None:
    decide(documents.accept, cast.claire, sent.id)
    document = again(sent)
    assert (document.state, document.valid_until_on) == ("accepted", cast.season.ends_on)
    assert (document.decided_at, document.decided_by_id) == (clock.now(), cast.claire.id)
    with reading() as session:
        entry = session.scalars(select(JournalEntry)).one()
        assert session.get_one(FamilyFile, cast.benali.id).complete_until_on == cast.season.ends_on
    assert (entry.act, entry.object_kind, entry.object_id, entry.family_id) == ("accept_document", "documents", sent.id, cast.benali.id)
    assert entry.changes["state"] == ["to_check", "accepted"]


def test_a_refused_paper_is_told_to_who_sent_it_with_the_reason(cast: Cast, sent: Document) -> None:
    with writing() as session:
        session.add(
            Guardian(
                family_id=cast.benali.id,
                last_name="Benali",
                first_name="Abel",
                search_name="abel benali",
                email="abel@exemple.fr",
                created_at=clock.now(),
            )
        )
    assert decide(documents.refuse, cast.claire, sent.id, "  La photo est illisible. ") is True
    document = again(sent)
    assert (document.state, document.refusal_reason) == ("refused", "La photo est illisible.")
    with reading() as session:
        letter = session.scalars(select(Letter)).one()
        assert session.get_one(FamilyFile, cast.benali.id).missing == 1
    assert (letter.kind, letter.to_email, letter.family_id) == ("document_refused", cast.amina.email, cast.benali.id)
    assert "Assurance" in letter.text_body
    assert "Sami Benali" in letter.text_body
    assert "La photo est illisible." in letter.text_body


def test_letters_about_papers_speak_the_language_of_the_account(unfinished: Cast) -> None:
    amina, bruno = unfinished.amina, unfinished.bruno
    with writing() as session:
        session.get_one(Account, amina.id).language = "en"
        waiting = session.scalars(select(Document).where(Document.state == "to_check")).one()
        session.get_one(Account, bruno.id).language = "en"
    with reading() as session:
        planned = documents.plan(session, unfinished.claire, [unfinished.benali.id])
        subject, _ = documents.preview(session, unfinished.claire, planned, unfinished.benali.id)
    remind(unfinished, [unfinished.benali.id])
    decide(documents.refuse, unfinished.claire, waiting.id, "illegible")
    assert subject == "Papers are missing from your file"
    assert [written()[person.email].partition(" ")[0] for person in (amina, bruno)] == ["Hello", "Hello"]
    with reading() as session:
        assert session.execute(select(Letter.kind, Letter.language).order_by(Letter.id)).all() == [
            ("documents_missing", "en"),
            ("document_refused", "en"),
        ]


def test_a_family_without_an_address_is_refused_without_a_letter(cast: Cast, sent: Document) -> None:
    with writing() as session:
        session.get_one(Guardian, cast.guardian(cast.benali).id).email = None
    assert decide(documents.refuse, cast.claire, sent.id, "illisible") is False
    with reading() as session:
        assert session.scalars(select(Letter)).all() == []


@pytest.mark.parametrize(("reason", "refusal"), [("", Incomplete), ("  ", Incomplete), ("x" * 251, TooLong)])
def test_a_refusal_needs_a_reason_that_can_be_read(cast: Cast, sent: Document, reason: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        decide(documents.refuse, cast.claire, sent.id, reason)
    assert again(sent).state == "to_check"


def test_the_second_to_decide_is_told_who_was_quicker(cast: Cast, sent: Document) -> None:
    decide(documents.accept, cast.claire, sent.id)
    with pytest.raises(AlreadyDecided) as told:
        decide(documents.refuse, cast.denis, sent.id, "illisible")
    assert (told.value.by_name, told.value.at, told.value.outcome) == ("Claire Dubois", clock.now(), "accepted")
    assert again(sent).state == "accepted"


def race(cast: Cast, sent: Document) -> list[str]:
    """Claire accepts and Denis refuses the same paper at the same instant; what came of each."""
    claire, denis, start, outcomes = cast.claire, cast.denis, threading.Barrier(2), []

    def act(verb: Any, *facts: Any) -> None:
        start.wait()
        try:
            decide(verb, *facts)
            outcomes.append("done")
        except AlreadyDecided:
            outcomes.append("too late")

    threads = [threading.Thread(target=act, args=(documents.accept, claire, sent.id))]
    threads.append(threading.Thread(target=act, args=(documents.refuse, denis, sent.id, "illisible")))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_of_two_who_decide_at_once_one_is_too_late(cast: Cast, sent: Document) -> None:
    for _ in range(8):
        assert race(cast, sent) == ["done", "too late"]
        with writing() as session:
            state = session.get_one(Document, sent.id).state
            entries = session.scalars(select(JournalEntry)).all()
            letters = session.scalars(select(Letter)).all()
            assert [entry.changes["state"][1] for entry in entries] == [state]
            assert len(letters) == (state == "refused")
            for row in (*entries, *letters):
                session.delete(row)
            session.execute(text("UPDATE documents SET state = 'to_check', decided_at = NULL, decided_by_id = NULL"))


def test_a_paper_that_a_newer_one_replaced_is_not_decided(cast: Cast, sent: Document) -> None:
    with writing() as session:
        session.get_one(Document, sent.id).is_current = False
    with pytest.raises(ChangedMeanwhile):
        decide(documents.accept, cast.claire, sent.id)


def test_papers_of_families_out_of_sight_do_not_exist(cast: Cast) -> None:
    elsewhere = cast.family("Ailleurs", "Zoé", site=cast.ailly)
    hidden = send(kind("Domicile"), elsewhere)
    for verb, *facts in ((documents.accept,), (documents.refuse, "illisible"), (documents.open_paper,)):
        with pytest.raises(DoesNotExist):
            decide(verb, cast.claire, hidden.id, *facts)
    with pytest.raises(DoesNotExist):
        decide(documents.accept, cast.claire, hidden.id + 1)
    decide(documents.accept, cast.denis, hidden.id)


def test_only_those_who_check_papers_decide(cast: Cast, sent: Document) -> None:
    for nobody in (cast.amina, cast.farid, cast.gaelle, cast.helene):
        for verb, *facts in ((documents.accept,), (documents.refuse, "illisible"), (documents.open_paper,)):
            with pytest.raises(NotAllowed):
                decide(verb, nobody, sent.id, *facts)


@pytest.mark.parametrize(
    ("validity", "more", "day", "last"),
    [
        ("for_ever", {}, TODAY, None),
        ("months", {"months": 12}, TODAY, date(2027, 3, 2)),
        ("months", {"months": 1}, date(2026, 1, 31), date(2026, 2, 28)),
        ("months", {"months": 10}, TODAY, date(2027, 1, 2)),
        ("school_year", {}, TODAY, date(2026, 8, 31)),
        ("school_year", {}, date(2026, 9, 1), date(2027, 8, 31)),
        ("until_date", {"until_on": date(2026, 6, 30)}, TODAY, date(2026, 6, 30)),
    ],
)
def test_a_paper_lasts_as_long_as_its_kind_says(cast: Cast, validity: str, more: dict[str, Any], day: date, last: date | None) -> None:
    asked = kind("Domicile", validity=validity, **more)
    assert cast.season.ends_on == date(2026, 8, 31)
    with reading() as session:
        assert documents.valid_until(session, asked, day) == last


def test_a_paper_is_read_with_its_files_and_what_was_sent_before(cast: Cast, sent: Document) -> None:
    before = send(
        again(sent) and kind_of(sent),
        cast.benali,
        cast.sami,
        state="refused",
        is_current=False,
        refusal_reason="floue",
        sent_at=clock.now() - timedelta(days=3),
        decided_by_id=cast.denis.id,
        decided_at=clock.now() - timedelta(days=2),
    )
    add(StoredFile(sha256="a" * 64, size=89_800, mime="application/pdf", stored_at=clock.now()))
    add(DocumentFile(document_id=sent.id, sha256="a" * 64, name="assurance.pdf"))
    read = decide(documents.open_paper, cast.claire, sent.id)
    assert (read.family, read.person, read.kind, read.now.state) == ("Benali Amina", "Sami Benali", "Assurance", "to_check")
    assert [(file.name, file.size, file.mime) for file in read.files] == [("assurance.pdf", 89_800, "application/pdf")]
    assert [(old.document_id, old.reason, old.decided_by) for old in read.before] == [(before.id, "floue", "Denis Moreau")]
    assert (read.would_last_until, read.now.sent_by) == (cast.season.ends_on, "Amina Benali")


def kind_of(document: Document) -> DocumentKind:
    """The kind of a paper."""
    with reading() as session:
        return session.get_one(DocumentKind, document.kind_id)


def test_opening_a_health_paper_is_journalled_once_for_one_reading(cast: Cast, noon: Any) -> None:
    vaccines = send(kind("Vaccins", "child", is_health=True), cast.benali, cast.sami)
    for _ in range(3):
        decide(documents.open_paper, cast.claire, vaccines.id)
    decide(documents.open_paper, cast.denis, vaccines.id)
    noon.shift(timedelta(minutes=20))
    decide(documents.open_paper, cast.claire, vaccines.id)
    with reading() as session:
        entries = [(entry.act, entry.by_id) for entry in session.scalars(select(JournalEntry).order_by(JournalEntry.id))]
    assert entries == [("open_document", person.id) for person in (cast.claire, cast.denis, cast.claire)]


def test_opening_an_ordinary_paper_leaves_no_line(cast: Cast, sent: Document) -> None:
    vaccines = send(kind("Vaccins", "child", is_health=True), cast.benali, cast.sami)
    with reading() as session:
        assert not documents.is_health(session, cast.claire, sent.id)
        assert documents.is_health(session, cast.claire, vaccines.id)
        documents.open_paper(session, cast.claire, sent.id)
    with reading() as session:
        assert session.scalars(select(JournalEntry)).all() == []


# -- reminders --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def unfinished(cast: Cast) -> Cast:
    """Benali lack the insurance of Sami and have an expired address; Lefèvre's insurance was refused; nobody of Sans has an e-mail."""
    home, insurance = kind("Domicile"), kind("Assurance", "child")
    kind("Attestation CAF", is_compulsory=False)
    without = cast.family("Sans", "Yves", site=cast.moreuil)
    pairs = [(cast.sami, cast.benali), (cast.lia, cast.lefevre), (cast.child(without, "Mia"), without)]
    for child, family in pairs:
        cast.registration(child, family, cast.mercredi)
    send(home, cast.benali, state="accepted", valid_until_on=TODAY - timedelta(days=1))
    send(home, cast.lefevre)
    send(insurance, cast.lefevre, cast.lia, state="refused", refusal_reason="floue")
    with writing() as session:
        session.get_one(Guardian, cast.guardian(without).id).email = None
        documents.refresh_all(session)
    return cast


def remind(cast: Cast, chosen: Any = Chosen(), by: Any = None) -> Plan:  # noqa: B008 (frozen)
    """Claire sends the letters."""
    return decide(documents.remind, by or cast.claire, chosen)  # type: ignore[no-any-return]


def written() -> dict[str, str]:
    """The letters of the outbox: address → text."""
    with reading() as session:
        return {letter.to_email: letter.text_body for letter in session.scalars(select(Letter))}


def test_each_family_gets_one_letter_that_lists_what_is_missing_of_whom(unfinished: Cast) -> None:
    planned = remind(unfinished)
    letters = written()
    assert set(letters) == {unfinished.amina.email, unfinished.bruno.email}
    amina, bruno = letters[unfinished.amina.email], letters[unfinished.bruno.email]
    assert "Sami Benali\u00a0:\n– Assurance\n" in amina
    assert "– Domicile (celle que nous avons a expiré)" in amina
    assert "Attestation CAF" not in amina
    assert "Domicile" not in bruno
    assert "– Assurance (celle que nous avons reçue a été refusée)" in bruno
    assert planned.without_email == ["Sans"]
    with reading() as session:
        entries = list(session.scalars(select(JournalEntry).order_by(JournalEntry.family_id)))
    assert [(entry.act, entry.family_id, entry.changes) for entry in entries] == [
        ("remind_documents", unfinished.benali.id, {"papers": [None, 2]}),
        ("remind_documents", unfinished.lefevre.id, {"papers": [None, 1]}),
    ]


def test_nobody_is_written_to_twice_on_one_day(unfinished: Cast, noon: Any) -> None:
    remind(unfinished, [unfinished.benali.id])
    assert remind(unfinished).already_today == ["Benali"]
    assert len(written()) == 2
    noon.shift(timedelta(days=1))
    assert remind(unfinished).already_today == []


def test_two_who_remind_at_once_write_one_letter_each_family(unfinished: Cast) -> None:
    claire, denis, start = unfinished.claire, unfinished.denis, threading.Barrier(2)

    def press(by: Any) -> None:
        start.wait()
        remind(unfinished, by=by)

    threads = [threading.Thread(target=press, args=(by,)) for by in (claire, denis)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as session:
        assert sorted(session.scalars(select(Letter.to_email))) == sorted([unfinished.amina.email, unfinished.bruno.email])


def test_the_preview_is_the_letter(unfinished: Cast) -> None:
    with reading() as session:
        planned = documents.plan(session, unfinished.claire, [unfinished.benali.id])
        _, text_body = documents.preview(session, unfinished.claire, planned, unfinished.benali.id)
    remind(unfinished, [unfinished.benali.id])
    assert "Assurance" in text_body
    assert [line for line in text_body.splitlines() if line and "espace famille" not in line] == [
        line for line in written()[unfinished.amina.email].splitlines() if line and "espace famille" not in line
    ]


def test_reminders_stay_within_sight_and_within_measure(unfinished: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = unfinished.family("Ailleurs", "Zoé", site=unfinished.ailly)
    unfinished.registration(unfinished.child(elsewhere, "Léo"), elsewhere, unfinished.activity(unfinished.ailly))
    with writing() as session:
        documents.refresh_all(session)
    with pytest.raises(NothingChosen):
        remind(unfinished, [elsewhere.id])
    with pytest.raises(NothingChosen):
        remind(unfinished, [])
    with pytest.raises(NotAllowed):
        remind(unfinished, by=unfinished.farid)
    monkeypatch.setattr("domain.documents.reminders.MOST", 2)
    with pytest.raises(TooManyFamilies):
        remind(unfinished)
    assert written() == {}


def test_a_complete_file_is_not_reminded(unfinished: Cast) -> None:
    with writing() as session:
        session.execute(text("UPDATE document_kinds SET is_compulsory = (1 = 0)"))
        documents.refresh_all(session)
    assert remind(unfinished, [unfinished.benali.id]).nothing_to_ask == ["Benali"]
    assert written() == {}

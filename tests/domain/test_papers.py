"""Sending a paper: who may, what becomes of the one before, what is kept of it on the disk, and who may open it."""

import hashlib
import os
import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, func, select

from db import storage
from db.models import (
    Account,
    Document,
    DocumentFile,
    DocumentKind,
    Family,
    FamilyChild,
    FamilyFile,
    JournalEntry,
    StoredFile,
)
from db.session import reading, writing
from db.settings import settings
from domain import clock, documents
from domain.documents import Sent, storing
from domain.intake import refusals
from domain.intake.paper import Upload
from domain.refusals import AlreadyDecided, ChangedMeanwhile, DoesNotExist, NotAllowed, Refusal
from tests.cast import Cast, add
from tests.domain.test_intake import document, photo


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A files folder of the test's own."""
    monkeypatch.setattr(settings(), "files_folder", tmp_path / "files")
    return tmp_path / "files"


def kind(name: str, subject: str = "child", **more: Any) -> DocumentKind:
    """A compulsory kind of paper."""
    return add(DocumentKind(name=name, subject=subject, **({"is_compulsory": True, "blocks": "booking", "validity": "for_ever"} | more)))


@pytest.fixture
def insurance(cast: Cast) -> DocumentKind:
    """Asked for Sami and for Lia, until the end of the school year."""
    cast.registration(cast.sami, cast.benali, cast.mercredi)
    cast.registration(cast.lia, cast.lefevre, cast.mercredi)
    return kind("Assurance", validity="school_year")


def send(by: Account | None, asked: DocumentKind | str, content: bytes = b"", *, name: str = "papier.pdf", **about: Any) -> Sent:
    """Sends a page."""
    wanted = asked if isinstance(asked, str) else asked.id
    return documents.send(by, [Upload(name, content or document())], kind=wanted, **about)  # type: ignore[arg-type]


def kept(sent: Sent) -> Document:
    """The paper as it is kept now."""
    with reading() as session:
        return session.get_one(Document, sent.document_id)


def decide(verb: Any, *facts: Any) -> Any:
    """One verb in its transaction."""
    with writing() as session:
        return verb(session, *facts)


def count(*where: Any) -> int:
    """How many papers there are."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Document).where(*where)) or 0


def opened(by: Account | None, sent: Sent) -> documents.Opened:
    """The file of a paper, as a person opens it."""
    with writing() as session:
        return documents.open_file(session, by, sent.file_id)


def on_disk(folder: Path) -> set[str]:
    """The names of all files in the folder."""
    return {path.name for path in folder.glob("??/*")}


# -- what is kept -----------------------------------------------------------------------------------------------------------------


def test_a_paper_that_is_sent_waits_to_be_checked_and_moves_the_file(cast: Cast, insurance: DocumentKind, folder: Path) -> None:
    sent = send(cast.amina, insurance, child_id=cast.sami.id, name="Assurance Sami.PDF")
    paper = kept(sent)
    assert (paper.state, paper.is_current, paper.sent_at, paper.sent_by_id) == ("to_check", True, clock.now(), cast.amina.id)
    assert (paper.family_id, paper.child_id, paper.guardian_id, sent.name) == (cast.benali.id, cast.sami.id, None, "Assurance Sami.pdf")
    with reading() as session:
        entry = session.scalars(select(JournalEntry)).one()
        row = session.scalars(select(StoredFile)).one()
        assert session.get_one(FamilyFile, cast.benali.id).missing == 1
    assert (entry.act, entry.object_id, entry.family_id, entry.by_id) == ("send_document", paper.id, cast.benali.id, cast.amina.id)
    content = (folder / row.sha256[:2] / row.sha256).read_bytes()
    assert hashlib.sha256(content).hexdigest() == row.sha256
    assert (row.mime, row.size, content[:5]) == ("application/pdf", len(content), b"%PDF-")
    decide(documents.accept, cast.claire, paper.id)
    with reading() as session:
        assert session.get_one(FamilyFile, cast.benali.id).complete_until_on == cast.season.ends_on


def test_a_refused_file_leaves_nothing_behind(cast: Cast, insurance: DocumentKind, folder: Path) -> None:
    for content, refusal in ((b"MZ" + bytes(100), refusals.NotAPaper), (bytes(11 << 20), refusals.FileTooLarge)):
        with pytest.raises(refusal):
            send(cast.amina, insurance, content, child_id=cast.sami.id)
    with reading() as session:
        assert [session.scalars(select(table)).all() for table in (Document, StoredFile, JournalEntry)] == [[], [], []]
    assert on_disk(folder) == set()


def test_a_health_paper_lies_sealed_and_opens_for_who_may_read_it(cast: Cast, folder: Path) -> None:
    vaccines = kind("Vaccins", is_health=True)
    content = photo(kind="PNG")
    sent = send(cast.amina, vaccines, content, child_id=cast.sami.id, name="vaccins.png")
    file = opened(cast.claire, sent)
    lying = (folder / file.sha256[:2] / file.sha256).read_bytes()
    assert file.is_sealed
    assert b"PNG" not in lying
    assert storage.content_of(file.sha256, sealed=True)[:8] == b"\x89PNG\r\n\x1a\n"
    with reading() as session:
        assert session.get_one(StoredFile, file.sha256).size == len(storage.content_of(file.sha256, sealed=True))
    other = send(cast.amina, vaccines, content, child_id=cast.sami.id)
    assert opened(cast.claire, other).sha256 != file.sha256


def test_a_file_that_was_changed_on_the_disk_is_not_given(cast: Cast, folder: Path) -> None:
    vaccines = kind("Vaccins", is_health=True)
    one, two = (opened(cast.claire, send(cast.amina, vaccines, child_id=cast.sami.id)) for _ in range(2))
    path, other = (folder / file.sha256[:2] / file.sha256 for file in (one, two))
    path.write_bytes(other.read_bytes())
    with pytest.raises(storage.FileLost):
        storage.content_of(one.sha256, sealed=True)
    path.unlink()
    with pytest.raises(storage.FileLost):
        storage.content_of(one.sha256, sealed=True)


# -- who may send -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["stranger", "cashier", "leader", "nobody", "elsewhere", "administrator"])
def test_nobody_sends_a_paper_for_a_child_out_of_reach(cast: Cast, insurance: DocumentKind, who: str) -> None:
    elsewhere = cast.account("Aude", "Ailleurs", "coordinator", cast.ailly)
    people: dict[str, Account | None] = {"stranger": cast.bruno, "cashier": cast.farid, "leader": cast.gaelle, "administrator": cast.helene}
    by = (people | {"nobody": None, "elsewhere": elsewhere})[who]
    for family_id in (None, cast.benali.id, cast.lefevre.id):
        with pytest.raises((NotAllowed, DoesNotExist)):
            send(by, insurance, child_id=cast.sami.id, family_id=family_id)
    assert count() == 0


def test_what_is_sent_fits_its_kind(cast: Cast, insurance: DocumentKind) -> None:
    identity, address = kind("Identité", "guardian"), kind("Domicile", "family")
    mine, theirs = cast.guardian(cast.benali), cast.guardian(cast.lefevre)
    old = kind("Ancienne", is_active=False)
    wrong: list[tuple[Any, dict[str, Any]]] = [
        (insurance, {}),
        (insurance, {"guardian_id": mine.id}),
        (insurance, {"child_id": cast.lia.id}),
        (insurance, {"child_id": 999_999}),
        (identity, {"guardian_id": theirs.id}),
        (identity, {"child_id": cast.sami.id}),
        (address, {"child_id": cast.sami.id}),
        (address, {"family_id": cast.lefevre.id}),
        (old, {"child_id": cast.sami.id}),
        ("nonsense", {}),
    ]
    for asked, about in wrong:
        with pytest.raises(DoesNotExist):
            send(cast.amina, asked, **about)
    assert count() == 0
    assert kept(send(cast.amina, identity, guardian_id=mine.id)).guardian_id == mine.id
    assert kept(send(cast.amina, address)).family_id == cast.benali.id


def test_the_desk_sends_for_a_family_in_sight(cast: Cast, insurance: DocumentKind) -> None:
    sent = send(cast.claire, insurance, child_id=cast.sami.id, family_id=cast.benali.id)
    assert (kept(sent).family_id, kept(sent).sent_by_id) == (cast.benali.id, cast.claire.id)
    with pytest.raises(DoesNotExist):
        send(cast.claire, insurance, child_id=cast.lia.id, family_id=cast.benali.id)
    with pytest.raises(DoesNotExist):
        send(cast.claire, insurance, child_id=cast.sami.id)


def test_one_person_does_not_fill_the_disk(cast: Cast, insurance: DocumentKind, noon: time_machine.Traveller) -> None:
    amina = cast.amina
    for _ in range(documents.MOST_A_DAY):
        add(JournalEntry(at=clock.now(), by_id=amina.id, act="send_document", object_kind="documents", object_id=1, changes={}))
    with pytest.raises(documents.TooManySent):
        send(amina, insurance, child_id=cast.sami.id)
    noon.shift(timedelta(hours=25))
    assert kept(send(amina, insurance, child_id=cast.sami.id)).state == "to_check"


# -- the paper before -------------------------------------------------------------------------------------------------------------


def test_a_newer_paper_takes_the_place_of_one_that_waits_or_was_refused(cast: Cast, insurance: DocumentKind) -> None:
    first = send(cast.amina, insurance, child_id=cast.sami.id)
    second = send(cast.amina, insurance, child_id=cast.sami.id)
    assert (kept(first).is_current, kept(second).is_current, second.beside_accepted) == (False, True, False)
    with pytest.raises(ChangedMeanwhile):
        decide(documents.refuse, cast.claire, first.document_id, "illisible")
    decide(documents.refuse, cast.claire, second.document_id, "illisible")
    third = send(cast.amina, insurance, child_id=cast.sami.id)
    assert (kept(second).state, kept(second).is_current, kept(third).is_current) == ("refused", False, True)


def test_a_family_that_renews_in_time_stays_complete(cast: Cast, insurance: DocumentKind) -> None:
    old = send(cast.amina, insurance, child_id=cast.sami.id)
    decide(documents.accept, cast.claire, old.document_id)

    def until() -> date | None:
        with reading() as session:
            return session.get_one(FamilyFile, cast.benali.id).complete_until_on

    new = send(cast.amina, insurance, child_id=cast.sami.id)
    assert (new.beside_accepted, kept(old).is_current, kept(new).is_current) == (True, True, False)
    assert until() == cast.season.ends_on
    with reading() as session:
        read = documents.open_paper(session, cast.claire, new.document_id)
    assert (read.waits, read.beside_accepted) == (True, True)
    decide(documents.accept, cast.claire, new.document_id)
    assert (kept(old).is_current, kept(new).is_current, kept(new).state) == (False, True, "accepted")
    assert until() == cast.season.ends_on


def test_a_renewal_that_is_refused_leaves_the_accepted_paper(cast: Cast, insurance: DocumentKind) -> None:
    old = send(cast.amina, insurance, child_id=cast.sami.id)
    decide(documents.accept, cast.claire, old.document_id)
    new = send(cast.amina, insurance, child_id=cast.sami.id)
    decide(documents.refuse, cast.claire, new.document_id, "illisible")
    assert (kept(old).is_current, kept(new).is_current) == (True, False)
    with reading() as session:
        assert session.get_one(FamilyFile, cast.benali.id).missing == 0


def test_a_renewal_takes_over_when_the_old_paper_has_lapsed(cast: Cast, insurance: DocumentKind, noon: time_machine.Traveller) -> None:
    old = send(cast.amina, insurance, child_id=cast.sami.id)
    decide(documents.accept, cast.claire, old.document_id)
    send(cast.amina, insurance, child_id=cast.sami.id)
    new = send(cast.amina, insurance, child_id=cast.sami.id)
    assert documents.take_over() == 0
    noon.move_to(cast.instant(cast.season.ends_on + timedelta(days=1)))
    assert documents.take_over() == 1
    assert (kept(old).is_current, kept(new).is_current, kept(new).state) == (False, True, "to_check")
    assert documents.take_over() == 0


def race(*acts: Any) -> list[Any]:
    """What came of acts done at once, each in a thread of its own: its value, or its refusal."""
    outcomes: list[Any] = [None] * len(acts)
    together = threading.Barrier(len(acts))

    def run(place: int) -> None:
        together.wait()
        try:
            outcomes[place] = acts[place]()
        except Refusal as refusal:
            outcomes[place] = refusal

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_who_send_the_same_paper_at_once_leave_one_current(cast: Cast, insurance: DocumentKind) -> None:
    amina, claire, benali, sami = cast.amina, cast.claire, cast.benali, cast.sami
    ready = [Upload("a.pdf", document(pages=pages)) for pages in (1, 2, 3, 4)]
    for _round in range(3):
        outcomes = race(
            lambda: documents.send(amina, ready[:1], kind=insurance.id, child_id=sami.id),
            lambda: documents.send(claire, ready[1:2], kind=insurance.id, child_id=sami.id, family_id=benali.id),
            lambda: documents.send(amina, ready[2:3], kind=insurance.id, child_id=sami.id),
            lambda: documents.send(claire, ready[3:], kind=insurance.id, child_id=sami.id, family_id=benali.id),
        )
        assert all(isinstance(outcome, Sent) for outcome in outcomes)
        assert count(Document.is_current) == 1
    assert count() == 12


def test_a_paper_refused_while_it_is_sent_again_ends_with_the_new_one_to_check(cast: Cast, insurance: DocumentKind) -> None:
    amina, claire, sami = cast.amina, cast.claire, cast.sami
    for _round in range(4):
        first = send(amina, insurance, child_id=sami.id)
        outcome, second = race(
            lambda first=first: decide(documents.refuse, claire, first.document_id, "illisible"),
            lambda: send(amina, insurance, child_id=sami.id),
        )
        assert kept(first).state == ("to_check" if isinstance(outcome, ChangedMeanwhile) else "refused")
        assert (kept(second).state, kept(second).is_current, count(Document.is_current)) == ("to_check", True, 1)


def test_a_paper_accepted_while_it_is_sent_again_is_not_lost(cast: Cast, insurance: DocumentKind) -> None:
    amina, claire, sami = cast.amina, cast.claire, cast.sami
    first = send(amina, insurance, child_id=sami.id)
    outcome, second = race(
        lambda: decide(documents.accept, claire, first.document_id),
        lambda: send(amina, insurance, child_id=sami.id),
    )
    if isinstance(outcome, ChangedMeanwhile):
        assert (kept(first).state, kept(second).is_current) == ("to_check", True)
    else:
        assert (kept(first).is_current, second.beside_accepted) == (True, True)
    assert count(Document.is_current) == 1
    with pytest.raises((AlreadyDecided, ChangedMeanwhile)):
        decide(documents.refuse, claire, first.document_id, "illisible")


# -- two homes --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def homes(cast: Cast) -> tuple[Family, Account]:
    """Sami's father has a family of his own and shares Sami."""
    family = cast.family("Benali-Roux", "Karim", site=cast.moreuil)
    add(FamilyChild(family_id=family.id, child_id=cast.sami.id, custody="shared"))
    return family, cast.parent(family)


def test_a_courts_decision_is_seen_by_who_sent_it_and_the_staff_only(
    cast: Cast, homes: tuple[Family, Account], insurance: DocumentKind
) -> None:
    karim = homes[1]
    hers = send(cast.amina, "court_decision", child_id=cast.sami.id)
    his = send(karim, "court_decision", child_id=cast.sami.id)
    assert [kept(sent).is_current for sent in (hers, his)] == [False, False]
    for by, sent, foreign in ((cast.amina, hers, his), (karim, his, hers)):
        with reading() as session:
            mine = documents.files_of(session, by, purpose="court_decision", child_id=cast.sami.id)
            asked = documents.asked_of_family(session, by)
        assert [file.file_id for file in mine] == [sent.file_id]
        assert {line.kind for line in asked.lines} <= {"Assurance"}
        assert opened(by, sent).document_id == sent.document_id
        with pytest.raises(DoesNotExist):
            opened(by, foreign)
    with reading() as session:
        read = documents.open_paper(session, cast.claire, hers.document_id)
    assert (read.waits, read.family, read.before) == (True, "Benali Amina", [])
    decide(documents.accept, cast.claire, hers.document_id)
    decide(documents.accept, cast.claire, his.document_id)
    assert kept(his).state == kept(hers).state == "accepted"
    with reading() as session:
        kinds = session.scalars(select(DocumentKind).where(DocumentKind.purpose == "court_decision")).all()
    assert len(kinds) == 1


def test_staff_who_see_one_home_alone_do_not_read_the_other_homes_court_paper(cast: Cast, homes: tuple[Family, Account]) -> None:
    apart = cast.family("Ailleurs", "Léo", site=cast.ailly)
    add(FamilyChild(family_id=apart.id, child_id=cast.sami.id, custody="shared"))
    his = send(cast.parent(apart), "court_decision", child_id=cast.sami.id)
    with pytest.raises(DoesNotExist):
        opened(cast.claire, his)
    with reading() as session, pytest.raises(DoesNotExist):
        documents.open_paper(session, cast.claire, his.document_id)


def test_the_other_home_knows_that_a_paper_was_sent_but_does_not_open_it(
    cast: Cast, homes: tuple[Family, Account], insurance: DocumentKind
) -> None:
    family, karim = homes
    cast.registration(cast.sami, family, cast.activity(name="Périscolaire"))
    sent = send(cast.amina, insurance, child_id=cast.sami.id)
    with reading() as session:
        told = documents.asked_of_family(session, karim)
    line = next(line for line in told.lines if line.child_id == cast.sami.id)
    assert (line.state, line.files, line.sent_by_us) == ("to_check", [], False)
    with pytest.raises(DoesNotExist):
        opened(karim, sent)


# -- opening ----------------------------------------------------------------------------------------------------------------------


def test_another_familys_paper_does_not_exist(cast: Cast, insurance: DocumentKind) -> None:
    sent = send(cast.amina, insurance, child_id=cast.sami.id)
    absent = Sent(0, 999_999, "", False)
    for by in (cast.bruno, cast.account("Aude", "Ailleurs", "coordinator", cast.ailly)):
        for paper in (sent, absent):
            with pytest.raises(DoesNotExist) as refusal:
                opened(by, paper)
            assert refusal.value.kind == "documents"
    for by in (None, cast.farid, cast.gaelle, cast.helene):
        with pytest.raises(NotAllowed):
            opened(by, sent)
    assert opened(cast.claire, sent).file_id == opened(cast.amina, sent).file_id == sent.file_id


def test_reading_a_health_paper_leaves_one_line_a_quarter_of_an_hour(cast: Cast, noon: time_machine.Traveller) -> None:
    sent = send(cast.amina, kind("Vaccins", is_health=True), child_id=cast.sami.id)

    def readings() -> list[int | None]:
        with reading() as session:
            return list(session.scalars(select(JournalEntry.by_id).where(JournalEntry.act == "open_document")))

    opened(cast.amina, sent)
    assert readings() == []
    for _ in range(3):
        opened(cast.claire, sent)
    assert readings() == [cast.claire.id]
    noon.shift(timedelta(minutes=16))
    opened(cast.claire, sent)
    assert len(readings()) == 2


# -- the sweep --------------------------------------------------------------------------------------------------------------------


def aged(folder: Path) -> None:
    """Everything in the folder has lain there since the year before."""
    for path in folder.glob("??/*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def test_a_file_is_erased_when_nothing_points_to_it_any_more(
    cast: Cast, insurance: DocumentKind, folder: Path, noon: time_machine.Traveller
) -> None:
    amina, content = cast.amina, document(pages=2)
    one, two = (send(amina, insurance, content, child_id=cast.sami.id) for _ in range(2))
    assert len(on_disk(folder)) == 1
    noon.shift(timedelta(days=2))
    for sent, left in ((one, 1), (two, 0)):
        with writing() as session:
            session.execute(delete(DocumentFile).where(DocumentFile.id == sent.file_id))
        assert documents.sweep() == 1 - left
        assert len(on_disk(folder)) == left
    with reading() as session:
        assert session.scalars(select(StoredFile)).all() == []


def test_what_was_stored_for_nothing_is_swept_after_a_day(cast: Cast, insurance: DocumentKind, folder: Path) -> None:
    send(cast.amina, insurance, child_id=cast.sami.id)
    storage.put(b"sent, and never named by a row", "application/pdf", sealed=False)
    half = folder / "ab" / f"{'ab' * 32}.waiting"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"half")
    assert documents.sweep() == 0
    aged(folder)
    assert documents.sweep() == 1
    assert len(on_disk(folder)) == 1


def test_a_file_that_is_swept_while_it_is_sent_is_there_at_the_end(cast: Cast, insurance: DocumentKind, folder: Path) -> None:
    """The file was stored, the sweep ran, then the row is written: the verb puts the file back before it names it."""
    stored = storage.put(b"%PDF-", "application/pdf", sealed=False)
    aged(folder)
    assert documents.sweep() == 1
    with writing() as session:
        storing.keep(session, stored)
    assert on_disk(folder) == {stored.sha256}


def test_sending_and_sweeping_at_once_lose_nothing(cast: Cast, insurance: DocumentKind, folder: Path) -> None:
    sami, benali = cast.sami, cast.benali
    stored = storage.put(b"%PDF-1.7 the same page, again and again", "application/pdf", sealed=False)

    def name() -> int:
        with writing() as session:
            storing.keep(session, stored)
            about = {"kind_id": insurance.id, "family_id": benali.id, "child_id": sami.id, "is_current": False}
            paper = Document(state="to_check", sent_at=clock.now(), **about)
            session.add(paper)
            session.flush()
            session.add(DocumentFile(document_id=paper.id, sha256=stored.sha256, name="a.pdf"))
        return paper.id

    for _round in range(12):
        aged(folder)
        _, paper = race(documents.sweep, name)
        assert on_disk(folder) == {stored.sha256}
        with writing() as session:
            session.execute(delete(DocumentFile).where(DocumentFile.document_id == paper))

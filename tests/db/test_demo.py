"""The demo town: the same from the same numbers, complete, true in its kept values, and never where it must not be."""

import hashlib
import json
import shutil
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import bcrypt
import pytest
from sqlalchemy import func, inspect, select

from db import storage
from db.__main__ import main
from db.check import differences
from db.demo import DEMO_PEOPLE, PASSWORD, DemoRefused, papers, plant
from db.demo.calendar import SchoolYear
from db.demo.programme import PASSWORD_HASH
from db.geography import communes, members
from db.history import import_history
from db.models import (
    Account,
    AccountLink,
    AccountRequest,
    Attendance,
    Base,
    Booking,
    Child,
    Conversation,
    DailyTotal,
    Document,
    Family,
    FamilyBalance,
    FamilyChild,
    Guardian,
    HealthRecord,
    Invoice,
    JournalEntry,
    Letter,
    Offer,
    OpenDay,
    Payment,
    Registration,
    Reminder,
    Seats,
    StoredFile,
    WaitingListEntry,
)
from db.sealing import SealBroken, unseal
from db.session import connect, engine, reading
from db.settings import settings
from domain.intake.inspection import inspect as inspect_paper
from domain.intake.paper import Upload
from tests.cast import Cast
from tests.db.conftest import TODAY


def _fingerprints() -> dict[str, str]:
    prints = {}
    with reading() as session:
        for name, table in Base.metadata.tables.items():
            columns = [column for column in table.columns if column.name != "sealed"]
            told = [
                [json.dumps(v, sort_keys=True) if isinstance(v, dict | list) else v for v in row]
                for row in session.execute(select(*columns))
            ]
            prints[name] = hashlib.sha256("".join(sorted(map(repr, told))).encode()).hexdigest()
    return prints


def _states(column: Any) -> set[str]:
    with reading() as session:
        return set(session.scalars(select(column).distinct()))


def _count(model: type[Base], *where: Any) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_what_is_kept_in_the_demo_town_is_what_its_rows_say(town: str) -> None:
    with reading() as session:
        assert {name: count for name, count, _ in differences(session)} == dict.fromkeys(
            ("seats", "invoices", "payments", "family_balances", "site_balances", "family_files"), 0
        )


def test_every_state_of_the_trade_is_in_the_demo_town(town: str) -> None:
    assert _states(Booking.state) == {"pending", "to_pay", "confirmed", "absent", "cancelled", "refused", "lapsed"}
    assert _states(Attendance.state) == {"present", "late", "excused", "no_show"}
    assert _states(Registration.state) == {"requested", "accepted", "refused", "waiting", "ended"}
    assert _states(Document.state) == {"to_check", "accepted", "refused"}
    assert _states(AccountRequest.state) == {"waiting", "approved", "refused"}
    assert _states(WaitingListEntry.state) >= {"waiting", "offered", "lapsed", "withdrawn"}
    assert _states(Payment.state) == {"received", "bounced"}
    assert _states(Payment.method) == {"cash", "cheque", "card", "transfer", "cesu", "ancv", "direct_debit", "online"}
    assert _states(Letter.state) == {"waiting", "sent"}
    assert _states(Reminder.level) == {1, 2, 3}
    assert _states(DailyTotal.source) == {"closed_year"}


def test_money_is_overdue_at_every_age(town: str) -> None:
    with reading() as session:
        due = session.scalars(select(Invoice.due_on).where(Invoice.open_cents > 0)).all()
    late = {(TODAY - day).days for day in due}
    for youngest, oldest in ((-60, 0), (1, 30), (31, 60), (61, 90), (91, 999)):
        assert any(youngest <= days <= oldest for days in late), (youngest, oldest)
    assert _count(Invoice, Invoice.open_cents > 0, Invoice.open_cents < Invoice.total_cents) > 0
    assert _count(FamilyBalance, FamilyBalance.credit_cents > 0) > 0


def test_papers_are_missing_about_to_expire_and_expired(town: str) -> None:
    assert _count(Document, Document.state == "accepted", Document.valid_until_on < TODAY) > 0
    assert _count(Document, Document.valid_until_on.between(TODAY, date(2026, 4, 1))) > 0
    with reading() as session:
        files = session.scalars(select(StoredFile)).all()
    assert len(files) == len(papers.KINDS)
    for file in files:
        content = storage.content_of(file.sha256, sealed=file.is_sealed)
        kept = inspect_paper([Upload("specimen", content)])
        assert (kept.mime, file.size) == (file.mime, len(content))
        assert len(content) < 60_000


def test_coming_days_are_full_with_children_waiting_and_offers_open(town: str) -> None:
    assert _count(Seats, Seats.day > TODAY, Seats.taken >= Seats.capacity, Seats.waiting > 0) > 0
    assert _count(Offer, Offer.state == "open") > 0
    assert _count(AccountRequest, AccountRequest.state == "waiting") >= 8
    assert _count(Conversation, Conversation.unread_by_staff > 0) > 0


def test_about_ninety_four_in_a_hundred_of_the_booked_come(town: str) -> None:
    with reading() as session:
        booked, present = session.execute(select(func.sum(Seats.booked), func.sum(Seats.present)).where(Seats.day < TODAY)).one()
    assert 0.92 < present / booked < 0.96


def test_separated_parents_share_a_child_over_two_families(town: str) -> None:
    homes = select(FamilyChild.child_id).where(FamilyChild.custody == "shared").group_by(FamilyChild.child_id).having(func.count() == 2)
    with reading() as session:
        shared = session.scalars(homes).all()
        payers = session.execute(select(Booking.child_id, func.count(Booking.family_id.distinct())).group_by(Booking.child_id)).all()
    assert shared
    assert {child for child, families in payers if families == 2} <= set(shared)
    assert max(families for _, families in payers) == 2


def test_the_named_people_are_there_with_their_sites_and_children(town: str) -> None:
    with reading() as session:
        accounts = {account.email: account for account in session.scalars(select(Account).where(Account.email.like("%@demo.example")))}
        children = dict(
            session.execute(
                select(Guardian.email, Child.first_name)
                .join(FamilyChild, FamilyChild.family_id == Guardian.family_id)
                .join(Child, Child.id == FamilyChild.child_id)
                .where(Guardian.email.in_(("amina@demo.example", "bruno@demo.example")))
            ).all()
        )
    assert {email for email, _, _ in DEMO_PEOPLE} <= set(accounts)
    assert children == {"amina@demo.example": "Sami", "bruno@demo.example": "Lia"}
    assert accounts["denis@demo.example"].sees_all_sites


def test_numbers_of_invoices_have_no_gap(town: str) -> None:
    with reading() as session:
        numbers = sorted(session.scalars(select(Invoice.number)))
    series: dict[str, list[int]] = {}
    for number in numbers:
        prefix, _, place = number.rpartition("-")
        series.setdefault(prefix, []).append(int(place))
    assert all(places == list(range(1, len(places) + 1)) for places in series.values())
    assert "MOR-2026" in series


def test_nobody_of_the_town_could_be_real(town: str) -> None:
    with reading() as session:
        emails = session.scalars(select(Account.email)).all()
        phones = session.execute(select(Family.phone_mobile, Family.phone_landline)).all()
    assert all(email.endswith(("@exemple.fr", "@demo.example")) for email in emails)
    assert all(number.startswith(("063998", "035301")) for pair in phones for number in pair if number)


def test_health_sheets_are_sealed_for_their_child_alone(town: str) -> None:
    with reading() as session:
        first, second = session.scalars(select(HealthRecord).order_by(HealthRecord.child_id).limit(2)).all()
    assert b"doctor" in unseal(first.sealed, first.key_version, f"health_records:{first.child_id}")
    with pytest.raises(SealBroken):
        unseal(first.sealed, first.key_version, f"health_records:{second.child_id}")
    with pytest.raises(SealBroken):
        unseal(first.sealed[:-1] + bytes([first.sealed[-1] ^ 1]), first.key_version, f"health_records:{first.child_id}")
    with pytest.raises(SealBroken):
        unseal(first.sealed, 9, f"health_records:{first.child_id}")


def test_the_same_numbers_give_the_same_rows_on_both_databases_and_another_seed_others(
    planted_sqlite: Path, planted_postgresql: str, migrated_sqlite: Path, tmp_path: Path
) -> None:
    prints = []
    for address in (f"sqlite:///{planted_sqlite}", planted_postgresql):
        connect(address)
        prints.append(_fingerprints())
    for seed in (1, 2):
        _on_an_empty_file(migrated_sqlite, tmp_path / f"{seed}.sqlite3")
        plant(seed=seed, today=TODAY)
        prints.append(_fingerprints())
    assert prints[0] == prints[1] == prints[2]
    assert prints[0]["bookings"] != prints[3]["bookings"]
    assert prints[0]["families"] != prints[3]["families"]


def _on_an_empty_file(migrated: Path, path: Path) -> None:
    shutil.copy(migrated, path)
    connect(f"sqlite:///{path}")


def test_new_rows_follow_the_planted_ones(town_of_its_own: str) -> None:
    with reading() as session:
        before = session.scalar(select(func.max(Family.id))) or 0
    assert Cast().family("Nouvelle").id == before + 1


def test_indexes_and_foreign_keys_are_back_after_the_load(database: str) -> None:
    def shape() -> dict[str, tuple[list[str], int]]:
        look = inspect(engine())
        return {
            table: (sorted(str(index["name"]) for index in look.get_indexes(table)), len(look.get_foreign_keys(table)))
            for table in look.get_table_names()
        }

    before = shape()
    plant(today=TODAY)
    assert shape() == before
    assert before["bookings"][1] > 0


def test_a_database_with_people_is_refused(cast: Cast) -> None:
    assert cast.amina
    with pytest.raises(DemoRefused, match="not_empty"):
        plant(today=TODAY)
    assert _count(Family) == 1


def test_a_database_with_nothing_but_an_imported_history_is_refused(database: str, tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text("site_type,date,prevision,reel,site_nom\nM,2016-05-24,72,68,A\n")
    import_history(path)
    with pytest.raises(DemoRefused, match="not_empty"):
        plant(today=TODAY)


def test_production_is_refused(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "environment", "production")
    with pytest.raises(DemoRefused, match="production"):
        plant(today=TODAY)
    assert _count(Account) == 0


def test_a_load_that_breaks_leaves_nothing_and_the_indexes_as_they_were(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("no room left")

    before = {index["name"] for index in inspect(engine()).get_indexes("bookings")}
    monkeypatch.setattr(papers, "file_away", broken)
    with pytest.raises(OSError, match="no room left"):
        plant(today=TODAY)
    assert _count(Family) == 0
    assert {index["name"] for index in inspect(engine()).get_indexes("bookings")} == before


_DAYS = [date(2026, 9, 1), date(2026, 12, 25), date(2027, 2, 28), date(2027, 7, 14), date(2027, 8, 31), date(2031, 5, 1)]


@pytest.mark.parametrize("day", _DAYS, ids=str)
def test_today_is_inside_the_year_whatever_the_day(migrated_sqlite: Path, tmp_path: Path, day: date) -> None:
    _on_an_empty_file(migrated_sqlite, tmp_path / "town.sqlite3")
    plant(today=day)
    with reading() as session:
        first, last = session.execute(select(func.min(OpenDay.day), func.max(OpenDay.day))).one()
        assert not any(count for _, count, _ in differences(session))
    year = SchoolYear.around(day)
    assert year.starts_on <= day <= year.ends_on
    assert first >= year.starts_on
    assert last <= year.ends_on
    assert _count(Invoice, Invoice.open_cents > 0, Invoice.due_on < day) > 0


def test_the_school_year_follows_the_published_holidays_of_zone_b() -> None:
    year = SchoolYear(2026)
    spans = {span.name: (span.starts_on, span.ends_on) for span in year.school_holidays}
    assert spans["Vacances d'hiver"] == (date(2027, 2, 20), date(2027, 3, 7))
    assert spans["Pont de l'Ascension"] == (date(2027, 5, 6), date(2027, 5, 9))
    assert date(2026, 11, 11) not in year.wednesdays()
    assert date(2026, 11, 18) in year.wednesdays()


def test_where_the_publication_ends_the_usual_rule_goes_on() -> None:
    spans = SchoolYear(2060)._usual()
    assert [span.name for span in spans][-1] == "Vacances d'été"
    assert all(span.starts_on.weekday() == 5 for span in spans)
    assert all(before.ends_on < after.starts_on for before, after in pairwise(spans))


def test_the_communes_are_the_real_ones() -> None:
    assert len(members()) == 47
    moreuil = next(commune for commune in members() if commune.name == "Moreuil")
    assert moreuil.postcodes == ("80110",)
    assert sum(commune.population for commune in members()) > 21_000
    assert len(communes()) == 771


def test_the_demo_command_prints_the_people_and_does_nothing_twice(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    told = capsys.readouterr().out
    assert all(email in told for email, _, _ in DEMO_PEOPLE)
    assert PASSWORD in told
    families = _count(Family)
    assert main(["demo"]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert main(["demo", "--if-empty"]) == 0
    assert _count(Family) == families


def test_the_demo_command_refuses_production(database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(settings(), "environment", "production")
    assert main(["demo", "--if-empty"]) == 1
    assert "not for production" in capsys.readouterr().err
    assert _count(Account) == 0


def test_the_password_printed_is_the_one_of_the_demo_people() -> None:
    assert bcrypt.checkpw(PASSWORD.encode(), PASSWORD_HASH.encode())


def test_the_first_administrator_gets_a_link_that_counts_once_and_replaces_the_one_before(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    person = ["admin", "--email", " Chef@Mairie.example ", "--first-name", "Ada", "--last-name", "Martin"]
    tokens = []
    for _ in range(2):
        assert main(person) == 0
        tokens.append(capsys.readouterr().out.strip().rpartition("/confirmer?lien=")[2])
    with reading() as session:
        account = session.scalars(select(Account)).one()
        links = session.scalars(select(AccountLink).order_by(AccountLink.id)).all()
        acts = session.scalars(select(JournalEntry.act)).all()
    assert (account.email, account.role, account.state, account.password_hash) == ("chef@mairie.example", "administrator", "pending", None)
    assert [link.token_hash for link in links] == [hashlib.sha256(token.encode()).hexdigest() for token in tokens]
    assert links[0].expires_at <= links[1].created_at < links[1].expires_at
    assert acts == ["make_administrator", "make_administrator"]


def test_an_administrator_is_not_made_of_somebody_else_nor_without_a_name(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["admin", "--email", cast.amina.email, "--first-name", "A", "--last-name", "B"]) == 1
    assert "already" in capsys.readouterr().err
    assert main(["admin", "--email", "nobody", "--first-name", "A", "--last-name", "B"]) == 1
    assert "not an e-mail address" in capsys.readouterr().err
    assert main(["admin", "--email", "a@b.example", "--first-name", " ", "--last-name", "B"]) == 1
    assert _count(Account) == 1


def test_a_database_without_the_schema_is_told_what_to_do_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connect(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert main(["check"]) == 1
    assert "python -m db upgrade" in capsys.readouterr().err
    assert main(["upgrade"]) == 0
    assert main(["check"]) == 0


def test_an_unknown_command_is_not_understood() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demolish"])
    assert ended.value.code == 2

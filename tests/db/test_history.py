"""An attendance history comes in wholly or not at all, and twice is as good as once."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db.__main__ import main
from db.history import HistoryRefused, import_history
from db.models import AttendanceImport, DailyTotal, JournalEntry
from db.session import reading

HEADER = "site_type,date,prevision,reel,site_nom\n"


def _file(tmp_path: Path, text: str | bytes, name: str = "history.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _rows() -> list[tuple[object, ...]]:
    columns = (DailyTotal.site_type, DailyTotal.site_name, DailyTotal.day, DailyTotal.booked, DailyTotal.present, DailyTotal.capacity)
    with reading() as session:
        return [
            tuple(row) for row in session.execute(select(*columns).order_by(DailyTotal.site_name, DailyTotal.site_type, DailyTotal.day))
        ]


def _refused(path: Path) -> list[tuple[int, str, str]]:
    with pytest.raises(HistoryRefused) as refused:
        import_history(path)
    assert _rows() == []
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(AttendanceImport)) == 0
        assert session.scalar(select(func.count()).select_from(JournalEntry)) == 0
    return refused.value.faults


def test_lines_become_daily_totals_and_unknown_is_not_zero(database: str, tmp_path: Path) -> None:
    text = HEADER + 'M,2016-05-24,72,68,CHAUVINIERE\nE,2016-05-24,NA,0,CHAUVINIERE\nM/E,2016-05-25,,NA,"Les Lilas, école"\n'
    brought = import_history(_file(tmp_path, text))
    assert (brought.rows, brought.sites, brought.first_on, brought.last_on) == (3, 3, "2016-05-24", "2016-05-25")
    assert _rows() == [
        ("E", "CHAUVINIERE", date(2016, 5, 24), None, 0, None),
        ("M", "CHAUVINIERE", date(2016, 5, 24), 72, 68, None),
        ("M/E", "Les Lilas, école", date(2016, 5, 25), None, None, None),
    ]


def test_the_order_of_columns_a_mark_and_other_columns_do_not_matter(database: str, tmp_path: Path) -> None:
    import_history(
        _file(tmp_path, b"\xef\xbb\xbfreel;site_nom;menu;date;prevision;site_type\r\n3;Caf\xc3\xa9;frites;2020-01-06;4;E\r\n\r\n")
    )
    assert _rows() == [("E", "Café", date(2020, 1, 6), 4, 3, None)]


def test_a_file_read_again_doubles_nothing_and_its_new_figures_count(database: str, tmp_path: Path) -> None:
    lines = [f"M,{date(2016, 1, 1) + timedelta(days=n)},{n},{n},A\n" for n in range(30)]
    import_history(_file(tmp_path, HEADER + "".join(lines)))
    import_history(_file(tmp_path, HEADER + "".join(lines)))
    assert len(_rows()) == 30
    import_history(_file(tmp_path, HEADER + "M,2016-01-01,9,NA,A\nM,2016-03-01,1,1,A\nM,2016-01-02,1,1,A\n"))
    assert len(_rows()) == 31
    assert [row[3:5] for row in _rows()[:3]] == [(9, None), (1, 1), (2, 2)]
    with reading() as session:
        by_import = select(DailyTotal.import_id, func.count()).group_by(DailyTotal.import_id).order_by(DailyTotal.import_id)
        assert session.execute(by_import).all() == [(1, 29), (3, 2)]


def test_an_import_leaves_its_name_its_fingerprint_and_a_journal_line(database: str, tmp_path: Path) -> None:
    import_history(_file(tmp_path, HEADER + "M,2016-05-24,72,68,A\n", "cantines.csv"))
    with reading() as session:
        kept = session.scalars(select(AttendanceImport)).one()
        line = session.scalars(select(JournalEntry)).one()
        source, import_id = session.execute(select(DailyTotal.source, DailyTotal.import_id)).one()
    assert (kept.file_name, kept.row_count, len(kept.sha256)) == ("cantines.csv", 1, 64)
    assert (line.act, line.object_kind, line.object_id) == ("import_attendance", "attendance_imports", kept.id)
    assert (source, import_id) == ("import", kept.id)


def test_one_malformed_line_refuses_the_whole_file_and_every_fault_is_told(database: str, tmp_path: Path) -> None:
    lines = [
        "M,2016-05-24,72,68,A\n",
        "M,24/05/2016,72,68,A\n",
        "M,2016-02-30,72,68,A\n",
        "M,2016-05-25,-1,68,A\n",
        "M,2016-05-26,7.5,x,A\n",
        "M,2016-05-27,1,1\n",
        "M,2016-05-24,1,1,A\n",
        "M,2016-05-28,1,1,  \n",
        "M,2016-05-29,99999999999,1,A\n",
        f"M,2016-05-30,1,1,{'long' * 40}\n",
        "M,2016-05-31,1,1,B\n",
    ]
    assert _refused(_file(tmp_path, HEADER + "".join(lines))) == [
        (3, "date", "24/05/2016"),
        (4, "date", "2016-02-30"),
        (5, "figure", "-1"),
        (6, "figure", "7.5"),
        (6, "figure", "x"),
        (7, "fields", "4"),
        (8, "twice", "2"),
        (9, "site", ""),
        (10, "figure", "99999999999"),
        (11, "too_long", "long" * 10),
    ]


def test_a_missing_column_is_named(database: str, tmp_path: Path) -> None:
    assert _refused(_file(tmp_path, "site_type,date,prevision\nM,2016-05-24,72\n")) == [(1, "columns_missing", "reel, site_nom")]


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", b"PK\x03\x04\x14\x00\xe9\xa8", b"\x00\x01\x02"])
def test_a_file_that_is_not_a_csv_is_refused(database: str, tmp_path: Path, content: bytes) -> None:
    (fault,) = _refused(_file(tmp_path, content))
    assert fault[1] in ("not_text", "columns_missing")


def test_letters_that_are_not_utf8_are_refused_even_far_down(database: str, tmp_path: Path) -> None:
    lines = "".join(f"M,{date(2000, 1, 1) + timedelta(days=n)},1,1,A\n" for n in range(5_000))
    faults = _refused(_file(tmp_path, (HEADER + lines).encode() + b"M,2016-05-24,1,1,Ren\xe9\n"))
    assert faults[-1][1] == "not_text"


def test_an_empty_file_and_one_without_figures_are_refused(database: str, tmp_path: Path) -> None:
    assert _refused(_file(tmp_path, ""))[0][1] == "columns_missing"
    assert _refused(_file(tmp_path, HEADER)) == [(1, "empty", "")]


def test_the_command_tells_what_it_brought_or_why_it_did_not(database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import-attendance", str(_file(tmp_path, HEADER + "M,2016-05-24,1,1,A\n"))]) == 0
    assert "1 rows of 1 sites" in capsys.readouterr().out
    assert main(["import-attendance", str(_file(tmp_path, HEADER + "M,demain,1,1,A\n"))]) == 1
    assert "line 2: not a date" in capsys.readouterr().err
    assert main(["import-attendance", str(tmp_path / "nothing.csv")]) == 1
    assert "There is no file" in capsys.readouterr().err

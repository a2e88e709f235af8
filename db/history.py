"""Brings an attendance history into the daily totals: a CSV of real figures from before, or from elsewhere.

All or nothing: one malformed line refuses the whole file. A file that is read again changes what it says differently and doubles
nothing. The file is read once, line by line, inside the transaction that keeps it.
"""

import csv
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from db.models import AttendanceImport, JournalEntry
from db.session import touch, writing

COLUMNS = ("site_type", "date", "prevision", "reel", "site_nom")
UNKNOWN = frozenset(("", "NA"))
LARGEST = 2_147_483_647
Row = tuple[str, str, str, int | None, int | None]


class HistoryRefused(Exception):
    """The file was refused, wholly. `faults` lists every line with its reason (a word of `REASONS`) and the value at fault."""

    def __init__(self, faults: list[tuple[int, str, str]]) -> None:
        super().__init__(f"{len(faults)} faults, the first on line {faults[0][0]}: {faults[0][1]}")
        self.faults = faults


REASONS = ("not_text", "columns_missing", "fields", "date", "figure", "site", "too_long", "twice", "empty")


@dataclass(frozen=True)
class Brought:
    """What an import brought, and in how many seconds."""

    rows: int
    sites: int
    first_on: str
    last_on: str
    seconds: float


def import_history(path: Path, by_id: int | None = None) -> Brought:
    """Reads a CSV with the columns site_type, date (YYYY-MM-DD), prevision, reel and site_nom, in any order, others ignored.

    `by_id` is the account that brings it; nobody at the command line.
    `prevision` is what was booked, `reel` who came; empty or NA is unknown. Raises HistoryRefused, FileNotFoundError.
    """
    begun = time.perf_counter()
    with path.open("rb") as file:
        fingerprint = hashlib.file_digest(file, "sha256").hexdigest()
    reader = _Reader(path)
    with writing() as session:
        kept = AttendanceImport(file_name=path.name[:250], sha256=fingerprint, row_count=0, imported_at=datetime.now(UTC))
        session.add(kept)
        session.flush()
        keep = _into_sqlite if session.get_bind().dialect.name == "sqlite" else _into_postgresql
        keep(session, kept.id, reader.rows())
        if not reader.faults and not reader.count:
            reader.faults.append((1, "empty", ""))
        if reader.faults:
            raise HistoryRefused(reader.faults)
        kept.row_count = reader.count
        told = {"file_name": [None, path.name], "row_count": [None, reader.count]}
        session.add(
            JournalEntry(
                at=kept.imported_at,
                by_id=by_id,
                act="import_attendance",
                object_kind=kept.__tablename__,
                object_id=kept.id,
                changes=told,
            )
        )
        touch(session, "journal")
    return Brought(reader.count, len(reader.seen), reader.first_on, reader.last_on, time.perf_counter() - begun)


class _Reader:
    """Gives the good rows of a file until the first fault, then goes on looking for faults only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[tuple[int, str, str]] = []
        self.seen: dict[tuple[str, str], dict[str, int]] = {}
        self.count = 0
        self.first_on, self.last_on = "9999-12-31", "0001-01-01"
        self._days: dict[str, bool] = {}
        self._figures: dict[str, int | None] = dict.fromkeys(UNKNOWN)

    def rows(self) -> Iterator[Row]:
        """(site name, site type, day, booked, present) of every line; `faults` and `count` are right when it ends."""
        line = 1
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                lines = csv.reader(file, delimiter=_delimiter(file), strict=True)
                yield from self._checked(lines)
                line = lines.line_num
        except (UnicodeDecodeError, csv.Error):
            self.faults.append((line, "not_text", ""))

    def _checked(self, lines: Any) -> Iterator[Row]:
        header: list[str] = next(lines, [])
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            self.faults.append((1, "columns_missing", ", ".join(missing)))
            return
        places = [header.index(name) for name in COLUMNS]
        width = len(header)
        for fields in lines:
            line = lines.line_num
            if not fields:
                continue
            if len(fields) != width:
                self.faults.append((line, "fields", str(len(fields))))
                continue
            site_type, day, booked, present, site = (fields[place].strip() for place in places)
            good = self._named(line, site, site_type) & self._dated(line, day)
            good &= self._counted(line, booked) & self._counted(line, present)
            if not good:
                continue
            days = self.seen.setdefault((site, site_type), {})
            before = days.setdefault(day, line)
            if before != line:
                self.faults.append((line, "twice", str(before)))
            elif not self.faults:
                self.count += 1
                yield site, site_type, day, self._figures[booked], self._figures[present]

    def _named(self, line: int, site: str, site_type: str) -> bool:
        if not site:
            self.faults.append((line, "site", ""))
        elif len(site) > 120 or len(site_type) > 20 or "\0" in site + site_type:
            self.faults.append((line, "too_long", (site if len(site) > 120 else site_type)[:40]))
        else:
            return True
        return False

    def _dated(self, line: int, day: str) -> bool:
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = _is_day(day)
            if known:
                self.first_on, self.last_on = min(self.first_on, day), max(self.last_on, day)
        if not known:
            self.faults.append((line, "date", day[:40]))
        return known

    def _counted(self, line: int, figure: str) -> bool:
        if figure in self._figures:
            return True
        if not (figure.isascii() and figure.isdigit() and len(figure) <= 10 and int(figure) <= LARGEST):
            self.faults.append((line, "figure", figure[:40]))
            return False
        self._figures[figure] = int(figure)
        return True


def _delimiter(file: Any) -> str:
    """A semicolon when the first line has one and no comma, as French spreadsheets write it."""
    first = file.readline(10_000)
    file.seek(0)
    return ";" if ";" in first and "," not in first else ","


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


_KEY = "site_name, site_type, activity_name, day"
_NEW = "source = 'import', booked = excluded.booked, present = excluded.present, import_id = excluded.import_id"
_OTHER = "(source, daily_totals.booked, daily_totals.present) IS NOT ('import', excluded.booked, excluded.present)"


def _into_sqlite(session: Session, import_id: int, rows: Iterable[Row]) -> None:
    raw: Any = session.connection().connection.driver_connection
    raw.executemany(
        f"INSERT INTO daily_totals (source, site_name, site_type, activity_name, day, booked, present, import_id)"  # noqa: S608 (our own words)
        f" VALUES ('import', ?, ?, '', ?, ?, ?, {import_id:d}) ON CONFLICT ({_KEY}) DO UPDATE SET {_NEW} WHERE {_OTHER}",
        rows,
    )


def _into_postgresql(session: Session, import_id: int, rows: Iterable[Row]) -> None:
    raw: Any = session.connection().connection.driver_connection
    same = "t.site_name = b.site_name AND t.site_type = b.site_type AND t.activity_name = '' AND t.day = b.day"
    with raw.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("CREATE TEMPORARY TABLE brought (site_name text, site_type text, day date, booked int, present int) ON COMMIT DROP")
        with cursor.copy("COPY brought FROM STDIN") as copy:
            write: Callable[[Row], None] = copy.write_row
            for row in rows:
                write(row)
        # One import at a time: what is new is then known, and is added without asking row by row.
        cursor.execute("LOCK TABLE daily_totals IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("ANALYZE brought")
        cursor.execute(
            "UPDATE daily_totals t SET source = 'import', booked = b.booked, present = b.present, import_id = %s"  # noqa: S608 (our own words)
            f" FROM brought b WHERE {same} AND (t.source, t.booked, t.present) IS DISTINCT FROM ('import', b.booked, b.present)",
            (import_id,),
        )
        cursor.execute(
            "INSERT INTO daily_totals (source, site_name, site_type, activity_name, day, booked, present, import_id)"  # noqa: S608 (our own words)
            " SELECT 'import', site_name, site_type, '', day, booked, present, %s FROM brought b"
            f" WHERE NOT EXISTS (SELECT FROM daily_totals t WHERE {same})",
            (import_id,),
        )

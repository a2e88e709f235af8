"""An attendance history brought in by hand: the same reading as `python -m db import-attendance`, by somebody."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import history
from db.history import Brought
from db.models import Account, AttendanceImport
from domain import rights
from domain.refusals import NotAllowed, Refusal

SHOWN = 20


@dataclass(eq=False)
class HistoryUnreadable(Refusal):
    """A file was refused wholly. `faults` has every line at fault: its number, a word of `db.history.REASONS`, the value."""

    file_name: str
    faults: list[tuple[int, str, str]]


def may_import(by: Account) -> bool:
    """History speaks of sites by their names alone, so it is brought in by those who see every site."""
    return rights.may(by, "statistics") and rights.site_ids(by) is None


def import_history(by: Account | None, file_name: str, content: bytes) -> Brought:
    """Brings a CSV file into the daily totals, in a transaction of its own; read again, it doubles nothing.

    Raises NotAllowed, HistoryUnreadable.
    """
    if by is None or not may_import(by):
        raise NotAllowed("statistics")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(file_name).name[:120] or "history.csv")
        path.write_bytes(content)
        try:
            return history.import_history(path, by_id=by.id)
        except history.HistoryRefused as refused:
            raise HistoryUnreadable(path.name, refused.faults) from refused


def imports(session: Session, by: Account) -> pd.DataFrame:
    """The newest files that were read: file_name, row_count, imported_at. Raises NotAllowed."""
    rights.require(by, "statistics", rights.SEE)
    columns = (AttendanceImport.file_name, AttendanceImport.row_count, AttendanceImport.imported_at)
    newest = select(*columns).order_by(AttendanceImport.id.desc()).limit(SHOWN)
    return pd.DataFrame(session.execute(newest).all(), columns=["file_name", "row_count", "imported_at"])

"""The words and tables of bringing an attendance history in."""

from datetime import date

import pandas as pd

from db.history import Brought
from domain.statistics import HistoryUnreadable
from ui import format
from ui.i18n import _, n_, word
from ui.tables import Column

REASONS = {
    "not_text": word("The file is not UTF-8 text: is it a CSV?"),
    "columns_missing": word("The first line lacks a column"),
    "fields": word("Not as many fields as the first line has"),
    "date": word("Not a date (year-month-day)"),
    "figure": word("Not a whole number of at least 0"),
    "site": word("No site name"),
    "too_long": word("Longer than is kept"),
    "twice": word("The same site, type and date as the line named here"),
    "empty": word("The file has no line of figures"),
}


def asked_for() -> str:
    """What a file must look like."""
    return _(
        "A CSV file whose first line names the columns site_type, date (year-month-day), prevision (booked), reel (present) and site_nom. "
        "NA or nothing means unknown. A file that is brought again changes what it says differently and doubles nothing; one line that "
        "cannot be read refuses the whole file. These figures stay apart from the bookings."
    )


def done(brought: Brought) -> str:
    """What an import brought."""
    return n_(
        "{count} line is imported, from {first} to {last} ({sites}).",
        "{count} lines are imported, from {first} to {last} ({sites}).",
        brought.rows,
        first=format.short_day(date.fromisoformat(brought.first_on)),
        last=format.short_day(date.fromisoformat(brought.last_on)),
        sites=n_("{count} site", "{count} sites", brought.sites),
    )


def imported() -> dict[str, Column]:
    """The columns of the files that were read."""
    return {
        "imported_at": Column(_("Imported"), "instant"),
        "file_name": Column(_("File")),
        "row_count": Column(_("Lines"), "number"),
    }


def faults(refusal: HistoryUnreadable) -> pd.DataFrame:
    """Every line at fault: line, reason in words, value."""
    rows = [(line, _(REASONS[reason]), value) for line, reason, value in refusal.faults]
    return pd.DataFrame(rows, columns=["line", "reason", "value"])


def at_fault() -> dict[str, Column]:
    """The columns of `faults`."""
    return {"line": Column(_("Line")), "reason": Column(_("Reason")), "value": Column(_("What stands there"))}

"""The refusals of Fréquentation and of supervision."""

from collections.abc import Callable
from typing import Any

from domain import staffing, statistics
from domain.refusals import Refusal
from ui import format
from ui.i18n import _, n_

SENTENCES: dict[type[Refusal], Callable[[Any], str]] = {
    staffing.NotAStaffNumber: lambda refusal: _(
        "The number of adults is a whole number between 0 and {most}.", most=format.number(refusal.most)
    ),
    statistics.HistoryUnreadable: lambda refusal: n_(
        "Nothing was imported from “{file}”: {count} line cannot be read.",
        "Nothing was imported from “{file}”: {count} lines cannot be read.",
        len(refusal.faults),
        file=format.plain(refusal.file_name),
    ),
}

"""Fréquentation: what was offered, booked and attended, day by day, and the rates drawn from it.

Frames come out of `read` (one row per day and slot) and are folded by `rates`. An unknown figure is missing, never zero, and a rate
is drawn only from the days and slots of which both its terms are known.
"""

from domain.statistics.history import HistoryUnreadable, import_history, imports, may_import
from domain.statistics.periods import days_of, named
from domain.statistics.rates import by_day, by_weekday_and_slot, compare, compare_totals, grain_of, no_show, over_time, total
from domain.statistics.reading import LONGEST, Choices, Figures, Selection, choices, read

__all__ = [
    "LONGEST",
    "Choices",
    "Figures",
    "HistoryUnreadable",
    "Selection",
    "by_day",
    "by_weekday_and_slot",
    "choices",
    "compare",
    "compare_totals",
    "days_of",
    "grain_of",
    "import_history",
    "imports",
    "may_import",
    "named",
    "no_show",
    "over_time",
    "read",
    "total",
]

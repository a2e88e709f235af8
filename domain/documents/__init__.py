"""Papers: sending and opening them, what is decided of one, whose file is complete, and reminding the families whose file is not."""

from domain.documents.asked import Asked, Line, Person, asked_of_family
from domain.documents.completeness import (
    COUNTED,
    SORTS,
    Chosen,
    count,
    everything,
    matrix,
    names,
    page,
    papers,
    programme,
    refresh,
    refresh_all,
)
from domain.documents.decisions import Paper, Sheet, accept, is_health, open_paper, refuse, valid_until
from domain.documents.opening import Opened, OwnFile, files_of, find_file, open_file
from domain.documents.reminders import MOST, Plan, TooManyFamilies, plan, preview, remind
from domain.documents.sending import MOST_A_DAY, Sent, TooManySent, send, take_over, waits
from domain.documents.storing import sweep

__all__ = [
    "COUNTED",
    "MOST",
    "MOST_A_DAY",
    "SORTS",
    "Asked",
    "Chosen",
    "Line",
    "Opened",
    "OwnFile",
    "Paper",
    "Person",
    "Plan",
    "Sent",
    "Sheet",
    "TooManyFamilies",
    "TooManySent",
    "accept",
    "asked_of_family",
    "count",
    "everything",
    "files_of",
    "find_file",
    "is_health",
    "matrix",
    "names",
    "open_file",
    "open_paper",
    "page",
    "papers",
    "plan",
    "preview",
    "programme",
    "refresh",
    "refresh_all",
    "refuse",
    "remind",
    "send",
    "sweep",
    "take_over",
    "valid_until",
    "waits",
]

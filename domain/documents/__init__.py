"""Papers: whose file is complete, what is decided of a paper, and reminding the families whose file is not."""

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
from domain.documents.decisions import Paper, accept, is_health, open_paper, refuse, valid_until
from domain.documents.reminders import MOST, Plan, TooManyFamilies, plan, preview, remind

__all__ = [
    "COUNTED",
    "MOST",
    "SORTS",
    "Chosen",
    "Paper",
    "Plan",
    "TooManyFamilies",
    "accept",
    "count",
    "everything",
    "is_health",
    "matrix",
    "names",
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
    "valid_until",
]

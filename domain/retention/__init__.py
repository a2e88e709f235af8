"""How long data are kept: the rules and their terms, the batch that a person confirms, the erasure, and families that ask to leave."""

from domain.retention import closing, rules
from domain.retention.batches import (
    MOST,
    PAGE,
    Due,
    children_due,
    confirm,
    confirmed,
    erased_so_far,
    families_due,
    hold,
    holds,
    preview,
    release,
    take_back,
)
from domain.retention.classes import NOBODY, TREATMENTS, Fate, Treatment, fates
from domain.retention.nightly import erase_confirmed, let_go
from domain.retention.refusals import AsksAlready, BookedAhead, NotDue, NotHeldUntil, TooManyAtOnce

__all__ = [
    "MOST",
    "NOBODY",
    "PAGE",
    "TREATMENTS",
    "AsksAlready",
    "BookedAhead",
    "Due",
    "Fate",
    "NotDue",
    "NotHeldUntil",
    "TooManyAtOnce",
    "Treatment",
    "children_due",
    "closing",
    "confirm",
    "confirmed",
    "erase_confirmed",
    "erased_so_far",
    "families_due",
    "fates",
    "hold",
    "holds",
    "let_go",
    "preview",
    "release",
    "rules",
    "take_back",
]

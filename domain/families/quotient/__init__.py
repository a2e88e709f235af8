"""The quotient familial: told by the family and checked on its proof, or fetched from the API Particulier; dated, never edited."""

from domain.families.quotient.checking import accept, correct, record, refuse
from domain.families.quotient.declaring import declare
from domain.families.quotient.fetching import AskedTooOften, Birth, fetch, is_offered, suggested
from domain.families.quotient.lists import History, Line, counts, find, history, missing, of_family, unproved, waiting
from domain.families.quotient.values import LARGEST_CENTS, Told, WrongQuotient, current, last_day, months, sound, value_of

__all__ = [
    "LARGEST_CENTS",
    "AskedTooOften",
    "Birth",
    "History",
    "Line",
    "Told",
    "WrongQuotient",
    "accept",
    "correct",
    "counts",
    "current",
    "declare",
    "fetch",
    "find",
    "history",
    "is_offered",
    "last_day",
    "missing",
    "months",
    "of_family",
    "record",
    "refuse",
    "sound",
    "suggested",
    "unproved",
    "value_of",
    "waiting",
]

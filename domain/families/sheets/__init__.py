"""The child's sheets: health, people to call or kept away, permissions; each is certified by the family for a period.

Both homes of a shared child read and write the health sheet together; each home names its own people and gives its own answers, and of
two answers the careful one counts. The staff reads; only a court's decision about a parent is written by it.
"""

from domain.families.sheets.certification import SECTIONS, CannotCertify, SheetState, certify, sheets_of
from domain.families.sheets.contacts import (
    Contact,
    Contacts,
    call_first,
    change_person,
    contacts_of,
    forbid_guardian,
    forbid_person,
    lift_ban,
    name_person,
    remove_person,
)
from domain.families.sheets.health import ANSWERS, DIETS, HealthSheet, change_health, health_of, read_health
from domain.families.sheets.permissions import KINDS, Answer, Answers, answer_permissions, answers_of
from domain.families.sheets.refusals import (
    AnswerAgainstDetails,
    BeforeBirth,
    GuardianNotForbidden,
    IsForbidden,
    IsThereAlready,
    NotYours,
    SheetChanged,
    SheetUnreadable,
    SureNeeded,
    TooManyPeople,
)
from domain.families.sheets.surroundings import Surroundings, surroundings

__all__ = [
    "ANSWERS",
    "DIETS",
    "KINDS",
    "SECTIONS",
    "Answer",
    "AnswerAgainstDetails",
    "Answers",
    "BeforeBirth",
    "CannotCertify",
    "Contact",
    "Contacts",
    "GuardianNotForbidden",
    "HealthSheet",
    "IsForbidden",
    "IsThereAlready",
    "NotYours",
    "SheetChanged",
    "SheetState",
    "SheetUnreadable",
    "SureNeeded",
    "Surroundings",
    "TooManyPeople",
    "answer_permissions",
    "answers_of",
    "call_first",
    "certify",
    "change_health",
    "change_person",
    "contacts_of",
    "forbid_guardian",
    "forbid_person",
    "health_of",
    "lift_ban",
    "name_person",
    "read_health",
    "remove_person",
    "sheets_of",
    "surroundings",
]

"""The refusals of the structure's settings, of letters and of the journal, and the words of the journal's acts."""

from collections.abc import Callable
from typing import Any

from domain import structure
from domain.letters import outbox
from domain.refusals import Refusal
from ui.i18n import _, word

PROBLEMS = {
    "empty": word("it is empty"),
    "too_long": word("it is too long"),
    "not_an_email": word("this is not an e-mail address"),
    "not_an_address": word("an address beginning with https:// is expected"),
    "not_yes_or_no": word("the answer is yes or no"),
    "not_a_share": word("a share between 0 and 100 % is expected"),
    "not_rising": word("“soon full” must be above 0 % and below “full”, which is 100 % at most"),
    "not_a_lasting": word("the school year or twelve months are expected"),
    "doubled_ratio": word("a line is there twice, or none is left"),
    "not_a_validity": word("a way of counting and 1 to 36 months are expected"),
    "not_a_term": word("each term needs a whole number of months within its limits"),
    "not_ratios": word("each line needs its kind and two whole numbers from 1 to 100"),
}

SETTINGS = {
    "name": word("Name of the structure"),
    "contact_email": word("Contact e-mail"),
    "contact_phone": word("Contact telephone"),
    "source_address": word("Address of the source code"),
    "second_factor_required_of_staff": word("Second factor required of the staff"),
    "certification_lasts": word("How long a certified sheet counts"),
    "capacity_thresholds": word("Capacity thresholds"),
    "staffing_ratios": word("Supervision ratios"),
    "quotient": word("Quotient familial"),
    "retention": word("How long data are kept"),
    "text_legal_notice": word("Legal notice"),
    "text_privacy": word("Privacy"),
    "text_accessibility": word("Accessibility"),
}

SENTENCES: dict[type[Refusal], Callable[[Any], str]] = {
    structure.InvalidSetting: lambda refusal: _(
        "“{setting}” was not changed: {problem}.",
        setting=_(SETTINGS.get(refusal.name, refusal.name)),
        problem=_(PROBLEMS.get(refusal.problem, refusal.problem)),
    ),
    structure.NotAPicture: lambda refusal: _("This file is not a PNG or JPEG picture of at most 2 MB."),
    outbox.NotDead: lambda refusal: _("This message is not laid aside: it has been sent, or waits for its next try."),
}

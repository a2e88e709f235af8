"""The refusals about the quotient familial, a family's own data, and how long data are kept."""

from collections.abc import Callable
from typing import Any

from domain import privacy, retention
from domain.families import quotient
from domain.families.quotient import providers
from domain.refusals import Refusal
from ui import format
from ui.i18n import _, n_, word

PROBLEMS = {
    "not_a_number": word("A quotient is a number of euros, for example 720 or 720,50, and the month it was computed for."),
    "negative": word("A quotient is never below zero."),
    "too_high": word("This quotient is far above the highest there are: please look at the number again."),
    "month_to_come": word("This month has not begun yet."),
    "too_old": word("This quotient is too old to count: please give a newer one."),
}

FIELDS = {
    "birth_name": word("Name of birth"),
    "birth_town": word("Town of birth"),
    "birth_department": word("Département of birth"),
}

SENTENCES: dict[type[Refusal], Callable[[Any], str]] = {
    quotient.WrongQuotient: lambda refusal: _(PROBLEMS[refusal.problem]),
    quotient.AskedTooOften: lambda refusal: n_(
        "The quotient was already asked for {count} time today. Please type it, or come back tomorrow.",
        "The quotient was already asked for {count} times today. Please type it, or come back tomorrow.",
        refusal.most,
    ),
    providers.QuotientUnknown: lambda refusal: _("The CAF and the MSA know no quotient for you. Please type it with its proof."),
    providers.PersonUnknown: lambda refusal: _(
        "The CAF and the MSA did not find you with these details. Please look at them again, or type your quotient with its proof."
    ),
    providers.AnotherPerson: lambda refusal: _(
        "The answer is about somebody born on another day than you. Please check your day of birth in “My family”."
    ),
    providers.ProviderBusy: lambda refusal: _("Too many requests at this moment. Please try again in a minute."),
    providers.ProviderDown: lambda refusal: _(
        "The service of the CAF and the MSA does not answer at this moment. You can type your quotient with its proof."
    ),
    providers.ProviderRefuses: lambda refusal: _(
        "The service of the CAF and the MSA does not accept our requests. Please type your quotient with its proof, and tell the structure."
    ),
    retention.NotDue: lambda refusal: n_(
        "{count} family is not due any more: something has happened since. Please look at the list again.",
        "{count} families are not due any more: something has happened since. Please look at the list again.",
        refusal.count,
    ),
    retention.TooManyAtOnce: lambda refusal: n_(
        "At most {count} family is confirmed at once: nobody looks through more.",
        "At most {count} families are confirmed at once: nobody looks through more.",
        refusal.most,
    ),
    retention.NotHeldUntil: lambda refusal: _(
        "A family is kept until a day to come, within ten years: {day} is not one.", day=format.short_day(refusal.until_on)
    ),
    retention.BookedAhead: lambda refusal: n_(
        "{count} booking or request is still to come, until {day}. Please cancel it first.",
        "{count} bookings or requests are still to come, until {day}. Please cancel them first.",
        refusal.days,
        day=format.short_day(refusal.last_on),
    ),
    retention.AsksAlready: lambda refusal: _("Your request has reached us already: it waits for an answer."),
    privacy.TooManyExports: lambda refusal: n_(
        "Your data were already taken {count} time today. Please come back tomorrow.",
        "Your data were already taken {count} times today. Please come back tomorrow.",
        refusal.most,
    ),
}

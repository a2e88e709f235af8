"""The refusals that every chapter may give."""

from collections.abc import Callable
from typing import Any

from domain import refusals
from ui import format
from ui.i18n import _, n_, word
from ui.sentences import field

THINGS = {
    "accounts": word("This account does not exist, or is not one you may see."),
    "families": word("This family does not exist, or is not one you may see."),
    "children": word("This child does not exist, or is not one you may see."),
}

OUTCOMES = {"approved": word("approved"), "refused": word("refused"), "accepted": word("accepted"), "withdrawn": word("withdrawn")}


def _decided(refusal: refusals.AlreadyDecided) -> str:
    facts = {"when": format.instant(refusal.at), "outcome": _(OUTCOMES.get(refusal.outcome, refusal.outcome))}
    if refusal.by_name is None:
        return _("This was already decided: {outcome}, on {when}.", **facts)
    return _("{name} was quicker: {outcome}, on {when}.", name=format.plain(refusal.by_name), **facts)


SENTENCES: dict[type[refusals.Refusal], Callable[[Any], str]] = {
    refusals.NotAllowed: lambda refusal: _("Your role does not allow this."),
    refusals.DoesNotExist: lambda refusal: _(THINGS.get(refusal.kind, "This does not exist, or is not something you may see.")),
    refusals.AlreadyDecided: _decided,
    refusals.Incomplete: lambda refusal: _("Please fill in this field: {field}.", field=field(refusal.field)),
    refusals.TooLong: lambda refusal: n_(
        "“{field}” is too long: {count} character at most.",
        "“{field}” is too long: {count} characters at most.",
        refusal.longest,
        field=field(refusal.field),
    ),
    refusals.NotAnAmount: lambda refusal: _("This is not an amount: a number of euros above zero is expected."),
    refusals.PeriodUpsideDown: lambda refusal: _(
        "The period ends ({until}) before it begins ({start}).",
        start=format.short_day(refusal.from_on),
        until=format.short_day(refusal.until_on),
    ),
    refusals.PeriodTooLong: lambda refusal: _(
        "The period is too long: {days} days, and {longest} at most are shown at once.",
        days=format.number(refusal.days),
        longest=format.number(refusal.longest),
    ),
    refusals.ChangedMeanwhile: lambda refusal: _("Somebody changed this in the meantime. Please look again before acting."),
    refusals.NothingChosen: lambda refusal: _("Nothing is chosen: tick at least one line."),
}

NOT_FOUND = word("This does not exist, or is not something you may see.")

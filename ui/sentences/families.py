"""The refusals of the family's forms, and the names of their fields."""

from collections.abc import Callable
from typing import Any

from domain.accounts import own_email
from domain.families import FIELDS as FORMS
from domain.families import FieldNeeded, NotSound, changing, deciding, homes, invitations, joining
from domain.refusals import Refusal
from ui import fields, format
from ui.i18n import _, n_, word
from ui.sentences import field

PROBLEMS = {
    "phone": word("“{field}”: this is not a telephone number."),
    "postcode": word("“{field}”: a postcode has five figures."),
    "email": word("“{field}”: this is not an e-mail address."),
    "future": word("“{field}”: this day is still to come."),
    "past": word("“{field}”: this day is not possible."),
    "choice": word("“{field}”: please choose one of the answers."),
    "commune": word("“{field}”: choose a commune, or type its INSEE code of five characters."),
    "characters": word("“{field}”: only letters, figures and usual signs can be kept."),
}

FIELDS = {
    "last_name": word("Last name"),
    "first_name": word("First name"),
    "phone_landline": word("Telephone at home"),
    "phone_mobile": word("Mobile telephone"),
    "phone_work": word("Telephone at work"),
    "phone_work_mobile": word("Mobile telephone at work"),
    "postcode": word("Postcode"),
    "town": word("Town"),
    "street_number": word("No."),
    "street_suffix": word("Bis, ter, etc."),
    "street": word("Street"),
    "address_extra": word("Address, more"),
    "regime": word("Régime allocataire"),
    "allocataire_number": word("Allocataire number"),
    "allocataire_name": word("Allocataire name"),
    "civility": word("Civility"),
    "marital_status": word("Marital status"),
    "born_on": word("Date of birth"),
    "occupation_category": word("Occupation category"),
    "profession": word("Profession"),
    "employer": word("Employer"),
    "sex": word("Sex"),
    "school": word("School"),
    "school_class": word("Class"),
    "birth_place_code": word("Commune of birth"),
    "other_home": word("The other parent lives in another home"),
}


def value_of(section: str, name: str, value: Any, *, marks: bool = True) -> str:
    """A value of a form as it is read: safe to stand in a sentence, or without those marks in a table."""
    known = next((each for each in FORMS.get(section, ()) if each.name == name), None)  # type: ignore[call-overload]
    told = fields.told(known, value) if known else str(value or format.NOTHING)
    return format.plain(told) if marks else told


def _edited(refusal: changing.EditedMeanwhile) -> str:
    now = ", ".join(f"{field(name)}{_(': ')}{value_of(refusal.section, name, value)}" for name, value in refusal.now.items())
    return _(
        "Somebody else has changed this form meanwhile ({now}). Nothing of yours is lost: read it, then save once more to keep yours.",
        now=now,
    )


def _moved_on(refusal: deciding.MovedOn) -> str:
    return _(
        "“{field}” has changed since the family asked: it is now {now}. Refuse this change, or see with the family.",
        field=field(refusal.field),
        now=value_of(refusal.section, refusal.field, refusal.now),
    )


SENTENCES: dict[type[Refusal], Callable[[Any], str]] = {
    NotSound: lambda refusal: _(PROBLEMS[refusal.problem], field=field(refusal.field)),
    FieldNeeded: lambda refusal: _(
        "“{field}”: nobody can be kept without it. It can be shown or compulsory, not hidden nor left empty.", field=field(refusal.field)
    ),
    changing.EditedMeanwhile: _edited,
    changing.WaitsAlready: lambda refusal: _(
        "“{field}”: a change waits for our answer already. Withdraw it first to ask for another.", field=field(refusal.field)
    ),
    changing.OthersEmail: lambda refusal: _("The e-mail that somebody signs in with can be changed by that person alone."),
    deciding.MovedOn: _moved_on,
    deciding.DecidedElsewhere: lambda refusal: _("This request is settled on the family's own screen."),
    joining.FamilyFull: lambda refusal: n_(
        "A family cannot have more than {count} person here.", "A family cannot have more than {count} people here.", refusal.most
    ),
    joining.ThereAlready: lambda refusal: _("{name} is already among your children.", name=format.plain(refusal.first_name)),
    invitations.HasAccess: lambda refusal: _("This person has an own access already."),
    invitations.AccessClosed: lambda refusal: _("This access was closed by our service. Please contact us to open it again."),
    invitations.InvitedJustNow: lambda refusal: _(
        "An invitation has just left. You can send another one after {when}.", when=format.instant(refusal.until)
    ),
    homes.SharedAlready: lambda refusal: _("{name} has two homes already.", name=format.plain(refusal.first_name)),
    homes.OwnEmail: lambda refusal: _("This is your own e-mail: the other parent needs another one."),
    homes.LastHome: lambda refusal: _("A child keeps one home at least."),
    homes.StillBooked: lambda refusal: n_(
        "This home still has {count} day to come for the child: cancel it first.",
        "This home still has {count} days to come for the child: cancel them first.",
        refusal.days,
    ),
    homes.ChildInUse: lambda refusal: _(
        "This child already has sheets, papers or registrations of its own: it cannot be joined with the other by a button."
    ),
    own_email.EmailUnchanged: lambda refusal: _("This is the e-mail you sign in with already."),
}

"""The refusals of the family's forms, and the names of their fields."""

from collections.abc import Callable
from typing import Any

from domain.families import NotSound
from domain.refusals import Refusal
from ui.i18n import _, word
from ui.sentences import field

PROBLEMS = {
    "phone": word("“{field}”: this is not a telephone number."),
    "postcode": word("“{field}”: a postcode has five figures."),
    "email": word("“{field}”: this is not an e-mail address."),
    "future": word("“{field}”: this day is still to come."),
    "past": word("“{field}”: this day is not possible."),
    "choice": word("“{field}”: please choose one of the answers."),
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
}

SENTENCES: dict[type[Refusal], Callable[[Any], str]] = {
    NotSound: lambda refusal: _(PROBLEMS[refusal.problem], field=field(refusal.field)),
}

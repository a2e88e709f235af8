"""The refusals of the child's sheets, and the names of their fields."""

from collections.abc import Callable
from typing import Any

from domain.families import sheets
from domain.refusals import Refusal
from ui import format
from ui.i18n import _, word
from ui.sentences import field

FIELDS = {
    "has_allergies": word("Allergies"),
    "food_allergies": word("Food"),
    "medicine_allergies": word("Medicines"),
    "other_allergies": word("Other allergies"),
    "allergy_action": word("What to do in case of allergy"),
    "has_asthma": word("Asthma"),
    "asthma_action": word("What to do in case of asthma"),
    "has_pai": word("PAI (individual care plan)"),
    "pai_from_on": word("PAI from"),
    "pai_until_on": word("PAI until"),
    "pai_action": word("What the PAI says to do, in short"),
    "has_treatment": word("Treatment"),
    "treatment": word("Medicines, doses and hours"),
    "dtp_on": word("Diphtheria, tetanus, poliomyelitis (DTP)"),
    "whooping_cough_on": word("Whooping cough"),
    "hib_on": word("Haemophilus influenzae b"),
    "hepatitis_b_on": word("Hepatitis B"),
    "pneumococcus_on": word("Pneumococcus"),
    "mmr_on": word("Measles, mumps, rubella"),
    "meningococcus_c_on": word("Meningococcus C"),
    "meningococcus_acwy_on": word("Meningococcus ACWY"),
    "meningococcus_b_on": word("Meningococcus B"),
    "has_contraindication": word("A doctor’s certificate of contra-indication was handed in"),
    "doctor_name": word("Name of the doctor"),
    "doctor_phone": word("Telephone of the doctor"),
    "may_hospitalise": word("Emergency care and hospital"),
    "diet": word("Meals"),
    "has_glasses": word("Glasses or lenses"),
    "has_hearing_aid": word("Hearing aid"),
    "has_dental_appliance": word("Dental appliance or prosthesis"),
    "other_equipment": word("Other equipment"),
    "needs_support": word("Needs particular support, to be talked over with the direction"),
    "remarks": word("Remarks"),
    "full_name": word("First name and last name"),
    "relation": word("Relation to the child"),
    "phone": word("Phone"),
    "is_emergency_contact": word("To call in an emergency"),
    "pickup": word("What this person may do"),
    "outing": word("Outings"),
    "bathing": word("Bathing"),
    "photo": word("Photographs"),
    "going_home_alone": word("Going home alone"),
}


def names(fields: tuple[str, ...]) -> str:
    """`Allergies, Asthme`"""
    return ", ".join(field(name) for name in fields)


def _answer(refusal: sheets.AnswerAgainstDetails) -> str:
    if refusal.answer:
        return _("“{field}”: the answer is yes. Please write what the team has to know.", field=field(refusal.field))
    return _("“{field}”: details are written, but the answer is not yes. Please change one or the other.", field=field(refusal.field))


SENTENCES: dict[type[Refusal], Callable[[Any], str]] = {
    sheets.SheetChanged: lambda refusal: _(
        "Somebody else has just changed: {fields}. Nothing was saved, and what you typed is still there. Compare, then save again.",
        fields=names(refusal.fields),
    ),
    sheets.SheetUnreadable: lambda refusal: _("This health sheet cannot be opened. Please tell the structure."),
    sheets.AnswerAgainstDetails: _answer,
    sheets.BeforeBirth: lambda refusal: _(
        "“{field}”: this day is before the birth ({day}).", field=field(refusal.field), day=format.short_day(refusal.born_on)
    ),
    sheets.CannotCertify: lambda refusal: _("Before you confirm, please answer: {fields}.", fields=names(refusal.fields)),
    sheets.TooManyPeople: lambda refusal: _("The list holds {count} people at most.", count=refusal.most),
    sheets.IsThereAlready: lambda refusal: _("{name} is on the list already.", name=format.plain(refusal.name)),
    sheets.IsForbidden: lambda refusal: _(
        "{name} must not fetch the child. To change that, the ban has to be lifted first by whoever wrote it.",
        name=format.plain(refusal.name),
    ),
    sheets.GuardianNotForbidden: lambda refusal: _(
        "{name} is a parent of the child: only a judge can forbid a parent to come. "
        "Please bring the court’s decision to the structure, which will write it down.",
        name=format.plain(refusal.name),
    ),
    sheets.NotYours: lambda refusal: (
        _("The structure wrote this from a court’s decision: it alone can change it.")
        if refusal.by_structure
        else _("The other home wrote this: it alone can change it.")
    ),
    sheets.SureNeeded: lambda refusal: _("Please tick the box to say that you are sure."),
}

"""The fiche sanitaire: what those who look after a child must know, and nothing more. Never the nature of a handicap.

It is sealed as one JSON object whose keys are the fields of `HealthSheet`; only the diet, which the kitchen counts, is in clear. The
admission of a child depends on it (arrêté of 20 February 2003), and the director keeps it confidential.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from db.models import Account, Activity, Child, FamilyChild, HealthRecord, Registration, Season
from db.sealing import SealBroken, seal, unseal
from domain import clock, journal, rights
from domain.families import finding
from domain.families.fields import NotSound
from domain.families.sheets import periods, vaccines
from domain.families.sheets.refusals import AnswerAgainstDetails, BeforeBirth, SheetChanged, SheetUnreadable
from domain.families.sheets.typed import day, line, phone, prose, yes_or_no
from domain.journal import MASKED
from domain.refusals import DoesNotExist, upright

VERSION = 2
DIETS = ("all", "no_pork", "no_gluten", "no_pork_no_gluten", "vegetarian")


@dataclass(frozen=True)
class HealthSheet:
    """What a family says of a child's health. Answers are None and texts empty while nothing was said; `*_on` of vaccines: the last dose.

    `needs_support` says that the direction and the family are to talk of how the child is received; why is written nowhere.
    `revision` is 0 for a sheet that was never filled in.
    """

    has_allergies: bool | None = None
    food_allergies: str = ""
    medicine_allergies: str = ""
    other_allergies: str = ""
    allergy_action: str = ""
    has_asthma: bool | None = None
    asthma_action: str = ""
    has_pai: bool | None = None
    pai_from_on: date | None = None
    pai_until_on: date | None = None
    pai_action: str = ""
    has_treatment: bool | None = None
    treatment: str = ""
    dtp_on: date | None = None
    whooping_cough_on: date | None = None
    hib_on: date | None = None
    hepatitis_b_on: date | None = None
    pneumococcus_on: date | None = None
    mmr_on: date | None = None
    meningococcus_c_on: date | None = None
    meningococcus_acwy_on: date | None = None
    meningococcus_b_on: date | None = None
    has_contraindication: bool = False
    doctor_name: str = ""
    doctor_phone: str = ""
    may_hospitalise: bool | None = None
    diet: str = "all"
    has_glasses: bool = False
    has_hearing_aid: bool = False
    has_dental_appliance: bool = False
    other_equipment: str = ""
    needs_support: bool = False
    remarks: str = ""
    revision: int = 0

    def missing_vaccines(self, born_on: date) -> tuple[str, ...]:
        """The compulsory vaccines without a day; none with a certificate of contra-indication."""
        if self.has_contraindication:
            return ()
        return tuple(name for name in vaccines.compulsory(born_on) if getattr(self, name) is None)

    def unanswered(self) -> tuple[str, ...]:
        """The questions that are to be answered before the sheet can be certified."""
        return tuple(name for name in ANSWERS if getattr(self, name) is None)

    def pai_ended(self, on: date) -> bool:
        """Whether the PAI that is told of was over before a day."""
        return bool(self.has_pai and self.pai_until_on and self.pai_until_on < on)

    @property
    def mark(self) -> str:
        """What the reader has before his eyes, for `certify`."""
        return str(self.revision)


ANSWERS = ("has_allergies", "has_asthma", "has_pai", "has_treatment", "may_hospitalise")
DETAILS = {
    "has_allergies": ("food_allergies", "medicine_allergies", "other_allergies", "allergy_action"),
    "has_asthma": ("asthma_action",),
    "has_pai": ("pai_from_on", "pai_until_on", "pai_action"),
    "has_treatment": ("treatment",),
}
_TOLD = {  # of which a yes needs one at least
    "has_allergies": ("food_allergies", "medicine_allergies", "other_allergies"),
    "has_pai": ("pai_action",),
    "has_treatment": ("treatment",),
}
_LINES = {"doctor_name": line, "doctor_phone": phone}
_PAI_DAYS = ("pai_from_on", "pai_until_on")
KEPT = tuple(field.name for field in fields(HealthSheet) if field.name != "revision")
_EMPTY = HealthSheet()


def health_of(session: Session, by: Account | None, child_id: int) -> HealthSheet:
    """A family reads the sheet of its own child. Raises NotAllowed, DoesNotExist, SheetUnreadable."""
    finding.own_family(session, by)
    child = finding.child_of(session, by, child_id)
    return _open(session.get(HealthRecord, child.id))


def read_health(session: Session, by: Account | None, child_id: int) -> HealthSheet:
    """A member of the staff reads the sheet of a child, and the journal says so: who, of which child, when. Needs a session that writes.

    Leaders read those of children registered this season at one of their sites; the others those of the families in their sight. Raises
    NotAllowed, DoesNotExist, SheetUnreadable.
    """
    rights.require(by, "health", rights.SEE)
    assert by is not None
    child = finding.child_of(session, by, child_id)
    if by.role == "leader" and not session.scalar(select(_is_registered(by, child.id))):
        raise DoesNotExist("children")
    home = select(FamilyChild.family_id).where(FamilyChild.child_id == child.id, rights.sees_family(by, FamilyChild.family_id))
    family_id = session.scalar(home.order_by(FamilyChild.family_id).limit(1))
    journal.record(session, by, "read_health", (HealthRecord, child.id), family_id=family_id)
    session.flush()  # what cannot be written down is not read
    return _open(session.get(HealthRecord, child.id))


def change_health(session: Session, by: Account | None, child_id: int, read: Mapping[str, Any], typed: Mapping[str, Any]) -> HealthSheet:
    """A family writes some fields of the sheet; `read` holds them as the form showed them. The sheet is then to be certified again.

    Under the child's lock, a field that the other parent has changed meanwhile to something else refuses the whole change; different
    fields join. Raises NotAllowed, DoesNotExist, TooLong, NotSound, PeriodUpsideDown, BeforeBirth, AnswerAgainstDetails, SheetChanged,
    SheetUnreadable.
    """
    family = finding.own_family(session, by)
    child = finding.child_of(session, by, child_id, lock=True)
    record = session.get(HealthRecord, child.id, with_for_update=True, populate_existing=True)
    now = _open(record)
    sound = {name: _sound(name, value, child) for name, value in typed.items() if name in KEPT}
    wanted = {name: value for name, value in sound.items() if value != read.get(name, getattr(_EMPTY, name))}
    moved = [name for name, value in wanted.items() if getattr(now, name) not in (read.get(name, getattr(_EMPTY, name)), value)]
    if moved:
        raise SheetChanged(tuple(moved))
    sheet = replace(now, **wanted)
    _agree(sheet, frozenset(typed))
    if record is not None and sheet == now:
        return now
    return _keep(session, by, family.id, child, record, now, sheet)


def _keep(
    session: Session, by: Account | None, family_id: int, child: Child, record: HealthRecord | None, now: HealthSheet, sheet: HealthSheet
) -> HealthSheet:
    sealed, version = seal(_written(sheet), f"health_records:{child.id}")
    if record is None:
        record = HealthRecord(child_id=child.id, revision=0)
        session.add(record)
    record.sealed, record.key_version, record.diet, record.changed_at = sealed, version, sheet.diet, clock.now()
    record.revision += 1
    told = {"sealed": [MASKED, MASKED]} | ({"diet": [MASKED, MASKED]} if sheet.diet != now.diet else {})
    session.flush()
    periods.outdate(session, "health", child.id)
    journal.record(session, by, "change_health", (HealthRecord, child.id), family_id=family_id, changes=told)
    return replace(sheet, revision=record.revision)


def _sound(name: str, value: Any, child: Child) -> Any:
    """A field as it is kept."""
    if name == "diet":
        if value not in DIETS:
            raise NotSound(name, "choice")
        return value
    if name in _PAI_DAYS:
        return day(name, value, to_come=True)
    if name.endswith("_on"):
        given = day(name, value)
        if given and given < child.born_on:
            raise BeforeBirth(name, child.born_on)
        return given
    if name in _LINES:
        return _LINES[name](name, value)
    if isinstance(getattr(_EMPTY, name), str):
        return prose(name, value)
    answer = yes_or_no(name, value)
    return bool(answer) if getattr(_EMPTY, name) is False else answer


def _agree(sheet: HealthSheet, typed: frozenset[str]) -> None:
    """Refuses answers that the details contradict, where one of them was typed."""
    for answer, details in DETAILS.items():
        if not typed & {answer, *details}:
            continue
        given = getattr(sheet, answer)
        if given is not True and any(getattr(sheet, name) for name in details):
            raise AnswerAgainstDetails(answer, False)
        if given and answer in _TOLD and not any(getattr(sheet, name) for name in _TOLD[answer]):
            raise AnswerAgainstDetails(answer, True)
    if sheet.pai_from_on and sheet.pai_until_on:
        upright(sheet.pai_from_on, sheet.pai_until_on)


def _written(sheet: HealthSheet) -> bytes:
    """The JSON of a sheet, without what says nothing. Its texts are bounded one by one, hence it is."""
    told = {name: getattr(sheet, name) for name in KEPT if name != "diet" and getattr(sheet, name) != getattr(_EMPTY, name)}
    plain = {"version": VERSION} | {name: value.isoformat() if isinstance(value, date) else value for name, value in told.items()}
    return json.dumps(plain, ensure_ascii=False).encode()


def _open(record: HealthRecord | None) -> HealthSheet:
    if record is None:
        return _EMPTY
    try:
        told = json.loads(unseal(record.sealed, record.key_version, f"health_records:{record.child_id}"))
    except SealBroken as broken:
        raise SheetUnreadable from broken
    read = _of_the_first_version(told) if told.get("version", 1) < VERSION else told
    values = {name: _read(name, read[name]) for name in KEPT if name in read}
    return replace(_EMPTY, **values, diet=record.diet, revision=record.revision)


def _read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name.endswith("_on") and value else value


def _of_the_first_version(told: Mapping[str, Any]) -> dict[str, Any]:
    """The four free texts of the first sheets: `allergies`, `asthma`, `remarks`, `doctor`."""
    texts = {name: str(told.get(name) or "").strip() for name in ("allergies", "asthma", "remarks", "doctor")}
    read: dict[str, Any] = {"remarks": texts["remarks"], "doctor_name": texts["doctor"]}
    if texts["allergies"]:
        read |= {"has_allergies": True, "other_allergies": texts["allergies"]}
    if texts["asthma"]:
        read |= {"has_asthma": True, "asthma_action": texts["asthma"]}
    return read


def _is_registered(by: Account, child_id: int) -> Any:
    """Whether a child is registered, in a season that has not ended, at one of a person's sites."""
    return (
        exists()
        .where(Registration.child_id == child_id, Registration.state == "accepted")
        .where(Activity.id == Registration.activity_id, rights.at_sites(by, Activity.site_id))
        .where(Season.id == Activity.season_id, Season.ends_on >= clock.today())
    )

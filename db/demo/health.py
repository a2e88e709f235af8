"""What the demo's health sheets say: a few invented cases, with vaccines that fit the age. Their keys are those of the sheet."""

import json
from datetime import date
from typing import Any

_NOTHING: dict[str, Any] = {"has_allergies": False, "has_asthma": False, "has_pai": False, "has_treatment": False, "may_hospitalise": True}
_DOCTOR = {"doctor_name": "Cabinet médical de la Démonstration", "doctor_phone": "0353010190"}

CASES: list[dict[str, Any]] = [
    {},
    {
        "has_allergies": True,
        "food_allergies": "Arachides et fruits à coque",
        "allergy_action": "Antihistaminique de la trousse, puis appeler le 15.",
        "has_pai": True,
        "pai_action": "La trousse suit l’enfant partout, cantine et sorties comprises.",
    },
    {"has_allergies": True, "medicine_allergies": "Pénicilline", "allergy_action": "Ne pas en donner ; prévenir le médecin."},
    {"has_allergies": True, "other_allergies": "Piqûres de guêpe", "allergy_action": "Froid sur la piqûre, surveiller une heure."},
    {"has_asthma": True, "asthma_action": "Deux bouffées avant le sport ; l’inhalateur est dans le sac."},
    {
        "has_asthma": True,
        "asthma_action": "Suivre le PAI, inhalateur dans la trousse.",
        "has_pai": True,
        "pai_action": "Deux bouffées, répéter après dix minutes, puis appeler le 15.",
        "has_treatment": True,
        "treatment": "Traitement de fond le matin, donné à la maison.",
    },
    {"has_glasses": True},
    {"has_dental_appliance": True, "remarks": "Range son appareil dans sa boîte pendant le repas."},
    {"needs_support": True},
    {"may_hospitalise": None, "dtp_on": None},
]
SHARES = [0.62, 0.05, 0.03, 0.03, 0.06, 0.03, 0.1, 0.03, 0.02, 0.03]


def words_of(case: int, age: int, starts_on: date) -> bytes:
    """The sheet of a case, for a child of an age at the start of a school year, as it is sealed."""
    first = date(starts_on.year - age + 1, 10, 15).isoformat()
    last = date(starts_on.year - age + 6, 10, 15).isoformat() if age > 6 else first
    sheet = {"version": 2, **_NOTHING, **_DOCTOR, "dtp_on": last, "whooping_cough_on": last, "mmr_on": first}
    if starts_on.year - age >= 2018:
        late = ("meningococcus_acwy", "meningococcus_b") if starts_on.year - age >= 2023 else ()
        sheet |= {f"{name}_on": first for name in ("hib", "hepatitis_b", "pneumococcus", "meningococcus_c", *late)}
    sheet |= CASES[case]
    if sheet["has_pai"]:
        sheet |= {"pai_from_on": starts_on.isoformat(), "pai_until_on": date(starts_on.year + 1, 7, 5).isoformat()}
    return json.dumps(sheet, ensure_ascii=False).encode()

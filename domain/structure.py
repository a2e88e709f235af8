"""What the structure decided for itself: dated settings with their defaults."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Setting
from domain import clock

ALWAYS = date(1, 1, 1)

DEFAULTS: dict[str, Any] = {
    "name": "Service enfance-jeunesse",
    "second_factor_required_of_staff": False,
    "capacity_thresholds": {"tight": 0.8, "full": 1.0},
    # Children per adult: CASF R.227-15 (extrascolaire) and R.227-16 (périscolaire), decree 2018-647.
    "staffing_ratios": [
        {"kind": "extrascolaire", "pedt": False, "long_day": True, "under_six": 8, "six_and_over": 12},
        {"kind": "extrascolaire", "pedt": False, "long_day": False, "under_six": 8, "six_and_over": 12},
        {"kind": "periscolaire", "pedt": False, "long_day": True, "under_six": 8, "six_and_over": 12},
        {"kind": "periscolaire", "pedt": False, "long_day": False, "under_six": 10, "six_and_over": 14},
        {"kind": "periscolaire", "pedt": True, "long_day": True, "under_six": 10, "six_and_over": 14},
        {"kind": "periscolaire", "pedt": True, "long_day": False, "under_six": 14, "six_and_over": 18},
    ],
}


def setting(session: Session, name: str, on: date | None = None) -> Any:
    """The value of a setting on a day (today by default): the newest that had begun, else the default of the house, else None."""
    day = on or clock.today()
    newest = select(Setting.value).where(Setting.name == name, Setting.valid_from <= day).order_by(Setting.valid_from.desc()).limit(1)
    value = session.scalar(newest)
    return DEFAULTS.get(name) if value is None else value

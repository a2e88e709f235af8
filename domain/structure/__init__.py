"""What the structure decided for itself: its name and texts, its thresholds, its dated rates."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.models import Account, Setting
from domain import clock, journal, rights
from domain.refusals import ChangedMeanwhile, DoesNotExist
from domain.structure.known import ALWAYS, KNOWN, QUOTIENT_VALIDITIES, RETENTION_MONTHS, InvalidSetting, StaffingRatio
from domain.structure.logo import NotAPicture, change_logo, logo, remove_logo

__all__ = [
    "ALWAYS",
    "KNOWN",
    "QUOTIENT_VALIDITIES",
    "RETENTION_MONTHS",
    "InvalidSetting",
    "NotAPicture",
    "StaffingRatio",
    "change_logo",
    "change_setting",
    "change_settings",
    "history",
    "logo",
    "remove_logo",
    "setting",
    "settings_of",
    "withdraw_setting",
]


def setting(session: Session, name: str, on: date | None = None) -> Any:
    """The value of a setting on a day (today by default): the newest that had begun, else the default of the house."""
    return settings_of(session, [name], on)[name]


def settings_of(session: Session, names: Iterable[str], on: date | None = None) -> dict[str, Any]:
    """The values of several settings on a day, in one statement."""
    wanted = list(names)
    begun = select(Setting.name, Setting.value).where(Setting.name.in_(wanted), Setting.valid_from <= (on or clock.today()))
    newest: dict[str, Any] = dict(session.execute(begun.order_by(Setting.valid_from)).all())
    return {name: newest.get(name, KNOWN[name].default) for name in wanted}


def change_setting(session: Session, by: Account, name: str, value: Any, valid_from: date = ALWAYS) -> None:
    """Gives a setting a value from a day on. A setting that is not dated always counts from the beginning of time.

    Raises NotAllowed, DoesNotExist (no such setting), InvalidSetting, ChangedMeanwhile (taken back at this very moment).
    """
    rights.require(by, "settings")
    if name not in KNOWN:
        raise DoesNotExist("setting")
    known = KNOWN[name]
    sound = known.check(value)
    day = valid_from if known.is_dated else ALWAYS
    before = setting(session, name, day)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = insert(Setting).values(name=name, valid_from=day, value=sound)
    is_first = session.execute(first.on_conflict_do_nothing().returning(Setting.name)).first() is not None
    kept = session.get(Setting, (name, day), with_for_update=True, populate_existing=True)
    if kept is None:
        raise ChangedMeanwhile("settings")
    old = before if is_first else kept.value
    kept.value = sound
    journal.record(session, by, "change_setting", kept, reason=name, changes={} if known.is_long else {name: [old, sound]})


def change_settings(session: Session, by: Account, values: dict[str, Any]) -> None:
    """Gives several undated settings their values at once; those that stay the same leave no line. Refuses as `change_setting` does."""
    for name, value in values.items():
        if value != setting(session, name):
            change_setting(session, by, name, value)


def withdraw_setting(session: Session, by: Account, name: str, valid_from: date) -> None:
    """Takes back a dated value that has not begun yet. Raises NotAllowed, DoesNotExist."""
    rights.require(by, "settings")
    gone = session.execute(
        delete(Setting)
        .where(Setting.name == name, Setting.valid_from == valid_from, Setting.valid_from > clock.today())
        .returning(Setting.value)
    ).scalar_one_or_none()
    if gone is None:
        raise DoesNotExist("setting")
    journal.record(session, by, "withdraw_setting", (Setting, 0), reason=name, changes={name: [gone, None]})


def history(session: Session, by: Account, name: str) -> pd.DataFrame:
    """Every value that a setting had, has and will have, newest first. Columns: valid_from, value."""
    rights.require(by, "settings", rights.SEE)
    rows = select(Setting.valid_from, Setting.value).where(Setting.name == name).order_by(Setting.valid_from.desc())
    return pd.DataFrame(session.execute(rows).all(), columns=["valid_from", "value"])

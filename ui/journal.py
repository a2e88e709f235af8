"""The words of the journal: what an act, a thing and a change are called. An act without words is told by its code."""

from typing import Any

from ui import format
from ui.i18n import _, word

ACTS = {
    "all": word("Everything"),
    "test_mail": word("sent a test message"),
    "try_again": word("tried a message again"),
    "change_setting": word("changed a setting"),
    "withdraw_setting": word("took back a coming setting"),
    "change_logo": word("changed the logo"),
    "remove_logo": word("removed the logo"),
}

KINDS = {
    "all": word("Everything"),
    "accounts": word("Account"),
    "account_requests": word("Account request"),
    "activities": word("Activity"),
    "bookings": word("Booking"),
    "children": word("Child"),
    "daily_totals": word("Attendance history"),
    "attendance_imports": word("Attendance history"),
    "documents": word("Document"),
    "families": word("Family"),
    "guardians": word("Guardian"),
    "invoices": word("Invoice"),
    "letters": word("Message"),
    "open_days": word("Opening day"),
    "payments": word("Payment"),
    "reminders": word("Reminder"),
    "registrations": word("Registration"),
    "seats": word("Seats"),
    "settings": word("Setting"),
    "sites": word("Site"),
    "staff_plans": word("Planned team"),
    "structure_files": word("Logo"),
    "health_records": word("Health sheet"),
}


def known_acts() -> list[str]:
    """The acts that can be chosen, by code."""
    return sorted(set(ACTS) - {"all"}, key=lambda act: _(ACTS[act]))


def known_kinds() -> list[str]:
    """The things that can be chosen, by code."""
    return sorted(set(KINDS) - {"all"}, key=lambda kind: _(KINDS[kind]))


def act_words(act: str) -> str:
    """`approved an account`"""
    return _(ACTS[act]) if act in ACTS else act.replace("_", " ")


def kind_words(kind: str) -> str:
    """`Account`"""
    return _(KINDS[kind]) if kind in KINDS else kind.replace("_", " ")


def changes_words(changes: dict[str, Any] | None) -> str:
    """`capacity: 24 → 30; state: open → closed`; values that name a person are told as •••."""
    told = (f"{column.replace('_', ' ')} : {_value(old)} → {_value(new)}" for column, (old, new) in (changes or {}).items())
    return " ; ".join(told) or format.NOTHING


def _value(value: Any) -> str:
    if value is None or value == "":
        return format.NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)[:120]

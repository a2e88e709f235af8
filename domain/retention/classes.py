"""What becomes of every table when a family is erased, and which processing of the register it belongs to.

A test keeps every model in this table, so that a new one has to be classed before it is used; another walks every column of an erased
family.
"""

from dataclasses import dataclass
from enum import Enum


class Fate(Enum):
    """What erasing a family does to its rows of a table."""

    DELETED = "deleted"
    EMPTIED = "emptied"  # the row stays for the accounts and the figures, without the person
    TERM = "term"  # keeps its names for the legal term of invoices, then is emptied
    COUNTED = "counted"  # a file goes when nothing points to it any more
    NOBODY = "nobody"  # speaks of no family


@dataclass(frozen=True)
class Treatment:
    """A processing of the register (GDPR art. 30): its tables, the chapter whose roles see it, and the terms it is kept for."""

    name: str
    chapter: str
    terms: tuple[str, ...]
    tables: dict[str, Fate]


_GONE, _EMPTY = Fate.DELETED, Fate.EMPTIED

TREATMENTS: tuple[Treatment, ...] = (
    Treatment(
        "accounts",
        "accounts",
        ("requests", "connections"),
        {
            "accounts": _EMPTY,
            "account_links": _GONE,
            "account_requests": _GONE,
            "connections": _GONE,
            "sign_in_sessions": _GONE,
            "sign_in_tickets": _GONE,
        },
    ),
    Treatment(
        "families",
        "identity",
        ("families", "closed"),
        {
            "families": _EMPTY,
            "guardians": _GONE,
            "children": _EMPTY,
            "family_children": _GONE,
            "family_sights": _GONE,
            "change_requests": _GONE,
            "consents": _GONE,
            "certified_sheets": _GONE,
            "pickup_persons": _GONE,
            "permissions": _GONE,
            "closing_requests": _GONE,
            "retention_holds": _GONE,
            "erasures": _EMPTY,
        },
    ),
    Treatment("health", "health", ("health",), {"health_records": _GONE}),
    Treatment("quotients", "money", ("families",), {"family_quotients": _GONE}),
    Treatment(
        "attendance",
        "attendance",
        ("families",),
        {
            "registrations": _EMPTY,
            "bookings": _EMPTY,
            "booking_requests": _GONE,
            "waiting_list_entries": _GONE,
            "waiting_list_seats": _GONE,
            "offers": _GONE,
            "attendance": _EMPTY,
        },
    ),
    Treatment(
        "money",
        "money",
        ("invoices",),
        {
            "invoices": Fate.TERM,
            "invoice_lines": Fate.TERM,
            "credit_notes": Fate.TERM,
            "charges": _EMPTY,
            "payments": _EMPTY,
            "allocations": _EMPTY,
            "family_balances": _EMPTY,
            "reminders": _EMPTY,
            "reminder_invoices": _EMPTY,
            "payment_attempts": _EMPTY,
            "payment_attempt_invoices": _EMPTY,
        },
    ),
    Treatment(
        "documents",
        "documents",
        ("documents",),
        {"documents": _GONE, "document_files": _GONE, "family_files": _GONE, "stored_files": Fate.COUNTED},
    ),
    Treatment(
        "messages",
        "messages",
        ("letters", "families"),
        {"conversations": _GONE, "messages": _GONE, "message_files": _GONE, "letters": _GONE},
    ),
    Treatment("journal", "journal", ("journal",), {"journal_entries": _EMPTY}),
)

# The staff's own names and hours, and what the structure itself is made of.
NOBODY: frozenset[str] = frozenset(
    {
        "activities",
        "age_groups",
        "attendance_imports",
        "booking_windows",
        "calendar_periods",
        "consent_texts",
        "daily_totals",
        "declared_maxima",
        "deposits",
        "document_kind_activities",
        "document_kinds",
        "field_rules",
        "invoice_series",
        "news",
        "notice_rules",
        "open_days",
        "packages",
        "published_documents",
        "revisions",
        "seasons",
        "seats",
        "settings",
        "sign_in_throttles",  # keyed hashes of a quarter of an hour
        "site_balances",
        "sites",
        "slot_set_slots",
        "slot_sets",
        "slots",
        "staff_plans",
        "staff_sites",
        "structure_files",
        "tariff_brackets",
        "tariffs",
        "task_runs",
        "till_closings",
        "tills",
        "used_proofs",
    }
)


def fates() -> dict[str, Fate]:
    """The fate of every table that is classed."""
    known = {table: fate for treatment in TREATMENTS for table, fate in treatment.tables.items()}
    return known | dict.fromkeys(NOBODY, Fate.NOBODY)

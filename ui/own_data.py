"""The page that a family reads of all its data: chapter by chapter, in words, for any browser, with nothing fetched from anywhere."""

from collections.abc import Mapping
from datetime import date, datetime
from html import escape
from typing import Any

from domain import clock
from domain.privacy import Gathered
from ui import format
from ui.fields import CHOICES
from ui.i18n import _, language, word
from ui.journal import VALUES, act_words
from ui.navigation import VISITS
from ui.sentences import field

CHAPTERS = {
    "family": word("The family"),
    "guardians": word("Guardians"),
    "children": word("Children"),
    "health": word("Health sheets"),
    "people": word("People to call, people allowed or not to fetch the child"),
    "permissions": word("Permissions"),
    "certified": word("Sheets certified"),
    "quotients": word("Quotient familial"),
    "registrations": word("Registrations"),
    "bookings": word("Bookings"),
    "attendance": word("Attendance"),
    "waiting": word("Waiting list"),
    "invoices": word("Invoices"),
    "payments": word("Payments"),
    "messages": word("Messages exchanged"),
    "letters": word("E-mails sent to you"),
    "changes": word("Changes asked"),
    "closings": word("Requests to close the account"),
    "consents": word("Consents"),
    "sign_ins": word("Sign-ins"),
    "connections": word("Connections"),
    "acts": word("What you did on the portal"),
    "papers_sent": word("Papers sent"),
}

COLUMNS = {
    "activity": word("Activity"),
    "act": word("Act"),
    "agent": word("Browser"),
    "amount_cents": word("Amount"),
    "answer": word("Answer"),
    "answered_at": word("Answered on"),
    "archived_at": word("Archived on"),
    "arrived_at": word("Arrived at"),
    "asked_at": word("Asked on"),
    "at": word("When"),
    "body": word("Text"),
    "certified_at": word("Certified on"),
    "changed_at": word("Changed on"),
    "child": word("Child"),
    "created_at": word("Created on"),
    "credit_cents": word("Credit"),
    "custody": word("Home"),
    "day": word("Day"),
    "decided_at": word("Decided on"),
    "due_on": word("Due on"),
    "ended_at": word("Ended on"),
    "erased_at": word("Erased on"),
    "field": word("Field"),
    "file": word("File in the archive"),
    "from_on": word("From"),
    "given": word("Agreed"),
    "given_at": word("Said on"),
    "granted": word("Allowed"),
    "ip": word("IP address"),
    "is_ours": word("Written by the family"),
    "issued_on": word("Issued on"),
    "kind": word("Kind"),
    "label": word("Line"),
    "language": word("Language"),
    "left_at": word("Left at"),
    "method": word("Means"),
    "month_on": word("Month"),
    "number": word("Number"),
    "open_cents": word("Still due"),
    "outcome": word("Outcome"),
    "password_changed_at": word("Password changed on"),
    "payer": word("Paid by"),
    "reason": word("Reason"),
    "received_on": word("Received on"),
    "recorded_at": word("Recorded on"),
    "reference": word("Reference"),
    "refusal_reason": word("Reason"),
    "requested_at": word("Asked on"),
    "section": word("Part"),
    "sent_at": word("Sent on"),
    "slot": word("Slot"),
    "source": word("Source"),
    "state": word("State"),
    "subject": word("Subject"),
    "text_body": word("Text"),
    "to_email": word("Sent to"),
    "total_cents": word("Total"),
    "until_on": word("Until"),
    "valid_until_on": word("Valid until"),
    "value_cents": word("Value"),
    "values": word("Old and new value"),
    "version": word("Version"),
    "words": word("What you wrote"),
    "written_at": word("Written on"),
    "unreadable": word("Could not be opened"),
}

CODES = {
    "typed": word("typed"),
    "proof": word("proof"),
    "api": word("API Particulier"),
    "issued": word("issued"),
    "present": word("present"),
    "late": word("late"),
    "excused": word("excused"),
    "no_show": word("absent without a word"),
    "to_pay": word("to pay"),
    "absent": word("absence told"),
    "ended": word("ended"),
    "lapsed": word("lapsed"),
    "offered": word("offered"),
    "allowed": word("allowed to fetch the child"),
    "not_asked": word("to call only"),
    "forbidden": word("must not fetch the child"),
    "photo": word("photographs"),
    "newsletter": word("news by e-mail"),
    "notice": word("privacy notice"),
    "outing": word("outings"),
    "bathing": word("bathing"),
    "going_home_alone": word("going home alone"),
    "cash": word("cash"),
    "cheque": word("cheque"),
    "card": word("card"),
    "transfer": word("transfer"),
    "direct_debit": word("direct debit"),
    "online": word("online"),
    "all": word("everything"),
    "no_pork": word("without pork"),
    "no_gluten": word("without gluten"),
    "no_pork_no_gluten": word("without pork or gluten"),
    "vegetarian": word("vegetarian"),
}
_CODED = frozenset({"state", "kind", "source", "method", "pickup", "custody", "diet", "regime", "civility", "sex"})
_LEFT_OUT = frozenset({"archived_at", "erased_at"})

_STYLE = (
    "body{font:17px/1.5 system-ui,sans-serif;color:#111418;background:#fff;margin:0 auto;max-width:60rem;padding:1rem}"
    "h1{font-size:1.6rem}h2{font-size:1.25rem;margin:2.2rem 0 .5rem;border-bottom:2px solid #1d4f91}"
    "dl{display:grid;grid-template-columns:minmax(9rem,16rem) 1fr;gap:.2rem 1rem;margin:.6rem 0 1.2rem}"
    "dl{padding:.6rem;border:1px solid #cfd6de;border-radius:.5rem}"
    "dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}nav ul{columns:2;padding-left:1.2rem}"
    "@media(max-width:40rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}nav ul{columns:1}}"
)


def page_of(gathered: Gathered, structure: str) -> str:
    """The whole page, in the language of the run. Every value is escaped: what somebody typed stays words."""
    told = {name: rows for name, rows in gathered.chapters.items() if rows}
    title = _("All your data at {structure}", structure=structure)
    intro = _("Taken on {when}. The same data stand in the file donnees.json, for machines.", when=format.instant(clock.now()))
    links = "".join(f'<li><a href="#{name}">{escape(_(CHAPTERS[name]))}</a></li>' for name in told)
    parts = "".join(_chapter(name, rows) for name, rows in told.items())
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1><p>{escape(intro)}</p>"
        f'<nav aria-label="{escape(_("Chapters"))}"><ul>{links}</ul></nav>{parts}</main></body></html>'
    )


def _chapter(name: str, rows: list[dict[str, Any]]) -> str:
    return f'<section id="{name}"><h2>{escape(_(CHAPTERS[name]))}</h2>{"".join(_row(row) for row in rows)}</section>'


def _row(row: Mapping[str, Any]) -> str:
    said = {name: value for name, value in row.items() if value not in (None, "", []) and name not in _LEFT_OUT}
    return "<dl>" + "".join(f"<dt>{escape(_name(name))}</dt><dd>{_linked(name, value)}</dd>" for name, value in said.items()) + "</dl>"


def _name(column: str) -> str:
    return _(COLUMNS[column]) if column in COLUMNS else field(column)


def _linked(column: str, value: Any) -> str:
    told = escape(value_words(column, value))
    return f'<a href="{told}">{told}</a>' if column == "file" else told


def value_words(column: str, value: Any) -> str:
    """A value as a family reads it: a day, an amount, yes or no, the words of a code."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return format.instant(value)
    if column == "month_on":
        return format.month(value)
    if isinstance(value, date):
        return format.short_day(value)
    if column.endswith("_cents"):
        return format.euros(value)
    if column.startswith("phone"):
        return format.phone(value)
    if column == "act":
        return act_words(value)
    if column == "outcome":
        return _(VISITS.get(value, value))
    if column.endswith("_on") and isinstance(value, str):
        return format.short_day(date.fromisoformat(value[:10]))
    if isinstance(value, Mapping):
        return " → ".join(value_words("", part) for part in value.values())
    if isinstance(value, str) and (column in _CODED or column == ""):
        known = CODES | VALUES | CHOICES
        return _(known[value]) if value in known else value
    return str(value)

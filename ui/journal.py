"""The words of the journal: what an act, a thing and a change are called. A test keeps every act of the domain among them."""

from datetime import date, datetime
from typing import Any

from domain.journal import MASKED
from ui import format
from ui.i18n import _, word

EVERYTHING = "all"

ACTS = {
    "accept_change": word("accepted a change"),
    "accept_closing": word("closed a family's account at its request"),
    "accept_document": word("accepted a paper"),
    "accept_quotient": word("accepted a quotient"),
    "add_child": word("added a child"),
    "add_guardian": word("added a guardian"),
    "answer_permissions": word("answered about permissions"),
    "answer_consent": word("answered a consent"),
    "approve_account": word("approved an account"),
    "ask_account": word("asked for an account"),
    "ask_change": word("asked for a change"),
    "ask_email": word("asked for another e-mail"),
    "ask_closing": word("asked for the closing of the account"),
    "ask_link_again": word("asked for a new link"),
    "ask_other_home": word("asked for another home"),
    "ask_quotient": word("asked the CAF and the MSA for the quotient"),
    "ask_reset": word("asked for a new password"),
    "bounce_payment": word("recorded a payment sent back"),
    "cancel": word("cancelled a booking"),
    "certify_sheet": word("confirmed a sheet"),
    "change_capacity": word("changed a capacity"),
    "change_custody": word("changed how a child lives in a home"),
    "change_details": word("changed details"),
    "change_email": word("changed the e-mail"),
    "change_fields": word("changed the fields of a form"),
    "change_health": word("changed a health sheet"),
    "change_language": word("changed the language"),
    "change_logo": word("changed the logo"),
    "change_password": word("changed the password"),
    "change_person": word("changed a person around a child"),
    "change_setting": word("changed a setting"),
    "change_user": word("changed a user"),
    "close_access": word("closed a guardian's access"),
    "close_day": word("closed a day"),
    "close_user": word("closed a user's account"),
    "confirm_account": word("confirmed the account"),
    "confirm_family": word("opened the family's space"),
    "confirm_erasure": word("confirmed an erasure"),
    "correct_quotient": word("corrected a quotient"),
    "declare_quotient": word("told the quotient"),
    "end_home": word("ended a home of a child"),
    "drop_erasure": word("no longer erased a family: it is active again"),
    "erase_family": word("erased a family"),
    "export_data": word("took the family's data away"),
    "fetch_quotient": word("had the quotient fetched"),
    "forbid_guardian": word("wrote down that a parent must not fetch a child"),
    "forbid_person": word("forbade a person to fetch a child"),
    "hold_family": word("kept a family from being erased"),
    "import_attendance": word("imported an attendance history"),
    "invite": word("invited a user"),
    "invite_guardian": word("invited a guardian"),
    "join_child": word("joined two entries of a child"),
    "keep_apart": word("kept two children apart"),
    "lift_ban": word("lifted a ban on fetching a child"),
    "invite_existing": word("answered a request by inviting the known family"),
    "invite_family": word("invited a family"),
    "make_administrator": word("made the first administrator"),
    "name_person": word("named a person around a child"),
    "open_document": word("opened a health paper"),
    "open_home": word("opened another home"),
    "plan_staff": word("planned the team"),
    "read_health": word("read a health sheet"),
    "record_payment": word("recorded a payment"),
    "record_quotient": word("typed a quotient"),
    "refuse_account": word("refused an account"),
    "refuse_change": word("refused a change"),
    "refuse_closing": word("refused the closing of an account"),
    "refuse_document": word("refused a paper"),
    "refuse_quotient": word("refused a quotient"),
    "release_family": word("no longer keeps a family from being erased"),
    "remind_documents": word("reminded of documents"),
    "remove_logo": word("removed the logo"),
    "remove_person": word("took off a person around a child"),
    "reopen_day": word("reopened a day"),
    "reopen_user": word("reopened a user's account"),
    "reset_password": word("chose a new password by e-mail"),
    "second_factor_begin": word("began to set up a second factor"),
    "second_factor_off": word("removed the second factor"),
    "second_factor_on": word("set up the second factor"),
    "second_factor_reset": word("reset a second factor"),
    "send_document": word("sent a paper"),
    "send_link_again": word("sent a link again"),
    "send_reminder": word("sent a reminder"),
    "share_child": word("shared a child with another home"),
    "sign_out_elsewhere": word("signed out everywhere else"),
    "take_back_erasure": word("took back an erasure"),
    "test_mail": word("sent a test message"),
    "try_again": word("tried a message again"),
    "type_email": word("typed an e-mail"),
    "unlock_user": word("unlocked a user"),
    "use_credit": word("used a family's credit"),
    "withdraw": word("took off the waiting list"),
    "withdraw_change": word("withdrew a change"),
    "withdraw_closing": word("took back the request to close the account"),
    "withdraw_setting": word("took back a coming setting"),
}

KINDS = {
    "account_requests": word("Account request"),
    "accounts": word("Account"),
    "attendance_imports": word("Attendance history"),
    "bookings": word("Booking"),
    "certified_sheets": word("Confirmed sheet"),
    "change_requests": word("Change asked"),
    "children": word("Child"),
    "closing_requests": word("Request to close"),
    "consents": word("Consent"),
    "documents": word("Document"),
    "families": word("Family"),
    "family_quotients": word("Quotient familial"),
    "field_rules": word("Fields of forms"),
    "guardians": word("Guardian"),
    "health_records": word("Health sheet"),
    "letters": word("Message"),
    "open_days": word("Opening day"),
    "payments": word("Payment"),
    "permissions": word("Permissions"),
    "pickup_persons": word("People to call and to fetch the child"),
    "reminders": word("Reminder"),
    "seats": word("Seats"),
    "settings": word("Setting"),
    "staff_plans": word("Planned team"),
    "structure_files": word("Logo"),
    "waiting_list_entries": word("Waiting list"),
}

COLUMNS = {
    "adults": word("adults"),
    "amount_cents": word("amount"),
    "attempts": word("tries"),
    "bathing": word("bathing"),
    "bookings": word("bookings"),
    "capacity": word("capacity"),
    "closed_reason": word("reason"),
    "credit_cents": word("credit"),
    "custody": word("custody"),
    "decided_at": word("decided"),
    "diet": word("meals"),
    "families": word("families told"),
    "full_name": word("name"),
    "going_home_alone": word("going home alone"),
    "is_emergency_contact": word("emergencies"),
    "language": word("language"),
    "level": word("level"),
    "method": word("method"),
    "outing": word("outings"),
    "overbooking": word("overbooking"),
    "papers": word("papers"),
    "password_hash": word("password"),
    "photo": word("photographs"),
    "pickup": word("fetching"),
    "position": word("order"),
    "received_on": word("received"),
    "refusal_reason": word("reason"),
    "relation": word("relation"),
    "role": word("role"),
    "sealed": word("content"),
    "sees_all_sites": word("every site"),
    "site_ids": word("sites"),
    "sites": word("sites"),
    "state": word("state"),
    "until_on": word("until"),
    "valid_until_on": word("valid until"),
    "value_cents": word("value"),
    "waiting": word("waiting"),
}

VALUES = {
    "accepted": word("accepted"),
    "active": word("active"),
    "approved": word("approved"),
    "archived": word("archived"),
    "bounced": word("sent back"),
    "cancelled": word("cancelled"),
    "closed": word("closed"),
    "corrected": word("corrected"),
    "confirmed": word("confirmed"),
    "dead": word("laid aside"),
    "open": word("open"),
    "pending": word("pending"),
    "received": word("received"),
    "refused": word("refused"),
    "requested": word("requested"),
    "sent": word("sent"),
    "to_check": word("to check"),
    "waiting": word("waiting"),
    "withdrawn": word("withdrawn"),
    "parent": word("parent"),
    "leader": word("leader"),
    "full": word("lives there"),
    "shared": word("shared between two homes"),
    "coordinator": word("coordinator"),
    "director": word("director"),
    "cashier": word("cashier"),
    "administrator": word("administrator"),
}


def known_acts() -> list[str]:
    """The acts that can be chosen, by code, in the order of their words."""
    return sorted(ACTS, key=lambda act: _(ACTS[act]).casefold())


def known_kinds() -> list[str]:
    """The things that can be chosen, by code, in the order of their words."""
    return sorted(KINDS, key=lambda kind: _(KINDS[kind]).casefold())


def act_words(act: str) -> str:
    """`approved an account`"""
    return _(ACTS[act]) if act in ACTS else _("Everything") if act == EVERYTHING else act.replace("_", " ")


def kind_words(kind: str) -> str:
    """`Account request`"""
    return _(KINDS[kind]) if kind in KINDS else _("Everything") if kind == EVERYTHING else kind.replace("_", " ")


def changes_words(changes: dict[str, Any] | None) -> str:
    """`capacité : 24 → 30 ; état : ouvert → fermé`; values that name a person were masked when they were written."""
    told = (
        f"{_(COLUMNS.get(column, column))} : {_value(column, old)} → {_value(column, new)}"
        for column, (old, new) in (changes or {}).items()
    )
    return " ; ".join(told) or format.NOTHING


def _value(column: str, value: Any) -> str:
    if value is None or value == "":
        return format.NOTHING
    if value == MASKED:
        return MASKED
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if column.endswith("_cents"):
        return format.euros(value)
    if column.endswith("_on") and isinstance(value, str):
        return format.short_day(date.fromisoformat(value))
    if column.endswith("_at") and isinstance(value, str):
        return format.instant(datetime.fromisoformat(value))
    return _(VALUES[value]) if isinstance(value, str) and value in VALUES else str(value)[:120]

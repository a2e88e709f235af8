"""How long data are kept, in words: the rules, the terms, the register of processing; and the forms of their settings."""

from datetime import date
from typing import Any

import streamlit as st

from domain import clock, structure
from domain.retention import Fate, Treatment
from domain.rights import TABLE, Right
from ui import format
from ui.i18n import _, n_, word
from ui.navigation import ROLE_NAMES

RULES = {
    "families": word("Families at rest"),
    "closed": word("Families that asked to leave"),
    "requests": word("Requests for an account that were refused"),
    "health": word("Health sheets after the last season"),
    "documents": word("Papers that serve no more"),
    "letters": word("Words of the e-mails sent"),
    "connections": word("Log of connections"),
    "journal": word("Journal of acts"),
    "invoices": word("Names on the invoices"),
}

WHY = {
    "families": word("No registration, booking, payment, invoice, message or sign-in; nothing owed. Three years after the child has left."),
    "closed": word("The account was closed at the family’s request; nothing owed."),
    "requests": word("The request for an account was refused, and nothing came after it."),
    "health": word("They serve to look after the child during the season, and nothing else."),
    "documents": word("Refused, past their last day, or followed by a newer one. Court decisions stay with the family."),
    "letters": word("That a letter left on a day stays; its words and addresses go."),
    "connections": word("Six months to a year (CNIL). The last sign-in of each account stays, without address or device."),
    "journal": word("Who did what: the proof serves as long as an act may be contested."),
    "invoices": word("Ten years, as accounting documents (Code de commerce, L.123-22). The amounts stay."),
}

PURPOSES = {
    "accounts": word("Opening the families’ accounts and the staff’s, signing in, keeping them safe"),
    "families": word("Knowing the family, the guardians and the children who are received, and whom they may go with"),
    "health": word("Looking after the child’s health and safety during the time it is received"),
    "quotients": word("Computing the family’s prices"),
    "attendance": word("Registering, booking, keeping places, recording attendance, declaring it to the CAF without names"),
    "money": word("Invoicing, receiving payments, reminding, accounting"),
    "documents": word("Checking that the papers asked for are there and valid"),
    "messages": word("Answering families, and writing to them about their file"),
    "journal": word("Proving who did what, and finding misuse"),
}

DATA = {
    "accounts": word("E-mail, name, password (hashed only), second factor (sealed), sessions, connections with IP address and browser"),
    "families": word("Identity, address, telephones, allocataire number, place in the family, people to call, permissions, consents"),
    "health": word("Allergies, PAI, treatments, vaccines, doctor, diet; never the nature of a handicap. Sealed (AES-256-GCM)"),
    "quotients": word("Quotient familial, its month, its proof"),
    "attendance": word("Registrations, bookings, waiting list, attendance with hours and who came for the child"),
    "money": word("Invoices, lines, payments, balances, reminders"),
    "documents": word("Papers sent by families; health papers are sealed"),
    "messages": word("Messages exchanged, e-mails sent"),
    "journal": word("Who, what, on what, when; sensitive values are never written"),
}

GROUNDS = {
    "families": word("Mission of public interest (GDPR art. 6-1 e); photographs and news by consent (art. 6-1 a)"),
    "health": word("Public interest (GDPR art. 6-1 e and 9-2 g); arrêté of 20 February 2003"),
    "money": word("Legal obligation (GDPR art. 6-1 c)"),
    "journal": word("Legal obligation of security (GDPR art. 6-1 c and 32)"),
}
GROUND = word("Mission of public interest (GDPR art. 6-1 e)")

FATES = {
    Fate.DELETED: word("deleted"),
    Fate.EMPTIED: word("kept without the person"),
    Fate.TERM: word("kept for the legal term, then without the person"),
    Fate.COUNTED: word("files deleted when nothing points to them"),
}

SECURITY = (
    word("Encrypted connections; cookies that no script reads; second factor for the staff."),
    word("Passwords are hashed; health sheets, health papers and second factors are sealed with keys kept apart from the database."),
    word("Each member of the staff sees the families of his sites only, and of a chapter what his role opens."),
    word("Every act is in the journal; each reading of a health sheet too."),
    word("Nothing is sent to anybody outside: no audience measure, no third-party script."),
)

VALIDITIES = {
    "months": word("so many months from its month"),
    "school_year": word("to the end of the school year"),
    "civil_year": word("to the end of the civil year"),
}


def months_words(count: int) -> str:
    """`36 months`"""
    return n_("{count} month", "{count} months", count)


def recipients(treatment: Treatment) -> str:
    """The roles that see a processing, from the table of rights: `Directeur, Régisseur`."""
    roles = [role for role, right in TABLE[treatment.chapter].items() if right >= Right.SEE]
    return ", ".join(_(ROLE_NAMES[role]) for role in ROLE_NAMES if role in roles)


def terms_words(treatment: Treatment, terms: dict[str, int]) -> str:
    """The terms of a processing, from the settings: `Familles en sommeil : 36 mois ; …`"""
    return " ; ".join(f"{_(RULES[name])} : {months_words(terms[name])}" for name in treatment.terms)


def quotient_form(value: dict[str, Any]) -> tuple[dict[str, Any], date] | None:
    """For how long a quotient counts, and whether the staff looks at it first; the value typed and its first day once it is sent."""
    with st.form("quotient-setting", border=True):
        options = list(structure.QUOTIENT_VALIDITIES)
        place = options.index(value["validity"])
        validity = st.radio(_("A quotient counts"), options, place, format_func=lambda code: _(VALIDITIES[code]), key="quotient-validity")
        months = st.number_input(_("Months"), 1, 36, value["months"], key="quotient-months")
        checked = st.toggle(
            _("What a family types waits until the staff has looked at the proof"), value["checked"], key="quotient-checked"
        )
        begins = st.date_input(_("From the day"), clock.today(), format="DD/MM/YYYY", key="quotient-from")
        sent = st.form_submit_button(_("Save"), type="primary")
    return ({"validity": validity, "months": int(months), "checked": checked}, begins) if sent else None


def retention_form(value: dict[str, int]) -> tuple[dict[str, int], date] | None:
    """The terms in months, within their limits; the value typed and its first day once it is sent."""
    typed: dict[str, int] = {}
    with st.form("retention-setting", border=True):
        for name, (_usual, least, most) in structure.RETENTION_MONTHS.items():
            typed[name] = int(st.number_input(f"{_(RULES[name])} ({_('months')})", least, most, value[name], key=f"term-{name}"))
            st.caption(_(WHY[name]))
        begins = st.date_input(_("From the day"), clock.today(), format="DD/MM/YYYY", key="retention-from")
        sent = st.form_submit_button(_("Save"), type="primary")
    return (typed, begins) if sent else None


def setting_words(value: dict[str, Any]) -> str:
    """A value of one of the two settings, in a line."""
    if "validity" not in value:
        return " ; ".join(f"{_(RULES[name])} : {format.number(months)}" for name, months in value.items())
    lasts = f" ({months_words(value['months'])})" if value["validity"] == "months" else ""
    return f"{_(VALIDITIES[value['validity']])}{lasts}, {_('checked first') if value['checked'] else _('taken at once')}"

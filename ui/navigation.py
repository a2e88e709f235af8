"""The map of screens: where each lives, its French address, and who may open it. The only list of screens there is."""

import threading
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from db.models import Account
from db.models.accounts import ROLES
from domain.rights import TABLE, Right
from ui.i18n import _, language, word

PAGES = Path(__file__).resolve().parent.parent / "pages"

VISITOR = "visitor"
EVERYONE = frozenset({VISITOR, *ROLES})
SIGNED_IN = frozenset(ROLES)
STAFF = SIGNED_IN - {"parent"}
FAMILIES = frozenset({"parent"})


def who_sees(chapter: str) -> frozenset[str]:
    """The roles that may at least look at a chapter of `domain.rights`."""
    return frozenset(role for role, right in TABLE[chapter].items() if right >= Right.SEE)


def who_acts(chapter: str) -> frozenset[str]:
    """The roles that may act in a chapter of `domain.rights`."""
    return frozenset(role for role, right in TABLE[chapter].items() if right >= Right.ACT)


@dataclass(frozen=True)
class Screen:
    """One screen. `key` is its file under `pages/`; a screen without a section is in no menu; titles are message ids."""

    key: str
    title: str
    url_path: str
    roles: frozenset[str]
    section: str | None = None
    icon: str = ""

    @property
    def path(self) -> Path:
        """The script that draws it."""
        return PAGES / f"{self.key}.py"


TODAY, FAMILY, MONEY, HOUSE, MINE = word("Today"), word("Families"), word("Money"), word("The structure"), word("My space")

SCREENS: tuple[Screen, ...] = (
    Screen("staff/dashboard", word("Dashboard"), "tableau-de-bord", STAFF, TODAY, "space_dashboard"),
    Screen("staff/capacity", word("Capacity"), "capacites", who_sees("capacity"), TODAY, "calendar_view_week"),
    Screen("staff/capacity_day", word("Capacity of a day"), "journee", who_sees("capacity")),
    Screen("staff/capacity_free", word("Where is there room?"), "places-libres", who_sees("capacity"), TODAY, "event_seat"),
    Screen("staff/accounts", word("Accounts to approve"), "comptes-a-valider", who_sees("accounts"), FAMILY, "how_to_reg"),
    Screen("staff/changes", word("Changes to validate"), "modifications-a-valider", who_acts("identity"), FAMILY, "rule"),
    Screen("staff/family", word("Family"), "famille", who_sees("identity")),
    Screen("staff/files", word("Files"), "dossiers", who_sees("documents"), FAMILY, "folder_shared"),
    Screen("staff/documents_to_check", word("Documents to check"), "documents-a-controler", who_sees("documents"), FAMILY, "fact_check"),
    Screen("staff/document", word("Document"), "piece", who_sees("documents")),
    Screen("staff/family_documents", word("Documents of a family"), "documents-famille", who_sees("documents")),
    Screen("staff/child", word("Sheet of a child"), "fiche-enfant", who_sees("identity")),
    Screen("staff/letters", word("Letters sent"), "messages-envoyes", who_sees("messages"), FAMILY, "outgoing_mail"),
    Screen("staff/balances", word("Balances"), "soldes", who_sees("money"), MONEY, "account_balance_wallet"),
    Screen("staff/family_account", word("Account of a family"), "compte-famille", who_sees("money")),
    Screen("staff/quotients", word("Quotients to check"), "quotients-a-verifier", who_sees("money"), FAMILY, "percent"),
    Screen("staff/attendance", word("Attendance"), "frequentation", who_sees("statistics"), HOUSE, "monitoring"),
    Screen("staff/journal", word("Journal"), "journal", who_sees("journal"), HOUSE, "history"),
    Screen("staff/users", word("Users"), "utilisateurs", who_sees("users"), HOUSE, "group"),
    Screen("staff/field_rules", word("Fields of families"), "champs-des-familles", who_sees("settings"), HOUSE, "checklist"),
    Screen("staff/retention", word("Data retention"), "conservation", who_sees("retention"), HOUSE, "auto_delete"),
    Screen("staff/register", word("Register of processing"), "registre", who_sees("retention")),
    Screen("staff/settings", word("Settings"), "reglages", who_sees("settings"), HOUSE, "tune"),
    Screen("family/dashboard", word("Dashboard"), "espace-famille", FAMILIES, MINE, "home"),
    Screen("family/my_family", word("My family"), "ma-famille", FAMILIES, MINE, "family_restroom"),
    Screen("family/household", word("Family details"), "coordonnees", FAMILIES),
    Screen("family/guardian", word("Parent"), "parent", FAMILIES),
    Screen("family/child", word("Child"), "enfant", FAMILIES),
    Screen("family/health", word("Health sheet"), "fiche-sanitaire", FAMILIES),
    Screen("family/contacts", word("People to call and to fetch the child"), "contacts-enfant", FAMILIES),
    Screen("family/permissions", word("Permissions"), "autorisations", FAMILIES),
    Screen("family/quotient", word("Quotient familial"), "quotient-familial", FAMILIES),
    Screen("family/documents", word("My documents"), "mes-documents", FAMILIES, MINE, "folder"),
    Screen("family/my_data", word("My data"), "mes-donnees", FAMILIES, MINE, "shield_person"),
    Screen("visitor/my_account", word("My account"), "mon-compte", SIGNED_IN, MINE, "account_circle"),
    Screen("visitor/sign_in", word("Sign in"), "connexion", frozenset({VISITOR})),
    Screen("visitor/password", word("Forgotten password"), "mot-de-passe", EVERYONE),
    Screen("visitor/create_account", word("Create an account"), "creer-un-compte", frozenset({VISITOR})),
    Screen("visitor/new_email", word("Confirm my new e-mail"), "nouvelle-adresse", EVERYONE),
    Screen("visitor/confirm", word("Confirm my account"), "confirmer", EVERYONE),
    Screen("visitor/legal", word("Legal notice"), "mentions-legales", EVERYONE),
    Screen("visitor/privacy", word("Privacy"), "confidentialite", EVERYONE),
    Screen("visitor/accessibility", word("Accessibility"), "accessibilite", EVERYONE),
)
COMING: tuple[Screen, ...] = (
    Screen("family/registrations", word("My registrations"), "mes-inscriptions", FAMILIES, MINE, "app_registration"),
    Screen("family/bookings", word("My bookings"), "mes-reservations", FAMILIES, MINE, "calendar_month"),
    Screen("family/invoices", word("My invoices"), "mes-factures", FAMILIES, MINE, "receipt_long"),
    Screen("family/contact", word("Contact the structure"), "contact", FAMILIES, MINE, "forum"),
)
"""Entries of the family's menu whose screens are still to be built: its home page tells their figures, and no link leads there."""
BY_KEY = {screen.key: screen for screen in (*SCREENS, *COMING)}
ROLE_NAMES = {
    "parent": word("Parent"),
    "leader": word("Leader"),
    "coordinator": word("Coordinator"),
    "director": word("Director"),
    "cashier": word("Cashier"),
    "administrator": word("Administrator"),
}
VISITS = {
    "signed_in": word("Signed in"),
    "signed_out": word("Signed out"),
    "refused": word("Wrong password"),
    "locked": word("Refused: too many attempts"),
    "second_factor_refused": word("Wrong code"),
}

OWN = "visitor/my_account"
FOOTER = ("visitor/legal", "visitor/privacy", "visitor/accessibility")

_here = threading.local()


def role_of(account: Account | None) -> str:
    """The role that the map asks about: an account's, or `visitor`."""
    return account.role if account and account.state == "active" else VISITOR


@cache
def standing() -> Sequence[Screen]:
    """The screens whose script is there; looked for once."""
    return tuple(screen for screen in SCREENS if screen.path.is_file())


def allows(screen: Screen, role: str, held: bool = False) -> bool:
    """Whether a role may open a screen; one who is held (no second factor yet) opens the own account and what everybody may read."""
    return role in screen.roles and (not held or screen.key == OWN or screen.roles == EVERYONE)


def home_of(role: str, held: bool = False) -> Screen:
    """Where a role arrives after signing in."""
    first = {"parent": "family/dashboard", VISITOR: "visitor/sign_in"}.get(role, "staff/dashboard")
    return BY_KEY[OWN] if held or not BY_KEY[first].path.is_file() else BY_KEY[first]


def begin(role: str, held: bool) -> None:
    """Tells the links of this run whose they are. The router calls it."""
    _here.role, _here.held = role, held


def opens(key: str) -> bool:
    """Whether the person of this run may open a screen."""
    screen = BY_KEY[key]
    return allows(screen, getattr(_here, "role", VISITOR), getattr(_here, "held", False)) and screen.path.is_file()


def page(key: str) -> st.Page:
    """Streamlit's page of a screen, as the router registered it."""
    return copy(_page(key, language()))


@cache
def _page(key: str, _language: str) -> st.Page:
    """Made once a language: Streamlit walks the disk for each. Every run gets a copy, for a run marks the page that it may call."""
    screen = BY_KEY[key]
    icon = f":material/{screen.icon}:" if screen.icon else ""
    hidden = screen.section is None
    return st.Page(screen.path, title=_(screen.title), icon=icon, url_path=screen.url_path, visibility="hidden" if hidden else "visible")


def address(key: str, choices: Mapping[str, object] | None = None) -> str:
    """The address of a screen with its choices, `/soldes?page=2`: for letters and tables. Links on a screen use `screen.goto`."""
    chosen = {name: str(value) for name, value in (choices or {}).items() if value is not None}
    return f"/{BY_KEY[key].url_path}" + (f"?{urlencode(chosen)}" if chosen else "")

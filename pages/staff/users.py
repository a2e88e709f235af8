"""Utilisateurs: who works here, as what and at which sites; invited, changed, closed."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from db.models import Account
from db.session import reading
from domain.accounts import directory, staff
from domain.refusals import DoesNotExist
from ui import access, choices, format, screen, tables
from ui.acts import act
from ui.i18n import _, n_, word
from ui.navigation import ROLE_NAMES
from ui.sentences import sentence
from ui.tables import Column
from ui.users import who_form

STATES = {"active": word("Active"), "pending": word("Invited"), "locked": word("Locked"), "closed": word("Closed")}
SIGNS = {"active": "✓", "pending": "◔", "locked": "⚠", "closed": "✕"}
SORTS = {"name": word("By name"), "role": word("By role"), "newest": word("Newest first")}
EVERY = word("All")

me = access.admit("staff/users")
COLUMNS = {
    "last_name": Column(_("Last name")),
    "first_name": Column(_("First name")),
    "role": Column(_("Role"), write=lambda role: _(ROLE_NAMES[role])),
    "sites": Column(_("Sites"), write=lambda names: _("All sites") if names == "*" else names or "—"),
    "state": Column(_("State"), write=lambda state: f"{SIGNS[state]} {_(STATES[state])}"),
    "email": Column(_("Email")),
    "has_second_factor": Column(_("Second factor")),
    "link_until": Column(_("Invitation valid until"), "instant"),
    "created_at": Column(_("Since"), "instant"),
}


def rows_of(page: int = 1, size: int = directory.PAGE) -> tuple[pd.DataFrame, int]:
    """A page of the staff chosen, and how many they are."""
    with reading() as session:
        rows, count = directory.users(session, access.require_user(), search=text, page=page, size=size, sort=sort, **chosen)
    return rows.assign(has_second_factor=rows["has_second_factor"].map({True: _("Yes"), False: _("No")})), count


def draw_invitation() -> None:
    """A new member of the staff. Once somebody came, the fields are empty again."""
    place = f"new-{total}"
    with st.expander(_("Invite somebody"), icon=":material/person_add:"), st.form("invitation", border=False):
        email = st.text_input(_("Email"), key=f"email-{place}", autocomplete="off")
        values = who_form(None, sites, place)
        sent = st.form_submit_button(_("Send the invitation"), type="primary", key="invite")
    if sent:
        act(staff.invite, email=email, **values, told=_("The invitation is on its way. Its link is valid for 48 hours."))
        st.rerun()


def draw_acts(account: Account) -> None:
    """What can be done to an account as it stands."""
    verbs: list[tuple[str, Callable[..., object], str, bool]] = [
        (_("Send the invitation again"), staff.invite_again, _("A new invitation is on its way."), account.state == "pending"),
        (_("Unlock"), staff.unlock, _("The account is unlocked."), account.failed_sign_ins > 0),
        (
            _("Take the second factor away"),
            staff.reset_second_factor,
            _("The second factor is taken away; the person is told by e-mail."),
            account.totp_confirmed_at is not None and account.id != me.id,
        ),
        (_("Reopen the account"), staff.reopen, _("The account is open again."), account.state == "closed"),
        (_("Close the account"), staff.close, _("The account is closed and signed out everywhere."), account.state != "closed"),
    ]
    with st.container(horizontal=True):
        for label, verb, told, fits in verbs:
            if fits:
                st.button(label, on_click=act, args=(verb, account.id), kwargs={"told": told}, key=verb.__name__)


def draw_user(account_id: int) -> None:
    """One member of the staff, to be changed."""
    try:
        with reading() as session:
            account = directory.user(session, me, account_id)
    except DoesNotExist as refused:
        screen.empty(sentence(refused))
        return
    with st.container(border=True):
        screen.section(format.plain(account.full_name))
        st.markdown(format.plain(account.email))
        with st.form(f"user-{account.id}", border=False):
            values = who_form(account, sites, account.id)
            sent = st.form_submit_button(_("Save"), type="primary", key="save")
        draw_acts(account)
    if sent:
        act(staff.change, account.id, **values, told=_("{name} is saved.", name=format.plain(account.full_name)))
        st.rerun()


screen.title(_("Users"), _("The people of the staff: what they may do follows from their role and their sites."))
with reading() as session:
    sites = {site.id: site.name for site in directory.sites(session, me)}
with st.container(horizontal=True, vertical_alignment="bottom"):
    text = st.text_input(_("Name or e-mail"), key="users-search", type="search")
    role = choices.one(_("Role"), ["all", *staff.STAFF_ROLES], key="role", format=lambda code: _(ROLE_NAMES.get(code, EVERY)))
    site = choices.one(_("Site"), [0, *sites], key="site", format=lambda code: sites.get(code, _(EVERY)))
    state = choices.one(_("State"), ["all", *STATES], key="etat", format=lambda code: _(STATES.get(code, EVERY)))
    sort = choices.one(_("Order"), list(SORTS), key="tri", format=lambda code: _(SORTS[code]))
chosen = {"role": None if role == "all" else role, "site_id": site or None, "state": None if state == "all" else state}
frame, total = rows_of(choices.asked_page())

draw_invitation()
if frame.empty:
    screen.empty(_("Nobody answers to this choice."))
else:
    key = f"users-{hash(tuple(frame['account_id']))}"
    positions = tables.show(frame, columns=COLUMNS, key=key, alt=_("The people of the staff, one a line."), select="one")
    choices.page(total, directory.PAGE) if total > directory.PAGE else st.caption(n_("{count} person", "{count} people", total))
    tables.excel(_("To Excel"), "utilisateurs.xlsx", lambda: rows_of(size=max(total, 1))[0], columns=COLUMNS)
    asked = int(frame["account_id"].iloc[positions[0]]) if positions else choices.number("compte")
    if asked is not None:
        draw_user(asked)

"""Compte d'une famille: its invoices and payments, what is open, a payment taken at the desk."""

import streamlit as st

from db.session import reading
from domain import balances
from domain.refusals import DoesNotExist, Refusal
from ui import choices, desk, family_account, format, screen
from ui.access import admit
from ui.i18n import _
from ui.sentences import sentence

me = admit("staff/family_account")


# -- pieces -------------------------------------------------------------------------------------------------------------------


def account_asked() -> balances.FamilyAccount:
    """The account of the family of the address. Raises DoesNotExist."""
    family_id = choices.number("famille")
    if family_id is None:
        raise DoesNotExist("families")
    with reading() as session:
        return balances.of_family(session, me, family_id)


# -- the screen ---------------------------------------------------------------------------------------------------------------

try:
    account = account_asked()
except Refusal as refusal:
    screen.title(_("Account of a family"))
    st.error(sentence(refusal), icon=":material/block:")
    screen.goto(_("Back to the balances"), "staff/balances", icon=":material/arrow_back:")
    st.stop()
screen.title(_("Account of {family}", family=format.plain(account.full_name)))
screen.goto(_("Back to the balances"), "staff/balances", icon=":material/arrow_back:")
family_account.draw_figures(account)
with st.expander(_("Record a payment"), icon=":material/payments:", expanded=account.balance.open_cents > 0):
    desk.draw_form(account)
desk.draw_credit(account)
titles = {code: _(title) for code, (title, _draw) in family_account.TABS.items()}
tab = choices.one(_("Show"), list(titles), key="onglet", format=titles.__getitem__, look="buttons", hidden_label=True)
family_account.TABS[tab][1](account)

"""Soldes: what each family owes and since when, the totals, and the reminders."""

import streamlit as st

from db.session import reading
from domain import balances
from ui import balances as money
from ui import choices, format, reminders, screen, tables
from ui.access import admit
from ui.i18n import _

SHOWN_LINKS = 6
me = admit("staff/balances")


# -- pieces -------------------------------------------------------------------------------------------------------------------


def draw_links(rows) -> None:
    """A way to the account of each ticked family, the first six."""
    with st.container(horizontal=True):
        for row in rows.head(SHOWN_LINKS).itertuples():
            told = _("Account of {family}", family=format.plain(row.family))
            screen.goto(told, "staff/family_account", icon=":material/receipt_long:", famille=row.family_id)


def ids_to_remind(rows) -> list[int]:
    """The ticked families, or else all the chosen ones."""
    if len(rows):
        return [int(family_id) for family_id in rows["family_id"]]
    with reading() as session:
        return balances.family_ids(session, me, filters)


# -- the screen ---------------------------------------------------------------------------------------------------------------

screen.title(_("Balances"), _("What each family was invoiced, has paid and still owes, and for how long."))
with reading() as session:
    sites = balances.sites(session, me)
filters, sort = money.choose(sites)
with reading() as session:
    totals = balances.totals(session, me, filters)
    families = balances.page(session, me, filters, sort, choices.asked_page(totals.families, balances.PAGE))
    owed = balances.of_site(session, me, filters.site_id) if filters.site_id else None

money.draw_totals(totals)
if owed:
    money.draw_site_note(sites[filters.site_id], totals, owed)
if families.empty:
    screen.empty(_("No family answers to this choice."))
    st.stop()
families = money.in_words(families)
picked = tables.show(
    families, columns=money.columns_of(families), key="balances", alt=_("What the families owe, one line for each family"), select="many"
)
choices.page(totals.families, balances.PAGE)
if picked:
    draw_links(families.iloc[picked])
else:
    st.caption(_("Tick families to open their accounts, or to remind them alone."))
with st.container(horizontal=True, vertical_alignment="center"):
    tables.excel(_("To Excel"), "soldes.xlsx", lambda: money.every_row(filters, sort), columns=money.columns())
    preparing = choices.flag(_("Prepare reminders"), key="relance")
if preparing:
    reminders.draw(ids_to_remind(families.iloc[picked]))

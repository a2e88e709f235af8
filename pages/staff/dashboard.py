"""Tableau de bord: what waits this morning, how full the coming days are, what is overdue."""

import streamlit as st

from db.session import reading
from domain import clock, dashboard
from ui import format, navigation, screen, tension
from ui.access import admit
from ui.i18n import _, n_, word

WAITING = {
    "accounts": (word("Accounts to approve"), "staff/accounts", word("Answer the families"), {}),
    "documents": (word("Papers to check"), "staff/documents_to_check", word("Check the papers"), {}),
    "registrations": (word("Registrations requested"), None, "", {}),
    "messages": (word("Conversations to read"), None, "", {}),
    "changes": (word("Changes asked by families"), "staff/changes", word("Answer these families"), {}),
}
LATE = {
    "to_30": word("1 to 30 days late"),
    "to_60": word("31 to 60 days late"),
    "to_90": word("61 to 90 days late"),
    "over_90": word("more than 90 days late"),
}
# tiles share the width, as many as fit, under each other on a telephone
TILES = """<style>
.st-key-waits, .st-key-owed { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.4rem, 1fr)); gap: 0.75rem; }
.st-key-waits [data-testid="stMetricLabel"] *, .st-key-owed [data-testid="stMetricLabel"] * { white-space: normal; overflow: visible; }
.st-key-waits [data-testid="stMetricLabel"], .st-key-owed [data-testid="stMetricLabel"] { min-height: 2.9rem; align-items: start; }
.st-key-waits > div, .st-key-waits > div > div, .st-key-owed > div, .st-key-owed > div > div { height: 100%; }
:is(.st-key-waits, .st-key-owed) [data-testid="stPageLink"] :is(a, p) { padding-left: 0; white-space: normal; text-decoration: underline; }
:is(.st-key-waits, .st-key-owed) [data-testid="stPageLink"] a { gap: 0; line-height: 1.3; }
:is(.st-key-waits, .st-key-owed) [data-testid="stPageLink"] a > :not(:last-child) { display: none; }
:is(.st-key-waits, .st-key-owed) [data-testid="stPageLink"] p { line-height: 1.3; font-size: 0.92rem; }
.st-key-waits [data-testid="stMetricLabel"] { min-height: 4.2rem; }
.st-key-owed [data-testid="stMetricValue"] { font-size: 1.45rem; }
</style>"""

me = admit("staff/dashboard")


# -- pieces -------------------------------------------------------------------------------------------------------------------


def tile(label: str, value: str, link: str | None, go: str, mark: tuple[str, str, str] | None = None, **choices) -> None:
    """One figure, what it means, and the screen that shows it."""
    with st.container(border=True, gap="small"):
        st.metric(label, value)
        if mark:
            st.badge(mark[0], color=mark[1], icon=f":material/{mark[2]}:")
        if link and navigation.opens(link):
            screen.goto(go, link, **choices)


def draw_waiting() -> None:
    """What waits for an answer, and what is to be looked at first, each with its screen where there is one."""
    for code, count in morning.waiting.items():
        if count:
            label, link, go, more = WAITING[code]
            tile(_(label), format.number(count), link, _(go), **more)
    if count := morning.files_soon:
        label = n_("Files to complete within {count} day", "Files to complete within {count} days", dashboard.SOON)
        tile(label, format.number(count), "staff/files", _("See these families"), jours=dashboard.SOON)
    if count := morning.dead_letters:
        mark = (_("not delivered"), "red", "error")
        tile(_("Messages laid aside"), format.number(count), "staff/letters", _("See these messages"), mark, etat="dead")


def draw_overdue(overdue: dashboard.Overdue) -> None:
    """What is past its due date, in all and by how late."""
    screen.section(_("Overdue"))
    if not overdue.cents:
        screen.empty(_("Nothing is overdue."))
        return
    with st.container(key="owed"):
        families = n_("{count} family", "{count} families", overdue.families)
        tile(
            _("In all"),
            format.euros(overdue.cents),
            "staff/balances",
            _("See these families"),
            (families, "red", "family_restroom"),
            retard="late",
        )
        for bucket, (cents, count) in overdue.buckets.items():
            if cents:
                families = n_("{count} family", "{count} families", count)
                mark = (families, "red" if bucket == "over_90" else "orange", "family_restroom")
                tile(_(LATE[bucket]), format.euros(cents), "staff/balances", _("See these families"), mark, retard=bucket)


# -- the screen ---------------------------------------------------------------------------------------------------------------

screen.title(_("Hello {name}", name=format.plain(me.first_name)), format.day(clock.today()).capitalize())
st.html(TILES)
with reading() as session:
    morning = dashboard.morning(session, me)
if morning.waiting or morning.files_soon is not None:
    screen.section(_("What waits"))
    if any(morning.waiting.values()) or morning.files_soon or morning.dead_letters:
        with st.container(key="waits"):
            draw_waiting()
    else:
        screen.empty(_("Nothing waits."))
if morning.tension is not None:
    screen.section(_("The coming days"), _("Seats taken out of seats offered, over all activities of the site."))
    if morning.tension:
        tension.show(morning.tension, morning.today)
    else:
        screen.empty(_("No day is open in the coming weeks."))
if morning.overdue is not None:
    draw_overdue(morning.overdue)

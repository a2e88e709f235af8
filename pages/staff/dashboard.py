"""Tableau de bord: what waits this morning, how full the coming days are, what is overdue."""

import streamlit as st

from db.session import reading
from domain import dashboard
from ui import format, screen, tension
from ui.access import admit
from ui.i18n import _, n_, word

WAITING = {
    "accounts": (word("Accounts to approve"), "staff/accounts", {}),
    "documents": (word("Papers to check"), "staff/files", {"etat": "to_check", "incomplets": 0, "obligatoires": 0}),
    "registrations": (word("Registrations requested"), None, {}),
    "messages": (word("Conversations to read"), None, {}),
    "changes": (word("Changes asked by families"), None, {}),
}
LATE = {
    "to_30": word("1 to 30 days late"),
    "to_60": word("31 to 60 days late"),
    "to_90": word("61 to 90 days late"),
    "over_90": word("more than 90 days late"),
}
ACROSS = 4

me = admit("staff/dashboard")
with reading() as session:
    morning = dashboard.morning(session, me)


# -- pieces -------------------------------------------------------------------------------------------------------------------


def draw_figures(figures: list[dict]) -> None:
    """Figures side by side, under each other on a telephone."""
    for start in range(0, len(figures), ACROSS):
        for place, told in zip(st.columns(min(ACROSS, len(figures))), figures[start : start + ACROSS], strict=False):
            with place:
                screen.figure(**told)


def waiting() -> list[dict]:
    """What waits for an answer, what is to be looked at first, each with its screen."""
    told = [
        {"label": _(WAITING[code][0]), "value": format.number(count), "link": WAITING[code][1], "tone": "warning", "words": _("waits")}
        | WAITING[code][2]
        for code, count in morning.waiting.items()
        if count
    ]
    if morning.files_soon:
        words, choice = _("before they come"), {"jours": dashboard.SOON}
        label = _("Incomplete files, booked within {days} days", days=dashboard.SOON)
        told.append(
            {"label": label, "value": format.number(morning.files_soon), "link": "staff/files", "tone": "warning", "words": words} | choice
        )
    if morning.dead_letters:
        value = format.number(morning.dead_letters)
        told.append(
            {
                "label": _("Messages laid aside"),
                "value": value,
                "link": "staff/letters",
                "tone": "bad",
                "words": _("not delivered"),
                "etat": "dead",
            }
        )
    return told


def draw_overdue(overdue: dashboard.Overdue) -> None:
    """What is past its due date, in all and by how late."""
    screen.section(_("Overdue"))
    if not overdue.cents:
        screen.empty(_("Nothing is overdue."))
        return
    words = n_("{count} family", "{count} families", overdue.families)
    figures = [{"label": _("In all"), "value": format.euros(overdue.cents), "link": "staff/balances", "tone": "bad", "words": words}]
    for bucket, (cents, families) in overdue.buckets.items():
        if cents:
            words = n_("{count} family", "{count} families", families)
            figures.append(
                {
                    "label": _(LATE[bucket]),
                    "value": format.euros(cents),
                    "link": "staff/balances",
                    "tone": "warning",
                    "words": words,
                    "retard": bucket,
                }
            )
    draw_figures(figures)


# -- the screen ---------------------------------------------------------------------------------------------------------------

screen.title(_("Hello {name}", name=format.plain(me.first_name)), format.day(morning.today).capitalize())
if morning.waiting or morning.files_soon is not None:
    screen.section(_("What waits"))
    figures = waiting()
    if figures:
        draw_figures(figures)
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

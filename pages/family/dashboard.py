"""Tableau de bord of the family: one tile for each entry of the menu, with what matters now. It shows and changes nothing."""

import streamlit as st

from db.session import reading
from domain import clock, family_space
from ui import access, feedback, format, navigation, screen
from ui.i18n import _, n_, word
from ui.tiles import tile, tiles

STATES = {"pending": word("waits for the structure"), "to_pay": word("to pay")}
WORDS_ONLY = (
    ("family/my_data", word("See, take away or close what we keep of you.")),
    ("visitor/my_account", word("Your password and your language.")),
)

by = access.admit("family/dashboard")


def about_people() -> None:
    people = glance.people
    with tile("family/my_family"):
        children = n_("{count} child", "{count} children", people.children)
        st.markdown(children + ", " + n_("{count} parent", "{count} parents", people.guardians))
        if not people.children:
            screen.mark("warning", _("Add your children"))
        if glance.sheets.never:
            screen.mark("bad", n_("{count} sheet to fill in", "{count} sheets to fill in", glance.sheets.never))
        if glance.sheets.to_confirm:
            screen.mark("warning", n_("{count} sheet to confirm", "{count} sheets to confirm", glance.sheets.to_confirm))
        if people.changes_waiting:
            screen.mark("warning", n_("{count} change waits", "{count} changes wait", people.changes_waiting))


def about_registrations() -> None:
    registered = glance.registered
    with tile("family/registrations"):
        told = n_("{count} registration", "{count} registrations", registered.accepted)
        st.markdown(told if registered.accepted else _("No registration yet."))
        if registered.requested:
            screen.mark("warning", n_("{count} request waits", "{count} requests wait", registered.requested))


def about_bookings() -> None:
    registered = glance.registered
    with tile("family/bookings"):
        for (day, child, activity, state), slots in list(glance.by_day.items())[:3]:
            told = f"**{format.week_day(day)}** {format.plain(child)}  \n{format.plain(activity)} : {format.plain(', '.join(slots))}"
            st.markdown(told if state == "confirmed" else f"{told} ({_(STATES[state])})")
        if not glance.days:
            st.markdown(_("No day is booked yet."))
        if registered.offers:
            screen.mark("bad", n_("{count} place to accept", "{count} places to accept", registered.offers))
        if registered.waiting_days:
            screen.mark("warning", n_("{count} day on the waiting list", "{count} days on the waiting list", registered.waiting_days))


def about_money() -> None:
    owed = glance.owed
    with tile("family/invoices"):
        if not owed.open_cents:
            st.markdown(_("Nothing to pay."))
            return
        invoices = n_("{count} invoice to settle", "{count} invoices to settle", owed.invoices)
        st.markdown(f"**{format.euros(owed.open_cents)}**  \n{invoices}")
        if owed.oldest_due_on is not None and owed.oldest_due_on < clock.today():
            screen.mark("bad", _("Overdue since {day}", day=format.short_day(owed.oldest_due_on)))


def about_papers() -> None:
    papers = glance.papers
    with tile("family/documents"):
        if not papers.expected:
            st.markdown(_("No paper is asked for"))
        elif papers.compulsory:
            screen.mark("bad", n_("{count} compulsory document to send", "{count} compulsory documents to send", papers.compulsory))
        else:
            screen.mark("good", _("The file is complete."))
        if optional := papers.to_send - papers.compulsory:
            st.markdown(n_("{count} optional document can be sent", "{count} optional documents can be sent", optional))
        if papers.to_check:
            st.markdown(n_("{count} paper is being checked", "{count} papers are being checked", papers.to_check))
        if papers.ends_on:
            screen.mark("warning", _("To renew before {day}", day=format.short_day(papers.ends_on)))


def about_messages() -> None:
    with tile("family/contact"):
        if glance.unread:
            screen.mark("warning", n_("{count} answer to read", "{count} answers to read", glance.unread))
        else:
            st.markdown(_("No new answer."))


def about_the_rest() -> None:
    for key, words in WORDS_ONLY:
        if navigation.opens(key):
            with tile(key):
                st.markdown(_(words))


with feedback.refusals() as outcome, reading() as session:
    glance = family_space.at_a_glance(session, by)
if not outcome.done:
    feedback.show()
    st.stop()

screen.title(_("The {name} family", name=format.plain(glance.name)), _("What matters in the coming days, at a glance."))
with tiles("home"):
    for draw in (about_people, about_registrations, about_bookings, about_money, about_papers, about_messages, about_the_rest):
        draw()

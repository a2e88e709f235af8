"""The pieces that prepare reminders: who would get one, the letter to read, who cannot be written to, the button."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from db.session import reading, writing
from domain import reminders
from domain.reminders import BATCH, LEVELS, Sent
from ui import balances, choices, feedback, format, screen, tables
from ui.access import require_user
from ui.i18n import _, n_
from ui.tables import Column

_NEXT = 0


def send(family_ids: Sequence[int], level: int | None) -> None:
    """Sends the reminders that are shown, 500 at most. The panel stays open after a full batch, for the next ones."""
    told = Sent()
    with feedback.refusals(), writing() as session:
        told = reminders.send(session, require_user(), family_ids, level)
    if told.sent:
        if len(told.sent) < BATCH:
            choices.put(relance=None)
        feedback.say(n_("{count} reminder waits in the outbox.", "{count} reminders wait in the outbox.", len(told.sent)))
    if told.already_today:
        count = len(told.already_today)
        feedback.warn(n_("{count} family already had this reminder today", "{count} families already had this reminder today", count))
    if told.without_email or told.nothing_overdue:
        left = len(told.without_email) + len(told.nothing_overdue)
        feedback.warn(n_("{count} family was left out.", "{count} families were left out.", left))


def draw(family_ids: list[int]) -> None:
    """The reminders that these families would get: the totals of all of them, and the first 500 to look at and to send."""
    screen.section(_("Reminders"), _("Only invoices past their due date, neither disputed nor at the Trésor, are asked for."))
    named = {_NEXT: _("The next one of each family")} | {level: balances.level_words(level) for level in LEVELS}
    level = choices.one(_("Level"), list(named), key="niveau", format=named.__getitem__, look="buttons") or None
    with reading() as session:
        groups = reminders.standing(session, require_user(), family_ids, level)
        shown = {state: reminders.prepare(session, require_user(), group.first, level) for state, group in groups.items()}
    ready, reached = groups["ready"], shown["ready"]
    if not any(group.families for group in groups.values()):
        screen.empty(_("None of these families has anything late to be reminded of."))
        return
    with st.container(horizontal=True):
        screen.figure(_("Families to write to"), format.number(ready.families))
        screen.figure(_("Amount asked for"), format.euros(ready.cents))
    if ready.families > BATCH:
        told = n_("The first {count} family is shown.", "The first {count} families are shown: the next come once these have left.", BATCH)
        st.info(told, icon=":material/info:")
    _draw_recipients(reached, _("The families to write to, with what is asked of each"), "reminders-reached")
    _draw_left_out(shown["without_email"], groups["without_email"].families, shown["already_today"], groups["already_today"].families)
    if reached.empty:
        return
    _draw_letter(reached, level)
    told = n_("Send {count} reminder", "Send {count} reminders", len(reached))
    ids = [int(family_id) for family_id in reached["family_id"]]
    st.button(told, on_click=send, args=(ids, level), type="primary", icon=":material/send:")


def _draw_recipients(found: pd.DataFrame, alt: str, key: str) -> None:
    columns = {
        "name": Column(_("Family"), pinned=True),
        "first_name": Column(_("First name")),
        "told_level": Column(_("Level")),
        "amount_cents": Column(_("Amount"), "money"),
        "invoice_count": Column(_("Invoices"), "number"),
        "oldest_due_on": Column(_("Oldest due date"), "day"),
    }
    if not found.empty:
        found = found.assign(told_level=found["level"].map(balances.level_words))
        tables.show(found, columns=columns, key=key, alt=alt, height=min(400, 36 * (len(found) + 1) + 4))


def _draw_left_out(unreached: pd.DataFrame, unreached_count: int, done: pd.DataFrame, done_count: int) -> None:
    if unreached_count:
        told = n_("{count} family without an e-mail is left out", "{count} families without an e-mail are left out", unreached_count)
        with st.expander(told, icon=":material/unsubscribe:"):
            st.markdown(_("They can be reached by letter or by telephone, from their account."))
            _draw_recipients(unreached, _("The families that nobody can write to"), "reminders-unreached")
    if done_count:
        told = n_("{count} family already had this reminder today", "{count} families already had this reminder today", done_count)
        with st.expander(told, icon=":material/event_available:"):
            _draw_recipients(done, _("The families that were reminded today"), "reminders-done")


def _draw_letter(reached: pd.DataFrame, level: int | None) -> None:
    names = {int(row["family_id"]): f"{row['name']} {row['first_name'] or ''}".strip() for row in reached.to_dict("records")}
    with st.expander(_("Read a letter before it leaves"), icon=":material/drafts:"):
        family_id = st.selectbox(_("Family"), list(names), format_func=names.__getitem__, key="reminder-preview")
        with reading() as session:
            subject, body = reminders.preview(session, require_user(), family_id, level)
        st.markdown(f"**{format.plain(subject)}**")
        st.text(body)

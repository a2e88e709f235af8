"""The pieces that prepare reminders: who would get one, the letter to read, who cannot be written to, the button."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from db.session import reading, writing
from domain import reminders
from domain.reminders import LEVELS, Sent
from ui import balances, choices, feedback, format, screen, tables
from ui.access import require_user
from ui.i18n import _, n_
from ui.tables import Column

_NEXT = 0


def send(family_ids: Sequence[int], level: int | None) -> None:
    """Sends the prepared reminders, 500 families at a time: what left before a refusal has left, and is not sent twice."""
    told = Sent()
    with feedback.refusals():
        for batch in reminders.batches(family_ids):
            with writing() as session:
                sent = reminders.send(session, require_user(), batch, level)
            told += sent
    if told.sent:
        choices.put(relance=None)
        feedback.say(n_("{count} reminder waits in the outbox.", "{count} reminders wait in the outbox.", len(told.sent)))
    if told.already_today:
        count = len(told.already_today)
        feedback.warn(n_("{count} family already had this reminder today", "{count} families already had this reminder today", count))
    if told.without_email or told.nothing_overdue:
        left = len(told.without_email) + len(told.nothing_overdue)
        feedback.warn(n_("{count} family was left out.", "{count} families were left out.", left))


def draw(family_ids: list[int]) -> None:
    """The reminders that these families would get."""
    screen.section(_("Reminders"), _("Only invoices past their due date, neither disputed nor at the Trésor, are asked for."))
    named = {_NEXT: _("The next one of each family")} | {level: balances.level_words(level) for level in LEVELS}
    level = choices.one(_("Level"), list(named), key="niveau", format=named.__getitem__, look="buttons") or None
    with reading() as session:
        found = reminders.prepare(session, require_user(), family_ids, level)
    reached = found[found["email"].notna() & ~found["already_today"].astype(bool)]
    if found.empty:
        screen.empty(_("None of these families has anything late to be reminded of."))
        return
    with st.container(horizontal=True):
        screen.figure(_("Families to write to"), format.number(len(reached)))
        screen.figure(_("Amount asked for"), format.euros(int(reached["amount_cents"].sum())))
    _draw_recipients(reached, _("The families to write to, with what is asked of each"), "reminders-reached")
    _draw_left_out(found)
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


def _draw_left_out(found: pd.DataFrame) -> None:
    unreached, done = found[found["email"].isna()], found[found["already_today"].astype(bool)]
    if len(unreached):
        told = n_("{count} family without an e-mail is left out", "{count} families without an e-mail are left out", len(unreached))
        with st.expander(told, icon=":material/unsubscribe:"):
            st.markdown(_("They can be reached by letter or by telephone, from their account."))
            _draw_recipients(unreached, _("The families that nobody can write to"), "reminders-unreached")
    if len(done):
        told = n_("{count} family already had this reminder today", "{count} families already had this reminder today", len(done))
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

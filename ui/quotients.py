"""A quotient in words: its value and month, its state, until when it counts; and the fields in which it is typed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from db.models import Account
from db.session import reading
from domain.families import quotient
from domain.families.quotient import Line
from domain.refusals import Refusal
from ui import feedback, format, screen
from ui.acts import act
from ui.i18n import _, word
from ui.sentences import sentence

PLACE = "720"

STATES: dict[str, tuple[str, str, str]] = {
    "waiting": (word("to be checked"), "blue", "hourglass_top"),
    "accepted": (word("taken into account"), "green", "check_circle"),
    "corrected": (word("corrected by the structure"), "orange", "edit"),
    "refused": (word("refused"), "red", "block"),
    "withdrawn": (word("replaced before it was checked"), "gray", "history"),
}

SOURCES = {
    "typed": word("typed, without a proof"),
    "proof": word("with its proof"),
    "api": word("given by the CAF or the MSA"),
}


def value_words(value_cents: Any, month_on: Any) -> str:
    """`720,00 € (mars 2026)`"""
    return f"{format.euros(int(value_cents))} ({month_words(month_on)})"


def month_words(month: Any) -> str:
    """`Mars 2026`"""
    day = month if isinstance(month, date) else date.fromisoformat(str(month)[:10])
    told = format.month(day)
    return told[:1].upper() + told[1:]


def last_words(day: Any) -> str:
    """`31/12/2026`, or a dash for a family that never had a quotient, or one without an end."""
    return format.NOTHING if format.unknown(day) else format.short_day(date.fromisoformat(str(day)[:10]))


def badge(state: str) -> None:
    """The state of a quotient: words, a sign, and a colour besides."""
    words, colour, icon = STATES[state]
    st.badge(_(words), color=colour, icon=f":material/{icon}:")  # type: ignore[arg-type]


def fields(key: str, *, value: str = "", month: date | None = None) -> tuple[str, date]:
    """Draws where a quotient and its month are typed, for a form; gives what is typed as it is."""
    choices = quotient.months()
    typed = st.text_input(_("Quotient familial (in euros) *"), value, 20, key=f"{key}-value", placeholder=PLACE, autocomplete="off")
    place = choices.index(month) if month in choices else 0
    chosen = st.selectbox(_("Month it was computed for *"), choices, place, format_func=month_words, key=f"{key}-month")
    return typed, chosen or choices[0]


def history(lines: Sequence[Line]) -> None:
    """All there were, the newest first."""
    screen.section(_("History"), _("Nothing is ever changed: each quotient is followed by a newer one."))
    if not lines:
        screen.empty(_("No quotient was given yet."))
    for line in lines:
        with st.container(border=True, gap="small"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"**{value_words(line.value_cents, line.month_on)}**")
                badge(line.state)
            told = [_("Given on {when}, {source}.", when=format.instant(line.recorded_at), source=_(SOURCES[line.source]))]
            if line.state == "accepted":
                told.append(counting_words(line))
            if line.reason:
                told.append(_("Reason: {reason}", reason=format.plain(line.reason)))
            st.markdown(" ".join(told))


def counting_words(line: Line) -> str:
    """`Compte du 02/03/2026 au 28/02/2027.`"""
    if line.until_on is None:
        return _("It counts from {start} on.", start=format.short_day(line.from_on))
    return _("It counts from {start} to {until}.", start=format.short_day(line.from_on), until=format.short_day(line.until_on))


def keep(verb: Any, number: int, typed: str, month: date, told: str) -> None:
    """Reads what a member of the staff typed, then corrects or records it, and draws the screen anew."""
    with feedback.refusals() as outcome:
        value = quotient.value_of(typed)
    if outcome.done:
        act(verb, number, value, month, told=told)
    st.rerun()


def of_family(by: Account, family_id: int, name: str) -> None:
    """For the staff: typing a quotient that was shown at the desk, and all there were."""
    try:
        with reading() as session:
            known = quotient.of_family(session, by, family_id)
    except Refusal as refusal:
        st.error(sentence(refusal), icon=":material/block:")
        return
    screen.section(format.plain(str(name)))
    with st.form(f"record-{family_id}-{len(known.lines)}", border=True):
        typed, month = fields(f"record-{family_id}-{len(known.lines)}")
        if st.form_submit_button(_("Record the quotient"), type="primary"):
            keep(quotient.record, family_id, typed, month, _("The quotient is recorded: it counts from today."))
    history(known.lines)

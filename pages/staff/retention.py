"""Conservation des données: what would be erased and when, the batch that a person confirms, what is kept on purpose, who asks to leave."""

from datetime import date, timedelta
from typing import Any

import streamlit as st

from db.session import reading
from domain import clock, retention
from domain.retention import closing
from ui import choices, erasures, format, leaving, screen
from ui.access import admit
from ui.acts import act
from ui.i18n import _, n_, word
from ui.retention import RULES

PARTS = {"due": word("To erase"), "confirmed": word("Confirmed"), "kept": word("Kept on purpose"), "leaving": word("Asking to leave")}
WHEN = {"tonight": word("Tonight"), "month": word("In a month")}

by = admit("staff/retention")


# -- pieces -------------------------------------------------------------------------------------------------------------------


def draw_due() -> None:
    """Each rule with what it would take, and the families of those that name some."""
    when = choices.one(_("When"), list(WHEN), key="quand", format=lambda code: _(WHEN[code]), look="buttons")
    day = clock.today() if when == "tonight" else clock.today() + timedelta(days=30)
    with reading() as session:
        lines = retention.preview(session, by, day)
    for line in lines:
        erasures.rule(by, line, day, is_today=when == "tonight")


def draw_lines(rows: Any, verb: Any, label: str, told: str, write: Any) -> None:
    """Families one by one, each with a button that undoes what was decided."""
    if rows.empty:
        screen.empty(_("No family."))
    for row in rows.itertuples(index=False):
        with st.container(border=True):
            st.markdown(f"**{format.plain(row.family)}** · {write(row)}")
            st.button(label, key=f"undo-{row.family_id}", on_click=act, args=(verb, int(row.family_id)), kwargs={"told": told})


def confirmed_words(row: Any) -> str:
    """Under which rule, and by whom."""
    return _("{rule}, confirmed by {name}", rule=_(RULES[row.rule]), name=format.plain(row.by or format.NOTHING))


def kept_words(row: Any) -> str:
    """Until when, and why."""
    return _("until {day}: {reason}", day=format.short_day(date.fromisoformat(str(row.until_on)[:10])), reason=format.plain(row.reason))


# -- the screen ---------------------------------------------------------------------------------------------------------------

screen.title(
    _("Data retention"),
    _("Nothing of a family is erased before somebody has looked through it and confirmed; the worker does it at night."),
)
part = choices.one(_("Part"), list(PARTS), key="partie", format=lambda code: _(PARTS[code]), look="buttons", hidden_label=True)
if part == "due":
    draw_due()
elif part == "confirmed":
    with reading() as session:
        rows, done = retention.confirmed(session, by), retention.erased_so_far(session, by)
    st.markdown(n_("{count} family was erased so far.", "{count} families were erased so far.", done))
    draw_lines(rows, retention.take_back, _("Take back"), _("The family is not erased."), confirmed_words)
elif part == "kept":
    with reading() as session:
        rows = retention.holds(session, by)
    draw_lines(rows, retention.release, _("No longer keep"), _("The family is no longer kept on purpose."), kept_words)
else:
    with reading() as session:
        rows = closing.waiting(session, by)
    leaving.requests(rows)
screen.goto(_("Register of processing"), "staff/register", icon=":material/menu_book:")

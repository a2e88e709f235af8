"""The family's home page: the next days, what is due, the papers that are missing. It shows and changes nothing."""

import pandas as pd
import streamlit as st

from db.session import reading
from domain import clock, family_space
from ui import access, feedback, format, screen, tables
from ui.i18n import _, n_, word
from ui.tables import Column

STATES = {"pending": word("Waits for the structure"), "to_pay": word("To pay"), "confirmed": word("Booked")}

by = access.admit("family/dashboard")


def show_figures() -> None:
    nearest, due, papers = st.columns(3)
    with nearest:
        screen.figure(_("Next day"), format.short_day(glance.days[0].day) if glance.days else format.NOTHING)
    with due:
        late = glance.oldest_due_on is not None and glance.oldest_due_on < clock.today()
        words = _("Overdue since {day}", day=format.short_day(glance.oldest_due_on)) if late else _("Nothing overdue")
        screen.figure(_("Balance due"), format.euros(glance.open_cents), tone="bad" if late else "good", words=words)
    with papers:
        missing = glance.papers_missing
        complete = _("Your file is complete") if glance.papers_expected else _("No paper is asked for")
        words = n_("{count} paper to send", "{count} papers to send", missing) if missing else complete
        told = f"{glance.papers_expected - missing} / {glance.papers_expected}"
        screen.figure(_("Papers accepted"), told, tone="warning" if missing else "good", words=words)


def show_days() -> None:
    screen.section(_("Our next days"))
    if not glance.days:
        screen.empty(_("No day is booked yet."))
        return
    frame = pd.DataFrame(
        [
            {
                "day": day.day,
                "hours": f"{format.clock_time(day.starts_at)}–{format.clock_time(day.ends_at)}",
                "child": day.child,
                "what": f"{day.activity} – {day.slot}",
                "state": _(STATES[day.state]),
            }
            for day in glance.days
        ]
    )
    columns = {
        "day": Column(_("Day"), "text", write=format.week_day),
        "hours": Column(_("Hours")),
        "child": Column(_("Child")),
        "what": Column(_("Activity")),
        "state": Column(_("State")),
    }
    tables.show(frame, columns=columns, key="next-days", alt=_("The next days booked for the children of the family"))


with feedback.refusals() as outcome, reading() as session:
    glance = family_space.at_a_glance(session, by)
if not outcome.done:
    feedback.show()
    st.stop()

screen.title(_("The {name} family", name=format.plain(glance.name)), _("What matters in the coming days, at a glance."))
show_figures()
show_days()

"""Documents of a family: what it sent, and sending at the desk what it brings on paper."""

import streamlit as st

from db.session import reading
from domain import documents
from ui import access, choices, feedback, format, papers_sending, screen
from ui.i18n import _

by = access.admit("staff/family_documents")

with feedback.refusals() as outcome, reading() as session:
    asked = documents.asked_of_family(session, by, choices.number("famille") or 0)
if not outcome.done:
    screen.title(_("Documents of a family"))
    feedback.show()
    screen.goto(_("Back to the files"), "staff/files", icon=":material/arrow_back:")
    st.stop()

screen.title(
    _("Documents of a family"),
    _("What the {name} family brings on paper is photographed or scanned here.", name=format.plain(asked.family)),
)
papers_sending.progress(asked)
if not asked.lines:
    screen.empty(_("No document is asked for at the moment."))
papers_sending.draw(asked)
papers_sending.draw_others(asked)
screen.goto(_("Back to the files"), "staff/files", icon=":material/arrow_back:")

"""Mes documents: what is asked of the family and of each of its people, and sending it."""

import streamlit as st

from db.session import reading
from domain import documents
from ui import access, feedback, papers_sending, screen
from ui.i18n import _

by = access.admit("family/documents")

screen.title(_("My documents"), _("A photo taken with a telephone is enough. What is accepted once is not asked for again until it ends."))
with feedback.refusals() as outcome, reading() as session:
    asked = documents.asked_of_family(session, by)
if not outcome.done:
    feedback.show()
    st.stop()

papers_sending.progress(asked)
if not asked.lines:
    screen.empty(_("No document is asked for at the moment."))
papers_sending.draw(asked)
papers_sending.draw_others(asked)

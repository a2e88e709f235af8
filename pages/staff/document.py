"""Pièce: one paper of a family, what was sent, and the decision."""

import streamlit as st

from db.session import reading, writing
from domain import documents
from domain.refusals import Refusal
from ui import choices, feedback, format, papers, screen
from ui.access import admit, require_user
from ui.acts import act
from ui.i18n import _
from ui.sentences import sentence

me = admit("staff/document")


# -- acts ---------------------------------------------------------------------------------------------------------------------


def refuse(document_id: int, reason: str) -> None:
    """Refuses for a reason, and says whether the family will read it."""
    with feedback.refusals() as outcome, writing() as session:
        told = documents.refuse(session, require_user(), document_id, reason)
    if outcome.done and told:
        feedback.say(_("The paper is refused, and the family is told why."))
    elif outcome.done:
        feedback.warn(_("The paper is refused. The family has no e-mail: please tell them why."))


# -- pieces -------------------------------------------------------------------------------------------------------------------


def draw_decision(paper: documents.Paper) -> None:
    """Accepting until a day that is told first, or refusing with a reason that the family reads."""
    accepting, refusing = st.columns(2, gap="large")
    with accepting, st.container(border=True, height="stretch"):
        screen.section(_("Accept"))
        until = paper.would_last_until
        st.markdown(_("It will be valid until {day}.", day=format.day(until)) if until else _("It will be valid for ever."))
        told = {"told": _("The paper is accepted.")}
        st.button(
            _("Accept the paper"),
            on_click=act,
            args=(documents.accept, paper.document_id),
            kwargs=told,
            type="primary",
            icon=":material/check:",
        )
    with refusing, st.container(border=True, height="stretch"):
        screen.section(_("Refuse"))
        ready = st.radio(_("Reason, which the family will read"), papers.REASONS, format_func=_, index=None, key="paper-reason")
        own = st.text_input(_("Or in your own words"), key="paper-words", max_chars=250)
        if st.button(_("Refuse the paper"), icon=":material/close:"):
            refuse(paper.document_id, own or (_(ready) if ready else ""))
            st.rerun()


def draw_version(version) -> None:
    """What was sent once and what became of it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        papers.badge(version.state)
        st.markdown(papers.version_words(version))


# -- the screen ---------------------------------------------------------------------------------------------------------------

read = choices.read("piece") or ""
asked = int(read) if read.isascii() and read.isdigit() and len(read) < 10 else 0
try:
    with reading() as session:
        told = documents.is_health(session, me, asked)
        paper = None if told else documents.open_paper(session, me, asked)
    if paper is None:
        with writing() as session:
            paper = documents.open_paper(session, me, asked)
except Refusal as refusal:
    screen.title(_("Document"))
    st.error(sentence(refusal), icon=":material/block:")
    screen.goto(_("Back to the files"), "staff/files", icon=":material/arrow_back:")
    st.stop()

screen.title(format.plain(paper.kind))
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    papers.badge(paper.now.state)
    st.badge(_("compulsory") if paper.is_compulsory else _("optional"), color="gray")
    if paper.is_health:
        st.badge(_("health: reading it is noted in the journal"), color="violet", icon=":material/lock:")
about = format.plain(paper.person) if paper.person else _("for the family")
st.markdown(_("Family {family}: {about}.", family=f"**{format.plain(paper.family)}**", about=about))
st.markdown(papers.version_words(paper.now))
if paper.description:
    st.caption(format.plain(paper.description))

screen.section(_("What was sent"))
if not paper.files:
    st.markdown(_("No file is attached: the paper was handed in at the desk."))
for sheet in paper.files:
    st.markdown(f"**{format.plain(sheet.name)}** · {format.size(sheet.size)} · {format.plain(sheet.mime)}")

if paper.waits:
    draw_decision(paper)
elif not paper.is_current and paper.now.state == "to_check":
    st.info(_("The family has sent a newer one since."))
if paper.before:
    screen.section(_("Sent before or since"))
    for version in paper.before:
        draw_version(version)
screen.goto(_("Back to the files"), "staff/files", icon=":material/arrow_back:")

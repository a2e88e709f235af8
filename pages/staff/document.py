"""Pièce: one paper of a family beside what is known of it, and the decision; then the next one of the queue."""

import streamlit as st

from db.session import reading, writing
from domain import documents
from domain.documents import queue
from domain.refusals import Refusal
from ui import choices, feedback, format, paper_view, papers, screen
from ui.access import admit, require_user
from ui.acts import act
from ui.i18n import _
from ui.sentences import sentence

me = admit("staff/document")
in_queue, one_kind = choices.read("file") == "1", choices.number("nature")


# -- acts ---------------------------------------------------------------------------------------------------------------------


def go_on(document_id: int) -> None:
    """Goes to the next paper of the queue, if this one was opened from it."""
    with reading() as session:
        following = queue.next_to_check(session, require_user(), document_id, one_kind) if in_queue else None
    if following:
        choices.put(piece=following)


def accept(document_id: int) -> None:
    """Accepts, and goes on."""
    if act(documents.accept, document_id, told=_("The paper is accepted.")):
        go_on(document_id)


def refuse(document_id: int, reason: str) -> None:
    """Refuses for a reason, says whether the family will read it, and goes on."""
    with feedback.refusals() as outcome, writing() as session:
        told = documents.refuse(session, require_user(), document_id, reason)
    if outcome.done:
        if told:
            feedback.say(_("The paper is refused, and the family is told why."))
        else:
            feedback.warn(_("The paper is refused. The family has no e-mail: please tell them why."))
        go_on(document_id)


# -- pieces -------------------------------------------------------------------------------------------------------------------


def draw_decision(paper: documents.Paper) -> None:
    """Accepting until a day that is told first, or refusing with a reason that the family reads."""
    until, number = paper.would_last_until, paper.document_id
    if paper.beside_accepted:
        st.info(_("The one before is still valid: this one takes its place once it is accepted."))
    told = _("It will be valid until {day}.", day=format.day(until)) if until else _("It will be valid for ever.")
    st.button(
        _("Accept the paper"), help=told, on_click=accept, args=(number,), type="primary", icon=":material/check:", shortcut="Ctrl+Enter"
    )
    st.caption(told)
    ready = st.radio(_("Reason, which the family will read"), papers.REASONS, format_func=_, index=None, key=f"paper-reason-{number}")
    own = st.text_input(_("Or in your own words"), key=f"paper-words-{number}", max_chars=250)
    if st.button(_("Refuse the paper"), icon=":material/close:", shortcut="Alt+Enter"):
        refuse(number, own or (_(ready) if ready else ""))
        st.rerun()


def draw_versions(paper: documents.Paper) -> None:
    """What was sent before or since, and what became of it."""
    screen.section(_("Sent before or since"))
    for version in paper.before:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            papers.badge(version.state)
            st.markdown(papers.version_words(version))


# -- the screen ---------------------------------------------------------------------------------------------------------------

asked = choices.number("piece") or 0
try:
    with reading() as session:
        known = queue.beside(session, me, asked)
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
papers.head(paper)
shown, side = st.columns([3, 2], gap="large")
with shown:
    if not paper.files:
        st.markdown(_("No file is attached: the paper was handed in at the desk."))
    for sheet in paper.files:
        paper_view.show(sheet)
with side:
    if paper.waits:
        draw_decision(paper)
    elif not paper.is_current and paper.now.state == "to_check":
        st.info(_("The family has sent a newer one since."))
    paper_view.compare(known)
if paper.before:
    draw_versions(paper)
with st.container(horizontal=True, vertical_alignment="center"):
    if in_queue:
        st.button(_("Next document"), on_click=go_on, args=(asked,), icon=":material/arrow_forward:", shortcut="Alt+Down")
        screen.goto(_("Back to the documents to check"), "staff/documents_to_check", icon=":material/arrow_back:")
    screen.goto(_("Back to the files"), "staff/files", icon=":material/arrow_back:")
    screen.goto(_("Documents of the family"), "staff/family_documents", icon=":material/folder:", famille=paper.family_id)

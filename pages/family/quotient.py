"""Quotient familial of the family: what counts today, telling a new one with its proof, having it fetched, and all there were."""

import streamlit as st

from db.session import reading
from domain import documents, structure
from domain.families import quotient
from ui import access, feedback, format, papers_upload, quotients, screen
from ui.acts import act
from ui.i18n import _

by = access.admit("family/quotient")


# -- acts ---------------------------------------------------------------------------------------------------------------------


def tell(typed: str, month: object, files: list) -> None:
    """Looks at what was typed, sends the proof, then keeps both together."""
    with feedback.refusals() as outcome:
        told = quotient.sound(quotient.value_of(typed), month)
        me = access.require_user()
        proof = documents.send(me, files, kind="quotient_proof").document_id if files else None
    if outcome.done:
        done = (
            _("Your quotient is kept. We will check it, and write to you.")
            if rule["checked"]
            else _("Your quotient is taken into account.")
        )
        act(quotient.declare, told.value_cents, told.month_on, proof, told=done)


def fetch(birth: quotient.Birth) -> None:
    """Asks the CAF and the MSA."""
    with feedback.refusals() as outcome:
        quotient.fetch(access.require_user(), birth)
    if outcome.done:
        feedback.say(_("Your quotient was given by the CAF or the MSA, and is taken into account."))


# -- pieces -------------------------------------------------------------------------------------------------------------------


def draw_today() -> None:
    """What counts today, or that nothing does."""
    today, waits = known.today, known.waits
    if today is None:
        st.warning(_("You have no valid quotient: the highest tariff is applied."), icon=":material/warning:")
    else:
        with st.container(border=True):
            st.metric(_("Your quotient today"), format.euros(today.value_cents))
            st.markdown(f"{quotients.month_words(today.month_on)}. {quotients.counting_words(today)}")
    if waits:
        told = quotients.value_words(waits.value_cents, waits.month_on)
        st.info(_("{quotient} waits to be checked by the structure.", quotient=told), icon=":material/hourglass_top:")


def draw_form() -> None:
    """A new value, its month, its proof. What was typed stays until it is kept."""
    screen.section(_("Give a new quotient"), _("You find it on the paper “Attestation de quotient familial” of the CAF or the MSA."))
    with st.form(f"quotient-{len(known.lines)}", border=True):
        typed, month = quotients.fields(f"quotient-{len(known.lines)}")
        files = papers_upload.uploads(_("Proof (attestation of the CAF or the MSA, tax notice)"), f"quotient-proof-{len(known.lines)}")
        sent = st.form_submit_button(_("Save"), type="primary", width="stretch")
    if sent:
        tell(typed, month, files)
        st.rerun()


def draw_fetching() -> None:
    """The same without a paper: asked of the CAF and the MSA by the person's birth."""
    screen.section(_("Or have it fetched"), _("The State gives your quotient to the structure: nothing to send, nothing to check."))
    with reading() as session:
        birth = quotient.suggested(session, by)
    with st.form("quotient-fetch", border=True):
        name = st.text_input(_("Name of birth *"), birth.name, 120, autocomplete="off")
        first_names = st.text_input(_("First names, all of them *"), birth.first_names, 120, autocomplete="off")
        town = st.text_input(_("Town of birth *"), max_chars=120, autocomplete="off")
        department = st.text_input(_("Département of birth (number) *"), max_chars=3, placeholder="80", autocomplete="off")
        st.caption(
            _("Used for this one request to the API Particulier (article L.114-8 of the CRPA), and not kept. Born abroad: type it above.")
        )
        pressed = st.form_submit_button(_("Fetch my quotient"), width="stretch", icon=":material/cloud_download:")
    if pressed:
        fetch(quotient.Birth(name, first_names, town, department))
        st.rerun()


# -- the screen ---------------------------------------------------------------------------------------------------------------

screen.title(_("Quotient familial"), _("Your prices are computed with it. Without a valid quotient, the highest tariff is applied."))
with feedback.refusals() as outcome, reading() as session:
    known = quotient.history(session, by)
    rule = structure.setting(session, "quotient")
if not outcome.done:
    feedback.show()
    st.stop()
draw_today()
draw_form()
if quotient.is_offered():
    draw_fetching()
quotients.history(known.lines)

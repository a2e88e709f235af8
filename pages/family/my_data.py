"""Mes données: taking all of one's data away, what one agrees to, and asking for the account to be closed."""

import streamlit as st

from db.session import reading
from domain import privacy, retention
from domain.privacy import Asked
from domain.retention import closing
from ui import access, feedback, format, screen
from ui.acts import act
from ui.i18n import _, n_, word

CONSENTS = {"photo": word("Photographs of my children"), "newsletter": word("News of the structure by e-mail")}
ARCHIVE = "/mes-donnees.zip"

by = access.admit("family/my_data")


# -- pieces -------------------------------------------------------------------------------------------------------------------


def draw_download() -> None:
    """The archive, by its own address."""
    screen.section(_("Take my data away"))
    st.markdown(
        _("All that you gave and what was written about your family: a page to read, a file for machines (JSON), and the papers you sent.")
    )
    st.link_button(_("Download my data (ZIP)"), ARCHIVE, type="primary", icon=":material/download:", width="stretch")
    st.caption(_("The archive holds the health sheets in clear: keep it where only you can read it."))


def draw_consent(asked: Asked) -> None:
    """One text, what was said to it, and the other answer."""
    with st.container(border=True):
        st.markdown(f"**{_(CONSENTS[asked.kind])}**")
        st.markdown(format.plain(asked.body))
        if asked.given is None:
            st.caption(_("You have not answered yet."))
        elif asked.given:
            st.caption(_("You agreed on {when}.", when=format.instant(asked.given_at)))
        else:
            st.caption(_("You did not agree, on {when}.", when=format.instant(asked.given_at)))
        for given, label in ((True, _("I agree")), (False, _("I do not agree"))):
            st.button(
                label,
                key=f"consent-{asked.kind}-{given}",
                on_click=act,
                args=(privacy.answer, asked.text_id, given),
                kwargs={"told": _("Your answer is kept.")},
                disabled=asked.is_newest and asked.given is given,
                width="stretch",
            )


def draw_leaving() -> None:
    """What is kept and what is not, what stands in the way, and the request."""
    screen.section(_("Close my account"))
    st.markdown(
        _("Your account is closed once the structure has accepted, and your data are then erased. What the law asks us to keep stays:")
    )
    years = n_("{count} year", "{count} years", terms["invoices"] // 12)
    st.markdown("- " + _("your invoices, with your name, for {years};", years=years))
    st.markdown("- " + _("what was paid and how many places were taken, without your name."))
    if leaving.request is not None:
        asked_on = format.instant(leaving.request.asked_at)
        st.info(_("You asked for it on {when}. The structure will answer you by e-mail.", when=asked_on), icon=":material/hourglass_top:")
        told = {"told": _("Your request is taken back: your account stays open.")}
        st.button(_("Take my request back"), on_click=act, args=(closing.withdraw,), kwargs=told, width="stretch")
        return
    if leaving.open_cents:
        st.warning(
            _("{amount} are still to be paid: this amount stays due.", amount=format.euros(leaving.open_cents)), icon=":material/euro:"
        )
    if leaving.credit_cents:
        st.info(_("The structure owes you {amount}: say how it is to be given back.", amount=format.euros(leaving.credit_cents)))
    with st.form("closing", border=True):
        words = st.text_area(_("Something to tell the structure (optional)"), max_chars=closing.LONGEST_WORDS, key="closing-words")
        sure = st.checkbox(_("I want the account of my family to be closed"))
        sent = st.form_submit_button(_("Ask for the closing of the account"), width="stretch")
    if sent and not sure:
        feedback.refuse(_("Please tick the box first: a closed account is not opened again."))
        st.rerun()
    if sent:
        act(closing.ask, words, told=_("Your request has reached us. You will be answered by e-mail."))
        st.rerun()


# -- the screen ---------------------------------------------------------------------------------------------------------------

screen.title(_("My data"), _("What the structure knows of you, and what you decide about it."))
with feedback.refusals() as outcome, reading() as session:
    leaving = closing.leaving(session, by)
    texts = privacy.asked(session, by)
    terms = retention.rules.terms(session)
if not outcome.done:
    feedback.show()
    st.stop()
draw_download()
if texts:
    screen.section(_("What I agree to"), _("Each is yours to decide, at any time. It changes nothing for your registrations."))
for text in texts:
    draw_consent(text)
draw_leaving()
screen.goto(_("Privacy notice of the structure"), "visitor/privacy", icon=":material/policy:")

"""Messages envoyés: the outbox, every e-mail that left or waits, and what it said."""

import streamlit as st

from db.session import reading
from db.settings import settings
from domain import rights
from domain.letters import outbox
from ui import choices, format, screen, tables
from ui.access import admit, current_user
from ui.acts import act
from ui.i18n import _, word

STATES = {"waiting": word("Waiting"), "sent": word("Sent"), "dead": word("Laid aside")}
SIZE = 50

me = admit("staff/letters")


# -- pieces -------------------------------------------------------------------------------------------------------------------


def state_words(state: str) -> str:
    """A state with its sign."""
    return {"waiting": "◔ ", "sent": "✓ ", "dead": "✕ "}[state] + _(STATES[state])


COLUMNS = {
    "written_at": tables.Column(_("Written"), "instant"),
    "state": tables.Column(_("State"), write=state_words),
    "to_name": tables.Column(_("To")),
    "subject": tables.Column(_("Subject"), width="large"),
    "to_email": tables.Column(_("Email")),
    "sent_at": tables.Column(_("Left"), "instant"),
    "attempts": tables.Column(_("Tries"), "number"),
}


def draw_letter(letter_id: int) -> None:
    """One message, as its reader sees it."""
    with reading() as session:
        letter = outbox.letter_of(session, me, letter_id)
    with st.container(border=True):
        screen.section(format.plain(letter.subject))
        to = {"name": format.plain(letter.to_name), "email": format.plain(letter.to_email)}
        st.markdown(_("To {name} ({email}), {when}", **to, when=format.instant(letter.written_at)))
        if letter.last_error:
            st.warning(_("The mail server answered: {error}", error=format.plain(letter.last_error)))
        if letter.state == "dead" and rights.may(me, "messages", rights.ACT):
            st.button(
                _("Try again"), on_click=act, args=(outbox.try_again, letter.id), kwargs={"told": _("The message will be tried again.")}
            )
        st.text(letter.text_body)
        for address in outbox.links_of(letter.text_body):
            st.link_button(_("Open the link of this message"), address)


# -- the screen ---------------------------------------------------------------------------------------------------------------

screen.title(_("Letters sent"), _("Every e-mail of the portal, newest first: what it said, to whom, and whether it left."))
if not settings().smtp_host:
    st.info(
        _("In this demonstration nothing leaves the house: read here what families would receive.")
        if settings().environment == "demo"
        else _("No mail server is set: messages wait here until there is one.")
    )

with st.container(horizontal=True, vertical_alignment="bottom"):
    state = choices.one(_("State"), ["all", *STATES], key="etat", format=lambda code: _(STATES.get(code, word("All"))))
    text = st.text_input(_("Name, e-mail or subject"), key="letters-search", type="search")
    told = {"told": _("A test message to {email} is on its way.", email=me.email)}
    st.button(_("Send myself a test message"), on_click=act, args=(outbox.write_test,), kwargs=told, icon=":material/forward_to_inbox:")

chosen = {"state": None if state == "all" else state, "text": text}


def lines(page: int, size: int = SIZE) -> tuple:
    """A page of the chosen messages, and how many there are."""
    with reading() as session:
        return outbox.letters(session, current_user(), page=page, size=size, **chosen)


frame, total = lines(choices.asked_page())
if frame.empty and total:
    frame, total = lines(-(-total // SIZE))

if frame.empty:
    screen.empty(_("No message answers to this choice."))
else:
    rows = tables.show(frame, columns=COLUMNS, key="letters", alt=_("The messages of the portal, newest first."), select="one")
    choices.page(total, SIZE)
    if total == outbox.COUNTED:
        st.caption(_("There are more lines: narrow the choice to see them."))
    tables.excel(_("To Excel"), "messages.xlsx", lambda: lines(1, outbox.COUNTED)[0], columns=COLUMNS)
    if rows:
        draw_letter(int(frame["id"].iloc[rows[0]]))

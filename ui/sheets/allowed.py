"""What a child may do, on the screen."""

from collections.abc import Mapping

import streamlit as st

from domain.families.sheets import Answer, Answers
from ui import format
from ui.i18n import _, word
from ui.sentences import field
from ui.sheets import ask

QUESTIONS = {
    "outing": word("Outings with the team, on foot or by coach"),
    "bathing": word("Bathing, watched by a qualified person"),
    "photo": word("Photographs and films of the activities, for the structure’s own papers and site"),
    "going_home_alone": word("Going home alone at the end of the activity"),
}


def card(answers: Answers) -> None:
    """What counts for each permission, and who said what."""
    for answer in answers.all:
        with st.container(border=True):
            st.markdown(f"**{field(answer.kind)}**")
            verdict(answer)
            for home in answer.homes:
                facts = {"name": format.plain(home.by_name or home.home), "when": format.instant(home.at)}
                st.caption(_("Yes: {name}, on {when}.", **facts) if home.granted else _("No: {name}, on {when}.", **facts))
            if answer.differs:
                st.caption(_("The two homes answer differently: no counts until the home that says no changes its answer."))


def verdict(answer: Answer) -> None:
    """Given, refused, or not answered, hence not given."""
    if answer.granted:
        st.badge(_("Allowed"), color="green", icon=":material/check_circle:")
    elif answer.granted is False:
        st.badge(_("Not allowed"), color="red", icon=":material/block:")
    else:
        st.badge(_("No answer: not allowed"), color="orange", icon=":material/help:")


def form(shown: Mapping[str, bool | None], key: str) -> dict[str, bool | None]:
    """The four questions."""
    return {kind: ask(_(question), shown[kind], f"{key}-{kind}") for kind, question in QUESTIONS.items()}

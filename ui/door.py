"""The card that the screens of visitors are drawn in: narrow, in the middle, under the ring of the house."""

import streamlit as st

from ui import navigation, screen
from ui.assets import STATIC
from ui.i18n import _


def card(name: str) -> st.delta_generator.DeltaGenerator:
    """The card, with the mark and the structure's name at its top."""
    with st.container(key="visitor"):
        place: st.delta_generator.DeltaGenerator = st.container(key="door-card", border=True)
    with place:
        crest(name)
    return place


def crest(name: str) -> None:
    """The mark, and the structure's name beside it; `name` may be Markdown."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.image(str(STATIC / "mark.svg"), width=64, alt="")
        st.markdown(f"**{name}**")


def way_back() -> None:
    """The link to the sign-in, for who is not signed in."""
    if navigation.opens("visitor/sign_in"):
        screen.goto(_("Go to the sign-in"), "visitor/sign_in", icon=":material/login:")

"""The pieces of every screen: its title, a figure, a link to another screen, an empty state."""

from typing import Any, Literal

import streamlit as st

from ui import navigation
from ui.i18n import _

Tone = Literal["good", "warning", "bad"]
_TONES: dict[Tone, tuple[str, str]] = {"good": ("green", "check_circle"), "warning": ("orange", "warning"), "bad": ("red", "error")}


def title(text: str, intro: str | None = None) -> None:
    """The one heading of the screen and, under it, one sentence that says what it is for."""
    st.title(text, anchor=False)
    if intro:
        st.markdown(intro)


def section(text: str, intro: str | None = None) -> None:
    """A heading inside the screen."""
    st.subheader(text, anchor=False)
    if intro:
        st.caption(intro)


def empty(sentence: str) -> None:
    """What is said where there is nothing to show."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(sentence, text_alignment="center")


def figure(label: str, value: str, *, link: str | None = None, tone: Tone | None = None, words: str | None = None, **choices: Any) -> None:
    """One figure in its frame: what it counts, the figure, a tone told in `words` too, a link to the screen that shows it filtered."""
    with st.container(border=True, height="stretch"):
        st.metric(label, value)
        if tone and words:
            mark(tone, words)
        if link and navigation.opens(link):
            goto(_("See"), link, **choices)


def mark(tone: Tone, words: str) -> None:
    """A word that stands out: its colour and its sign tell the tone, the words the rest."""
    colour, icon = _TONES[tone]
    st.badge(words, color=colour, icon=f":material/{icon}:")  # type: ignore[arg-type]


def goto(text: str, key: str, *, icon: str | None = None, **choices: Any) -> None:
    """A link to another screen of the map, with its choices in the address. A screen the person may not open is told as plain text."""
    if not navigation.opens(key):
        st.markdown(text)
        return
    chosen = {name: str(value) for name, value in choices.items() if value is not None}
    st.page_link(navigation.page(key), label=text, icon=icon, query_params=chosen)

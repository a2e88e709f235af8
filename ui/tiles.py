"""Tiles side by side, as many as the width holds, under each other on a telephone; each leads to a screen."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ui import navigation, screen
from ui.i18n import _


def tiles(key: str) -> st.delta_generator.DeltaGenerator:
    """The place of a group of tiles; `ui/static/farandole.css` lays them out."""
    place: st.delta_generator.DeltaGenerator = st.container(key=f"tiles-{key}")
    return place


@contextmanager
def tile(key: str, **choices: object) -> Iterator[None]:
    """A tile named after the screen it leads to. Where the screen is not open to the person, the tile tells without leading anywhere."""
    entry = navigation.BY_KEY[key]
    with st.container(border=True, gap="small", key=f"tile-{key.replace('/', '-')}"):
        icon = f":material/{entry.icon}:" if entry.icon else None
        if navigation.opens(key):
            screen.goto(_(entry.title), key, icon=icon, **choices)
        else:
            st.markdown(f"{icon or ''} **{_(entry.title)}**")
        yield

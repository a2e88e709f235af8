"""What was done and what was refused, told at the top of the next run."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from domain.refusals import Refusal
from ui.sentences import sentence

_KEPT = "feedback"


@dataclass
class Outcome:
    """What came of an act."""

    refusal: Refusal | None = None

    @property
    def done(self) -> bool:
        """Whether nothing was refused."""
        return self.refusal is None


@contextmanager
def refusals() -> Iterator[Outcome]:
    """Catches a refusal of the house, and only that, and keeps its sentence for the next run."""
    outcome = Outcome()
    try:
        yield outcome
    except Refusal as refusal:
        outcome.refusal = refusal
        _keep("refused", sentence(refusal))


def say(told: str) -> None:
    """Keeps a sentence of success for the next run. Call it after the commit."""
    _keep("done", told)


def warn(told: str) -> None:
    """Keeps a warning for the next run: the act was done, and something is to be looked at."""
    _keep("warned", told)


def refuse(told: str) -> None:
    """Keeps a sentence of refusal for the next run, for what the screen itself can see is wrong."""
    _keep("refused", told)


def show() -> None:
    """Shows what was kept, once. The router calls it; a dialog or a fragment calls it for itself."""
    for kind, told in st.session_state.pop(_KEPT, []):
        if kind == "done":
            st.success(told, icon=":material/check_circle:")
        elif kind == "warned":
            st.warning(told, icon=":material/warning:")
        else:
            st.error(told, icon=":material/block:")


def _keep(kind: str, told: str) -> None:
    st.session_state.setdefault(_KEPT, []).append((kind, told))

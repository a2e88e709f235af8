"""Screens through the real entry: `Home.py` under AppTest, signed in by the one seam of `ui.access`."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from db.models import Account, SignInSession
from db.session import writing
from domain import clock
from domain.accounts.sign_in import hash_of_secret
from ui import access, navigation

HOME = Path(__file__).resolve().parent.parent.parent / "Home.py"
SEAM = "token-of-this-test"


class Screens(AppTest):
    """One person's browser: `open` types an address, `session_state`, `button`, `title` … are AppTest's."""

    def open(self, key: str, **choices: Any) -> "Screens":
        """Opens a screen of the map by its typed address, with its choices."""
        return self.type_address(navigation.BY_KEY[key].url_path, **choices)

    def type_address(self, path: str, **choices: Any) -> "Screens":
        """Opens whatever address was typed: what a browser does, menu or not."""
        self._page_hash = calc_hash(path)
        self.query_params = {name: str(value) for name, value in choices.items()}
        self.run()
        return self

    def words(self) -> str:
        """Everything that can be read on the screen, for the tests that only look whether something is there."""
        kinds = ("title", "header", "subheader", "markdown", "caption", "text", "error", "warning", "success", "info")
        return "\n".join(str(element.value) for kind in kinds for element in self.get(kind))


@pytest.fixture
def visit(database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Screens]:
    """Makes the browser of somebody who is not signed in."""
    monkeypatch.setattr(access, "token_of_this_run", lambda: st.session_state.get(SEAM))

    def arrive() -> Screens:
        return Screens(HOME, default_timeout=30)

    return arrive


@pytest.fixture
def sign_in_as(visit: Callable[[], Screens]) -> Callable[[Account], Screens]:
    """Makes the browser of somebody who is signed in; several may be open in one test."""

    def arrive(account: Account) -> Screens:
        token = f"token of {account.id}"
        with writing() as session:
            session.merge(
                SignInSession(
                    id=account.id,
                    token_hash=hash_of_secret(token),
                    account_id=account.id,
                    created_at=clock.now(),
                    expires_at=clock.now() + timedelta(hours=8),
                )
            )
        screens = visit()
        screens.session_state[SEAM] = token
        return screens

    return arrive

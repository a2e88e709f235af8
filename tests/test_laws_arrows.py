"""The laws of the house: imports go one way, pages → ui → domain → db."""

import ast

import pytest

from tests.source import ROOMS, ROOT, Source, sources

HEIGHT = {"db": 0, "domain": 1, "ui": 2, "pages": 3, "Home": 4}
FOREIGN = {
    "pages": {"sqlalchemy", "alembic", "psycopg"},
    "ui": {"sqlalchemy", "alembic", "psycopg"},
    "domain": {"streamlit", "streamlit_authenticator", "plotly"},
    "db": {"streamlit", "streamlit_authenticator", "plotly"},
    "Home": {"sqlalchemy", "alembic", "psycopg"},
}


def wrong_arrows(source: Source) -> list[str]:
    """The imports of a file that its room does not allow."""
    wrong = []
    for line, name in source.imports():
        top = name.lstrip(".").partition(".")[0]
        upwards = top in HEIGHT and HEIGHT[top] > HEIGHT[source.room]
        page_to_page = source.room == "pages" and (top == "pages" or name.startswith("."))
        if upwards or page_to_page or top in FOREIGN[source.room] or top == "tests":
            wrong.append(f"{source.name}:{line} imports {name}")
    return wrong


def test_imports_go_one_way() -> None:
    assert [wrong for source in sources() for wrong in wrong_arrows(source)] == []


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("db", "from domain import clock"),
        ("db", "import ui.access"),
        ("domain", "def late():\n    import streamlit as st"),
        ("domain", "from ui.i18n import _"),
        ("ui", "from sqlalchemy import select"),
        ("pages", "import sqlalchemy.orm"),
        ("pages", "from pages.staff import accounts"),
        ("ui", "from tests.cast import Cast"),
    ],
)
def test_a_wrong_arrow_is_seen(room: str, line: str) -> None:
    source = Source(ROOT / room / "x.py")
    source.__dict__["text"] = line
    assert len(wrong_arrows(source)) == 1


def test_only_access_knows_the_sign_in_library() -> None:
    knows = {source.name for source in sources() for _, name in source.imports() if name.startswith("streamlit_authenticator")}
    assert all(name.startswith("ui/access") for name in knows)


def test_only_db_commits() -> None:
    found = [
        f"{source.name}:{call.lineno} {name}()"
        for source in sources("pages", "ui", "domain")
        for call, name in source.calls()
        if name.endswith((".commit", ".rollback"))
    ]
    assert found == []


def test_a_page_never_leaves_a_writing_before_its_commit() -> None:
    """`st.rerun()` and the like raise inside the block: the write would be lost. "Done" is said after the commit."""
    found = []
    for source in sources("pages", "ui"):
        for block in ast.walk(source.tree):
            if isinstance(block, ast.With) and any(ast.unparse(item.context_expr).endswith("writing()") for item in block.items):
                leaving = ("st.rerun", "st.stop", "st.switch_page", "feedback.say")
                found += [f"{source.name}:{call.lineno} {name}()" for call, name in source.calls(block) if name in leaving]
    assert found == []


def test_nothing_is_held_in_the_session_but_where_it_may() -> None:
    may_hold = ("ui/access", "ui/feedback", "ui/forms", "ui/planning")
    mirrors = ("ui/choices", "ui/i18n")  # what the address and the language cookie say, for the widgets and fragments of this run
    found = {source.name for source in sources() if "session_state" in source.text and not source.name.startswith(may_hold + mirrors)}
    assert found == set()


def test_only_the_clock_knows_the_time() -> None:
    """Everything else asks `domain.clock`. The command line and what it calls, in `db`, cannot: they read the system's."""
    own = ("domain/clock", "db/__main__.py", "db/history.py", "db/demo/__init__.py")
    telling = ("now", "today", "utcnow", "current_timestamp", "current_date", "localtimestamp")
    askers = ("clock.now", "clock.today")
    found = [
        f"{source.name}:{call.lineno} {name}()"
        for source in sources()
        if not source.name.startswith(own)
        for call, name in source.calls()
        if "." in name and name.rpartition(".")[2] in telling and name not in askers
    ]
    assert found == []


def test_the_rooms_are_those_of_the_house() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.rglob("*.py"))}
    assert {name for name in folders if not name.startswith(".")} - {"var", "venv"} == {*ROOMS, "tests"}

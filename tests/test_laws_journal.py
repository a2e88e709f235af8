"""Every act that the journal can hold has its words."""

import ast
from pathlib import Path

from ui.journal import ACTS, KINDS

ROOT = Path(__file__).resolve().parent.parent


def written_acts() -> set[str]:
    """The acts named in calls of `journal.record(session, by, "act", …)` and in the rows that db writes itself."""
    acts: set[str] = set()
    for path in [*(ROOT / "domain").rglob("*.py"), *(ROOT / "db").glob("*.py")]:
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func)
            told = call.args[2] if name.endswith("journal.record") and len(call.args) > 2 else None
            if name == "_decided":
                told = call.args[2]
            if name == "JournalEntry":
                told = next((part.value for part in call.keywords if part.arg == "act"), None)
            if isinstance(told, ast.Constant):
                acts.add(told.value)
    return acts


def test_every_act_has_its_words() -> None:
    assert len(written_acts()) > 30
    assert written_acts() - set(ACTS) == set()


def test_no_words_are_kept_for_an_act_that_is_gone() -> None:
    assert set(ACTS) - written_acts() == set()


def test_the_things_of_the_journal_are_tables() -> None:
    from db.models import Base

    assert set(KINDS) <= set(Base.metadata.tables)

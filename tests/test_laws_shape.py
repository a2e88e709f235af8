"""The laws of the house: small files, plain names, no page where Streamlit would serve it to a stranger."""

import ast
import importlib
import pkgutil

import domain
from db.models import Base
from domain.refusals import Refusal
from tests.source import ROOT, sources

VAGUE = {"utils", "util", "services", "service", "managers", "manager", "helpers", "helper", "core", "common", "misc", "repository"}


def test_no_page_lies_loose() -> None:
    """On a cold start Streamlit serves what lies directly in `pages/` to anybody, before the router has run."""
    assert [path.name for path in (ROOT / "pages").iterdir() if path.is_file()] == []


def test_a_page_has_120_lines_at_most() -> None:
    assert {source.name: source.lines for source in sources("pages") if source.lines > 120} == {}


def test_a_module_has_400_lines_at_most() -> None:
    long = {source.name: source.lines for source in sources("ui", "domain", "db") if source.lines > 400}
    assert {name: lines for name, lines in long.items() if not name.startswith("db/migrations/versions/")} == {}


def test_the_front_door_is_a_few_lines() -> None:
    assert [source.lines for source in sources() if source.name == "Home.py" and source.lines > 60] == []


def test_nothing_has_a_vague_name() -> None:
    assert [source.name for source in sources() if VAGUE & set(source.name.removesuffix(".py").split("/"))] == []
    classes = [
        f"{source.name} {node.name}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith(("Service", "Manager", "Repository", "Helper"))
    ]
    assert classes == []


def test_verbs_have_the_names_of_the_trade() -> None:
    """A function of the domain says what it does: `approve`, `book`; not `get_`, `handle_`, `process_`."""
    found = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in sources("domain")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef) and node.name.lstrip("_").startswith(("get_", "handle_", "process_", "do_"))
    ]
    assert found == []


def test_public_functions_say_what_they_do() -> None:
    found = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in sources("ui", "domain", "db")
        if not source.name.startswith("db/migrations/")
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and ast.get_docstring(node) is None
    ]
    assert found == []


def test_every_module_begins_with_a_sentence() -> None:
    assert [source.name for source in sources() if source.text.strip() and ast.get_docstring(source.tree) is None] == []


def test_relationships_are_loaded_only_when_asked() -> None:
    lazy = {
        f"{mapper.class_.__name__}.{relation.key}": relation.lazy
        for mapper in Base.registry.mappers
        for relation in mapper.relationships
        if relation.lazy not in ("raise", "write_only")
    }
    assert lazy == {}


def refusals() -> set[type[Refusal]]:
    """Every refusal that a module of the domain defines."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)

    def below(kind: type[Refusal]) -> set[type[Refusal]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    return {kind for kind in below(Refusal) - {Refusal} if kind.__module__.startswith("domain.")}


def test_every_refusal_has_its_sentence() -> None:
    sentences = importlib.import_module("ui.sentences")
    told = {
        kind
        for module in pkgutil.iter_modules(sentences.__path__, "ui.sentences.")
        for kind in importlib.import_module(module.name).SENTENCES
    }
    assert sorted(f"{kind.__module__}.{kind.__qualname__}" for kind in refusals() - told) == []


def test_a_refusal_carries_facts_not_words() -> None:
    """Its sentence belongs to the screens, in the reader's language."""
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources("domain")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and ast.unparse(node.exc.func).rpartition(".")[2] in {kind.__name__ for kind in refusals()}
        for value in node.exc.args
        if isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and " " in str(value.value))
    ]
    assert found == []

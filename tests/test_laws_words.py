"""The laws of the house: every word of the screens is there in French, once, with the same places to fill in."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from domain.structure import KNOWN
from tests.source import ROOT, Source, sources

LOCALE = ROOT / "ui" / "locale"
LETTERS = ROOT / "domain" / "letters" / "templates"
LANGUAGES = sorted(path.name for path in LOCALE.iterdir() if path.is_dir())


def texts(node: ast.expr) -> Iterator[str]:
    """The sentences an expression may be: one, or both sides of an if."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def said(source: Source) -> Iterator[tuple[str, str | None, int]]:
    """The sentences that a file gives to `_`, `word` and `n_`: id, plural id, line."""
    for call, name in source.calls():
        function = name.rpartition(".")[2]
        if function in ("_", "word") and call.args:
            for text in texts(call.args[0]):
                yield text, None, call.lineno
        elif function == "n_" and len(call.args) >= 2:
            for one, many in zip(texts(call.args[0]), texts(call.args[1]), strict=True):
                yield one, many, call.lineno


def books(language: str) -> dict[Path, list[Message]]:
    """The entries of a language, by file."""
    found = {}
    for path in sorted((LOCALE / language).glob("*.po")):
        with path.open("rb") as file:
            found[path] = [message for message in read_po(file, locale=language) if message.id]
    return found


def forms(message: Message) -> list[str]:
    """The translations of an entry: one, or one for each plural form."""
    return list(message.string) if isinstance(message.string, list | tuple) else [message.string or ""]


def ids(message: Message) -> list[str]:
    """The English sentences of an entry."""
    return list(message.id) if isinstance(message.id, list | tuple) else [message.id]


def places(text: str) -> set[str]:
    """The names of the places to fill in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_translated(language: str) -> None:
    known = {
        (ids(message)[0], len(ids(message)) > 1)
        for messages in books(language).values()
        for message in messages
        if all(forms(message)) and not message.fuzzy
    }
    missing = [
        f"{source.name}:{line} {one!r}"
        for source in sources("ui", "pages")
        for one, many, line in said(source)
        if (one, many is not None) not in known
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_has_one_translation(language: str) -> None:
    told: dict[tuple[str, bool], list[str]] = {}
    twice = []
    for path, messages in books(language).items():
        for message in messages:
            key = (ids(message)[0], len(ids(message)) > 1)
            if told.setdefault(key, forms(message)) != forms(message):
                twice.append(f"{path.name}: {key[0]!r}")
    assert twice == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_the_same_places(language: str) -> None:
    """Forms of a plural may leave the count out ("one family"), and nothing else."""
    wrong = []
    for path, messages in books(language).items():
        for message in messages:
            asked = set().union(*map(places, ids(message)))
            may_miss = {"count"} if len(ids(message)) > 1 else set()
            wrong += [f"{path.name}: {form!r}" for form in forms(message) if not (asked - may_miss <= places(form) <= asked)]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_of_what_nobody_says(language: str) -> None:
    """A sentence that has left the screens leaves the catalogue: what is said anywhere counts, tables of words included."""
    constants = {
        node.value
        for source in sources("ui", "pages")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    scripts = "\n".join(path.read_text() for path in (ROOT / "ui").rglob("*.js") if "vendor" not in path.parts)
    stale = [
        f"{path.name}: {ids(message)[0]!r}"
        for path, messages in books(language).items()
        for message in messages
        if ids(message)[0] not in constants and ids(message)[0] not in scripts
    ]
    assert stale == []


def prose(language: str) -> Iterator[tuple[str, str]]:
    """Every text of the house in a language, with where it stands: the screens, the letters, and what the settings say by default."""
    for path, messages in books(language).items() if language in LANGUAGES else ():
        for message in messages:
            yield from ((path.name, re.sub(r"\{[^}]*\}", "x", form)) for form in forms(message))
    for path in sorted((LETTERS / language).glob("*.txt")):
        filled = re.sub(r"\{\{.*?\}\}", "x", re.sub(r"\{%.*?%\}", "", path.read_text()))
        yield from ((path.name, line) for line in re.sub(r"\]\([^)]*\)", "]", filled).splitlines())
    for name, known in KNOWN.items():
        if isinstance(known.default, dict) and isinstance(known.default.get(language), str):
            yield name, known.default[language]


def test_french_is_set_as_french_is() -> None:
    """A space that does not break stands before : ; ? ! % and inside « »; the apostrophe is ’."""
    space = "[\u00a0\u202f]"
    wrong = []
    for place, text in prose("fr"):
        bare = re.sub(r"https?://\S*|\b\d\d?:\d\d\b|:[a-z_]+(?:/[a-z_]+)?:|`[^`]*`", "", text)
        bad = re.search(rf"(?<!{space})(?<!\()[:;?%»](?!\w)|«(?!{space})|\w'\w", bare)
        if bad:
            wrong.append(f"{place}: {text!r} at {bad.group()!r}")
    assert wrong == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_is_exclaimed(language: str) -> None:
    found = list(prose(language))
    assert len(found) > 50
    assert [f"{place}: {text!r}" for place, text in found if "!" in text] == []


def test_no_picture_or_chart_goes_without_words() -> None:
    """`st.image`, `st.plotly_chart` and `st.dataframe` are given `alt=`: what a screen reader says in their place."""
    found = [
        f"{source.name}:{call.lineno} {name}()"
        for source in sources("ui", "pages")
        for call, name in source.calls()
        if name.rpartition(".")[2] in ("image", "plotly_chart", "dataframe") and name.split(".")[0] in ("st", "streamlit")
        if "alt" not in {keyword.arg for keyword in call.keywords} and None not in {keyword.arg for keyword in call.keywords}
    ]
    assert found == []

"""The words of the screens: English sentences are the ids, gettext catalogues under `locale/` give the other languages."""

import gettext
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import streamlit as st
from babel import Locale, negotiate_locale, numbers
from babel.messages.pofile import read_po

LANGUAGES = {"fr": "Français", "en": "English"}
DEFAULT = "fr"
COOKIE = "language"
LOCALES = {"fr": Locale("fr", "FR"), "en": Locale("en", "GB")}

_FOLDER = Path(__file__).parent / "locale"
_KEPT = "language"
_here = threading.local()


@dataclass
class Catalogue:
    """One language: sentences, plural sentences and the rule that picks a plural."""

    sentences: dict[str, str] = field(default_factory=dict)
    plurals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    form: Callable[[int], int] = gettext.c2py("n != 1")  # noqa: RUF009 (a function, made once)


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language, merged from its files, one per chapter. A language without files speaks English."""
    merged = Catalogue()
    for path in sorted((_FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            book = read_po(file, locale=language)
        merged.form = gettext.c2py(book.plural_expr)
        for message in book:
            if message.id and isinstance(message.id, list | tuple):
                merged.plurals[message.id[0]] = tuple(message.string or ())
            elif message.id and message.string:
                merged.sentences[str(message.id)] = str(message.string)
    return merged


def word(message: str) -> str:
    """Marks a sentence that is translated later, where it is shown."""
    return message


def _(message: str, **facts: Any) -> str:
    """A sentence in the language of the run; `{name}` places are filled from `facts`."""
    told = catalogue(language()).sentences.get(message, message)
    return told.format(**facts) if facts else told


def n_(one: str, many: str, count: int, **facts: Any) -> str:
    """A sentence that counts, in the language of the run; `{count}` is written the way of the language."""
    book = catalogue(language())
    forms = book.plurals.get(one)
    told = forms[book.form(count)] if forms else (one if count == 1 else many)
    return told.format(count=decimal(count, language()), **facts)


@lru_cache(4096)
def decimal(value: float | int, told: str) -> str:
    """A number written the way of a language; kept, for a screen writes the same ones again and again."""
    return numbers.format_decimal(value, locale=LOCALES[told])


def language() -> str:
    """The language of the run: `fr` or `en`. A fragment's run does not pass the router: it finds its page's in `st.session_state`."""
    told: str | None = getattr(_here, "language", None)
    if told is None:
        told = st.session_state.get(_KEPT) or DEFAULT
        _here.language = told
    return told


def locale() -> Locale:
    """The Babel locale of the run."""
    return LOCALES[language()]


def speak(told: str) -> None:
    """Sets the language of this run, and of the fragments that follow it."""
    _here.language = told
    if st.session_state.get(_KEPT) != told:
        st.session_state[_KEPT] = told


@contextmanager
def speaking(told: str) -> Iterator[None]:
    """Speaks a language in this thread, for what happens after its run."""
    before, _here.language = getattr(_here, "language", None), told
    try:
        yield
    finally:
        _here.language = before


def choose(kept: str | None, accepted: str | None) -> str:
    """The language of a visitor: the one kept in his cookie, else the browser's (`Accept-Language`), else French."""
    if kept in LANGUAGES:
        return str(kept)
    wishes = [(part.split(";")[0].strip(), _weight(part)) for part in (accepted or "").split(",")]
    asked = [tag for tag, weight in sorted(wishes, key=lambda wish: -wish[1]) if tag and weight]
    return negotiate_locale(asked, list(LANGUAGES), sep="-") or DEFAULT


def _weight(part: str) -> float:
    try:
        return float(part.partition("q=")[2] or 1)
    except ValueError:
        return 0.0

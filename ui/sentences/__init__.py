"""The sentence of every refusal. One module per chapter, each with `SENTENCES` (class → sentence) and, if wanted, `FIELDS`."""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any

from domain.refusals import Refusal
from ui.i18n import _, word


def sentence(refusal: Refusal) -> str:
    """What a refused person reads."""
    known = _sentences()
    for kind in type(refusal).__mro__:
        if kind in known:
            return known[kind](refusal)
    return _("This was not possible.")


def field(name: str) -> str:
    """The name of a field as the screens write it."""
    return _(_fields().get(name, name))


@cache
def _sentences() -> dict[type, Callable[[Any], str]]:
    return {kind: told for module in _modules() for kind, told in module.SENTENCES.items()}


@cache
def _fields() -> dict[str, str]:
    common = {"reason": word("Reason"), "email": word("Email"), "name": word("Name")}
    return common | {name: told for module in _modules() for name, told in getattr(module, "FIELDS", {}).items()}


@cache
def _modules() -> tuple[Any, ...]:
    return tuple(importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))

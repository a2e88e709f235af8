"""The refusals about papers."""

from collections.abc import Callable
from typing import Any

from domain.documents import TooManyFamilies
from domain.refusals import Refusal
from ui.i18n import n_

SENTENCES: dict[type[Refusal], Callable[[Any], str]] = {
    TooManyFamilies: lambda refusal: n_(
        "More than {count} family is chosen: narrow the choice before writing to them.",
        "More than {count} families are chosen: narrow the choice before writing to them.",
        refusal.most,
    ),
}

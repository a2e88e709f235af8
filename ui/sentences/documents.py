"""The refusals about papers."""

from collections.abc import Callable
from typing import Any

from domain.documents import TooManyFamilies, TooManySent
from domain.refusals import Refusal
from ui.i18n import n_

SENTENCES: dict[type[Refusal], Callable[[Any], str]] = {
    TooManyFamilies: lambda refusal: n_(
        "More than {count} family is chosen: narrow the choice before writing to them.",
        "More than {count} families are chosen: narrow the choice before writing to them.",
        refusal.most,
    ),
    TooManySent: lambda refusal: n_(
        "You have sent {count} document today, which is the most for one day. Please go on tomorrow, or call the structure.",
        "You have sent {count} documents today, which is the most for one day. Please go on tomorrow, or call the structure.",
        refusal.most,
    ),
}

"""Amounts: whole cents, above zero, within measure; and how people type them."""

import re

from domain.refusals import NotAnAmount

LARGEST_CENTS = 100_000_000
"""One million euros: more than any family ever pays at once, and far from where a column overflows."""

_TYPED = re.compile(r"(?P<euros>[0-9]{1,7}|[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+)(?:[.,](?P<cents>[0-9]{1,2}))?[ \u00a0\u202f]?€?")


def amount(cents: object) -> int:
    """The cents of an amount to pay; NotAnAmount for what is no whole number between 1 cent and one million euros."""
    if isinstance(cents, bool) or not isinstance(cents, int) or not 0 < cents <= LARGEST_CENTS:
        raise NotAnAmount(cents)
    return cents


def cents_of(text: str) -> int:
    """The cents of an amount as it is typed in French: `12`, `12,5`, `12,50 €`, `1 234,50`; a point may stand for the comma.

    Anything else is refused (NotAnAmount) rather than guessed: `1.234,50`, `1,234.50`, `-3`, `12,345`, `0`.
    """
    typed = _TYPED.fullmatch(text.strip())
    if typed is None:
        raise NotAnAmount(text)
    euros = re.sub(r"[^0-9]", "", typed["euros"])
    return amount(int(euros) * 100 + int((typed["cents"] or "").ljust(2, "0")))

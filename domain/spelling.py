"""Names as they are searched and compared: without accents, in small letters. What `search_name` keeps."""

import unicodedata
from functools import reduce

from sqlalchemy import ColumnElement, func

_ACCENTS = {"a": "àâäÀÂÄ", "c": "çÇ", "e": "éèêëÉÈÊË", "i": "îïÎÏ", "o": "ôöÔÖ", "u": "ùûüÙÛÜ", "y": "ÿŸ", "oe": "œŒ", "ae": "æÆ"}


def plain(text: str) -> str:
    """`Gaëlle` → `gaelle`"""
    small = text.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return "".join(letter for letter in unicodedata.normalize("NFKD", small) if not unicodedata.combining(letter))


def plain_column(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same in SQL, for small tables that keep no `search_name`: French accents only, no index."""
    pairs = [(letter, plainly) for plainly, letters in _ACCENTS.items() for letter in letters]
    return func.lower(reduce(lambda told, pair: func.replace(told, *pair), pairs, column))

"""Names as they are searched and compared: without accents, in small letters. What `search_name` keeps."""

import re
import unicodedata

from sqlalchemy import ColumnElement

_ACCENTS = {"a": "àâäÀÂÄ", "c": "çÇ", "e": "éèêëÉÈÊË", "i": "îïÎÏ", "o": "ôöÔÖ", "u": "ùûüÙÛÜ", "y": "ÿŸ", "oe": "œŒ", "ae": "æÆ"}


def plain(text: str) -> str:
    """`Gaëlle` → `gaelle`"""
    small = text.lower().replace("\x00", "").replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return "".join(letter for letter in unicodedata.normalize("NFKD", small) if not unicodedata.combining(letter))


def holds(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    """The SQL condition that a column holds a word, whatever the accents: for small tables that keep no `search_name`. Uses no index."""
    letters = [
        f"({part}|[{_ACCENTS[part]}])" if part in _ACCENTS else re.escape(part) for part in re.findall("oe|ae|.", plain(word), re.DOTALL)
    ]
    return column.regexp_match("(?i)" + "".join(letters))

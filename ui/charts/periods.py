"""The names of the periods that can be chosen."""

from ui.i18n import _


def name(code: str) -> str:
    """`This school year so far`, `School year 2025–2026`, `Year 2015` …"""
    kind, _dash, number = code.rpartition("-")
    if kind == "school":
        return _("School year {first}–{second}", first=number, second=int(number) + 1)
    if kind == "year":
        return _("Year {year}", year=number)
    return {
        "so-far": _("This school year so far"),
        "last-30": _("The last 30 days"),
        "next-30": _("The next 30 days"),
        "own": _("Days of your choice"),
    }[code]

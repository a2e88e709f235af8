"""The communes of the département of the structure, with their postcodes, from a published data set (see README.md beside this file)."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Commune:
    """A commune as the data set tells it. `code` is its INSEE code."""

    code: str
    name: str
    postcodes: tuple[str, ...]
    population: int
    avre_luce_noye: bool


@cache
def communes() -> tuple[Commune, ...]:
    """Every commune of the département, in the order of their codes."""
    rows = json.loads((Path(__file__).parent / "communes.json").read_text(encoding="utf-8"))
    return tuple(Commune(**{**row, "postcodes": tuple(row["postcodes"]), "population": row["population"] or 0}) for row in rows)


def members() -> tuple[Commune, ...]:
    """The 47 communes of the Communauté de communes Avre Luce Noye."""
    return tuple(commune for commune in communes() if commune.avre_luce_noye)


def towns(postcode: str) -> tuple[str, ...]:
    """The names of the communes of a postcode, in the order of the alphabet; none for a postcode of elsewhere."""
    return _by_postcode().get(postcode, ())


@cache
def _by_postcode() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for commune in communes():
        for postcode in commune.postcodes:
            found.setdefault(postcode, []).append(commune.name)
    return {postcode: tuple(sorted(names)) for postcode, names in found.items()}

"""What families asked to change and what waits for the staff: removals, schools, and another home of a child."""

from collections.abc import Mapping

import numpy as np

from db.demo.town import People, Town
from db.geography import members
from db.models import ChangeRequest, FieldRule

WAITS = (("family", "postcode", "compulsory"), ("family", "town", "compulsory"), ("child", "school", "editable"))
SCHOOLS = ("École Jules-Ferry", "École du Centre", "École Jean-Moulin", "École des Tilleuls")
OLDEST_PUPIL = 11


def ask(town: Town, people: People) -> None:
    """Plants the requests: about one family in sixty asks for something, and one tells of another home."""
    town.loader.rows(FieldRule, [{"section": s, "field": f, "mode": mode, "waits_for_staff": True} for s, f, mode in WAITS])
    rng = town.rng("changes")
    count = min(4 + len(people.family_ids) // 60, 40, len(people.family_ids) - 2)
    families = 2 + rng.choice(len(people.family_ids) - 2, count, replace=False)
    asked = np.sort(town.now - rng.integers(3_600, 12 * 86_400, count + 1).astype("timedelta64[s]"))
    rows = []
    for place, (family, at) in enumerate(zip(families.tolist(), asked[:-1], strict=True)):
        pupils = np.flatnonzero((people.child_family == family) & (people.child_age < OLDEST_PUPIL))
        child = int(pupils[0]) if len(pupils) else None
        if place % 2 or child is None:
            new = members()[int(rng.integers(0, len(members())))]
            old = people.recipients[family]
            changed = {"postcode": (old["postcode"], new.postcodes[0]), "town": (old["town"], new.name)}
            told = [("family", int(people.family_ids[family]), name, *pair) for name, pair in changed.items() if pair[0] != pair[1]]
        else:
            told = [("child", int(people.child_ids[child]), "school", None, SCHOOLS[place // 2 % len(SCHOOLS)])]
        rows += [_row(people, family, at, section, thing, name, {"old": old, "new": new}) for section, thing, name, old, new in told]
    alone = np.flatnonzero((people.child_second < 0) & (people.child_family > 1))
    if len(alone):
        child = int(alone[0])
        other = {"children": [int(people.child_ids[child])], "first_name": "Julie", "last_name": "Caron", "email": "julie.caron@exemple.fr"}
        family = int(people.child_family[child])
        rows.append(_row(people, family, asked[-1], "other_home", int(people.family_ids[family]), "other_home", other))
    town.loader.rows(ChangeRequest, rows)


def _row(
    people: People, family: int, at: np.datetime64, section: str, thing: int, name: str, values: Mapping[str, object]
) -> dict[str, object]:
    return {
        "family_id": int(people.family_ids[family]),
        "section": section,
        "object_id": thing,
        "field": name,
        "values": values,
        "state": "waiting",
        "asked_by_id": int(people.account_ids[family]),
        "asked_at": at,
    }

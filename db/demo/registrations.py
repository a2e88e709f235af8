"""Which child belongs to which activity this season, and whose staff see which family."""

from typing import Any

import numpy as np

from db.demo.town import People, Registered, Town, day_of
from db.models import FamilySight, Registration

_SHARES = {"Périscolaire": 0.78, "Mercredi": 0.55, "Vacances": 0.6, "CAJ": 0.85}


def register(town: Town, people: People) -> Registered:
    """Plants the registrations in all their states; gives the accepted ones."""
    rng, load = town.rng("registrations"), town.loader
    count, named = len(people.child_ids), np.arange(len(people.child_ids)) < 2
    idle = rng.random(len(people.family_ids))[people.child_family] < 0.04
    parts: list[Any] = []
    for site in town.sites:
        here = people.child_site == site.index
        for place, activity in enumerate(site.activities):
            group = np.full(count, -1)
            for number, (_, youngest, oldest) in enumerate(activity.groups):
                group[(people.child_age >= youngest) & (people.child_age <= oldest) & (group < 0)] = number
            wanted = here & (group >= 0) & ~idle & ((rng.random(count) < _SHARES[activity.name]) | named)
            chosen = np.flatnonzero(wanted)
            ids = np.array([activity.groups[g][0] for g in range(len(activity.groups))])
            parts.append(
                np.column_stack([chosen, np.full(len(chosen), site.index), np.full(len(chosen), place), group[chosen], ids[group[chosen]]])
            )
    child, site_of, activity_of, group_of, group_id = np.concatenate(parts).T
    total = len(child)
    state = rng.choice(["accepted", "requested", "refused", "waiting", "ended"], total, p=[0.925, 0.025, 0.01, 0.02, 0.02]).astype(object)
    state[child < 2] = "accepted"
    activity_ids = np.array(
        [site.activities[place].id for site, place in ((town.sites[s], a) for s, a in zip(site_of, activity_of, strict=True))]
    )
    early = town.at(day_of(town.year.starts_on) - rng.integers(5, 90, total), rng.integers(28_800, 79_000, total))
    late = town.now - rng.integers(3_600, 12 * 86_400, total).astype("timedelta64[s]")
    asked = np.where((state == "requested") | (early > late), late, early)
    decided = np.where((state == "requested"), np.datetime64("NaT"), np.minimum(asked + np.timedelta64(3, "D"), town.now))
    leaders = np.array([town.staff.get(f"coordination.{site.code.lower()}", 0) for site in town.sites])[site_of]
    load.columns(
        Registration,
        child_id=people.child_ids[child],
        activity_id=activity_ids,
        family_id=people.family_ids[people.child_family[child]],
        age_group_id=group_id,
        state=state,
        requested_at=asked,
        decided_at=decided,
        decided_by_id=[None if s == "requested" else leader for s, leader in zip(state, leaders.tolist(), strict=True)],
        reason=["Plus de place dans ce groupe d'âge." if s == "refused" else None for s in state],
    )
    seen = state != "refused"
    pairs = np.concatenate([site_of[seen] * 1_000_000 + people.child_family[child][seen], _others(people, child[seen], site_of[seen])])
    pairs = np.unique(pairs)
    site_ids = np.array([site.id for site in town.sites])
    until = day_of(town.year.ends_on).astype("datetime64[M]") + 12
    load.columns(
        FamilySight,
        site_id=site_ids[pairs // 1_000_000],
        family_id=people.family_ids[pairs % 1_000_000],
        until_on=(until + 1).astype("datetime64[D]") - 1,
    )
    kept = state == "accepted"
    return Registered(child[kept], people.child_family[child][kept], site_of[kept], activity_of[kept], group_of[kept])


def _others(people: People, child: Any, site: Any) -> Any:
    second = people.child_second[child]
    return site[second >= 0] * 1_000_000 + second[second >= 0]

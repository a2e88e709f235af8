"""The active families: guardians with their sign-ins, children, separated homes, quotients, consents, health sheets, who may fetch."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from db.demo.health import CASES, SHARES, words_of
from db.demo.names import BOYS, FATHERS, GIRLS, MOTHERS, PICKUPS, STREETS, SURNAMES, landlines, mobiles, pick, plain
from db.demo.programme import PASSWORD_HASH, QUOTIENTS
from db.demo.texts import NEWSLETTER_ID, NOTICE_ID, PHOTO_ID
from db.demo.town import People, Town, day_of
from db.geography import communes
from db.models import (
    Account,
    CertifiedSheet,
    Child,
    Consent,
    Family,
    FamilyChild,
    FamilyQuotient,
    Guardian,
    HealthRecord,
    Permission,
    PickupPerson,
)
from db.sealing import seal

ON_TIME, LATE, IN_PART, NEVER = range(4)
_PEOPLE_NAMED: list[tuple[float, Sequence[str], list[str]]] = [
    (0.75, PICKUPS, ["allowed"] * 9 + ["not_asked"]),
    (0.35, PICKUPS, ["allowed"] * 3 + ["not_asked"]),
    (0.02, ["Oncle", "Cousin", "Ancien voisin"], ["forbidden"]),
]
_NAMED = [("Benali", "Amina", "amina", "mrs"), ("Lefèvre", "Bruno", "bruno", "mr")]


def settle_in(town: Town) -> People:
    """Plants the active families. The first two are Amina Benali's, with Sami, and Bruno Lefèvre's, with Lia."""
    rng, load, count = town.rng("families"), town.loader, town.size.families
    names = pick(rng, SURNAMES, count)
    mothers = rng.random(count) < 0.72
    firsts = np.where(mothers, pick(rng, MOTHERS, count), pick(rng, FATHERS, count))
    for place, (name, first, _, civility) in enumerate(_NAMED):
        names[place], firsts[place], mothers[place] = name, first, civility == "mrs"
    near = [commune for commune in communes() if commune.avre_luce_noye]
    far = [commune for commune in communes() if not commune.avre_luce_noye and 300 < commune.population < 3_000][:20]
    weights = np.array([commune.population for commune in near], float)
    homes = rng.choice(len(near), count, p=weights / weights.sum())
    resident = rng.random(count) > 0.04
    resident[:2] = True
    places = [near[home] if here else far[home % len(far)] for home, here in zip(homes.tolist(), resident.tolist(), strict=True)]
    towns, postcodes = [place.name for place in places], [place.postcodes[0] for place in places]
    numbers, streets = rng.integers(1, 90, count).astype(str).astype(object), pick(rng, STREETS, count)
    created = town.at(town.today - rng.integers(40, 800, count), rng.integers(28_800, 72_000, count))
    ids = load.ids(Family, count)
    address = {"street_number": numbers, "street": streets, "postcode": postcodes, "town": towns}
    regime = pick(rng, ["caf"] * 8 + ["msa", "none"], count)
    phones = mobiles(range(count))
    load.columns(
        Family,
        id=ids,
        name=names,
        first_name=firsts,
        search_name=[plain(f"{name} {first}") for name, first in zip(names, firsts, strict=True)],
        state="active",
        phone_mobile=phones,
        phone_landline=landlines(range(count)),
        regime=regime,
        allocataire_number=[None if r == "none" else f"{n:07d}" for r, n in zip(regime, rng.integers(0, 9_999_999, count), strict=True)],
        allocataire_name=names,
        created_at=created,
        **address,
    )
    accounts, emails = _guardians(town, rng, ids, names, firsts, mothers, phones, created, address)
    people = People(
        family_ids=ids,
        family_names=names,
        account_ids=accounts[0],
        emails=emails,
        recipients=[
            {"name": f"{first} {name}", "street": f"{n} {s}", "postcode": p, "town": t}
            for first, name, n, s, p, t in zip(firsts, names, numbers, streets, postcodes, towns, strict=True)
        ],
        home=np.where(np.arange(count) < 2, 0, rng.integers(0, town.size.sites, count)),
        bracket=np.zeros(count, np.int64),
        diligence=rng.random(count),
        payer=rng.choice(4, count, p=[0.74, 0.15, 0.06, 0.05]),
        guardian_ids=accounts[1],
        guardian_family=accounts[2],
        born_of_amina=accounts[3],
        **_children(town, rng, names),
    )
    people.payer[:2] = LATE, IN_PART
    people.child_site = people.home[people.child_family]
    _quotients(town, rng, people, resident)
    _round_the_children(town, rng, people)
    texts = [(NOTICE_ID, np.ones(count, bool)), (PHOTO_ID, rng.random(count) < 0.8), (NEWSLETTER_ID, rng.random(count) < 0.4)]
    for text_id, given in texts:
        load.columns(Consent, family_id=ids, text_id=text_id, given=given, given_at=created)
    return people


def _guardians(
    town: Town,
    rng: np.random.Generator,
    ids: Any,
    names: Any,
    firsts: Any,
    mothers: Any,
    phones: Any,
    created: Any,
    address: dict[str, Any],
) -> tuple[tuple[Any, Any, Any, Any], list[str]]:
    count, load = len(ids), town.loader
    second = np.flatnonzero((rng.random(count) < 0.62) & (np.arange(count) > 1))
    with_account = rng.random(len(second)) < 0.35
    emails = [f"{plain(first)}.{plain(name)}.{place}@exemple.fr" for place, (first, name) in enumerate(zip(firsts, names, strict=True))]
    for place, (_, _, word, _) in enumerate(_NAMED):
        emails[place] = f"{word}@demo.example"
    other_names = np.where(rng.random(len(second)) < 0.8, names[second], pick(rng, SURNAMES, len(second)))
    other_firsts = np.where(mothers[second], pick(rng, FATHERS, len(second)), pick(rng, MOTHERS, len(second)))
    other_emails = [f"{plain(f)}.{plain(n)}.{p}b@exemple.fr" for f, n, p in zip(other_firsts, other_names, second.tolist(), strict=True)]
    account_ids = load.ids(Account, count + int(with_account.sum()))
    signing = np.concatenate([np.arange(count), count + np.flatnonzero(with_account)])
    every_email = np.array(emails + other_emails, dtype=object)
    every_first, every_name = np.concatenate([firsts, other_firsts]), np.concatenate([names, other_names])
    every_family = np.concatenate([np.arange(count), second])
    load.columns(
        Account,
        id=account_ids,
        email=every_email[signing],
        first_name=every_first[signing],
        last_name=every_name[signing],
        role="parent",
        state="active",
        password_hash=PASSWORD_HASH,
        password_changed_at=created[every_family[signing]],
        created_at=created[every_family[signing]],
    )
    tied = np.full(count + len(second), None, dtype=object)
    tied[signing] = account_ids
    mother = np.concatenate([mothers, ~mothers[second]])
    guardian_ids = load.ids(Guardian, len(every_family))
    births = day_of(town.year.starts_on) - rng.integers(24 * 365, 52 * 365, len(every_family))
    load.columns(
        Guardian,
        id=guardian_ids,
        family_id=ids[every_family],
        account_id=tied.tolist(),
        civility=np.where(mother, "mrs", "mr").astype(object),
        last_name=every_name,
        first_name=every_first,
        search_name=[plain(f"{first} {name}") for first, name in zip(every_first, every_name, strict=True)],
        born_on=births,
        email=every_email,
        phone_mobile=[*phones, *mobiles(second + 5_000)],
        created_at=created[every_family],
        **{name: np.array(column, dtype=object)[every_family] for name, column in address.items()},
    )
    return (account_ids[:count], guardian_ids, every_family, births[0]), emails


def _children(town: Town, rng: np.random.Generator, names: Any) -> dict[str, Any]:
    load, families = town.loader, len(names)
    each = rng.choice([1, 2, 3, 4], families, p=[0.43, 0.41, 0.13, 0.03])
    each[:2] = 1
    family = np.repeat(np.arange(families), each)
    count = len(family)
    girl = rng.random(count) < 0.49
    first = np.where(girl, pick(rng, GIRLS, count), pick(rng, BOYS, count))
    age = np.where(rng.random(count) < 0.84, rng.integers(3, 11, count), rng.integers(11, 17, count))
    girl[:2], first[:2], age[:2] = (False, True), ("Sami", "Lia"), (7, 4)
    september = day_of(town.year.starts_on)
    births = (september.astype("datetime64[M]") - age * 12).astype("datetime64[D]") - rng.integers(1, 364, count)
    ids = load.ids(Child, count)
    load.columns(
        Child,
        id=ids,
        last_name=names[family],
        first_name=first,
        search_name=[plain(f"{a} {b}") for a, b in zip(first, names[family], strict=True)],
        born_on=births,
        sex=np.where(girl, "f", "m").astype(object),
        school_class=np.array(["PS", "MS", "GS", "CP", "CE1", "CE2", "CM1", "CM2", "6e", "5e", "4e", "3e", "2de", "1re"], object)[age - 3],
        created_at=town.at(town.today - rng.integers(30, 700, count), 36_000),
    )
    # Separated parents: the next family in line is the other home, now and then.
    second = np.where((rng.random(count) < 0.05) & (family > 2) & (family < families - 1), family + 1, -1)
    shared = second >= 0
    load.columns(
        FamilyChild,
        family_id=np.concatenate([family, second[shared]]) + 1,
        child_id=np.concatenate([ids, ids[shared]]),
        custody=np.concatenate([np.where(shared, "shared", "full"), np.full(shared.sum(), "shared")]).astype(object),
    )
    full_names = np.array([f"{a} {b}" for a, b in zip(first, names[family], strict=True)], dtype=object)
    columns = {"child_ids": ids, "child_names": full_names, "child_family": family, "child_second": second}
    return columns | {"child_site": family, "child_age": age}


def _quotients(town: Town, rng: np.random.Generator, people: People, resident: Any) -> None:
    count = len(people.family_ids)
    value = (np.clip(rng.lognormal(6.7, 0.5, count), 60, 4_500)).astype(np.int64) * 100
    known = rng.random(count) < 0.88
    known[0] = True
    people.bracket = np.where(known, np.searchsorted(QUOTIENTS, value, side="right") - 1, len(QUOTIENTS) - 1) + np.where(
        resident, 0, len(QUOTIENTS)
    )
    january = town.today.astype("datetime64[Y]").astype("datetime64[D]")
    starts = min(january, day_of(town.year.starts_on))
    town.loader.columns(
        FamilyQuotient,
        family_id=people.family_ids[known],
        value_cents=value[known],
        month_on=starts,
        source=pick(rng, ["proof", "proof", "typed", "api"], int(known.sum())),
        from_on=starts,
        recorded_at=town.at(starts, 40_000),
    )


def _round_the_children(town: Town, rng: np.random.Generator, people: People) -> None:
    load, count = town.loader, len(people.child_ids)
    sheets = np.flatnonzero(rng.random(count) < 0.9)
    kinds = rng.choice(len(CASES), len(sheets), p=SHARES)
    answered = people.account_ids[people.child_family]
    homes = people.family_ids[people.child_family]
    words = {(kind, age): words_of(kind, age, town.year.starts_on) for kind in range(len(CASES)) for age in set(people.child_age.tolist())}
    told = zip(kinds.tolist(), people.child_age[sheets].tolist(), people.child_ids[sheets].tolist(), strict=True)
    kept = [seal(words[kind, age], f"health_records:{child}") for kind, age, child in told]
    load.columns(
        HealthRecord,
        child_id=people.child_ids[sheets],
        sealed=[sealed for sealed, _ in kept],
        key_version=[version for _, version in kept],
        diet=pick(rng, ["all"] * 16 + ["no_pork", "no_pork", "vegetarian", "no_gluten"], len(sheets)),
        changed_at=town.at(town.today - rng.integers(5, 200, len(sheets)), 50_000),
    )
    for kind, share in (("photo", 0.85), ("outing", 0.97), ("going_home_alone", 0.1), ("bathing", 0.8)):
        given = rng.random(count) < share
        told_by = {"family_id": homes, "answered_by_id": answered, "answered_at": town.ago(60)}
        load.columns(Permission, child_id=people.child_ids, kind=kind, granted=given, **told_by)
    for section, share in (("health", 0.8), ("contacts", 0.7), ("permissions", 0.75)):
        some = np.arange(count) if section != "health" else sheets
        certified = some[rng.random(len(some)) < share]
        load.columns(
            CertifiedSheet,
            family_id=homes[certified],
            section=section,
            object_id=people.child_ids[certified],
            certified_at=town.ago(4),
            by_id=answered[certified],
            until_on=day_of(town.year.ends_on),
        )
    for place, (share, relations, pickups) in enumerate(_PEOPLE_NAMED, 1):
        who = np.flatnonzero(rng.random(count) < share)
        firsts, lasts = pick(rng, MOTHERS + FATHERS, len(who)), pick(rng, SURNAMES, len(who))
        banned = pickups == ["forbidden"]
        load.columns(
            PickupPerson,
            child_id=people.child_ids[who],
            family_id=homes[who],
            full_name=[f"{first} {last}" for first, last in zip(firsts, lasts, strict=True)],
            relation=pick(rng, relations, len(who)),
            phone=None if banned else mobiles(who + 2_500 * place),
            is_emergency_contact=False if banned else rng.random(len(who)) < 0.6,
            pickup=pick(rng, pickups, len(who)),
            position=place,
        )

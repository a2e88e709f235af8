"""The structure and its programme: settings, sites, staff, the season, activities with their slots, groups, rules and prices."""

from datetime import date, time
from typing import Any

import numpy as np

from db.demo.names import FATHERS, FLOWERS, MOTHERS, SURNAMES, plain
from db.demo.texts import CONSENTS, SETTINGS
from db.demo.town import ActivityPlan, SitePlan, SlotPlan, Town, day_of
from db.geography import members
from db.models import (
    Account,
    Activity,
    AgeGroup,
    BookingWindow,
    CalendarPeriod,
    ConsentText,
    NoticeRule,
    Package,
    Season,
    Setting,
    Site,
    Slot,
    SlotSet,
    SlotSetSlot,
    StaffSite,
    Tariff,
    TariffBracket,
    Till,
)

PASSWORD_HASH = "$2b$12$u7A933sBkpOI.jH0ugXHjeunW6.4uTknml/Rky5E282bH0MJW9q5G"
STAFF = [
    ("claire@demo.example", "Claire", "Dubois", "coordinator", 2),
    ("denis@demo.example", "Denis", "Moreau", "director", None),
    ("farid@demo.example", "Farid", "Haddad", "cashier", None),
    ("gaelle@demo.example", "Gaëlle", "Petit", "leader", 1),
    ("helene@demo.example", "Hélène", "Marchand", "administrator", None),
]
FIRST_SITES = ["Moreuil", "Ailly-sur-Noye", "Hangest-en-Santerre", "Le Quesnel", "Jumel", "Morisel", "Thennes", "Chaussoy-Epagny"]
QUOTIENTS = [0, 40_000, 60_000, 80_000, 100_000, 130_000, 170_000]

# name, starts, ends, meal; the lowest and the highest price in cents, and the part of the meal in them.
_WHOLE_DAY = [
    ("Matin", time(7, 30), time(11, 45), False, 250, 700, 0.0),
    ("Repas", time(12, 15), time(13, 15), True, 260, 540, 0.8),
    ("Après-midi", time(13, 45), time(18, 0), False, 250, 700, 0.0),
]
_AROUND_SCHOOL = [
    ("Acc. matin", time(7, 0), time(9, 0), False, 110, 230, 0.0),
    ("Acc. soir", time(16, 30), time(19, 0), False, 150, 320, 0.0),
]
_YOUNG = [("Après-midi", time(13, 30), time(18, 30), False, 100, 400, 0.0)]
_CHILDREN = [("3–5 ans", 3, 5), ("6–11 ans", 6, 11)]
_SETS = [("Journée", (0, 1, 2)), ("Matin et repas", (0, 1)), ("Repas et après-midi", (1, 2)), ("Matin", (0,)), ("Après-midi", (2,))]


def found(town: Town) -> None:
    """Plants the structure, its staff and its programme; fills `town.sites` and `town.staff`."""
    load, year = town.loader, town.year
    load.rows(Setting, [{"name": name, "valid_from": date(1, 1, 1), "value": value} for name, value in SETTINGS.items()])
    load.rows(ConsentText, [row | {"published_at": town.at(day_of(date(2024, 9, 2)), 32400)} for row in CONSENTS])
    (season,) = load.rows(Season, [{"name": year.name, "starts_on": year.starts_on, "ends_on": year.ends_on}])
    periods = [("school_holiday", span.name, span.starts_on, span.ends_on) for span in year.school_holidays]
    periods += [("public_holiday", name, day, day) for day, name in year.public_holidays.items()]
    load.rows(
        CalendarPeriod, [dict(zip(("kind", "name", "starts_on", "ends_on"), period, strict=True)) for period in sorted(periods, key=_when)]
    )
    _sites(town)
    _staff(town)
    for site in town.sites:
        _activities(town, site, season)
    load.rows(Till, [{"site_id": site.id, "name": f"Régie {site.name}"} for site in town.sites])


def _when(period: tuple[str, str, date, date]) -> date:
    return period[2]


def _sites(town: Town) -> None:
    towns = {commune.name: commune for commune in members()}
    names = FIRST_SITES + [name for name in sorted(towns, key=lambda name: -towns[name].population) if name not in FIRST_SITES]
    rows, codes = [], set()
    for place in range(town.size.sites):
        commune = towns[names[place % len(names)]]
        lap = place // len(names)
        name = commune.name if not lap else f"{commune.name} – Les {FLOWERS[lap]}"
        letters = plain(commune.name.removeprefix("Le ").removeprefix("La ")).upper().replace("-", "").replace(" ", "").replace("'", "")
        code = next(c for c in (letters[:3], letters[:2] + letters[4:5], *(letters[:2] + str(n) for n in range(10, 99))) if c not in codes)
        codes.add(code)
        row = {"name": name, "street": f"{place % 30 + 1} rue de l'École", "postcode": commune.postcodes[0], "town": commune.name}
        rows.append(row | {"phone": f"035301{9000 + place:04d}", "email": f"accueil.{code.lower()}@demo.example"})
        town.sites.append(SitePlan(0, place, name, code))
    for site, number in zip(town.sites, town.loader.rows(Site, rows), strict=True):
        site.id = number


def _staff(town: Town) -> None:
    rng = town.rng("staff")
    since = town.at(day_of(date(town.year.first_year - 2, 9, 1)), 30_000)
    people: list[tuple[str, str, str, str, list[int]]] = []
    for email, first, last, role, sites in STAFF:
        people.append((email, first, last, role, [site.id for site in town.sites[: sites or 0]]))
    for site in town.sites:
        for role, word in (("coordinator", "coordination"), ("leader", "animation")):
            first = str(rng.choice(MOTHERS if rng.random() < 0.6 else FATHERS))
            people.append((f"{word}.{site.code.lower()}@demo.example", first, str(rng.choice(SURNAMES)), role, [site.id]))
    rows = [
        {
            "email": email,
            "first_name": first,
            "last_name": last,
            "role": role,
            "state": "active",
            "sees_all_sites": role in ("director", "administrator", "cashier"),
            "password_hash": PASSWORD_HASH,
            "password_changed_at": since,
            "created_at": since,
        }
        for email, first, last, role, _ in people
    ]
    numbers = town.loader.rows(Account, rows)
    town.staff = {person[0].partition("@")[0]: number for person, number in zip(people, numbers, strict=True)}
    ties = [(number, site) for person, number in zip(people, numbers, strict=True) for site in person[4]]
    town.loader.rows(StaffSite, [{"account_id": number, "site_id": site} for number, site in ties])
    for site in town.sites:
        site.leader_id = town.staff["gaelle"] if site.index == 0 else town.staff[f"animation.{site.code.lower()}"]


def _activities(town: Town, site: SitePlan, season: int) -> None:
    year = town.year
    winter = [day for day in year.holiday_days() if not ((day.month, day.day) >= (12, 24) or (8, 3) <= (day.month, day.day) <= (8, 21))]
    young = sorted([*year.wednesdays(), *winter])
    _activity(town, site, season, "Périscolaire", "periscolaire", year.school_days(), _AROUND_SCHOOL, _CHILDREN, has_pedt=True)
    _activity(town, site, season, "Mercredi", "periscolaire", year.wednesdays(), _WHOLE_DAY, _CHILDREN, has_pedt=True)
    if site.index < 4 or site.index % 3 != 2:
        _activity(town, site, season, "Vacances", "extrascolaire", winter, _WHOLE_DAY, _CHILDREN, has_pedt=False)
    if site.index in (0, 1) or site.index % 2:
        _activity(town, site, season, "CAJ", "youth", young, _YOUNG, [("11–17 ans", 11, 17)], has_pedt=False)


def _activity(
    town: Town, site: SitePlan, season: int, name: str, kind: str, days: list[date], slots: Any, groups: Any, *, has_pedt: bool
) -> None:
    load = town.loader
    validation, prepaid = (
        name == "CAJ" or (name == "Vacances" and site.index % 4 == 2),
        (name == "Vacances" and site.index % 4 == 1) or (name == "Mercredi" and site.index % 8 == 3),
    )
    row = {"site_id": site.id, "season_id": season, "name": name, "kind": kind, "has_pedt": has_pedt, "age_reference": "first_of_september"}
    row |= {"booking_mode": "validation" if validation else "immediate", "is_prepaid": prepaid, "has_waiting_list": name != "Périscolaire"}
    (number,) = load.rows(Activity, [row])
    plan = ActivityPlan(number, name, np.array(days, "datetime64[D]"), [], [], validation, prepaid)
    slot_rows = [
        {"activity_id": number, "name": slot[0], "starts_at": slot[1], "ends_at": slot[2], "is_meal": slot[3], "position": place}
        for place, slot in enumerate(slots)
    ]
    slot_ids = load.rows(Slot, slot_rows)
    group_rows = [
        {"activity_id": number, "name": g[0], "youngest": g[1], "oldest": g[2], "position": place} for place, g in enumerate(groups)
    ]
    plan.groups = [(row, group[1], group[2]) for row, group in zip(load.rows(AgeGroup, group_rows), groups, strict=True)]
    tariffs = [
        {
            "activity_id": number,
            "slot_id": slot,
            "name": f"{name} – {row['name']}",
            "unit": "slot",
            "shape": "brackets",
            "from_on": town.year.starts_on,
        }
        for slot, row in zip(slot_ids, slot_rows, strict=True)
    ]
    brackets = []
    for slot_id, slot, tariff in zip(slot_ids, slots, load.rows(Tariff, tariffs), strict=True):
        lowest, highest, meal = slot[4:7]
        steps = np.linspace(lowest, highest, len(QUOTIENTS))
        prices = (np.round(np.concatenate([steps, steps * 1.25]) / 5) * 5).astype(np.int64)
        meals = (np.round(prices * meal / 5) * 5).astype(np.int64)
        plan.slots.append(SlotPlan(slot_id, slot[0], _seconds(slot[1]), _seconds(slot[2]), slot[3], tariff, prices, meals))
        for place, (price, part) in enumerate(zip(prices.tolist(), meals.tolist(), strict=True)):
            bracket = {"tariff_id": tariff, "from_quotient_cents": QUOTIENTS[place % 7], "is_resident": place < 7}
            brackets.append(bracket | {"price_cents": price, "care_cents": price - part, "meal_cents": part})
    load.rows(TariffBracket, brackets)
    _rules(town, plan)
    site.activities.append(plan)


def _rules(town: Town, plan: ActivityPlan) -> None:
    load, year = town.loader, town.year
    if len(plan.slots) == 3:
        sets = load.rows(SlotSet, [{"activity_id": plan.id, "name": name, "triggers_package": name == "Journée"} for name, _ in _SETS])
        parts = [(number, place) for number, (_, places) in zip(sets, _SETS, strict=True) for place in places]
        load.rows(
            SlotSetSlot, [{"slot_set_id": number, "slot_id": plan.slots[place].id, "activity_id": plan.id} for number, place in parts]
        )
    days, hour = {"Périscolaire": (1, time(12)), "Mercredi": (2, time(18)), "Vacances": (7, time(18)), "CAJ": (1, time(18))}[plan.name]
    rule = {"activity_id": plan.id, "slot_id": None, "grammar": "days_before", "count": days, "working_days_only": True, "before": hour}
    load.rows(NoticeRule, [rule | {"act": act} for act in ("book", "cancel")])
    if plan.name == "Vacances":
        spans = [(span.starts_on, span.ends_on) for span in year.school_holidays]
        (*_, first, last) = QUOTIENTS
        week = {"activity_id": plan.id, "name": "Forfait semaine", "period": "holiday_week", "reached_at_count": 15}
        load.rows(Package, [week | {"price_cents": (first + last) // 36, "from_on": year.starts_on}])
    else:
        spans = [(year.starts_on, year.ends_on)]
    rows = []
    for starts, ends in spans:
        opens = day_of(starts) - 42
        for audience, later in (("residents", 0), ("everybody", 7)):
            window = {"activity_id": plan.id, "audience": audience, "opens_at": town.at(opens + later, 32400)}
            rows.append(window | {"closes_at": town.at(day_of(ends), 64800), "from_on": starts, "until_on": ends})
    load.rows(BookingWindow, rows)


def _seconds(hour: time) -> int:
    return hour.hour * 3600 + hour.minute * 60

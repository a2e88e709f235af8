"""What every part of the demo town shares: its size, its day, its draws, its instants, and what one part tells the next."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from db.demo.bulk import Loader
from db.demo.calendar import SchoolYear
from db.settings import settings


@dataclass(frozen=True)
class Size:
    """How large a town is, and what it is expected to cost (bytes and seconds on a small computer)."""

    name: str
    families: int
    sites: int
    megabytes: int
    seconds: int


SIZES = {
    size.name: size
    for size in (
        Size("small", 300, 4, 35, 5),
        Size("town", 2_000, 8, 170, 20),
        Size("city", 20_000, 40, 1_700, 150),
        Size("metropolis", 100_000, 160, 8_000, 720),
    )
}


@dataclass
class SlotPlan:
    """A slot with its hours (seconds of the day) and its price in cents by bracket, residents first, then the others."""

    id: int
    name: str
    starts: int
    ends: int
    is_meal: bool
    tariff_id: int
    prices: Any
    meal_parts: Any


@dataclass
class ActivityPlan:
    """An activity with its days (`datetime64[D]`, in order), slots and age groups (id, youngest, oldest)."""

    id: int
    name: str
    days: Any
    slots: list[SlotPlan]
    groups: list[tuple[int, int, int]]
    needs_validation: bool
    is_prepaid: bool


@dataclass
class SitePlan:
    """A site with what takes place there and the account that keeps its attendance."""

    id: int
    index: int
    name: str
    code: str
    activities: list[ActivityPlan] = field(default_factory=list)
    leader_id: int = 0


@dataclass
class People:
    """The active families and their children as columns; families are told by their place in these columns."""

    family_ids: Any
    family_names: Any
    account_ids: Any
    emails: Any
    recipients: list[dict[str, str]]
    home: Any
    bracket: Any
    diligence: Any
    payer: Any
    guardian_ids: Any
    guardian_family: Any
    born_of_amina: Any
    child_ids: Any
    child_names: Any
    child_family: Any
    child_second: Any
    child_site: Any
    child_age: Any


@dataclass
class Registered:
    """The accepted registrations as columns: places of child, family, site and activity (within its site), and the age group."""

    child: Any
    family: Any
    site: Any
    activity: Any
    group: Any


@dataclass(frozen=True)
class Told:
    """An act that the journal tells of: who (the name before the @), what, on what, for which family and site."""

    who: str
    act: str
    kind: str
    object_id: int
    family_id: int | None
    site_id: int | None
    changes: dict[str, Any]


@dataclass
class Sums:
    """What is owed and paid by each family, added up while the sites are filled."""

    invoiced: Any
    paid: Any
    credit: Any
    oldest_due: Any
    last_reminder: Any
    last_level: Any


class Town:
    """A demo town in the making. Everything follows from the size, the seed and the day."""

    def __init__(self, loader: Loader, size: Size, seed: int, today: date) -> None:
        self.loader, self.size, self.seed = loader, size, seed
        self.year = SchoolYear.around(today)
        self.today = np.datetime64(today, "D")
        self._first = today - timedelta(days=900)
        zone = settings().zone
        local = (datetime.combine(self._first + timedelta(days=n), time(0), zone) for n in range(2100))
        self._midnights = np.array([np.datetime64(night.astimezone(UTC).replace(tzinfo=None), "s") for night in local])
        self.now = self.at(self.today, 1800)
        self.staff: dict[str, int] = {}
        self.sites: list[SitePlan] = []
        self.told: list[Told] = []

    def rng(self, part: str, place: int = 0) -> np.random.Generator:
        """The draws of one part of the town at one place: parts do not disturb each other."""
        return np.random.default_rng([self.seed, self.size.families, *part.encode(), place])

    def at(self, days: Any, seconds: Any) -> Any:
        """Local days and seconds of the day as instants (UTC, whole seconds)."""
        places = (np.asarray(days, "datetime64[D]") - np.datetime64(self._first, "D")).astype(np.int64)
        return self._midnights[places] + np.asarray(seconds, "timedelta64[s]")

    def ago(self, days: float) -> Any:
        """The instant some days before the town's now."""
        return self.now - np.timedelta64(int(days * 86400), "s")


def day_of(value: date) -> Any:
    """A day as the columns hold it."""
    return np.datetime64(value, "D")

"""A believable town that concerns nobody: for newcomers, for tests, for measuring. The same size, seed and day give the same rows."""

from datetime import date, datetime

from sqlalchemy import literal, select

from db.demo import balances, changes, days, money, papers, people, programme, registrations, talk
from db.demo.bulk import bulk
from db.demo.town import SIZES, Size, Town
from db.models import Base
from db.session import reading
from db.settings import settings

PASSWORD = "farandole-demo-2026"
DEMO_PEOPLE = [
    ("claire@demo.example", "Claire Dubois", "coordinatrice, deux sites"),
    ("denis@demo.example", "Denis Moreau", "directeur, tous les sites"),
    ("farid@demo.example", "Farid Haddad", "régisseur"),
    ("gaelle@demo.example", "Gaëlle Petit", "animatrice, un site"),
    ("helene@demo.example", "Hélène Marchand", "administratrice"),
    ("amina@demo.example", "Amina Benali", "parent de Sami"),
    ("bruno@demo.example", "Bruno Lefèvre", "parent de Lia"),
]


_NOTES = frozenset(("revisions", "task_runs", "sign_in_throttles", "used_proofs"))


class DemoRefused(Exception):
    """The demo town is not planted here: `production`, or `not_empty`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_empty() -> bool:
    """Whether the connected database remembers nothing yet but what the house itself notes while it runs."""
    with reading() as session:
        tables = (table for name, table in Base.metadata.tables.items() if name not in _NOTES)
        return not any(session.execute(select(literal(1)).select_from(table).limit(1)).first() for table in tables)


def plant(size: Size = SIZES["small"], seed: int = 1, today: date | None = None) -> dict[str, int]:
    """Plants the town in one transaction and gives the number of rows by table. Raises DemoRefused."""
    if settings().environment == "production":
        raise DemoRefused("production")
    if not is_empty():
        raise DemoRefused("not_empty")
    with bulk() as loader:
        town = Town(loader, size, seed, today or datetime.now(settings().zone).date())
        programme.found(town)
        families = people.settle_in(town)
        registered = registrations.register(town, families)
        sums = balances.new_sums(town)
        for site in town.sites:
            charged, by_day = [], []
            for place, activity in enumerate(site.activities):
                here = (registered.site == site.index) & (registered.activity == place)
                columns = (registered.child[here], registered.family[here], registered.group[here])
                costs, sums_of_days = days.fill(town, families, site, activity, place, *columns)
                charged.append(costs)
                by_day.append(sums_of_days)
                talk.remember_last_year(town, site, activity, sums_of_days)
            talk.plan_staff(town, site, by_day)
            money.bill(town, families, site, charged, sums)
        balances.keep(town, families, sums)
        papers.file_away(town, families, registered)
        changes.ask(town, families)
        talk.converse(town, families)
    return loader.counts

"""What each screen reads, to its finished frame, and the bare indexed read of the same rows beside it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from db.models import Account, Activity, OpenDay
from db.session import reading
from domain import balances, clock, dashboard, documents, occupancy, statistics
from domain.accounts import requests
from domain.balances import listing
from domain.journal.reading import Filter, entries
from domain.letters import outbox
from domain.statistics import Selection
from tests.benchmarks.timing import fetch
from ui import tables

Rows = pd.DataFrame | list[Any]


@dataclass(frozen=True)
class Measure:
    """One thing a screen does: its name, what is wanted of it (ms on PostgreSQL at town size), the read and the bare read.

    `flat`: it shows a fixed number of rows, so that a bigger town may not cost more than 1.5 times.
    """

    name: str
    wanted: float | None
    read: Callable[[Session], int]
    bare: tuple[str, tuple[Any, ...]]
    flat: bool = False

    def act(self) -> int:
        """One read, in a session of its own."""
        with reading() as session:
            return self.read(session)

    def beside(self, raw: Any) -> None:
        """The bare read."""
        fetch(raw, *self.bare)


def somebody(email: str) -> Account:
    """An account of the demo town, as a page gets it."""
    with reading() as session:
        return session.scalars(select(Account).where(Account.email == email).options(selectinload(Account.sites))).one()


def measures() -> Iterator[Measure]:
    """Every measure of the connected town, as its director of every site; `(2 sites)` as its coordinator."""
    denis, claire, today = somebody("denis@demo.example"), somebody("claire@demo.example"), clock.today()
    month, year = (today.replace(day=1), today.replace(day=1) + timedelta(30)), _school_year(today)
    with reading() as session:
        four = _busiest(session, *month)
    marks = ", ".join("?" * len(four))
    seats = (
        f"SELECT id, day, slot_id, age_group_id, capacity, taken, waiting FROM seats WHERE activity_id IN ({marks}) AND day BETWEEN ? AND ?"
    )
    owing = "SELECT * FROM family_balances WHERE open_cents > 0"
    incomplete = "SELECT * FROM family_files WHERE complete_until_on IS NULL OR complete_until_on < ?"

    for by, whose in ((denis, ""), (claire, " (2 sites)")):
        yield Measure(
            f"accounts queue, page of 50{whose}",
            3,
            lambda session, by=by: _size(requests.counts(session, by), *requests.waiting(session, by)),
            ("SELECT * FROM account_requests WHERE state = 'waiting' ORDER BY requested_at, id LIMIT 50", ()),
            flat=True,
        )
    for name, (first, last), wanted in (("month", month, 4), ("year", year, 15)):
        yield Measure(
            f"capacity, {name}, 4 activities",
            wanted,
            lambda session, first=first, last=last: len(occupancy.capacity(session, denis, activities=four, from_on=first, until_on=last)),
            (seats, (*four, _day(first), _day(last))),
            flat=True,
        )
    yield Measure(
        "capacity, year by day, 4 activities",
        15,
        lambda session: len(occupancy.capacity_by_day(session, denis, activities=four, from_on=year[0], until_on=year[1])),
        (seats, (*four, _day(year[0]), _day(year[1]))),
        flat=True,
    )
    for by, whose in ((denis, ""), (claire, " (2 sites)")):
        yield Measure(
            f"balances, page of 50 and totals{whose}",
            4,
            lambda session, by=by: _size(balances.totals(session, by), balances.page(session, by)),
            (f"{owing} ORDER BY open_cents DESC, family_id DESC LIMIT 50", ()),
            flat=True,
        )
    yield Measure("balances, totals made anew", None, lambda session: _anew(session, denis), (owing, ()))
    for sort in ("name", "oldest_due", "last_reminder", "invoiced"):
        yield Measure(
            f"balances, page of 50 by {sort}",
            4,
            lambda session, sort=sort: len(balances.page(session, denis, balances.Filters(), sort)),
            (f"{owing} ORDER BY family_id LIMIT 50", ()),
            flat=True,
        )
    yield Measure("balances, every family to Excel", 2000, lambda session: _workbook(session, denis), (owing, ()))
    for by, whose in ((denis, ""), (claire, " (2 sites)")):
        for sort in documents.SORTS if by is denis else ("name",):
            yield Measure(
                f"completeness, page of 50 by {sort}{whose}",
                4,
                lambda session, by=by, sort=sort: _files(session, by, sort),
                (f"{incomplete} ORDER BY family_id LIMIT 50", (_day(today),)),
                flat=True,
            )
    yield Measure(
        "completeness, every file",
        40,
        lambda session: len(documents.everything(session, denis, documents.Chosen())),
        (incomplete, (_day(today),)),
    )
    week = (_day(today), _day(today + timedelta(6)))
    for by, whose in ((denis, ""), (claire, " (2 sites)")):
        yield Measure(
            f"dashboard{whose}",
            None,
            lambda session, by=by: len(dashboard.morning(session, by).tension or ()),
            ("SELECT day, activity_id, capacity, taken, waiting FROM seats WHERE day BETWEEN ? AND ?", week),
        )
    both = "SELECT day, slot_id, capacity, booked, present, no_show, waiting, refused FROM seats WHERE day BETWEEN ? AND ?"
    yield Measure(
        "attendance, school year and the year before",
        None,
        lambda session: len(statistics.read(session, denis, Selection(*year)).now),
        (both, (_day(year[0]), _day(year[1]))),
    )
    yield Measure(
        "journal, page of 50",
        None,
        lambda session: len(entries(session, denis, Filter(from_on=today - timedelta(30), until_on=today))[0]),
        ("SELECT * FROM journal_entries ORDER BY at DESC, id DESC LIMIT 50", ()),
        flat=True,
    )
    yield Measure(
        "letters, page of 50",
        None,
        lambda session: len(outbox.letters(session, denis)[0]),
        ("SELECT * FROM letters ORDER BY written_at DESC, id DESC LIMIT 50", ()),
        flat=True,
    )


def _busiest(session: Session, first: date, last: date) -> list[int]:
    """Four activities that are open in the period, of the site with most of them."""
    open_now = select(OpenDay.activity_id).where(OpenDay.day.between(first, last)).distinct()
    found = session.execute(
        select(Activity.site_id, Activity.id).where(Activity.id.in_(open_now)).order_by(Activity.site_id, Activity.id)
    ).all()
    by_site: dict[int, list[int]] = {}
    for site_id, activity_id in found:
        by_site.setdefault(site_id, []).append(activity_id)
    chosen = max(by_site.values(), key=len)[:4]
    rest = [activity_id for _, activity_id in found if activity_id not in chosen]
    return [*chosen, *rest[: 4 - len(chosen)]]


def _files(session: Session, by: Account, sort: Any) -> int:
    chosen = documents.Chosen()
    documents.count(session, by, chosen)
    page = documents.page(session, by, chosen, sort)
    documents.matrix(session, page)
    return len(page)


def _anew(session: Session, by: Account) -> int:
    listing._totals.clear()
    return balances.totals(session, by).families


def _workbook(session: Session, by: Account) -> int:
    rows = pd.concat(balances.every(session, by), ignore_index=True)
    tables.workbook(rows.drop(columns="last_reminder_at"))
    return len(rows)


def _school_year(today: date) -> tuple[date, date]:
    first = date(statistics.days_of("so-far", today)[0].year, 9, 1)
    return first, date(first.year + 1, 7, 31)


def _size(*parts: Any) -> int:
    return max(len(part) for part in parts if isinstance(part, pd.DataFrame))


def _day(day: date) -> Any:
    from db.session import engine

    return day.isoformat() if engine().dialect.name == "sqlite" else day

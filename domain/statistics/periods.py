"""The periods that have a name: the school year so far, a school year, a calendar year, the days around today."""

from datetime import date, timedelta

SO_FAR, LAST_DAYS, NEXT_DAYS, OWN = "so-far", "last-30", "next-30", "own"


def named(today: date, first_on: date | None, last_on: date | None) -> list[str]:
    """The codes of the periods worth offering, given the days that are known; the first is the usual one, `own` the last."""
    first, last = first_on or today, last_on or today
    schools = [f"school-{year}" for year in range(school_year(last), school_year(first) - 1, -1)]
    years = [f"year-{year}" for year in range(last.year, first.year - 1, -1)]
    return [SO_FAR, LAST_DAYS, NEXT_DAYS, *schools, *years, OWN]


def days_of(code: str, today: date) -> tuple[date, date]:
    """The first and last day of a period with a name; `own` begins as the school year so far. Raises ValueError for another word."""
    kind, _, number = code.rpartition("-")
    if code in (SO_FAR, OWN):
        return date(school_year(today), 9, 1), today
    if code == LAST_DAYS:
        return today - timedelta(29), today
    if code == NEXT_DAYS:
        return today, today + timedelta(29)
    if kind == "school":
        return date(int(number), 9, 1), date(int(number) + 1, 8, 31)
    if kind == "year":
        return date(int(number), 1, 1), date(int(number), 12, 31)
    raise ValueError(code)


def school_year(day: date) -> int:
    """The year in which the school year of a day began; it turns on 1 September."""
    return day.year if day.month >= 9 else day.year - 1

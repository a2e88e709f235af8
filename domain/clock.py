"""What time it is: instants are UTC, days are the structure's."""

from datetime import UTC, date, datetime, time

from db.settings import settings


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def as_day(instant: datetime) -> date:
    """The day an instant falls on in the structure's time zone."""
    return instant.astimezone(settings().zone).date()


def today() -> date:
    """The present day in the structure's time zone."""
    return as_day(now())


def begins(day: date) -> datetime:
    """The first instant of a day in the structure's time zone, in UTC."""
    return datetime.combine(day, time(), settings().zone).astimezone(UTC)

"""The school year of zone B around a day: which days have school, which are holidays, which are public holidays."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from holidays import country_holidays

DAY = timedelta(days=1)
# Where the published calendar ends: name, month and day around which the first Saturday is taken, number of days.
_USUAL = [("Vacances de la Toussaint", 10, 17, 16), ("Vacances de Noël", 12, 18, 16), ("Vacances d'hiver", 2, 12, 16)]
_USUAL += [("Vacances de printemps", 4, 10, 16)]


@dataclass(frozen=True)
class Span:
    """A named run of days, both ends included."""

    name: str
    starts_on: date
    ends_on: date

    def has(self, day: date) -> bool:
        """Whether a day is within."""
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True)
class SchoolYear:
    """From 1 September of `first_year` to 31 August."""

    first_year: int

    @classmethod
    def around(cls, day: date) -> "SchoolYear":
        """The school year that a day lies in."""
        return cls(day.year if day.month >= 9 else day.year - 1)

    @property
    def name(self) -> str:
        """`2026-2027`"""
        return f"{self.first_year}-{self.first_year + 1}"

    @property
    def starts_on(self) -> date:
        """1 September."""
        return date(self.first_year, 9, 1)

    @property
    def ends_on(self) -> date:
        """31 August."""
        return date(self.first_year + 1, 8, 31)

    @property
    def before(self) -> "SchoolYear":
        """The year before."""
        return SchoolYear(self.first_year - 1)

    @cached_property
    def school_holidays(self) -> list[Span]:
        """The school holidays of zone B, as published; where the publication ends, by the usual rule."""
        return self._published() or self._usual()

    @cached_property
    def public_holidays(self) -> dict[date, str]:
        """Public holidays with their French names."""
        years = [self.first_year, self.first_year + 1]
        return {
            day: name for day, name in country_holidays("FR", years=years, language="fr").items() if self.starts_on <= day <= self.ends_on
        }

    @property
    def days(self) -> list[date]:
        """Every day of the year."""
        return [self.starts_on + DAY * n for n in range((self.ends_on - self.starts_on).days + 1)]

    def is_holiday(self, day: date) -> bool:
        """Whether a day is in the school holidays."""
        return any(span.has(day) for span in self.school_holidays)

    def school_days(self) -> list[date]:
        """Mondays, Tuesdays, Thursdays and Fridays with school."""
        return [day for day in self._working_days() if day.weekday() != 2 and not self.is_holiday(day)]

    def wednesdays(self) -> list[date]:
        """Wednesdays of school weeks."""
        return [day for day in self._working_days() if day.weekday() == 2 and not self.is_holiday(day)]

    def holiday_days(self) -> list[date]:
        """Working days of the school holidays."""
        return [day for day in self._working_days() if self.is_holiday(day)]

    def _working_days(self) -> list[date]:
        return [day for day in self.days if day.weekday() < 5 and day not in self.public_holidays]

    def _published(self) -> list[Span]:
        years = [self.first_year, self.first_year + 1]
        told = country_holidays("FR", subdiv="Zone B", years=years, categories=("school",), language="fr")
        spans: list[Span] = []
        for day, name in sorted(told.items()):
            if not self.starts_on <= day <= self.ends_on:
                continue
            if spans and spans[-1].name == name and day - spans[-1].ends_on == DAY:
                spans[-1] = Span(name, spans[-1].starts_on, day)
            else:
                spans.append(Span(name, day, day))
        spans = [span for span in spans if span.ends_on - span.starts_on >= DAY]
        return spans if any(span.starts_on.month == 4 for span in spans) and any(span.starts_on.month == 7 for span in spans) else []

    def _usual(self) -> list[Span]:
        spans = []
        for name, month, day, length in _USUAL:
            first = _saturday(date(self.first_year if month >= 9 else self.first_year + 1, month, day))
            spans.append(Span(name, first, first + DAY * (length - 1)))
        return [*spans, Span("Vacances d'été", _saturday(date(self.first_year + 1, 7, 3)), self.ends_on)]


def _saturday(day: date) -> date:
    return day + DAY * ((5 - day.weekday()) % 7)

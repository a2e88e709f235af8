"""Why the seats of a day stay as they are."""

from dataclasses import dataclass
from datetime import date

from domain.refusals import ChangedMeanwhile, Refusal


@dataclass(eq=False)
class NotACapacity(Refusal):
    """A number of seats is not a whole number from nothing to the largest that makes sense."""

    value: object
    largest: int


@dataclass(eq=False)
class BelowTaken(Refusal):
    """The seats asked for are fewer than those taken, on `days` days; `day` is the first. An overbooking with a reason would cover it."""

    day: date
    capacity: int
    taken: int
    days: int


@dataclass(eq=False)
class AboveDeclaredMaximum(Refusal):
    """The site would open more seats at once than it may: `kind` declared or pmi, `band` under_six, six_and_over or all.

    A director may decide so and say why.
    """

    day: date
    kind: str
    band: str
    maximum: int
    seats: int


@dataclass(eq=False)
class CapacityChangedMeanwhile(ChangedMeanwhile):
    """Somebody changed the seats since they were looked at: this is what they are now."""

    capacity: int
    overbooking: int


@dataclass(eq=False)
class DayIsAlreadyClosed(Refusal):
    """The day was closed before, for a reason."""

    day: date
    reason: str


@dataclass(eq=False)
class DayIsAlreadyOpen(Refusal):
    """The day is open."""

    day: date


@dataclass(eq=False)
class DayIsPast(Refusal):
    """What is past stays as it was."""

    day: date


@dataclass(eq=False)
class DayHasBookings(Refusal):
    """Children are booked on the day, or wait for it: closing cancels, and wants to be told so."""

    day: date
    bookings: int
    waiting: int


@dataclass(eq=False)
class DayHasAttendance(Refusal):
    """Children were already ticked present on the day."""

    day: date

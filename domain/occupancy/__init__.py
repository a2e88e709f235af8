"""How full the house is: the seats of every day, who takes them, and what the staff decides about them.

Seats count for themselves (see `db.models.Seats`), so that what is read here follows what is on the screen and not the history.
"""

from domain.occupancy.cells import Cell, activities_open, cell, names, sites_open
from domain.occupancy.days import Closing, close_day, reopen_day
from domain.occupancy.free import MOST_DAYS_COUNTED, PARTS_OF_DAY, Search, count_free_places, free_places
from domain.occupancy.refusals import (
    AboveDeclaredMaximum,
    BelowTaken,
    CapacityChangedMeanwhile,
    DayHasAttendance,
    DayHasBookings,
    DayIsAlreadyClosed,
    DayIsAlreadyOpen,
    DayIsPast,
    NotACapacity,
)
from domain.occupancy.seats import LARGEST, change_capacities, change_capacity
from domain.occupancy.view import LONGEST, STATES, capacity, capacity_by_day, states

__all__ = [
    "LARGEST",
    "LONGEST",
    "MOST_DAYS_COUNTED",
    "PARTS_OF_DAY",
    "STATES",
    "AboveDeclaredMaximum",
    "BelowTaken",
    "CapacityChangedMeanwhile",
    "Cell",
    "Closing",
    "DayHasAttendance",
    "DayHasBookings",
    "DayIsAlreadyClosed",
    "DayIsAlreadyOpen",
    "DayIsPast",
    "NotACapacity",
    "Search",
    "activities_open",
    "capacity",
    "capacity_by_day",
    "cell",
    "change_capacities",
    "change_capacity",
    "close_day",
    "count_free_places",
    "free_places",
    "names",
    "reopen_day",
    "sites_open",
    "states",
]

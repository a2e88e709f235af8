"""Why the seats of a day stay as they are, in words."""

from collections.abc import Callable
from typing import Any

from domain import occupancy
from domain.refusals import Refusal
from ui import format
from ui.i18n import _, n_, word

FIELDS = {"capacity": word("Seats offered")}

_MAXIMA = {
    ("declared", "all"): word("the site's declared maximum"),
    ("declared", "under_six"): word("the site's declared maximum for children under six"),
    ("declared", "six_and_over"): word("the site's declared maximum for children of six and over"),
    ("pmi", "all"): word("the maximum authorised by the PMI"),
    ("pmi", "under_six"): word("the maximum authorised by the PMI for children under six"),
    ("pmi", "six_and_over"): word("the maximum authorised by the PMI for children of six and over"),
}


def _above(refusal: occupancy.AboveDeclaredMaximum) -> str:
    return _(
        "On {day}, {seats} seats would be open at once, above {which}: {maximum}. Only a director may decide so, and says why.",
        day=format.day(refusal.day),
        seats=format.number(refusal.seats),
        which=_(_MAXIMA[refusal.kind, refusal.band]),
        maximum=format.number(refusal.maximum),
    )


def _below(refusal: occupancy.BelowTaken) -> str:
    facts = {"day": format.day(refusal.day), "taken": format.number(refusal.taken), "capacity": format.number(refusal.capacity)}
    if refusal.days > 1:
        facts["days"] = format.number(refusal.days)
        return _("On {days} days more seats are taken than that; on {day}, {taken} for {capacity}. Nothing was changed.", **facts)
    return _("On {day}, {taken} seats are taken: {capacity} is not enough. An overbooking with its reason could cover them.", **facts)


def _booked(refusal: occupancy.DayHasBookings) -> str:
    return _(
        "On {day}, {bookings} and {waiting} on the waiting list. To close the day all the same, tick the box that cancels them.",
        day=format.day(refusal.day),
        bookings=n_("{count} booking", "{count} bookings", refusal.bookings),
        waiting=n_("{count} request", "{count} requests", refusal.waiting),
    )


SENTENCES: dict[type[Refusal], Callable[[Any], str]] = {
    occupancy.NotACapacity: lambda refusal: _(
        "A number of seats is a whole number from 0 to {largest}.", largest=format.number(refusal.largest)
    ),
    occupancy.BelowTaken: _below,
    occupancy.AboveDeclaredMaximum: _above,
    occupancy.CapacityChangedMeanwhile: lambda refusal: _(
        "Somebody changed these seats in the meantime: the capacity is now {capacity}, with {overbooking} in overbooking.",
        capacity=format.number(refusal.capacity),
        overbooking=format.number(refusal.overbooking),
    ),
    occupancy.DayIsAlreadyClosed: lambda refusal: _(
        "{day} is already closed: {reason}.", day=format.day(refusal.day).capitalize(), reason=format.plain(refusal.reason.rstrip("."))
    ),
    occupancy.DayIsAlreadyOpen: lambda refusal: _("{day} is already open.", day=format.day(refusal.day).capitalize()),
    occupancy.DayIsPast: lambda refusal: _("{day} is past: it stays as it was.", day=format.day(refusal.day).capitalize()),
    occupancy.DayHasBookings: _booked,
    occupancy.DayHasAttendance: lambda refusal: _(
        "Children were already ticked present on {day}: the day cannot be closed any more.", day=format.day(refusal.day)
    ),
}

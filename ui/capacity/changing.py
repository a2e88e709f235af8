"""The forms of one day: its seats, the same seats of a period, closing and opening again. Every button is one verb."""

from datetime import timedelta
from typing import Any

import streamlit as st

from db.session import writing
from domain import occupancy
from domain.occupancy import Cell
from ui import capacity, feedback, format
from ui.access import require_user
from ui.acts import act
from ui.forms import forget, typed
from ui.i18n import _, n_

_REASON_LENGTH = 250


def seats(cell: Cell) -> None:
    """The capacity of one cell, or of the same cell over a period."""
    one, many = st.tabs([_("This day"), _("Several days")])
    with one, st.form(f"seats-{cell.seats_id}", border=False):
        _numbers(cell, "one")
        st.form_submit_button(_("Save the capacity"), type="primary", on_click=_change_one, args=(cell,))
    with many, st.form(f"period-{cell.seats_id}", border=False):
        with st.container(horizontal=True):
            st.date_input(_("From"), cell.day, key=_key(cell, "many", "from"), format="DD/MM/YYYY")
            st.date_input(_("Until"), cell.day + timedelta(27), key=_key(cell, "many", "until"), format="DD/MM/YYYY")
        st.pills(
            _("Weekdays"),
            range(7),
            default=[cell.day.weekday()],
            format_func=capacity.weekday_name,
            selection_mode="multi",
            key=_key(cell, "many", "weekdays"),
        )
        _numbers(cell, "many")
        told = _("Save the capacity of these days")
        st.form_submit_button(told, type="primary", on_click=_change_many, args=(cell,))


def closing(cell: Cell) -> None:
    """Closing the day, or opening it again."""
    if cell.closed_reason:
        st.markdown(_("Closed: {reason}. Cancelled bookings do not come back by themselves.", reason=format.plain(cell.closed_reason)))
        with st.form("reopen", border=False):
            st.text_input(_("Reason (needed above the declared maximum)"), key="reopen-reason", max_chars=_REASON_LENGTH)
            st.form_submit_button(_("Open the day again"), on_click=_reopen, args=(cell.open_day_id,))
        return
    with st.form("close", border=False):
        st.text_input(_("Reason, as the families will read it"), key="close-reason", max_chars=_REASON_LENGTH)
        st.checkbox(_("Cancel the bookings of the day and write to each family"), key="close-cancel")
        st.caption(
            _("All slots and age groups of the activity close; waiting requests are withdrawn, charges not yet invoiced are dropped.")
        )
        st.form_submit_button(_("Close the day"), on_click=_close, args=(cell.open_day_id,), icon=":material/event_busy:")


def _numbers(cell: Cell, form: str) -> None:
    with st.container(horizontal=True):
        st.number_input(_("Seats offered"), 0, occupancy.LARGEST, cell.capacity, 1, key=_key(cell, form, "capacity"))
        st.number_input(
            _("Overbooking"),
            0,
            occupancy.LARGEST,
            cell.overbooking,
            1,
            key=_key(cell, form, "overbooking"),
            help=_("Seats above the capacity, for a reason that the journal keeps."),
        )
    reason = cell.overbooking_reason or "" if form == "one" else ""
    st.text_input(_("Reason"), reason, key=_key(cell, form, "reason"), max_chars=_REASON_LENGTH)


def _change_one(cell: Cell) -> None:
    typed_in = {name: typed(_key(cell, "one", name)) for name in ("capacity", "overbooking", "reason")}
    seen = (cell.capacity, cell.overbooking)
    act(occupancy.change_capacity, cell.seats_id, told=_("The capacity is changed."), seen=seen, **typed_in)


def _change_many(cell: Cell) -> None:
    asked: dict[str, Any] = {name: typed(_key(cell, "many", name)) for name in ("capacity", "overbooking", "reason")}
    which: dict[str, Any] = {"activity_id": cell.activity_id, "slot_id": cell.slot_id, "age_group_id": cell.age_group_id}
    from_on, until_on, weekdays = (typed(_key(cell, "many", name)) for name in ("from", "until", "weekdays"))
    with feedback.refusals() as outcome, writing() as session:
        days = occupancy.change_capacities(
            session, require_user(), **which, from_on=from_on, until_on=until_on, weekdays=weekdays or (), **asked
        )
    if outcome.done:
        feedback.say(n_("The capacity of {count} day is changed.", "The capacity of {count} days is changed.", days))


def _close(open_day_id: int) -> None:
    with feedback.refusals() as outcome, writing() as session:
        cancel = bool(typed("close-cancel"))
        done = occupancy.close_day(session, require_user(), open_day_id, typed("close-reason") or "", cancel_bookings=cancel)
    if outcome.done:
        forget("close-reason", "close-cancel")
        feedback.say(capacity.closing_words(done))
        if done.invoiced:
            feedback.warn(
                n_(
                    "{count} booking was already invoiced: it wants a credit note.",
                    "{count} bookings were already invoiced: they want credit notes.",
                    done.invoiced,
                )
            )
        if done.unreached:
            feedback.warn(_("No e-mail is known for: {names}. Please call them.", names=", ".join(map(format.plain, done.unreached))))


def _reopen(open_day_id: int) -> None:
    if act(occupancy.reopen_day, open_day_id, typed("reopen-reason"), told=_("The day is open again.")):
        forget("reopen-reason")


def _key(cell: Cell, form: str, name: str) -> str:
    """Names a widget after what is kept, so that it begins again from what somebody else has changed."""
    return f"{form}-{cell.seats_id}-{cell.capacity}-{cell.overbooking}-{name}"

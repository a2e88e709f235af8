"""Families that ask to leave, as the staff decides: what stands in the way, closing, or refusing with a reason."""

from typing import Any

import pandas as pd
import streamlit as st

from domain.retention import closing
from ui import format, screen
from ui.acts import act
from ui.i18n import _, n_


def requests(rows: pd.DataFrame) -> None:
    """The requests, the longest waiting first."""
    if rows.empty:
        screen.empty(_("No family asks to leave."))
    row: Any
    for row in rows.itertuples(index=False):
        _one(row)


def _one(row: Any) -> None:
    number = int(row.id)
    with st.container(border=True):
        asked = format.instant(row.asked_at.to_pydatetime())
        st.markdown(f"**{format.plain(row.family)}** · {_('asked on {when}', when=asked)}")
        if row.words:
            st.markdown(format.plain(row.words))
        if row.days:
            booked = n_(
                "{count} day is still booked: it has to be cancelled first.",
                "{count} days are still booked: they have to be cancelled first.",
                int(row.days),
            )
            st.warning(booked, icon=":material/event_busy:")
        if row.open_cents:
            st.warning(
                _("{amount} are still to be paid: this amount stays due.", amount=format.euros(row.open_cents)), icon=":material/euro:"
            )
        if row.credit_cents:
            st.warning(_("{amount} are to be given back to the family.", amount=format.euros(row.credit_cents)), icon=":material/euro:")
        told = {"told": _("The account is closed. The family’s data can be erased in a month.")}
        closes: dict[str, Any] = {
            "key": f"close-{number}",
            "on_click": act,
            "args": (closing.accept, number),
            "kwargs": told,
            "type": "primary",
        }
        st.button(_("Close the account"), disabled=bool(row.days), **closes)
        with st.expander(_("Refuse the request")), st.form(f"refuse-closing-{number}", border=False):
            reason = st.text_input(_("Reason, which the family will read"), max_chars=250, key=f"closing-reason-{number}")
            if st.form_submit_button(_("Refuse the closing")):
                act(closing.refuse, number, reason, told=_("The request is refused, and the family is told why."))
                st.rerun()

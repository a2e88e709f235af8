"""What each rule of retention would take, and confirming it: the families of a page, one of them kept on purpose."""

from datetime import date, timedelta
from typing import Any

import streamlit as st

from db.models import Account
from db.session import reading
from domain import clock, retention
from domain.retention import Due
from ui import choices, format, tables
from ui.acts import act
from ui.i18n import _, n_
from ui.requests import STATES as FAMILY_STATES
from ui.retention import RULES, WHY, months_words
from ui.tables import Column


def rule(by: Account, line: Due, day: date, *, is_today: bool) -> None:
    """One rule: its term, how many, and who."""
    with st.container(border=True):
        st.markdown(
            f"**{_(RULES[line.rule])}** · {n_('{count} line', '{count} lines', line.count) if line.count else _('nothing to erase')}"
        )
        limit = format.short_day(line.before_on)
        st.caption(_("{term}: what is older than {day}. {why}", term=months_words(line.months), day=limit, why=_(WHY[line.rule])))
        if line.owing:
            st.markdown(
                n_(
                    "{count} family at rest still owes, or is owed, money.",
                    "{count} families at rest still owe, or are owed, money.",
                    line.owing,
                )
            )
        if not line.count:
            return
        if line.of_families:
            _families(by, line.rule, day, line.count, is_today=is_today)
        elif line.rule == "health":
            with st.expander(_("Which children")), reading() as session:
                children = retention.children_due(session, by, day)
                told = {"child": Column(_("Child")), "family": Column(_("Family")), "changed_at": Column(_("Changed on"), "instant")}
                tables.show(children, columns=told, key="children-due", alt=_("Children whose health sheet would go"))


def _families(by: Account, name: str, day: date, total: int, *, is_today: bool) -> None:
    """The families of a rule; those that are ticked are confirmed, or one is kept."""
    with reading() as session:
        rows = retention.families_due(session, by, name, day, page=choices.asked_page(total))
    columns = {
        "family": Column(_("Family")),
        "town": Column(_("Town")),
        "state": Column(_("State"), write=lambda state: _(FAMILY_STATES.get(state, state))),
        "last_at": Column(_("Last sign-in"), "instant"),
    }
    picked = tables.show(
        rows, columns=columns, key=f"due-{name}", alt=_("Families that would be erased"), select="many" if is_today else None
    )
    choices.page(total)
    if not is_today:
        return
    ids = [int(rows.iloc[place]["family_id"]) for place in picked]
    st.caption(_("Tick the families that you have looked through. They are erased in the coming night, and it cannot be undone."))
    told = {"told": _("The erasure is confirmed for the coming night.")}
    several = n_("Confirm the erasure of {count} family", "Confirm the erasure of {count} families", len(ids))
    label = several if ids else _("Confirm the erasure")
    clicked: dict[str, Any] = {"on_click": act, "args": (retention.confirm, name, ids), "kwargs": told}
    st.button(label, key=f"confirm-{name}", disabled=not ids, type="primary", **clicked)
    if len(ids) == 1:
        _hold(ids[0])


def _hold(family_id: int) -> None:
    """Keeping one family until a day, for a reason."""
    with st.form(f"hold-{family_id}", border=True):
        until = st.date_input(
            _("Keep this family until"), clock.today() + timedelta(days=365), format="DD/MM/YYYY", key=f"until-{family_id}"
        )
        reason = st.text_input(_("Reason"), max_chars=250, key=f"hold-reason-{family_id}")
        sent = st.form_submit_button(_("Keep on purpose"))
    if sent:
        act(retention.hold, family_id, until, reason, told=_("The family is kept."))
        st.rerun()

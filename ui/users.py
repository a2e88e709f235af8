"""The fields of a member of the staff, to be invited or changed."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from db.models import Account
from domain.accounts.staff import STAFF_ROLES
from ui.i18n import _
from ui.navigation import ROLE_NAMES


def who_form(account: Account | None, sites: Mapping[int, str], place: object) -> dict[str, Any]:
    """Asks for name, role and sites inside a form, as they stand or empty; gives what `staff.invite` and `staff.change` take.

    `place` ends the keys of the fields: another one empties them.
    """
    left, right = st.columns(2)
    with left:
        first = st.text_input(_("First name"), value=account.first_name if account else "", key=f"first-{place}")
    with right:
        last = st.text_input(_("Last name"), value=account.last_name if account else "", key=f"last-{place}")
    at = STAFF_ROLES.index(account.role if account else "coordinator")
    role = st.selectbox(_("Role"), STAFF_ROLES, index=at, format_func=lambda code: _(ROLE_NAMES[code]), key=f"role-{place}")
    here = [site.id for site in account.sites] if account else []
    tied = st.multiselect(
        _("Sites"), list(sites), default=here, format_func=lambda code: sites[code], key=f"sites-{place}", placeholder=_("Choose sites")
    )
    everywhere = st.checkbox(_("All sites"), value=bool(account and account.sees_all_sites), key=f"all-{place}")
    return {"first_name": first, "last_name": last, "role": role, "site_ids": tied, "sees_all_sites": everywhere}

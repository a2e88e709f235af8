"""The pieces of the screens of money: filters, totals, the columns, the words."""

from typing import Any

import pandas as pd
import streamlit as st

from db.session import reading
from domain import balances
from domain.balances import BUCKETS, Filters, Totals
from ui import choices, format
from ui.access import require_user
from ui.i18n import _, n_, word
from ui.tables import Column

LATE = {
    "not_due": word("Not due"),
    "to_30": word("1–30 days late"),
    "to_60": word("31–60 days late"),
    "to_90": word("61–90 days late"),
    "over_90": word("More than 90 days late"),
}
SHOWN = {"owing": word("Families that owe"), "in_credit": word("Families with credit"), "all": word("All families")}
SORTS = {
    "balance": word("Largest balance"),
    "oldest_due": word("Oldest due date"),
    "last_reminder": word("Oldest reminder"),
    "invoiced": word("Largest amount invoiced"),
    "name": word("Name"),
}
METHODS = {
    "cash": word("Cash"),
    "cheque": word("Cheque"),
    "card": word("Bank card"),
    "transfer": word("Bank transfer"),
    "cesu": word("CESU voucher"),
    "ancv": word("Holiday voucher (ANCV)"),
    "direct_debit": word("Direct debit"),
    "online": word("Online"),
}
STATES = {
    "issued": word("Issued"),
    "cancelled": word("Cancelled"),
    "disputed": word("Disputed"),
    "at_treasury": word("At the Trésor"),
    "received": word("Received"),
    "bounced": word("Sent back unpaid"),
}
_MINIMA = (0, 1_000, 5_000, 10_000, 20_000, 50_000, 100_000)
_DAYS = (0, 7, 15, 30, 60)


def level_words(level: Any) -> str:
    """`Reminder 2`; nothing for a family that was never reminded."""
    return format.NOTHING if format.unknown(level) else _("Reminder {level}", level=int(level))


def columns() -> dict[str, Column]:
    """Every column of the families, as Excel gets them."""
    return {
        "name": Column(_("Family")),
        "first_name": Column(_("First name")),
        **_amounts(),
        "last_reminder_level": Column(_("Last reminder"), write=level_words),
        "last_reminder_at": Column(_("Reminded on"), "instant"),
        "oldest_due_on": Column(_("Oldest due date"), "day"),
    }


def columns_of(families: pd.DataFrame) -> dict[str, Column]:
    """The columns of a page on the screen: names and reminders in one column each, rare amounts only where there are some."""
    rare = {name for name in ("held_cents", "credit_cents") if not families[name].any()}
    amounts = {name: column for name, column in _amounts().items() if name not in rare}
    reminder, oldest = {"reminder": Column(_("Last reminder"))}, {"oldest_due_on": Column(_("Oldest due date"), "day")}
    return {"family": Column(_("Family"), pinned=True)} | amounts | reminder | oldest


def in_words(families: pd.DataFrame) -> pd.DataFrame:
    """The page with what its columns say in words: `family` (`Benali Amina`) and `reminder` (`Reminder 2, 02/03/2026`)."""
    told = [
        format.NOTHING if format.unknown(level) else f"{level_words(level)}, {format.short_day(format.local_day(at))}"
        for level, at in zip(families["last_reminder_level"], families["last_reminder_at"], strict=True)
    ]
    names = (families["name"] + " " + families["first_name"].fillna("")).str.strip()
    return families.assign(family=names, reminder=told)


def choose(sites: dict[int, str]) -> tuple[Filters, str]:
    """The filters and the sort, from the address; the name that is looked for stays in its box."""
    named = {0: _("All sites")} | sites
    late = {"all": _("All"), "late": _("All that is late")} | {bucket: _(told) for bucket, told in LATE.items()}
    reminded = {"all": _("All"), "never": _("Never reminded")} | {str(level): level_words(level) for level in (1, 2, 3)}
    minima = {cents: format.euros(cents) if cents else _("No minimum") for cents in _MINIMA}
    days = {count: n_("For {count} day", "For {count} days", count) if count else _("Whenever") for count in _DAYS}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(_("Search a name"), key="balances-search", max_chars=60)
        shown = choices.one(_("Families"), list(SHOWN), key="familles", format=lambda code: _(SHOWN[code]))
        site = choices.one(_("Owe something to"), list(named), key="site", format=named.__getitem__)
        bucket = choices.one(_("Lateness"), list(late), key="retard", format=late.__getitem__)
        minimum = choices.one(_("Balance of at least"), list(minima), key="minimum", format=minima.__getitem__)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        level = choices.one(_("Last reminder"), list(reminded), key="rappel", format=reminded.__getitem__)
        since = choices.one(_("Not reminded"), list(days), key="depuis", format=days.__getitem__)
        sort = choices.one(_("Sort"), list(SORTS), key="tri", format=lambda code: _(SORTS[code]))
        held = choices.flag(
            _("Leave out disputed or at the Trésor"),
            key="sans_litige",
            help=_("Hides the families whose every open invoice is disputed or at the Trésor."),
        )
    filters = Filters(
        shown=shown,
        site_id=site or None,
        bucket=None if bucket == "all" else bucket,
        minimum_cents=minimum,
        reminded=None if level == "all" else level,
        not_reminded_for_days=since or None,
        without_held=held,
        search=search.strip(),
    )
    return filters, sort


def draw_totals(found: Totals) -> None:
    """The sums over all the chosen families, and how late what they owe is."""
    cards = {
        _("Families"): format.number(found.families),
        _("Balance"): format.euros(found.open_cents),
        _("Late"): format.euros(found.overdue_cents),
    }
    with st.container(horizontal=True):
        for label, value in cards.items():
            with st.container(border=True, width="content"):
                st.metric(label, value, width="content")
    st.markdown(
        _(
            "Invoiced **{invoiced}** · paid **{paid}** · credit kept **{credit}**",
            invoiced=format.euros(found.invoiced_cents),
            paid=format.euros(found.paid_cents),
            credit=format.euros(found.credit_cents),
        )
    )
    ageing = pd.DataFrame({_(LATE[bucket]): [format.euros(found.buckets[bucket]), share(found, bucket)] for bucket in BUCKETS})
    ageing.index = pd.Index([_("Balance"), _("Share")])
    st.table(ageing, alt=_("The balance of all the chosen families by lateness"))


def share(found: Totals, bucket: str) -> str:
    """The part of a bucket in what is open."""
    return format.percent(found.buckets[bucket] / found.open_cents) if found.open_cents else format.NOTHING


def draw_site_note(site: str, found: Totals, owed: dict[str, int]) -> None:
    """Says what of the balances is for the chosen site: a family's balance is of all its sites."""
    of_site = sum(owed.values())
    late = of_site - owed["not_due"]
    st.caption(
        _(
            "A balance is of the whole family, all sites together. {site} is owed {owed}, {late} of it late; these families owe {open}.",
            site=format.plain(site),
            owed=format.euros(of_site),
            late=format.euros(late),
            open=format.euros(found.open_cents),
        )
    )


def every_row(filters: Filters, sort: str) -> pd.DataFrame:
    """All the chosen families, as the person may see them now: what goes to Excel."""
    with reading() as session:
        return pd.concat(list(balances.every(session, require_user(), filters, sort)), ignore_index=True)


def _amounts() -> dict[str, Column]:
    late = {bucket: Column(_(LATE[bucket]), "money") for bucket in BUCKETS}
    return {
        "open_cents": Column(_("Balance"), "money"),
        **late,
        "held_cents": Column(_("Disputed or at the Trésor"), "money"),
        "invoiced_cents": Column(_("Invoiced"), "money"),
        "paid_cents": Column(_("Paid"), "money"),
        "credit_cents": Column(_("Credit"), "money"),
    }

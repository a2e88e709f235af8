"""Where is there still room? Days of activities with places left, soonest first."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st

from db.session import reading
from domain import clock, occupancy
from domain.occupancy import Search
from domain.refusals import Refusal
from ui import capacity, choices, format, navigation, screen, tables
from ui.access import admit, require_user
from ui.i18n import _, word
from ui.sentences import sentence
from ui.tables import Column

SIZE = 50
PARTS = {
    "all": word("Any time"),
    "morning": word("Morning"),
    "meal": word("Meal"),
    "afternoon": word("Afternoon"),
    "evening": word("Evening"),
}
me = admit("staff/capacity_free")


# -- pieces -------------------------------------------------------------------------------------------------------------------


def choose(sites: dict[int, str]) -> Search:
    """What is looked for, from the address."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        from_on = choices.day(_("From"), key="du", default=clock.today())
        until_on = choices.day(_("Until"), key="au", default=clock.today() + timedelta(13))
        site = choices.one(_("Site"), [0, *sites], key="site", format=lambda code: sites.get(code, _("All my sites")))
        age = choices.one(
            _("Age"), [-1, *range(2, 18)], key="age", format=lambda years: _("Any age") if years < 0 else format.number(years)
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        weekdays = choices.several(_("Weekdays"), list(range(7)), key="jours", format=capacity.weekday_name)
        part = choices.one(_("Time of the day"), list(PARTS), key="moment", format=lambda code: _(PARTS[code]))
        whole = choices.flag(_("Room in every slot of the day"), key="entier")
    search = Search(from_on, until_on, weekdays=tuple(weekdays), whole_day=whole)
    return replace(search, age=None if age < 0 else age, part=None if part == "all" else part, site_id=site or None)


def found(search: Search, page: int, size: int | None) -> pd.DataFrame:
    """The days with room, as the person may see them now."""
    with reading() as session:
        return occupancy.free_places(session, require_user(), search, page=page, size=size)


def slots_words(slots: list[tuple[str, int]]) -> str:
    """`Matin 3 · Repas 0`"""
    return " · ".join(f"{name} {left}" for name, left in slots)


COLUMNS = {
    "day": Column(_("Day"), write=format.week_day),
    "activity": Column(_("Activity")),
    "age_group": Column(_("Age group")),
    "slots": Column(_("Places left"), write=slots_words),
    "whole_day": Column(_("For the whole day"), "number", help=_("Places left in every slot that is looked at.")),
    "site": Column(_("Site")),
}


# -- the screen ---------------------------------------------------------------------------------------------------------------

screen.title(_("Where is there room?"), _("Open days with places left, the soonest first; closed days are left out."))
with reading() as session:
    search = choose(dict(occupancy.sites_open(session, me)))
try:
    with reading() as session:
        total = occupancy.count_free_places(session, me, search)
    page = min(choices.asked_page(), max(1, -(-total // SIZE)))
    frame = found(search, page, SIZE)
except Refusal as refusal:
    st.error(sentence(refusal), icon=":material/block:")
    st.stop()
if frame.empty:
    screen.empty(_("No place is left. Try a longer period, another site or another time of the day."))
    st.stop()
chosen = tables.show(frame, columns=COLUMNS, key=f"free-{page}", alt=_("Days with places left"), select="one")
choices.page(total, SIZE)
if total == occupancy.MOST_DAYS_COUNTED:
    st.caption(_("More than {count} days have room: narrow the search.", count=format.number(total)))
if chosen:
    row = frame.iloc[chosen[0]]
    where = {"activite": str(row["activity_id"]), "date": row["day"].isoformat()}
    st.switch_page(navigation.page("staff/capacity_day"), query_params=where)
tables.excel(_("Take this table to Excel"), "places-libres.xlsx", lambda: found(search, 1, None), columns=COLUMNS)

"""How full the coming days are: a table of sites × days, each cell a link, told by figures, sign, word and colour."""

from collections.abc import Sequence
from datetime import date
from html import escape

import streamlit as st

from domain.dashboard import Tension
from ui import format, navigation
from ui.capacity import STATES, state_words
from ui.i18n import _, n_

_STYLE = """
<style>
.tension { overflow-x: auto; padding: 2px; }
.tension table { border-collapse: separate; border-spacing: 6px; width: 100%; min-width: 44rem; }
.tension.few table { min-width: 0; }
.tension th { font-weight: 600; text-align: left; padding: 0.2rem 0.4rem; vertical-align: bottom; }
.tension tbody th { vertical-align: middle; position: sticky; left: 0; background: #fffdf9; min-width: 7.5rem; max-width: 11rem; }
.tension td { padding: 0; border-radius: 0.6rem; height: 100%; min-width: 6rem; }
.tension td.none { color: #555f6b; text-align: center; border: 1px dashed #d9cdb8; }
.tension a { display: block; padding: 0.5rem 0.65rem; border-radius: 0.6rem; border: 1px solid rgb(17 20 24 / 14%); }
.tension a { color: #111418; text-decoration: none; }
.tension a:hover { text-decoration: underline; border-color: #0b655f; }
.tension a:focus-visible { outline: 3px solid #0b655f; outline-offset: 2px; }
.tension .rate { display: block; font-size: 1.3rem; font-weight: 650; font-family: Bricolage, Atkinson, sans-serif; line-height: 1.25; }
.tension .word, .tension .left { display: block; font-size: 0.86rem; white-space: nowrap; }
.tension .bar { display: block; height: 5px; border-radius: 3px; background: rgb(17 20 24 / 14%); margin: 0.25rem 0 0.3rem; }
.tension .bar span { display: block; height: 100%; border-radius: 3px; background: #111418; }
</style>
"""


def show(cells: Sequence[Tension], today: date) -> None:
    """Draws the table; a cell leads to the capacity of its site on its day, where the person may see it."""
    days = sorted({cell.day for cell in cells})
    sites = {cell.site_id: cell.site for cell in cells}
    at = {(cell.site_id, cell.day): cell for cell in cells}
    caption = _("How full the coming days are, by site")
    head = "".join(f"<th scope='col'>{escape(_day(day, today))}</th>" for day in days)
    body = "".join(
        f"<tr><th scope='row'>{escape(name)}</th>" + "".join(_cell(at.get((site_id, day))) for day in days) + "</tr>"
        for site_id, name in sites.items()
    )
    few = " few" if len(days) == 1 else ""
    st.html(
        f"{_STYLE}<div class='tension{few}' role='region' tabindex='0' aria-label='{escape(caption, quote=True)}'>"
        f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _day(day: date, today: date) -> str:
    return _("Today") if day == today else format.week_day(day)


def _cell(cell: Tension | None) -> str:
    if cell is None:
        return f"<td class='none'>{_('closed')}</td>"
    rate = min(cell.fill_rate or 0.0, 1.0)
    left = max(0, cell.offered - cell.taken)
    told = [n_("{count} seat left", "{count} seats left", left)]
    if cell.full_slots:
        told.append(n_("{count} group full", "{count} groups full", cell.full_slots))
    if cell.waiting:
        told.append(n_("{count} waiting", "{count} waiting", cell.waiting))
    inside = (
        f"<span class='rate'>{format.percent(cell.fill_rate)}</span>"
        f"<span class='bar' aria-hidden='true'><span style='width: {rate:.0%}'></span></span>"
        f"<span class='word'>{escape(state_words(cell.state))}</span>"
        + "".join(f"<span class='left'>{escape(line)}</span>" for line in told)
    )
    ground = f"background: {STATES[cell.state].ground}; color: {STATES[cell.state].ink}"
    if not navigation.opens("staff/capacity"):
        return f"<td style='{ground}'><a>{inside}</a></td>"
    address = navigation.address("staff/capacity", {"vue": "day", "jour": cell.day.isoformat(), "site": cell.site_id})
    label = ", ".join([cell.site, format.day(cell.day), format.percent(cell.fill_rate), state_words(cell.state)[2:], *told])
    return f"<td style='{ground}'><a href='{address}' target='_self' aria-label='{escape(label, quote=True)}'>{inside}</a></td>"

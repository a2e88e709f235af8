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
.tension table { border-collapse: separate; border-spacing: 6px; width: 100%; min-width: 43rem; }
.tension.few table { min-width: 0; width: auto; }
.tension th { font-weight: 600; text-align: left; padding: 0.2rem 0.3rem; vertical-align: bottom; font-size: 0.92rem; }
.tension tbody th { vertical-align: middle; position: sticky; left: 0; background: #fffdf9; max-width: 8rem; padding-left: 0; }
.tension td { padding: 0; border-radius: 0.6rem; height: 1px; width: 12.5%; min-width: 5.2rem; }
.tension.few tbody td { min-width: 9rem; }
.tension thead td, .tension.few thead td { min-width: 0; width: auto; }
.tension td.none { color: #555f6b; text-align: center; border: 1px dashed #d9cdb8; font-size: 0.84rem; }
.tension .cell { display: block; position: relative; height: 100%; padding: 0.4rem 0.55rem; }
.tension .cell { border-radius: 0.6rem; border: 1px solid rgb(17 20 24 / 14%); }
.tension a.cell { color: #111418; text-decoration: none; }
.tension a.cell:hover { text-decoration: underline; border-color: #0b655f; }
.tension a.cell:focus-visible { outline: 3px solid #0b655f; outline-offset: 2px; }
.tension .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.tension .rate { display: block; font-size: 1.25rem; font-weight: 650; font-family: Bricolage, Atkinson, sans-serif; line-height: 1.25; }
.tension .word { display: block; font-size: 0.84rem; line-height: 1.3; }
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
    seats = n_("{count} seat left", "{count} seats left", cell.left)
    told = [f"{STATES['free'].sign} {seats}"] if cell.state == "free" else [state_words(cell.state)]
    if cell.state == "tight":
        told.append(seats)
    if cell.full_slots:
        told.append(n_("{count} group full", "{count} groups full", cell.full_slots))
    if cell.waiting:
        told.append(n_("{count} child waits", "{count} children wait", cell.waiting))
    inside = (
        f"<span class='rate'>{format.percent(cell.fill_rate)}</span>"
        f"<span class='bar' aria-hidden='true'><span style='width: {rate:.0%}'></span></span>"
        + "".join(f"<span class='word'>{escape(line)}</span>" for line in told)
    )
    ground = f"background: {STATES[cell.state].ground}; color: {STATES[cell.state].ink}"
    if not navigation.opens("staff/capacity"):
        return f"<td style='{ground}'><span class='cell'>{inside}</span></td>"
    address = navigation.address("staff/capacity", {"vue": "day", "jour": cell.day.isoformat(), "site": cell.site_id})
    unseen = f"<span class='unseen'>{escape(cell.site)}, {escape(format.day(cell.day))}, </span>"
    return f"<td style='{ground}'><a class='cell' href='{address}' target='_self'>{unseen}{inside}</a></td>"

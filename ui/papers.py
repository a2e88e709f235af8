"""Papers in words, signs and colours, and the matrix of families × kinds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from db.expected import FOR_EVER, STATES
from ui import format, screen
from ui.i18n import _, n_, word
from ui.painted import painted
from ui.tables import Column

_ROW_HEIGHT = 35
PAGE = 50


@dataclass(frozen=True)
class Look:
    """How a state of a paper is told: a sign and a word first, colours besides."""

    sign: str
    name: str
    ground: str
    tone: str


LOOKS = {
    "missing": Look("○", word("missing"), "#f7cfc6", "red"),
    "refused": Look("✕", word("turned down"), "#f3d3e3", "violet"),
    "expired": Look("◇", word("expired"), "#fde3c4", "orange"),
    "to_check": Look("◔", word("to check"), "#d9e6f5", "blue"),
    "accepted": Look("✓", word("provided"), "#e3f1e6", "green"),
}

REASONS = (
    word("The document cannot be read."),
    word("This is not the document asked for."),
    word("A page is missing."),
    word("The document is out of date."),
    word("The document is not signed."),
)


@dataclass(frozen=True)
class Picked:
    """What was picked in the matrix: the ticked families, and the family and kind of the last cell."""

    families: list[int]
    cell: tuple[int, int | None] | None


def state_words(state: str) -> str:
    """`○ missing`"""
    return f"{LOOKS[state].sign} {_(LOOKS[state].name)}"


def badge(state: str) -> None:
    """The state of a paper, as a small label."""
    st.badge(state_words(state), color=LOOKS[state].tone)  # type: ignore[arg-type]


def cell_words(states: Sequence[str]) -> str:
    """`✓ provided`, or `○ 2/3 missing` for several people: the provided ones, then the worst state."""
    if len(states) == 1:
        return state_words(states[0])
    worst = min(states, key=STATES.index)
    provided = sum(state == "accepted" for state in states)
    return f"{LOOKS[worst].sign} {provided}/{len(states)} {_(LOOKS[worst].name)}"


def until_words(until: Any) -> str:
    """Until when a file is complete: a day, "no end", or "—" while it is not."""
    if format.unknown(until):
        return format.NOTHING
    day = pd.Timestamp(until).date() if not isinstance(until, str) else pd.Timestamp(until[:10]).date()
    return _("no end") if day >= FOR_EVER else format.short_day(day)


def share_words(accepted: int, expected: int) -> str:
    """`3/5 · 60 %`"""
    return f"{accepted}/{expected} · {format.percent(accepted / expected if expected else 1.0)}"


def columns() -> dict[str, Column]:
    """The files as Excel takes them."""
    return {
        "name": Column(_("Family")),
        "email": Column(_("Email")),
        "phone": Column(_("Phone")),
        "expected": Column(_("Papers asked for"), "number"),
        "accepted": Column(_("Papers provided"), "number"),
        "missing": Column(_("Papers to come"), "number"),
        "share": Column(_("Provided"), "percent"),
        "complete_until_on": Column(_("Complete until"), write=until_words),
    }


def matrix(files: pd.DataFrame, states: pd.DataFrame, kinds: pd.DataFrame, *, key: str) -> Picked:
    """Draws a page of families × kinds and gives what is picked in it. `kinds` are the columns, in their order."""
    cells: dict[tuple[int, int], list[str]] = {}
    counts: dict[int, list[int]] = {}
    rows = states[["family_id", "kind_id", "is_compulsory", "state"]]
    for family_id, kind_id, compulsory, state in rows.itertuples(index=False, name=None):
        cells.setdefault((family_id, kind_id), []).append(state)
        if compulsory:
            sums = counts.setdefault(family_id, [0, 0])
            sums[0] += state == "accepted"
            sums[1] += 1
    ids, heads = [int(number) for number in files["family_id"]], list(kinds["name"])
    texts = [[cell_words(cells[pair]) if (pair := (family, kind)) in cells else "" for kind in kinds["id"]] for family in ids]
    css = [[_ground(cells.get((family, kind))) for kind in kinds["id"]] for family in ids]
    family, share, until = _("Family"), _("Provided"), _("Complete until")
    drawn = pd.DataFrame(texts, columns=heads, dtype=object)
    drawn.insert(0, family, list(files["name"]))
    drawn.insert(1, share, [share_words(*counts.get(number, (0, 0))) for number in ids])
    drawn.insert(2, until, [until_words(value) for value in files["complete_until_on"]])
    plain = ["color: #111418"] * 3
    config = {family: st.column_config.TextColumn(family, pinned=True, width=170), share: st.column_config.TextColumn(share, width=105)}
    config |= {until: st.column_config.TextColumn(until, width=130)}
    config |= {head: st.column_config.TextColumn(head, width=150, help=head) for head in heads}
    chosen = st.dataframe(
        painted(drawn, css=[plain + line for line in css]),
        hide_index=True,
        column_config=config,
        on_select="rerun",
        selection_mode=["multi-row", "single-cell"],
        key=key,
        alt=_("Families and the papers asked of them"),
        height=(len(ids) + 1) * _ROW_HEIGHT + 3,
        width="stretch",
    )["selection"]
    ticked = [ids[place] for place in chosen["rows"] if place < len(ids)]
    if not chosen["cells"] or (place := chosen["cells"][0][0]) >= len(ids):
        return Picked(ticked, None)
    head = chosen["cells"][0][1]
    return Picked(ticked, (ids[place], int(kinds["id"].iloc[heads.index(head)]) if head in heads else None))


def of_family(lines: pd.DataFrame) -> None:
    """The papers of one family, person by person, each with its state; one that was sent is a link to it."""
    with st.container(border=True):
        st.markdown(f"**{format.plain(str(lines['name'].iloc[0]))}**")
        for person, theirs in lines.groupby(lines["person"].fillna(""), sort=False):
            st.caption(format.plain(str(person)) or _("For the family"))
            line: Any
            for line in theirs.itertuples():
                with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                    badge(str(line.state))
                    kind = format.plain(str(line.kind))
                    told = kind if line.is_compulsory else _("{kind} (optional)", kind=kind)
                    if pd.notna(line.document_id):
                        screen.goto(told, "staff/document", icon=":material/description:", piece=int(line.document_id))
                    else:
                        st.markdown(told)


def plan_words(planned: Any) -> None:
    """Whom the reminders would reach, and whom they would not, by name."""
    st.markdown("**" + n_("{count} family would be written to.", "{count} families would be written to.", len(planned.letters)) + "**")
    _names(_("No e-mail, to be called:"), planned.without_email)
    _names(_("Already written to today:"), planned.already_today)
    _names(_("Nothing to ask for (what was sent waits to be checked):"), planned.nothing_to_ask)


def _names(told: str, names: list[str]) -> None:
    if names:
        shown = ", ".join(format.plain(name) for name in names[:30])
        more = n_(" and {count} other", " and {count} others", len(names) - 30) if len(names) > 30 else ""
        st.markdown(f"{told} {shown}{more}")


def _ground(states: list[str] | None) -> str:
    return f"background-color: {LOOKS[min(states, key=STATES.index)].ground}; color: #111418" if states else ""


def version_words(version: Any) -> str:
    """`Sent on … by …. Refused on … by …: the reason. Valid until ….`"""
    told = [_("Sent on {when} by {name}.", when=format.instant(version.sent_at), name=format.plain(version.sent_by or _("the desk")))]
    if version.decided_at:
        facts = {"when": format.instant(version.decided_at), "name": format.plain(version.decided_by or _("the structure"))}
        told.append(
            _("Refused on {when} by {name}.", **facts) if version.state == "refused" else _("Accepted on {when} by {name}.", **facts)
        )
    if version.reason:
        told.append(_("Reason: {reason}", reason=format.plain(version.reason)))
    if version.valid_until_on:
        told.append(_("Valid until {day}.", day=format.short_day(version.valid_until_on)))
    return " ".join(told)


def head(paper: Any) -> None:
    """What stands under the name of a paper: its state, whom it is about, when it was sent and decided."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        badge(paper.now.state)
        st.badge(_("compulsory") if paper.is_compulsory else _("optional"), color="gray")
        if paper.is_health:
            st.badge(_("health: reading it is noted in the journal"), color="violet", icon=":material/lock:")
    about = format.plain(paper.person) if paper.person else _("for the family")
    st.markdown(_("Family {family}: {about}.", family=f"**{format.plain(paper.family)}**", about=about))
    st.markdown(version_words(paper.now))
    if paper.description:
        st.caption(format.plain(paper.description))

"""Comptes à valider: families that ask for an account, those that have not confirmed theirs, and those that have none."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from db.session import reading, writing
from domain.accounts import openings, requests
from ui import access, choices, feedback, format, screen, tables
from ui import requests as pieces
from ui.acts import act
from ui.i18n import _, n_, word

TABS = {
    "waiting": word("To approve ({count})"),
    "unconfirmed": word("To be confirmed ({count})"),
    "without": word("Families without an account ({count})"),
}
SORTS = {"oldest": word("Oldest first"), "newest": word("Newest first"), "name": word("By name")}
READ_AT_ONCE = 5
CHUNK = 5_000

me = access.admit("staff/accounts")


def decide(verb: Callable[..., list[requests.Line]], done: str, ids: list[int], *more: str) -> None:
    """One verb over the chosen requests, and what came of each."""
    lines = []
    with feedback.refusals(), writing() as session:
        lines = verb(session, access.require_user(), ids, *more)
    pieces.tell(lines, done)


def invite_existing(request_id: int, family_id: int) -> None:
    """Answers a request by inviting the family that is known already."""
    act(openings.invite_existing, request_id, family_id, told=_("The request is closed and the known family is invited by e-mail."))


def rows_of(tab: str, page: int = 1, size: int = requests.PAGE) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A page of a tab, and the likely duplicates of its requests."""
    with reading() as session:
        if tab == "waiting":
            return requests.waiting(session, access.require_user(), search=text, sort=sort, page=page, size=size)
        read = requests.unconfirmed if tab == "unconfirmed" else openings.families
        frame = read(session, access.require_user(), search=text, page=page, size=size)
    return frame.assign(link=pieces.links_of(frame)), pd.DataFrame()


def every_row(tab: str) -> pd.DataFrame:
    """All the requests of a tab, for Excel."""
    found = [rows_of(tab, 1, CHUNK)[0]]
    while len(found[-1]) == CHUNK:
        found.append(rows_of(tab, len(found) + 1, CHUNK)[0])
    return pd.concat(found, ignore_index=True)


def label_of(tab: str) -> str:
    """A tab, with its count where it was counted."""
    return _(TABS[tab], count=told[tab]) if tab in told else _("Families without an account")


def draw_decision(ids: list[int]) -> None:
    """Approve or refuse what is chosen."""
    count = len(ids)
    with st.container(horizontal=True):
        approved = n_("The request is approved: the family gets its link by e-mail.", "{count} requests are approved.", count)
        label = n_("Approve this request", "Approve these {count} requests", count)
        st.button(
            label, on_click=decide, args=(requests.approve_many, approved, ids), type="primary", key="approve", icon=":material/check:"
        )
        with st.popover(_("Refuse…"), icon=":material/block:"):
            reason = pieces.reason_form(count)
    if reason is not None:
        refused = n_("The request is refused: the family is told why by e-mail.", "{count} requests are refused.", count)
        decide(requests.refuse_many, refused, ids, reason)
        st.rerun()


def draw_waiting(frame: pd.DataFrame, alike: pd.DataFrame, positions: list[int]) -> None:
    """The requests chosen, or the first one, to be read and decided."""
    chosen = frame.iloc[positions or [0]]
    if not positions:
        st.caption(_("The first request is open below. Tick lines to decide on others, or on several at once."))
    draw_decision(chosen["request_id"].tolist())
    with reading() as session:
        free = openings.openings(session, access.require_user(), alike["family_id"].dropna().astype(int).tolist())
    for request in chosen.head(READ_AT_ONCE).itertuples():
        pieces.draw(request, alike[alike["request_id"] == request.request_id], free, invite_existing)
    if len(chosen) > READ_AT_ONCE:
        st.caption(n_("{count} more request is chosen.", "{count} more requests are chosen.", len(chosen) - READ_AT_ONCE))


# -- the screen ---------------------------------------------------------------------------------------------------------------

screen.title(_("Accounts to approve"), _("Families that ask for an account, those that must confirm theirs, and those that have none."))
with st.container(horizontal=True, vertical_alignment="bottom"):
    text = st.text_input(_("Name or e-mail"), key="requests-search", type="search")
    sort = choices.one(_("Order"), list(SORTS), key="tri", format=lambda code: _(SORTS[code]))
with reading() as session:
    counts = dict(zip(TABS, requests.counts(session, me, text), strict=False))
    if choices.read("liste") == "without":  # counted where it is looked at: no index tells who is missing
        counts["without"] = openings.count(session, me, text)
told = {tab: format.number(count) + ("+" if count == requests.COUNTED else "") for tab, count in counts.items()}
look = {"look": "buttons", "hidden_label": True}
tab = choices.one(_("List"), list(TABS), key="liste", format=label_of, **look)
frame, alike = rows_of(tab, choices.asked_page(counts[tab], requests.PAGE))

if frame.empty:
    screen.empty(_("No request answers to this search.") if text else _("Nothing waits here."))
else:
    columns = pieces.columns_of(tab)
    key = f"requests-{hash(tuple(frame.iloc[:, 0]))}"
    positions = tables.show(frame, columns=columns, key=key, alt=_("Families, one a line."), select="many")
    choices.page(counts[tab], requests.PAGE)
    tables.excel(_("To Excel"), "comptes.xlsx", lambda: every_row(tab), columns=columns)
    if tab == "waiting":
        draw_waiting(frame, alike, positions)
    else:
        {"unconfirmed": pieces.draw_unconfirmed, "without": pieces.draw_without}[tab](frame, positions, decide)

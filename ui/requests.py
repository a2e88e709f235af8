"""A family's request for an account as the staff reads it, and what came of deciding on several."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from domain.accounts import openings, requests
from domain.accounts.openings import Opening
from domain.accounts.requests import Line
from ui import feedback, format, screen
from ui.i18n import _, n_, word
from ui.sentences import sentence
from ui.tables import Column

REASONS = {
    "duplicate": word("Your family already has an account. Please write to us or call us if you cannot sign in any more."),
    "elsewhere": word("Our activities are kept for the families of our communes."),
    "incomplete": word("Some of the information is missing or not right. You may send a new request."),
    "other": word("Another reason"),
}
LIKENESSES = {"email": word("Same e-mail"), "phone": word("Same telephone"), "name": word("Same name and birth date")}
STATES = {
    "requested": word("asks for an account"),
    "approved": word("approved, to be confirmed"),
    "active": word("active family"),
    "refused": word("refused before"),
    "archived": word("archived family"),
}
Act = Callable[..., None]
"""What a page does with a verb: `(verb, what is told once it is done, ids)`."""
CIVILITIES = {"mr": word("Mr"), "mrs": word("Mrs")}


def columns_of(tab: str) -> dict[str, Column]:
    """The columns of `requests.waiting`, or of `requests.unconfirmed` with a `link` in words."""
    columns = {"family_name": Column(_("Family")), "guardian_name": Column(_("Parent"))}
    if tab == "waiting":
        alike = Column(_("Likely duplicates"), write=lambda count: f"⚠ {count}" if count else "—")
        return columns | {
            "alike": alike,
            "requested_at": Column(_("Asked"), "instant"),
            "town": Column(_("Town")),
            "email": Column(_("Email")),
        }
    if tab == "without":
        asked = {"email": Column(_("Email")), "town": Column(_("Town")), "created_at": Column(_("Known since"), "day")}
        return columns | asked | {"link": Column(_("Invitation")), "sent_at": Column(_("Invited"), "instant")}
    return columns | {
        "link": Column(_("Link")),
        "sent_at": Column(_("Link sent"), "instant"),
        "decided_at": Column(_("Approved"), "instant"),
        "decided_by": Column(_("By")),
        "email": Column(_("Email")),
    }


def links_of(frame: pd.DataFrame) -> list[str]:
    """The state of each line's link in words: valid, expired, or none was sent."""
    words = {True: "✓ " + _("valid"), False: "✕ " + _("expired")}
    lines = zip(frame["link_is_valid"], frame["sent_at"], strict=True)
    return [words[bool(valid)] if _there(sent) else format.NOTHING for valid, sent in lines]


def draw(request: Any, alike: pd.DataFrame, free: Mapping[int, Opening], invite: Callable[[int, int], None]) -> None:
    """The whole request, and beside it the families it may already be. `request` is a row of `requests.waiting`.

    `free` are the families that may be invited instead, `invite(request_id, family_id)` does it.
    """
    with st.container(border=True):
        screen.section(
            _("Family {name}", name=format.plain(request.family_name)), _("Asked on {when}", when=format.instant(request.requested_at))
        )
        family, parent, beside = st.columns([3, 3, 4], gap="medium")
        with family:
            street = " ".join(filter(_there, (request.street_number, request.street_suffix, request.street)))
            town = " ".join(filter(_there, (request.postcode, request.town)))
            _told(_("Address"), *filter(_there, (street, request.address_extra, town)))
            _told(_("Telephone"), *(format.phone(number) for number in (request.phone_mobile, request.phone_landline) if _there(number)))
        with parent:
            civility = f"{_(CIVILITIES[request.civility])} " if _there(request.civility) else ""
            _told(_("Parent"), civility + request.guardian_name)
            if _there(request.born_on):
                _told(_("Born on"), format.short_day(request.born_on))
            _told(_("Email"), request.email)
            numbers = (request.guardian_mobile, request.guardian_landline, request.phone_work_mobile, request.phone_work)
            _told(_("Telephone of the parent"), *dict.fromkeys(format.phone(number) for number in numbers if _there(number)))
            _told(_("Work"), *filter(_there, (request.profession, request.employer)))
        with beside:
            _likely(request, alike, free, invite)
        answer = _("Notice read") if request.given else _("Notice not read")
        about = _(
            "{answer} on {when}, version {version}", answer=answer, when=format.instant(request.given_at), version=request.text_version
        )
        with st.expander(about, icon=":material/verified_user:"):
            st.text(request.text_body)


def draw_unconfirmed(frame: pd.DataFrame, positions: list[int], act: Act) -> None:
    """New links, to the chosen families or to those whose link has expired."""
    ids = (frame.iloc[positions] if positions else frame[~frame["link_is_valid"]])["request_id"].tolist()
    sent = n_("A new link is on its way.", "{count} new links are on their way.", len(ids))
    label = _("Send a new link to the chosen families") if positions else _("Send a new link where it has expired")
    _send_button(label, act, requests.send_again_many, sent, ids)


def draw_without(frame: pd.DataFrame, positions: list[int], act: Act) -> None:
    """Invitations to the chosen families."""
    st.caption(_("Typed or imported by the staff: nobody signs in for them yet. Tick those that you wish to invite."))
    ids = frame.iloc[positions]["family_id"].tolist()
    sent = n_("An invitation is on its way.", "{count} invitations are on their way.", len(ids))
    _send_button(_("Invite the chosen families"), act, openings.invite_many, sent, ids)


def tell(lines: Sequence[Line], done: str) -> None:
    """Keeps what came of a decision on several for the next run: `done`, and each line that could not be."""
    if any(line.refusal is None for line in lines):
        feedback.say(done)
    for line in lines:
        if line.refusal:
            feedback.warn(
                f"{format.plain(line.family_name)}{_(': ')}{sentence(line.refusal)}" if line.family_name else sentence(line.refusal)
            )


def reason_form(count: int) -> str | None:
    """Asks why, with ready reasons; gives what the family will read once it is sent (empty where nothing was said)."""
    with st.form("refusal", border=False):
        ready = st.radio(_("Reason"), list(REASONS), format_func=lambda code: _(REASONS[code]), index=None, key="refusal-ready")
        more = st.text_area(_("In your own words"), key="refusal-words", help=_("The family reads it in its e-mail."))
        sent = st.form_submit_button(n_("Refuse this request", "Refuse these {count} requests", count), key="refuse")
    said = [_(REASONS[ready])] if ready and ready != "other" else []
    return "\n\n".join([*said, more.strip()]).strip() if sent else None


def _likely(request: Any, alike: pd.DataFrame, free: Mapping[int, Opening], invite: Callable[[int, int], None]) -> None:
    st.markdown(f"**{_('Likely duplicates')}**")
    if alike.empty:
        st.markdown(_("No family with this e-mail, telephone, or name and birth date."))
    for _family, rows in alike.assign(family_id=alike["family_id"].fillna(0)).groupby("family_id", sort=False):
        other: Any = next(rows.itertuples())
        with st.container(border=True):
            with st.container(horizontal=True):
                for likeness in rows["likeness"]:
                    st.badge(_(LIKENESSES[likeness]), icon=":material/content_copy:", color="orange")
            if other.in_sight:
                known = (other.guardian_name, other.town, _(STATES[other.state]))
                st.markdown(f"**{format.plain(other.name)}** · " + " · ".join(format.plain(text) for text in known if _there(text)))
                st.caption(_("Known since {day}", day=format.short_day(format.local_day(other.created_at))))
                if other.family_id in free:
                    _invitation(request, free[other.family_id], invite)
            else:
                st.markdown(_("Somebody outside your sites. A director or an administrator can tell you more."))


def _send_button(label: str, act: Act, verb: Callable[..., list[Line]], sent: str, ids: Sequence[int]) -> None:
    st.button(f"{label} ({len(ids)})", on_click=act, args=(verb, sent, ids), disabled=not ids, key="again", icon=":material/send:")


def _invitation(request: Any, opening: Opening, invite: Callable[[int, int], None]) -> None:
    to = {"name": format.plain(opening.guardian_name), "email": format.plain(opening.email or request.sign_in)}
    st.markdown(_("Nobody signs in for this family yet. The invitation would go to {name}, {email}.", **to))
    if not opening.email:
        st.warning(_("This address is the one of the request: make sure that it is this family’s."), icon=":material/warning:")
    st.button(
        _("Invite the known family"),
        on_click=invite,
        args=(int(request.request_id), opening.family_id),
        key=f"invite-{request.request_id}-{opening.family_id}",
        icon=":material/forward_to_inbox:",
    )


def _told(label: str, *lines: str) -> None:
    if lines:
        st.markdown(f"**{label}**  \n" + "  \n".join(format.plain(line) for line in lines))


def _there(value: object) -> bool:
    return not format.unknown(value) and value != ""

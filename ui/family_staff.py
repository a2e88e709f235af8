"""A family as the staff sees it: parents with their access, children with their homes, and what is to be settled, each with a reason."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from db.models import ChangeRequest, Child, Guardian
from domain.families import deciding, homes, household, invitations
from domain.families.household import Home, Household
from ui import family_people, format, screen
from ui.acts import act
from ui.family_form import press
from ui.i18n import _, word
from ui.tiles import tiles

CUSTODIES = {"full": word("Lives there"), "shared": word("Shared between two homes")}
LIKENESSES = {"email": word("Same e-mail"), "name": word("Same name")}


def details(people: Household) -> None:
    """Address and telephones of the household."""
    family = people.family
    lines = [*family_people.address(family), *family_people.telephones(family.phone_mobile, family.phone_landline)]
    st.markdown("  \n".join(lines) or format.NOTHING)


def guardians(people: Household, *, acts: bool) -> None:
    """A tile for each parent; those who may act invite, or close an access with a reason."""
    with tiles("guardians"):
        for guardian in people.guardians:
            with st.container(border=True, key=f"tile-guardian-{guardian.id}"):
                told = people.accesses[guardian.id]
                st.markdown(f"**{format.plain(guardian.full_name)}**")
                lines = [format.plain(told.email)] if told.email else []
                lines += family_people.telephones(guardian.phone_mobile, guardian.phone_landline, guardian.phone_work)
                st.markdown("  \n".join(lines) or format.NOTHING)
                family_people.access(told)
                if acts:
                    _guardian_acts(guardian, told.state, has_email=told.email is not None)


def children(people: Household, where: dict[int, list[Home]], *, acts: bool) -> None:
    """A tile for each child, with its homes."""
    with tiles("children"):
        for child in people.children:
            with st.container(border=True, key=f"tile-child-{child.id}"):
                st.markdown(f"**{format.plain(child.full_name)}**  \n" + "  \n".join(family_people.about(child)))
                told = _("Sheet of {name}", name=format.plain(child.first_name))
                screen.goto(told, "staff/child", icon=":material/badge:", enfant=child.id)
                if len(where[child.id]) > 1:
                    for home in where[child.id]:
                        _home(home, people.family.id)
                    if acts:
                        _home_acts(child, where[child.id], people.family.id)


def request(asked: ChangeRequest, names: dict[int, str], found: list[household.Candidate]) -> None:
    """Another home that a parent asks for: open it, link it to a family that is there, or refuse."""
    with st.container(border=True, key=f"home-{asked.id}"):
        whom = ", ".join(format.plain(names.get(child_id, format.NOTHING)) for child_id in asked.values["children"])
        who = format.plain(f"{asked.values['first_name']} {asked.values['last_name']} ({asked.values['email']})")
        st.markdown(_("Other home of {children}: {parent}", children=whom, parent=who))
        st.caption(_("Asked on {when}", when=format.instant(asked.asked_at)))
        for place, candidate in enumerate(found):
            _candidate(asked, candidate, place)
        with st.container(horizontal=True):
            told = _("The other home is open: its parent is invited by e-mail.")
            _button(_("Open the other home"), f"open-{asked.id}", told, homes.open_other_home, asked.id, icon="diversity_3")
            refused = _("The request is refused; the family is told why by e-mail.")
            _with_reason(_("Refuse…"), f"refuse-{asked.id}", refused, _refuse, asked.id)


def duplicate(note: ChangeRequest, names: dict[int, str], alike: list[tuple[int, str, str]]) -> None:
    """A child that may be there twice: the same child with two homes, or two children."""
    with st.container(border=True, key=f"duplicate-{note.id}"):
        st.markdown(_("Likely duplicate: {name}", name=format.plain(names.get(note.object_id, format.NOTHING))))
        if len(alike) < len(note.values["children"]):
            st.caption(_("A child of the same name and birth date belongs to a family out of your sight."))
        for child_id, name, family in alike:
            words = _("The same child as {name} ({family}): share it", name=format.plain(name), family=format.plain(family))
            _button(
                words, f"join-{note.id}-{child_id}", _("The child now has two homes."), homes.join_child, note.id, child_id, icon="merge"
            )
        _button(_("Another child"), f"apart-{note.id}", _("The note is put away."), homes.keep_apart, note.id, icon="call_split")


def _home(home: Home, family_id: int) -> None:
    name = _("Family {name}", name=format.plain(home.name)) if home.name else _("A family out of your sight")
    custody = _(CUSTODIES[home.custody])
    if home.family_id == family_id:
        st.markdown(_("Here: {custody}", custody=custody.lower()))
    elif home.name:
        screen.goto(f"{name}{_(': ')}{custody.lower()}", "staff/family", famille=home.family_id)
    else:
        st.markdown(f"{name}{_(': ')}{custody.lower()}")


def _home_acts(child: Child, where: list[Home], family_id: int) -> None:
    here = next(home for home in where if home.family_id == family_id)
    other = "full" if here.custody == "shared" else "shared"
    label = _("Note: {custody}…", custody=_(CUSTODIES[other]).lower())
    about = (homes.change_custody, child.id, family_id, other)
    _with_reason(label, f"custody-{child.id}", _("How the child lives here is noted."), *about)
    told = _("The home is ended; both families are told by e-mail.")
    _with_reason(_("End this home…"), f"end-{child.id}", told, homes.end_home, child.id, family_id)


def _guardian_acts(guardian: Guardian, state: str, *, has_email: bool) -> None:
    name = format.plain(guardian.full_name)
    if state != "open" and has_email:
        words = {"closed": _("Open the access again"), "none": _("Invite to open an own access")}.get(state, _("Send the invitation again"))
        told = _("The invitation to {name} is on its way.", name=name)
        _button(words, f"invite-{guardian.id}", told, invitations.invite_by_staff, guardian.id, icon="send")
    if state in ("open", "invited", "expired"):
        _with_reason(_("Close the access…"), f"close-{guardian.id}", _("The access is closed."), invitations.close_access, guardian.id)


def _candidate(asked: ChangeRequest, candidate: household.Candidate, place: int) -> None:
    likeness = _(LIKENESSES[candidate.likeness])
    if candidate.family_id is None:
        st.caption(_("{likeness}: a family out of your sight", likeness=likeness))
        return
    facts = {"name": format.plain(candidate.name or ""), "guardian": format.plain(candidate.guardian or "")}
    words = _("Link to the {name} family ({guardian})", **facts)
    st.caption(likeness)
    about = (homes.link_other_home, asked.id, candidate.family_id)
    _button(words, f"link-{asked.id}-{place}", _("Both homes now share the child."), *about, icon="link")


def _button(label: str, key: str, told: str, verb: Callable[..., Any], *about: Any, icon: str) -> None:
    st.button(label, key=key, on_click=press, args=(told, verb, *about), icon=f":material/{icon}:")


def _with_reason(label: str, key: str, told: str, verb: Callable[..., Any], *about: Any) -> None:
    """An act that is done with a reason, which the journal keeps."""
    with st.popover(label), st.form(key, border=False):
        reason = st.text_area(f"{_('Reason')} *", max_chars=250, key=f"{key}-reason")
        sent = st.form_submit_button(label.removesuffix("…"), key=f"{key}-send")
    if sent:
        act(verb, *about, reason, told=told)
        st.rerun()


def _refuse(session: Any, by: Any, request_id: int, reason: str) -> None:
    for line in deciding.refuse_many(session, by, [request_id], reason):
        if line.refusal:
            raise line.refusal

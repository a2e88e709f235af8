"""What the staff sees around a child: who must not come first of all, then whom to call, and what the child may do."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from domain.families.sheets import Contact, Surroundings
from ui import format, screen
from ui.i18n import _, n_
from ui.sentences import field
from ui.sheets import allowed, people


def title(found: Surroundings) -> None:
    """Who the child is."""
    child = found.child
    screen.title(format.plain(child.full_name))
    told = [n_("{count} year old", "{count} years old", found.age), _("born on {day}", day=format.short_day(child.born_on))]
    told += [format.plain(part) for part in (child.school, child.school_class) if part]
    st.markdown(" · ".join(told))


def banned(found: Surroundings, lift: Callable[[Contact], None] | None) -> None:
    """Who must not fetch the child; `lift` draws what takes a ban back."""
    for one in found.contacts.forbidden:
        people.banned(one, for_staff=True)
        if lift:
            lift(one)


def homes(found: Surroundings) -> None:
    """The parents and their telephones, home by home."""
    screen.section(_("Parents"))
    shared = len(found.homes) > 1
    for column, home in zip(st.columns(max(2, len(found.homes))), found.homes, strict=False):
        with column, st.container(border=True, height="stretch"):
            if shared:
                st.caption(_("Home {name}", name=format.plain(home.name)))
            for parent in home.parents:
                st.markdown(f"**{format.plain(parent.full_name)}**")
                for number in parent.phones:
                    people.telephone(number)
            others = [number for number in home.phones if all(number not in parent.phones for parent in home.parents)]
            for number in others:
                people.telephone(number, _("Home:"))


def others(found: Surroundings) -> None:
    """The people to call after the parents, in their order."""
    screen.section(_("People to call, people who fetch"))
    if not found.contacts.others:
        screen.empty(_("Nobody is named yet."))
    for one in found.contacts.others:
        with st.container(border=True):
            people.person(one, own_words=False)


def permissions(found: Surroundings) -> None:
    """The four permissions, each with its verdict."""
    screen.section(_("Permissions"))
    with st.container(border=True):
        for answer in found.answers.all:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                allowed.verdict(answer)
                st.markdown(field(answer.kind))
            if answer.differs:
                st.caption(_("The two homes answer differently: no counts until the home that says no changes its answer."))


def health_state(found: Surroundings) -> None:
    """Whether there is a health sheet, and whether it is confirmed."""
    if not found.has_health:
        screen.mark("bad", _("The family has not filled in the health sheet."))
    elif found.health_is_certified:
        screen.mark("good", _("Confirmed until {day}", day=format.short_day(found.health_until_on)))
    else:
        screen.mark("warning", _("The family has not confirmed what it wrote."))


def reason_form(key: str, words: str, label: str, choices: dict[int, str] | None = None) -> tuple[Any, str, bool] | None:
    """The reason of a decision, and the box that says that it is meant; None until it is sent."""
    with st.form(key, border=False):
        chosen = st.selectbox(_("Parent"), list(choices), format_func=choices.__getitem__, key=f"{key}-who") if choices else None
        reason = st.text_input(_("Court’s decision, or reason"), "", 250, key=f"{key}-reason", autocomplete="off")
        sure = st.checkbox(words, key=f"{key}-sure")
        sent = st.form_submit_button(label)
    return (chosen, reason, sure) if sent else None

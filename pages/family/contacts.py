"""Personnes autour de l'enfant: whom to call, who may fetch the child, and, apart, who must not."""

import streamlit as st

from domain.families import sheets
from ui import access, choices, feedback, format, screen
from ui import sheets as drawn
from ui.acts import act
from ui.i18n import _, word
from ui.sheets import kept as held
from ui.sheets import people

TITLE = word("People to call, people who fetch")
HOME = {"geste": None, "personne": None}

by = access.admit("family/contacts")
child, children, states = drawn.child_asked(by, TITLE)
contacts = drawn.read(TITLE, sheets.contacts_of, by, child)


# -- acts ---------------------------------------------------------------------------------------------------------------------


def send(gesture: str, one: sheets.Contact | None, kept: held.Kept, typed: dict, sure: bool) -> bool:
    """Names, changes or forbids somebody."""
    saved = {"told": _("The list is saved.")}
    if gesture == "interdire":
        return act(sheets.forbid_person, child.id, typed, sure=sure, **saved)
    if one is None:
        return act(sheets.name_person, child.id, typed, **saved)
    done = held.save(kept, sheets.change_person, one.id, typed, lambda: vars(drawn.afresh(sheets.contacts_of, child).of(one.id)))
    if done:
        feedback.say(saved["told"])
    return done


def finish(done: bool, key: str) -> None:
    """Back to the list once it is done; what was refused stays typed."""
    if done:
        held.leave(key, **HOME)
    st.rerun()


# -- pieces -------------------------------------------------------------------------------------------------------------------


def draw_person(one: sheets.Contact, first: bool) -> None:
    """Somebody, and what the own home may do about it."""
    with st.container(border=True, key=f"person-{one.id}"):
        people.person(one)
        if one.told_by != "own":
            return
        with st.container(horizontal=True):
            people.turn(_("Change"), "modifier", ":material/edit:", child.id, one)
            if not first:
                more = {"kwargs": {"told": _("{name} is called first.", name=format.plain(one.full_name))}, "key": f"first-{one.id}"}
                icon = ":material/vertical_align_top:"
                st.button(_("Call first"), on_click=act, args=(sheets.call_first, one.id), icon=icon, **more)
            people.turn(_("Take off the list"), "retirer", ":material/person_remove:", child.id, one)


def draw_form(gesture: str, one: sheets.Contact | None) -> None:
    """One gesture: naming, changing, forbidding; each with words of its own."""
    titles = {"ajouter": _("Add a person"), "modifier": _("Change a person"), "interdire": _("Forbid a person to fetch the child")}
    screen.title(titles[gesture], format.plain(child.full_name))
    key = f"{gesture}-{child.id}-{one.id if one else 0}"
    kept = held.begin(key, vars(one) if one else {}, people.told)
    with st.form(key, border=True):
        typed, sure = people.ban_form(key) if gesture == "interdire" else (people.form(kept.shown, key), True)
        sent = st.form_submit_button(_("Forbid this person") if gesture == "interdire" else _("Save"), type="primary", width="stretch")
    st.button(_("Cancel"), on_click=held.leave, args=(key,), kwargs=HOME, width="stretch")
    if sent:
        finish(send(gesture, one, kept, typed, sure), key)


def draw_question(gesture: str, one: sheets.Contact) -> None:
    """Taking somebody off the list, or lifting a ban, is asked once more."""
    screen.title(_("Lift a ban") if gesture == "lever" else _("Take off the list"), format.plain(child.full_name))
    key, saved = f"{gesture}-{one.id}", {"told": _("The list is saved.")}
    sure, sent = people.question(gesture, one, key)
    st.button(_("Cancel"), on_click=held.leave, args=(key,), kwargs=HOME, width="stretch")
    if sent and gesture == "lever":
        finish(act(sheets.lift_ban, one.id, sure=sure, **saved), key)
    elif sent:
        finish(act(sheets.remove_person, one.id, **saved), key)


def draw_list() -> None:
    """The list, to read and confirm; those who must not come stand apart."""
    drawn.heading(TITLE, child, children)
    st.markdown(_("You, the parents, are always called first. Here are the others."))
    drawn.certify_bar(child, "contacts", contacts.mark, states)
    if not contacts.others:
        screen.empty(_("Nobody is named yet."))
    for place, one in enumerate(contacts.others):
        draw_person(one, place == 0)
    people.turn(_("Add a person"), "ajouter", ":material/person_add:", child.id, wide=True)
    screen.section(_("Who must not fetch the child"))
    for one in contacts.forbidden:
        with st.container(border=True, key=f"banned-{one.id}"):
            people.banned(one)
            if one.told_by == "own":
                people.turn(_("Lift the ban"), "lever", ":material/lock_open:", child.id, one)
    st.caption(_("Only a judge can forbid a parent to come: please bring the decision to the structure."))
    people.turn(_("Forbid a person to fetch the child"), "interdire", ":material/block:", child.id, wide=True)


# -- the screen ---------------------------------------------------------------------------------------------------------------

gesture, number = choices.read("geste"), choices.number("personne")
chosen = next((one for one in contacts.people if one.id == number and one.told_by == "own"), None)
if gesture in ("ajouter", "interdire"):
    draw_form(gesture, None)
elif gesture == "modifier" and chosen and chosen.pickup != "forbidden":
    draw_form(gesture, chosen)
elif chosen and gesture == ("lever" if chosen.pickup == "forbidden" else "retirer"):
    draw_question(gesture, chosen)
else:
    draw_list()
    drawn.other_sheets(child, "contacts")

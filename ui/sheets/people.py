"""The people around a child on the screen: cards to read, forms that cannot be mistaken for one another."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from domain.families.sheets import Contact
from ui import choices, format
from ui.i18n import _, word
from ui.sentences import field
from ui.sheets import yes_no

PICKUPS = {"allowed": word("May fetch the child"), "not_asked": word("To call only, does not fetch the child")}
RELATIONS = (
    word("Grandparent"),
    word("Brother or sister"),
    word("Uncle or aunt"),
    word("Friend of the family"),
    word("Neighbour"),
    word("Childminder"),
)


def person(one: Contact, *, own_words: bool = True) -> None:
    """Somebody to call: the name, what the person may do, the telephone. `own_words` says who named the person, if not the reader."""
    st.markdown(_name(one))
    with st.container(horizontal=True, gap="small"):
        if one.is_disputed:
            st.badge(_("Must not fetch the child: a ban stands"), color="red", icon=":material/block:")
        elif one.pickup == "allowed":
            st.badge(_(PICKUPS["allowed"]), color="green", icon=":material/check_circle:")
        else:
            st.badge(_(PICKUPS["not_asked"]), color="gray", icon=":material/call:")
        if one.is_emergency_contact:
            st.badge(_("To call in an emergency"), color="blue", icon=":material/emergency:")
    if one.phone:
        telephone(one.phone)
    if own_words and one.told_by == "other":
        st.caption(_("Named by the other home, which alone can change this."))


def telephone(number: str, label: str | None = None) -> None:
    """A telephone number that a touch calls."""
    digits = "".join(sign for sign in number if sign.isdigit() or sign == "+")
    told = f"[{format.phone(number)}](tel:{digits})"
    st.markdown(f"{label} {told}" if label else told)


def banned(one: Contact, *, for_staff: bool = False) -> None:
    """Somebody who must not fetch the child, in strong words."""
    st.error(_("**{name} MUST NOT fetch the child.**", name=_plain(one)), icon=":material/block:")
    if one.told_by == "structure":
        st.caption(_("Written by the structure from a court’s decision."))
    elif for_staff:
        st.caption(_("Told by the home {home}.", home=format.plain(one.home or "")))
    elif one.told_by == "other":
        st.caption(_("Told by the other home, which alone can change this."))


def form(shown: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The fields of somebody to call. There is no way from here to a ban."""
    name = st.text_input(f"{field('full_name')} *", shown.get("full_name") or "", 120, key=f"{key}-full_name", autocomplete="off")
    relation = shown.get("relation") or ""
    related = st.text_input(
        field("relation"), relation, 120, key=f"{key}-relation", autocomplete="off", placeholder=", ".join(map(_, RELATIONS[:3]))
    )
    number = st.text_input(f"{field('phone')} *", shown.get("phone") or "", 20, key=f"{key}-phone", autocomplete="off")
    codes = list(PICKUPS)
    known = shown.get("pickup")
    index = codes.index(known) if known in codes else None
    pickup = st.radio(f"{field('pickup')} *", codes, index, format_func=lambda code: _(PICKUPS[code]), key=f"{key}-pickup")
    urgent = st.checkbox(field("is_emergency_contact"), bool(shown.get("is_emergency_contact")), key=f"{key}-is_emergency_contact")
    return {"full_name": name, "relation": related, "phone": number, "pickup": pickup, "is_emergency_contact": urgent}


def ban_form(key: str) -> tuple[dict[str, Any], bool]:
    """The fields of a ban, and the box that says that it is meant."""
    st.warning(_("This person will be turned away at the door, even in an emergency."), icon=":material/block:")
    name = st.text_input(f"{field('full_name')} *", "", 120, key=f"{key}-full_name", autocomplete="off")
    related = st.text_input(field("relation"), "", 120, key=f"{key}-relation", autocomplete="off")
    sure = st.checkbox(_("Yes, this person MUST NOT fetch my child"), key=f"{key}-sure")
    return {"full_name": name, "relation": related}, sure


def told(name: str, value: Any) -> str:
    """What somebody wrote of a person, as it is read."""
    if name == "pickup":
        return _(PICKUPS.get(value, value))
    return yes_no(value) if isinstance(value, bool) else format.plain(str(value or format.NOTHING))


def turn(label: str, gesture: str, icon: str, child_id: int, one: Contact | None = None, *, wide: bool = False) -> None:
    """A button that opens one of the forms."""
    where = {"geste": gesture, "personne": one.id if one else None, "enfant": child_id}
    width: Any = "stretch" if wide else "content"
    st.button(label, key=f"{gesture}-{one.id if one else 0}", on_click=choices.put, kwargs=where, icon=icon, width=width)


def question(gesture: str, one: Contact, key: str) -> tuple[bool, bool]:
    """Taking somebody off the list, or lifting a ban, is asked once more: whether the person is sure, and whether he sent it."""
    if gesture == "lever":
        banned(one)
        sure = st.checkbox(_("Yes, I lift this ban: the person may be put on the list of those who fetch my child"), key=f"{key}-sure")
        return sure, st.button(_("Lift the ban"), key=f"{key}-go", type="primary", width="stretch")
    st.markdown(_("{name} will no more be called, nor fetch the child.", name=format.plain(one.full_name)))
    return True, st.button(_("Take off the list"), key=f"{key}-go", type="primary", width="stretch")


def _name(one: Contact) -> str:
    return f"**{_plain(one)}**"


def _plain(one: Contact) -> str:
    name = format.plain(one.full_name)
    return f"{name} ({format.plain(one.relation)})" if one.relation else name

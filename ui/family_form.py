"""A form of « Ma famille »: its fields with what waits beside them, kept as they were read until it is saved or left."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from db.models import ChangeRequest
from db.session import writing
from domain.families import Rule, Section, changing
from domain.families.changing import EditedMeanwhile, Taken
from domain.families.household import Sheet
from domain.refusals import Refusal
from ui import access, feedback, fields, format, forms, navigation, screen, towns
from ui.acts import act
from ui.i18n import _
from ui.sentences import field as label_of
from ui.sentences import sentence
from ui.sentences.families import value_of


@dataclass
class Kept:
    """`shown` fills the widgets, `read` is what a save is compared with, `key` names the widgets, `drawn` whether they ever stood."""

    shown: dict[str, Any]
    read: dict[str, Any]
    key: str
    drawn: bool = False


def found(title: str, look: Callable[[], Any]) -> Any:
    """What a screen is about; where it does not exist or is somebody else's, one calm sentence, and the screen stops there."""
    try:
        return look()
    except Refusal as refusal:
        screen.title(title)
        st.error(sentence(refusal), icon=":material/block:")
        back()
        st.stop()


def back() -> None:
    """The way back to « Ma famille »."""
    screen.goto(_("Back to my family"), "family/my_family", icon=":material/arrow_back:")


def begin(name: str, values: Mapping[str, Any], first: str) -> Kept:
    """What the form `name` was read with. It is read anew when its widgets (`first` is one of them) have left the screen."""
    kept = forms.draft(name, lambda: _fresh(name, values))
    if kept.drawn and not forms.holds(f"{kept.key}-{first}"):
        forms.forget(f"draft-{name}")
        kept = forms.draft(name, lambda: _fresh(name, values))
    return kept


def draw(section: Section, kept: Kept, decided: Mapping[str, Rule], waiting: Mapping[str, ChangeRequest], *, own: bool = False) -> Any:
    """The fields of a section; one whose change waits is shown and not open. Gives what is typed, by field."""
    open_now = {name: replace(rule, mode="shown") if name in waiting and rule.is_open else rule for name, rule in decided.items()}
    postcode = forms.typed(f"{kept.key}-postcode") if forms.holds(f"{kept.key}-postcode") else kept.shown.get("postcode")
    special = {"town": towns.of(postcode)} if "town" in open_now and open_now["town"].is_open else {}
    typed = fields.draw(section, kept.shown, open_now, key=kept.key, own=own, drawn=special)
    if any(rule.mode == "compulsory" for rule in decided.values()):
        st.caption(_("A star marks what must be filled in."))
    kept.drawn = True
    return typed


def buttons(name: str) -> bool:
    """« Annuler » and « Enregistrer » at the foot of a form; whether it is to be saved. Leaving drops what was typed."""
    with st.container(key="step-buttons"):
        left, right = st.columns(2)
        dropped = left.form_submit_button(_("Cancel"), width="stretch", key=f"cancel-{name}")
        sent = right.form_submit_button(_("Save"), type="primary", width="stretch", icon=":material/check:", key=f"save-{name}")
    if dropped:
        leave(name)
    return sent


def door(text: str, key: str) -> None:
    """A large button that leads to a screen."""
    if st.button(text, key=f"door-{key.replace('/', '-')}", icon=":material/person_add:", width="stretch"):
        st.switch_page(navigation.page(key))


def leave(name: str, key: str = "family/my_family", **chosen: Any) -> None:
    """Forgets a form and goes to a screen."""
    forms.forget(f"draft-{name}")
    st.switch_page(navigation.page(key), query_params={choice: str(value) for choice, value in chosen.items()})


def save(kept: Kept, verb: Callable[..., Any], *about: Any, typed: dict[str, Any]) -> Any:
    """Calls `verb(session, by, *about, typed)` and gives what it gives; a refusal leaves everything typed on the screen.

    Where somebody else was quicker, the refusal has told what stands there: saving once more means it.
    """
    if typed.get("postcode") != kept.shown.get("postcode") and typed.get("town") == kept.shown.get("town"):
        typed["town"] = towns.moved(typed.get("postcode"), typed.get("town"))
    done = None
    with feedback.refusals() as outcome, writing() as session:
        done = verb(session, access.current_user(), *about, typed)
    if isinstance(outcome.refusal, EditedMeanwhile):
        kept.read = kept.read | outcome.refusal.now
    if not outcome.done:
        st.rerun()
    return done


def tell(taken: Taken) -> None:
    """Says what came of a change: written or waiting. What an empty régime costs stands on « Ma famille »."""
    if taken.waiting:
        names = ", ".join(label_of(name) for name in taken.waiting)
        feedback.warn(_("Sent to our service, which will answer by e-mail: {fields}.", fields=names))
    if taken.written or not taken.waiting:
        feedback.say(_("Your changes are saved.") if taken.written else _("Nothing was changed."))


def highest_tariff() -> str:
    """The guide's warning."""
    return _("Without the allocataire scheme, number and name, the family is charged the highest tariff.")


def draw_waiting(section: Section, sheet: Sheet, family_id: int) -> None:
    """What waits for the staff, old and new; a family withdraws what it asked for itself."""
    for name, request in sheet.waiting.items():
        with st.container(border=True, key=f"waits-{request.id}"):
            screen.mark("warning", _("Waits for our service"))
            st.markdown(f"**{label_of(name)}**  \n{old_and_new(section, request)}")
            if request.family_id == family_id:
                st.button(
                    _("Withdraw this request"),
                    key=f"withdraw-{request.id}",
                    on_click=press,
                    args=(_("The request is withdrawn."), changing.withdraw, request.id),
                    icon=":material/undo:",
                )


def press(told: str, verb: Callable[..., Any], *about: Any) -> None:
    """The callback of a button that does one act."""
    act(verb, *about, told=told)


def old_and_new(section: Section, request: ChangeRequest) -> str:
    """`Moreuil → Amiens`"""
    old, new = (changing.told(section, request.field, request.values[which]) for which in ("old", "new"))
    return f"{value_of(section, request.field, old)} → **{value_of(section, request.field, new)}**"


def full(text: str) -> str:
    """A typed name, safe in a title."""
    return format.plain(text)


def _fresh(name: str, values: Mapping[str, Any]) -> Kept:
    stamp = zlib.crc32(repr(sorted(values.items(), key=lambda pair: pair[0])).encode())
    return Kept(dict(values), dict(values), f"{name}-{stamp:x}")

"""Fiche sanitaire: what those who look after the child must know, read first, changed part by part, confirmed in one touch."""

import streamlit as st

from domain.families import sheets
from ui import access, choices, feedback, format, screen
from ui import sheets as drawn
from ui.i18n import _, word
from ui.sentences import field
from ui.sheets import health
from ui.sheets import kept as held
from ui.sheets.kept import Kept

TITLE = word("Health sheet")

by = access.admit("family/health")
child, children, states = drawn.child_asked(by, TITLE)
sheet = drawn.read(TITLE, sheets.health_of, by, child)


# -- acts ---------------------------------------------------------------------------------------------------------------------


def save(part: str, kept: Kept, typed: dict) -> None:
    """Writes a part, and goes on to the next one of a new sheet."""
    if held.save(kept, sheets.change_health, child.id, typed, lambda: vars(drawn.afresh(sheets.health_of, child))):
        feedback.say(_("“{part}” is saved.", part=_(health.TITLES[part])))
        held.leave(key(part), partie=following(part) if choices.read("suite") else None)
    st.rerun()


# -- pieces -------------------------------------------------------------------------------------------------------------------


def key(part: str) -> str:
    """The name of the form of a part of this child."""
    return f"health-{child.id}-{part}"


def following(part: str) -> str | None:
    """The part after this one."""
    parts = list(health.PARTS)
    return parts[parts.index(part) + 1] if part != parts[-1] else None


def change(part: str) -> None:
    """The button that opens a part."""
    st.button(
        _("Change: {part}", part=_(health.TITLES[part])),
        key=f"change-{part}",
        on_click=choices.put,
        kwargs={"partie": part, "enfant": child.id},
        icon=":material/edit:",
    )


def draw_form(part: str) -> None:
    """One part to fill in."""
    screen.title(_(health.TITLES[part]), _("Health sheet of {name}", name=format.plain(child.first_name)))
    if choices.read("suite"):
        number = list(health.PARTS).index(part) + 1
        st.caption(_("Step {number} of {count}", number=number, count=len(health.PARTS)))
    st.markdown(_(health.INTROS[part]))
    shown = {name: getattr(sheet, name) for name in health.PARTS[part]}
    kept = held.begin(key(part), shown, health.told)
    with st.form(key(part), border=True):
        typed = health.form(part, kept.shown, child.born_on, key(part))
        more = choices.read("suite") and following(part)
        sent = st.form_submit_button(_("Save and go on") if more else _("Save"), type="primary", width="stretch")
    st.button(_("Cancel"), on_click=held.leave, args=(key(part),), kwargs={"partie": None, "suite": None}, width="stretch")
    if sent:
        save(part, kept, typed)


def draw_card() -> None:
    """What is known, to read and confirm; or, for a new sheet, the way in."""
    drawn.heading(TITLE, child, children)
    st.markdown(_("This step is not to be neglected, for the health and the safety of your child."))
    st.caption(_("Only those who look after your child may read this sheet, and each reading is written down."))
    if not sheet.revision:
        screen.empty(_("Nothing is written yet."))
        first = {"partie": next(iter(health.PARTS)), "suite": 1, "enfant": child.id}
        st.button(_("Fill in the sheet"), on_click=choices.put, kwargs=first, type="primary", width="stretch", icon=":material/edit_note:")
        return
    drawn.certify_bar(child, "health", sheet.mark, states, [field(name) for name in sheet.unanswered()])
    health.card(sheet, child.born_on, change)


# -- the screen ---------------------------------------------------------------------------------------------------------------

asked = choices.read("partie")
if asked in health.PARTS:
    draw_form(asked)
else:
    draw_card()
    drawn.other_sheets(child, "health")

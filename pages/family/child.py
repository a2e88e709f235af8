"""Un enfant: its identity, school and class; once it is kept, the ways to its sheets."""

import streamlit as st

from db.session import reading
from domain.families import changing, household, joining, rules, to_begin
from domain.families.finding import own_family
from ui import access, choices, family_form, feedback, screen
from ui.i18n import _, word
from ui.tiles import tiles

by = access.admit("family/child")
child_id = choices.number("enfant") if choices.read("enfant") is not None else None
adds = choices.read("enfant") is None
SHEETS = {
    "family/health": (word("Health sheet"), ":material/health_and_safety:", word("Allergies, treatments, vaccines, doctor, meals.")),
    "family/contacts": (word("People to call and to fetch the child"), ":material/group:", word("Who may come, and who may not.")),
    "family/permissions": (word("Permissions"), ":material/task_alt:", word("Photographs, outings, bathing, going home alone.")),
}


def look() -> tuple[int, household.Sheet]:
    """The form of a child, empty for one to add."""
    with reading() as session:
        family = own_family(session, by)
        if not adds:
            return family.id, household.sheet(session, by, "child", child_id or 0)
        decided = to_begin("child", rules(session, "child"))
        return family.id, household.Sheet(dict.fromkeys(decided) | {"last_name": family.name}, decided, {})


def draw_sheets() -> None:
    """A tile for each complementary sheet."""
    screen.section(_("Complementary information"), _("This step is not to be neglected, for the health and the safety of your child."))
    with tiles("sheets"):
        for key, (title, icon, words) in SHEETS.items():
            with st.container(border=True, key=f"tile-{key.replace('/', '-')}"):
                screen.goto(_(title), key, icon=icon, enfant=child_id)
                st.markdown(_(words))


family_id, sheet = family_form.found(_("Child"), look)
name = f"child-{'new' if adds else child_id}"

screen.title(_("Add a person") if adds else family_form.full(sheet.full_name))
family_form.draw_waiting("child", sheet, family_id)
kept = family_form.begin(name, sheet.values, "last_name")
with st.form(name, border=True):
    typed = family_form.draw("child", kept, sheet.decided, sheet.waiting)
    sent = family_form.buttons(name)
if sent and adds:
    joined = family_form.save(kept, joining.add_child, typed=typed)
    feedback.say(_("{name} is added to your family.", name=family_form.full(joined.full_name)))
    family_form.leave(name, "family/child", enfant=joined.id)
if sent:
    taken = family_form.save(kept, changing.change, "child", child_id, kept.read, typed=typed)
    family_form.tell(taken)
    family_form.leave(name, "family/child", enfant=child_id)
if not adds:
    draw_sheets()
family_form.back()

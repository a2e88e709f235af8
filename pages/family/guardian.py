"""Un parent: a guardian to add or to change, and the own e-mail."""

import streamlit as st

from db.session import reading
from domain.accounts import own_email
from domain.families import Rule, household, invitations, joining, rules, to_begin
from domain.families.finding import own_family
from ui import access, choices, family_form, family_people, feedback, screen
from ui.i18n import _

by = access.admit("family/guardian")
guardian_id = choices.number("parent") if choices.read("parent") is not None else None
adds = choices.read("parent") is None


def look() -> tuple[int, household.Sheet]:
    """The form of a guardian, empty for one to add."""
    with reading() as session:
        family = own_family(session, by)
        if not adds:
            return family.id, household.sheet(session, by, "guardian", guardian_id or 0)
        decided = to_begin("guardian", rules(session, "guardian"))
        return family.id, household.Sheet(dict.fromkeys(decided) | {"last_name": family.name}, decided, {})


def ask_new_email(password: str, email: str) -> None:
    """Sends a link to the new address; the answer is the same whoever's it is."""
    with feedback.refusals() as outcome:
        own_email.ask(access.require_user(), password, email)
    if outcome.done:
        feedback.say(_("If this address can be yours, a link to confirm it is on its way there. Until then nothing changes."))
    st.rerun()


def draw_own_email() -> None:
    """The form that asks for another e-mail."""
    with st.expander(_("Change my e-mail"), icon=":material/alternate_email:"), st.form("own-email", border=False):
        st.markdown(_("You sign in with this e-mail. A link to the new address confirms it; the old one is told."))
        email = st.text_input(_("New e-mail"), max_chars=254, autocomplete="email", key="own-email-new")
        password = st.text_input(_("Present password"), type="password", autocomplete="current-password", key="own-email-password")
        sent = st.form_submit_button(_("Send the link"), key="own-email-send", icon=":material/send:")
    if sent:
        ask_new_email(password, email)


family_id, sheet = family_form.found(_("Parent"), look)
name = f"guardian-{'new' if adds else guardian_id}"
decided = dict(sheet.decided)
has_access = sheet.access is not None and sheet.access.state in ("open", "closed")
if has_access and decided["email"].mode != "hidden":
    decided["email"] = Rule("shown", waits=False)

screen.title(_("Add a parent") if adds else family_form.full(sheet.full_name))
if sheet.access and not sheet.own:
    family_people.access(sheet.access)
family_form.draw_waiting("guardian", sheet, family_id)
kept = family_form.begin(name, sheet.values, "last_name")
with st.form(name, border=True):
    typed = family_form.draw("guardian", kept, decided, sheet.waiting, own=sheet.own)
    if not has_access and decided["email"].is_open:
        st.caption(_("With an e-mail, this parent can be invited to open an own access. The e-mail counts once its owner has answered."))
    sent = family_form.buttons(name)
if sent and adds:
    joined = family_form.save(kept, joining.add_guardian, typed=typed)
    feedback.say(_("{name} is added to your family.", name=family_form.full(joined.full_name)))
    family_form.leave(name)
if sent:
    taken = family_form.save(kept, invitations.change_guardian, guardian_id, kept.read, typed=typed)
    family_form.tell(taken)
    family_form.leave(name)
if sheet.own:
    draw_own_email()
family_form.back()

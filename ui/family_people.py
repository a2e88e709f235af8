"""The people of a family as tiles: the household, its parents with their access, its children."""

from collections.abc import Callable, Sequence

import streamlit as st

from db.models import Child, Family, Guardian
from domain import clock, documents
from domain.documents import OwnFile
from domain.families import homes, invitations
from domain.families.changing import withdraw
from domain.families.household import Household
from domain.families.invitations import Access
from ui import access as access_of
from ui import feedback, format, papers_upload, screen
from ui.acts import act
from ui.family_form import press
from ui.i18n import _, n_, word
from ui.tiles import tiles

ACCESS: dict[str, tuple[screen.Tone, str]] = {
    "open": ("good", word("Has an own access")),
    "invited": ("warning", word("Invited, has not answered yet")),
    "expired": ("warning", word("The invitation has expired")),
    "closed": ("bad", word("Access closed by our service")),
    "none": ("warning", word("No access yet")),
}


def household(people: Household) -> None:
    """The family's own tile: address, telephones, what is missing."""
    family = people.family
    with tiles("family"), st.container(border=True, key="tile-household"):
        screen.goto(_("Family details"), "family/household", icon=":material/home:")
        lines = [format.plain(" ".join(filter(None, (family.name, family.first_name))))]
        lines += [*address(family), *telephones(family.phone_mobile, family.phone_landline)]
        st.markdown("  \n".join(lines))
        if people.highest_tariff:
            screen.mark("warning", _("Highest tariff: no allocataire scheme is told"))
        waits(people, "family", family.id)


def guardians(people: Household, account_id: int) -> None:
    """A tile for each parent, with the access, and the button that invites."""
    with tiles("guardians"):
        for guardian in people.guardians:
            with st.container(border=True, key=f"tile-guardian-{guardian.id}"):
                own = guardian.account_id == account_id
                name = format.plain(guardian.full_name)
                screen.goto(_("{name} (you)", name=name) if own else name, "family/guardian", icon=":material/person:", parent=guardian.id)
                told = people.accesses[guardian.id]
                lines = [format.plain(told.email)] if told.email else []
                st.markdown("  \n".join([*lines, *telephones(guardian.phone_mobile, guardian.phone_landline)]) or format.NOTHING)
                if not own:
                    access(told)
                    invite(guardian, told)
                waits(people, "guardian", guardian.id)


def access(told: Access) -> None:
    """How a parent stands with the portal."""
    tone, words = ACCESS[told.state]
    screen.mark(tone, _(words))


def invite(guardian: Guardian, told: Access, verb: Callable[..., None] = invitations.invite) -> None:
    """The button that sends an invitation, or sends it again."""
    if told.email is None or told.state in ("open", "closed"):
        return
    again = told.state in ("invited", "expired")
    st.button(
        _("Send the invitation again") if again else _("Invite to open an own access"),
        key=f"invite-{guardian.id}",
        on_click=press,
        args=(_("The invitation to {name} is on its way.", name=format.plain(guardian.full_name)), verb, guardian.id),
        icon=":material/send:",
    )


def children(people: Household) -> None:
    """A tile for each child."""
    with tiles("children"):
        for child in people.children:
            with st.container(border=True, key=f"tile-child-{child.id}"):
                screen.goto(format.plain(child.full_name), "family/child", icon=":material/child_care:", enfant=child.id)
                st.markdown("  \n".join(about(child)))
                if child.id in people.shared:
                    screen.mark("good", _("Lives in two homes"))
                waits(people, "child", child.id)


def about(child: Child) -> list[str]:
    """Birth, age, school and class."""
    age = n_("{count} year old", "{count} years old", child.age_on(clock.today()))
    school = " – ".join(format.plain(text) for text in (child.school, child.school_class) if text)
    return [f"{format.short_day(child.born_on)}, {age}", *([school] if school else [])]


def waits(people: Household, section: str, object_id: int) -> None:
    """How many changes of a thing wait for the staff."""
    if count := people.waiting.get((section, object_id)):
        screen.mark("warning", n_("{count} change waits", "{count} changes wait", count))


def other_home(people: Household) -> None:
    """What was asked about another home, and the form that asks."""
    names = {child.id: child.first_name for child in people.children}
    for request in people.homes_asked:
        with st.container(border=True, key=f"home-{request.id}"):
            screen.mark("warning", _("Waits for our service"))
            who = format.plain(f"{request.values['first_name']} {request.values['last_name']} ({request.values['email']})")
            whom = ", ".join(format.plain(names.get(child_id, format.NOTHING)) for child_id in request.values["children"])
            st.markdown(_("Other home of {children}: {parent}", children=whom, parent=who))
            about = (_("The request is withdrawn."), withdraw, request.id)
            st.button(_("Withdraw this request"), key=f"withdraw-{request.id}", on_click=press, args=about, icon=":material/undo:")
    free = {child_id: name for child_id, name in names.items() if child_id not in people.shared}
    if not free:
        return
    with st.expander(_("The other parent lives in another home"), icon=":material/diversity_3:"):
        st.markdown(
            _(
                "Each parent then has an own space: the child and its sheets are shared; invoices, bookings and details are not. "
                "Our service looks at every request."
            )
        )
        with st.form("other-home", border=False):
            chosen = [child_id for child_id, name in free.items() if st.checkbox(format.plain(name), key=f"other-home-{child_id}")]
            first = st.text_input(f"{_('First name of the other parent')} *", max_chars=120, key="other-home-first")
            last = st.text_input(f"{_('Last name of the other parent')} *", max_chars=120, key="other-home-last")
            email = st.text_input(f"{_('E-mail of the other parent')} *", max_chars=254, key="other-home-email")
            sent = st.form_submit_button(_("Send the request"), type="primary", key="other-home-send", width="stretch")
    if sent:
        told_now = _("Your request is sent. Our service will answer by e-mail.")
        act(homes.ask_other_home, chosen, first, last, email, told=told_now)
        st.rerun()


def address(place: Family | Guardian) -> list[str]:
    """The lines of a postal address."""
    lines = (place.street_line, place.address_extra, " ".join(filter(None, (place.postcode, place.town))))
    return [format.plain(line) for line in lines if line]


def telephones(*numbers: str | None) -> list[str]:
    """Telephone numbers in pairs."""
    return [format.phone(number) for number in numbers if number]


def court_decisions(people: Household, files: Sequence[OwnFile]) -> None:
    """The court decisions that this home sent, and the way to send one; the other home sees none of them."""
    with st.expander(_("Court decisions"), icon=":material/gavel:"):
        st.markdown(_("A decision of a judge about a child is read by our service alone. The other home does not see it."))
        for file in files:
            decision(file)
        names = {child.id: child.first_name for child in people.children}
        with st.form("court", border=False):
            child_id = st.selectbox(_("Child"), list(names), format_func=names.__getitem__, key="court-child")
            chosen = papers_upload.uploads(_("The decision"), f"court-files-{len(files)}")
            sent = st.form_submit_button(_("Send the decision"), key="court-send", icon=":material/upload:")
    if not sent:
        return
    with feedback.refusals() as outcome:
        documents.send(access_of.require_user(), chosen, kind="court_decision", child_id=child_id)
    if outcome.done:
        feedback.say(_("The decision is sent. Our service will read it."))
    st.rerun()


def decision(file: OwnFile) -> None:
    """A court decision, opened in a window of its own."""
    told = _("{name}, sent on {day}", name=format.plain(file.name), day=format.short_day(format.local_day(file.sent_at)))
    st.markdown(f"[{told}]({papers_upload.paper_address(file.file_id)})")

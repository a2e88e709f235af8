"""What is asked of a family, person by person, and the form that sends a paper: the same for the family and for the desk."""

import streamlit as st

from domain import documents
from domain.documents import Asked, Line, Person
from ui import access, choices, feedback, format, papers, papers_upload, screen
from ui.i18n import _, n_, word

OPEN = "envoyer"  # the choice in the address that says which form stands open
_BLOCKS = {
    "registration": word("Without this document, a registration is not possible."),
    "booking": word("Without this document, a booking is not possible."),
}
_STATES = {
    "missing": word("to send"),
    "refused": word("refused"),
    "expired": word("has ended"),
    "to_check": word("being checked"),
    "accepted": word("accepted"),
    "ends_soon": word("to renew"),
    "optional": word("optional, not sent"),
}
_RESULTS = {
    "sent": word("“{kind}” is sent. The structure will look at it and tell you if something is wrong."),
    "beside": word("“{kind}” is sent. The one before stays valid until the structure has looked at the new one."),
}


def draw(asked: Asked) -> None:
    """All the people of a family with their papers; the one that the address names has its form open."""
    wanted = choices.read(OPEN)
    for person in asked.people:
        lines = asked.of(person)
        if not lines:
            continue
        waiting = sum(line.is_to_send for line in lines if line.is_compulsory)
        name = format.plain(person.name) if person.name else _("The family")
        told = n_("{count} document to send", "{count} documents to send", waiting) if waiting else _("nothing to send")
        is_open = (
            waiting > 0
            or any(line.state == "to_check" or line.renewed for line in lines)
            or wanted in {_code(line.kind_id, person) for line in lines}
        )
        with st.expander(f"**{name}** – {told}", expanded=is_open, icon=":material/error:" if waiting else ":material/check_circle:"):
            for line in lines:
                _draw_line(asked, person, line, is_open=wanted == _code(line.kind_id, person))


def draw_others(asked: Asked) -> None:
    """A paper that is not asked for, or not yet: chosen by its kind and its person."""
    known = {(line.kind_id, line.guardian_id, line.child_id) for line in asked.lines}
    free: dict[int, list[Person]] = {}
    for kind_id, _name, subject in asked.others:
        people = [person for person in asked.people if _subject_of(person) == subject]
        people = [person for person in people if (kind_id, person.guardian_id, person.child_id) not in known]
        if people:
            free[kind_id] = people
    if not free:
        return
    names = {0: _("Choose")} | {kind_id: name for kind_id, name, _subject in asked.others if kind_id in free}
    with st.expander(_("Send another document"), icon=":material/add:", expanded=bool(choices.number("autre"))):
        kind_id = choices.one(_("Which document?"), list(names), key="autre", format=names.__getitem__)
        if not kind_id:
            return
        people = free[kind_id]
        person = people[0]
        if len(people) > 1:
            told = [_code(kind_id, person) for person in people]
            labels = {code: person.name or _("The family") for code, person in zip(told, people, strict=True)}
            person = people[told.index(choices.one(_("For whom?"), told, key="qui", format=labels.__getitem__))]
        _draw_form(asked, person, kind_id, names[kind_id])


def told(line: Line) -> str:
    """`1 document transmis le 02/03/2026 à 12:00`, `Aucun document transmis`"""
    if line.sent_at is None:
        return _("No document sent")
    if not line.sent_by_us:
        return _("1 document sent by the other home")
    return _("1 document sent on {when}", when=format.instant(line.sent_at))


def _draw_line(asked: Asked, person: Person, line: Line, *, is_open: bool) -> None:
    code = _code(line.kind_id, person)
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{format.plain(line.kind)}**")
            _badge(line)
        st.markdown(" ".join(_sentences(line)))
        if line.description:
            st.caption(format.plain(line.description))
        if is_open:
            _draw_form(asked, person, line.kind_id, line.kind)
            return
        with st.container(horizontal=True, gap="small"):
            st.button(
                _("Send") if line.state == "missing" else _("Send a new one"),
                key=f"open-{code}",
                help=_("Send “{kind}”", kind=format.plain(line.kind)),
                icon=":material/upload_file:",
                type="primary" if line.is_to_send and line.is_compulsory else "secondary",
                on_click=choices.put,
                kwargs={OPEN: code, "autre": None},
            )
            for file_id, name in line.files:
                told = _("See “{name}”", name=format.plain(name))
                st.link_button(told, papers_upload.paper_address(file_id), icon=":material/visibility:", type="tertiary")


def _badge(line: Line) -> None:
    """The state in a sign, a word and a colour."""
    state = "to_check" if line.renewed and line.state != "accepted" else line.state
    look = papers.LOOKS[state]
    sign, words, tone = look.sign, _STATES[state], look.tone
    if state == "missing" and not line.is_compulsory:
        words, tone = _STATES["optional"], "gray"
    elif line.ends_soon and not line.renewed:
        sign, words, tone = papers.LOOKS["expired"].sign, _STATES["ends_soon"], papers.LOOKS["expired"].tone
    st.badge(f"{sign} {_(words)}", color=tone)  # type: ignore[arg-type]


def _sentences(line: Line) -> list[str]:
    said = [f"{told(line)}."]
    if line.state == "accepted" and line.valid_until_on:
        said.append(_("Valid until {day}.", day=format.short_day(line.valid_until_on)))
    if line.state == "expired":
        said.append(_("It was valid until {day}.", day=format.short_day(line.valid_until_on)))
    if line.renewed:
        said.append(_("A newer one is being checked."))
    elif line.ends_soon:
        said.append(_("Please send a new one before it ends."))
    if line.reason:
        said.append(_("Reason of the refusal: {reason}", reason=format.plain(line.reason)))
    if line.is_compulsory and line.state in ("missing", "refused", "expired") and line.blocks in _BLOCKS:
        said.append(_(_BLOCKS[line.blocks]))
    return said


def _draw_form(asked: Asked, person: Person, kind_id: int, kind: str) -> None:
    code = _code(kind_id, person)
    with st.form(f"send-{code}"):
        files = papers_upload.uploads(_("Document or photos of “{kind}”", kind=format.plain(kind)), f"files-{code}")
        sends = st.form_submit_button(_("Send the document"), type="primary", icon=":material/send:", width=320)
    st.button(_("Cancel"), key=f"close-{code}", on_click=choices.put, kwargs={OPEN: None, "autre": None, "qui": None})
    if not sends:
        return
    with feedback.refusals() as outcome, st.spinner(_("The document is being checked and sent…")):
        sent = documents.send(
            access.require_user(), files, kind=kind_id, family_id=asked.family_id, guardian_id=person.guardian_id, child_id=person.child_id
        )
    if not outcome.done:
        feedback.show()
        return
    choices.put(**{OPEN: None, "autre": None, "qui": None})
    feedback.say(_(_RESULTS["beside" if sent.beside_accepted else "sent"], kind=format.plain(kind)))
    st.rerun()


def _code(kind_id: int, person: Person) -> str:
    """`3-c12`: a kind and whom it is about, as the address holds it."""
    if person.child_id is not None:
        return f"{kind_id}-c{person.child_id}"
    return f"{kind_id}-f" if person.guardian_id is None else f"{kind_id}-g{person.guardian_id}"


def _subject_of(person: Person) -> str:
    if person.child_id is not None:
        return "child"
    return "guardian" if person.guardian_id is not None else "family"


def progress(asked: Asked) -> None:
    """How much is still to send, in one line."""
    compulsory = [line for line in asked.lines if line.is_compulsory]
    missing = sum(line.is_to_send for line in compulsory)
    if missing:
        screen.mark("warning", n_("{count} compulsory document to send", "{count} compulsory documents to send", missing))
    elif any(line.state != "accepted" for line in compulsory):
        screen.mark("good", _("Everything compulsory is sent; the structure is looking at it."))
    elif compulsory:
        screen.mark("good", _("The file is complete."))

"""What the screens of the child's sheets share: which child, from one to the next, and « C'est toujours exact »."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from db.models import Account, Child
from db.session import reading
from domain.families import finding, sheets
from domain.families.sheets import SheetState
from domain.refusals import Refusal
from ui import access, choices, format, screen
from ui.acts import act
from ui.i18n import _, word
from ui.sentences import sentence

SCREENS = {"health": "family/health", "contacts": "family/contacts", "permissions": "family/permissions"}
NAMES = {"health": word("Health"), "contacts": word("People"), "permissions": word("Permissions")}
ICONS = {"health": ":material/health_and_safety:", "contacts": ":material/group:", "permissions": ":material/task_alt:"}


def child_asked(by: Account, title: str) -> tuple[Child, list[Child], list[SheetState]]:
    """The child of the address (`enfant`), or the eldest; all the children, and where their sheets stand. Else one calm sentence."""
    try:
        with reading() as session:
            children = finding.children_of(session, by)
            states = sheets.sheets_of(session, by)
            if choices.read("enfant") is not None:
                return finding.child_of(session, by, choices.number("enfant") or 0), children, states
        if children:
            return children[0], children, states
    except Refusal as refusal:
        screen.title(_(title))
        st.error(sentence(refusal), icon=":material/block:")
        screen.goto(_("Back to my space"), "family/dashboard", icon=":material/arrow_back:")
        st.stop()
    screen.title(_(title))
    screen.empty(_("No child is written down for your family yet."))
    st.stop()


def read(title: str, sheet: Callable[..., Any], by: Account, child: Child) -> Any:
    """A sheet of a child; when it cannot be read, the sentence that says why."""
    try:
        with reading() as session:
            return sheet(session, by, child.id)
    except Refusal as refusal:
        screen.title(_(title))
        st.error(sentence(refusal), icon=":material/block:")
        st.stop()


def afresh(sheet: Callable[..., Any], child: Child) -> Any:
    """A sheet as it stands at this moment, for the person of this moment. Raises what reading it refuses."""
    with reading() as session:
        return sheet(session, access.current_user(), child.id)


def heading(title: str, child: Child, children: Sequence[Child]) -> None:
    """The title of a sheet, whose it is, and the way to the other children."""
    screen.title(_("{sheet} – {name}", sheet=_(title), name=format.plain(child.first_name)))
    if len(children) > 1:
        names = {one.id: format.plain(one.first_name) for one in children}
        choices.one(_("Child"), list(names), key="enfant", format=names.__getitem__, look="buttons", hidden_label=True)


def certify_bar(child: Child, section: str, mark: str, states: Sequence[SheetState], missing: Sequence[str] = ()) -> None:
    """Where the sheet stands, and the button that says that it is still right. `missing` names what has no answer yet."""
    state = next(one for one in states if (one.child_id, one.section) == (child.id, section))
    until = format.short_day(state.until_on)
    with st.container(border=True):
        if state.state == "certified":
            screen.mark("good", _("Confirmed until {day}", day=until))
            return
        if missing:
            screen.mark("warning", _("To complete"))
            st.markdown(_("Still without an answer: {fields}.", fields=", ".join(missing)))
            return
        if state.state == "ending":
            screen.mark("warning", _("Confirmed until {day} only", day=until))
        else:
            screen.mark("warning", _("To confirm"))
        st.markdown(_("Please read what is written below. If nothing has changed, one touch is enough."))
        st.button(
            _("It is still right"),
            on_click=_certify,
            args=(child, section, mark),
            type="primary",
            icon=":material/check:",
            width="stretch",
        )


def _certify(child: Child, section: str, mark: str) -> None:
    told = _("Thank you: the sheet of {name} is confirmed.", name=format.plain(child.first_name))
    act(sheets.certify, child.id, section, mark, told=told)


def other_sheets(child: Child, section: str) -> None:
    """The ways to the other sheets of the same child."""
    screen.section(_("The other sheets of {name}", name=format.plain(child.first_name)))
    with st.container(horizontal=True):
        for other, key in SCREENS.items():
            if other != section:
                screen.goto(_(NAMES[other]), key, icon=ICONS[other], enfant=child.id)
    screen.goto(_("My family"), "family/my_family", icon=":material/arrow_back:")


def line(label: str, value: str) -> None:
    """One thing that is known: what it is, and what was said."""
    st.markdown(_("**{label}:** {value}", label=label, value=value))


def text(value: str) -> str:
    """A typed text of several lines, shown as it is."""
    return format.plain(value).replace("\n", "  \n") if value else format.NOTHING


def yes_no(answer: bool | None) -> str:
    """`Oui`, `Non`, or that there is no answer."""
    return _("No answer") if answer is None else _("Yes") if answer else _("No")


def ask(label: str, answer: bool | None, key: str, help: str | None = None) -> bool | None:
    """A question to be answered by yes or no; nothing is chosen while it was not answered."""
    index = None if answer is None else int(not answer)
    chosen: bool | None = st.radio(label, [True, False], index, format_func=yes_no, horizontal=True, key=key, help=help)
    return chosen

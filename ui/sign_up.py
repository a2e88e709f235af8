"""The three steps of « Créer un compte »: the draft that keeps what was typed, and the pieces of each step.

The draft takes over what the widgets hold at the beginning of every run: going back, forward, or away by a link loses nothing. The
password stays in it until the request is sent, and no longer.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from db.models import ConsentText
from domain.families import FIELDS, Rule, Section
from domain.refusals import Refusal
from ui import choices, fields, format, forms, screen, towns
from ui.i18n import _, word
from ui.sentences import field as label_of
from ui.sentences import sentence

STEPS = {1: word("The family"), 2: word("A parent"), 3: word("Verification")}
_SHARED = ("postcode", "town", "street_number", "street_suffix", "street", "address_extra", "phone_landline", "phone_mobile")
COPIED = {"last_name": "name", "first_name": "first_name"} | {name: name for name in _SHARED}
"""What the parent's form begins with: the family's."""
PASSWORD = "sign-up-password"
PROOF = "sign-up-proof"
_SCRIPT = Path(__file__).parent / "scripts" / "top.js"


@dataclass
class Draft:
    """What was typed so far. `reached` is the furthest step that is open; `sent_to`, the e-mail of a request that was sent."""

    family: dict[str, Any] = field(default_factory=dict)
    guardian: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, bool | None] = field(default_factory=dict)
    copied: dict[str, Any] = field(default_factory=dict)
    password: str = field(default="", repr=False)
    again: str = field(default="", repr=False)
    reached: int = 1
    problem: str | None = None
    sent_to: str | None = None
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """A second click runs beside the first one, not after it."""

    def end(self) -> None:
        """Forgets what was typed, the password first of all, and remembers that it was sent.

        In place: Streamlit stops a run that was overtaken by a second click wherever it next touches the session.
        """
        self.password = self.again = ""
        self.sent_to = str(self.guardian["email"])
        self.family, self.guardian, self.answers, self.copied = {}, {}, {}, {}


def draft() -> Draft:
    """The draft of this visitor, with what the widgets hold now."""
    kept = forms.draft("sign-up", Draft)
    _gather("family", kept.family)
    _gather("guardian", kept.guardian)
    for name in ("notice", "photo", "newsletter"):
        if forms.holds(f"sign-up-{name}"):
            kept.answers[name] = forms.typed(f"sign-up-{name}")
    kept.password = forms.typed(PASSWORD) or kept.password
    kept.again = forms.typed(f"{PASSWORD}-again") or kept.again
    return kept


def keeps_password(kept: Draft) -> bool:
    """Whether the second step is opened again with a password that was chosen; one that was typed by half is forgotten."""
    if forms.holds(PASSWORD):
        return False
    if kept.password != kept.again:
        kept.password = kept.again = ""
    return bool(kept.password)


def attempt(act: Callable[[], None]) -> bool:
    """Does a part of the sign-up in a callback; a refusal is told where the buttons are, and everything stays on the screen."""
    kept = draft()
    kept.problem = None
    try:
        act()
    except Refusal as refusal:
        kept.problem = sentence(refusal)
    return kept.problem is None


def go_to(step: int) -> None:
    """Opens a step, in a callback; it becomes one of those that are open."""
    kept = draft()
    kept.problem, kept.reached = None, max(kept.reached, step)
    choices.put(etape=step)


def step_of(kept: Draft) -> int:
    """The step that the address asks for, as far as it is open."""
    return min(choices.number("etape") or 1, kept.reached) or 1


def copy_family(kept: Draft) -> None:
    """Begins the parent's form with the family's name, address and telephones, where nothing else was typed."""
    for there, here in COPIED.items():
        if kept.guardian.get(there) in (None, "", kept.copied.get(there)):
            kept.guardian[there] = kept.copied[there] = kept.family.get(here)


def draw_progress(step: int) -> None:
    """1 – 2 – 3, with the present one told; a new step begins at the top of the screen."""
    lines = []
    for number, title in STEPS.items():
        state = "done" if number < step else "now" if number == step else "next"
        here = ' aria-current="step"' if number == step else ""
        mark = "✓" if number < step else str(number)
        done = f'<span class="told"> ({escape(_("done"))})</span>' if number < step else ""
        lines.append(f'<li data-state="{state}"{here}><span class="mark" aria-hidden="true">{mark}</span>{escape(_(title))}{done}</li>')
    st.html(f'<ol class="steps" aria-label="{escape(_("Steps"))}">{"".join(lines)}</ol>')
    _component()(key="sign-up-top", data={"place": step}, height=0)


def draw_buttons(kept: Draft, step: int, onward: Callable[[], None] | None = None) -> None:
    """ÉTAPE PRÉCÉDENTE and ÉTAPE SUIVANTE, under what is wrong."""
    if kept.problem:
        st.error(kept.problem, icon=":material/block:")
    with st.container(key="step-buttons"):
        back, on = st.columns(2)
        if onward:
            on.button(_("Next step"), on_click=onward, type="primary", width="stretch", icon=":material/arrow_forward:", key="next")
        if step > 1:
            back.button(_("Previous step"), on_click=go_to, args=(step - 1,), width="stretch", icon=":material/arrow_back:", key="previous")


def draw_section(section: Section, values: Mapping[str, Any], rules: Mapping[str, Rule]) -> None:
    """The fields of a step."""
    drawn = {"town": towns.of(values.get("postcode"))}
    fields.draw(section, values, rules, key=f"sign-up-{section}", own=True, drawn=drawn)
    st.caption(_("A star marks what must be filled in."))


def draw_notice(texts: Mapping[str, ConsentText], answers: Mapping[str, bool | None]) -> None:
    """The notice with its Yes and No, and what may be agreed to or not."""
    notice, chosen = texts["notice"], answers.get("notice")
    told = {True: _("Yes"), False: _("No")}
    with st.container(border=True):
        st.markdown(format.plain(notice.body))
        st.caption(_("Version {number}, {day}", number=notice.version, day=format.day(format.local_day(notice.published_at))))
        st.radio(
            f"{_('I have read and accept')} *",
            list(told),
            None if chosen is None else list(told).index(chosen),
            format_func=told.__getitem__,
            horizontal=True,
            key="sign-up-notice",
        )
        screen.goto(_("Read the whole notice"), "visitor/privacy", icon=":material/policy:")
    optional = [kind for kind in ("photo", "newsletter") if kind in texts]
    if optional:
        st.markdown(f"**{_('As you wish')}**")
    for kind in optional:
        st.checkbox(format.plain(texts[kind].body), bool(answers.get(kind)), key=f"sign-up-{kind}")


def draw_correct(step: int) -> None:
    """The way back to a step."""
    st.button(_("Correct"), on_click=go_to, args=(step,), icon=":material/edit:", key=f"correct-{step}")


def draw_typed(section: Section, values: Mapping[str, Any], rules: Mapping[str, Rule]) -> None:
    """What was typed in a step, to be read again."""
    lines = [
        f"**{label_of(one.name)}**  \n{format.plain(fields.told(one, values[one.name]))}"
        for one in FIELDS[section]
        if rules[one.name].is_open and values.get(one.name) not in (None, "")
    ]
    left, right = st.columns(2)
    half = -(-len(lines) // 2)
    left.markdown("\n\n".join(lines[:half]))
    right.markdown("\n\n".join(lines[half:]))


def draw_answers(texts: Mapping[str, ConsentText], answers: Mapping[str, bool | None]) -> None:
    """What was answered to the texts."""
    for kind in ("notice", "photo", "newsletter"):
        if kind in texts:
            mark = f"✓ {_('Yes')}" if answers.get(kind) else f"✕ {_('No')}"
            st.markdown(f"**{mark}** · {format.plain(texts[kind].body)}")


def draw_sent(email: str) -> None:
    """What comes next, once the request is sent."""
    st.markdown(_("Thank you. Here is what comes next:"))
    steps = (
        _("The structure reads your request, and answers it by e-mail."),
        _("Once it is approved, you receive a link to confirm your account: it is valid for 48 hours."),
        _("You then sign in with {email} and your password, and complete your family.", email=f"**{format.plain(email)}**"),
    )
    st.markdown("\n".join(f"{number}. {line}" for number, line in enumerate(steps, 1)))
    st.caption(_("Nothing in your letter box? Look among the unwanted letters as well."))


def _gather(section: Section, values: dict[str, Any]) -> None:
    before = values.get("postcode")
    key = f"sign-up-{section}"
    values["town"] = towns.typed(f"{key}-town", before, values.get("town"))
    for one in FIELDS[section]:
        if one.name != "town" and forms.holds(f"{key}-{one.name}"):
            values[one.name] = forms.typed(f"{key}-{one.name}")
    if values.get("postcode") != before:
        values["town"] = towns.moved(values.get("postcode"), values.get("town"))


@cache
def _component() -> Any:
    return st.components.v2.component("farandole_top", js=_SCRIPT.read_text())

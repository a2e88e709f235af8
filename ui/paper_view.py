"""A paper that was sent, shown beside what is known of the people it is about."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from domain.documents import Sheet
from domain.documents.queue import Beside
from domain.families.fields import FIELDS, Section
from domain.intake.paper import PDF
from ui import fields, format, screen
from ui.i18n import _
from ui.papers_upload import paper_address
from ui.sentences import field as label_of

_SCRIPT = Path(__file__).parent / "scripts" / "paper.js"
_SHOWN: dict[Section, tuple[str, ...]] = {
    "family": ("regime", "allocataire_number", "allocataire_name", "phone_mobile", "phone_landline"),
    "guardian": ("born_on", "email", "phone_mobile", "profession", "employer"),
    "child": ("born_on", "school", "school_class"),
}


def show(sheet: Sheet) -> None:
    """One file: the picture or the reader, and the link that opens it in a window of its own."""
    words = _("The document “{name}”", name=sheet.name)
    address = paper_address(sheet.file_id)
    _component()(key=f"paper-{sheet.file_id}", data={"address": address, "words": words, "picture": sheet.mime != PDF})
    with st.container(horizontal=True, vertical_alignment="center"):
        st.link_button(_("Open in a new window"), address, icon=":material/open_in_new:")
        st.caption(f"{format.plain(sheet.name)} · {format.size(sheet.size)}")


def compare(known: Beside) -> None:
    """What is known of the family, its guardians and the child, to compare with the paper."""
    family = known.family
    screen.section(_("What we know"))
    if known.child is not None:
        _person(known.child.full_name, "child", known.child)
    for guardian in known.guardians:
        _person(guardian.full_name, "guardian", guardian, _address(guardian))
    name = " ".join(filter(None, (family.name, family.first_name)))
    _person(_("The {name} family", name=name), "family", family, _address(family))


def _person(name: str, section: Section, thing: Any, address: str = "") -> None:
    facts = [(_("Address"), address)] if address else []
    for field in FIELDS[section]:
        value = getattr(thing, field.name)
        if field.name in _SHOWN[section] and value:
            facts.append((label_of(field.name), fields.told(field, value)))
    told = "\n".join(f"- {label}{_(': ')}{format.plain(value)}" for label, value in facts)
    st.markdown(f"**{format.plain(name)}**\n\n{told}")


def _address(thing: Any) -> str:
    return ", ".join(filter(None, (thing.street_line, thing.address_extra, " ".join(filter(None, (thing.postcode, thing.town))))))


@cache
def _component() -> Any:
    return st.components.v2.component("farandole_paper", html='<div class="paper"></div>', js=_SCRIPT.read_text())

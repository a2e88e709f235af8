"""Registre des traitements: what is done with people's data, why, by whom, for how long, written from what the house really does."""

import streamlit as st

from db.session import reading
from domain import retention, structure
from domain.retention import Treatment
from ui import format, screen
from ui.access import admit
from ui.i18n import _
from ui.retention import DATA, FATES, GROUND, GROUNDS, PURPOSES, SECURITY, recipients, terms_words

by = admit("staff/register")


def draw_treatment(treatment: Treatment) -> None:
    """One processing (GDPR art. 30)."""
    screen.section(_(PURPOSES[treatment.name]))
    facts = {
        _("Data"): _(DATA[treatment.name]),
        _("Legal ground"): _(GROUNDS.get(treatment.name, GROUND)),
        _("Seen by"): recipients(treatment),
        _("Kept for"): terms_words(treatment, terms),
    }
    with st.container(border=True):
        for name, told in facts.items():
            st.markdown(f"**{name}** : {told}")
        for fate, words in FATES.items():
            tables = [table for table, what in treatment.tables.items() if what is fate]
            if tables:
                st.caption(f"{_('When a family is erased')} – {_(words)} : {', '.join(tables)}")


screen.title(
    _("Register of processing"),
    _("Article 30 of the GDPR. Written from the rights and the terms that are really applied; the structure adds its own contacts."),
)
with reading() as session:
    terms = retention.rules.terms(session)
    facts = structure.settings_of(session, ["name", "contact_email", "contact_phone"])
contact = " · ".join(format.plain(facts[name]) for name in ("contact_email", "contact_phone") if facts[name]) or format.NOTHING
st.markdown(f"**{_('Controller')}** : {format.plain(facts['name'])} ({contact})")
st.markdown(f"**{_('People concerned')}** : {_('guardians, children, people named by them, members of the staff')}")
st.markdown(f"**{_('Transfers outside the European Union')}** : {_('none')}")
for treatment in retention.TREATMENTS:
    draw_treatment(treatment)
screen.section(_("Security"))
st.markdown("\n".join(f"- {_(line)}" for line in SECURITY))
screen.goto(_("Data retention"), "staff/retention", icon=":material/auto_delete:")

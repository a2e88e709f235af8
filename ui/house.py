"""What the structure says of itself on its screens, and the forms in which it decides."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from db.session import reading
from domain import clock, structure
from ui import format, retention, screen
from ui.i18n import _, language, word
from ui.sentences.house import SETTINGS

RATIO_KINDS = {"extrascolaire": word("Extrascolaire (holidays, Saturdays)"), "periscolaire": word("Périscolaire (school days, Wednesdays)")}


def draw_text(name: str) -> None:
    """A text of the structure (legal notice, privacy, accessibility) as a screen, in the reader's language. Pictures and HTML stay out."""
    screen.title(_(SETTINGS[name]))
    with reading() as session:
        told = structure.settings_of(session, [name, "contact_email", "contact_phone", "source_address"])
    texts, email, phone, source = told.values()
    st.markdown(texts[language()])
    if email or phone:
        screen.section(_("Contact"))
        st.text(" · ".join(part for part in (email, phone) if part))
    if name == "text_legal_notice":
        screen.section(_("Free software"))
        st.markdown(_("This portal is Farandole, free software under the AGPL licence, version 3 or later."))
        if source:
            st.markdown(f"[{_('Source code of this portal')}]({source})")


def thresholds_form(value: dict[str, float]) -> tuple[dict[str, float], date] | None:
    """From which fill rates a day is soon full, and full; the value typed and its first day once the form is sent."""
    with st.form("thresholds", border=True):
        left, right = st.columns(2)
        tight = left.number_input(_("Soon full from (%)"), 1, 100, round(value["tight"] * 100))
        full = right.number_input(_("Full from (%)"), 1, 100, round(value["full"] * 100))
        begins = st.date_input(_("From the day"), value=clock.today(), format="DD/MM/YYYY")
        sent = st.form_submit_button(_("Save"), type="primary")
    return ({"tight": tight / 100, "full": full / 100}, begins) if sent else None


def ratios_form(value: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], date] | None:
    """Children per adult in each kind of centre; the table typed and its first day once the form is sent."""
    typed: list[dict[str, Any]] = []
    with st.form("ratios", border=True):
        for place, row in enumerate(value):
            told, young, old = st.columns([2, 1, 1], vertical_alignment="bottom")
            told.markdown(f"**{_ratio_words(row)}**")
            under_six = young.number_input(_("Children under 6 per adult"), 1, 100, row["under_six"], key=f"young-{place}")
            six_and_over = old.number_input(_("Children from 6 on per adult"), 1, 100, row["six_and_over"], key=f"old-{place}")
            typed.append(row | {"under_six": under_six, "six_and_over": six_and_over})
        begins = st.date_input(_("From the day"), value=clock.today(), format="DD/MM/YYYY")
        sent = st.form_submit_button(_("Save"), type="primary")
    return (typed, begins) if sent else None


def coming(name: str, values: pd.DataFrame, withdraw: Any) -> None:
    """The dated values of a setting; one that has not begun can be taken back."""
    for begins, value in values.itertuples(index=False, name=None):
        with st.container(horizontal=True, vertical_alignment="center", key=f"{name}-{begins}"):
            if begins == structure.ALWAYS:
                st.markdown(_("Since always: {value}", value=_told(value)))
            else:
                st.markdown(_("From {day}: {value}", day=format.day(begins), value=_told(value)))
            if begins > clock.today():
                st.button(_("Take back"), key=f"withdraw-{name}-{begins}", on_click=withdraw, args=(name, begins))


def _ratio_words(row: dict[str, Any]) -> str:
    pedt = _("with a PEDT") if row["pedt"] else _("without a PEDT")
    length = _("more than 5 h in a row") if row["long_day"] else _("5 h in a row at most")
    return (
        f"{_(RATIO_KINDS[row['kind']])}, {pedt}, {length}" if row["kind"] == "periscolaire" else f"{_(RATIO_KINDS[row['kind']])}, {length}"
    )


def _told(value: Any) -> str:
    if isinstance(value, dict) and "tight" not in value:
        return retention.setting_words(value)
    if isinstance(value, dict):
        return _("soon full from {tight}, full from {full}", tight=format.percent(value["tight"]), full=format.percent(value["full"]))
    return " ; ".join(f"{_ratio_words(row)} : 1/{row['under_six']} – 1/{row['six_and_over']}" for row in value)

"""Réglages: what the structure decides for itself."""

import streamlit as st

from db.session import reading
from domain import structure
from ui import choices, house, retention, screen
from ui.access import admit
from ui.acts import act
from ui.i18n import LANGUAGES, _, word
from ui.sentences.house import SETTINGS
from ui.sheets import lasting

PARTS = {
    "structure": word("Structure"),
    "texts": word("Texts"),
    "capacity": word("Capacity"),
    "ratios": word("Supervision"),
    "quotient": word("Quotient familial"),
    "retention": word("How long data are kept"),
    "sheets": word("Children’s sheets"),
    "signin": word("Sign-in"),
}
DATED = {
    "capacity": ("capacity_thresholds", house.thresholds_form),
    "ratios": ("staffing_ratios", house.ratios_form),
    "quotient": ("quotient", retention.quotient_form),
    "retention": ("retention", retention.retention_form),
}
LINES = ("name", "contact_email", "contact_phone", "source_address")
TEXTS = ("text_legal_notice", "text_privacy", "text_accessibility")

me = admit("staff/settings")


# -- acts ---------------------------------------------------------------------------------------------------------------------


def change(name: str, value: object, **more: object) -> None:
    """Gives a setting a value, and looks again."""
    act(structure.change_setting, name, value, told=_("“{setting}” is saved.", setting=_(SETTINGS[name])), **more)
    st.rerun()


def withdraw(name: str, valid_from: object) -> None:
    """Takes back a value that has not begun."""
    act(structure.withdraw_setting, name, valid_from, told=_("The coming value is taken back."))


# -- pieces -------------------------------------------------------------------------------------------------------------------


def draw_structure() -> None:
    """Its name, how to reach it, its logo."""
    with st.form("structure", border=True):
        values = {name: st.text_input(_(SETTINGS[name]), value=now[name]) for name in LINES}
        sent = st.form_submit_button(_("Save"), type="primary")
    if sent:
        act(structure.change_settings, values, told=_("The structure is saved."))
        st.rerun()
    with reading() as session:
        picture = structure.logo(session)
    screen.section(_("Logo"), _("PNG or JPEG, 2 MB at most. It stands on the sign-in screen."))
    if picture:
        st.image(picture, width=300, alt=_("Logo of {name}", name=now["name"]))
        st.button(_("Remove the logo"), on_click=act, args=(structure.remove_logo,), kwargs={"told": _("The logo is removed.")})
    file = st.file_uploader(_("New logo"), type=["png", "jpg", "jpeg"], max_upload_size=2)
    if file and st.button(_("Save the logo"), type="primary"):
        act(structure.change_logo, file.getvalue(), told=_("The logo is saved."))
        st.rerun()


def draw_texts() -> None:
    """The three texts that the law asks for, in both languages."""
    name = choices.one(_("Text"), TEXTS, key="texte", format=lambda code: _(SETTINGS[code]))
    with st.form(f"text-{name}", border=True):
        texts = {code: st.text_area(label, value=now[name][code], height=320, max_chars=30_000) for code, label in LANGUAGES.items()}
        sent = st.form_submit_button(_("Save"), type="primary")
    if sent:
        change(name, texts)


def draw_dated(name: str, form: object) -> None:
    """A setting that counts from a day on, and its other values."""
    typed = form(now[name])
    if typed:
        change(name, typed[0], valid_from=typed[1])
    with reading() as session:
        house.coming(name, structure.history(session, me, name), withdraw)


def draw_signin() -> None:
    """What signing in asks of the staff."""
    name = "second_factor_required_of_staff"
    with st.form("signin", border=True):
        required = st.toggle(_(SETTINGS[name]), value=now[name])
        st.caption(_("Everybody of the staff who has none yet sets up a second factor (a code on a telephone) at the next sign-in."))
        sent = st.form_submit_button(_("Save"), type="primary")
    if sent:
        change(name, required)


# -- the screen ---------------------------------------------------------------------------------------------------------------

screen.title(_("Settings"), _("What the structure decides for itself. Every change is written in the journal."))
part = choices.one(_("Part"), list(PARTS), key="partie", format=lambda code: _(PARTS[code]), look="buttons", hidden_label=True)
with reading() as session:
    now = structure.settings_of(session, structure.KNOWN)
if part == "structure":
    draw_structure()
elif part == "texts":
    draw_texts()
elif part in DATED:
    draw_dated(*DATED[part])
elif part == "sheets":
    if typed := lasting.form(now["certification_lasts"]):
        change("certification_lasts", typed)
else:
    draw_signin()

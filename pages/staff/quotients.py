"""Quotients à vérifier: those that families told, those that count without a proof, the families without any, and typing one."""

from datetime import date
from typing import Any

import streamlit as st

from db.session import reading
from domain.families import quotient
from ui import choices, format, quotients, screen, tables
from ui.access import admit
from ui.acts import act
from ui.i18n import _, word
from ui.tables import Column

PARTS = {"waiting": word("To check"), "unproved": word("Without a proof"), "missing": word("No valid quotient"), "one": word("One family")}
SIZE = 10

by = admit("staff/quotients")


# -- pieces -------------------------------------------------------------------------------------------------------------------


def draw_waiting() -> None:
    """Each with what counts today and its proof; accepted, corrected or refused."""
    with reading() as session:
        rows = quotient.waiting(session, by, page=choices.asked_page(counts[0], SIZE), size=SIZE)
    if rows.empty:
        screen.empty(_("No quotient waits."))
    for row in rows.itertuples(index=False):
        draw_one(row)
    choices.page(counts[0], SIZE)


def draw_one(row: Any) -> None:
    """One quotient that waits."""
    number = int(row.id)
    with st.container(border=True):
        st.markdown(f"**{format.plain(row.family)}** · {quotients.value_words(row.value_cents, row.month_on)}")
        before = _("Today {amount} counts.", amount=format.euros(row.before_cents)) if not format.unknown(row.before_cents) else ""
        st.caption(
            _("Given on {when}.", when=format.instant(row.recorded_at.to_pydatetime())) + " " + (before or _("Nothing counts today."))
        )
        if format.unknown(row.document_id):
            st.markdown(_("No proof was sent."))
        else:
            screen.goto(_("Open the proof"), "staff/document", icon=":material/description:", piece=int(row.document_id))
        told = {"told": _("The quotient is accepted, and the family is told.")}
        st.button(_("Accept"), key=f"accept-{number}", on_click=act, args=(quotient.accept, number), kwargs=told, type="primary")
        with st.expander(_("Correct or refuse")):
            with st.form(f"correct-{number}", border=False):
                typed, month = quotients.fields(f"correct-{number}", month=date.fromisoformat(str(row.month_on)[:10]))
                if st.form_submit_button(_("Correct by the proof")):
                    quotients.keep(quotient.correct, number, typed, month, _("The quotient is corrected, and the family is told."))
            with st.form(f"refuse-{number}", border=False):
                reason = st.text_input(_("Reason, which the family will read"), max_chars=250, key=f"reason-{number}")
                if st.form_submit_button(_("Refuse the quotient")):
                    act(quotient.refuse, number, reason, told=_("The quotient is refused, and the family is told why."))
                    st.rerun()


def draw_list(rows: Any, columns: dict[str, Column], alt: str, total: int) -> None:
    """A table whose chosen family is shown whole."""
    if rows.empty:
        screen.empty(_("No family."))
        return
    chosen = tables.show(rows, columns=columns, key=f"quotients-{part}", alt=alt, select="one")
    choices.page(total)
    if chosen:
        quotients.of_family(by, int(rows.iloc[chosen[0]]["family_id"]), rows.iloc[chosen[0]]["family"])


# -- the screen ---------------------------------------------------------------------------------------------------------------

screen.title(_("Quotients to check"), _("What a family types counts once its proof has been looked at, if the structure decided so."))
with reading() as session:
    counts = quotient.counts(session, by)
told_counts = dict(zip(PARTS, (*counts, None), strict=True))
labels = {
    code: _(words) if told_counts[code] is None else f"{_(words)} ({format.number(told_counts[code])})" for code, words in PARTS.items()
}
part = choices.one(_("Part"), list(PARTS), key="partie", format=lambda code: labels[code], look="buttons", hidden_label=True)
if part == "waiting":
    draw_waiting()
elif part == "unproved":
    with reading() as session:
        found = quotient.unproved(session, by, page=choices.asked_page(counts[1]))
    told = {"family": Column(_("Family")), "value_cents": Column(_("Quotient"), "money"), "recorded_at": Column(_("Given on"), "instant")}
    draw_list(found, told, _("Quotients that count without a proof"), counts[1])
elif part == "missing":
    with reading() as session:
        found = quotient.missing(session, by, page=choices.asked_page(counts[2]))
    told = {
        "family": Column(_("Family")),
        "last_on": Column(_("Valid until"), write=quotients.last_words),
    }
    draw_list(found, told, _("Registered families without a valid quotient"), counts[2])
else:
    search = st.text_input(_("Beginning of the family’s name"), key="quotients-search", max_chars=60)
    with reading() as session:
        found = quotient.find(session, by, search) if search.strip() else None
    if found is not None:
        draw_list(found, {"family": Column(_("Family")), "town": Column(_("Town"))}, _("Families found"), len(found))

"""Documents à contrôler: what families sent and nobody has looked at yet, the one that has waited longest first."""

import streamlit as st

from db.session import reading
from domain.documents import queue
from ui import choices, format, navigation, screen
from ui.access import admit
from ui.i18n import _, n_

SIZE = 50
me = admit("staff/documents_to_check")

screen.title(_("Documents to check"), _("Open the first one: each decision leads to the next."))
with reading() as session:
    kinds = queue.kinds_to_check(session, me)
names = {0: _("All papers")} | {number: f"{name} ({format.number(count)})" for number, name, count in kinds}
kind_id = choices.one(_("Paper"), list(names), key="nature", format=names.__getitem__)
total = sum(count for number, _name, count in kinds if kind_id in (0, number))
if not total:
    screen.empty(_("Every document has been looked at."))
    st.stop()
with reading() as session:
    waiting = queue.to_check(session, me, kind_id=kind_id or None, page=choices.asked_page(total, SIZE), size=SIZE)

chosen = {"file": "1"} | ({"nature": str(kind_id)} if kind_id else {})
told = n_("Look at {count} document", "Look at {count} documents", total)
if st.button(told, type="primary", icon=":material/fact_check:"):
    st.switch_page(navigation.page("staff/document"), query_params={"piece": str(waiting[0].document_id), **chosen})
with st.container(border=True, gap="small", key="papers-to-check"):
    for paper in waiting:
        kind = format.plain(paper.kind) + (f" ({_('renewal')})" if paper.beside_accepted else "")
        about = f"{format.plain(paper.person)}, " if paper.person else ""
        told = about + _("family {family}, sent on {when}", family=format.plain(paper.family), when=format.instant(paper.sent_at))
        screen.goto(f"**{kind}** – {told}", "staff/document", icon=":material/description:", piece=paper.document_id, **chosen)
choices.page(total, SIZE)

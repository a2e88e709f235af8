"""Letters of the house: written into the outbox in the transaction of the act that causes them, sent later by the worker.

A letter's template is `templates/<language>/<kind>.txt`: the subject, a blank line, then paragraphs. A line `[label](address)` whose
address is on this portal becomes a button of the HTML version; everything else is escaped.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.orm import Session

from db.models import Account, Guardian, Letter
from db.settings import settings
from domain import clock
from domain.structure import setting

_BUTTON = re.compile(r"\[(?P<label>[^\]]+)\]\((?P<address>[^)\s]+)\)")
_FOLDER = Path(__file__).parent / "templates"


def write(
    session: Session,
    kind: str,
    to: Account | Guardian | tuple[str, str],
    *,
    family_id: int | None = None,
    language: str | None = None,
    **facts: Any,
) -> Letter:
    """Puts a letter into the outbox and returns it. `to` is a person with an e-mail, or (e-mail, name).

    Raises ValueError when the person has no e-mail: the caller decides what then.
    """
    email, name = to if isinstance(to, tuple) else (to.email, to.full_name)
    if not email:
        raise ValueError("a letter needs an address")
    spoken = language or (to.language if isinstance(to, Account) else "fr")
    subject, text_body, html_body = compose(kind, spoken, structure=setting(session, "name"), name=name, **facts)
    moment = clock.now()
    letter = Letter(
        kind=kind,
        to_email=email,
        to_name=name,
        family_id=family_id,
        account_id=to.id if isinstance(to, Account) else None,
        language=spoken,
        subject=subject[:250],
        text_body=text_body,
        html_body=html_body,
        next_try_at=moment,
        written_at=moment,
    )
    session.add(letter)
    return letter


def compose(kind: str, language: str, **facts: Any) -> tuple[str, str, str]:
    """A letter's subject, text body and HTML body. Also what a preview shows."""
    written = _templates(language).get_template(f"{kind}.txt").render(portal=settings().public_url, **facts)
    subject, _, body = written.partition("\n")
    body = body.strip() + "\n"
    paragraphs = [_paragraph(block) for block in re.split(r"\n\s*\n", body.strip())]
    page = _pages().get_template("layout.html")
    html_body = page.render(subject=subject.strip(), paragraphs=paragraphs, language=language, structure=facts.get("structure", ""))
    return subject.strip(), _BUTTON.sub(r"\g<label> : \g<address>", body), html_body


def _paragraph(block: str) -> dict[str, str]:
    button = _BUTTON.fullmatch(block.strip())
    if button and button["address"].startswith(settings().public_url + "/"):
        return {"label": button["label"], "address": button["address"]}
    return {"text": block.strip()}


@cache
def _templates(language: str) -> Environment:
    templates = Environment(loader=FileSystemLoader([_FOLDER / language, _FOLDER / "fr"]), undefined=StrictUndefined, trim_blocks=True)
    templates.filters["day"] = lambda value: format_date(value, "full", locale=language)
    templates.filters["month"] = lambda value: format_date(value, "LLLL y", locale=language)
    templates.filters["instant"] = lambda value: format_datetime(value, "d MMMM y HH:mm", tzinfo=settings().zone, locale=language)
    templates.filters["euros"] = lambda cents: format_currency(cents / 100, "EUR", locale=language)
    return templates


@cache
def _pages() -> Environment:
    return Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined)

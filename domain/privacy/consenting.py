"""The optional consents: given or taken back at any time, each with its instant and the version of its text (GDPR art. 7)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Account, Consent, ConsentText
from domain import clock, journal
from domain.accounts import consents
from domain.families import finding
from domain.refusals import DoesNotExist


@dataclass(frozen=True)
class Asked:
    """One text that a family may agree to, its newest words, and what the family last said to that kind of text, if anything."""

    text_id: int
    kind: str
    body: str
    given: bool | None
    given_at: datetime | None
    is_newest: bool


def asked(session: Session, by: Account | None) -> list[Asked]:
    """The optional texts of the structure with the answers of a parent's family. Raises NotAllowed, DoesNotExist."""
    family = finding.own_family(session, by)
    texts = consents.texts(session, by.language if by else "fr")
    return [_asked(session, family.id, texts[kind]) for kind in consents.OPTIONAL if kind in texts and texts[kind].id is not None]


def answer(session: Session, by: Account | None, text_id: int, given: bool) -> None:
    """A parent agrees to a text, or takes it back; the same answer again adds nothing. Raises NotAllowed, DoesNotExist."""
    family = finding.own_family(session, by, lock=True)
    published = ConsentText.published_at <= clock.now()
    wanted = select(ConsentText).where(ConsentText.id == text_id, ConsentText.kind.in_(consents.OPTIONAL), published)
    text = session.scalars(wanted).one_or_none()
    if text is None:
        raise DoesNotExist("consent_texts")
    before = _asked(session, family.id, text)
    if before.given is given and before.is_newest:
        return
    consents.answer(session, family.id, text, given)
    told = {text.kind: [before.given, given]}
    journal.record(session, by, "answer_consent", (Consent, text.id), family_id=family.id, changes=told)


def _asked(session: Session, family_id: int, text: ConsentText) -> Asked:
    said = (
        select(Consent)
        .join(ConsentText, ConsentText.id == Consent.text_id)
        .where(Consent.family_id == family_id, ConsentText.kind == text.kind)
        .order_by(Consent.given_at.desc(), Consent.id.desc())
        .limit(1)
    )
    last = session.scalars(said).one_or_none()
    if last is None:
        return Asked(text.id, text.kind, text.body, None, None, False)
    return Asked(text.id, text.kind, text.body, last.given, last.given_at, last.text_id == text.id)

"""The texts that people are shown when they ask for an account: the notice, which must be read, and what they may agree to or not."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Consent, ConsentText
from domain import clock

OPTIONAL = ("photo", "newsletter")

# Until the structure has published its own. The ground is the public service's mission (GDPR art. 6-1 e): the box says that this was read.
NOTICE = {
    "fr": "En soumettant ce formulaire, j’accepte que mes données personnelles saisies soient utilisées dans le cadre d’une demande de "
    "compte, puis de l’inscription et de l’accueil de mes enfants. J’ai lu la notice de protection des données de la structure.",
    "en": "By sending this form, I accept that the personal data I typed are used for my request for an account, then to register and "
    "look after my children. I have read the structure’s privacy notice.",
}


def texts(session: Session, language: str) -> dict[str, ConsentText]:
    """The newest text of each kind in a language (else in French): `notice` always, `photo` and `newsletter` where there are some.

    A notice that the structure has not written is ours, not yet kept: `answer` keeps it.
    """
    published = select(ConsentText).where(ConsentText.published_at <= clock.now(), ConsentText.language.in_([language, "fr"]))
    rows = session.scalars(published.order_by(ConsentText.language == language, ConsentText.version, ConsentText.id))
    newest = {text.kind: text for text in rows}
    if "notice" not in newest:
        newest["notice"] = ConsentText(kind="notice", language=language, version=1, body=NOTICE[language], published_at=clock.now())
    return newest


def answer(session: Session, family_id: int, text: ConsentText, given: bool) -> Consent:
    """Keeps what a family said to a text, and when."""
    if text not in session:
        session.add(text)
        session.flush()
    said = Consent(family_id=family_id, text_id=text.id, given=given, given_at=clock.now())
    session.add(said)
    session.flush()
    return said

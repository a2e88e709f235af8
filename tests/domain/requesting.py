"""Families that ask for an account, for the tests of their requests."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from db.models import Account, AccountRequest, Consent, ConsentText, Family, Guardian, Letter
from db.session import reading, writing
from domain import clock
from tests.cast import PASSWORD_HASH, add, plain

NOTICE = "Vos données servent à l’accueil de vos enfants."


def ask(name: str, first_name: str = "Nadia", *, at: datetime | None = None, password_hash: str | None = PASSWORD_HASH, **more: Any) -> int:
    """A family's request as the family's form leaves it; gives its id. `more` goes to the guardian."""
    moment = at or clock.now()
    with writing() as session:
        text = session.scalar(select(ConsentText)) or ConsentText(kind="notice", language="fr", version=3, body=NOTICE, published_at=moment)
        email = more.get("email") or plain(f"{first_name}.{name}@exemple.fr")
        account = Account(
            email=more.pop("sign_in", email),
            first_name=first_name,
            last_name=name,
            role="parent",
            state="pending",
            password_hash=password_hash,
            created_at=moment,
        )
        family = Family(name=name, town="Moreuil", postcode="80110", search_name=plain(name), state="requested", created_at=moment)
        family.phone_mobile, family.phone_landline = more.pop("family_phone", None), more.pop("family_landline", None)
        session.add_all([text, account, family])
        session.flush()
        values = {"email": email, "search_name": plain(f"{first_name} {name}")} | more
        guardian = Guardian(family_id=family.id, account_id=account.id, last_name=name, first_name=first_name, created_at=moment, **values)
        consent = Consent(family_id=family.id, text_id=text.id, given=True, given_at=moment)
        session.add_all([guardian, consent])
        session.flush()
        request = AccountRequest(family_id=family.id, guardian_id=guardian.id, consent_id=consent.id, state="waiting", requested_at=moment)
        session.add(request)
    return request.id


def states(request_id: int) -> tuple[str, str, str]:
    """The states of a request, its family and its sign-in."""
    with reading() as session:
        row = session.execute(
            select(AccountRequest.state, Family.state, Account.state)
            .join(Family, Family.id == AccountRequest.family_id)
            .join(Guardian, Guardian.id == AccountRequest.guardian_id)
            .join(Account, Account.id == Guardian.account_id)
            .where(AccountRequest.id == request_id)
        ).one()
    return row[0], row[1], row[2]


def letters_of(kind: str) -> list[Letter]:
    """The letters of a kind, oldest first."""
    with reading() as session:
        return list(session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def token_of(letter: Letter) -> str:
    """The token of the link that a letter carries."""
    return letter.text_body.partition("?lien=")[2].split()[0]


def grown_up(family_id: int, born_on: date) -> None:
    """Writes the birth date of a family's guardian."""
    with writing() as session:
        session.scalars(select(Guardian).where(Guardian.family_id == family_id)).one().born_on = born_on


__all__ = ["NOTICE", "add", "ask", "grown_up", "letters_of", "states", "token_of"]

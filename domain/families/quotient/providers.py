"""Where a quotient may be fetched: the contract of a provider, and the client of the API Particulier (DINUM), version 3.

`GET /v3/dss/quotient_familial/identite`, bearer token: the quotient of an allocataire of the CAF or the MSA by civil identity (name and
first names of birth, day, sex, place of birth by INSEE code, or by name and département). Answers: 200 with value, month and the
allocataires; 404 the person is known and has no quotient; 422 no person, or several, of that identity; 401 and 403 the token or its
rights; 429 more than 20 calls a second; 5xx the API or one of its sources does not answer. Nothing of an identity is logged, nor kept in
an exception.
"""

import logging
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import requests
import structlog

from db.settings import settings
from domain.families.quotient.values import Told, sound
from domain.refusals import Refusal

logging.getLogger("urllib3").setLevel(logging.ERROR)  # below, it writes whole addresses, and the identity stands in the address
_log = structlog.get_logger()
FRANCE = "99100"
_WAIT = (4.0, 12.0)  # seconds to connect, to answer
_LONGEST = 500_000  # bytes of an answer


class QuotientUnknown(Refusal):
    """The person is known there, and has no quotient: not an allocataire, or none was computed."""


class PersonUnknown(Refusal):
    """No person, or several, have this identity."""


class AnotherPerson(Refusal):
    """The allocataires of the answer are not who asked."""


class ProviderBusy(Refusal):
    """Too many calls at this moment: again in a minute."""


class ProviderDown(Refusal):
    """The provider does not answer, or not as it should. The value can be typed."""


class ProviderRefuses(Refusal):
    """The provider does not accept our token, or it has no right to quotients: the structure has to look after it."""


@dataclass(frozen=True)
class Identity:
    """The civil identity of an allocataire. `place_code`: the INSEE code of the commune of birth, when it is known."""

    birth_name: str
    first_names: tuple[str, ...]
    born_on: date
    sex: str | None
    town: str | None = None
    department: str | None = None
    place_code: str | None = None
    country_code: str = FRANCE


class Provider(Protocol):
    """Whoever tells the quotient of an identity."""

    def quotient(self, identity: Identity) -> Told:
        """The newest quotient. Raises the refusals of this module."""


@dataclass(frozen=True)
class ApiParticulier:
    """The client. `recipient` is the SIRET of the structure that asks."""

    address: str
    token: str
    recipient: str

    def quotient(self, identity: Identity) -> Told:
        """See `Provider`. Calls the network: never inside a transaction."""
        try:
            answer = requests.get(
                f"{self.address.rstrip('/')}/v3/dss/quotient_familial/identite",
                params=self._asked(identity),
                headers={"Authorization": f"Bearer {self.token}", "Accept": "application/json"},
                timeout=_WAIT,
                allow_redirects=False,
            )
        except requests.RequestException:
            _log.warning("quotient_provider", outcome="unreachable")
            raise ProviderDown from None
        if answer.status_code != 200:
            _log.warning("quotient_provider", outcome=answer.status_code)
            raise _REFUSED.get(answer.status_code, ProviderDown)
        return _read(answer, identity)

    def _asked(self, identity: Identity) -> list[tuple[str, str]]:
        asked = {
            "recipient": self.recipient,
            "nomNaissance": identity.birth_name.upper(),
            "anneeDateNaissance": str(identity.born_on.year),
            "moisDateNaissance": str(identity.born_on.month),
            "jourDateNaissance": str(identity.born_on.day),
            "sexeEtatCivil": (identity.sex or "").upper(),
            "codeCogInseePaysNaissance": identity.country_code,
        }
        if identity.country_code == FRANCE:
            if identity.place_code:
                asked["codeCogInseeCommuneNaissance"] = identity.place_code
            else:
                asked |= {"nomCommuneNaissance": identity.town or "", "codeCogInseeDepartementNaissance": identity.department or ""}
        pairs = [(name, value) for name, value in asked.items() if value]
        return [*pairs, *(("prenoms[]", name.upper()) for name in identity.first_names)]


_REFUSED: dict[int, type[Refusal]] = {
    400: PersonUnknown,
    401: ProviderRefuses,
    403: ProviderRefuses,
    404: QuotientUnknown,
    409: ProviderBusy,
    422: PersonUnknown,
    429: ProviderBusy,
}


def configured() -> Provider | None:
    """The provider of this installation; None when it has no token: quotients are typed then."""
    given = settings()
    if not (given.api_particulier_token and given.api_particulier_siret):
        return None
    return ApiParticulier(given.api_particulier_url, given.api_particulier_token, given.api_particulier_siret)


def _read(answer: requests.Response, identity: Identity) -> Told:
    """The value and its month, once one of the allocataires was born on the day of who asked; the rest of the answer is dropped."""
    try:
        if len(answer.content) > _LONGEST:
            raise ValueError("too long")
        data: dict[str, Any] = answer.json()["data"]
        quotient, people = data["quotient_familial"], data["allocataires"]
        value, month = quotient["valeur"], date(int(quotient["annee"]), int(quotient["mois"]), 1)
        births = {person.get("date_naissance") for person in people}
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError("no number")
        cents = round(value * 100)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        _log.warning("quotient_provider", outcome="unreadable")
        raise ProviderDown from None
    if identity.born_on.isoformat() not in births:
        raise AnotherPerson
    return sound(cents, month)

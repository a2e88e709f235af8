"""Whatever is typed into an address, on every screen: nothing of another family is read there, and nothing tells that it exists."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from starlette.routing import Route

from db.models import (
    Account,
    ChangeRequest,
    Child,
    Conversation,
    Document,
    DocumentFile,
    DocumentKind,
    Family,
    FamilyChild,
    FamilyQuotient,
    Guardian,
    Message,
    Site,
    StoredFile,
)
from db.session import writing
from domain import clock, documents, letters
from domain.families import sheets
from tests.cast import WEDNESDAY, Cast, add
from tests.pages.conftest import Screens
from tests.pages.test_addresses import KEYS
from ui import navigation
from ui.routes import ROUTES

SignIn = Callable[[Account], Screens]
ABSENT = 987_654_321
THINGS = ("enfant", "parent", "personne", "famille", "piece", "compte")
"""The choices of an address that name something of a family."""


@dataclass
class Stranger:
    """A family with something of everything. `private` are words of its home alone, `of_the_child` those of its child and its sheets."""

    family: Family
    child: Child
    guardian: Guardian
    numbers: dict[str, int] = field(default_factory=dict)
    private = ("Trifouillis", "Quetsche", "Sujetsecret", "Piecesecrete", "Villesecrete", "Messagesecret", "765,43", "quetsche.zorglubin")
    of_the_child = ("Mirabelle", "Noisettesecrete", "Interditsecret")


def stranger_of(cast: Cast, site: Site) -> Stranger:
    """Plants a family with something in every chapter that screens show."""
    family = cast.family("Zorglubin", "Quetsche", site=site)
    guardian, account = cast.guardian(family), cast.parent(family)
    child = cast.child(family, "Mirabelle")
    activity = cast.activity(site)
    with writing() as session:
        session.get_one(Family, family.id).town = "Trifouillis"
        session.get_one(Guardian, guardian.id).town = "Trifouillis"
        typed = {"has_allergies": True, "food_allergies": "Noisettesecrete"}
        sheets.change_health(session, account, child.id, {}, typed)
    with writing() as session:
        sheets.forbid_person(session, account, child.id, {"full_name": "Interditsecret"}, sure=True)
    registration = cast.registration(child, family, activity)
    booking = cast.booking(child, family, cast.open_day(activity, WEDNESDAY)[0])
    invoice = cast.invoice(family, 876_543, date(2026, 1, 20), site)
    kind = add(DocumentKind(name="Attestation CAF", subject="family", is_compulsory=True, blocks="nothing", validity="for_ever"))
    now = clock.now()
    document = add(Document(kind_id=kind.id, family_id=family.id, state="to_check", sent_at=now, sent_by_id=account.id))
    add(StoredFile(sha256="a" * 64, size=3, mime="application/pdf", stored_at=now))
    paper = add(DocumentFile(document_id=document.id, sha256="a" * 64, name="Piecesecrete.pdf"))
    about = {"family_id": family.id, "section": "family", "object_id": family.id, "field": "town", "asked_by_id": account.id}
    change = add(ChangeRequest(**about, values={"old": "Trifouillis", "new": "Villesecrete"}, state="waiting", asked_at=now))
    talk = add(Conversation(family_id=family.id, site_id=site.id, subject="Sujetsecret", last_message_at=now, unread_by_staff=1))
    add(Message(conversation_id=talk.id, by_id=account.id, body="Messagesecret", written_at=now))
    month = date(2026, 2, 1)
    quotient = add(FamilyQuotient(family_id=family.id, value_cents=876_543, month_on=month, source="typed", from_on=month, recorded_at=now))
    with writing() as session:
        documents.refresh_all(session)
        letters.write(session, "test", account, family_id=family.id)
    rows = (family, child, guardian, account, registration, booking, invoice, document, paper, change, talk, quotient)
    return Stranger(family, child, guardian, {type(row).__name__: row.id for row in rows})


def everything(screens: Screens) -> str:
    """All that was sent to the browser, tables included, as one text."""

    def protos(node: Any) -> Iterator[Any]:
        for child in node.children.values() if hasattr(node, "children") else ():
            if (proto := getattr(child, "proto", None)) is not None:
                yield proto
            yield from protos(child)

    return "\n".join(proto.SerializeToString().decode("utf-8", "ignore") for proto in protos(screens._tree))


def seen(screens: Screens, words: tuple[str, ...]) -> list[str]:
    told = everything(screens)
    return [word for word in words if word in told]


def own_screens(role: str) -> list[navigation.Screen]:
    """The screens that the map opens to a role."""
    return [screen for screen in navigation.standing() if role in screen.roles]


def addresses(stranger: Stranger) -> Iterator[dict[str, int]]:
    """Every choice that screens read from the address, with the number of each thing of the stranger's."""
    for number in sorted(set(stranger.numbers.values())):
        yield dict.fromkeys(KEYS, number)


def test_no_screen_of_a_family_shows_anything_of_another(cast: Cast, sign_in_as: SignIn) -> None:
    stranger, amina = stranger_of(cast, cast.moreuil), cast.amina
    secrets = (*stranger.private, *stranger.of_the_child, "Zorglubin")
    screens = sign_in_as(amina)
    for screen in own_screens("parent"):
        for choices in ({}, *addresses(stranger)):
            screens.open(screen.key, **choices)
            assert not screens.exception, screen.key
            assert seen(screens, secrets) == [], (screen.key, choices)


def test_the_same_addresses_show_it_to_the_family_itself(cast: Cast, sign_in_as: SignIn) -> None:
    """The proof that the search above would find something."""
    stranger = stranger_of(cast, cast.moreuil)
    screens, found = sign_in_as(cast.parent(stranger.family)), dict[str, set[str]]()
    for screen in own_screens("parent"):
        for choices in ({}, *addresses(stranger)):
            screens.open(screen.key, **choices)
            found.setdefault(screen.key, set()).update(seen(screens, (*stranger.private, *stranger.of_the_child)))
    assert {"Mirabelle", "Noisettesecrete"} <= found["family/health"]
    assert {"Mirabelle", "Interditsecret"} <= found["family/contacts"]
    assert {"Trifouillis", "Villesecrete"} <= found["family/household"]
    assert "Quetsche" in found["family/guardian"]
    assert "Mirabelle" in found["family/child"] & found["family/permissions"] & found["family/my_family"]
    assert "765,43" in found["family/quotient"] & found["family/dashboard"]


def test_a_stranger_s_number_gets_the_answer_of_a_number_that_nobody_has(cast: Cast, sign_in_as: SignIn) -> None:
    stranger, screens = stranger_of(cast, cast.moreuil), sign_in_as(cast.amina)
    assert set(THINGS) <= set(KEYS)
    for screen in own_screens("parent"):
        absent = screens.open(screen.key, **dict.fromkeys(THINGS, ABSENT)).words()
        for kind, number in stranger.numbers.items():
            told = screens.open(screen.key, **dict.fromkeys(THINGS, number)).words()
            assert told == absent, (screen.key, kind)


def test_the_other_home_of_a_shared_child_keeps_its_own_secrets(cast: Cast, sign_in_as: SignIn) -> None:
    stranger = stranger_of(cast, cast.moreuil)
    add(FamilyChild(family_id=cast.benali.id, child_id=stranger.child.id, custody="shared"))
    screens, shared = sign_in_as(cast.amina), set[str]()
    for screen in own_screens("parent"):
        for choices in ({}, *addresses(stranger)):
            screens.open(screen.key, **choices)
            shared.update(seen(screens, stranger.of_the_child))
            assert seen(screens, stranger.private) == [], (screen.key, choices)
    assert shared >= {"Mirabelle", "Noisettesecrete"}


@pytest.mark.parametrize("who", ["claire", "farid", "gaelle"])
def test_staff_read_nothing_of_families_of_other_sites(cast: Cast, sign_in_as: SignIn, who: str) -> None:
    person: Account = getattr(cast, who)
    stranger = stranger_of(cast, cast.ailly)
    secrets = (*stranger.private, *stranger.of_the_child, "Zorglubin")
    screens = sign_in_as(person)
    for screen in own_screens(person.role):
        for choices in ({}, *addresses(stranger)):
            screens.open(screen.key, **choices)
            assert not screens.exception, screen.key
            assert seen(screens, secrets) == [], (screen.key, choices)


def test_every_route_that_takes_a_number_is_tried_with_a_stranger_s() -> None:
    """A new route with something in its address belongs into `tests/browser/test_other_families.py`."""
    assert {route.path for route in ROUTES if isinstance(route, Route) and "{" in route.path} == {
        "/langue/{code}",
        "/papiers/{file_id:int}",
    }

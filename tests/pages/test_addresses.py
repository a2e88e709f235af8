"""What somebody types into an address breaks no screen, and no typed name becomes a link on one."""

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import chain

import pytest

from db.models import Account, Document, DocumentKind, Site
from db.session import writing
from domain import clock, documents, letters
from tests.cast import WEDNESDAY, Cast, add
from tests.pages.conftest import HOME, Screens
from ui import navigation

SignIn = Callable[[Account], Screens]
LINK = "[Cliquez](https://ailleurs.example)"
SOURCES = [path for folder in ("pages", "ui") for path in sorted((HOME.parent / folder).rglob("*.py"))]
ASKED = re.compile(r"choices\.(?:one|several|day|flag|page)\((?:[^()]|\([^()]*\))*?key=\"(\w+)\"|choices\.(?:read|number)\(\"(\w+)\"\)")
KEYS = sorted({key for path in SOURCES for key in chain.from_iterable(ASKED.findall(path.read_text("utf-8"))) if key} | {"page", "lien"})
ODD = ("", "²", "999999999", "9" * 5000, "0001-01-01", "1999-12-31", "9999-12-31", "x' OR 1=1")
DEEPER = {"staff/capacity_day", "staff/family_account", "staff/users"}


def person_of(cast: Cast, screen: navigation.Screen) -> Account | None:
    """Somebody who may open a screen; nobody for a visitor's."""
    people = (cast.denis, cast.helene, cast.amina)
    return next((each for each in people if each.role in screen.roles), None)


def test_the_choices_of_the_address_are_known() -> None:
    assert {
        "jour",
        "du",
        "au",
        "des",
        "site",
        "famille",
        "compte",
        "activite",
        "date",
        "place",
        "page",
        "retard",
        "numero",
        "piece",
    } <= set(KEYS)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:12])
def test_no_odd_value_in_an_address_breaks_a_screen(cast: Cast, sign_in_as: SignIn, visit: Callable[[], Screens], odd: str) -> None:
    seats = cast.open_day(cast.mercredi)
    cast.booking(cast.sami, cast.benali, seats[0])
    cast.invoice(cast.benali, 1_000, clock.today())
    right = {"activite": seats[0].activity_id, "date": WEDNESDAY, "famille": cast.benali.id, "compte": cast.claire.id}
    for screen in navigation.standing():
        person = person_of(cast, screen)
        odd_ones = dict.fromkeys(KEYS, odd)
        for choices in (odd_ones, odd_ones | right) if screen.key in DEEPER else (odd_ones,):
            screens = sign_in_as(person) if person else visit()
            screens.open(screen.key, **choices)
            assert not screens.exception, (screen.key, odd[:20], screens.exception[0].value)


def marked_up(screens: Screens) -> list[str]:
    """Every text of a screen that is read as Markdown: headings, sentences, and the labels of what can be pressed."""
    words = [screens.words()]
    for kind in ("button", "checkbox", "radio", "expander", "tab", "metric", "page_link", "button_group", "download_button", "popover"):
        for element in screens.get(kind):
            proto = getattr(element, "proto", None)
            words += [str(getattr(proto, name)) for name in ("label", "caption", "options") if hasattr(proto, name)]
    return words


def test_a_name_that_somebody_typed_is_no_link_on_any_screen(cast: Cast, sign_in_as: SignIn) -> None:
    people, site, recipient = (cast.denis, cast.helene, cast.amina), cast.moreuil, cast.denis
    with writing() as session:
        session.get_one(Site, site.id).name = LINK
        for person in people:
            session.get_one(Account, person.id).last_name = LINK
    activity = cast.activity(cast.moreuil, LINK)
    family = cast.family(LINK, LINK, site=cast.moreuil)
    child = cast.child(family, LINK)
    cast.guardian(family)
    home = add(DocumentKind(name=LINK, subject="family", is_compulsory=True, blocks="booking", validity="for_ever"))
    seats = cast.open_day(activity)
    cast.registration(child, family, activity)
    cast.booking(child, family, seats[0])
    paper = add(Document(kind_id=home.id, family_id=family.id, state="to_check", sent_at=clock.now()))
    cast.invoice(family, 1_000, clock.today() - timedelta(days=40))
    with writing() as session:
        documents.refresh_all(session)
        letters.write(session, "test", recipient, family_id=family.id).to_name = LINK
    where = {"activite": activity.id, "date": WEDNESDAY, "famille": family.id, "piece": paper.id, "site": cast.moreuil.id, "relance": 1}
    for screen in navigation.standing():
        person = person_of(cast, screen)
        if person is None:
            continue
        for choices in ({}, where):
            screens = sign_in_as(person).open(screen.key, **choices)
            assert not screens.exception, screen.key
            told = [text for text in marked_up(screens) if "](https://ailleurs" in text]
            assert not told, (screen.key, told)

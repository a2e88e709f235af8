"""« Ma famille » on a telephone and its queue at a desk, in a real browser."""

from collections.abc import Callable

from playwright.sync_api import expect
from sqlalchemy import select

from db.models import Family, FieldRule
from db.session import reading
from tests.browser.conftest import DESK, PHONE, Visitor
from tests.cast import Cast, add
from tests.domain.requesting import letters_of

Window = Callable[..., Visitor]


def test_a_family_asks_on_a_telephone_and_a_coordinator_accepts_two_at_once(cast: Cast, visitor: Window) -> None:
    assert cast.sami.id
    for name in ("postcode", "town"):
        add(FieldRule(section="family", field=name, mode="compulsory", waits_for_staff=True))
    at_home, at_the_desk = visitor(PHONE), visitor(DESK)
    page = at_home.sign_in(cast.amina, "/coordonnees")
    page.get_by_label("CP *").fill("80000")
    page.get_by_label("Complément").fill("Bât. n°3")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name="Ma famille")).to_be_visible()
    expect(page.get_by_text("2 modifications en attente")).to_be_visible()
    at_home.settle()
    assert at_home.axe() == []
    at_home.go("/coordonnees")
    expect(page.get_by_text("Moreuil → Amiens")).to_be_visible()
    assert at_home.axe() == []
    assert at_home.width() <= PHONE

    page = at_the_desk.sign_in(cast.claire, "/modifications-a-valider")
    table = page.get_by_test_id("stDataFrame")
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 16, box["y"] + 18)
    page.get_by_role("button", name="Accepter ces 2 modifications").click()
    expect(page.get_by_text("2 modifications sont acceptées.")).to_be_visible()
    with reading() as session:
        family = session.scalars(select(Family).where(Family.id == cast.benali.id)).one()
    assert (family.postcode, family.town, family.address_extra) == ("80000", "Amiens", "Bât. n°3")
    assert [letter.to_email for letter in letters_of("changes_accepted")] == [cast.amina.email]
    assert at_home.errors == at_the_desk.errors == []

"""The journal is read by those who may, of what is theirs to see, and filtered by person, object and date."""

from datetime import date, timedelta

import pytest
import time_machine

from db.models import Account, Activity, Family
from db.session import reading, writing
from domain import journal
from domain.journal.reading import Filter, entries, people
from domain.refusals import NotAllowed, PeriodUpsideDown
from tests.cast import Cast


def acted(by: Account, act: str, thing: Family | Activity) -> None:
    with writing() as session:
        journal.record(session, by, act, session.get_one(type(thing), thing.id))


def read(by: Account, **looked_at: object) -> list[str]:
    with reading() as session:
        frame, count = entries(session, by, Filter(**looked_at))  # type: ignore[arg-type]
    assert count == len(frame)
    return list(frame["act"])


def test_the_newest_comes_first_and_filters_choose(cast: Cast, noon: time_machine.Traveller) -> None:
    acted(cast.claire, "archive", cast.benali)
    noon.shift(timedelta(days=1))
    acted(cast.denis, "open", cast.mercredi)
    helene = cast.helene
    assert read(helene) == ["open", "archive"]
    assert read(helene, by_id=cast.claire.id) == ["archive"]
    assert read(helene, act="open") == ["open"]
    assert read(helene, object_kind="families") == ["archive"]
    assert read(helene, object_kind="families", object_id=cast.benali.id) == ["archive"]
    assert read(helene, from_on=date(2026, 3, 3)) == ["open"]
    assert read(helene, until_on=date(2026, 3, 2)) == ["archive"]
    with pytest.raises(PeriodUpsideDown):
        read(helene, from_on=date(2026, 3, 3), until_on=date(2026, 3, 2))


def test_a_page_names_people_families_and_sites(cast: Cast) -> None:
    acted(cast.claire, "open", cast.mercredi)
    helene = cast.helene
    with reading() as session:
        frame, _ = entries(session, helene, Filter())
        assert (frame["by_name"][0], frame["site_name"][0]) == ("Claire Dubois", "Moreuil")
        assert (cast.claire.id, "Claire Dubois") in people(session, helene)


def test_a_director_of_one_site_reads_nothing_of_another(cast: Cast) -> None:
    stranger, here = cast.activity(cast.ailly), cast.mercredi
    director = cast.account("Odile", "Roux", "director", cast.moreuil)
    acted(cast.claire, "open", stranger)
    acted(cast.claire, "close", here)
    acted(cast.claire, "archive", cast.family("Ailleurs", "Zoé", site=cast.ailly))
    assert read(director) == ["close"]
    assert read(cast.denis) == ["archive", "close", "open"]


def test_coordinators_and_families_do_not_read_the_journal(cast: Cast) -> None:
    for nobody in (cast.claire, cast.farid, cast.gaelle, cast.amina):
        with pytest.raises(NotAllowed):
            read(nobody)


def test_a_long_journal_is_turned_by_pages(cast: Cast) -> None:
    claire, benali, helene = cast.claire, cast.benali, cast.helene
    for number in range(5):
        acted(claire, f"act_{number}", benali)
    with reading() as session:
        frame, count = entries(session, helene, Filter(), page=2, size=2)
    assert (list(frame["act"]), count) == (["act_2", "act_1"], 5)

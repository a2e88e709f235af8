"""A list of values as one parameter."""

from datetime import date

import pytest
from sqlalchemy import event, select

from db.lists import within
from db.models import Child
from db.session import engine, reading
from tests.cast import Cast


@pytest.mark.parametrize(
    ("column", "values", "found"),
    [
        (Child.first_name, ["Sami", 'L\'Été "x"', "Personne"], ["Sami"]),
        (Child.born_on, [date(2018, 5, 17), date(1999, 1, 1)], ["Sami"]),
        (Child.id, [], []),
        (Child.id, [1, 2, 3], ["Sami", "Lia"]),
    ],
    ids=["texts", "days", "none", "numbers"],
)
def test_a_column_is_one_of_a_list_of(cast: Cast, column, values, found) -> None:
    assert (cast.sami.first_name, cast.lia.first_name) == ("Sami", "Lia")
    with reading() as session:
        here = select(Child.first_name).where(within(column, "these")).order_by(Child.id)
        assert list(session.scalars(here, {"these": values})) == found


def test_a_list_is_one_parameter_whatever_its_length(cast: Cast) -> None:
    seen: list[str] = []
    event.listen(engine(), "before_cursor_execute", lambda *told: seen.append(told[2]))
    asked = select(Child.id).where(within(Child.id, "these"))
    with reading() as session:
        for length in (0, 1, 1_000):
            session.scalars(asked, {"these": list(range(length))}).all()
    assert len({statement for statement in seen if "children" in statement}) == 1

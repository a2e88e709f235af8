"""What a look leaves behind it."""

from sqlalchemy import select, text

from db.models import Site
from db.session import engine, reading
from tests.cast import Cast


def test_what_postgresql_has_planned_is_kept_from_one_look_to_the_next(cast: Cast) -> None:
    assert cast.ailly.id
    for _ in range(8):
        with reading() as session:
            assert session.scalars(select(Site.name)).all()
    if engine().name == "postgresql":
        with reading() as session:
            assert session.scalar(text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%sites.name%'")) == 1

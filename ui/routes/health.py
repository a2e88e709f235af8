"""Whether this process serves, for the machine that watches it."""

from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import PlainTextResponse, Response

from db.session import reading


def tell(_: object) -> Response:
    """200 when the database answers, else 503."""
    try:
        with reading() as session:
            session.connection()
    except SQLAlchemyError:
        return PlainTextResponse("database", 503)
    return PlainTextResponse("ok", headers={"cache-control": "no-store"})

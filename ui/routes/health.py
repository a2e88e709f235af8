"""Whether this process serves, for the machine that watches it."""

from starlette.responses import PlainTextResponse, Response

from db.session import reading


def tell(_: object) -> Response:
    """200 when the database answers, else 503."""
    try:
        with reading() as session:
            session.connection()
    except Exception:  # whatever keeps the database from answering, the answer is the same
        return PlainTextResponse("database", 503)
    return PlainTextResponse("ok", headers={"cache-control": "no-store"})

"""The challenge that a visitor's browser works on: signed, different each time, kept nowhere."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from domain.accounts import proof


def tell(_: Request) -> Response:
    """A new challenge. Costs two hashes and touches no database."""
    return JSONResponse(proof.challenge(), headers={"cache-control": "no-store"})

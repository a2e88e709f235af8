"""The cookie of a session: given for a ticket, taken back at the sign-out. Its token is never seen by a script."""

import json

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from db.session import reading, writing
from domain import accounts
from domain.accounts.refusals import TicketSpent
from ui import i18n
from ui.access import COOKIE
from ui.middleware import same_origin

FORBIDDEN, GONE, UNKNOWN = 403, 410, 401


async def open_session(request: Request) -> Response:
    """Swaps the ticket of the body for the cookie: 204, or 403 from another site, 410 for a ticket that is spent."""
    if not same_origin(request) or request.headers.get("content-type", "").partition(";")[0] != "application/json":
        return Response(status_code=FORBIDDEN)
    try:
        ticket = json.loads(await request.body())["ticket"]
        fresh = await run_in_threadpool(_redeem, str(ticket), origin_of(request), request.cookies.get(COOKIE))
    except (ValueError, KeyError, TypeError, TicketSpent):
        return Response(status_code=GONE)
    answer = Response(status_code=204, headers={"cache-control": "no-store"})
    lives = int(fresh.lives.total_seconds()) if fresh.remember else None
    answer.set_cookie(COOKIE, fresh.token, max_age=lives, path="/", secure=True, httponly=True, samesite="lax")
    answer.set_cookie(i18n.COOKIE, fresh.language, max_age=31536000, path="/", httponly=True, samesite="lax")
    return answer


def is_open(request: Request) -> Response:
    """Whether this browser kept its cookie: 204, else 401."""
    token = request.cookies.get(COOKIE)
    with reading() as session:
        here = token is not None and accounts.account_of(session, token) is not None
    return Response(status_code=204 if here else UNKNOWN, headers={"cache-control": "no-store"})


def close_session(request: Request) -> Response:
    """Takes the session back and has the browser forget its cookie: 204, or 403 from another site."""
    if not same_origin(request):
        return Response(status_code=FORBIDDEN)
    token = request.cookies.get(COOKIE)
    if token:
        with writing() as session:
            accounts.sign_out(session, token, origin=origin_of(request))
    answer = Response(status_code=204, headers={"cache-control": "no-store"})
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return answer


def origin_of(request: Request) -> accounts.Origin:
    """Where a request comes from, for the connection history."""
    return accounts.Origin(request.client.host if request.client else None, request.headers.get("user-agent"))


def _redeem(ticket: str, origin: accounts.Origin, old: str | None) -> accounts.NewSession:
    with writing() as session:
        fresh = accounts.redeem(session, ticket, origin=origin)
        if old:
            accounts.sign_out(session, old, origin=origin)
        return fresh

"""The switch between the languages: keeps the choice and comes back to where the person was."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from db.session import writing
from domain import accounts
from ui import i18n
from ui.access import COOKIE


def choose(request: Request) -> Response:
    """Keeps a language in a cookie, and in the account of who is signed in; an unknown language changes nothing."""
    code = request.path_params["code"]
    back = urlsplit(request.headers.get("referer", ""))
    own = back.netloc == request.headers.get("host")
    path = "/" + back.path.lstrip("/\\") if own else "/"
    answer = RedirectResponse(path + (f"?{back.query}" if own and back.query else ""), 303)
    if code in i18n.LANGUAGES:
        answer.set_cookie(i18n.COOKIE, code, max_age=31536000, path="/", httponly=True, samesite="lax")
        _keep(request.cookies.get(COOKIE), code)
    return answer


def _keep(token: str | None, code: str) -> None:
    if not token:
        return
    with writing() as session:
        account = accounts.account_of(session, token)
        if account and account.language != code:
            accounts.change_language(session, account, code)

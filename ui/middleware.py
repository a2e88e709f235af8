"""What every request and answer goes through: the page's own head, the headers that protect it, and the tie between cookie and session."""

import hashlib
import re
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request, cookie_parser
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from ui import assets, i18n, navigation
from ui.access import COOKIE
from ui.i18n import catalogue, word
from ui.papers_upload import ADDRESS

# The hash is that of Streamlit's own inline line; blob: is what its inline components are loaded from.
CSP = (
    "default-src 'self'; script-src 'self' blob: 'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; "
    "worker-src 'self' blob:; frame-ancestors 'self'; base-uri 'self'; form-action 'self'; object-src 'none'"
)
PROTECTION = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
}
SESSION_HEADER = b"x-portal-sid"
_CLOSED = re.compile(r"^/_stcore/(metrics|agent|script-health-check)(/|$)")
_MESSAGES = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat", "backend_operation_request"})
_ADDRESSES = frozenset({"/", *(f"/{screen.url_path}" for screen in navigation.SCREENS)})
STYLE = (
    f'<link rel="stylesheet" href="./{assets.address("farandole.css")}"><script src="./{assets.address("origin.js")}"></script>'
    f'<script type="module" src="./{assets.address("mend.js")}"></script>'
)
_NOSCRIPT = word("This site needs JavaScript: please allow it in your browser.")
_LOST = word("This page does not exist.")
_BACK = word("Back to the home page")


class Protection:
    """Adds the protecting headers to every answer, closes what is nobody's business, and leads the door's own address home."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                own = scope["path"].startswith(ADDRESS)  # papers have a stricter policy of their own
                for name, value in PROTECTION.items():
                    headers[name] = headers.get(name, value) if own else value
                if scope.get("scheme") == "https":
                    headers["strict-transport-security"] = "max-age=31536000"
            await send(message)

        if _CLOSED.match(scope["path"]):
            await PlainTextResponse("404", 404)(scope, receive, protected)
        elif scope["path"] in ("/connexion", "/accueil"):
            query = scope["query_string"].decode("latin-1")
            await RedirectResponse("/" + (f"?{query}" if query else ""), 303)(scope, receive, protected)
        else:
            await self.app(scope, receive, protected)


class Tie:
    """Ties Streamlit's session to the cookie: a stranger who learns a session's id gets a new, empty one. Drops idle messages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        token = cookies(Headers(scope=scope)).get(COOKIE, "")
        mark = hashlib.sha256(f"session:{token}".encode()).hexdigest().encode()
        kept = [(name, value) for name, value in scope["headers"] if name.lower() != SESSION_HEADER]
        tied = {**scope, "headers": [*kept, (SESSION_HEADER, mark)]}
        await self.app(tied, receive if scope["type"] == "http" else _sifted(receive), send)


class Page:
    """Rewrites the one HTML page of Streamlit: language, title, fonts, a sentence without JavaScript; 404 for unknown addresses."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        unpacked = [
            (name, value) for name, value in scope["headers"] if name not in (b"accept-encoding", b"if-none-match", b"if-modified-since")
        ]
        known = scope["path"] in _ADDRESSES
        start: dict[str, Any] = {}
        body = bytearray()

        async def caught(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            if "text/html" not in Headers(raw=start.get("headers", [])).get("content-type", ""):
                await send(message)
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    status = start["status"] if known or start["status"] != 200 else 404
                    language = language_of(Headers(scope=scope))
                    written = rewritten(body.decode(), language) if status == 200 else lost(language)
                    answer = HTMLResponse(written, status, {"cache-control": "no-cache", "vary": "Cookie, Accept-Language"})
                    await answer(scope, receive, send)

        asked = {**scope, "headers": unpacked} if known or "." not in scope["path"] else scope
        await self.app(asked, receive, caught)


def cookies(headers: Headers) -> dict[str, str]:
    """The cookies of a request, read as the routes and the screens read them: one odd cookie must not hide another."""
    return cookie_parser(headers.get("cookie", ""))


def language_of(headers: Headers) -> str:
    """The language of a visitor's request."""
    return i18n.choose(cookies(headers).get(i18n.COOKIE), headers.get("accept-language"))


def rewritten(page: str, language: str) -> str:
    """Streamlit's page with our head."""
    fonts = "".join(
        f'<link rel="preload" href="./assets/vendor/fonts/{name}" as="font" type="font/woff2" crossorigin>'
        for name in ("atkinson-hyperlegible-next-latin-wght-normal.woff2", "bricolage-grotesque-latin-wght-normal.woff2")
    )
    page = page.replace('<html lang="en">', f'<html lang="{language}">', 1)
    page = page.replace("<title>Streamlit</title>", "<title>Farandole</title>" + fonts + STYLE, 1)
    page = page.replace("./favicon.png", f"./{assets.address('mark.svg')}", 1)
    page = re.sub(r'<link\s+rel="preload"\s+href="\./static/media/SourceSans[^>]*>', "", page, count=1)
    page = re.sub(r'<link rel="service-desc"[^>]*>', "", page, count=1)
    said = f"<noscript>{_told(_NOSCRIPT, language)}</noscript>"
    page = re.sub(r"<noscript>.*?</noscript>", "", page, flags=re.DOTALL)
    return page.replace('<div id="root">', said + '<div id="root">', 1)


def lost(language: str) -> str:
    """The page of an address that does not exist."""
    mark = assets.address("mark.svg")
    return f"""<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_told(_LOST, language)} — Farandole</title>
<link rel="icon" href="/{mark}">
<link rel="stylesheet" href="/{assets.address("lost.css")}"></head><body><main><img src="/{mark}" alt="" width="96" height="96">
<h1>{_told(_LOST, language)}</h1><p><a href="/">{_told(_BACK, language)}</a></p></main></body></html>"""


def _told(message: str, language: str) -> str:
    return catalogue(language).sentences.get(message, message)


def _sifted(receive: Receive) -> Receive:
    """Lets through only the messages that a screen needs: no visitor empties everybody's caches."""

    async def sift() -> Message:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive" or not message.get("bytes"):
                return message
            told = BackMsg()
            try:
                told.ParseFromString(message["bytes"])
            except Exception:  # Streamlit closes the connection on what it cannot read
                return message
            if told.WhichOneof("type") in _MESSAGES:
                return message

    return sift


def same_origin(request: Request) -> bool:
    """Whether a POST comes from our own page: browsers say so in Origin and Sec-Fetch-Site."""
    origin, host = request.headers.get("origin"), request.headers.get("host")
    site = request.headers.get("sec-fetch-site", "same-origin")
    return site == "same-origin" and (origin is None or origin.partition("://")[2] == host)


MIDDLEWARE = [Middleware(Protection), Middleware(Tie), Middleware(Page)]

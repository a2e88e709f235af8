"""Papers, by their own address: only the person of the cookie gets them, straight from the folder, and no cache keeps them."""

from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from db import storage
from db.models import Account
from db.session import reading, writing
from domain import accounts, documents
from domain.intake.paper import PDF
from domain.refusals import DoesNotExist, Refusal
from ui.access import COOKIE

_log = structlog.get_logger()
_LAST = 2**31 - 1  # the largest number that a row can have
# A browser's reader of PDFs does not start inside a sandbox; pictures need nothing at all.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"


def give(request: Request) -> Response:
    """A file of a paper; 404 for one that does not exist, one of another family, and whoever is not signed in: the same words."""
    try:
        opened = _open(request.cookies.get(COOKIE), request.path_params["file_id"], request.method == "HEAD")
    except Refusal:
        return _absent()
    headers = {
        "cache-control": "no-store",
        "content-disposition": _disposition(opened.name),
        "content-security-policy": _POLICY if opened.mime == PDF else f"{_POLICY}; sandbox",
        "cross-origin-resource-policy": "same-origin",
    }
    path = storage.path_of(opened.sha256)
    try:
        if opened.is_sealed:
            return Response(storage.content_of(opened.sha256, sealed=True), 200, headers, opened.mime)
        if path.is_file():
            return FileResponse(path, 200, headers, opened.mime)
    except storage.FileLost:
        pass
    _log.error("file_lost", sha256=opened.sha256)
    return _absent()


def _absent() -> Response:
    """Answered by the page of all addresses that do not exist, see `ui.middleware`."""
    return HTMLResponse("", 404)


def _open(token: str | None, file_id: int, head: bool) -> documents.Opened:
    if file_id > _LAST:
        raise DoesNotExist("documents")
    with reading() as session:
        by = accounts.account_of(session, token) if token else None
        if by is not None and _is_held(by):
            by = None
        opened = documents.find_file(session, by, file_id)
    if opened.noted and not head:
        with writing() as session:
            return documents.open_file(session, by, file_id)
    return opened


def _is_held(by: Account) -> bool:
    """Whether nothing is open to a member of the staff yet: a second factor must be set first."""
    if not by.is_staff or by.totp_confirmed_at:
        return False
    with reading() as session:
        return accounts.second_factor.required_of(session, by)


def _disposition(name: str) -> str:
    """Shown in the browser, and saved under its own name: plain letters for old readers, all letters for the others (RFC 6266)."""
    plain = name.encode("ascii", "replace").decode().replace('"', "").replace("\\", "").replace("?", "_")
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"

"""A family takes its data away: one archive, made for the person of the cookie, kept by no cache and by no disk."""

import tempfile
from collections.abc import Iterator
from typing import IO

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from db.models import Account
from db.session import reading, writing
from domain import accounts, clock, privacy, structure
from domain.privacy import TooManyExports
from domain.refusals import Refusal
from ui import i18n, own_data
from ui.access import COOKIE
from ui.sentences import sentence

_CHUNK = 256 * 1024
_IN_MEMORY = 1024 * 1024


def give(request: Request) -> Response:
    """The archive of the person's own family; 404 for whoever has none or is not signed in, 429 when it was asked for too often."""
    token = request.cookies.get(COOKIE)
    with reading() as session:
        by = accounts.account_of(session, token) if token else None
    try:
        archive = _packed(by)
    except TooManyExports as refusal:
        with i18n.speaking(by.language if by else "fr"):
            return HTMLResponse(f"<!doctype html><html lang='fr'><title>429</title><p>{sentence(refusal)}</p></html>", 429)
    except Refusal:
        return HTMLResponse("", 404)
    headers = {
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="mes-donnees-{clock.today().isoformat()}.zip"',
        "content-length": str(archive.seek(0, 2)),
        "cross-origin-resource-policy": "same-origin",
    }
    archive.seek(0)
    return StreamingResponse(_chunks(archive), 200, headers, "application/zip")


def _packed(by: Account | None) -> IO[bytes]:
    """The archive in a file without a name: the system takes it away when it is closed, however that comes about."""
    with writing() as session:
        privacy.begin_export(session, by)
    with reading() as session:
        gathered = privacy.gather(session, by)
        name = structure.setting(session, "name")
    archive: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (it is closed once it is sent)
    try:
        with i18n.speaking(by.language if by else "fr"):
            page = own_data.page_of(gathered, name)
        privacy.pack(archive, gathered, page)
    except BaseException:
        archive.close()
        raise
    return archive


def _chunks(archive: IO[bytes]) -> Iterator[bytes]:
    with archive:
        while part := archive.read(_CHUNK):
            yield part

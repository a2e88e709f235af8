"""What a stranger with a websocket of his own cannot do: enter another's session, empty the caches of everybody."""

import asyncio
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.browser.conftest import House
from tests.browser.test_sign_in import answer
from ui.access import COOKIE
from ui.middleware import _sifted


def arrive(house: House, token: str | None, session_id: str | None = None, **headers: str) -> ClientConnection:
    """Opens the application's websocket as a browser with this cookie, claiming a session if told."""
    address = house.address.replace("http", "ws") + "/_stcore/stream"
    claimed = [Subprotocol(name) for name in ("streamlit", "no-xsrf", session_id) if name]
    sent = headers | ({"Cookie": f"{COOKIE}={token}"} if token else {})
    return connect(
        address,
        subprotocols=claimed,
        additional_headers=sent,
        origin=house.address,
        max_size=None,
        open_timeout=None,
        ping_interval=None,
        proxy=None,
    )


def run(socket_: ClientConnection) -> tuple[str, list[str]]:
    """Runs the script once; gives the session's id and the kinds of the messages that came."""
    wanted = BackMsg()
    wanted.rerun_script.query_string = ""
    socket_.send(wanted.SerializeToString())
    kinds, session_id = [], ""
    while "script_finished" not in kinds:
        told = ForwardMsg()
        told.ParseFromString(socket_.recv())
        kinds.append(told.WhichOneof("type"))
        session_id = told.new_session.initialize.session_id or session_id
    return session_id, kinds


def test_a_session_id_without_its_cookie_opens_an_empty_session(house: House) -> None:
    with arrive(house, "token-of-amina") as owner:
        hers, _ = run(owner)
        for token, header in ((None, {}), ("another-token", {}), (None, {"X-Portal-Sid": "token-of-amina"})):
            with arrive(house, token, hers, **header) as stolen:
                assert run(stolen)[0] != hers
    with arrive(house, "token-of-amina", hers) as back:
        assert run(back)[0] == hers


@pytest.mark.parametrize("path", ["/", "/nulle-part"])
def test_the_address_of_our_own_files_changes_with_their_content(house: House, path: str) -> None:
    """A browser that was here before a release must not run the scripts of yesterday."""
    named = re.findall(r'(?:href|src)="\.?(/assets/[^"]+)"', answer(house, path)[2])
    settled = [address for address in named if not address.startswith("/assets/vendor/fonts/")]
    wanted = ["farandole.css", "origin.js", "mend.js", "mark.svg"] if path == "/" else ["lost.css", "mark.svg"]
    assert sorted({address.removeprefix("/assets/").partition("?")[0] for address in settled}) == sorted(wanted)
    for address in settled:
        bare, _, version = address.partition("?v=")
        status, headers, content = answer(house, address)
        assert (status, headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
        assert version
        assert hashlib.sha256(content.encode()).hexdigest().startswith(version)
        for other in (bare, f"{bare}?v=", f"{bare}?v=yesterday"):
            assert answer(house, other)[1]["cache-control"] == "no-cache"
        assert answer(house, bare, **{"If-None-Match": headers["etag"]})[0] == 304
    for address in set(named) - set(settled):
        with urlopen(Request(house.address + address)) as font:
            assert font.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_only_what_a_screen_needs_passes() -> None:
    kinds = ["clear_cache", "set_run_on_save", "load_git_info", "debug_shutdown_runtime", "rerun_script", "stop_script", "app_heartbeat"]
    came = iter([{"type": "websocket.connect"}, *({"type": "websocket.receive", "bytes": message(kind)} for kind in kinds)])

    async def receive() -> dict[str, object]:
        return next(came, {"type": "websocket.disconnect"})

    async def passed() -> list[object]:
        sifted, seen = _sifted(receive), []
        while (told := await sifted())["type"] != "websocket.disconnect":
            seen.append(told.get("bytes"))
        return seen

    with ThreadPoolExecutor(1) as apart:  # the browser's own loop runs in this thread
        told = apart.submit(lambda: asyncio.run(passed())).result()
    assert told == [None, *(message(kind) for kind in kinds[4:])]


def message(kind: str) -> bytes:
    """A browser's message of one kind."""
    told = BackMsg()
    if kind == "rerun_script":
        getattr(told, kind).SetInParent()
    else:
        setattr(told, kind, True)
    return bytes(told.SerializeToString())

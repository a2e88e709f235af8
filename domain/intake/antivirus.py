"""The antivirus, where the structure has one: clamd, by its INSTREAM command. No answer is a no."""

import socket
import struct
from collections.abc import Sequence

import structlog

from domain.intake.paper import Upload
from domain.intake.refusals import CannotBeChecked, Infected

_PATIENCE = 30.0  # seconds
_PART = 64 * 1024
_log = structlog.get_logger()


def scan(uploads: Sequence[Upload], address: str) -> None:
    """Shows every file to clamd at `host:port` or `unix:/path`. Raises Infected, and CannotBeChecked without a clear answer."""
    for upload in uploads:
        try:
            answer = _ask(upload.content, address)
        except (OSError, ValueError) as problem:
            _log.error("antivirus_silent", problem=type(problem).__name__)
            raise CannotBeChecked from problem
        if answer.endswith("FOUND"):
            _log.warning("antivirus_found", answer=answer)
            raise Infected(upload.name)
        if answer != "stream: OK":
            _log.error("antivirus_unclear", answer=answer[:200])
            raise CannotBeChecked


def _ask(content: bytes, address: str) -> str:
    with _connected(address) as clamd:
        clamd.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _PART):
            part = content[start : start + _PART]
            clamd.sendall(struct.pack("!I", len(part)) + part)
        clamd.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < 4096:
            more = clamd.recv(4096)
            if not more:
                break
            answer += more
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()


def _connected(address: str) -> socket.socket:
    if address.startswith("unix:"):
        clamd = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        clamd.settimeout(_PATIENCE)
        try:
            clamd.connect(address.removeprefix("unix:"))
        except OSError:
            clamd.close()
            raise
        return clamd
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), _PATIENCE)

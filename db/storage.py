"""The files folder: what is sent lies there under the SHA-256 of the bytes that are written, and is never changed.

A file is written under a waiting name, brought to the disk and renamed: its name never stands for half a file. A sealed one begins with
the version of the data key that sealed it.
"""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from db.sealing import SealBroken, seal, unseal
from db.settings import settings

_CONTEXT = "stored_files"
_VERSION = 4  # bytes


class FileLost(RuntimeError):
    """A file that a row names is not in the folder, or is not the one that was written."""


@dataclass(frozen=True)
class Stored:
    """A file in the folder: its name, the octets of what was sent, its type, and the bytes as they were written."""

    sha256: str
    size: int
    mime: str
    is_sealed: bool
    written: bytes


def put(content: bytes, mime: str, *, sealed: bool) -> Stored:
    """Writes a file, sealed or not, and gives what its row says. The same plain content is one file, however often it is sent."""
    written = content
    if sealed:
        closed, version = seal(content, _CONTEXT)
        written = version.to_bytes(_VERSION, "big") + closed
    stored = Stored(hashlib.sha256(written).hexdigest(), len(content), mime, sealed, written)
    restore(stored)
    return stored


def restore(stored: Stored) -> None:
    """Has the file in the folder, whatever became of it since."""
    path = path_of(stored.sha256)
    if path.exists():
        with contextlib.suppress(FileNotFoundError):
            os.utime(path)
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(waiting, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o640), "wb") as file:
            file.write(stored.written)
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(path)
    except BaseException:
        waiting.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def content_of(sha256: str, *, sealed: bool) -> bytes:
    """What was sent. Raises FileLost when the file is gone, was changed, or does not open under our keys."""
    try:
        written = path_of(sha256).read_bytes()
    except FileNotFoundError as gone:
        raise FileLost(sha256) from gone
    if hashlib.sha256(written).hexdigest() != sha256:
        raise FileLost(sha256)
    if not sealed:
        return written
    try:
        return unseal(written[_VERSION:], int.from_bytes(written[:_VERSION], "big"), _CONTEXT)
    except SealBroken as broken:
        raise FileLost(sha256) from broken


def erase(sha256: str) -> None:
    """Takes a file out of the folder. Whether somebody needs it still is the caller's to know."""
    path_of(sha256).unlink(missing_ok=True)


def files(older_than: float) -> Iterator[str]:
    """The names in the folder that were last put before an instant (seconds of the epoch); what waited too long is swept at once."""
    for path in sorted(settings().files_folder.glob("??/*")):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime >= older_than:
                continue
            if "." in path.name:
                path.unlink()
            else:
                yield path.name


def path_of(sha256: str) -> Path:
    """Where a file lies. Raises ValueError for what is no SHA-256."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("no SHA-256")
    return settings().files_folder / sha256[:2] / sha256

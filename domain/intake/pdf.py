"""PDF: every object is walked and every stream measured; what could act when it is opened is refused, the rest is written anew."""

import base64
import io
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf

from domain.intake.paper import MOST_PAGES, Upload
from domain.intake.refusals import Active, ActiveContent, CannotBeRead, Locked, TooHeavy, TooManyPages

MOST_OBJECTS = 100_000
MOST_UNPACKED = 128 * 1024 * 1024  # bytes of one stream: a page in colour at 600 dots an inch
MOST_UNPACKED_IN_ALL = 512 * 1024 * 1024
MOST_PIXELS = 250_000_000  # of an image whose own coding is left as it is

_KEYS: dict[str, Active] = {
    "/JS": "script",
    "/JavaScript": "script",
    "/EmbeddedFiles": "embedded",
    "/EF": "embedded",
    "/XFA": "form",
    "/RichMediaContent": "media",
}
_ACTIONS: dict[str, Active] = {
    "/JavaScript": "script",
    "/Rendition": "script",
    "/Launch": "launch",
    "/GoToE": "embedded",
    "/SubmitForm": "form",
    "/ImportData": "form",
    "/Movie": "media",
    "/Sound": "media",
    "/RichMediaExecute": "media",
}
_TYPES: dict[str, Active] = {"/EmbeddedFile": "embedded"}
_SHORT = {"/AHx": "/ASCIIHexDecode", "/A85": "/ASCII85Decode", "/LZW": "/LZWDecode", "/Fl": "/FlateDecode", "/RL": "/RunLengthDecode"}
_SPREADING = {"/FlateDecode", "/LZWDecode", "/RunLengthDecode"}


def rewritten(upload: Upload) -> bytes:
    """The PDF as it was walked: without what lies outside its objects. Raises the refusals of this package."""
    try:
        with pikepdf.open(io.BytesIO(upload.content), attempt_recovery=False, suppress_warnings=True) as opened:
            if opened.is_encrypted:
                raise Locked(upload.name)
            _walk(opened, upload.name)
            pages = len(opened.pages)
            if pages > MOST_PAGES:
                raise TooManyPages(upload.name, pages, MOST_PAGES)
            if not pages:
                raise CannotBeRead(upload.name)
            held = io.BytesIO()
            opened.save(held, deterministic_id=True)
            return held.getvalue()
    except pikepdf.PasswordError as problem:
        raise Locked(upload.name) from problem
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, zlib.error, ValueError, TypeError, KeyError, RuntimeError) as problem:
        raise CannotBeRead(upload.name) from problem


def _walk(opened: pikepdf.Pdf, name: str) -> None:
    unpacked = 0
    for number, thing in enumerate(opened.objects):
        if number >= MOST_OBJECTS:
            raise TooHeavy(name)
        for part in _parts(thing):
            _look(part, name)
        if isinstance(thing, pikepdf.Stream):
            unpacked += _measured(thing, name)
            if unpacked > MOST_UNPACKED_IN_ALL:
                raise TooHeavy(name)
    for part in _parts(opened.trailer):
        _look(part, name)


def _parts(thing: Any) -> Iterator[Any]:
    """The dictionaries of an object, its direct parts included; what it points to has its own turn."""
    waiting = [thing]
    while waiting:
        part = waiting.pop()
        if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
            yield part
            inside: Any = [value for _, value in part.items()]
        elif isinstance(part, pikepdf.Array):
            inside = list(part)
        else:
            continue
        waiting += [value for value in inside if isinstance(value, pikepdf.Object) and not value.is_indirect]


def _look(part: Any, name: str) -> None:
    for key in part.keys():  # noqa: SIM118 - pikepdf's own objects are not mappings
        if key in _KEYS:
            raise ActiveContent(name, _KEYS[key])
    for key, known in (("/S", _ACTIONS), ("/Type", _TYPES)):
        told = part.get(key)
        if isinstance(told, pikepdf.Name) and str(told) in known:
            raise ActiveContent(name, known[str(told)])
    if isinstance(part, pikepdf.Stream) and "/F" in part:
        raise ActiveContent(name, "outside")
    if part.get("/Subtype") == pikepdf.Name.Image:
        width, height = part.get("/Width", 0), part.get("/Height", 0)
        if not (isinstance(width, int) and isinstance(height, int)) or width * height > MOST_PIXELS:
            raise TooHeavy(name)


def _measured(stream: pikepdf.Stream, name: str) -> int:
    """How many bytes a stream unfolds to, never unfolding more than MOST_UNPACKED."""
    filters = [_SHORT.get(told, told) for told in _filters(stream)]
    if "/Crypt" in filters:
        raise Locked(name)
    if sum(told in _SPREADING for told in filters) > 1:
        raise TooHeavy(name)
    content = stream.read_raw_bytes()
    for told in filters:
        if told == "/ASCIIHexDecode":
            content = bytes.fromhex(b"".join(content.partition(b">")[0].split()).decode("ascii"))
        elif told == "/ASCII85Decode":
            content = base64.a85decode(content.strip().removesuffix(b"~>"))
        elif told == "/FlateDecode":
            return _inflated(content, name)
        elif told in _SPREADING:
            return _bounded(len(stream.read_bytes()), name)
        else:
            break
    return len(content)


def _filters(stream: pikepdf.Stream) -> list[str]:
    told: Any = stream.get("/Filter")
    return [] if told is None else [str(told)] if isinstance(told, pikepdf.Name) else [str(part) for part in told]


def _inflated(content: bytes, name: str) -> int:
    unfolding, total, waiting = zlib.decompressobj(), 0, content
    while waiting:
        try:
            part = unfolding.decompress(waiting, 1 << 20)
        except zlib.error:
            break  # cut off or followed by rubbish: readers take what there is, and so it is measured
        total = _bounded(total + len(part), name)
        waiting = unfolding.unconsumed_tail
    return total


def _bounded(total: int, name: str) -> int:
    if total > MOST_UNPACKED:
        raise TooHeavy(name)
    return total

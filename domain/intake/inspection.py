"""Reading what was sent: one PDF, or photos that become one paper."""

from collections.abc import Sequence

import filetype

from domain.intake import pdf, pictures
from domain.intake.paper import JPEG, PDF, PNG, Clean, Upload, safe_name
from domain.intake.refusals import NotAPaper, OnePdfAtATime

_TAKEN = (PDF, JPEG, PNG)


def inspect(uploads: Sequence[Upload]) -> Clean:
    """What is kept of some files; nothing of what a browser said of them is believed. Raises the refusals of this package.

    Costs time and memory as the files wish: call it through `receiving.receive`, which bounds both.
    """
    kinds = [_kind(upload) for upload in uploads]
    first = uploads[0]
    if kinds == [PDF]:
        return Clean(safe_name(first.name, PDF), PDF, pdf.rewritten(first))
    if PDF in kinds:
        raise OnePdfAtATime
    pages = [pictures.picture(upload, mime) for upload, mime in zip(uploads, kinds, strict=True)]
    if len(pages) == 1:
        return Clean(safe_name(first.name, kinds[0]), kinds[0], pictures.written(pages[0], kinds[0]))
    return Clean(safe_name(first.name, PDF), PDF, pictures.joined(pages))


def _kind(upload: Upload) -> str:
    found = filetype.guess_mime(upload.content)
    if found not in _TAKEN:
        raise NotAPaper(upload.name, found)
    return str(found)

"""The refusals about files that are sent: what is wrong, and what to do instead."""

from collections.abc import Callable
from typing import Any

from domain.intake import refusals
from domain.refusals import Refusal
from ui import format
from ui.i18n import _, n_, word

_FOUND = {
    "image/heic": word(
        "“{name}” is a HEIC photo, which other devices cannot show. On the telephone, choose the “most compatible” format "
        "for photos, or send a PDF."
    ),
}
_CARRIES = {
    "script": word("“{name}” carries a script. Print it to a new PDF, or send a photo of it."),
    "launch": word("“{name}” would start a program when it is opened. Print it to a new PDF, or send a photo of it."),
    "embedded": word("“{name}” carries other files inside it. Print it to a new PDF, or send a photo of it."),
    "form": word("“{name}” is a form that can still be filled in. Print it to a new PDF, or send a photo of it."),
    "media": word("“{name}” carries sound or film. Print it to a new PDF, or send a photo of it."),
    "outside": word("“{name}” calls for files that are not inside it. Print it to a new PDF, or send a photo of it."),
}


def _named(name: str) -> str:
    """The name of a file as it may be read: it was typed by nobody knows whom."""
    readable = "".join(letter if letter.isprintable() else " " for letter in name)
    return format.plain(readable if len(readable) <= 60 else f"{readable[:57]}…")


def _not_a_paper(refusal: refusals.NotAPaper) -> str:
    told = _FOUND.get(refusal.found or "")
    if told:
        return _(told, name=_named(refusal.name))
    return _("“{name}” is not a PDF, nor a JPEG or PNG photo, whatever its name says.", name=_named(refusal.name))


SENTENCES: dict[type[Refusal], Callable[[Any], str]] = {
    refusals.NothingSent: lambda refusal: _("Choose a file first: a PDF, or one photo for each page."),
    refusals.EmptyFile: lambda refusal: _("“{name}” is empty. Choose it again, or take a new photo.", name=_named(refusal.name)),
    refusals.FileTooLarge: lambda refusal: _(
        "“{name}” is too large: {most} at most. A photo or a scan in lower quality is enough.",
        name=_named(refusal.name),
        most=format.size(refusal.most),
    ),
    refusals.TooManyFiles: lambda refusal: n_(
        "{count} file is too many at once: {most} pages at most for one document.",
        "{count} files are too many at once: {most} pages at most for one document.",
        refusal.count,
        most=format.number(refusal.most),
    ),
    refusals.OnePdfAtATime: lambda refusal: _("Send one PDF alone, or only photos: they are joined into one document."),
    refusals.NotAPaper: _not_a_paper,
    refusals.CannotBeRead: lambda refusal: _(
        "“{name}” cannot be read: the file is damaged or cut off. Save it again, or take a new photo.", name=_named(refusal.name)
    ),
    refusals.PictureTooLarge: lambda refusal: _(
        "“{name}” has too many pixels: {most} million at most. Take the photo in normal quality.",
        name=_named(refusal.name),
        most=format.number(refusal.most),
    ),
    refusals.TooHeavy: lambda refusal: _(
        "“{name}” is too heavy to be read. Print it to a new PDF, or send photos of it.", name=_named(refusal.name)
    ),
    refusals.TooManyPages: lambda refusal: n_(
        "“{name}” has {count} page, and {most} at most are taken. Send only the pages asked for.",
        "“{name}” has {count} pages, and {most} at most are taken. Send only the pages asked for.",
        refusal.count,
        name=_named(refusal.name),
        most=format.number(refusal.most),
    ),
    refusals.Locked: lambda refusal: _(
        "“{name}” is protected by a password. Save it without the password, or send a photo of it.", name=_named(refusal.name)
    ),
    refusals.ActiveContent: lambda refusal: _(_CARRIES[refusal.what], name=_named(refusal.name)),
    refusals.Infected: lambda refusal: _("“{name}” was stopped by the antivirus. Have the device checked.", name=_named(refusal.name)),
    refusals.CannotBeChecked: lambda refusal: _(
        "Documents cannot be checked for viruses at the moment, and none is taken in meanwhile. Please try again later."
    ),
    refusals.TooBusy: lambda refusal: _("Many documents are being sent at the moment. Please try again in a minute."),
}

"""Photos and scans: decoded, turned upright, brought to a page's size and drawn anew, so that nothing but the picture is kept."""

import io
import warnings
from collections.abc import Sequence

from PIL import Image, ImageOps, UnidentifiedImageError

from domain.intake.paper import JPEG, LONGEST_SIDE, MOST_PIXELS, PNG, Upload
from domain.intake.refusals import CannotBeRead, PictureTooLarge

_FORMATS = {JPEG: "JPEG", PNG: "PNG"}
_QUALITY = 85
_DOTS = 220  # an inch, at which a page of LONGEST_SIDE is an A4


def picture(upload: Upload, mime: str) -> Image.Image:
    """The picture of a JPEG or PNG, upright, RGB on white, no longer than LONGEST_SIDE. Raises CannotBeRead, PictureTooLarge."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(upload.content), formats=[_FORMATS[mime]]) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise PictureTooLarge(upload.name, MOST_PIXELS // 1_000_000)
                opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                opened.load()
                upright = ImageOps.exif_transpose(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise PictureTooLarge(upload.name, MOST_PIXELS // 1_000_000) from problem
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, OverflowError, IndexError, TypeError) as problem:
        raise CannotBeRead(upload.name) from problem
    drawn = _on_white(upright)
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return drawn


def written(drawn: Image.Image, mime: str) -> bytes:
    """A picture alone, in the format it came in."""
    held = io.BytesIO()
    if mime == PNG:
        drawn.save(held, "PNG", optimize=True)
    else:
        drawn.save(held, "JPEG", quality=_QUALITY, optimize=True)
    return held.getvalue()


def joined(pages: Sequence[Image.Image]) -> bytes:
    """Several pictures as the pages of one PDF, in their order."""
    held = io.BytesIO()
    pages[0].save(held, "PDF", save_all=True, append_images=list(pages[1:]), resolution=_DOTS, quality=_QUALITY)
    return held.getvalue()


def _on_white(seen: Image.Image) -> Image.Image:
    """RGB: what is transparent becomes white, sixteen bits become eight; no profile and no remark is carried over."""
    if seen.mode.startswith("I"):
        seen = seen.convert("I").point(lambda value: value / 256).convert("L")
    if seen.mode in ("RGBA", "LA", "PA") or "transparency" in seen.info:
        layer = seen.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    plain = Image.new("RGB", seen.size)
    plain.paste(seen.convert("RGB"))
    return plain

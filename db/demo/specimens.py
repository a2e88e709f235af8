"""The papers of the demo: a page for each kind, made here, that says SPÉCIMEN and concerns nobody. Many rows share one file."""

import io
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_LETTERS = Path(__file__).parents[2] / "ui/static/vendor/fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2"
PDF, JPEG = "application/pdf", "image/jpeg"
_LINES = (
    "Ce document est fabriqué pour la démonstration.",
    "Il ne concerne aucune personne réelle.",
    "Structure : Communauté de communes (fictive)",
    "Fait le : à la date de son envoi",
)


def page(title: str) -> bytes:
    """A one-page PDF: a title, a few lines, and SPÉCIMEN across the page."""
    lines = [f"BT /F2 17 Tf 56 770 Td ({_written(title)}) Tj ET", "0.8 0.75 0.65 RG 56 755 m 539 755 l S"]
    lines += [f"BT /F1 12 Tf 56 {720 - 24 * place} Td ({_written(line)}) Tj ET" for place, line in enumerate(_LINES)]
    lines.append(f"BT 0.86 0.55 0.5 rg /F2 76 Tf 0.7071 0.7071 -0.7071 0.7071 120 190 Tm ({_written('SPÉCIMEN')}) Tj ET")
    stream = "\n".join(lines)
    fonts = "/F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> "
    fonts += "/F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /Lang (fr-FR) >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << {fonts} >> >> >>",
        f"<< /Length {len(stream.encode('cp1252'))} >>\nstream\n{stream}\nendstream",
    ]
    text, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer << /Size {len(objects) + 1} /Root 1 0 R >>\n"
    return text + f"{end}startxref\n{len(text)}\n%%EOF\n".encode("ascii")


def photo(title: str) -> bytes:
    """The same as a photo of a sheet on a table, a little askew."""
    sheet = Image.new("RGB", (620, 860), "#fdfcf8")
    drawing = ImageDraw.Draw(sheet)
    drawing.text((48, 56), title, "#202020", _letters(27))
    drawing.line((48, 106, 572, 106), "#c9bda6", 2)
    for place, line in enumerate(_LINES):
        drawing.text((48, 136 + 38 * place), line, "#303030", _letters(20))
    across = Image.new("RGBA", (560, 130), (0, 0, 0, 0))
    ImageDraw.Draw(across).text((10, 10), "SPÉCIMEN", (200, 70, 60, 130), _letters(96))
    across = across.rotate(38, expand=True)
    sheet.paste(across, (70, 330), across)
    table = Image.new("RGB", (900, 1150), "#7a5c43")
    laid = sheet.convert("RGBA").rotate(2.5, Image.Resampling.BICUBIC, expand=True)
    table.paste(laid, (120, 120), laid)
    held = io.BytesIO()
    table.save(held, "JPEG", quality=78)
    return held.getvalue()


@cache
def _letters(height: int) -> ImageFont.FreeTypeFont:
    """The letters of our own screens: those that Pillow carries have no accents."""
    return ImageFont.truetype(_LETTERS, height)


def _written(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")

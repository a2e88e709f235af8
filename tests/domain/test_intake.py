"""What families send: taken apart by its content, refused with a reason, or written anew without what it hid."""

import io
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pikepdf
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from db.settings import settings
from domain.intake import refusals
from domain.intake.paper import LARGEST, LONGEST_SIDE, MOST_FILES, MOST_PAGES, PDF, Clean, Upload, safe_name
from domain.intake.receiving import receive
from domain.refusals import Refusal
from ui.sentences import sentence

GPS, ORIENTATION = 0x8825, 0x0112


def photo(width: int = 300, height: int = 200, kind: str = "JPEG", **more: Any) -> bytes:
    """A picture, red on its left half and blue on its right."""
    drawn = Image.new("RGB", (width, height), "red")
    drawn.paste((0, 0, 255), (width // 2, 0, width, height))
    held = io.BytesIO()
    drawn.save(held, kind, **more)
    return held.getvalue()


def document(change: Callable[[pikepdf.Pdf], None] = lambda _: None, pages: int = 1, **more: Any) -> bytes:
    """A PDF of blank pages, changed as a test wishes."""
    made = pikepdf.new()
    for _page in range(pages):
        made.add_blank_page(page_size=(595, 842))
    change(made)
    held = io.BytesIO()
    made.save(held, **more)
    return held.getvalue()


def sent(*contents: bytes, name: str = "attestation.pdf") -> Clean:
    """What is kept of some files."""
    return receive([Upload(name, content) for content in contents])


def refused(*contents: bytes, name: str = "attestation.pdf") -> Refusal:
    """The refusal of some files, which has its sentence and names the file where one is to blame."""
    with pytest.raises(Refusal) as problem:
        sent(*contents, name=name)
    told = sentence(problem.value)
    assert told != "This was not possible."
    assert not hasattr(problem.value, "name") or "attestation" in told
    return problem.value


# -- what is taken ----------------------------------------------------------------------------------------------------------------


def test_a_photo_is_turned_upright_and_forgets_where_it_was_taken() -> None:
    remarks = Image.Exif()
    remarks[ORIENTATION] = 6
    remarks.get_ifd(GPS).update({1: "N", 2: (49.0, 46.0, 0.0)})
    content = photo(exif=remarks, comment=b"from the kitchen")
    assert Image.open(io.BytesIO(content)).getexif().get_ifd(GPS)
    kept = sent(content + b"PK\x03\x04 a tail", name="IMG_0001.JPEG")
    drawn = Image.open(io.BytesIO(kept.content))
    assert (kept.mime, kept.name, drawn.size) == ("image/jpeg", "IMG_0001.jpg", (200, 300))
    assert not drawn.getexif()
    assert "comment" not in drawn.info
    assert b"kitchen" not in kept.content
    assert b"a tail" not in kept.content
    red, _, blue = drawn.getpixel((100, 10))  # type: ignore[misc]
    assert red > 200 > 50 > blue


def test_a_picture_with_transparency_stands_on_white_and_loses_its_remarks() -> None:
    remark = PngInfo()
    remark.add_text("Author", "somebody")
    held = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(held, "PNG", pnginfo=remark)
    kept = sent(held.getvalue(), name="scan.png")
    drawn = Image.open(io.BytesIO(kept.content))
    assert (kept.mime, drawn.mode, drawn.getpixel((5, 5))) == ("image/png", "RGB", (255, 255, 255))
    assert drawn.info.get("Author") is None


def test_a_large_photo_is_brought_to_the_size_of_a_page() -> None:
    kept = sent(photo(5_000, 2_500), name="grande.jpg")
    assert Image.open(io.BytesIO(kept.content)).size == (LONGEST_SIDE, LONGEST_SIDE // 2)


def test_several_photos_become_one_document_in_their_order() -> None:
    kept = sent(photo(300, 200), photo(200, 300, "PNG"), name="recto.jpg")
    assert (kept.mime, kept.name) == (PDF, "recto.pdf")
    with pikepdf.open(io.BytesIO(kept.content)) as joined:
        first, second = ((float(page.mediabox[2]), float(page.mediabox[3])) for page in joined.pages)
    assert first[0] > first[1]
    assert second[0] < second[1]
    assert sent(kept.content, name="recto.pdf").mime == PDF


def test_a_plain_document_is_kept_without_what_lies_outside_it() -> None:
    def write(made: pikepdf.Pdf) -> None:
        made.pages[0].Contents = made.make_stream(zlib.compress(b"0 0 m 10 10 l S" * 1000), Filter=pikepdf.Name.FlateDecode)
        made.Root.OpenAction = pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])

    kept = sent(document(write, pages=3) + b"<script>alert(1)</script>")
    assert b"<script>" not in kept.content
    with pikepdf.open(io.BytesIO(kept.content)) as read:
        assert len(read.pages) == 3


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Attestation CAF 2026.PDF", "Attestation CAF 2026.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\photos\\recto.jpeg", "recto.pdf"),
        ('a"b\r\nSet-Cookie: x.pdf', "ab Set-Cookie: x.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("é" * 500 + ".pdf", "é" * 80 + ".pdf"),
        ("...", "document.pdf"),
        ("", "document.pdf"),
    ],
)
def test_a_name_is_safe_to_give_back(typed: str, kept: str) -> None:
    assert safe_name(typed, PDF) == kept


# -- what is refused --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00\x03" + bytes(200) + b"This program cannot be run in DOS mode.",
        b"<html><script>alert(1)</script></html>",
        b"PK\x03\x04" + bytes(100),
        b"GIF89a" + bytes(50),
        b" %PDF-1.7 not at the beginning",
        b"just words",
    ],
)
def test_what_is_no_paper_is_refused_whatever_its_name(content: bytes) -> None:
    assert type(refused(content)) is refusals.NotAPaper


def test_a_photo_that_only_telephones_can_show_is_refused_with_what_to_do() -> None:
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(100)
    assert "HEIC" in sentence(refused(heic, name="attestation.heic"))


def test_nothing_empty_too_large_or_too_many() -> None:
    with pytest.raises(refusals.NothingSent):
        receive([])
    assert type(refused(b"")) is refusals.EmptyFile
    assert type(refused(photo() + bytes(11 * 1024 * 1024))) is refusals.FileTooLarge
    assert LARGEST == 10 * 1024 * 1024
    assert type(refused(*[photo(10, 10)] * 20)) is refusals.TooManyFiles
    assert sent(*[photo(10, 10)] * MOST_FILES).mime == PDF


def test_a_document_comes_alone() -> None:
    assert type(refused(document(), photo())) is refusals.OnePdfAtATime
    assert type(refused(document(), document())) is refusals.OnePdfAtATime


@pytest.mark.parametrize("content", [photo()[:900], photo(kind="PNG")[:300], document()[:400], b"%PDF-1.7\n" + bytes(300)])
def test_what_is_cut_off_is_refused(content: bytes) -> None:
    assert type(refused(content)) is refusals.CannotBeRead


def png_of(width: int, height: int) -> bytes:
    """The head of a PNG that claims a size, followed by a little of its picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10_000_000), 9)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [9_000, 15_000, 60_000])
def test_a_picture_that_would_fill_the_memory_is_refused(side: int) -> None:
    assert type(refused(png_of(side, side), name="attestation.png")) is refusals.PictureTooLarge


@pytest.mark.parametrize("owner", [{"user": "secret", "owner": "secret"}, {"user": "", "owner": "secret"}])
def test_a_protected_document_is_refused(owner: dict[str, str]) -> None:
    assert type(refused(document(encryption=pikepdf.Encryption(**owner)))) is refusals.Locked  # type: ignore[arg-type]


def action(kind: str, **more: Any) -> pikepdf.Dictionary:
    """An action of a PDF."""
    return pikepdf.Dictionary(S=pikepdf.Name("/" + kind), **more)


def script_when_opened(made: pikepdf.Pdf) -> None:
    made.Root.OpenAction = action("JavaScript", JS=pikepdf.String("app.alert(1)"))


def script_by_name(made: pikepdf.Pdf) -> None:
    names = pikepdf.Array([pikepdf.String("a"), made.make_indirect(action("JavaScript", JS=made.make_stream(b"app.alert(1)")))])
    made.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=names))


def script_on_a_page(made: pikepdf.Pdf) -> None:
    made.pages[0].AA = pikepdf.Dictionary(O=action("JavaScript", JS=pikepdf.String("app.alert(1)")))


def script_in_a_chain(made: pikepdf.Pdf) -> None:
    after = pikepdf.Array([action("Named", N=pikepdf.Name.NextPage), action("JavaScript", JS=pikepdf.String("app.alert(1)"))])
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action("GoTo", D=[0], Next=after))
    made.pages[0].Annots = pikepdf.Array([link])


def program(made: pikepdf.Pdf) -> None:
    made.Root.OpenAction = action("Launch", F=pikepdf.String("cmd.exe"))


def file_inside(made: pikepdf.Pdf) -> None:
    made.attachments["virus.exe"] = b"MZ"


def form(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(), XFA=made.make_stream(b"<xdp/>"))


def sends_itself(made: pikepdf.Pdf) -> None:
    made.Root.OpenAction = action("SubmitForm", F=pikepdf.String("https://exemple.fr"))


def film(made: pikepdf.Pdf) -> None:
    made.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(RichMediaContent=pikepdf.Dictionary())])


def content_elsewhere(made: pikepdf.Pdf) -> None:
    made.pages[0].Contents = made.make_stream(b"", F=pikepdf.String("/etc/passwd"))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (script_when_opened, "script"),
        (script_by_name, "script"),
        (script_on_a_page, "script"),
        (script_in_a_chain, "script"),
        (program, "launch"),
        (file_inside, "embedded"),
        (form, "form"),
        (sends_itself, "form"),
        (film, "media"),
        (content_elsewhere, "outside"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_document_that_acts_is_refused(change: Callable[[pikepdf.Pdf], None], what: str, packed: bool) -> None:
    """In plain objects, and hidden in compressed object streams."""
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    content = document(change, object_stream_mode=mode)
    assert (b"JavaScript" in content) is (what == "script" and not packed)
    refusal = refused(content)
    assert isinstance(refusal, refusals.ActiveContent)
    assert refusal.what == what


def test_a_script_whose_name_is_written_in_numbers_is_refused() -> None:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /J#61v#61Script /J#53 (app.alert\\(1\\)) >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(content)
    content += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"trailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    assert type(refused(content)) is refusals.ActiveContent
    assert sent(content.replace(b"J#61v#61Script", b"GoTo          ").replace(b"/J#53", b"/K   ")).mime == PDF


def packed_stream(made: pikepdf.Pdf, content: bytes, *filters: str) -> None:
    """Hangs a stream of some coding under the first page."""
    names = pikepdf.Array([pikepdf.Name("/" + name) for name in filters])
    made.pages[0].Contents = pikepdf.Stream(made, content, Filter=names)


def heavy(size: int) -> bytes:
    """So many zeros, packed."""
    packing = zlib.compressobj(9)
    return b"".join(packing.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packing.flush()


@pytest.mark.parametrize("filters", [("FlateDecode",), ("FlateDecode", "FlateDecode"), ("ASCIIHexDecode", "FlateDecode")])
def test_a_document_that_unfolds_without_end_is_refused(filters: tuple[str, ...]) -> None:
    bomb = heavy(200 << 20)
    content = bomb.hex().encode() + b">" if filters[0] == "ASCIIHexDecode" else bomb if len(filters) == 1 else zlib.compress(bomb)
    made = document(lambda made: packed_stream(made, content, *filters), stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert len(made) < 1_000_000
    assert type(refused(made)) is refusals.TooHeavy


def test_many_streams_that_are_heavy_together_are_refused() -> None:
    one = heavy(100 << 20)

    def hang(made: pikepdf.Pdf) -> None:
        parts = [made.make_stream(one, Filter=pikepdf.Name.FlateDecode) for _ in range(6)]
        made.pages[0].Contents = pikepdf.Array([made.make_indirect(part) for part in parts])

    assert type(refused(document(hang, stream_decode_level=pikepdf.StreamDecodeLevel.none))) is refusals.TooHeavy


def test_an_image_that_claims_a_whole_wall_is_refused() -> None:
    def hang(made: pikepdf.Pdf) -> None:
        wall = made.make_stream(photo(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=60_000, Height=60_000)
        made.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=wall))

    assert type(refused(document(hang))) is refusals.TooHeavy


def test_a_book_is_refused() -> None:
    assert sent(document(pages=MOST_PAGES)).mime == PDF
    assert type(refused(document(pages=MOST_PAGES + 1))) is refusals.TooManyPages


def test_the_reading_of_a_file_cannot_outgrow_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that reads is ended when its time is over, and its death is a refusal."""
    monkeypatch.setattr("domain.intake.receiving.PATIENCE", 0.01)
    assert type(refused(photo(), name="attestation.jpg")) is refusals.TooHeavy


# -- the antivirus ----------------------------------------------------------------------------------------------------------------


@contextmanager
def clamd(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A clamd that answers every file the same; what it was shown is kept."""
    shown: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                talk, _ = listening.accept()
            except OSError:
                return
            with talk, talk.makefile("rb") as heard:
                assert heard.read(10) == b"zINSTREAM\0"
                content = b""
                while size := int.from_bytes(heard.read(4), "big"):
                    content += heard.read(size)
                shown.append(content)
                talk.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}", shown
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (b"stream: Eicar-Signature FOUND\0", refusals.Infected),
        (b"INSTREAM size limit exceeded. ERROR\0", refusals.CannotBeChecked),
        (b"", refusals.CannotBeChecked),
        (b"stream: OK\0", None),
    ],
)
def test_the_antivirus_has_its_word(monkeypatch: pytest.MonkeyPatch, answer: bytes, refusal: type[Refusal] | None) -> None:
    content = photo(600, 400)
    with clamd(answer) as (address, shown):
        monkeypatch.setattr(settings(), "clamav", address)
        if refusal is None:
            assert sent(content, name="attestation.jpg").mime == "image/jpeg"
        else:
            assert type(refused(content, name="attestation.jpg")) is refusal
        assert shown == [content]


def test_nothing_is_taken_in_while_the_antivirus_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    for away in (address, "unix:/nowhere/clamd.ctl", "nonsense"):
        monkeypatch.setattr(settings(), "clamav", away)
        assert type(refused(photo(), name="attestation.jpg")) is refusals.CannotBeChecked

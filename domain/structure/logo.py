"""The structure's logo: a small picture, drawn again so that nothing hides in it."""

import io

from PIL import Image, UnidentifiedImageError
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.models import Account, StructureFile
from domain import clock, journal, rights
from domain.refusals import DoesNotExist, Refusal

LARGEST = 2 * 1024 * 1024  # bytes
_BOX = (600, 200)  # pixels


class NotAPicture(Refusal):
    """The file is not a PNG or a JPEG of at most 2 MB that can be read whole."""


def logo(session: Session) -> bytes | None:
    """The logo as PNG, or None."""
    return session.scalar(select(StructureFile.content).where(StructureFile.name == "logo"))


def change_logo(session: Session, by: Account, content: bytes) -> None:
    """Keeps a new logo, redrawn within 600 × 200 pixels. Raises NotAllowed, NotAPicture."""
    rights.require(by, "settings")
    picture = _redrawn(content)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    drawn = {"content": picture, "changed_at": clock.now(), "changed_by_id": by.id}
    kept = insert(StructureFile).values(name="logo", mime="image/png", **drawn)
    newest = kept.on_conflict_do_update(index_elements=[StructureFile.name], set_=drawn).returning(StructureFile.id)
    journal.record(session, by, "change_logo", (StructureFile, session.execute(newest).scalar_one()))


def remove_logo(session: Session, by: Account) -> None:
    """Goes back to the house's own sign. Raises NotAllowed, DoesNotExist."""
    rights.require(by, "settings")
    gone = session.scalar(delete(StructureFile).where(StructureFile.name == "logo").returning(StructureFile.id))
    if gone is None:
        raise DoesNotExist("logo")
    journal.record(session, by, "remove_logo", (StructureFile, gone))


def _redrawn(content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise NotAPicture
    try:
        with Image.open(io.BytesIO(content), formats=["PNG", "JPEG"]) as picture:
            if picture.width * picture.height > 40_000_000:
                raise NotAPicture
            picture.load()
            drawn = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as problem:
        raise NotAPicture from problem
    drawn.thumbnail(_BOX)
    held = io.BytesIO()
    drawn.save(held, "PNG", optimize=True)
    return held.getvalue()

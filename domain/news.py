"""The actualités of the sign-in screen."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import News
from domain import clock


def published(session: Session, limit: int = 5) -> Sequence[News]:
    """The news that everybody may read, newest first: published, and not withdrawn."""
    now = clock.now()
    current = select(News).where(News.published_at <= now, (News.withdrawn_at.is_(None)) | (News.withdrawn_at > now))
    return session.scalars(current.order_by(News.published_at.desc(), News.id.desc()).limit(limit)).all()

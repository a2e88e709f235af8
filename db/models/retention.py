"""How long people's data are kept: what a person asked to keep longer, whose erasure was confirmed, who asked to leave."""

from datetime import date

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Line, Prose, State, datetime, one_of

_waiting = text("state = 'waiting'")


class RetentionHold(Base):
    """A family that is kept until a day although a rule would erase it, with the reason: a dispute, a debt before the court."""

    __tablename__ = "retention_holds"

    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"), primary_key=True)
    until_on: Mapped[date]
    reason: Mapped[Line]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    set_at: Mapped[datetime]


class Erasure(Base):
    """A family whose erasure was confirmed by a person; the worker then does it, and the row stays as its proof, without a name."""

    __tablename__ = "erasures"
    __table_args__ = (
        Index("ix_erasures_waiting", "confirmed_at", postgresql_where=text("erased_at IS NULL"), sqlite_where=text("erased_at IS NULL")),
    )

    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"), primary_key=True)
    rule: Mapped[State]
    confirmed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    erased_at: Mapped[datetime | None]


class ClosingRequest(Base):
    """A family asks that its account be closed. Decided once; accepted, the family is archived and its data go with the next batch."""

    __tablename__ = "closing_requests"
    __table_args__ = (
        one_of("state", "waiting", "accepted", "refused", "withdrawn"),
        Index("uq_closing_requests_waiting", "family_id", unique=True, postgresql_where=_waiting, sqlite_where=_waiting),
    )

    id: Mapped[Id]
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"), index=True)
    words: Mapped[Prose | None]
    state: Mapped[State]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[Line | None]

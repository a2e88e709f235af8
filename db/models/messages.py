"""What is said: letters that leave by e-mail, conversations, news."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Line, Name, Prose, State, datetime, one_of

_waiting = text("state = 'waiting'")


class Letter(Base):
    """An e-mail of the outbox: written in the transaction of the act, sent by the worker under a lease, kept with its outcome."""

    __tablename__ = "letters"
    __table_args__ = (
        one_of("state", "waiting", "sent", "dead"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_instant"),
        Index("ix_letters_due", "next_try_at", postgresql_where=_waiting, sqlite_where=_waiting),
        Index("ix_letters_written", "written_at", "id"),
        Index("ix_letters_family", "family_id"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(40))
    to_email: Mapped[str] = mapped_column(String(254), info={"masked": True})
    to_name: Mapped[Line] = mapped_column(info={"masked": True})
    family_id: Mapped[int | None] = mapped_column(ForeignKey("families.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    language: Mapped[str] = mapped_column(String(5))
    subject: Mapped[Line] = mapped_column(info={"masked": True})
    text_body: Mapped[Prose] = mapped_column(info={"masked": True})
    html_body: Mapped[Prose] = mapped_column(info={"masked": True})
    state: Mapped[State] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    lease_until_at: Mapped[datetime | None]
    last_error: Mapped[Line | None]
    written_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Conversation(Base):
    """A thread between a family and the structure."""

    __tablename__ = "conversations"
    __table_args__ = (one_of("state", "open", "closed"), Index("ix_conversations_state", "state", "last_message_at"))

    id: Mapped[Id]
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    subject: Mapped[Line]
    state: Mapped[State] = mapped_column(default="open")
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    last_message_at: Mapped[datetime]
    unread_by_staff: Mapped[int] = mapped_column(default=0)
    unread_by_family: Mapped[int] = mapped_column(default=0)


class Message(Base):
    """One message of a conversation."""

    __tablename__ = "messages"

    id: Mapped[Id]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    body: Mapped[Prose]
    written_at: Mapped[datetime]


class MessageFile(Base):
    """A file attached to a message."""

    __tablename__ = "message_files"

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_files.sha256"))
    name: Mapped[Line]


class News(Base):
    """An actualité of the sign-in screen: a day, a title, a text; for everybody or for a site."""

    __tablename__ = "news"

    id: Mapped[Id]
    title: Mapped[Name]
    body: Mapped[Prose]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    published_at: Mapped[datetime] = mapped_column(index=True)
    withdrawn_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))

"""Who may sign in: accounts, their sessions, their second factor and the history of their connections."""

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, Id, Line, Name, State, datetime, one_of

if TYPE_CHECKING:
    from db.models.programme import Site

ROLES = ("parent", "leader", "coordinator", "director", "cashier", "administrator")


class Account(Base):
    """A sign-in. `email` is kept in small letters and is the user name; staff accounts are tied to sites."""

    __tablename__ = "accounts"
    __table_args__ = (
        one_of("role", *ROLES),
        one_of("state", "pending", "active", "closed"),
        one_of("language", "fr", "en"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index("ix_accounts_staff", "last_name", "id", postgresql_where=text("role <> 'parent'"), sqlite_where=text("role <> 'parent'")),
    )

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    first_name: Mapped[Name]
    last_name: Mapped[Name]
    role: Mapped[State]
    state: Mapped[State]
    language: Mapped[str] = mapped_column(String(5), default="fr")
    sees_all_sites: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str | None] = mapped_column(String(100), info={"masked": True})
    password_changed_at: Mapped[datetime | None]
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until_at: Mapped[datetime | None]
    totp_sealed: Mapped[bytes | None] = mapped_column(info={"masked": True})
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    created_at: Mapped[datetime]

    sites: Mapped[list["Site"]] = relationship(secondary="staff_sites", lazy="raise", order_by="Site.name")

    @property
    def full_name(self) -> str:
        """`Claire Dubois`"""
        return f"{self.first_name} {self.last_name}"

    @property
    def is_staff(self) -> bool:
        """Everybody but the families."""
        return self.role != "parent"


class StaffSite(Base):
    """A member of the staff works at a site, and sees only its families, days and papers."""

    __tablename__ = "staff_sites"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True, index=True)


class SignInSession(Base):
    """A browser that is signed in. Only the SHA-256 of its token is kept."""

    __tablename__ = "sign_in_sessions"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    ip: Mapped[str | None] = mapped_column(String(45))
    agent: Mapped[Line | None]


class SignInTicket(Base):
    """A one-minute, single-use right to open a session: what a successful sign-in hands to the browser."""

    __tablename__ = "sign_in_tickets"

    id: Mapped[Id]
    ticket_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    remember: Mapped[bool]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AccountLink(Base):
    """A single-use link sent by e-mail: confirming an account, a new password, an invitation, a new e-mail. Only its hash is kept.

    `email` is the address that a link of purpose `email` gives to its account.
    """

    __tablename__ = "account_links"
    __table_args__ = (one_of("purpose", "confirm", "reset", "invite", "email"),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    purpose: Mapped[State]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Connection(Base):
    """One line of the connection history: who signed in or out, when, from where, and with what outcome."""

    __tablename__ = "connections"
    __table_args__ = (
        one_of("outcome", "signed_in", "refused", "locked", "second_factor_refused", "signed_out"),
        Index("ix_connections_account", "account_id", "at"),
    )

    id: Mapped[Id]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(30))
    ip: Mapped[str | None] = mapped_column(String(45))
    agent: Mapped[Line | None]


class SignInThrottle(Base):
    """How often a keyed hash of an address (e-mail or IP) was tried in its window: slows guessing, for unknown names too."""

    __tablename__ = "sign_in_throttles"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    attempts: Mapped[int]
    window_ends_at: Mapped[datetime] = mapped_column(index=True)


class UsedProof(Base):
    """A proof of work that was spent; kept until it would have expired."""

    __tablename__ = "used_proofs"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)

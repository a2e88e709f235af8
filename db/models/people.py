"""The people of the house: families, guardians, children and what is known of them."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, Id, Json, Line, Name, Prose, State, datetime, one_of

REGIMES = ("caf", "msa", "other", "none")


class Address:
    """A postal address as the guide's forms write it."""

    street_number: Mapped[str | None] = mapped_column(String(10))
    street_suffix: Mapped[str | None] = mapped_column(String(10))
    street: Mapped[Name | None]
    address_extra: Mapped[Name | None]
    postcode: Mapped[str | None] = mapped_column(String(10))
    town: Mapped[Name | None]

    @property
    def street_line(self) -> str:
        """`12 bis rue des Lilas`"""
        return " ".join(part for part in (self.street_number, self.street_suffix, self.street) if part)


class Family(Address, Base):
    """A household that the structure knows and invoices. `search_name` is accent-free and in small letters."""

    __tablename__ = "families"
    __table_args__ = (
        one_of("state", "requested", "approved", "active", "refused", "archived", "erased"),
        one_of("regime", *REGIMES),
        Index("ix_families_name", "search_name", "id"),
        Index("ix_families_phone_landline", "phone_landline"),
        Index("ix_families_phone_mobile", "phone_mobile"),
        Index("ix_families_unconfirmed", "id", postgresql_where=text("state = 'approved'"), sqlite_where=text("state = 'approved'")),
    )

    id: Mapped[Id]
    name: Mapped[Name]
    first_name: Mapped[Name | None]
    search_name: Mapped[Line]
    state: Mapped[State]
    phone_landline: Mapped[str | None] = mapped_column(String(20))
    phone_mobile: Mapped[str | None] = mapped_column(String(20))
    regime: Mapped[State | None]
    allocataire_number: Mapped[str | None] = mapped_column(String(20))
    allocataire_name: Mapped[Name | None]
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    guardians: Mapped[list["Guardian"]] = relationship(back_populates="family", lazy="raise", order_by="Guardian.id")
    children: Mapped[list["Child"]] = relationship(secondary="family_children", lazy="raise", order_by="Child.born_on", viewonly=True)


class Guardian(Address, Base):
    """A responsable légal. Belongs to one family; separated parents are guardians of two families that share a child."""

    __tablename__ = "guardians"
    __table_args__ = (
        one_of("civility", "mr", "mrs"),
        Index("ix_guardians_name", "search_name", "born_on"),
        Index("ix_guardians_phone_landline", "phone_landline"),
        Index("ix_guardians_phone_mobile", "phone_mobile"),
        Index("ix_guardians_phone_work", "phone_work"),
        Index("ix_guardians_phone_work_mobile", "phone_work_mobile"),
    )

    id: Mapped[Id]
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), unique=True)
    civility: Mapped[State | None]
    last_name: Mapped[Name]
    first_name: Mapped[Name]
    search_name: Mapped[Line]
    born_on: Mapped[date | None]
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    phone_landline: Mapped[str | None] = mapped_column(String(20))
    phone_mobile: Mapped[str | None] = mapped_column(String(20))
    phone_work: Mapped[str | None] = mapped_column(String(20))
    phone_work_mobile: Mapped[str | None] = mapped_column(String(20))
    marital_status: Mapped[Name | None]
    occupation_category: Mapped[Name | None]
    profession: Mapped[Name | None]
    employer: Mapped[Name | None]
    created_at: Mapped[datetime]

    family: Mapped[Family] = relationship(back_populates="guardians", lazy="raise")

    @property
    def full_name(self) -> str:
        """`Amina Benali`"""
        return f"{self.first_name} {self.last_name}"


class Child(Base):
    """A child who may take part in activities."""

    __tablename__ = "children"
    __table_args__ = (one_of("sex", "f", "m"), Index("ix_children_name", "search_name", "born_on"))

    id: Mapped[Id]
    last_name: Mapped[Name]
    first_name: Mapped[Name]
    search_name: Mapped[Line]
    born_on: Mapped[date]
    sex: Mapped[State | None]
    birth_place_code: Mapped[str | None] = mapped_column(String(5))
    school: Mapped[Name | None]
    school_class: Mapped[Name | None]
    created_at: Mapped[datetime]

    @property
    def full_name(self) -> str:
        """`Sami Benali`"""
        return f"{self.first_name} {self.last_name}"

    def age_on(self, day: date) -> int:
        """Whole years on a day."""
        return day.year - self.born_on.year - ((day.month, day.day) < (self.born_on.month, self.born_on.day))


class FamilyChild(Base):
    """A child's place in a family: two rows when separated parents share the child."""

    __tablename__ = "family_children"
    __table_args__ = (one_of("custody", "full", "shared"),)

    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"), primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("children.id"), primary_key=True, index=True)
    custody: Mapped[State] = mapped_column(default="full")


class FamilySight(Base):
    """A family is in sight of the staff of a site until a day: the end of the season after its last registration there."""

    __tablename__ = "family_sights"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"), primary_key=True, index=True)
    until_on: Mapped[date]


class PickupPerson(Base):
    """Somebody to call, and whether he may fetch the child, is not asked to, or must not.

    `family_id` is the home that named the person, and the only one that changes what it said; None: the structure, on a court's decision
    about the `guardian_id` of the other home. They are called in the order of `position`. Who has fetched the child stays in the
    attendance when he is taken off the list: only then is there a `removed_at`.
    """

    __tablename__ = "pickup_persons"
    __table_args__ = (
        one_of("pickup", "allowed", "not_asked", "forbidden"),
        CheckConstraint("family_id IS NOT NULL OR pickup = 'forbidden'", name="structure_only_forbids"),
    )

    id: Mapped[Id]
    child_id: Mapped[int] = mapped_column(ForeignKey("children.id"), index=True)
    family_id: Mapped[int | None] = mapped_column(ForeignKey("families.id"))
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("guardians.id"))
    full_name: Mapped[Name]
    relation: Mapped[Name | None]
    phone: Mapped[str | None] = mapped_column(String(20))
    is_emergency_contact: Mapped[bool] = mapped_column(default=False)
    pickup: Mapped[State]
    position: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    removed_at: Mapped[datetime | None]


class HealthRecord(Base):
    """A child's fiche sanitaire, sealed with AES-GCM under a versioned key; only the diet, which the kitchen counts, is in clear."""

    __tablename__ = "health_records"
    __table_args__ = (one_of("diet", "all", "no_pork", "no_gluten", "no_pork_no_gluten", "vegetarian"),)

    child_id: Mapped[int] = mapped_column(ForeignKey("children.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(info={"masked": True})
    key_version: Mapped[int]
    diet: Mapped[State] = mapped_column(default="all", info={"masked": True})
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)


class Permission(Base):
    """A home's answer for a child: photographs, outings, going home alone, bathing. A no of either home counts."""

    __tablename__ = "permissions"
    __table_args__ = (one_of("kind", "photo", "outing", "going_home_alone", "bathing"),)

    child_id: Mapped[int] = mapped_column(ForeignKey("children.id"), primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    granted: Mapped[bool]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    answered_at: Mapped[datetime]


class FamilyQuotient(Base):
    """A family's quotient familial, in cents of euro, for the month it was told for; never edited, only followed by a newer one.

    What a family types may wait for the staff's look at its proof: only an `accepted` one counts. `corrected` is followed by the value
    that the staff read on the proof; `withdrawn` was followed by another one before anybody had looked.
    """

    __tablename__ = "family_quotients"
    __table_args__ = (
        one_of("source", "typed", "proof", "api"),
        one_of("state", "waiting", "accepted", "corrected", "refused", "withdrawn"),
        CheckConstraint("value_cents >= 0", name="value_positive"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="period_upright"),
        Index("ix_family_quotients_family", "family_id", "from_on"),
        Index(
            "uq_family_quotients_waiting",
            "family_id",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[Id]
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"))
    value_cents: Mapped[int] = mapped_column(info={"masked": True})
    month_on: Mapped[date]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    source: Mapped[State]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    state: Mapped[State] = mapped_column(default="accepted")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    reason: Mapped[Line | None]


class ChangeRequest(Base):
    """A change a family asked for, with the old and the new value, waiting for the staff's word."""

    __tablename__ = "change_requests"
    __table_args__ = (
        one_of("state", "waiting", "accepted", "refused", "withdrawn"),
        Index("ix_change_requests_waiting", "asked_at", postgresql_where=text("state = 'waiting'"), sqlite_where=text("state = 'waiting'")),
    )

    id: Mapped[Id]
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"), index=True)
    section: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int]
    field: Mapped[str] = mapped_column(String(40))
    values: Mapped[Json] = mapped_column(info={"masked": True})
    state: Mapped[State]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[Line | None]


class Consent(Base):
    """What a family said to one version of a text, and when."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("family_id", "text_id", "given_at"),)

    id: Mapped[Id]
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"))
    text_id: Mapped[int] = mapped_column(ForeignKey("consent_texts.id"))
    given: Mapped[bool]
    given_at: Mapped[datetime]


class AccountRequest(Base):
    """A family's request for an account, as the staff's queue shows it. Decided once."""

    __tablename__ = "account_requests"
    __table_args__ = (
        one_of("state", "waiting", "approved", "refused"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_has_instant"),
        Index(
            "ix_account_requests_waiting",
            "requested_at",
            "id",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[Id]
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"), index=True)
    guardian_id: Mapped[int] = mapped_column(ForeignKey("guardians.id"))
    consent_id: Mapped[int] = mapped_column(ForeignKey("consents.id"))
    state: Mapped[State]
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    reason: Mapped[Prose | None]

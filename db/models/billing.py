"""What is owed and paid. Amounts are whole cents; nothing issued is ever edited, only followed by another row."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, Id, Json, Line, Name, Prose, State, datetime, one_of

PAYMENT_METHODS = ("cash", "cheque", "card", "transfer", "cesu", "ancv", "direct_debit", "online")
_open_invoice = text("open_cents > 0")
_live_charge = text("state IN ('open', 'invoiced', 'replaced')")


class Tariff(Base):
    """A dated price list of an activity. `unit` says what a price is for."""

    __tablename__ = "tariffs"
    __table_args__ = (
        one_of("unit", "slot", "day", "hour"),
        one_of("shape", "brackets", "effort_rate", "flat"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="period_upright"),
        Index("ix_tariffs_activity", "activity_id", "from_on"),
    )

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slots.id"))
    age_group_id: Mapped[int | None] = mapped_column(ForeignKey("age_groups.id"))
    name: Mapped[Name]
    unit: Mapped[State]
    shape: Mapped[State]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    effort_ppm: Mapped[int | None]
    floor_cents: Mapped[int | None]
    ceiling_cents: Mapped[int | None]

    brackets: Mapped[list["TariffBracket"]] = relationship(lazy="raise", order_by="TariffBracket.from_quotient_cents")


class TariffBracket(Base):
    """The price of a tariff from a quotient on (cents of euro), for residents or not, by rank of the child and régime.

    Empty conditions mean "whoever". `care_cents` + `meal_cents` = `price_cents`, for the tax certificate.
    """

    __tablename__ = "tariff_brackets"
    __table_args__ = (
        CheckConstraint("price_cents >= 0 AND care_cents >= 0 AND meal_cents >= 0", name="prices_positive"),
        CheckConstraint("care_cents + meal_cents = price_cents", name="parts_sum"),
        CheckConstraint("from_quotient_cents >= 0", name="quotient_positive"),
        Index("ix_tariff_brackets_tariff", "tariff_id"),
    )

    id: Mapped[Id]
    tariff_id: Mapped[int] = mapped_column(ForeignKey("tariffs.id"))
    from_quotient_cents: Mapped[int]
    is_resident: Mapped[bool | None]
    child_rank: Mapped[int | None]
    regime: Mapped[State | None]
    price_cents: Mapped[int]
    care_cents: Mapped[int]
    meal_cents: Mapped[int] = mapped_column(default=0)


class Package(Base):
    """A forfait: one price for a week, a month or a holiday week, that replaces the unit prices when it is reached."""

    __tablename__ = "packages"
    __table_args__ = (one_of("period", "week", "month", "holiday_week"), CheckConstraint("price_cents >= 0", name="price_positive"))

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"), index=True)
    name: Mapped[Name]
    period: Mapped[State]
    reached_at_count: Mapped[int]
    price_cents: Mapped[int]
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class InvoiceSeries(Base):
    """The next number of a series, taken under a lock: numbers have no gap."""

    __tablename__ = "invoice_series"

    prefix: Mapped[str] = mapped_column(String(20), primary_key=True)
    next_number: Mapped[int] = mapped_column(default=1)


class Invoice(Base):
    """A facture of a family for a site. `open_cents` is what is still owed: total − credit notes − allocations, kept."""

    __tablename__ = "invoices"
    __table_args__ = (
        one_of("state", "issued", "cancelled"),
        CheckConstraint("total_cents >= 0", name="total_positive"),
        CheckConstraint("open_cents >= 0 AND open_cents <= total_cents", name="open_within_total"),
        CheckConstraint("state = 'issued' OR open_cents = 0", name="cancelled_owes_nothing"),
        CheckConstraint("until_on >= from_on", name="period_upright"),
        Index("ix_invoices_open_family", "family_id", "due_on", postgresql_where=_open_invoice, sqlite_where=_open_invoice),
        Index("ix_invoices_open_due", "due_on", postgresql_where=_open_invoice, sqlite_where=_open_invoice),
        Index("ix_invoices_family", "family_id", "issued_on"),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(30), unique=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    issued_on: Mapped[date]
    due_on: Mapped[date]
    from_on: Mapped[date]
    until_on: Mapped[date]
    total_cents: Mapped[int]
    open_cents: Mapped[int]
    state: Mapped[State] = mapped_column(default="issued")
    is_disputed: Mapped[bool] = mapped_column(default=False)
    at_treasury_on: Mapped[date | None]
    recipient: Mapped[Json] = mapped_column(info={"masked": True})


class InvoiceLine(Base):
    """What an invoice asks for: one child, one activity, one run of days."""

    __tablename__ = "invoice_lines"
    __table_args__ = (CheckConstraint("care_cents + meal_cents <= amount_cents", name="parts_within_amount"),)

    id: Mapped[Id]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    position: Mapped[int]
    child_id: Mapped[int | None] = mapped_column(ForeignKey("children.id"))
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activities.id"))
    label: Mapped[Line]
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    quantity: Mapped[int]
    unit_cents: Mapped[int]
    amount_cents: Mapped[int]
    care_cents: Mapped[int]
    meal_cents: Mapped[int]


class Charge(Base):
    """A prestation: what a booking (or a penalty, a package, a supplement) costs; repriced until it is invoiced."""

    __tablename__ = "charges"
    __table_args__ = (
        one_of("kind", "booking", "package", "penalty", "supplement", "aid"),
        one_of("state", "open", "invoiced", "replaced", "void"),
        CheckConstraint("(state = 'invoiced') = (invoice_line_id IS NOT NULL)", name="invoiced_has_line"),
        CheckConstraint("care_cents + meal_cents <= amount_cents OR amount_cents < 0", name="parts_within_amount"),
        Index(
            "uq_charges_booking",
            "booking_id",
            unique=True,
            postgresql_where=text("kind = 'booking' AND state <> 'void'"),
            sqlite_where=text("kind = 'booking' AND state <> 'void'"),
        ),
        Index("ix_charges_open", "family_id", "day", postgresql_where=text("state = 'open'"), sqlite_where=text("state = 'open'")),
        Index("ix_charges_invoice_line", "invoice_line_id"),
    )

    id: Mapped[Id]
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"))
    child_id: Mapped[int | None] = mapped_column(ForeignKey("children.id"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))
    tariff_id: Mapped[int | None] = mapped_column(ForeignKey("tariffs.id"))
    package_id: Mapped[int | None] = mapped_column(ForeignKey("packages.id"))
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("charges.id"))
    invoice_line_id: Mapped[int | None] = mapped_column(ForeignKey("invoice_lines.id"))
    kind: Mapped[State]
    state: Mapped[State]
    day: Mapped[date]
    amount_cents: Mapped[int]
    care_cents: Mapped[int]
    meal_cents: Mapped[int]


class CreditNote(Base):
    """An avoir: takes back part or all of an invoice. It has its own number in its own series."""

    __tablename__ = "credit_notes"
    __table_args__ = (CheckConstraint("amount_cents > 0", name="amount_positive"),)

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(30), unique=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"))
    amount_cents: Mapped[int]
    reason: Mapped[Line]
    issued_on: Mapped[date]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class Till(Base):
    """A régie: who may take money, at which site."""

    __tablename__ = "tills"

    id: Mapped[Id]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[Name] = mapped_column(unique=True)


class TillClosing(Base):
    """The end of a cashier's day: what was counted, by method."""

    __tablename__ = "till_closings"
    __table_args__ = (UniqueConstraint("till_id", "by_id", "day"),)

    id: Mapped[Id]
    till_id: Mapped[int] = mapped_column(ForeignKey("tills.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    day: Mapped[date]
    totals: Mapped[Json]
    closed_at: Mapped[datetime]


class Deposit(Base):
    """A bordereau: payments of one method brought to the bank together."""

    __tablename__ = "deposits"
    __table_args__ = (one_of("method", *PAYMENT_METHODS),)

    id: Mapped[Id]
    till_id: Mapped[int] = mapped_column(ForeignKey("tills.id"))
    method: Mapped[State]
    made_on: Mapped[date]
    reference: Mapped[Name | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class Payment(Base):
    """A règlement of a family. `credit_cents` is what is not allocated to an invoice yet: an advance, kept."""

    __tablename__ = "payments"
    __table_args__ = (
        one_of("method", *PAYMENT_METHODS),
        one_of("state", "received", "bounced"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("credit_cents >= 0 AND credit_cents <= amount_cents", name="credit_within_amount"),
        CheckConstraint("state = 'received' OR credit_cents = 0", name="bounced_has_no_credit"),
        Index("ix_payments_family", "family_id", "received_on"),
        Index("ix_payments_received_on", "received_on"),
    )

    id: Mapped[Id]
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"))
    method: Mapped[State]
    amount_cents: Mapped[int]
    credit_cents: Mapped[int] = mapped_column(default=0)
    received_on: Mapped[date]
    reference: Mapped[Name | None]
    payer: Mapped[Name | None]
    state: Mapped[State] = mapped_column(default="received")
    till_id: Mapped[int | None] = mapped_column(ForeignKey("tills.id"))
    deposit_id: Mapped[int | None] = mapped_column(ForeignKey("deposits.id"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    request_key: Mapped[str | None] = mapped_column(String(64), unique=True)


class Allocation(Base):
    """An imputation: part of a payment settles part of an invoice. Undone by a reversing instant, never deleted."""

    __tablename__ = "allocations"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        Index("ix_allocations_payment", "payment_id"),
        Index("ix_allocations_invoice", "invoice_id"),
    )

    id: Mapped[Id]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    amount_cents: Mapped[int]
    allocated_at: Mapped[datetime]
    reversed_at: Mapped[datetime | None]


class FamilyBalance(Base):
    """The kept sums of a family: invoiced (credit notes taken off), paid (allocated), open, and credit kept in advance.

    `open_cents` = `invoiced_cents` − `paid_cents`. One row per family that was ever invoiced or paid.
    """

    __tablename__ = "family_balances"
    __table_args__ = (
        CheckConstraint("open_cents = invoiced_cents - paid_cents", name="open_is_difference"),
        CheckConstraint("open_cents >= 0 AND credit_cents >= 0", name="sums_positive"),
        Index("ix_family_balances_open", "open_cents", "family_id"),
        Index("ix_family_balances_invoiced", "invoiced_cents", "family_id"),
        Index("ix_family_balances_oldest_due", "oldest_due_on", "family_id"),
        Index("ix_family_balances_last_reminder", "last_reminder_at", "family_id"),
    )

    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"), primary_key=True)
    invoiced_cents: Mapped[int] = mapped_column(default=0)
    paid_cents: Mapped[int] = mapped_column(default=0)
    open_cents: Mapped[int] = mapped_column(default=0)
    credit_cents: Mapped[int] = mapped_column(default=0)
    oldest_due_on: Mapped[date | None]
    last_reminder_at: Mapped[datetime | None]
    last_reminder_level: Mapped[int | None]


class SiteBalance(Base):
    """The kept open sum of a site's invoices by due date: ageing totals read this, not the invoices."""

    __tablename__ = "site_balances"
    __table_args__ = (CheckConstraint("open_cents >= 0 AND open_count >= 0", name="sums_positive"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    open_cents: Mapped[int] = mapped_column(default=0)
    open_count: Mapped[int] = mapped_column(default=0)


class Reminder(Base):
    """A relance that was sent to a family, at one of three levels, for the invoices listed with it."""

    __tablename__ = "reminders"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 3", name="level_known"), Index("ix_reminders_family", "family_id", "sent_at"))

    id: Mapped[Id]
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"))
    level: Mapped[int]
    amount_cents: Mapped[int]
    sent_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))


class ReminderInvoice(Base):
    """An invoice that a reminder asked for, with what was open then."""

    __tablename__ = "reminder_invoices"

    reminder_id: Mapped[int] = mapped_column(ForeignKey("reminders.id"), primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), primary_key=True, index=True)
    open_cents: Mapped[int]


class PaymentAttempt(Base):
    """An online payment that was begun: what was asked of the provider, and what became of it."""

    __tablename__ = "payment_attempts"
    __table_args__ = (
        one_of("state", "begun", "paid", "refused", "abandoned", "lapsed", "mismatch"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        UniqueConstraint("provider", "operation"),
        Index("ix_payment_attempts_begun", "begun_at", postgresql_where=text("state = 'begun'"), sqlite_where=text("state = 'begun'")),
    )

    id: Mapped[Id]
    family_id: Mapped[int] = mapped_column(ForeignKey("families.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    provider: Mapped[State]
    reference: Mapped[str] = mapped_column(String(30), unique=True)
    operation: Mapped[str | None] = mapped_column(String(60))
    amount_cents: Mapped[int]
    state: Mapped[State]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), unique=True)
    answer: Mapped[Prose | None]


class PaymentAttemptInvoice(Base):
    """An invoice that an online payment is to settle, with the amount set aside for it."""

    __tablename__ = "payment_attempt_invoices"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("payment_attempts.id"), primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    amount_cents: Mapped[int]

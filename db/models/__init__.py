"""One module per chapter; this page names every model, so that `from db import models` knows them all."""

from db.base import Base
from db.models.accounts import Account, AccountLink, Connection, SignInSession, SignInThrottle, SignInTicket, StaffSite, UsedProof
from db.models.billing import (
    Allocation,
    Charge,
    CreditNote,
    Deposit,
    FamilyBalance,
    Invoice,
    InvoiceLine,
    InvoiceSeries,
    Package,
    Payment,
    PaymentAttempt,
    PaymentAttemptInvoice,
    Reminder,
    ReminderInvoice,
    SiteBalance,
    Tariff,
    TariffBracket,
    Till,
    TillClosing,
)
from db.models.bookings import Attendance, Booking, BookingRequest, Offer, Registration, WaitingListEntry, WaitingListSeats
from db.models.documents import (
    CertifiedSheet,
    Document,
    DocumentFile,
    DocumentKind,
    DocumentKindActivity,
    FamilyFile,
    PublishedDocument,
    StoredFile,
)
from db.models.journal import AttendanceImport, DailyTotal, JournalEntry
from db.models.messages import Conversation, Letter, Message, MessageFile, News
from db.models.people import (
    AccountRequest,
    ChangeRequest,
    Child,
    Consent,
    Family,
    FamilyChild,
    FamilyQuotient,
    FamilySight,
    Guardian,
    HealthRecord,
    Permission,
    PickupPerson,
)
from db.models.programme import (
    Activity,
    AgeGroup,
    BookingWindow,
    CalendarPeriod,
    DeclaredMaximum,
    NoticeRule,
    OpenDay,
    Season,
    Seats,
    Site,
    Slot,
    SlotSet,
    SlotSetSlot,
    StaffPlan,
)
from db.models.settings import ConsentText, FieldRule, Revision, Setting, StructureFile, TaskRun

__all__ = [name for name, thing in list(globals().items()) if isinstance(thing, type) and issubclass(thing, Base)]

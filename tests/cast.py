"""The people of the tests, and makers for what a test needs more.

Amina is Sami's mother, Bruno is Lia's father. Claire coordinates Moreuil, Denis directs every site, Farid keeps the till, Gaëlle leads
at Moreuil, Hélène administers. Everything is made on first use, straight as rows: the verbs are what is tested.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from db.models import (
    Account,
    Activity,
    AgeGroup,
    Base,
    Booking,
    Child,
    Family,
    FamilyBalance,
    FamilyChild,
    FamilySight,
    Guardian,
    Invoice,
    OpenDay,
    Registration,
    Season,
    Seats,
    Site,
    SiteBalance,
    Slot,
    StaffSite,
)
from db.session import reading, touch, writing
from domain import clock

# bcrypt, 4 rounds, of "farandole-test-2026"
PASSWORD = "farandole-test-2026"
PASSWORD_HASH = "$2b$04$Ahq5YGzUjgX/f6hcE35TNefpABwmqdjkM7YLM4.dp02B2n5uOD.Vu"
Thing = TypeVar("Thing", bound=Base)
WEDNESDAY = date(2026, 3, 4)


def add(thing: Thing) -> Thing:
    """Keeps a row and gives it back."""
    with writing() as session:
        session.add(thing)
    return thing


def fresh(account: Account) -> Account:
    """The account as a verb gets it: read again, with its sites."""
    with reading() as session:
        return session.scalars(select(Account).where(Account.id == account.id).options(selectinload(Account.sites))).one()


def plain(text: str) -> str:
    """The accent-free small letters that `search_name` keeps."""
    import unicodedata

    return "".join(letter for letter in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(letter))


@dataclass
class Cast:
    """See the module."""

    _numbers: Any = field(default_factory=lambda: count(1))

    # -- sites and programme ------------------------------------------------------------------------------------------------

    @cached_property
    def moreuil(self) -> Site:
        """The site where most things happen."""
        return add(Site(name="Moreuil", town="Moreuil", postcode="80110"))

    @cached_property
    def ailly(self) -> Site:
        """The other site, out of Claire's sight."""
        return add(Site(name="Ailly-sur-Noye", town="Ailly-sur-Noye", postcode="80250"))

    @cached_property
    def season(self) -> Season:
        """The school year of the tests."""
        return add(Season(name="2025-2026", starts_on=date(2025, 9, 1), ends_on=date(2026, 8, 31)))

    def activity(self, site: Site | None = None, name: str = "Mercredi", **more: Any) -> Activity:
        """An activity with the three slots of Wednesday and two age groups (3–5, 6–11)."""
        site = site or self.moreuil
        activity = add(
            Activity(site_id=site.id, season_id=self.season.id, name=name, **({"kind": "periscolaire", "has_pedt": True} | more))
        )
        hours = [("Matin", time(7, 30), time(11, 45), False), ("Repas", time(12, 15), time(13, 15), True)]
        hours.append(("Après-midi", time(13, 45), time(18, 0), False))
        for position, (slot, starts, ends, meal) in enumerate(hours):
            add(Slot(activity_id=activity.id, name=slot, starts_at=starts, ends_at=ends, is_meal=meal, position=position))
        for position, (group, youngest, oldest) in enumerate([("3–5 ans", 3, 5), ("6–11 ans", 6, 11)]):
            add(AgeGroup(activity_id=activity.id, name=group, youngest=youngest, oldest=oldest, position=position))
        return activity

    @cached_property
    def mercredi(self) -> Activity:
        """Mercredi at Moreuil."""
        return self.activity()

    def slots(self, activity: Activity) -> list[Slot]:
        """The slots of an activity in their order."""
        with reading() as session:
            return list(session.scalars(select(Slot).where(Slot.activity_id == activity.id).order_by(Slot.position)))

    def age_groups(self, activity: Activity) -> list[AgeGroup]:
        """The age groups of an activity in their order."""
        with reading() as session:
            return list(session.scalars(select(AgeGroup).where(AgeGroup.activity_id == activity.id).order_by(AgeGroup.position)))

    def open_day(self, activity: Activity, day: date = WEDNESDAY, capacity: int = 10) -> list[Seats]:
        """Opens a day with the same capacity for every slot and age group; gives its seats, slot by slot, young ones first."""
        opened = add(OpenDay(activity_id=activity.id, day=day))
        seats = []
        for slot in self.slots(activity):
            for group in self.age_groups(activity):
                seats.append(
                    add(
                        Seats(
                            open_day_id=opened.id,
                            activity_id=activity.id,
                            day=day,
                            slot_id=slot.id,
                            age_group_id=group.id,
                            capacity=capacity,
                        )
                    )
                )
        return seats

    # -- staff --------------------------------------------------------------------------------------------------------------

    def account(self, first_name: str, last_name: str, role: str, *sites: Site, **more: Any) -> Account:
        """An active account with the tests' password."""
        email = plain(f"{first_name}.{last_name}@exemple.fr").replace(" ", "")
        values = {"email": email, "state": "active", "password_hash": PASSWORD_HASH, "created_at": clock.now()} | more
        account = add(Account(first_name=first_name, last_name=last_name, role=role, **values))
        for site in sites:
            add(StaffSite(account_id=account.id, site_id=site.id))
        return fresh(account)

    @cached_property
    def claire(self) -> Account:
        """Coordinator of Moreuil."""
        return self.account("Claire", "Dubois", "coordinator", self.moreuil)

    @cached_property
    def denis(self) -> Account:
        """Director of every site."""
        return self.account("Denis", "Moreau", "director", sees_all_sites=True)

    @cached_property
    def farid(self) -> Account:
        """Cashier at Moreuil."""
        return self.account("Farid", "Haddad", "cashier", self.moreuil)

    @cached_property
    def gaelle(self) -> Account:
        """Leader at Moreuil."""
        return self.account("Gaëlle", "Petit", "leader", self.moreuil)

    @cached_property
    def helene(self) -> Account:
        """Administrator."""
        return self.account("Hélène", "Marchand", "administrator")

    # -- families -----------------------------------------------------------------------------------------------------------

    def family(self, name: str, first_name: str = "Alix", *, site: Site | None = None, **more: Any) -> Family:
        """An active family with one guardian who can sign in; in sight of a site when one is given."""
        number = next(self._numbers)
        values = {"state": "active", "created_at": clock.now(), "phone_mobile": f"063998{number:04d}", "search_name": plain(name)} | more
        family = add(Family(name=name, first_name=first_name, town="Moreuil", postcode="80110", **values))
        account = self.account(first_name, name, "parent")
        add(
            Guardian(
                family_id=family.id,
                account_id=account.id,
                last_name=name,
                first_name=first_name,
                search_name=plain(f"{first_name} {name}"),
                email=account.email,
                phone_mobile=family.phone_mobile,
                created_at=clock.now(),
            )
        )
        if site:
            self.sight(family, site)
        return family

    def sight(self, family: Family, site: Site, until_on: date = date(2027, 8, 31)) -> None:
        """Puts a family in sight of a site's staff."""
        add(FamilySight(family_id=family.id, site_id=site.id, until_on=until_on))

    def child(self, family: Family, first_name: str, born_on: date = date(2018, 5, 17), **more: Any) -> Child:
        """A child of a family."""
        values = {"last_name": family.name, "search_name": plain(f"{first_name} {family.name}"), "created_at": clock.now()} | more
        child = add(Child(first_name=first_name, born_on=born_on, **values))
        add(FamilyChild(family_id=family.id, child_id=child.id))
        return child

    @cached_property
    def benali(self) -> Family:
        """Amina's family, in sight of Moreuil."""
        return self.family("Benali", "Amina", site=self.moreuil)

    @cached_property
    def lefevre(self) -> Family:
        """Bruno's family, in sight of Moreuil."""
        return self.family("Lefèvre", "Bruno", site=self.moreuil)

    @cached_property
    def sami(self) -> Child:
        """Amina's son, seven years old."""
        return self.child(self.benali, "Sami")

    @cached_property
    def lia(self) -> Child:
        """Bruno's daughter, four years old."""
        return self.child(self.lefevre, "Lia", date(2021, 9, 3))

    def guardian(self, family: Family) -> Guardian:
        """The first guardian of a family."""
        with reading() as session:
            return session.scalars(select(Guardian).where(Guardian.family_id == family.id).order_by(Guardian.id)).first()

    def parent(self, family: Family) -> Account:
        """The sign-in of a family's first guardian."""
        with reading() as session:
            account = session.get_one(Account, self.guardian(family).account_id)
        return fresh(account)

    @property
    def amina(self) -> Account:
        """Amina's sign-in."""
        return self.parent(self.benali)

    @property
    def bruno(self) -> Account:
        """Bruno's sign-in."""
        return self.parent(self.lefevre)

    # -- what they do -------------------------------------------------------------------------------------------------------

    def registration(self, child: Child, family: Family, activity: Activity, state: str = "accepted") -> Registration:
        """A child's registration to an activity."""
        decided = clock.now() if state != "requested" else None
        return add(
            Registration(
                child_id=child.id,
                activity_id=activity.id,
                family_id=family.id,
                state=state,
                requested_at=clock.now(),
                decided_at=decided,
            )
        )

    def booking(
        self, child: Child, family: Family, seats: Seats, state: str = "confirmed", *, holds_seat: bool = True, **more: Any
    ) -> Booking:
        """A booking, with its seats' counters moved."""
        live = state in ("pending", "to_pay", "confirmed", "absent")
        holds = holds_seat and live
        hold_until = clock.now() + timedelta(minutes=30) if state == "to_pay" else None
        with writing() as session:
            kept = session.get_one(Seats, seats.id)
            kept.taken += holds
            kept.booked += live
            booking = Booking(
                seats_id=seats.id,
                day=seats.day,
                slot_id=seats.slot_id,
                child_id=child.id,
                family_id=family.id,
                state=state,
                holds_seat=holds,
                hold_until_at=hold_until,
                **({"asked_at": clock.now()} | more),
            )
            session.add(booking)
        return booking

    def invoice(self, family: Family, total_cents: int, due_on: date, site: Site | None = None, **more: Any) -> Invoice:
        """An issued, wholly open invoice, with the kept balances moved."""
        site = site or self.moreuil
        number = f"MOR-2026-{next(self._numbers):06d}"
        with writing() as session:
            invoice = Invoice(
                number=number,
                family_id=family.id,
                site_id=site.id,
                issued_on=due_on - timedelta(days=30),
                due_on=due_on,
                from_on=due_on - timedelta(days=60),
                until_on=due_on - timedelta(days=31),
                total_cents=total_cents,
                open_cents=total_cents,
                recipient={"name": family.name},
                **more,
            )
            session.add(invoice)
            balance = session.get(FamilyBalance, family.id)
            if balance is None:
                balance = FamilyBalance(family_id=family.id, invoiced_cents=0, paid_cents=0, open_cents=0, credit_cents=0)
                session.add(balance)
            balance.invoiced_cents += total_cents
            balance.open_cents += total_cents
            balance.oldest_due_on = min(due_on, balance.oldest_due_on or due_on)
            of_site = session.get(SiteBalance, (site.id, due_on))
            if of_site is None:
                of_site = SiteBalance(site_id=site.id, due_on=due_on, open_cents=0, open_count=0)
                session.add(of_site)
            of_site.open_cents += total_cents
            of_site.open_count += 1
            touch(session, "billing")
        return invoice

    def instant(self, day: date, hour: int = 12) -> datetime:
        """A local hour of a day, as an instant."""
        from db.settings import settings

        return datetime.combine(day, time(hour), settings().zone)

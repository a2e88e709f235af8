"""What is going on around the programme: requests for accounts, messages, letters, news, the journal, staff plans, last year's totals."""

import hashlib

import numpy as np

from db.demo.days import DaySums
from db.demo.names import FATHERS, MOTHERS, SURNAMES, pick, plain, spare_mobiles
from db.demo.programme import PASSWORD_HASH
from db.demo.texts import ANSWER, NEWS, NOTICE_ID, SUBJECTS
from db.demo.town import ActivityPlan, People, SitePlan, Told, Town
from db.models import (
    Account,
    AccountLink,
    AccountRequest,
    Consent,
    Conversation,
    DailyTotal,
    DeclaredMaximum,
    Family,
    Guardian,
    JournalEntry,
    Letter,
    Message,
    News,
    StaffPlan,
)


def remember_last_year(town: Town, site: SitePlan, activity: ActivityPlan, this: DaySums) -> None:
    """Plants the daily totals of an activity for the school year before: the same habits, a little less frequented."""
    rng, year = town.rng("last year", activity.id), town.year.before
    days = {"Périscolaire": year.school_days, "Mercredi": year.wednesdays}.get(activity.name, year.holiday_days)()
    then = np.array(days, "datetime64[D]")
    lived = this.booked > 0
    usual = this.booked[lived] if lived.any() else np.zeros(1, np.int64)
    places = (np.arange(len(then)) * max(len(usual), 1)) // max(len(then), 1)
    booked = (usual[np.clip(places, 0, len(usual) - 1)] * rng.normal(0.93, 0.05, len(then))).clip(0).astype(np.int64)
    present = (booked * np.clip(rng.normal(0.945, 0.03, len(then)), 0.5, 1.1)).astype(np.int64)
    town.loader.columns(
        DailyTotal,
        source="closed_year",
        site_name=[site.name] * len(then),
        activity_name=activity.name,
        site_id=site.id,
        day=then,
        capacity=np.full(len(then), int(this.capacity.max())),
        booked=np.minimum(booked, int(this.capacity.max())),
        present=present,
    )


def converse(town: Town, people: People) -> None:
    """Plants the rest."""
    _ask_for_accounts(town, people)
    _write(town, people)
    _letters_and_journal(town, people)


def _ask_for_accounts(town: Town, people: People) -> None:
    """Requests that wait, oldest first; some look like families that are known already; some were decided."""
    rng, load = town.rng("requests"), town.loader
    count = 14 if town.size.families < 2_000 else 30 + town.size.families // 1_000
    names, firsts = pick(rng, SURNAMES, count), pick(rng, MOTHERS + FATHERS, count)
    phones = np.array(spare_mobiles(np.arange(count)), object)
    births = town.today - rng.integers(26 * 365, 45 * 365, count)
    births[1] = people.born_of_amina
    known = {"first_name": "Amina", "last_name": "Benali"}
    names[1], firsts[1] = known["last_name"].upper(), known["first_name"]
    phones[[1, 4]] = "0639980000", "0639980005"
    waits = np.arange(count) < count - 4
    asked = town.now - (np.linspace(19, 0.3, count) * 86_400).astype("timedelta64[s]")
    asked[~waits] = town.now - np.array([25, 24, 3, 22]) * np.timedelta64(86_400, "s")
    state = np.where(waits, "waiting", "approved").astype(object)
    state[-1] = "refused"
    family_ids, account_ids = load.ids(Family, count), load.ids(Account, count)
    requests = load.ids(AccountRequest, count)
    guardian_ids, consent_ids = load.ids(Guardian, count), load.ids(Consent, count)
    of_site = [town.sites[place % len(town.sites)] for place in range(count)]
    emails = [f"{plain(f)}.{plain(n)}.demande{place}@exemple.fr" for place, (f, n) in enumerate(zip(firsts, names, strict=True))]
    search = [plain(f"{n} {f}") for f, n in zip(firsts, names, strict=True)]
    towns = [site.name.partition(" – ")[0] for site in of_site]
    address = {"street_number": "3", "street": "rue de la Gare", "postcode": "80110", "town": towns}
    load.columns(
        Family,
        id=family_ids,
        name=names,
        first_name=firsts,
        search_name=search,
        state=np.where(state == "waiting", "requested", state).astype(object),
        phone_mobile=phones,
        created_at=asked,
        **address,
    )
    load.columns(
        Account,
        id=account_ids,
        email=emails,
        first_name=firsts,
        last_name=names,
        role="parent",
        state=np.where(state == "refused", "closed", "pending").astype(object),
        password_hash=PASSWORD_HASH,
        created_at=asked,
    )
    load.columns(
        Guardian,
        id=guardian_ids,
        family_id=family_ids,
        account_id=account_ids,
        last_name=names,
        first_name=firsts,
        search_name=[plain(f"{f} {n}") for f, n in zip(firsts, names, strict=True)],
        born_on=births,
        email=emails,
        phone_mobile=phones,
        created_at=asked,
        **address,
    )
    approved = np.flatnonzero(state == "approved")
    load.columns(
        AccountLink,
        account_id=account_ids[approved],
        purpose="confirm",
        token_hash=[hashlib.sha256(rng.bytes(32)).hexdigest() for _ in approved],
        created_at=asked[approved] + np.timedelta64(2, "D"),
        expires_at=asked[approved] + np.timedelta64(4, "D"),
    )
    for place in np.flatnonzero(~waits).tolist():
        act = "refuse_account" if state[place] == "refused" else "approve_account"
        change = {"state": ["waiting", str(state[place])]}
        town.told.insert(0, Told("claire", act, "account_requests", int(requests[place]), int(family_ids[place]), None, change))
    load.columns(Consent, id=consent_ids, family_id=family_ids, text_id=NOTICE_ID, given=True, given_at=asked)
    load.columns(
        AccountRequest,
        id=requests,
        family_id=family_ids,
        guardian_id=guardian_ids,
        consent_id=consent_ids,
        state=state,
        requested_at=asked,
        decided_at=np.where(waits, np.datetime64("NaT"), asked + np.timedelta64(2, "D")),
        decided_by_id=[None if wait else town.staff["claire"] for wait in waits.tolist()],
        reason=["Cette famille a déjà un compte." if word == "refused" else None for word in state],
    )


def _write(town: Town, people: People) -> None:
    rng, load = town.rng("messages"), town.loader
    count = min(12 + town.size.families // 100, len(people.family_ids) - 2)
    families = np.unique(np.r_[0, 1, rng.choice(len(people.family_ids), count, replace=False)])
    last = town.now - rng.integers(3_600, 20 * 86_400, len(families)).astype("timedelta64[s]")
    answered = rng.random(len(families)) < 0.45
    topics = rng.integers(0, len(SUBJECTS), len(families))
    site_ids = np.array([site.id for site in town.sites])[people.home[families]]
    ids = load.ids(Conversation, len(families))
    load.columns(
        Conversation,
        id=ids,
        family_id=people.family_ids[families],
        site_id=site_ids,
        subject=[SUBJECTS[topic][0] for topic in topics],
        state=np.where(answered & (rng.random(len(families)) < 0.5), "closed", "open").astype(object),
        last_message_at=last,
        unread_by_staff=(~answered).astype(np.int64),
        unread_by_family=answered.astype(np.int64),
    )
    first = np.where(answered, last - np.timedelta64(20, "h"), last)
    load.columns(
        Message,
        conversation_id=ids,
        by_id=people.account_ids[families],
        body=[SUBJECTS[topic][1] for topic in topics],
        written_at=first,
    )
    load.columns(
        Message,
        conversation_id=ids[answered],
        by_id=np.full(int(answered.sum()), town.staff["claire"]),
        body=[ANSWER] * int(answered.sum()),
        written_at=last[answered],
    )
    news = [{"title": title, "body": body, "published_at": town.ago(2 + 9 * place)} for place, (title, body) in enumerate(NEWS)]
    load.rows(News, [row | {"by_id": town.staff["helene"]} for row in news])


def plan_staff(town: Town, site: SitePlan, sums: list[DaySums]) -> None:
    """Plants the adults planned at a site for the days around today, near what is needed, and what the site may receive."""
    rng = town.rng("staff plans", site.index)
    days = np.concatenate([activity.days for activity in site.activities])
    children = np.concatenate([each.busiest for each in sums])
    different, place = np.unique(days, return_inverse=True)
    adults = np.maximum(2, np.bincount(place, weights=children) / 11 + rng.uniform(-0.8, 2.2, len(different))).round().astype(np.int64)
    near = (different > town.today - 60) & (different < town.today + 90)
    adults = adults[near]
    town.loader.columns(
        StaffPlan,
        site_id=np.full(len(adults), site.id),
        day=different[near],
        adults=adults,
        qualified=(adults * 2 + 2) // 3,
        unqualified=adults // 5,
    )
    small = [each for each, activity in zip(sums, site.activities, strict=True) if len(activity.groups) == 2]
    youth = sum(int(each.limits[0]) for each, activity in zip(sums, site.activities, strict=True) if len(activity.groups) == 1)
    under, over = (max(int(each.limits[band]) for each in small) + 4 for band in (0, 1))
    rows = [("declared", "under_six", under), ("declared", "six_and_over", over + youth), ("pmi", "under_six", under)]
    ready = [{"site_id": site.id, "kind": kind, "band": band, "capacity": most} for kind, band, most in rows]
    town.loader.rows(DeclaredMaximum, [row | {"from_on": town.year.starts_on} for row in ready])


def _letters_and_journal(town: Town, people: People) -> None:
    rng, load = town.rng("letters"), town.loader
    count = min(60, len(people.family_ids) - 2)
    families = rng.choice(len(people.family_ids), count, replace=False)
    written = np.sort(town.now - rng.integers(600, 30 * 86_400, count).astype("timedelta64[s]"))
    waits = np.arange(count) >= count - 4
    text = (
        "Bonjour,\n\nUne facture de votre famille reste à régler. Vous la trouverez dans « Mes factures ».\n\nLe service enfance-jeunesse"
    )
    html = "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n\n"))
    load.columns(
        Letter,
        kind=["reminder_1"] * count,
        to_email=[people.emails[place] for place in families.tolist()],
        to_name=[people.recipients[place]["name"] for place in families.tolist()],
        family_id=people.family_ids[families],
        account_id=people.account_ids[families],
        language="fr",
        subject="Une facture reste à régler",
        text_body=text,
        html_body=html,
        state=np.where(waits, "waiting", "sent").astype(object),
        attempts=np.where(waits, 0, 1),
        next_try_at=written,
        written_at=written,
        sent_at=np.where(waits, np.datetime64("NaT"), written + np.timedelta64(40, "s")),
    )
    _journal(town, rng)


def _journal(town: Town, rng: np.random.Generator) -> None:
    """Some of the staff's recent acts; at a large town, of the first sites."""
    told = [town.told[place] for place in rng.permutation(min(len(town.told), 120))]
    town.loader.columns(
        JournalEntry,
        at=np.sort(town.now - rng.integers(600, 12 * 86_400, len(told)).astype("timedelta64[s]")),
        by_id=[town.staff[one.who] for one in told],
        act=[one.act for one in told],
        object_kind=[one.kind for one in told],
        object_id=[one.object_id for one in told],
        family_id=[one.family_id for one in told],
        site_id=[one.site_id for one in told],
        changes=[one.changes for one in told],
    )

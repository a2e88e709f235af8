"""What follows the invoices: reminders at three levels, advances, and the balance kept of each family."""

from typing import Any

import numpy as np
import pandas as pd

from db.demo.town import People, Sums, Told, Town
from db.models import FamilyBalance, Payment, Reminder, ReminderInvoice

NO_DAY = np.datetime64("9999-12-31", "D")


def new_sums(town: Town) -> Sums:
    """Nothing owed, nothing paid."""
    count = town.size.families
    never = np.full(count, np.datetime64("NaT"), "datetime64[s]")
    invoiced, paid, credit, level = (np.zeros(count, np.int64) for _ in range(4))
    return Sums(invoiced, paid, credit, np.full(count, NO_DAY), never, level)


def remind(town: Town, people: People, rng: np.random.Generator, invoices: pd.DataFrame, left: Any, overdue: Any, sums: Sums) -> None:
    """Three levels, 10, 40 and 75 days after the oldest due date, for seven families in ten."""
    late = pd.DataFrame({"family": invoices["family"], "id": invoices["id"], "left": left, "overdue": overdue})
    late = late[(late["left"] > 0) & (late["overdue"] > 10)]
    reminded = rng.random(len(people.family_ids)) < 0.7
    reminded[:2] = True
    late = late[reminded[late["family"].to_numpy()]]
    oldest = late.groupby("family")["overdue"].max()
    for level, after in ((1, 10), (2, 40), (3, 75)):
        families = oldest.index.to_numpy()[oldest.to_numpy() > after]
        if not len(families):
            continue
        back = oldest.loc[families].to_numpy() - after
        sent = town.at(town.today - back, 36_000 + families % 3_600)
        ids = town.loader.ids(Reminder, len(families))
        then = late[late["family"].isin(families)].copy()
        then = then[then["overdue"].to_numpy() > back[np.searchsorted(families, then["family"].to_numpy())]]
        amounts = then.groupby("family")["left"].sum()
        town.loader.columns(
            Reminder,
            id=ids,
            family_id=people.family_ids[families],
            level=level,
            amount_cents=amounts.reindex(families).to_numpy(),
            sent_at=sent,
            by_id=town.staff["claire"],
        )
        town.loader.columns(
            ReminderInvoice,
            reminder_id=ids[np.searchsorted(families, then["family"].to_numpy())],
            invoice_id=then["id"].to_numpy(),
            open_cents=then["left"].to_numpy(),
        )
        for one in range(min(2, len(families))):
            told = (int(ids[one]), int(people.family_ids[families[one]]), None, {"level": [None, level]})
            town.told.append(Told("claire", "send_reminder", "reminders", *told))
        before = sums.last_reminder[families]
        newer = np.isnat(before) | (sent > before) | ((sent == before) & (level > sums.last_level[families]))
        sums.last_reminder[families[newer]], sums.last_level[families[newer]] = sent[newer], level


def keep(town: Town, people: People, sums: Sums) -> None:
    """Plants the balance of each family that was ever invoiced or paid; a few have paid in advance."""
    rng, count = town.rng("advances"), len(people.family_ids)
    ahead = np.flatnonzero((rng.random(count) < 0.02) & (sums.invoiced > 0))
    amount = rng.integers(10, 150, len(ahead)) * 100
    day = town.today - rng.integers(1, 60, len(ahead))
    town.loader.columns(
        Payment,
        family_id=people.family_ids[ahead],
        method=np.full(len(ahead), "transfer", object),
        amount_cents=amount,
        credit_cents=amount,
        received_on=day,
        payer=people.family_names[ahead],
        recorded_at=town.at(day, 40_000),
        recorded_by_id=town.staff["farid"],
    )
    sums.credit[ahead] += amount
    known = np.flatnonzero((sums.invoiced > 0) | (sums.credit > 0) | (sums.last_level > 0) | (sums.paid > 0))
    owes = sums.oldest_due[known] < NO_DAY
    town.loader.columns(
        FamilyBalance,
        family_id=people.family_ids[known],
        invoiced_cents=sums.invoiced[known],
        paid_cents=sums.paid[known],
        open_cents=(sums.invoiced - sums.paid)[known],
        credit_cents=sums.credit[known],
        oldest_due_on=np.where(owes, sums.oldest_due[known], np.datetime64("NaT")),
        last_reminder_at=sums.last_reminder[known],
        last_reminder_level=[level or None for level in sums.last_level[known].tolist()],
    )

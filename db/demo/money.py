"""What the bookings cost a site's families: charges, monthly invoices, payments of every kind, credit notes, reminders, balances."""

from typing import Any

import numpy as np
import pandas as pd

from db.demo.balances import remind
from db.demo.days import Charged
from db.demo.people import IN_PART, LATE, NEVER, ON_TIME
from db.demo.town import People, SitePlan, Sums, Told, Town, day_of
from db.models import (
    Allocation,
    Charge,
    CreditNote,
    Invoice,
    InvoiceLine,
    InvoiceSeries,
    Payment,
    SiteBalance,
)

BEFORE = 9
_METHODS = (
    ["online"] * 45
    + ["direct_debit"] * 13
    + ["cheque"] * 15
    + ["card"] * 10
    + ["cash"] * 6
    + ["cesu"] * 5
    + ["ancv"] * 3
    + ["transfer"] * 3
)


def bill(town: Town, people: People, site: SitePlan, charged: list[Charged], sums: Sums) -> None:
    """Plants what a site asks of its families and what they paid, and adds it to the sums."""
    rng = town.rng("money", site.index)
    charges = pd.DataFrame({name: np.concatenate([getattr(part, name) for part in charged]) for name in Charged.__dataclass_fields__})
    charges["activity"] = np.repeat(np.arange(len(charged)), [len(part.day) for part in charged])
    months = charges["day"].to_numpy("datetime64[D]").astype("datetime64[M]")
    charges["month"] = months.astype(np.int64)
    due = (_issued_on(months) < town.today) & ~charges["void"].to_numpy()
    lines = _lines(town, rng, charges, due)
    line_ids, invoices = _invoices(town, people, site, lines)
    _charges(town, people, site, charges, due, lines, line_ids)
    _settle(town, people, site, rng, invoices, sums)


def _issued_on(months: Any) -> Any:
    """Invoices leave on the fifth of the next month."""
    return (months + 1).astype("datetime64[D]") + 4


def _lines(town: Town, rng: np.random.Generator, charges: pd.DataFrame, due: Any) -> pd.DataFrame:
    keys = ["month", "family", "activity", "child", "slot"]
    current = (
        charges[due]
        .groupby(keys, sort=True, as_index=False)
        .agg(quantity=("amount", "size"), amount=("amount", "sum"), meal=("meal", "sum"))
    )
    first = day_of(town.year.starts_on).astype("datetime64[M]")
    asked = town.today.astype("datetime64[M]") - BEFORE
    earlier = np.arange(asked, first)
    earlier = earlier[_issued_on(earlier) < town.today]
    if len(earlier) and len(charges):
        current = pd.concat([_last_year(rng, charges, earlier), current], ignore_index=True)
    ordered: pd.DataFrame = current.sort_values(keys, kind="stable", ignore_index=True)
    return ordered


def _last_year(rng: np.random.Generator, charges: pd.DataFrame, months: Any) -> pd.DataFrame:
    """The invoices of the months before this season: their bookings are gone, what was owed is not."""
    usual = charges.drop_duplicates(["family", "activity", "child", "slot"])[["family", "activity", "child", "slot", "amount", "meal"]]
    parts = []
    for month in months.astype(np.int64):
        part = usual[rng.random(len(usual)) < 0.45].copy()
        part["month"], part["quantity"] = month, rng.integers(2, 14, len(part))
        part["amount"] *= part["quantity"]
        part["meal"] *= part["quantity"]
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _invoices(town: Town, people: People, site: SitePlan, lines: pd.DataFrame) -> tuple[Any, pd.DataFrame]:
    load = town.loader
    lines["invoice"] = lines.groupby(["month", "family"], sort=True).ngroup()
    invoices = lines.groupby("invoice", as_index=False).agg(month=("month", "first"), family=("family", "first"), total=("amount", "sum"))
    invoices["id"] = load.ids(Invoice, len(invoices))
    months = invoices["month"].to_numpy().astype("datetime64[M]")
    invoices["issued"], invoices["due"] = _issued_on(months), _issued_on(months) + 30
    year = invoices["issued"].dt.year
    place = invoices.groupby(year).cumcount() + 1
    numbers = [f"{site.code}-{y}-{n:06d}" for y, n in zip(year, place, strict=True)]
    series = [(f"{site.code}-{y}", int(count) + 1) for y, count in year.value_counts(sort=False).items()]
    load.rows(InvoiceSeries, [{"prefix": prefix, "next_number": following} for prefix, following in series])
    invoices["number"] = numbers
    line_ids = load.ids(InvoiceLine, len(lines))
    line_months = lines["month"].to_numpy().astype("datetime64[M]")
    this_season = line_months >= day_of(town.year.starts_on).astype("datetime64[M]")
    words = np.array(
        [[f"{activity.name} – {slot.name}" for slot in activity.slots] + [""] * (3 - len(activity.slots)) for activity in site.activities],
        object,
    )
    labels = words[lines["activity"], lines["slot"]]
    activity_ids = np.array([activity.id for activity in site.activities])[lines["activity"]]
    load.columns(
        InvoiceLine,
        id=line_ids,
        invoice_id=invoices["id"].to_numpy()[lines["invoice"]],
        position=(lines.groupby("invoice").cumcount() + 1).to_numpy(),
        child_id=people.child_ids[lines["child"]],
        activity_id=[number if here else None for number, here in zip(activity_ids.tolist(), this_season.tolist(), strict=True)],
        label=[f"{label} – {name}" for label, name in zip(labels, people.child_names[lines["child"]], strict=True)],
        from_on=line_months.astype("datetime64[D]"),
        until_on=(line_months + 1).astype("datetime64[D]") - 1,
        quantity=lines["quantity"].to_numpy(),
        unit_cents=(lines["amount"] // lines["quantity"]).to_numpy(),
        amount_cents=lines["amount"].to_numpy(),
        care_cents=(lines["amount"] - lines["meal"]).to_numpy(),
        meal_cents=lines["meal"].to_numpy(),
    )
    return line_ids, invoices


def _charges(town: Town, people: People, site: SitePlan, charges: pd.DataFrame, due: Any, lines: pd.DataFrame, line_ids: Any) -> None:
    keys = ["month", "family", "activity", "child", "slot"]
    lines["line"] = line_ids
    tied = charges[keys].merge(lines[[*keys, "line"]], on=keys, how="left")["line"]
    void, booking = charges["void"].to_numpy(), charges["booking"].to_numpy()
    tariffs = np.array([[slot.tariff_id for slot in plan.slots] + [0] * (3 - len(plan.slots)) for plan in site.activities])
    town.loader.columns(
        Charge,
        family_id=people.family_ids[charges["family"]],
        child_id=people.child_ids[charges["child"]],
        activity_id=np.array([activity.id for activity in site.activities])[charges["activity"]],
        booking_id=[number or None for number in booking.tolist()],
        tariff_id=tariffs[charges["activity"], charges["slot"]],
        invoice_line_id=[int(line) if billed else None for line, billed in zip(tied.fillna(0).tolist(), due.tolist(), strict=True)],
        kind=np.where(booking == 0, "supplement", "booking").astype(object),
        state=np.where(due, "invoiced", np.where(void, "void", "open")).astype(object),
        day=charges["day"].to_numpy("datetime64[D]"),
        amount_cents=charges["amount"].to_numpy(),
        care_cents=(charges["amount"] - charges["meal"]).to_numpy(),
        meal_cents=charges["meal"].to_numpy(),
    )


def _settle(town: Town, people: People, site: SitePlan, rng: np.random.Generator, invoices: pd.DataFrame, sums: Sums) -> None:
    load, count = town.loader, len(invoices)
    family, total = invoices["family"].to_numpy(), invoices["total"].to_numpy()
    issued, due = invoices["issued"].to_numpy("datetime64[D]"), invoices["due"].to_numpy("datetime64[D]")
    credit = _credit_notes(town, people, site, rng, invoices)
    payer = people.payer[family]
    lag = np.select(
        [payer == ON_TIME, payer == LATE, payer == IN_PART], [rng.integers(2, 29, count), rng.integers(28, 110, count), 20], 400
    )
    lag = np.where((payer == NEVER) & (rng.random(count) < 0.3), 25, lag)
    paid_on = issued + lag
    share = np.where(payer == IN_PART, rng.choice([0.3, 0.5, 0.8, 1.0], count), 1.0)
    share = np.where((payer == ON_TIME) & (rng.random(count) < 0.01), 0.5, share)
    amount = np.minimum(np.maximum((total * share).astype(np.int64), 100), total - credit)
    pays = np.flatnonzero((paid_on < town.today) & (amount > 0))
    method = np.array(_METHODS, object)[rng.integers(0, len(_METHODS), len(pays))]
    bounced = (method == "cheque") & (rng.random(len(pays)) < 0.02)
    extra = np.where((rng.random(len(pays)) < 0.012) & ~bounced, rng.integers(5, 60, len(pays)) * 100, 0)
    ids = load.ids(Payment, len(pays))
    at = town.at(paid_on[pays], rng.integers(30_000, 75_000, len(pays)))
    cashier = town.staff["farid"]
    desk = np.isin(method, ("cash", "cheque", "card", "cesu", "ancv"))
    load.columns(
        Payment,
        id=ids,
        family_id=people.family_ids[family[pays]],
        method=method,
        amount_cents=amount[pays] + extra,
        credit_cents=extra,
        received_on=paid_on[pays],
        payer=people.family_names[family[pays]],
        reference=[
            f"Chèque {number:07d}" if word == "cheque" else None
            for number, word in zip(rng.integers(0, 9_999_999, len(pays)), method, strict=True)
        ],
        state=np.where(bounced, "bounced", "received").astype(object),
        till_id=[site.index + 1 if here else None for here in desk],
        recorded_at=at,
        recorded_by_id=[cashier if here else None for here in desk],
    )
    load.columns(
        Allocation,
        payment_id=ids,
        invoice_id=invoices["id"].to_numpy()[pays],
        amount_cents=amount[pays],
        allocated_at=at,
        reversed_at=np.where(bounced, np.minimum(at + np.timedelta64(6, "D"), town.now), np.datetime64("NaT")),
    )
    for one in np.flatnonzero(desk)[-4:].tolist():
        change = {"amount_cents": [None, int(amount[pays[one]] + extra[one])], "method": [None, str(method[one])]}
        who = int(people.family_ids[family[pays[one]]])
        town.told.append(Told("farid", "record_payment", "payments", int(ids[one]), who, site.id, change))
    settled = np.zeros(count, np.int64)
    settled[pays[~bounced]] = amount[pays[~bounced]]
    left = total - credit - settled
    owes = left > 0
    overdue = (town.today - due).astype(np.int64)
    load.columns(
        Invoice,
        id=invoices["id"].to_numpy(),
        number=invoices["number"].tolist(),
        family_id=people.family_ids[family],
        site_id=site.id,
        issued_on=issued,
        due_on=due,
        from_on=invoices["month"].to_numpy().astype("datetime64[M]").astype("datetime64[D]"),
        until_on=issued - 5,
        total_cents=total,
        open_cents=left,
        is_disputed=owes & (overdue > 10) & (rng.random(count) < 0.03),
        at_treasury_on=np.where(owes & (overdue > 110) & (rng.random(count) < 0.3), town.today - 8, np.datetime64("NaT")),
        recipient=[people.recipients[place] for place in family.tolist()],
    )
    np.add.at(sums.invoiced, family, total - credit)
    np.add.at(sums.paid, family, settled)
    np.add.at(sums.credit, family[pays], extra)
    np.minimum.at(sums.oldest_due, family[owes], due[owes])
    by_due = (
        pd.DataFrame({"due": due[owes], "cents": left[owes]})
        .groupby("due", as_index=False)
        .agg(cents=("cents", "sum"), count=("cents", "size"))
    )
    load.columns(
        SiteBalance,
        site_id=np.full(len(by_due), site.id),
        due_on=by_due["due"].to_numpy("datetime64[D]"),
        open_cents=by_due["cents"].to_numpy(),
        open_count=by_due["count"].to_numpy(),
    )
    remind(town, people, rng, invoices, left, overdue, sums)


def _credit_notes(town: Town, people: People, site: SitePlan, rng: np.random.Generator, invoices: pd.DataFrame) -> Any:
    """A few invoices are taken back in part, before they are paid."""
    total = invoices["total"].to_numpy()
    chosen = np.flatnonzero((rng.random(len(invoices)) < 0.008) & (total > 2_000))
    chosen = chosen if len(chosen) else np.flatnonzero(total > 2_000)[:1]
    amount = np.zeros(len(invoices), np.int64)
    amount[chosen] = (total[chosen] * rng.choice([0.2, 0.5, 1.0], len(chosen))).astype(np.int64)
    issued_on = np.minimum(invoices["issued"].to_numpy("datetime64[D]")[chosen] + 1, town.today - 1)
    years = issued_on.astype("datetime64[Y]").astype(int) + 1970
    place = pd.Series(years).groupby(years).cumcount() + 1
    series = [{"prefix": f"{site.code}-AV-{y}", "next_number": int((years == y).sum()) + 1} for y in np.unique(years)]
    town.loader.rows(InvoiceSeries, series)
    town.loader.columns(
        CreditNote,
        number=[f"{site.code}-AV-{y}-{n:06d}" for y, n in zip(years, place, strict=True)],
        invoice_id=invoices["id"].to_numpy()[chosen],
        family_id=people.family_ids[invoices["family"].to_numpy()[chosen]],
        amount_cents=amount[chosen],
        reason="Absence justifiée par un certificat",
        issued_on=issued_on,
        by_id=town.staff["farid"],
    )
    return amount

"""`python -m db`: the database's command line. Sentences on what went wrong, and an exit code: 0 done, 1 refused, 2 not understood."""

import argparse
import hashlib
import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url, select, update
from sqlalchemy.exc import OperationalError

from db import migrations
from db.check import differences
from db.history import HistoryRefused, import_history
from db.models import Account, AccountLink, JournalEntry
from db.session import engine, reading, writing
from db.settings import settings

LINK_HOURS = 48
SHOWN = 50
_WHY = {
    "not_text": "the file is not UTF-8 text: is it a CSV?",
    "columns_missing": "the first line lacks the column {value}",
    "fields": "{value} fields, not as many as the first line has",
    "date": "not a date (year-month-day): {value}",
    "figure": "not a whole number of at least 0: {value}",
    "site": "no site name",
    "too_long": "longer than is kept: {value}",
    "twice": "the same site, type and date as line {value}",
    "empty": "the file has no line of figures",
}


def upgrade(_: argparse.Namespace) -> int:
    """Brings the database to today's schema."""
    migrations.upgrade()
    print(f"The schema is up to date ({_address()}).")
    return 0


def demo(given: argparse.Namespace) -> int:
    """Plants the demo town."""
    from db.demo import DEMO_PEOPLE, PASSWORD, DemoRefused, is_empty, plant
    from db.demo.town import SIZES

    if settings().environment == "production":
        return _no("The demo town is not for production (ENVIRONMENT=production).")
    migrations.upgrade()
    if not is_empty():
        if given.if_empty:
            print("The database is not empty: nothing to do.")
            return 0
        return _no(f"The database is not empty, and the demo town is for an empty one ({_address()}).")
    size = SIZES[given.size]
    print(f"Planting a {size.name} demo town in {_address()}: {size.families:,} families, {size.sites} sites,")
    print(f"about {size.megabytes:,} MB of disk and {_duration(size.seconds)}.", flush=True)
    started = datetime.now(UTC)
    try:
        counts = plant(size, given.seed)
    except DemoRefused as refused:
        return _no(f"The demo town was not planted: {refused.reason}.")
    took = (datetime.now(UTC) - started).total_seconds()
    told = ", ".join(f"{counts[table]:,} {table}" for table in ("families", "children", "bookings", "invoices", "documents"))
    print(f"Done in {took:.1f} s: {sum(counts.values()):,} rows ({told}).")
    print(f"\nOpen {settings().public_url} and sign in; everybody's password is {PASSWORD}:")
    for email, name, role in DEMO_PEOPLE:
        print(f"  {email:<22} {name:<18} {role}")
    return 0


def check(_: argparse.Namespace) -> int:
    """Computes every kept value again from its rows."""
    wrong = 0
    with reading() as session:
        if engine().dialect.name == "postgresql":
            session.connection().exec_driver_sql("SET LOCAL statement_timeout = 0")
        for table, count, first in differences(session):
            print(f"{table}: {f'{count:,} rows differ' if count else 'right'}")
            for one in first:
                print(f"  {one.table} {'/'.join(map(str, one.key))}: {one.column} is {one.kept}, its rows say {one.true}")
            wrong += count
    return 1 if wrong else 0


def admin(given: argparse.Namespace) -> int:
    """Makes an administrator, and prints the link by which he chooses his password."""
    email = (given.email or input("E-mail: ")).strip().lower()
    first_name = (given.first_name or input("First name: ")).strip()
    last_name = (given.last_name or input("Last name: ")).strip()
    local, _, domain = email.partition("@")
    if not local or "." not in domain or " " in email or len(email) > 254:
        return _no(f"This is not an e-mail address: {email}")
    if not first_name or not last_name:
        return _no("An administrator has a first name and a last name.")
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    with writing() as session:
        account = session.scalar(select(Account).where(Account.email == email))
        if account is not None and (account.role != "administrator" or account.state != "pending"):
            return _no(f"There is an account with this e-mail already: {email}")
        if account is None:
            account = Account(email=email, role="administrator", state="pending", created_at=now, sees_all_sites=True)
        account.first_name, account.last_name = first_name, last_name
        session.add(account)
        session.flush()
        older = update(AccountLink).where(AccountLink.account_id == account.id, AccountLink.expires_at > now)
        session.execute(older.values(expires_at=now))
        session.add(
            AccountLink(
                account_id=account.id,
                purpose="invite",
                token_hash=hashlib.sha256(token.encode()).hexdigest(),
                created_at=now,
                expires_at=now + timedelta(hours=LINK_HOURS),
            )
        )
        session.add(JournalEntry(at=now, act="make_administrator", object_kind="accounts", object_id=account.id, changes={}))
    print(
        f"{first_name} {last_name} becomes administrator by opening this address within {LINK_HOURS} hours, and choosing a password there:"
    )
    print(f"{settings().public_url}/confirmer?lien={token}")
    return 0


def import_attendance(given: argparse.Namespace) -> int:
    """Brings an attendance history into the daily totals."""
    try:
        brought = import_history(given.file)
    except FileNotFoundError:
        return _no(f"There is no file {given.file}.")
    except IsADirectoryError:
        return _no(f"{given.file} is a folder, not a file.")
    except HistoryRefused as refused:
        print(f"Nothing was imported from {given.file}: {len(refused.faults):,} faults.", file=sys.stderr)
        for line, why, value in refused.faults:
            print(f"  line {line}: {_WHY[why].format(value=value)}", file=sys.stderr)
        return 1
    rate = brought.rows / max(brought.seconds, 0.001)
    print(f"{brought.rows:,} rows of {brought.sites:,} sites, {brought.first_on} to {brought.last_on}:", end=" ")
    print(f"{brought.seconds:.2f} s, {rate:,.0f} rows a second.")
    return 0


def _no(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _address() -> str:
    return make_url(settings().database_url).render_as_string(hide_password=True)


def _duration(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 90 else f"{seconds // 60} minutes"


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m db", description="The database of Farandole. DATABASE_URL says which.")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    verbs.add_parser("upgrade", help="bring the database to today's schema").set_defaults(act=upgrade)
    town = verbs.add_parser("demo", help="plant the demo town in an empty database")
    town.add_argument(
        "--size", choices=["small", "town", "city", "metropolis"], default="small", help="300, 2,000, 20,000 or 100,000 families"
    )
    town.add_argument("--seed", type=int, default=1, help="another number, another town")
    town.add_argument("--if-empty", action="store_true", help="do nothing when the database has people already")
    town.set_defaults(act=demo)
    verbs.add_parser("check", help="compute every kept value again and print what differs").set_defaults(act=check)
    first = verbs.add_parser("admin", help="make an administrator; what is not given is asked for")
    first.add_argument("--email")
    first.add_argument("--first-name")
    first.add_argument("--last-name")
    first.set_defaults(act=admin)
    history = verbs.add_parser("import-attendance", help="bring an attendance history (CSV) into the charts")
    history.add_argument("file", type=Path, help="columns site_type, date, prevision, reel, site_nom; NA is unknown")
    history.set_defaults(act=import_attendance)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Does what the command line asks; gives the exit code."""
    given = _arguments().parse_args(arguments)
    try:
        if given.act not in (upgrade, demo) and not migrations.is_current():
            return _no(f"The schema is not up to date ({_address()}): python -m db upgrade")
        code: int = given.act(given)
    except OperationalError as broken:
        return _no(f"The database does not answer as it should ({_address()}): {str(broken.orig).splitlines()[0]}")
    except (EOFError, KeyboardInterrupt):
        return _no("Nothing was done.")
    return code


if __name__ == "__main__":
    sys.exit(main())

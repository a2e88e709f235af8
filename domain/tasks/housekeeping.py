"""The house puts itself in order at night."""

from datetime import timedelta

import structlog
from sqlalchemy import delete

from db.check import differences
from db.models import SignInSession, SignInThrottle, SignInTicket, UsedProof
from db.session import reading, writing
from domain import clock, documents

_log = structlog.get_logger()


def forget_spent_sign_ins() -> str:
    """Deletes tickets, throttles and proofs whose time is over, and sessions a month after their end."""
    moment = clock.now()
    with writing() as session:
        gone = [
            session.execute(statement).rowcount  # type: ignore[attr-defined]
            for statement in (
                delete(SignInTicket).where(SignInTicket.expires_at < moment),
                delete(SignInThrottle).where(SignInThrottle.window_ends_at < moment),
                delete(UsedProof).where(UsedProof.expires_at < moment),
                delete(SignInSession).where(SignInSession.expires_at < moment - timedelta(days=30)),
            )
        ]
    return f"{sum(gone)} rows"


def let_renewals_take_over() -> str:
    """A paper that waits to be checked beside one that is now past its last day takes its place."""
    return f"{documents.take_over()} papers"


def erase_unneeded_files() -> str:
    """Erases the files that no row points to any more: papers of erased families, and what was stored for a sending that failed."""
    return f"{documents.sweep()} files"


def compare_kept_values() -> str:
    """Compares every kept count, balance and completeness date with the rows it is kept for; differences go to the log."""
    wrong = 0
    with reading() as session:
        for table, count, first in differences(session, limit=5):
            wrong += count
            for difference in first:
                _log.error("kept_value_differs", table=table, key=difference.key, column=difference.column)
    return f"{wrong} rows differ"

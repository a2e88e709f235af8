"""What is done without a click: letters leave all day, nightly tasks run once a night whatever the number of processes.

The worker is a thread of the application (`Worker`), or a process of its own (`python -m domain.tasks`); any number may run.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from db.models import TaskRun
from db.session import reading, writing
from db.settings import settings
from domain import clock, retention
from domain.letters import outbox
from domain.tasks import housekeeping

LEASE = timedelta(hours=1)
TRIES = 3
_log = structlog.get_logger()


@dataclass(frozen=True)
class Nightly:
    """A task of every night: from `after` (local time) on, `run` is called once; it opens its own transactions and tells what it did."""

    name: str
    after: time
    run: Callable[[], str]


NIGHTLY = (
    Nightly("erase_confirmed_families", time(1, 0), retention.erase_confirmed),
    Nightly("let_go_of_old_data", time(1, 30), retention.let_go),
    Nightly("forget_spent_sign_ins", time(2, 0), housekeeping.forget_spent_sign_ins),
    Nightly("let_renewals_take_over", time(0, 30), housekeeping.let_renewals_take_over),
    Nightly("erase_unneeded_files", time(2, 30), housekeeping.erase_unneeded_files),
    Nightly("compare_kept_values", time(3, 0), housekeeping.compare_kept_values),
)


def run_due(tasks: tuple[Nightly, ...] = NIGHTLY) -> list[str]:
    """Runs the nightly tasks whose hour has come and that nobody has taken; returns the names of those run here."""
    local = clock.now().astimezone(settings().zone)
    run_here = []
    for task in tasks:
        if local.time() < task.after or not _take(task.name, local.date()):
            continue
        run_here.append(task.name)
        try:
            outcome, state = task.run(), "done"
        except Exception as problem:  # a task that fails must not stop the others; it is logged and tried again
            _log.exception("task_failed", task=task.name)
            outcome, state = f"{type(problem).__name__}: {problem}", "failed"
        _end(task.name, local.date(), state, outcome)
    return run_here


def _take(name: str, day: date) -> bool:
    """Whether this caller is the one that runs a task today. The primary key of the run decides, or the end of a lost lease."""
    moment = clock.now()
    with reading() as session:
        run = session.get(TaskRun, (name, day))
    if run is None:
        try:
            with writing() as session:
                session.execute(insert(TaskRun).values(name=name, due_on=day, **_running(moment), attempts=1))
        except IntegrityError:
            return False
        return True
    if not _lost(run, moment):
        return False
    with writing() as session:
        retaken = (
            update(TaskRun)
            .where(TaskRun.name == name, TaskRun.due_on == day, TaskRun.state == run.state, TaskRun.attempts == run.attempts)
            .values(**_running(moment), attempts=TaskRun.attempts + 1)
            .returning(TaskRun.attempts)
        )
        return session.scalar(retaken) is not None


def _running(moment: datetime) -> dict[str, object]:
    return {"state": "running", "lease_until_at": moment + LEASE, "started_at": moment, "ended_at": None}


def _lost(run: TaskRun, moment: datetime) -> bool:
    if run.attempts >= TRIES:
        return False
    return run.state == "failed" or (run.state == "running" and run.lease_until_at is not None and run.lease_until_at < moment)


def _end(name: str, day: date, state: str, outcome: str) -> None:
    with writing() as session:
        run = session.get_one(TaskRun, (name, day), with_for_update=True)
        run.state, run.ended_at, run.lease_until_at, run.outcome = state, clock.now(), None, outcome[:250]


class Worker:
    """The thread that sends letters and runs the nightly tasks until it is stopped."""

    def __init__(self, every: float = 5.0) -> None:
        """`every`: seconds between two looks."""
        self._every = every
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._live, name="worker", daemon=True)

    def start(self) -> None:
        """Begins to work."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the letter in hand."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=40)

    def wait(self) -> None:
        """Blocks until the worker is stopped."""
        self._stopped.wait()

    def _live(self) -> None:
        while not self._stopped.wait(self._every):
            for work in (self._send, run_due):
                try:
                    work()
                except Exception:  # the database may be away for a moment: the worker outlives it
                    _log.exception("worker_stumbled", work=work.__name__)

    def _send(self) -> None:
        while not self._stopped.is_set() and outbox.send_next() is not None:
            pass

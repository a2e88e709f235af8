"""Nightly tasks run once a night, whatever the number of processes, and again when they were lost."""

import threading
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from db.models import Letter, Seats, SignInTicket, TaskRun
from db.session import reading, writing
from domain import clock, letters
from domain.tasks import LEASE, TRIES, Nightly, Worker, housekeeping, run_due
from tests.cast import Cast


def test_eight_processes_run_a_task_once(database: str) -> None:
    runs: list[int] = []
    task = Nightly("once", time(2, 0), lambda: str(runs.append(1)))
    threads = [threading.Thread(target=run_due, args=((task,),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert runs == [1]
    assert run_due((task,)) == []


def test_a_task_waits_for_its_hour_of_the_structure(database: str, noon: time_machine.Traveller) -> None:
    task = Nightly("late", time(12, 30), lambda: "done")
    assert run_due((task,)) == []
    noon.move_to(datetime(2026, 3, 2, 11, 31, tzinfo=UTC))
    assert run_due((task,)) == ["late"]
    noon.move_to(datetime(2026, 3, 3, 11, 31, tzinfo=UTC))
    assert run_due((task,)) == ["late"]


def test_a_failing_task_is_tried_a_few_times_and_stops_no_other(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    tried: list[int] = []

    def fail() -> str:
        tried.append(1)
        raise ZeroDivisionError("nothing to share")

    tasks = (Nightly("fails", time(0, 0), fail), Nightly("works", time(0, 0), lambda: "well"))
    for _ in range(5):
        run_due(tasks)
    assert len(tried) == TRIES
    with reading() as session:
        states = {run.name: (run.state, run.outcome) for run in session.scalars(select(TaskRun))}
    assert states == {"fails": ("failed", "ZeroDivisionError: nothing to share"), "works": ("done", "well")}


def test_a_task_whose_process_was_killed_is_taken_over_after_its_lease(database: str, noon: time_machine.Traveller) -> None:
    task = Nightly("lost", time(0, 0), lambda: "found")
    with writing() as session:
        session.add(TaskRun(name="lost", due_on=clock.today(), state="running", lease_until_at=clock.now() + LEASE, attempts=1))
    assert run_due((task,)) == []
    noon.shift(LEASE + timedelta(seconds=1))
    assert run_due((task,)) == ["lost"]


def test_spent_tickets_are_forgotten_and_live_ones_kept(cast: Cast) -> None:
    amina = cast.amina
    with writing() as session:
        for name, minutes in (("spent", -1), ("live", 1)):
            expires = clock.now() + timedelta(minutes=minutes)
            session.add(SignInTicket(ticket_hash=name, account_id=amina.id, remember=False, expires_at=expires))
    housekeeping.forget_spent_sign_ins()
    with reading() as session:
        assert list(session.scalars(select(SignInTicket.ticket_hash))) == ["live"]


def test_a_worker_sends_what_waits_until_it_is_stopped(cast: Cast) -> None:
    amina = cast.amina
    with writing() as session:
        letters.write(session, "test", amina)
    worker = Worker(every=0.01)
    worker.start()
    for _ in range(3000):
        with reading() as session:
            if session.scalar(select(Letter.state)) == "sent":
                break
    worker.stop()
    with reading() as session:
        assert session.scalar(select(Letter.state)) == "sent"


def test_the_night_finds_a_kept_value_that_lies(cast: Cast) -> None:
    seats = cast.open_day(cast.mercredi)[0]
    cast.booking(cast.lia, cast.lefevre, seats)
    assert housekeeping.compare_kept_values() == "0 rows differ"
    with writing() as session:
        session.get_one(Seats, seats.id).taken = 5
    assert housekeeping.compare_kept_values() == "1 rows differ"

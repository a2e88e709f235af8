"""Whole script runs on a real server, as `make run` starts it: a websocket client asks for runs and waits for their end.

A run is timed from the message that asks for it to the message that says it is finished, the frames of the screen received in between.
The client lives in this process, the server in its own.
"""

import asyncio
import os
import secrets
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.error import URLError
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.util import calc_hash
from websockets.asyncio.client import ClientConnection, connect

from db.models import SignInSession
from db.session import writing
from db.settings import ROOT
from domain import clock
from domain.accounts.sign_in import hash_of_secret
from tests.benchmarks.screens import somebody
from ui.access import COOKIE
from ui.navigation import BY_KEY

RUNS, SECONDS = 21, 8.0
WANTED_MS, WANTED_RERUNS = 60, 100
SCREENS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("dashboard", "staff/dashboard", {}),
    ("accounts to approve", "staff/accounts", {}),
    ("capacity, week", "staff/capacity", {}),
    ("capacity, month", "staff/capacity", {"vue": "month"}),
    ("capacity, month as a table", "staff/capacity", {"vue": "month", "tableau": "1"}),
    ("capacity, year", "staff/capacity", {"vue": "year"}),
    ("balances", "staff/balances", {}),
    ("files", "staff/files", {}),
    ("attendance, calendar", "staff/attendance", {}),
    ("attendance, trend of a year", "staff/attendance", {"vue": "trend", "periode": "next-30"}),
    ("attendance, supervision", "staff/attendance", {"vue": "staffing"}),
    ("journal", "staff/journal", {}),
    ("letters", "staff/letters", {}),
    ("legal notice (light)", "visitor/legal", {}),
)
LIGHT = "visitor/legal"


@dataclass
class House:
    """A server that runs: where, and the cookie of its director's session."""

    port: int
    token: str

    @property
    def cookie(self) -> str:
        """The Cookie header of somebody who is signed in."""
        return f"{COOKIE}={self.token}"


@contextmanager
def farandole(address: str) -> Iterator[House]:
    """Serves a database on a free port, with the director signed in."""
    token = secrets.token_urlsafe(32)
    director = somebody("denis@demo.example")
    with writing() as session:
        ends = clock.now() + timedelta(hours=8)
        session.add(SignInSession(token_hash=hash_of_secret(token), account_id=director.id, created_at=clock.now(), expires_at=ends))
    command = [sys.executable, "-m", "uvicorn", "Home:app", "--host", "127.0.0.1", "--log-level", "warning"]
    with served(command, "--port", {"DATABASE_URL": address}) as port:
        yield House(port, token)


@contextmanager
def served(command: list[str], option: str, environment: dict[str, str]) -> Iterator[int]:
    """Runs a server on a free port until the block ends."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT, "env": os.environ | environment}
    process = subprocess.Popen([*command, option, str(port)], **quiet)  # type: ignore[call-overload]
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health")
        yield port
    finally:
        process.terminate()
        process.wait(timeout=60)


def pages(house: House, where: str) -> None:
    """Prints the whole script run of each page: the first of a session, then the median of the reruns."""
    print(f"\n### Whole script runs, {where}\n")
    print("| page | wanted ms | rerun ms | quickest ms | first run of a session ms |\n|---|---|---|---|---|")
    for name, key, choices in SCREENS:
        first, again = asyncio.run(_page(house, key, choices))
        print(f"| {name} | {WANTED_MS} | {statistics.median(again):.0f} | {min(again):.0f} | {first:.0f} |", flush=True)


def reruns(house: House, where: str) -> None:
    """Prints how many reruns a second one process answers, asked in a closed loop by ten sessions."""
    print(f"\n### Reruns a second from one process, ten sessions, {where}\n")
    print("| page | wanted | runs/s | p50 ms | p95 ms |\n|---|---|---|---|---|")
    for name, key, wanted in (("legal notice (light)", LIGHT, str(WANTED_RERUNS)), ("dashboard", "staff/dashboard", "")):
        times = asyncio.run(_load(house, key, 10, SECONDS))
        p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        print(f"| {name} | {wanted} | {len(times) / SECONDS:.0f} | {p50:.0f} | {p95:.0f} |", flush=True)


async def _page(house: House, key: str, choices: dict[str, str]) -> tuple[float, list[float]]:
    async with _open(house) as line:
        first = await _run(line, key, choices)
        return first, [await _run(line, key, choices) for _ in range(RUNS)]


async def _load(house: House, key: str, sessions: int, seconds: float) -> list[float]:
    async def one(until: float) -> list[float]:
        async with _open(house) as line:
            await _run(line, key, {})
            started = time.perf_counter()
            while started > until - seconds - 3 and time.perf_counter() < until - seconds:
                await _run(line, key, {})
            times = []
            while time.perf_counter() < until:
                times.append(await _run(line, key, {}))
            return times

    until = time.perf_counter() + 3 + seconds
    return [taken for times in await asyncio.gather(*(one(until) for _ in range(sessions))) for taken in times]


def _open(house: House) -> connect:
    return connect(
        f"ws://127.0.0.1:{house.port}/_stcore/stream",
        additional_headers={"Cookie": house.cookie},
        subprotocols=["streamlit"],  # type: ignore[list-item]
        max_size=None,
        compression=None,
    )


async def _run(line: ClientConnection, key: str, choices: dict[str, str]) -> float:
    """One run of a page's script, in milliseconds."""
    asked = BackMsg()
    page = calc_hash(BY_KEY[key].url_path)
    asked.rerun_script.page_script_hash = page
    asked.rerun_script.query_string = urlencode(choices)
    begun = time.perf_counter()
    await line.send(asked.SerializeToString())
    while True:
        told = ForwardMsg()
        told.ParseFromString(await line.recv())  # type: ignore[arg-type]
        kind = told.WhichOneof("type")
        if kind == "navigation" and told.navigation.page_script_hash != page:
            raise RuntimeError(f"{key}: another page answered")
        if kind == "script_finished":
            if told.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return (time.perf_counter() - begun) * 1000
        elif kind == "delta" and told.delta.new_element.WhichOneof("type") == "exception":
            raise RuntimeError(f"{key}: {told.delta.new_element.exception.message}")


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.1)  # a benchmark waits for its server to come up, before any clock is started
    raise TimeoutError(address)

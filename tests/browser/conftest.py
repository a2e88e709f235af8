"""A real Chromium before a real server: a process of its own, on a free port, over the test's own database."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from db.models import Account
from db.session import engine
from tests.browser.post import Catcher, caught
from tests.cast import PASSWORD

ROOT = Path(__file__).resolve().parent.parent.parent
VENDOR = Path(__file__).resolve().parent / "vendor"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
DESK, PHONE = 1280, 390
# what Streamlit itself breaks, by rule and element
KNOWN = {
    (
        "target-size",
        'role="spinbutton"',
    ): "the parts of a date field stand close together; arrow keys and the calendar do the same",
}


@dataclass
class House:
    """The served application; `log` is what its process wrote, `post` where its letters go."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path
    post: Catcher

    def said(self) -> str:
        """The log so far."""
        return self.log.read_text()


@dataclass
class Visitor:
    """Somebody's browser window. `hosts` are all the hosts that it asked anything of, `errors` what its console complained about."""

    house: House
    context: BrowserContext
    page: Page
    hosts: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Types an address and waits until the screen stands."""
        self.page.goto(self.house.address + path)
        return self.settle()

    def settle(self) -> Page:
        """Waits until the last run has ended, and until the browser has done the work that a form of visitors asks for."""
        self.page.locator("[data-testid='stApp'][data-test-connection-state='CONNECTED'][data-test-script-state='notRunning']").wait_for()
        self.page.locator("[data-testid='stMain'] h1, [data-testid='stMain'] [data-testid='stAlert']").first.wait_for()
        if self.page.locator(".st-key-sign-in-proof, .st-key-sign-up-proof, .st-key-reset-proof").count():
            self.page.locator("altcha-widget [data-state='verified']").wait_for()
        return self.page

    def sign_in(self, account: Account, path: str = "/", *, remember: bool = False) -> Page:
        """Signs in by the form that stands at an address, and waits for the screen behind it."""
        page = self.go(path)
        page.get_by_label("Votre email").fill(account.email)
        page.get_by_label("Votre mot de passe", exact=True).fill(PASSWORD)
        if remember:
            page.get_by_text("Rester connecté").click()
        page.get_by_role("button", name="Se connecter").click()
        page.get_by_role("button", name="Se déconnecter").wait_for(state="attached")
        return self.settle()

    def axe(self) -> list[str]:
        """What axe-core finds wrong on the page (WCAG A and AA), rule and places, but what Streamlit itself breaks."""
        self.page.evaluate((VENDOR / "axe.min.js").read_text() + "; undefined")
        found: dict[str, Any] = self.page.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})",
        )
        return [
            f"{rule['id']}: {node['html'][:160]} ({node['failureSummary'][:160]})"
            for rule in found["violations"]
            for node in rule["nodes"]
            if not any(rule["id"] == known and part in node["html"] for known, part in KNOWN)
        ]

    def width(self) -> int:
        """How wide the page is, whatever the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[House]:
    """The application over the test's database, on SQLite and on PostgreSQL. The socket listens before the process starts: no wait."""
    address = engine().url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
    log = tmp_path / "server.log"
    with caught() as (post, mail), socket.socket() as listening, log.open("wb") as written:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        port = listening.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.serve", str(listening.fileno())],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": address, "PUBLIC_URL": f"http://localhost:{port}"} | mail,
            pass_fds=[listening.fileno()],
            stdout=written,
            stderr=subprocess.STDOUT,
        )
        try:
            yield House(f"http://localhost:{port}", process, log, post)
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all: the one named by CHROMIUM, else the system's."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(house: House, chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """Opens windows: `visitor()` at a desk, `visitor(PHONE)` on a telephone; each has its own cookies."""
    opened: list[BrowserContext] = []

    def arrive(width: int = DESK, *, locale: str = "fr-FR", **options: Any) -> Visitor:
        context = chromium.new_context(viewport={"width": width, "height": 860}, locale=locale, accept_downloads=True, **options)
        context.set_default_timeout(20_000)
        opened.append(context)
        page = context.new_page()
        who = Visitor(house, context, page)
        page.on("request", lambda request: who.hosts.add(urlsplit(request.url).netloc or urlsplit(request.url).scheme))
        page.on("websocket", lambda socket_: who.hosts.add(urlsplit(socket_.url).netloc))
        page.on("pageerror", lambda error: who.errors.append(str(error)))
        page.on(
            "console", lambda message: who.errors.append(message.text) if message.type == "error" and "404" not in message.text else None
        )
        return who

    yield arrive
    for context in opened:
        context.close()

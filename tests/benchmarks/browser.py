"""When the title is seen: Farandole's screens beside an empty Streamlit page, in Chromium."""

import os
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.server import House, served
from ui.access import COOKIE
from ui.navigation import BY_KEY

VISITS = 7
WANTED = 1.3
SCREENS = ("staff/dashboard", "staff/accounts", "staff/capacity", "staff/balances", "staff/files", "staff/attendance", "staff/journal")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
SEEN = """new MutationObserver((_, watch) => {
  const title = document.querySelector('h1');
  if (title && title.getBoundingClientRect().height) { window.titleSeen = performance.now(); watch.disconnect(); }
}).observe(document, {childList: true, subtree: true});"""


def titles(house: House) -> None:
    """Prints, page by page, the time from the address to the visible title: with a warm cache, and with none."""
    empty = [sys.executable, "-m", "streamlit", "run", str(Path(__file__).parent / "empty.py"), "--server.address", "127.0.0.1"]
    print("\n### Title visible, in Chromium\n")
    print(f"| page | warm ms | ÷ empty page (wanted ≤ {WANTED}) | cold ms | ÷ empty page |\n|---|---|---|---|---|")
    with served(empty, "--server.port", {}) as port, sync_playwright() as play:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        chromium = play.chromium.launch(executable_path=path, args=list(OPTIONS))
        pages = {"empty Streamlit page": f"http://localhost:{port}/"}
        pages |= {BY_KEY[key].url_path: f"http://localhost:{house.port}/{BY_KEY[key].url_path}" for key in SCREENS}
        taken: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in pages}
        for _ in range(VISITS):  # in turn, so that a busy moment of the machine falls on every page
            for name, address in pages.items():
                cold, warm = _visit(chromium, house, address)
                taken[name][0].append(warm)
                taken[name][1].append(cold)
        chromium.close()
    zero = [statistics.median(times) for times in taken["empty Streamlit page"]]
    for name, both in taken.items():
        warm, cold = (statistics.median(times) for times in both)
        print(f"| {name} | {warm:.0f} | {warm / zero[0]:.2f} | {cold:.0f} | {cold / zero[1]:.2f} |", flush=True)


def _visit(chromium: Browser, house: House, address: str) -> tuple[float, float]:
    context = chromium.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
    cookie: Any = {
        "name": COOKIE,
        "value": house.token,
        "domain": "localhost",
        "path": "/",
        "secure": True,
        "httpOnly": True,
        "sameSite": "Lax",
    }
    context.add_cookies([cookie])
    page = context.new_page()
    page.add_init_script(SEEN)
    seen = []
    for _ in range(2):
        page.goto(address)
        page.wait_for_selector("h1", timeout=60_000)
        while (at := page.evaluate("window.titleSeen")) is None:
            page.wait_for_timeout(20)
        seen.append(float(at))
    context.close()
    return seen[0], seen[1]

"""A real browser for the dashboard's tests: the system's Chromium, driven by Playwright, and axe-core over what it shows.

Belongs here: starting both, what every page must be. Does not belong here: which pages.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1360, "height": 900}
GRAVE = ("serious", "critical")
PATIENCE_MILLISECONDS = 30_000  # how fast pages are is the bench's business; here a machine may have much else to do
CUT_OFF = "net::ERR_ABORTED"  # a request that the next page cut off


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's browser; skips the test where there is none."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine: install the package chromium")
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def served(app) -> Iterator[str]:
    """The address of an application that is served for real, on a free port."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def grave_findings(page: Page) -> list[str]:
    """What axe-core finds serious or critical on a page, with where."""
    found = Axe().run(page).response["violations"]
    return [f"{v['impact']} {v['id']}: {v['nodes'][0]['target']} {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in GRAVE]


def sideways(page: Page) -> int:
    """Pixels by which a page as a whole is wider than its window; charts and tables scroll in frames of their own."""
    return page.evaluate("Math.max(0, document.scrollingElement.scrollWidth - window.innerWidth)")


class Complaints:
    """What a browser complains of while pages are shown: errors of scripts, what the content policy forbids, what was not found."""

    def __init__(self, page: Page):
        self.heard: list[str] = []
        page.on("console", lambda said: self.heard.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.on(
            "requestfailed",
            lambda request: self.heard.append(f"failed: {request.failure}: {request.url}") if request.failure != CUT_OFF else None,
        )

"""The dashboard on a network as large as it has to bear, in a real browser: when a page is painted, and how long a change of page takes.

200 providers, 60 measures, five years (``bench.dashboard_house``); the dashboard as it is run (``python -m dashboard``), the system's Chromium without a window.
Cold is the first look at a page after the dashboard has started, with an empty cache of the browser; warm the median of the looks after it.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.dashboard_house import build
from bench.dashboard_rows import places
from bench.report import Figure, Measured
from warehouse.settings import Settings

TITLE = "The dashboard: 200 providers, 60 measures, five years"
PAINT_SECONDS, CHANGE_SECONDS = 2.0, 1.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PROVIDER, PATHWAY, MEASURE = places()[83].code, "hip_fracture", "hip_kpi2_surgery_next_day"
PAGES = {
    "network": f"/network/{PATHWAY}", "provider": f"/provider/{PROVIDER}/{PATHWAY}", "measure": f"/measure/{MEASURE}", "series": f"/figure/series/{MEASURE}/{PROVIDER}", "signals": "/signals",
}  # fmt: skip
START_SECONDS = 60
# the largest paint so far is told by an observer that also hears what was before it
PAINTS = """() => new Promise(done => new PerformanceObserver(list => {
    const first = performance.getEntriesByName('first-contentful-paint')[0], entries = list.getEntries()
    done([first ? first.startTime : null, entries[entries.length - 1].startTime])
}).observe({type: 'largest-contentful-paint', buffered: true}))"""


def run(repeats: int = 5) -> Measured:
    with tempfile.TemporaryDirectory(prefix="common-cause-bench-") as folder:
        settings = build(Path(folder) / "home")
        try:
            figures = measure(settings, repeats)
        finally:
            _stop_server(settings)
    return Measured("dashboard", TITLE, figures, notes=(
        f"Cold: the first look after a start. Warm and changes: medians of {repeats}. A change of page is from the click of a link, or the asking for an address, until the largest paint.",
    ))  # fmt: skip


def measure(settings: Settings, repeats: int = 5) -> tuple[Figure, ...]:
    """First and largest paints of each page, cold and warm, on a house that is there."""
    from playwright.sync_api import sync_playwright

    with served(settings) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        try:
            cold = {name: _looked_at(browser, address, path, 1)[0] for name, path in PAGES.items()}
            warm = {name: _looked_at(browser, address, path, repeats) for name, path in PAGES.items()}
        finally:
            browser.close()
    return tuple(figure for name in PAGES for figure in _figures(name, cold[name], warm[name]))


def _looked_at(browser, address: str, path: str, times: int) -> list[tuple[float, float]]:
    """(first, largest contentful paint) in seconds, of each look at a page by somebody who has signed in before."""
    page = browser.new_context().new_page()
    try:
        sign_in(page, address)
        return [_paints(page, address + path) for _ in range(times)]
    finally:
        page.context.close()


def _paints(page, address: str) -> tuple[float, float]:
    answer = page.goto(address, wait_until="load")
    if answer is None or answer.status != 200:
        raise RuntimeError(f"the dashboard answered {answer.status if answer else 'nothing'} to {address.partition('127.0.0.1')[2]}")
    first, largest = page.evaluate(PAINTS)
    return first / 1000, largest / 1000


def sign_in(page, address: str) -> None:
    """By the local sign-in, as a lead of the provider that is looked at."""
    page.goto(f"{address}/sign-in", wait_until="domcontentloaded")
    page.request.post(f"{address}/sign-in", form={"name": "A bench", "group": f"lead:{PROVIDER}"}, headers={"origin": address}, max_redirects=0)


def _figures(name: str, cold: tuple[float, float], warm: list[tuple[float, float]]) -> tuple[Figure, ...]:
    return (
        Figure(f"{name}: first useful paint, cold", cold[0], "s", PAINT_SECONDS), Figure("- largest paint, cold", cold[1], "s", PAINT_SECONDS),
        Figure("- change to it, warm", statistics.median(largest for _, largest in warm), "s", CHANGE_SECONDS),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ processes
@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The address of the dashboard as it is run, with the local sign-in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment: Mapping[str, str] = {**os.environ, "COMMON_CAUSE_DASHBOARD_SIGN_IN": "local", "COMMON_CAUSE_DASHBOARD_NAMED_PEERS": "yes"}
    process = subprocess.Popen([sys.executable, "-m", "dashboard", "--home", str(settings.home), "--port", str(port)], env=environment)
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(address: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the dashboard did not start")


def browser_path() -> str:
    """The system's Chromium. Raises RuntimeError where there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise RuntimeError("no Chromium on this machine: install the package chromium")
    return found


def _stop_server(settings: Settings) -> None:
    from warehouse import embedded

    embedded.Server(settings.server_data, embedded.find_binaries()).stop()

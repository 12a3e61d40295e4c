"""The dashboard on a network as large as it has to bear, in a real browser: when a page is painted, and how long a change of page takes.

200 providers, 60 measures, five years (``bench.dashboard_house``); the dashboard as it is run (``python -m dashboard``), the system's Chromium without a window.
Cold is the first look at a page after the dashboard has started; a change is a click on a link of another page.
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
from dataclasses import dataclass
from pathlib import Path

from bench.chosen import HIPS, STROKES
from bench.dashboard_house import build
from bench.dashboard_rows import places
from bench.report import Figure, Measured
from dashboard.views import Views
from warehouse.dashboard_login import dashboard_engine
from warehouse.settings import Settings

TITLE = "The dashboard: 200 providers, 60 measures, five years"
PAINT_SECONDS, CHANGE_SECONDS = 2.0, 1.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PROVIDER, PATHWAY, MEASURE = places()[83].code, HIPS, "hip_kpi2_surgery_next_day"
START_SECONDS = 60
# the largest paint so far is told by an observer that also hears what was before it; a page is whole when that is done and everything of it is loaded
PAINTS = """() => new Promise(done => new PerformanceObserver(list => {
    const first = performance.getEntriesByName('first-contentful-paint')[0], entries = list.getEntries()
    const loaded = performance.getEntriesByType('navigation')[0].loadEventStart
    done([first ? first.startTime : null, Math.max(entries[entries.length - 1].startTime, loaded)])
}).observe({type: 'largest-contentful-paint', buffered: true}))"""


@dataclass(frozen=True)
class Page:
    """A page, and the link by which it is reached from another. An ``address`` of None: where the link leads."""

    name: str
    address: str | None
    before: str
    link: str


NETWORK, OWN = f"/network/{PATHWAY}", f"/provider/{PROVIDER}/{PATHWAY}"
PAGES = (
    Page("network, headline measures", NETWORK, f"/network/{STROKES}", f'a[href="{NETWORK}"]'), Page("network, all 30 measures", f"{NETWORK}?all=yes", NETWORK, f'a[href^="{NETWORK}?all=yes"]'),
    Page("provider", OWN, NETWORK, f'a[href="{OWN}"]'), Page("measures", "/measures", NETWORK, 'nav a[href="/measures"]'),
    Page("measure", f"/measure/{MEASURE}", f"/measures?pathway={PATHWAY}", f'main a[href="/measure/{MEASURE}"]'),
    Page("one chart", f"/figure/series/{MEASURE}/{PROVIDER}", OWN, f'main a[href="/figure/series/{MEASURE}/{PROVIDER}"]'),
    Page("signals", "/signals", NETWORK, 'nav a[href="/signals"]'), Page("a signal", None, "/signals", 'main a[href^="/signals/"]'),
    Page("actions", "/actions", NETWORK, 'nav a[href="/actions"]'), Page("from whom to learn", f"/learn/{PATHWAY}", "/actions", 'main a[href^="/learn"]'),
    Page("data", "/data", NETWORK, 'nav a[href="/data"]'),
)  # fmt: skip
PACK = f"/pack/{PROVIDER}/{PATHWAY}.pdf"


def run(repeats: int = 5) -> Measured:
    with tempfile.TemporaryDirectory(prefix="common-cause-bench-") as folder:
        settings = build(Path(folder) / "home")
        try:
            return measured(settings, repeats)
        finally:
            _stop_server(settings)


def measured(settings: Settings, repeats: int = 5) -> Measured:
    """On a house that is there, with its server up."""
    figures = measure(settings, repeats)
    loads = " ".join(f"{load:.1f}" for load in os.getloadavg())
    return Measured("dashboard", TITLE, figures, notes=(
        f"Cold: the first look at a page after the dashboard has been started for it, with an empty cache of the browser. Changes: medians of {repeats}, by a click on a link of another page, "
        "with a cache that is warm. A page is whole when its largest part is painted and everything of it is loaded.",
        f"Load of the machine at the end (1, 5, 15 minutes): {loads}.",
    ))  # fmt: skip


def measure(settings: Settings, repeats: int = 5) -> tuple[Figure, ...]:
    """Paints of each page, cold and after clicks, and the board pack."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        try:
            cold = {page.name: _cold(settings, browser, page) for page in PAGES}
            with served(settings) as address, _visitor(browser, address) as visitor:
                changes = {page.name: [_change(visitor, address, page) for _ in range(repeats + 1)][1:] for page in PAGES}
                packs = [_pack(visitor, address) for _ in range(2)]
        finally:
            browser.close()
    return (*(figure for page in PAGES for figure in _figures(page.name, cold[page.name], changes[page.name])), *_of_pack(*packs))


def _cold(settings: Settings, browser, page: Page) -> tuple[float, float]:
    """(first paint, page whole) in seconds, as soon as a dashboard started for it answers."""
    with served(settings) as address, _visitor(browser, address) as visitor:
        return _looked_at(visitor, address + (page.address or _first_signal(settings)))


def _first_signal(settings: Settings) -> str:
    """Asked beside the dashboard, which is not to know it before."""
    engine = dashboard_engine(settings)
    try:
        [latest] = Views(engine).rows(
            "select max(signal_id) as number from dashboard.signal_v1 where state <> 'closed' and is_own", PROVIDER
        )
    finally:
        engine.dispose()
    return f"/signals/{latest.number}"


@contextmanager
def _visitor(browser, address: str) -> Iterator:
    """A tab of somebody who has signed in, with a cache of its own."""
    page = browser.new_context().new_page()
    page.set_default_timeout(60_000)
    try:
        sign_in(page, address)
        yield page
    finally:
        page.context.close()


def _looked_at(visitor, address: str) -> tuple[float, float]:
    answer = visitor.goto(address, wait_until="load")
    if answer is None or answer.status != 200:
        raise RuntimeError(f"the dashboard answered {answer.status if answer else 'nothing'} to {address.partition('127.0.0.1')[2]}")
    return _painted(visitor)


def _painted(visitor) -> tuple[float, float]:
    first, whole = visitor.evaluate(PAINTS)
    return first / 1000, whole / 1000


def _change(visitor, address: str, page: Page) -> tuple[float, float]:
    """By a click; the browser counts from it."""
    visitor.goto(address + page.before, wait_until="load")
    before = visitor.evaluate("performance.timeOrigin")
    visitor.locator(page.link).first.evaluate("link => link.click()")
    visitor.wait_for_function("before => performance.timeOrigin > before && document.readyState === 'complete'", arg=before)
    return _painted(visitor)


def _pack(visitor, address: str) -> float:
    """Seconds until the PDF is there."""
    begun = time.perf_counter()
    answer = visitor.request.get(address + PACK)
    if answer.status != 200 or not answer.body().startswith(b"%PDF"):
        raise RuntimeError(f"the board pack was answered by {answer.status}")
    return time.perf_counter() - begun


def sign_in(page, address: str) -> None:
    """By the local sign-in, as a lead of the provider that is looked at."""
    page.request.post(
        f"{address}/sign-in", form={"name": "A bench", "group": f"lead:{PROVIDER}"}, headers={"origin": address}, max_redirects=0
    )


def _figures(name: str, cold: tuple[float, float], changes: list[tuple[float, float]]) -> tuple[Figure, ...]:
    return (
        Figure(f"{name}: first paint, cold", cold[0], "s", PAINT_SECONDS), Figure("- whole, cold", cold[1], "s", PAINT_SECONDS),
        Figure("- change to it: whole", statistics.median(whole for _, whole in changes), "s", CHANGE_SECONDS),
    )  # fmt: skip


def _of_pack(first: float, again: float) -> tuple[Figure, ...]:
    return Figure("board pack of a pathway (PDF): first", first, "s"), Figure("- again", again, "s")


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

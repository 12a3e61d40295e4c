"""The whole demo, started as people start it, and what of it the dashboard's own login reads; where the pictures of the README are put.

Belongs here: starting and ending it, finding its address, choosing what to walk through. Does not belong here: the walk (``test_loop``).
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from dashboard.views import Row, Views
from tests.stack import processes_of
from warehouse.dashboard_login import dashboard_engine
from warehouse.settings import Settings

SCRIPT = Path(sys.executable).with_name("common-cause")
STAYS, PATIENCE_SECONDS, END_SECONDS = "Everything stays up", 900, 120
PICTURES = "COMMON_CAUSE_PICTURES"
LARGEST_PICTURE = 250_000
# a provider's own unfavourable signal on a proportion that nobody has seen, at which nobody aims and on which nobody acts yet
TO_WALK = """select s.signal_id, s.measure_name, s.pathway_name, m.title, m.direction, o.organisation_code as provider, o.organisation_name as name
from dashboard.signal_v1 s join dashboard.measure_v1 m using (measure_name) join dashboard.organisation_v1 o using (organisation_code)
where s.state = 'raised' and s.is_favourable is false and s.kind = 'special cause' and m.kind = 'proportion' and o.organisation_kind = 'provider'
and not exists (select 1 from dashboard.aim_v1 a where a.organisation_code = s.organisation_code and a.measure_name = s.measure_name)
and not exists (select 1 from dashboard.improvement_action_v1 a where a.provider_code = s.organisation_code and s.measure_name = any (a.measure_names))
order by s.since_on desc, s.signal_id"""


@dataclass(frozen=True)
class DemoHouse:
    """A demo that is up: the dashboard's ``address``, the demo's own ``settings``."""

    address: str
    settings: Settings

    def rows(self, sql: str, **given) -> list[Row]:
        """What the dashboard's login reads for nobody in particular, through the policy."""
        engine = dashboard_engine(self.settings)
        try:
            return Views(engine).rows(sql, **given)
        finally:
            engine.dispose()


@contextmanager
def demo_house(folder: Path) -> Iterator[DemoHouse]:
    """``common-cause demo`` in a home of its own until it says that it stays up; ended by Ctrl-C, after which nothing of it may live."""
    home = folder / "home"
    said = folder / "said.txt"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COMMON_CAUSE_", "DAGSTER_"))}
    environment |= {"COMMON_CAUSE_HOME": str(home), "COLUMNS": "250", "NO_COLOR": "1"}
    # whoever runs the tests in the background may have told processes to ignore Ctrl-C
    command = ["env", "--default-signal=INT", SCRIPT, "demo", "--port", str(_free_port())]
    with said.open("w") as out:
        demo = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        address = _address(demo, said)
        assert any((home / "demo/mail/new").iterdir()), "leads have been told before the demo says that it stays up"
        yield DemoHouse(address, Settings(home=home / "demo", landing=home / "demo/landing", outbox=home / "demo/outbox"))
        demo.send_signal(signal.SIGINT)
        assert demo.wait(END_SECONDS) == 0, said.read_text()
        assert [process.cmdline() for process in processes_of(home)] == []
    finally:
        if demo.poll() is None:
            demo.terminate()  # it stops what it started
            demo.wait(END_SECONDS)


def _address(demo: subprocess.Popen, said: Path) -> str:
    """Where the dashboard is, once the demo has worked off its files."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while STAYS not in (told := said.read_text()):
        assert demo.poll() is None, f"the demo ended by itself:\n{told}"
        assert time.monotonic() < deadline, f"the demo is not up after {PATIENCE_SECONDS} s:\n{told}"
        time.sleep(1)
    return re.search(r"dashboard\s+(http://127\.0\.0\.1:\d+)", told)[1]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def picture(page: Page, name: str, until: str, more: float = 16) -> None:
    """The top of a page as a picture of the README, down to the end of what ``until`` selects; nothing where no folder is asked for."""
    folder = os.environ.get(PICTURES)
    if not folder:
        return
    page.evaluate("window.scrollTo(0, 0)")
    box = page.locator(until).first.bounding_box()
    path = Path(folder) / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(
        path=path, full_page=True, clip={"x": 0, "y": 0, "width": page.viewport_size["width"], "height": box["y"] + box["height"] + more}
    )
    assert path.stat().st_size < LARGEST_PICTURE, f"{path.name} is too large for a README"

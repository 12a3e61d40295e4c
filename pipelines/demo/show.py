"""Runs the demo: brings a house up, drops the files, shows how they are worked off, tells what came of it.

Belongs here: the order and what people see. Does not belong here: the files (``pipelines.demo.files``), the summary's SQL
(``pipelines.demo.summary``), services.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from assets.dropping import drop
from pipelines.cli.running import print_addresses
from pipelines.cli.shared import console
from pipelines.demo.files import DemoFile, Story
from pipelines.demo.hips import HipStory
from pipelines.demo.improvement import improvement_files, lead_files
from pipelines.demo.network import Network, make_network
from pipelines.demo.office import office_files
from pipelines.demo.strokes import StrokeStory
from pipelines.ports import free_port
from pipelines.service_processes import DASHBOARD, FIRST_PORTS
from pipelines.services import down, up
from warehouse.settings import Settings

STORIES: dict[str, type[Story]] = {"hip_fracture": HipStory, "acute_stroke": StrokeStory}
LAYOUTS = Path(__file__).parent / "layouts"
MARK = ".made-by-the-demo"
PATIENCE_SECONDS = 900.0
INTERRUPTED = 130
# everybody who looks at a demo may be anybody
OPEN_HOUSE = {"COMMON_CAUSE_DASHBOARD_SIGN_IN": "local", "COMMON_CAUSE_DASHBOARD_NAMED_PEERS": "yes"}


def run_demo(settings: Settings, once: bool, port: int | None = None, providers: int = 22) -> int:
    """The whole demo, in ``<home>/demo``, made anew each time.

    Returns the exit code: 0, 1 if the backlog was not worked off, 130 if somebody stopped what should have ended by itself.
    """
    house = demo_settings(settings)
    begun = time.monotonic()
    _stop_on_terminate()
    _empty(house)
    dashboard_port = free_port(FIRST_PORTS[DASHBOARD])
    house = replace(house, dashboard_url=house.dashboard_url or f"http://127.0.0.1:{dashboard_port}")  # messages name it
    try:
        addresses = up(
            house, say=lambda line: console().print(f"starting: {line}"), port=port, dashboard_port=dashboard_port, more=OPEN_HOUSE
        )
        print_addresses(addresses)
        console().print(f"  {'e-mails':<14}{house.home / 'mail' / 'new'}", soft_wrap=True, markup=False)
        is_done = work_off(house, make_network(house.clock().date(), providers))
        _tell(house, begun)
        if not once:
            console().print("\nEverything stays up until Ctrl-C. Drop files of your own into the landing area.")
            threading.Event().wait()
        return 0 if is_done else 1
    except KeyboardInterrupt:
        console().print("\nstopping ...")
        return INTERRUPTED if once else 0
    finally:
        down(house)
        console().print(f"stopped. Receipts and archive remain in {house.home}", soft_wrap=True)


def demo_settings(settings: Settings) -> Settings:
    """A home of its own with the demo's layouts. Refuses somebody's own database: the demo begins by emptying."""
    if settings.database_url:
        raise click.ClickException("the demo makes a database of its own; unset COMMON_CAUSE_DATABASE_URL and start it again")
    home = settings.home / "demo"
    return replace(
        settings, home=home, landing=home / "landing", outbox=home / "outbox", pathway_folders=(*settings.pathway_folders, LAYOUTS),
        network_code="NET", network_name="The demo network",
        # no mail leaves the machine: what leads would get lies in a folder that any mail program opens
        mail_url=settings.mail_url or f"maildir://{quote(str((home / 'mail').resolve()))}?from=signals@network.example",
    )  # fmt: skip


def _stop_on_terminate() -> None:
    """A plain ``kill`` stops everything as Ctrl-C does."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def _empty(house: Settings) -> None:
    """Removes what an earlier demo left; never a folder that the demo did not make."""
    if house.home.exists() and any(house.home.iterdir()):
        if not (house.home / MARK).exists():
            raise click.ClickException(f"{house.home} holds something that the demo did not make; move it away, or choose another --home")
        down(house)
        shutil.rmtree(house.home)
    house.home.mkdir(parents=True, exist_ok=True)
    (house.home / MARK).touch()


def work_off(house: Settings, network: Network) -> bool:
    """Loads the organisations, drops every file, and waits until each has its receipt and the results are fresh."""
    from assets.context import Context
    from assets.submissions import withdraw
    from warehouse.organisations import load_network

    context = Context.open(house)
    with context.engine.begin() as connection:
        load_network(connection, network.organisations)
    stories = [story(network, context.registry.pathway(pathway), house.clock().date()) for pathway, story in STORIES.items()]
    with _progress() as progress, tempfile.TemporaryDirectory() as scratch:
        watch = Backlog(context, progress)
        is_done = watch.drop_all(lead_files(network), Path(scratch), "leads, whom signals reach")
        is_done &= watch.drop_all(_all("back_loads", stories), Path(scratch), "two years of history")
        is_done &= watch.drop_all(
            (*_all("singles", stories), *office_files(stories), *improvement_files(network, house.clock().date())),
            Path(scratch),
            "single files",
        )
        for submission_id in watch.named("withdrawn later.csv"):
            withdraw(context, submission_id, "the demo")
        is_done &= watch.until_fresh()
        watch.until_told()
    context.engine.dispose()
    return is_done


def _all(what: str, stories: Sequence[Story]) -> Iterator[DemoFile]:
    for story in stories:
        yield from getattr(story, what)()


def _progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description:<40}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console())


class Backlog:
    """What has been dropped, and how far it is."""

    def __init__(self, context, progress: Progress):
        self.context = context
        self.progress = progress
        self.count = 0
        self.ids: dict[str, list[str]] = {}

    def drop_all(self, files: Iterable[DemoFile], scratch: Path, title: str) -> bool:
        """Drops the files, each when its turn has come, and waits for their receipts."""
        every = list(files)
        task = self.progress.add_task(title, total=len(every))
        before = self.count
        for file in every:
            if file.waits:
                self._until_receipted(task, before)
            path = scratch / file.name
            path.write_bytes(file.content)
            drop(path, self.context.settings.landing / file.sender / (file.folder or ""), file.manifest)
            self.ids.setdefault(file.name, []).append(file.sender)
            self.count += 1
        return self._until_receipted(task, before)

    def _until_receipted(self, task, before: int) -> bool:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (done := self._receipted()) < self.count:
            self.progress.update(task, completed=done - before)
            if time.monotonic() > deadline:
                return False
            time.sleep(0.3)
        self.progress.update(task, completed=done - before)
        return True

    def _receipted(self) -> int:
        return self._scalar("select count(*) from intake.submission where receipted_at is not null")

    def until_fresh(self) -> bool:
        """Until no cell is stale and no submission is under way."""
        task = self.progress.add_task("results, benchmarks, signals", total=1)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._scalar("select count(*) from intake.stale_cell"):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.5)
        self.progress.update(task, completed=1)
        return True

    def until_told(self) -> None:
        """Leads get the messages that are due now: the sensor sends them every half minute, and a quick machine is done before."""
        from pipelines.messages import send_due

        task = self.progress.add_task("messages to leads", total=1)
        send_due(self.context)
        self.progress.update(task, completed=1)

    def named(self, name: str) -> list[str]:
        """Submissions of the sender of a file, the latest first; only for senders with one single file."""
        from sqlalchemy import text

        found = []
        with self.context.engine.connect() as connection:
            for sender in self.ids.get(name, ()):
                sql = text("select submission_id from intake.submission where sender_code = :sender order by arrival_number desc limit 1")
                found.append(connection.scalar(sql, {"sender": sender}))
        return found

    def _scalar(self, sql: str) -> int:
        from sqlalchemy import text

        with self.context.engine.connect() as connection:
            return connection.scalar(text(sql))


def _tell(house: Settings, begun: float) -> None:
    from pipelines.demo.summary import print_summary

    print_summary(house)
    console().print(f"\n{time.monotonic() - begun:.0f} seconds from start to here")

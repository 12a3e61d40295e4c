"""A whole house that is up, to be killed in parts: what is killed, what is seen of it from outside, and that nothing stays behind."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
from dagster import DagsterInstance, RunsFilter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from pipelines import services
from pipelines.processes import ProcessRecord, wait_until
from pipelines.sensors import UNFINISHED_RUNS
from tests.conftest import DEMO_NETWORK, PATHWAYS
from tests.failure.killing import COMPARED, files
from tests.world import ORDER, SNAPSHOTS, csv_bytes, drop, history, query
from warehouse.database import make_engine
from warehouse.organisations import load_network
from warehouse.settings import Settings

SENDERS = ("ZX1", "ZX2", "ZX3")
# files of different senders that lie there at the same moment may be claimed in any order
BY_SENDER = ORDER.replace("order by arrival_number", "order by sender_code, arrival_number")
WAITING = """select (select count(*) from intake.submission where state in ('received', 'reading', 'failed') or receipted_at is null),
    (select count(*) from intake.stale_cell)"""


def batch(number: int) -> list[tuple[str, str, bytes]]:
    """One file a sender: the small history first, then new records and corrections of old ones, another score in each."""
    if number < 2:
        return files()[number::2]
    made = []
    for position, sender in enumerate(SENDERS, start=1):
        sites = (f"{sender}A1", f"{sender}A2")
        old = [row | {"Pain score": str((number + row_number) % 11)} for row_number, row in enumerate(history(position, sites=sites)[5:15])]
        made.append((sender, f"{number:02d}.csv", csv_bytes(old + history(10 * number + position, 2, 6, sites))))
    return made


class Stack:
    """A house with all its processes. The engine is made once: making another would start a server that is down."""

    def __init__(self, home: Path, keys: Path, port: int):
        self.settings = Settings(home=home, pathway_folders=(PATHWAYS,), stable_file_seconds=0.3)
        self.port, self.dropped = port, 0
        home.mkdir()
        shutil.copy(keys, self.settings.keys)
        self.up()
        self.engine = make_engine(self.settings)
        self.instance = DagsterInstance.from_config(str(self.settings.dagster_home))
        with self.engine.begin() as connection:
            load_network(connection, DEMO_NETWORK)

    def up(self) -> None:
        services.up(self.settings, port=self.port)

    def close(self) -> None:
        for opened in ("engine", "instance"):
            with suppress(Exception):
                getattr(self, opened).dispose()
        services.down(self.settings)

    # ------------------------------------------------------------------------------------------------ killing
    def leader(self, name: str) -> psutil.Process | None:
        """The process of a part, if it lives."""
        pid = None
        if name == services.DATABASE:
            pid = services._server(self.settings).pid
        elif name == services.HOST:
            pid = next((host.pid for host in services.live_hosts(self.settings.dagster_home)), None)
        elif (record := services.record_of(self.settings, name)) and record.is_alive:
            pid = record.pid
        return psutil.Process(pid) if pid else None

    def kill(self, name: str) -> int | None:
        """SIGKILL to a part; its process id, None if it was dead already."""
        process = self.leader(name)
        if process:
            process.send_signal(signal.SIGKILL)
        return process.pid if process else None

    def comes_back(self, name: str, instead_of: int | None, seconds: float = 90.0) -> bool:
        """Whether another process takes the place of a killed one, without a hand."""
        return wait_until(lambda: (found := self.leader(name)) is not None and found.pid != instead_of, seconds)

    def kill_a_worker(self, delay: float, seconds: float = 3.0) -> bool:
        """SIGKILL to the process of a run, ``delay`` seconds after it was seen; whether it was still there."""
        if not wait_until(lambda: bool(services.live_workers(self.settings)), seconds, every=0.01):
            return False
        workers: list[ProcessRecord] = services.live_workers(self.settings)
        time.sleep(delay)
        return bool(workers) and workers[0].signal(signal.SIGKILL)

    def kill_everything(self) -> list[int]:
        """SIGKILL to every process of the house, runs and watchman included."""
        found = [process.pid for process in processes_of(self.settings.home)]
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_alive, found)), 10)
        return found

    # ------------------------------------------------------------------------------------------------ looking
    def drop_batch(self) -> None:
        for sender, name, content in batch(self.dropped):
            drop(self.settings.landing, sender, content, name)
        self.dropped += 1

    def landed(self) -> list[Path]:
        """Files that nobody has registered yet."""
        return [p for p in self.settings.landing.rglob("*") if p.is_file() and p.suffix not in (".done", ".envelope")]

    def waiting(self) -> tuple[int, int] | None:
        """Submissions without their end or receipt, and stale cells; None while the database cannot be asked."""
        try:
            with self.engine.connect() as connection:
                return tuple(connection.execute(text(WAITING)).one())
        except SQLAlchemyError:
            return None

    def unfinished_runs(self) -> int | None:
        try:
            return self.instance.get_runs_count(RunsFilter(statuses=UNFINISHED_RUNS))
        except Exception:  # whatever Dagster makes of an outage
            return None

    def is_worked_off(self) -> bool:
        return not self.landed() and self.waiting() == (0, 0) and self.unfinished_runs() == 0


def tables(engine) -> dict[str, list[dict]]:
    """What the named tables say, the submissions of each sender in their order."""
    return {name: query(engine, SNAPSHOTS[name].replace(ORDER, BY_SENDER)) for name in COMPARED}


def processes_of(home: Path) -> Iterator[psutil.Process]:
    """Every process that names the folder on its command line, as its place or in its environment, but for this one."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            told = " ".join([*process.cmdline(), process.cwd(), *process.environ().values()])
            if str(home) in told and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                yield process


def is_alive(pid: int) -> bool:
    with suppress(psutil.Error):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False

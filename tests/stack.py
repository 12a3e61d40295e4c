"""A whole house that is up, as ``common-cause up`` brings it up: its parts, to be killed, and what is seen of it from outside."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from dagster import DagsterInstance, RunsFilter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from pipelines import services
from pipelines.processes import ProcessRecord, wait_until
from pipelines.sensors import UNFINISHED_RUNS
from tests.conftest import DEMO_NETWORK
from warehouse.database import make_engine
from warehouse.organisations import load_network
from warehouse.settings import Settings

WAITING = """select (select count(*) from intake.submission where state in ('received', 'reading', 'failed') or receipted_at is null),
    (select count(*) from intake.stale_cell)"""


class Stack:
    """A house with all its processes. The engine is made once: making another would start a server that is down."""

    def __init__(self, settings: Settings, port: int, keys: Path | None = None):
        self.settings, self.port = settings, port
        settings.home.mkdir()
        if keys:
            shutil.copy(keys, settings.keys)
        self.up()
        self.engine = make_engine(settings)
        self.instance = DagsterInstance.from_config(str(settings.dagster_home))
        with self.engine.begin() as connection:
            load_network(connection, DEMO_NETWORK)

    def up(self) -> None:
        services.up(self.settings, port=self.port, dashboard_port=0)

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

    def workers(self) -> list[ProcessRecord]:
        """Processes of runs that go on now."""
        return services.live_workers(self.settings)

    def kill_a_worker(self) -> bool:
        """SIGKILL to the process of a run; whether there was one."""
        return any(worker.signal(signal.SIGKILL) for worker in self.workers()[:1])

    def kill_everything(self) -> list[int]:
        """SIGKILL to every process of the house, runs and watchman included."""
        found = [process.pid for process in processes_of(self.settings.home)]
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_alive, found)), 10)
        return found

    # ------------------------------------------------------------------------------------------------ looking
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

    def has_work(self) -> bool:
        """Whether something is seen that is still to be done; not while the database cannot be asked."""
        return bool(self.landed() or any(self.waiting() or ()) or self.unfinished_runs())

    def is_worked_off(self) -> bool:
        return not self.landed() and self.waiting() == (0, 0) and self.unfinished_runs() == 0


@contextmanager
def house_that_is_up(settings: Settings, made: Callable[..., Stack] = Stack, **given) -> Iterator[Stack]:
    """A house on free ports; at the end none of its processes is left."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    stack = None
    try:
        stack = made(settings, port, **given)
        yield stack
    finally:
        if stack:
            stack.close()
        left = list(processes_of(settings.home))
        for process in left:
            process.kill()
    assert not left, f"left behind: {[(process.pid, process.name()) for process in left]}"


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

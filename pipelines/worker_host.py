"""The worker host: one process that has imported everything once and forks workers, as many as there are runs at once.

Belongs here: preloading, forking, handing runs to workers, reaping, and the tiny protocol by which launchers ask for it. Does not
belong here: what a worker does (``pipelines.worker``), when to start a host or which one to ask (``pipelines.launcher``).

Stays single-threaded and opens no connection, so that a fork is safe. One JSON object a line over loopback, with a token
that only the owner of Dagster's home can read. A host that is killed leaves its workers to finish their runs.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import json
import os
import secrets
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.processes import ProcessRecord
from pipelines.worker import in_child, report_death, serve_runs, worker_record

PRELOAD = (
    "dagster", "dagster._cli.api", "dagster._core.execution.api", "dagster_postgres", "pandas", "psycopg", "great_expectations",
    "openpyxl", "python_calamine", "pyarrow.csv", "jinja2", "cryptography.hazmat.primitives.ciphers.aead",
    "assets.submissions", "assets.refresh", "pipelines.definitions",
)  # fmt: skip
KILL_AFTER_SECONDS = 20.0
COLLECTED_AFTER = 20_000, 20, 20  # objects made before a collection of the young, collections before one of the older


@dataclass
class Worker:
    """One child. ``run_id``: the run that it executes, None while it waits for one. ``channel``: our end, None once it takes no more."""

    pid: int
    channel: socket.socket | None = None
    run_id: str | None = None

    @property
    def is_idle(self) -> bool:
        return self.channel is not None and self.run_id is None

    def dismiss(self) -> None:
        """It ends after its present run."""
        if self.channel:
            self.channel.close()
            self.channel = None


@dataclass
class Host:
    """State of a host: its folder, its workers by pid, and whether it still takes runs."""

    dagster_home: Path
    fingerprint: str
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    workers: dict[int, Worker] = field(default_factory=dict)
    kill_at: dict[int, float] = field(default_factory=dict)
    is_retired: bool = False

    @property
    def record_path(self) -> Path:
        return hosts_folder(self.dagster_home) / f"{self.fingerprint}.json"

    def serve(self, listener: socket.socket) -> None:
        """Until retired, or stopped by a signal, and without workers."""
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._retire)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        with listener:
            while not (self.is_retired and not self.workers):
                channels = {worker.channel: worker for worker in self.workers.values() if worker.channel}
                readable, _, _ = select.select([listener, wake_read, *channels], [], [], 1.0)
                if wake_read in readable:
                    os.read(wake_read, 4096)
                for channel in channels.keys() & set(readable):
                    self._hear(channels[channel])
                self._reap()
                if listener in readable:
                    self._answer(listener)
                if self.is_retired:
                    self._dismiss_idle()

    def announce(self, port: int) -> None:
        ProcessRecord.of(os.getpid(), port=port, token=self.token, fingerprint=self.fingerprint).write(self.record_path)

    def _withdraw(self) -> None:
        announced = ProcessRecord.read(self.record_path)
        if announced and announced.pid == os.getpid():
            self.record_path.unlink(missing_ok=True)

    def _retire(self, *_) -> None:
        self.is_retired = True
        self._withdraw()

    def _answer(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(2.0)
            try:
                request = json.loads(connection.makefile().readline())
                connection.sendall(json.dumps(self._obey(request, listener)).encode() + b"\n")
            except (OSError, ValueError, KeyError, TypeError):
                return

    def _obey(self, request: dict, listener: socket.socket) -> dict:
        if not secrets.compare_digest(request["token"], self.token):
            return {"error": "wrong token"}
        match request["do"]:
            case "launch" if not self.is_retired:
                return {"pid": self._launch(request["run_id"], listener)}
            case "terminate":
                return {"terminated": self._terminate(request["run_id"])}
            case "retire":
                self._retire()
                return {"retired": True}
            case "ping":
                return {"workers": len(self.workers), "idle": sum(worker.is_idle for worker in self.workers.values())}
        return {"error": "cannot do that"}

    def _launch(self, run_id: str, listener: socket.socket) -> int:
        """Hands the run to a worker that waits, or to a new one."""
        worker = next((worker for worker in self.workers.values() if worker.is_idle), None)
        if worker is None or not self._hand_over(worker, run_id):
            worker = self._hire(listener)
            self._hand_over(worker, run_id)
        return worker.pid

    def _hand_over(self, worker: Worker, run_id: str) -> bool:
        """False if the worker has gone meanwhile."""
        try:
            ProcessRecord.of(worker.pid, run_id=run_id).write(worker_record(self.dagster_home, run_id))
            worker.channel.sendall(run_id.encode() + b"\n")
        except (ProcessLookupError, BrokenPipeError, ConnectionResetError):
            worker.dismiss()
            return False
        worker.run_id = run_id
        return True

    def _hire(self, listener: socket.socket) -> Worker:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            listener.close()
            ours.close()
            for other in self.workers.values():
                other.dismiss()  # or it would not notice that the host has died
            in_child(lambda: serve_runs(theirs, self.dagster_home))
        theirs.close()
        worker = self.workers[pid] = Worker(pid, ours)
        return worker

    def _hear(self, worker: Worker) -> None:
        """A worker is ready for the next run, or is about to end. One that was told to stop is given no other run."""
        try:
            is_ready = bool(worker.channel.recv(16))
        except ConnectionResetError:
            is_ready = False
        if not is_ready or worker.pid in self.kill_at:
            worker.dismiss()
        if is_ready:
            worker.run_id = None

    def _dismiss_idle(self) -> None:
        for worker in self.workers.values():
            if worker.is_idle:
                worker.dismiss()

    def _terminate(self, run_id: str) -> bool:
        pid = next((pid for pid, worker in self.workers.items() if worker.run_id == run_id), None)
        if pid is None:
            return False
        os.kill(pid, signal.SIGTERM)
        self.kill_at[pid] = time.monotonic() + KILL_AFTER_SECONDS
        return True

    def _reap(self) -> None:
        for pid in [pid for pid, when in self.kill_at.items() if time.monotonic() > when]:
            os.kill(pid, signal.SIGKILL)
        while self.workers or self.kill_at:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self.kill_at.pop(pid, None)
            if worker := self.workers.pop(pid, None):
                worker.dismiss()
                self._bury(worker.run_id, os.waitstatus_to_exitcode(status))

    def _bury(self, run_id: str | None, exit_code: int) -> None:
        if run_id is None:
            return
        worker_record(self.dagster_home, run_id).unlink(missing_ok=True)
        if exit_code != 0:
            pid = os.fork()
            if pid == 0:
                for worker in self.workers.values():
                    worker.dismiss()
                in_child(lambda: report_death(run_id, exit_code))
            self.workers[pid] = Worker(pid)


def hosts_folder(dagster_home: Path) -> Path:
    return dagster_home / "hosts"


def processes_folder(dagster_home: Path) -> Path:
    return hosts_folder(dagster_home) / "processes"


def process_record(dagster_home: Path, pid: int) -> Path:
    """Where a host is recorded from its start to its end, by whoever started it."""
    return processes_folder(dagster_home) / f"{pid}.json"


def preload(modules: Sequence[str]) -> None:
    """Imports what runs need and calls a module's ``warm()`` if it has one. What is missing ends the host: runs go the slower way."""
    for name in modules:
        module = importlib.import_module(name)
        if callable(warm := getattr(module, "warm", None)):
            warm()
    spare_collections()


def spare_collections() -> None:
    """Else each full collection of a worker looks through all that was imported, a tenth of the time of a run; and each run makes hundreds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


def main(dagster_home: str, fingerprint: str, *modules: str) -> None:
    home = Path(dagster_home)
    os.environ["DAGSTER_HOME"] = str(home)
    host = Host(home, fingerprint)
    hosts_folder(home).mkdir(parents=True, exist_ok=True)
    try:
        if listener := _first_in_place(host, modules):
            host.serve(listener)
    finally:
        process_record(home, os.getpid()).unlink(missing_ok=True)


def _first_in_place(host: Host, modules: Sequence[str]) -> socket.socket | None:
    """Imports everything and announces the host; None if another of the same code was first."""
    with (hosts_folder(host.dagster_home) / f"{host.fingerprint}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        announced = ProcessRecord.read(host.record_path)
        if announced and announced.is_alive:
            return None
        preload(modules)
        listener = socket.create_server(("127.0.0.1", 0))
        host.announce(listener.getsockname()[1])
        return listener


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The worker host: one process that has imported everything once and forks a worker for each run.

Belongs here: preloading, forking, reaping, and the tiny protocol by which launchers ask for it. Does not belong here:
when to start a host or which one to ask (``pipelines.launcher``).

Stays single-threaded and opens no connection, so that a fork is safe. One JSON object a line over loopback, with a token
that only the owner of Dagster's home can read. A host that is killed leaves its workers running.
"""

from __future__ import annotations

import fcntl
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

PRELOAD = (
    "dagster", "dagster._cli.api", "dagster._core.execution.api", "dagster_postgres", "pandas", "psycopg", "great_expectations",
    "openpyxl", "python_calamine", "pyarrow.csv", "jinja2", "cryptography.hazmat.primitives.ciphers.aead",
    "assets.submissions", "assets.refresh", "pipelines.definitions",
)  # fmt: skip
KILL_AFTER_SECONDS = 20.0


@dataclass
class Host:
    """State of a host: its folder, its workers by pid, and whether it still takes runs."""

    dagster_home: Path
    fingerprint: str
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    workers: dict[int, str] = field(default_factory=dict)
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
                readable, _, _ = select.select([listener, wake_read], [], [], 1.0)
                if wake_read in readable:
                    os.read(wake_read, 4096)
                self._reap()
                if listener in readable:
                    self._answer(listener)

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
                return {"workers": len(self.workers)}
        return {"error": "cannot do that"}

    def _launch(self, run_id: str, listener: socket.socket) -> int:
        pid = os.fork()
        if pid == 0:
            listener.close()
            _in_child(self.dagster_home, lambda: work(run_id, self.dagster_home))
        self.workers[pid] = run_id
        return pid

    def _terminate(self, run_id: str) -> bool:
        pid = next((pid for pid, run in self.workers.items() if run == run_id), None)
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
            self._bury(self.workers.pop(pid, None), os.waitstatus_to_exitcode(status))

    def _bury(self, run_id: str | None, exit_code: int) -> None:
        if run_id is None:
            return
        worker_record(self.dagster_home, run_id).unlink(missing_ok=True)
        if exit_code != 0:
            pid = os.fork()
            if pid == 0:
                _in_child(self.dagster_home, lambda: report_death(run_id, exit_code))
            self.workers[pid] = None  # type: ignore[assignment]


def hosts_folder(dagster_home: Path) -> Path:
    return dagster_home / "hosts"


def processes_folder(dagster_home: Path) -> Path:
    return hosts_folder(dagster_home) / "processes"


def process_record(dagster_home: Path, pid: int) -> Path:
    """Where a host is recorded from its start to its end, by whoever started it."""
    return processes_folder(dagster_home) / f"{pid}.json"


def worker_record(dagster_home: Path, run_id: str) -> Path:
    """Where the process of a run is recorded while it lives."""
    return dagster_home / "workers" / f"{run_id}.json"


def _in_child(dagster_home: Path, do) -> None:
    """Runs ``do`` as a process of its own and never returns: nothing of the host's loop may run twice."""
    code = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        code = do() or 0
    except BaseException as error:
        print(f"{type(error).__name__} in a worker", file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def work(run_id: str, dagster_home: Path) -> int:
    """Executes one run in this process, recorded so that any other process can find and stop it."""
    from dagster import DagsterInstance
    from dagster._cli.api import _execute_run_command_body

    ProcessRecord.of(os.getpid(), run_id=run_id).write(worker_record(dagster_home, run_id))
    with DagsterInstance.get() as instance:
        _execute_run_command_body(run_id, instance, lambda event: None, set_exit_code_on_failure=False)
    return 0


def report_death(run_id: str, exit_code: int) -> int:
    """Tells Dagster at once that a run's process is gone, instead of at the next look of its monitor."""
    from dagster import DagsterInstance

    with DagsterInstance.get() as instance:
        run = instance.get_run_by_id(run_id)
        if run and not run.is_finished:
            how = f"was killed by signal {-exit_code}" if exit_code < 0 else f"ended with code {exit_code}"
            instance.report_run_failed(run, f"The process of this run {how}.")
    return 0


def preload(modules: Sequence[str]) -> None:
    """Imports what runs need and calls a module's ``warm()`` if it has one. What is missing ends the host: runs go the slower way."""
    for name in modules:
        module = importlib.import_module(name)
        if callable(warm := getattr(module, "warm", None)):
            warm()


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

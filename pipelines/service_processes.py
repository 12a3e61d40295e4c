"""The processes of a house that is up: their commands, records and ports, starting and stopping one.

Belongs here: one process at a time. Does not belong here: which belong together and in what order (``pipelines.services``),
what they do.
"""

from __future__ import annotations

import fcntl
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml

from pipelines.processes import ProcessRecord, stop_groups, wait_until
from warehouse.settings import Settings

ROOT = Path(__file__).parents[1]
LOCATION = "common_cause"
CODE, WEB, DAEMON = "code server", "web server", "daemon"
DATABASE, HOST, WATCHMAN = "database server", "worker host", "watchman"
START_SECONDS = 120.0
# the daemon would wait for the look at the landing area that goes on; whatever it is cut off from is asked for again.
# The watchman may be waiting for the database.
GRACE_SECONDS = {DAEMON: 2.0, WEB: 5.0, CODE: 1.0, WATCHMAN: 60.0}


class ServiceError(RuntimeError):
    """Something does not start or stop; the message names it, its log and the remedy."""


def record_path(settings: Settings, name: str) -> Path:
    return settings.home / "services" / f"{name.replace(' ', '-')}.json"


def record_of(settings: Settings, name: str) -> ProcessRecord | None:
    return ProcessRecord.read(record_path(settings, name))


def logs(settings: Settings) -> Path:
    return settings.home / "logs"


def log_path(settings: Settings, name: str) -> Path:
    return logs(settings) / f"{name.replace(' ', '-')}.log"


def notes_path(settings: Settings) -> Path:
    """Where the watchman notes what it has done."""
    return settings.home / "services" / "watchman-notes.json"


def workspace_path(settings: Settings) -> Path:
    return settings.dagster_home / "workspace.yaml"


@contextmanager
def at_work(settings: Settings, wait: bool = True) -> Iterator[bool]:
    """One at a time starts or stops parts of a house; gives whether it is us. Without ``wait`` somebody else may be."""
    with (settings.home / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def ensure(settings: Settings, name: str, environment: Mapping[str, str], port: int | None = None) -> ProcessRecord:
    """The service's process, started unless it runs; a record of a process that has gone is replaced. ``port``: the first to try."""
    record = ProcessRecord.read(record_path(settings, name))
    if record and record.is_alive:
        return record
    detail = {"port": free_port(port)} if port else {}
    process = _spawn(_command(settings, name, **detail), environment, log_path(settings, name))
    record = ProcessRecord.of(process.pid, **detail)
    record.write(record_path(settings, name))
    return record


def _command(settings: Settings, name: str, port: int = 0) -> list[str]:
    address, workspace = ["-h", "127.0.0.1", "-p", str(port)], str(workspace_path(settings))
    arguments = {
        CODE: ["dagster", "code-server", "start", *address, "-m", "pipelines.definitions", "--location-name", LOCATION, "--inject-env-vars-from-instance"],
        WEB: ["dagster_webserver", *address, "-w", workspace],
        DAEMON: ["pipelines.daemon", "run", "-w", workspace],
        WATCHMAN: ["pipelines.watchman", str(settings.home)],
    }
    return [sys.executable, "-m", *arguments[name]]


def _spawn(command: list[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen:
    with log.open("ab") as output:
        return subprocess.Popen(
            command, cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )


def stop(settings: Settings, *names: str) -> list[str]:
    """Those of the recorded processes that were alive; none is recorded any more."""
    records = {name: record for name in names if (record := record_of(settings, name))}
    asked = stop_groups((record, GRACE_SECONDS[name]) for name, record in records.items())
    for name in records:
        record_path(settings, name).unlink(missing_ok=True)
    return [name for name, record in records.items() if record in asked]


def write_workspace(settings: Settings, port: int) -> None:
    """One code server for web server and daemon: with ``workspace.yaml`` each would start its own, and the daemon a new one every minute."""
    content = {"load_from": [{"grpc_server": {"host": "127.0.0.1", "port": port, "location_name": LOCATION}}]}
    workspace_path(settings).write_text(yaml.safe_dump(content))


def free_port(first: int, tries: int = 100) -> int:
    """``first``, or the next port on loopback that nobody listens on."""
    for port in range(first, first + tries):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServiceError(f"no port is free between {first} and {first + tries - 1}; say another with --port")


def wait_for_web(settings: Settings, web: ProcessRecord) -> None:
    def is_ready() -> bool:
        return not web.is_alive or _answers(web.detail["port"])

    if not wait_until(is_ready, START_SECONDS, every=0.1) or not web.is_alive:
        raise ServiceError(f"the web server does not start; see {log_path(settings, WEB)}")


def wait_for_code(settings: Settings, code: ProcessRecord) -> None:
    if not wait_until(lambda: not code.is_alive or _listens(code.detail["port"]), START_SECONDS) or not code.is_alive:
        raise ServiceError(f"the code server does not start; see {log_path(settings, CODE)}")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=2.0) as answer:
            return answer.status == 200
    except OSError:
        return False

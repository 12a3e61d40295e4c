"""The processes of a house that is up: their commands, records and ports, starting and stopping one.

Belongs here: one process at a time. Does not belong here: which belong together and in what order (``pipelines.services``),
what they do.
"""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import yaml

from pipelines.ports import free_port, listeners
from pipelines.processes import ProcessRecord, stop_groups, wait_until
from warehouse.settings import Settings

ROOT = Path(__file__).parents[1]
LOCATION = "common_cause"
CODE, WEB, DAEMON = "code server", "web server", "daemon"
DATABASE, HOST, WATCHMAN = "database server", "worker host", "watchman"
DASHBOARD = "dashboard"
FIRST_PORTS = {WEB: 3000, DASHBOARD: 8600}  # nobody types the code server's
START_SECONDS = 120.0
PORT_TRIES = 5
# the daemon would wait for the look at the landing area that goes on; whatever it is cut off from is asked for again.
# The watchman may be waiting for the database.
GRACE_SECONDS = {DAEMON: 2.0, WEB: 5.0, DASHBOARD: 5.0, CODE: 1.0, WATCHMAN: 60.0}


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
    """The service's process, started unless it runs; a record of a process that has gone is replaced. ``port``: the first to try, 0 for any."""
    record = ProcessRecord.read(record_path(settings, name))
    if record and record.is_alive:
        return record
    detail = {} if port is None else {"port": _port(port)}
    process = _spawn(_command(settings, name, **detail), environment, log_path(settings, name))
    record = ProcessRecord.of(process.pid, **detail)
    record.write(record_path(settings, name))
    return record


def _port(first: int) -> int:
    port = free_port(first)
    if port is None:
        raise ServiceError(f"no port is free from {first} on; say another with --port")
    return port


def _command(settings: Settings, name: str, port: int = 0) -> list[str]:
    address, workspace = ["-h", "127.0.0.1", "-p", str(port)], str(workspace_path(settings))
    arguments = {
        CODE: [
            "dagster",
            "code-server",
            "start",
            *address,
            "-m",
            "pipelines.definitions",
            "--location-name",
            LOCATION,
            "--inject-env-vars-from-instance",
        ],
        WEB: ["dagster_webserver", *address, "-w", workspace],
        DAEMON: ["pipelines.daemon", workspace],
        WATCHMAN: ["pipelines.watchman", str(settings.home)],
        DASHBOARD: ["dashboard", "--home", str(settings.home), "--port", str(port)],
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


def until_it_serves(settings: Settings, name: str, start: Callable[[], ProcessRecord], answers: Callable[[int], bool]) -> ProcessRecord:
    """What ``start`` started, once it serves its port; where somebody else got hold of the port first, another one is tried."""
    log = log_path(settings, name)
    written = log.stat().st_size if log.exists() else 0
    for _ in range(PORT_TRIES):
        record = start()
        if not wait_until(partial(_is_decided, record, answers), START_SECONDS, every=0.1):
            break
        is_clash = listeners(record.detail["port"], record.pid).is_others
        if record.is_alive and not is_clash:
            return record
        if not is_clash:
            break  # it died of something else
        record.stop(GRACE_SECONDS[name])
    raise ServiceError(f"the {name} does not start; {_last_words(log, written)}see {log}")


def _last_words(log: Path, since: int) -> str:
    """The last line that was written to the log after its first ``since`` bytes; empty if there is none."""
    said = log.read_bytes()[since:].decode("utf-8", errors="replace").split("\n") if log.exists() else []
    last = next((line.strip() for line in reversed(said) if line.strip()), "")
    return f"it says: {last}; " if last else ""


def _is_decided(record: ProcessRecord, answers: Callable[[int], bool]) -> bool:
    """Whether it is dead, shares its port with somebody, or serves it alone."""
    now = listeners(record.detail["port"], record.pid)
    return not record.is_alive or (now.is_ours and (now.is_others or answers(record.detail["port"])))


def web_answers(port: int) -> bool:
    """Whether Dagster's web server answers there."""
    return _answers(port, "server_info")


def dashboard_answers(port: int) -> bool:
    """Whether the dashboard answers there, be the database up or away."""
    return _answers(port, "health")


def is_dashboard_closed(port: int) -> bool:
    """Whether nobody can sign in to the dashboard there: by what it was given when it started, which may be other than what is set now."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2.0) as answer:
            return json.load(answer).get("sign_in") == "closed"
    except (OSError, ValueError):
        return False


def _answers(port: int, page: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=2.0) as answer:
            return answer.status == 200
    except OSError:
        return False

"""Up and down: the database server, Dagster's web server and daemon, and the worker host of one home.

Belongs here: starting, finding, stopping. Does not belong here: Dagster's configuration (``pipelines.instance``), the
embedded server (``warehouse.embedded``), what they do.

Each process leads a session of its own and is recorded under ``<home>/services``; whoever calls ``up`` may go away.
"""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from pipelines.environment import environment_of
from pipelines.hosts import code_fingerprint, live_hosts, start_host
from pipelines.processes import ProcessRecord, stop_groups, wait_until
from warehouse.settings import Settings

ROOT = Path(__file__).parents[1]
LOCATION = "common_cause"
CODE, WEB, DAEMON = "code server", "web server", "daemon"
FIRST_PORT, CODE_PORT = 3000, 4266
START_SECONDS = 120.0
# the daemon would wait for the look at the landing area that goes on; whatever it is cut off from is asked for again
GRACE_SECONDS = {DAEMON: 2.0, WEB: 5.0, CODE: 1.0}
Say = Callable[[str], None]


class ServiceError(RuntimeError):
    """Something does not start or stop; the message names it, its log and the remedy."""


@dataclass(frozen=True)
class Addresses:
    """Where the parts of a running house are."""

    web: str
    database: str
    landing: Path
    outbox: Path
    logs: Path


def up(settings: Settings, say: Say = lambda line: None, port: int | None = None) -> Addresses:
    """Brings everything up and returns when it answers. What runs already is left alone. Raises ``ServiceError``."""
    settings.home.mkdir(parents=True, exist_ok=True)
    for folder in (settings.landing, settings.outbox, logs(settings)):
        folder.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(settings):
        say("database")
        prepare(settings)
        environment = environment_of(settings)
        os.environ.update({"DAGSTER_HOME": environment["DAGSTER_HOME"]})
        if not is_running(settings, DAEMON):
            sweep(settings)
        say("worker host, web server and daemon")
        _start_worker_host(settings, environment)
        code = _ensure(settings, CODE, environment, port=CODE_PORT)
        workspace = _write_workspace(settings, code.detail["port"])
        _wait_for_code(settings, code)
        web = _ensure(settings, WEB, environment, workspace, port=port or FIRST_PORT)
        _ensure(settings, DAEMON, environment, workspace)
        _wait_for_web(settings, web)
        return addresses(settings)


def prepare(settings: Settings) -> None:
    """The database as it should be, and Dagster's home."""
    from pipelines import instance
    from warehouse import embedded
    from warehouse.database import database_url
    from warehouse.migrate import migrate

    migrate(settings)
    admin_url = None if settings.database_url else embedded.ensure(settings).admin_url
    instance.prepare(settings, database_url(settings).render_as_string(hide_password=False), admin_url)


def down(settings: Settings, say: Say = lambda line: None) -> list[str]:
    """Stops what belongs to this home, and nothing else; returns what was running. Can be repeated."""
    records = {name: record for name in (DAEMON, WEB, CODE) if (record := ProcessRecord.read(_record_path(settings, name)))}
    asked = stop_groups((record, GRACE_SECONDS[name]) for name, record in records.items())
    stopped = [name for name, record in records.items() if record in asked]
    for name in records:
        _record_path(settings, name).unlink(missing_ok=True)
    stopped += ["worker host" for host in live_hosts(settings.dagster_home) if host.stop(3.0)]
    stopped += ["run" for worker in live_workers(settings) if worker.stop(8.0)]
    if _stop_server(settings):
        stopped.append("database server")
    for name in stopped:
        say(f"stopped: {name}")
    return stopped


def is_running(settings: Settings, name: str) -> bool:
    record = ProcessRecord.read(_record_path(settings, name))
    return record is not None and record.is_alive


def addresses(settings: Settings) -> Addresses:
    """Where everything is, for people. Raises ``ServiceError`` if it is not up."""
    record = ProcessRecord.read(_record_path(settings, WEB))
    if record is None or not record.is_alive:
        raise ServiceError("Common Cause is not up; start it with: common-cause up")
    from warehouse.database import database_url

    url = database_url(settings).set(drivername="postgresql").render_as_string(hide_password=True)
    return Addresses(f"http://127.0.0.1:{record.detail['port']}", url, settings.landing, settings.outbox, logs(settings))


def live_workers(settings: Settings) -> list[ProcessRecord]:
    """Processes of runs that go on now."""
    found = [ProcessRecord.read(path) for path in (settings.dagster_home / "workers").glob("*.json")]
    return [record for record in found if record and record.is_alive]


def sweep(settings: Settings) -> list[str]:
    """Runs that Dagster believes to be going on although their process has gone (after a crash of everything) become failures."""
    from dagster import DagsterInstance, DagsterRunStatus, RunsFilter
    from dagster._core.launcher.base import WorkerStatus

    begun = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
    swept = []
    with DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        for run in instance.get_runs(RunsFilter(statuses=begun)):
            if instance.run_launcher.check_run_worker_health(run).status is not WorkerStatus.RUNNING:
                instance.report_run_failed(run, "The process of this run was gone when Common Cause came up.")
                swept.append(run.run_id)
    return swept


def logs(settings: Settings) -> Path:
    return settings.home / "logs"


@contextmanager
def database_for(settings: Settings) -> Iterator[None]:
    """For a command: the embedded server runs inside the block, and is stopped after it if it was down before."""
    was_running = settings.database_url is not None or _server(settings).pid is not None
    try:
        yield
    finally:
        if not was_running:
            _stop_server(settings)


# ------------------------------------------------------------------------------------------------ parts
def _server(settings: Settings):
    from warehouse import embedded

    return embedded.Server(settings.server_data, embedded.find_binaries())


def _stop_server(settings: Settings) -> bool:
    if settings.database_url or not settings.server_data.is_dir() or _server(settings).pid is None:
        return False
    _server(settings).stop()
    return True


def _record_path(settings: Settings, name: str) -> Path:
    return settings.home / "services" / f"{name.replace(' ', '-')}.json"


def _ensure(settings: Settings, name: str, environment: Mapping[str, str], workspace: Path | None = None, port: int | None = None) -> ProcessRecord:
    """The service's process, started unless it runs; a record of a process that has gone is replaced. ``port``: the first to try."""
    record = ProcessRecord.read(_record_path(settings, name))
    if record and record.is_alive:
        return record
    detail = {"port": free_port(port)} if port else {}
    process = _spawn(_command(name, workspace, **detail), environment, _log(settings, name))
    record = ProcessRecord.of(process.pid, **detail)
    record.write(_record_path(settings, name))
    return record


def _command(name: str, workspace: Path | None, port: int = 0) -> list[str]:
    address = ["-h", "127.0.0.1", "-p", str(port)]
    arguments = {
        CODE: ["dagster", "code-server", "start", *address, "-m", "pipelines.definitions", "--location-name", LOCATION, "--inject-env-vars-from-instance"],
        WEB: ["dagster_webserver", *address, "-w", str(workspace)],
        DAEMON: ["dagster._daemon", "run", "-w", str(workspace)],
    }
    return [sys.executable, "-m", *arguments[name]]


def _write_workspace(settings: Settings, port: int) -> Path:
    """One code server for web server and daemon: with ``workspace.yaml`` each would start its own, and the daemon a new one every minute."""
    path = settings.dagster_home / "workspace.yaml"
    content = {"load_from": [{"grpc_server": {"host": "127.0.0.1", "port": port, "location_name": LOCATION}}]}
    path.write_text(yaml.safe_dump(content))
    return path


def _log(settings: Settings, name: str) -> Path:
    return logs(settings) / f"{name.replace(' ', '-')}.log"


def _spawn(command: list[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen:
    with log.open("ab") as output:
        return subprocess.Popen(
            command, cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )


def _start_worker_host(settings: Settings, environment: Mapping[str, str]) -> None:
    fingerprint = code_fingerprint(settings.pathway_folders)
    if not any(host.detail.get("fingerprint") == fingerprint for host in live_hosts(settings.dagster_home)):
        start_host(settings.dagster_home, fingerprint, environment=environment)


def _wait_for_web(settings: Settings, web: ProcessRecord) -> None:
    def is_ready() -> bool:
        return not web.is_alive or _answers(web.detail["port"])

    if not wait_until(is_ready, START_SECONDS, every=0.1) or not web.is_alive:
        raise ServiceError(f"the web server does not start; see {_log(settings, WEB)}")


def _wait_for_code(settings: Settings, code: ProcessRecord) -> None:
    if not wait_until(lambda: not code.is_alive or _listens(code.detail["port"]), START_SECONDS) or not code.is_alive:
        raise ServiceError(f"the code server does not start; see {_log(settings, CODE)}")


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


@contextmanager
def _one_at_a_time(settings: Settings) -> Iterator[None]:
    with (settings.home / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

"""Up and down: the database server, Dagster's web server and daemon, the worker host and the dashboard of one home, and the watchman over them.

Belongs here: starting, finding, stopping. Does not belong here: Dagster's configuration (``pipelines.instance``), the
embedded server (``warehouse.embedded``), what they do.

Each process leads a session of its own and is recorded under ``<home>/services``; whoever calls ``up`` may go away.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dashboard.configuration import Configuration
from pipelines.environment import environment_of
from pipelines.hosts import code_fingerprint, host_processes, live_hosts, start_host
from pipelines.processes import ProcessRecord
from pipelines.service_processes import (
    CODE,
    DAEMON,
    DASHBOARD,
    DATABASE,
    FIRST_PORTS,
    HOST,
    ROOT,
    WATCHMAN,
    WEB,
    ServiceError,
    at_work,
    dashboard_answers,
    ensure,
    is_dashboard_closed,
    logs,
    notes_path,
    record_of,
    record_path,
    stop,
    until_it_serves,
    web_answers,
    write_workspace,
)
from warehouse.settings import Settings

__all__ = ["CODE", "DAEMON", "DASHBOARD", "DATABASE", "HOST", "ROOT", "WATCHMAN", "WEB", "Addresses", "ServiceError", "addresses", "at_work", "database_for", "down",
           "has_dashboard", "is_running", "logs", "notes", "notes_path", "parts", "prepare", "record_of", "record_path", "revive", "sweep", "up"]  # fmt: skip
ANY_PORT = 0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Addresses:
    """Where the parts of a running house are; ``dashboard`` None if it has none, or it is down, and closed if nobody can sign in to it."""

    web: str
    dashboard: str | None
    database: str
    landing: Path
    outbox: Path
    logs: Path
    is_dashboard_closed: bool = False


def up(
    settings: Settings,
    say: Say = lambda line: None,
    port: int | None = None,
    dashboard_port: int | None = None,
    more: Mapping[str, str] | None = None,
) -> Addresses:
    """Brings everything up and returns when it answers. What runs already is left alone. Raises ``ServiceError``, and ``ConfigurationError`` for the dashboard's settings.

    ``port``, ``dashboard_port``: the first to try, 0 for any. ``more``: variables for the processes beside the settings.
    """
    _make_folders(settings)
    if has_dashboard(settings):
        # what is wrong with it is told before anything starts
        Configuration.from_environment(settings, environment_of(settings, {**os.environ, **(more or {})}))
    with at_work(settings):
        say("database")
        prepare(settings)
        environment = {**environment_of(settings), **(more or {})}
        os.environ.update({"DAGSTER_HOME": environment["DAGSTER_HOME"]})
        say("worker host, web server, daemon and dashboard")
        dashboard = partial(
            ensure, settings, DASHBOARD, environment, port=FIRST_PORTS[DASHBOARD] if dashboard_port is None else dashboard_port
        )
        if has_dashboard(settings):
            dashboard()  # it starts while the others do
        _start_worker_host(settings, environment)
        until_it_serves(settings, CODE, lambda: _ensure_code(settings, environment), lambda port: True)
        ensure(settings, DAEMON, environment)
        until_it_serves(
            settings, WEB, lambda: ensure(settings, WEB, environment, port=FIRST_PORTS[WEB] if port is None else port), web_answers
        )
        if has_dashboard(settings):
            until_it_serves(settings, DASHBOARD, dashboard, dashboard_answers)
        ensure(settings, WATCHMAN, environment)
        return addresses(settings)


def _make_folders(settings: Settings) -> None:
    folders = {
        "COMMON_CAUSE_HOME": settings.home,
        "COMMON_CAUSE_LANDING": settings.landing,
        "COMMON_CAUSE_OUTBOX": settings.outbox,
        "logs, in COMMON_CAUSE_HOME": logs(settings),
    }
    for name, folder in folders.items():
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ServiceError(f"the folder {folder} ({name}) cannot be made: {(error.strerror or '').lower()}; name another") from None


def prepare(settings: Settings) -> None:
    """The database as it should be, and Dagster's home."""
    from warehouse.migrate import migrate

    migrate(settings)
    _prepare_dagster(settings)


def _prepare_dagster(settings: Settings) -> None:
    """Whoever runs with another ``dagster.yaml`` (the database may have another port now) is stopped, to be started again."""
    from pipelines import instance
    from warehouse import embedded
    from warehouse.database import database_url

    path = settings.dagster_home / "dagster.yaml"
    before = path.read_text() if path.exists() else None
    admin_url = None if settings.database_url else embedded.ensure(settings).admin_url
    instance.prepare(settings, database_url(settings).render_as_string(hide_password=False), admin_url)
    if before not in (None, path.read_text()):
        stop(settings, DAEMON, WEB, CODE)
        for host in live_hosts(settings.dagster_home):
            host.signal(signal.SIGTERM)  # it finishes its runs


def down(settings: Settings, say: Say = lambda line: None) -> list[str]:
    """Stops what belongs to this home, and nothing else; returns what was running. Can be repeated."""
    if not settings.home.is_dir():
        return []
    with _to_the_end():
        stopped = _bring_down(settings)
    for name in stopped:
        say(f"stopped: {name}")
    return stopped


def _bring_down(settings: Settings) -> list[str]:
    stopped = stop(settings, WATCHMAN)  # before all else, or it would bring back what is stopped here
    with at_work(settings):
        stopped += stop(settings, WATCHMAN, DAEMON, WEB, CODE, DASHBOARD)
        stopped += [HOST for host in host_processes(settings.dagster_home) if host.stop(3.0)]
        stopped += ["run" for worker in live_workers(settings) if worker.stop(8.0)]
        if _stop_server(settings):
            stopped.append(DATABASE)
        notes_path(settings).unlink(missing_ok=True)
    return stopped


@contextmanager
def _to_the_end() -> Iterator[None]:
    """An impatient second Ctrl-C must not leave half of the house running; stopping takes a minute or two at the most."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def parts(settings: Settings) -> list[str]:
    """What makes a house that is up, in the order in which one needs the other."""
    return [*([] if settings.database_url else [DATABASE]), CODE, WEB, DAEMON, HOST, *([DASHBOARD] if has_dashboard(settings) else [])]


def has_dashboard(settings: Settings) -> bool:
    """Whether the dashboard can log in: on a server that somebody runs, once it is said how."""
    return not settings.database_url or settings.dashboard_database_url is not None


def is_running(settings: Settings, name: str) -> bool:
    """Whether a part lives; a worker host also while it still imports, or finishes its last runs."""
    if name == DATABASE:
        return settings.server_data.is_dir() and _server(settings).pid is not None
    if name == HOST:
        return bool(host_processes(settings.dagster_home))
    record = record_of(settings, name)
    return record is not None and record.is_alive


def revive(settings: Settings, name: str) -> None:
    """Starts one part again that has died, where it was; for whoever is ``at_work``. Does not wait until it answers."""
    environment = environment_of(settings)
    record = record_of(settings, name)
    if record:
        record.end_group()
    if name == DATABASE:
        _prepare_dagster(settings)
    elif name == HOST:
        _start_worker_host(settings, environment)
    elif name == CODE:
        _ensure_code(settings, environment)
    else:
        ensure(settings, name, environment, port=record.detail.get("port") if record else FIRST_PORTS.get(name))


def notes(settings: Settings) -> dict[str, dict]:
    """What the watchman has started again: by part ``starts`` (count), ``at`` (of its last start), ``is_given_up``."""
    try:
        return json.loads(notes_path(settings).read_text())
    except (OSError, ValueError):
        return {}


def addresses(settings: Settings) -> Addresses:
    """Where everything is, for people. Raises ``ServiceError`` if it is not up."""
    web = _address_of(settings, WEB)
    if web is None:
        raise ServiceError("Common Cause is not up; start it with: common-cause up")
    from warehouse.database import database_url

    url = database_url(settings).set(drivername="postgresql").render_as_string(hide_password=True)
    dashboard = record_of(settings, DASHBOARD)
    is_closed = dashboard is not None and dashboard.is_alive and is_dashboard_closed(dashboard.detail["port"])
    return Addresses(web, _address_of(settings, DASHBOARD), url, settings.landing, settings.outbox, logs(settings), is_closed)


def _address_of(settings: Settings, name: str) -> str | None:
    record = record_of(settings, name)
    return f"http://127.0.0.1:{record.detail['port']}" if record and record.is_alive else None


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
            is_gone = instance.run_launcher.check_run_worker_health(run).status is not WorkerStatus.RUNNING
            if is_gone and not instance.get_run_by_id(run.run_id).is_finished:
                instance.report_run_failed(run, "The process of this run was gone when the daemon came up.")
                swept.append(run.run_id)
    return swept


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


def _ensure_code(settings: Settings, environment: Mapping[str, str]) -> ProcessRecord:
    """The code server, where it was; if it cannot be there, those that look for it in the old place are stopped, to be started again."""
    before = record_of(settings, CODE)
    port = before.detail["port"] if before else ANY_PORT
    code = ensure(settings, CODE, environment, port=port)
    if before and code.detail["port"] != port:
        stop(settings, DAEMON, WEB)
    write_workspace(settings, code.detail["port"])
    return code


def _start_worker_host(settings: Settings, environment: Mapping[str, str]) -> None:
    fingerprint = code_fingerprint(settings.pathway_folders)
    if not any(host.detail.get("fingerprint") == fingerprint for host in live_hosts(settings.dagster_home)):
        start_host(settings.dagster_home, fingerprint, environment=environment)

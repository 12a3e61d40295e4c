"""Worker hosts, seen from outside: which run, starting one, asking one.

Belongs here: finding, starting, asking, retiring. Does not belong here: what a host does (``pipelines.worker_host``), Dagster
(``pipelines.launcher``): this module is imported by the command line, and stays light.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from pipelines.processes import ProcessRecord, wait_until
from pipelines.worker_host import PRELOAD, hosts_folder, process_record, processes_folder

ROOMS = ("schemas", "quality_checks", "warehouse", "assets", "pipelines")
log = logging.getLogger(__name__)


class NoHost(RuntimeError):
    """No worker host could be started or asked; the message tells where its log is."""


def code_fingerprint(pathway_folders: tuple[Path, ...] = ()) -> str:
    """Changes whenever a file of the rooms or of a pathway outside the tree changes."""
    from schemas.registry import Registry  # with numpy below it; the watchman seldom asks

    tree = Path(__file__).parents[1]
    return Registry((), folders=(*(tree / room for room in ROOMS), *pathway_folders)).fingerprint()


def live_hosts(dagster_home: Path) -> list[ProcessRecord]:
    """Hosts that run now, of whatever fingerprint."""
    found = [ProcessRecord.read(path) for path in sorted(hosts_folder(dagster_home).glob("*.json"))]
    return [record for record in found if record and record.is_alive]


def host_processes(dagster_home: Path) -> list[ProcessRecord]:
    """All that live: also those that still import, and retired ones that finish their runs."""
    found = {path: ProcessRecord.read(path) for path in sorted(processes_folder(dagster_home).glob("*.json"))}
    for path, record in found.items():
        if not (record and record.is_alive):
            path.unlink(missing_ok=True)
    return [record for record in found.values() if record and record.is_alive]


def ensure_host(dagster_home: Path, fingerprint: str, preload: Sequence[str] = PRELOAD, seconds: float = 120.0) -> ProcessRecord:
    """The host of this code, started if there is none. Raises ``NoHost`` when it does not come up in time."""
    if record := _host(dagster_home, fingerprint):
        return record
    process = start_host(dagster_home, fingerprint, preload)
    wait_until(lambda: _host(dagster_home, fingerprint) or process.poll() is not None, seconds)
    if record := _host(dagster_home, fingerprint):
        return record
    process.kill()
    raise NoHost(f"no worker host after {seconds:.0f} s; see {_log_path(dagster_home)}")


def start_host(
    dagster_home: Path, fingerprint: str, preload: Sequence[str] = PRELOAD, environment: Mapping[str, str] | None = None
) -> subprocess.Popen:
    """Starts a host in a session of its own; it announces itself when it has imported everything, or goes if another was first."""
    path = _log_path(dagster_home)
    path.parent.mkdir(parents=True, exist_ok=True)
    given = {**(os.environ if environment is None else environment), "DAGSTER_HOME": str(dagster_home)}
    command = [sys.executable, "-m", "pipelines.worker_host", str(dagster_home), fingerprint, *preload]
    with path.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=Path(__file__).parents[1],
            env=given,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    with suppress(ProcessLookupError):
        ProcessRecord.of(process.pid).write(process_record(dagster_home, process.pid))
    return process


def ask_host(host: ProcessRecord, **request) -> dict:
    """Sends one request and gives the answer; ``NoHost`` if it does not answer or refuses."""
    try:
        with socket.create_connection(("127.0.0.1", host.detail["port"]), timeout=5.0) as connection:
            connection.sendall(json.dumps({"token": host.detail["token"], **request}).encode() + b"\n")
            answer = json.loads(connection.makefile().readline())
    except (OSError, ValueError) as error:
        raise NoHost(f"the worker host does not answer ({type(error).__name__})") from None
    if "error" in answer:
        raise NoHost(f"the worker host refuses: {answer['error']}")
    return answer


def retire_others(dagster_home: Path, fingerprint: str) -> None:
    """Hosts of other code finish their runs and go."""
    for host in live_hosts(dagster_home):
        if host.detail.get("fingerprint") != fingerprint:
            try:
                ask_host(host, do="retire")
            except NoHost as error:
                log.warning("%s", error)


def terminated_by(host: ProcessRecord, run_id: str) -> bool:
    try:
        return ask_host(host, do="terminate", run_id=run_id)["terminated"]
    except NoHost:
        return False


def _host(dagster_home: Path, fingerprint: str) -> ProcessRecord | None:
    record = ProcessRecord.read(hosts_folder(dagster_home) / f"{fingerprint}.json")
    return record if record and record.is_alive else None


def _log_path(dagster_home: Path) -> Path:
    return dagster_home.parent / "logs" / "workers.log"

"""The run launcher: hands a run to a worker host that has imported everything, so that it starts in tenths of a second.

Belongs here: choosing, starting and asking hosts; termination and health of runs; the way back to Dagster's own launcher
when no host can be had. Does not belong here: how many runs go at once (the run queue, ``pipelines.instance``).
"""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dagster import DagsterRun, Field
from dagster._core.launcher.base import CheckRunHealthResult, LaunchRunContext, WorkerStatus
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._serdes import ConfigurableClassData

from pipelines.processes import ProcessRecord, wait_until
from pipelines.worker_host import PRELOAD, hosts_folder, worker_record
from schemas.registry import Registry

ROOMS = ("schemas", "quality_checks", "warehouse", "assets", "pipelines")
log = logging.getLogger(__name__)


class NoHost(RuntimeError):
    """No worker host could be started or asked; the message tells where its log is."""


class WarmRunLauncher(DefaultRunLauncher):
    """Dagster's launcher, with warm workers.

    ``pathway_folders`` are those outside the tree, whose changes make a new host; ``preload`` the modules a host imports
    before it takes runs; ``start_seconds`` how long to wait for a host.
    """

    def __init__(
        self,
        pathway_folders: Sequence[str] = (),
        preload: Sequence[str] = PRELOAD,
        start_seconds: int = 120,
        inst_data: ConfigurableClassData | None = None,
    ):
        super().__init__(inst_data)
        self._folders = tuple(map(Path, pathway_folders))
        self._preload = tuple(preload)
        self._start_seconds = start_seconds

    @classmethod
    def config_type(cls):
        return {
            "pathway_folders": Field([str], default_value=[]),
            "preload": Field([str], default_value=list(PRELOAD)),
            "start_seconds": Field(int, default_value=120),
        }

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]):
        return cls(**config_value, inst_data=inst_data)

    @property
    def _home(self) -> Path:
        return Path(self._instance.root_directory)

    def launch_run(self, context: LaunchRunContext) -> None:
        run = context.dagster_run
        try:
            self._hand_over(run.run_id)
        except NoHost as error:
            self._instance.report_engine_event(f"Launched by Dagster's own launcher, which is slower: {error}", run, cls=self.__class__)
            super().launch_run(context)

    def _hand_over(self, run_id: str) -> None:
        fingerprint = code_fingerprint(self._folders)
        retire_others(self._home, fingerprint)
        host = ensure_host(self._home, fingerprint, self._preload, self._start_seconds)
        try:
            ask_host(host, do="launch", run_id=run_id)
        except NoHost:
            if host.is_alive:
                raise
            ask_host(ensure_host(self._home, fingerprint, self._preload, self._start_seconds), do="launch", run_id=run_id)

    def terminate(self, run_id: str) -> bool:
        record = ProcessRecord.read(worker_record(self._home, run_id))
        if record is None or not record.is_alive:
            return super().terminate(run_id)
        run = self._instance.get_run_by_id(run_id)
        if run and not run.is_finished:
            self._instance.report_run_canceling(run)
        return any(_terminated_by(host, run_id) for host in live_hosts(self._home)) or record.signal(15)

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        record = ProcessRecord.read(worker_record(self._home, run.run_id))
        if record is not None:
            status = WorkerStatus.RUNNING if record.is_alive else WorkerStatus.FAILED
            return CheckRunHealthResult(status, f"process {record.pid}", run_worker_id=str(record.pid))
        if GRPC_INFO_TAG in run.tags:
            return self._health_at_code_server(run)
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "no process of this run is recorded")

    def _health_at_code_server(self, run: DagsterRun) -> CheckRunHealthResult:
        from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult
        from dagster._serdes import deserialize_value

        client = self._get_grpc_client_for_termination(run.run_id)
        try:
            answer = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run.run_id), timeout=5)
            is_there = deserialize_value(answer, CanCancelExecutionResult).can_cancel
        except Exception as error:  # whatever gRPC raises when the server has gone
            return CheckRunHealthResult(WorkerStatus.FAILED, f"its code server does not answer ({type(error).__name__})")
        return CheckRunHealthResult(WorkerStatus.RUNNING if is_there else WorkerStatus.FAILED, "asked its code server")


def code_fingerprint(pathway_folders: tuple[Path, ...] = ()) -> str:
    """Changes whenever a file of the rooms or of a pathway outside the tree changes."""
    tree = Path(__file__).parents[1]
    return Registry((), folders=(*(tree / room for room in ROOMS), *pathway_folders)).fingerprint()


def live_hosts(dagster_home: Path) -> list[ProcessRecord]:
    """Hosts that run now, of whatever fingerprint."""
    found = [ProcessRecord.read(path) for path in sorted(hosts_folder(dagster_home).glob("*.json"))]
    return [record for record in found if record and record.is_alive]


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
        return subprocess.Popen(
            command, cwd=Path(__file__).parents[1], env=given, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )


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


def _terminated_by(host: ProcessRecord, run_id: str) -> bool:
    try:
        return ask_host(host, do="terminate", run_id=run_id)["terminated"]
    except NoHost:
        return False


def _host(dagster_home: Path, fingerprint: str) -> ProcessRecord | None:
    record = ProcessRecord.read(hosts_folder(dagster_home) / f"{fingerprint}.json")
    return record if record and record.is_alive else None


def _log_path(dagster_home: Path) -> Path:
    return dagster_home.parent / "logs" / "workers.log"


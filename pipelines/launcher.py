"""The run launcher: hands a run to a worker host that has imported everything, so that it starts in tenths of a second.

Belongs here: launching, termination and health of runs; the way back to Dagster's own launcher when no host can be had.
Does not belong here: hosts themselves (``pipelines.hosts``), how many runs go at once (the run queue, ``pipelines.instance``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dagster import DagsterRun, Field
from dagster._core.launcher.base import CheckRunHealthResult, LaunchRunContext, WorkerStatus
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._serdes import ConfigurableClassData

from pipelines.hosts import NoHost, ask_host, code_fingerprint, ensure_host, live_hosts, retire_others, terminated_by
from pipelines.processes import ProcessRecord
from pipelines.worker import worker_record
from pipelines.worker_host import PRELOAD


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
        return any(terminated_by(host, run_id) for host in live_hosts(self._home)) or record.signal(15)

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

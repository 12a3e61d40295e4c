"""The queue of runs, looked at the moment something could be taken from it.

Belongs here: when the daemon looks at the queue. Does not belong here: what may go at once (``pipelines.instance``), launching
(``pipelines.launcher``).

Dagster looks once a second, so that a run waits for half of one. Here whoever submits a run in the daemon's own process, as the
sensors do, wakes it; while runs go on it looks often, for they may end at any time; else once a second, for what others submit.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from dagster import DagsterInstance, DagsterRun
from dagster._core.run_coordinator import SubmitRunContext
from dagster._core.run_coordinator.queued_run_coordinator import QueuedRunCoordinator
from dagster._daemon.controller import create_daemons_from_instance
from dagster._daemon.daemon import DagsterDaemon
from dagster._daemon.run_coordinator import QueuedRunCoordinatorDaemon

BUSY_SECONDS, IDLE_SECONDS = 0.2, 1.0
_submitted = threading.Event()


class RunQueue(QueuedRunCoordinator):
    """Dagster's coordinator, which says when a run has been submitted."""

    def submit_run(self, context: SubmitRunContext) -> DagsterRun:
        run = super().submit_run(context)
        _submitted.set()
        return run


class PromptQueueDaemon(QueuedRunCoordinatorDaemon):
    """Dagster's daemon of the queue, which waits for a submission before it looks, instead of a second after it has looked."""

    _is_busy = False

    def run_iteration(self, workspace_process_context, fixed_iteration_time=None):
        self.pause()
        yield from super().run_iteration(workspace_process_context, fixed_iteration_time)

    def pause(self) -> bool:
        """Whether a submission ended it. What is submitted from here on ends the next pause."""
        is_woken = _submitted.wait(BUSY_SECONDS if self._is_busy else IDLE_SECONDS)
        _submitted.clear()
        return is_woken

    def _get_in_progress_run_records(self, instance: DagsterInstance):
        found = super()._get_in_progress_run_records(instance)
        self._is_busy = bool(found)
        return found


def prompt_daemons(instance: DagsterInstance) -> Iterable[DagsterDaemon]:
    """Dagster's daemons, with ours for the queue, which makes its pauses itself."""
    for daemon in create_daemons_from_instance(instance):
        yield PromptQueueDaemon(interval_seconds=0) if isinstance(daemon, QueuedRunCoordinatorDaemon) else daemon

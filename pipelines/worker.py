"""A worker: a process, forked from a host that has imported everything, that executes one run after the other.

Belongs here: what happens in the child. Does not belong here: forking, reaping and choosing (``pipelines.worker_host``).

What the first run has opened and compiled (connections, statements, declarations) the next ones find. A worker ends when its
host lets it go or has died, after ``RUNS`` runs, or when a run has left it too large; one that was told to stop works no more.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

RUNS = 100
SIZE_LIMIT_BYTES = 1_000_000_000  # what a large file has taken is not given back to the system
READY = b"."


def worker_record(dagster_home: Path, run_id: str) -> Path:
    """Where the process of a run is recorded while the run goes on."""
    return dagster_home / "workers" / f"{run_id}.json"


def in_child(do: Callable[[], None]) -> None:
    """Runs ``do`` as a process of its own and never returns: nothing of the host's loop may run twice."""
    code = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        do()
        code = 0
    except BaseException as error:
        print(f"{type(error).__name__} in a worker", file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve_runs(channel: socket.socket, dagster_home: Path) -> None:
    """Executes the runs whose ids come over ``channel``, a line each; answers ``READY`` after each but the last."""
    from dagster import DagsterInstance

    with DagsterInstance.get() as instance, channel.makefile("r") as asked, suppress(BrokenPipeError):
        for number, line in enumerate(asked, start=1):
            run_id = line.strip()
            work(run_id, instance)
            worker_record(dagster_home, run_id).unlink(missing_ok=True)
            if number == RUNS or _is_large():
                return
            channel.sendall(READY)


def _is_large() -> bool:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) > SIZE_LIMIT_BYTES


def work(run_id: str, instance) -> None:
    """Executes one run in this process. That the run failed is told by Dagster, and no failure of the worker."""
    from dagster._cli.api import _execute_run_command_body

    _execute_run_command_body(run_id, instance, lambda event: None, set_exit_code_on_failure=False)


def report_death(run_id: str, exit_code: int) -> None:
    """Tells Dagster at once that a run's process is gone, instead of at the next look of its monitor."""
    from dagster import DagsterInstance

    with DagsterInstance.get() as instance:
        run = instance.get_run_by_id(run_id)
        if run and not run.is_finished:
            how = f"was killed by signal {-exit_code}" if exit_code < 0 else f"ended with code {exit_code}"
            instance.report_run_failed(run, f"The process of this run {how}.")

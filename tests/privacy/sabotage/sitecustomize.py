"""Python loads this in every process that has this folder on its path. A run then breaks in the way that a file names when it begins.

``SABOTAGE`` is the path of the file; it holds the name of a function of ``tests.privacy.faults``, or nothing.
"""

import os
import sys
from contextlib import nullcontext


def fault():
    try:
        with open(os.environ["SABOTAGE"]) as file:
            name = file.read()
    except (KeyError, OSError):
        name = ""
    if not name:
        return nullcontext()
    from tests.privacy import faults

    return getattr(faults, name)()


def break_runs() -> None:
    """In a worker that has just been forked: whatever run it is given meets the fault of the moment."""
    from pipelines import worker

    work = worker.work

    def broken(*given) -> None:
        with fault():
            work(*given)

    worker.work = broken


if "pipelines.worker_host" in sys.orig_argv:
    os.register_at_fork(after_in_child=break_runs)

"""Python loads this in every process that has this folder on its path. The worker of a run then breaks in the way that a file names.

``SABOTAGE`` is the path of the file; it holds the name of a function of ``tests.privacy.faults``, or nothing.
"""

import os
import sys

kept = []


def break_something() -> None:
    try:
        with open(os.environ["SABOTAGE"]) as file:
            name = file.read()
    except (KeyError, OSError):
        return
    if name:
        from tests.privacy import faults

        kept.append(getattr(faults, name)())
        kept[-1].__enter__()


if "pipelines.worker_host" in sys.orig_argv:
    os.register_at_fork(after_in_child=break_something)

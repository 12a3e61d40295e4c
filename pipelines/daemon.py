"""Dagster's daemon as the house runs it: first it puts right what a crash left behind.

Belongs here: what must happen before the daemon looks at the queue. Does not belong here: the daemon, starting this process
(``pipelines.services``).

A run whose process has gone would keep its sender waiting for ever, and whoever starts the daemon (``up``, the watchman)
would have to import Dagster to find that out; here it is imported anyway.
"""

from __future__ import annotations

import sys

from pipelines.services import sweep
from warehouse.settings import Settings


def main(workspace: str) -> None:
    """``workspace``: the file that says where the code server is."""
    sweep(Settings.from_environment())
    from dagster import DagsterInstance
    from dagster._core.workspace.load_target import WorkspaceFileTarget
    from dagster._daemon.controller import daemon_controller_from_instance
    from dagster._utils.interrupts import capture_interrupts, setup_interrupt_handlers

    from pipelines.run_queue import prompt_daemons

    setup_interrupt_handlers()
    try:
        with (
            capture_interrupts(),
            DagsterInstance.get() as instance,
            daemon_controller_from_instance(instance, WorkspaceFileTarget([workspace]), gen_daemons=prompt_daemons) as controller,
        ):
            controller.check_daemon_loop()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main(*sys.argv[1:])

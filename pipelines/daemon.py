"""Dagster's daemon as the house runs it: first it puts right what a crash left behind.

Belongs here: what must happen before the daemon looks at the queue. Does not belong here: the daemon, starting this process
(``pipelines.services``).

A run whose process has gone would keep its sender waiting for ever, and whoever starts the daemon (``up``, the watchman)
would have to import Dagster to find that out; here it is imported anyway.
"""

from __future__ import annotations

from pipelines.services import sweep
from warehouse.settings import Settings


def main() -> None:
    """Arguments are those of ``dagster-daemon``."""
    sweep(Settings.from_environment())
    from dagster._daemon.cli import main as run_daemon

    run_daemon()


if __name__ == "__main__":
    main()

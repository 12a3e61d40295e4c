"""A whole house that is kept busy, and what is compared of it."""

from __future__ import annotations

import random
import time

from pipelines import services
from pipelines.processes import wait_until
from pipelines.watchman import SHORT_LIFE_SECONDS
from tests.failure.killing import COMPARED, batch
from tests.stack import Stack
from tests.world import ORDER, SNAPSHOTS, drop, query

ENOUGH = 7  # submissions that wait: no more are dropped then, so that a slow machine is not buried
# files of different senders that lie there at the same moment may be claimed in any order
BY_SENDER = ORDER.replace("order by arrival_number", "order by sender_code, arrival_number")


class BusyStack(Stack):
    """It is given files while it works, a batch at a time."""

    dropped = 0

    def drop_batch(self) -> None:
        for sender, name, content in batch(self.dropped):
            drop(self.settings.landing, sender, content, name)
        self.dropped += 1

    def provide_work(self) -> None:
        """Another batch unless enough is waiting; only one lies there at a time, so that each sender's order is known."""
        assert wait_until(lambda: self.waiting() is not None, 90), "the database stays dead"
        if not self.landed() and (self.waiting() or (0,))[0] < ENOUGH:
            self.drop_batch()

    def wait_for_work(self, chance: random.Random, longest: float, *, in_a_run: bool) -> None:
        """Until a seeded moment of at most ``longest`` seconds from when there was work, or a run's process, at which it still is there.

        However quick the machine is, such a moment comes: each that came too late is followed by one half as long after new work.
        """
        while True:
            self.provide_work()
            assert not in_a_run or wait_until(self.workers, 120, every=0.01), "no run begins"
            time.sleep(chance.uniform(0.0, longest))
            if self.workers() if in_a_run else self.has_work():
                return
            longest /= 2

    def wait_for_daemon(self) -> None:
        """Until the daemon looks at its queue, and has lived so long that the watchman does not take it for one that cannot live."""
        daemon, log = self.leader(services.DAEMON), services.logs(self.settings) / "daemon.log"
        before = log.stat().st_size
        assert wait_until(lambda: b"Checking for new runs" in log.read_bytes()[before:], 120), "the daemon does not look at its queue"
        time.sleep(max(0.0, daemon.create_time() + SHORT_LIFE_SECONDS + 0.5 - time.time()) if daemon else 0.0)


def tables(engine) -> dict[str, list[dict]]:
    """What the named tables say, the submissions of each sender in their order; who has not sent is looked at once a day, so not the signals."""
    return {name: query(engine, SNAPSHOTS[name].replace(ORDER, BY_SENDER)) for name in COMPARED if name != "signals"}

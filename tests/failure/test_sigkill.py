"""SIGKILL at seeded moments: whatever is killed, and whenever, the tables end as if nothing had happened.

The killed process is a fork of one that has imported everything, so that a kill falls into the work and not into the imports.
"""

import os
import signal
from collections.abc import Callable
from functools import partial
from itertools import islice

import pytest

from assets.context import Context
from pipelines.processes import wait_until
from tests.failure.killing import KILLS, Moments, assert_as_undisturbed, batches, fork, has_ended, undisturbed, what_is_left, work
from tests.world import drop
from warehouse import embedded

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
KILLS_A_FILE = 5
IMPORTING = 2  # files that are worked off here first, so that everything is imported before anything is killed


def test_a_killed_run_leaves_no_trace(context, demo_organisations, other_context):
    def kill(pid: int) -> bool:
        os.kill(pid, signal.SIGKILL)
        ended = os.waitpid(pid, 0)[1]
        assert os.WIFSIGNALED(ended) or ended == 0
        return os.WIFSIGNALED(ended)

    undisturbed(other_context, IMPORTING)
    dropped = killed_again_and_again(context, kill, Moments(20))
    assert what_is_left(context) == []
    assert_as_undisturbed(context, other_context, dropped, IMPORTING)


def killed_again_and_again(context: Context, kill: Callable[[int], bool], moments: Moments) -> int:
    """Kills until enough of them fell into the work, as ``kill`` says of a fork; a few a file, then it is worked off. Files dropped."""
    met = 0
    for dropped, (sender, name, content) in enumerate(islice(batches(), 4 * KILLS), start=1):
        drop(context.settings.landing, sender, content, name)
        for _ in range(KILLS_A_FILE):
            pid = fork(lambda: work(context))
            wait_until(partial(has_ended, pid), moments.draw(), every=0.005)
            has_met_work = kill(pid)
            moments.learn(has_met_work)
            met += has_met_work
            if not has_met_work:
                break  # it was done: another kill would meet nothing
        assert os.waitpid(fork(lambda: work(context)), 0)[1] == 0
        if met >= KILLS:
            return dropped
    raise AssertionError(f"only {met} kills fell into the work")


def test_a_killed_server_leaves_no_trace(house, other_context):
    """Postgres with all its processes, whatever they are at; ``test_copies`` sees to it that they are in a COPY."""

    def kill(pid: int) -> bool:
        os.kill(embedded.ensure(house.settings).pid, signal.SIGKILL)
        was_interrupted = os.waitpid(pid, 0)[1] != 0
        embedded.ensure(house.settings)
        return was_interrupted

    undisturbed(other_context, IMPORTING)
    dropped = killed_again_and_again(house, kill, Moments(21))
    house.engine.dispose()
    assert what_is_left(house) == []
    assert_as_undisturbed(house, other_context, dropped, IMPORTING)

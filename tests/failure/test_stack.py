"""The whole house under SIGKILL: nothing that dies needs a hand, and the tables end as if nothing had happened.

Web server, daemon, code server, worker host, runs, Postgres: each is killed from here at seeded moments, while files are dropped
and worked off; the watchman brings them back.
"""

from __future__ import annotations

import random
import shutil
import time
from dataclasses import replace
from typing import NamedTuple

import psutil
import pytest
from dagster import DagsterRunStatus, RunsFilter

from pipelines import services
from pipelines.hosts import host_processes
from pipelines.processes import wait_until
from tests.failure.killing import KILLS, SENDERS, batch, differences
from tests.failure.stack import BusyStack, tables
from tests.stack import house_that_is_up, is_alive, processes_of
from tests.world import World, drop

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
WORKER = "worker"
WORKERS, DATABASES = 5, 3  # of runs and of Postgres are killed, at least
PATIENCE_SECONDS = 300.0


class Moment(NamedTuple):
    """What is killed beside the daemon, and when: as soon as the daemon is there again, or while it works."""

    beside: str | None
    is_starting: bool = False

    @property
    def in_a_run(self) -> bool:
        return self.beside in (WORKER, services.DATABASE, services.HOST) and not self.is_starting


MOMENTS = [
    *[Moment(WORKER)] * 14, *[Moment(services.DATABASE)] * 3, Moment(services.HOST), Moment(services.CODE), Moment(services.WEB), *[Moment(None)] * 4,
    *(Moment(beside, is_starting=True) for beside in (services.DATABASE, services.HOST, services.CODE, None, None, None)),
]  # fmt: skip


@pytest.fixture
def stack(settings, context, tmp_path):
    """A house that is up, with the keys of ``context``."""
    own = replace(settings, home=tmp_path / "a whole house", landing=None, outbox=None, stable_file_seconds=0.3)
    with house_that_is_up(own, BusyStack, keys=context.settings.keys) as made:
        yield made


def test_killed_at_thirty_moments_the_house_ends_as_if_nothing_had_happened(stack, other_context, capsys):
    chance = random.Random(22)
    killed = dict.fromkeys(("daemon", *filter(None, (moment.beside for moment in MOMENTS))), 0)
    at_work = 0
    begun = time.monotonic()
    for number, moment in enumerate(chance.sample(MOMENTS, k=KILLS), start=1):
        wait_for(stack, moment, chance)
        daemon = stack.kill(services.DAEMON)
        at_work += stack.has_work()
        killed["daemon"] += daemon is not None
        kill_beside(stack, moment.beside, killed)
        assert stack.comes_back(services.DAEMON, daemon), f"the daemon stays dead: {watchman_log(stack)}"
        tell(
            capsys,
            f"{time.monotonic() - begun:4.0f} s, kill {number} of {KILLS}: waiting {stack.waiting()}, batches {stack.dropped}, killed {killed}",
        )
    assert wait_until(stack.is_worked_off, PATIENCE_SECONDS, every=0.5), (stack.landed(), stack.waiting(), stack.unfinished_runs())
    tell(capsys, f"{time.monotonic() - begun:4.0f} s, worked off: batches {stack.dropped}, killed {killed}, while there was work {at_work}")
    assert killed["daemon"] == KILLS and at_work >= KILLS // 2, "too few kills fell into the work to show anything"
    assert killed[WORKER] >= WORKERS and killed[services.DATABASE] >= DATABASES
    expected, found = undisturbed(other_context, stack.dropped), tables(stack.engine)
    assert differences(found, expected) == {}
    tell(capsys, f"{time.monotonic() - begun:4.0f} s, compared")


def wait_for(stack: BusyStack, moment: Moment, chance: random.Random) -> None:
    """Until such a moment; there is work then, and the process of a run where that is what dies or what is cut off."""
    if not moment.is_starting:
        stack.wait_for_daemon()
    longest = 0.8 if moment.in_a_run else 3.0 if moment.is_starting else 4.0
    stack.wait_for_work(chance, longest, in_a_run=moment.in_a_run)


def kill_beside(stack: BusyStack, name: str | None, killed: dict[str, int]) -> None:
    if name == WORKER:
        killed[name] += stack.kill_a_worker()
    elif name:
        killed[name] += stack.kill(name) is not None


def undisturbed(context, batches: int) -> dict:
    """What the tables say when the same files come and nothing is killed."""
    for number in range(batches):
        for sender, name, content in batch(number):
            drop(context.settings.landing, sender, content, name)
            World(context).work_off()
    World(context).refresh()
    return tables(context.engine)


def test_after_a_kill_of_everything_up_alone_brings_it_back_and_the_watchman_obeys(stack):
    stack.drop_batch()
    assert wait_until(lambda: stack.instance.get_runs_count(RunsFilter(statuses=[DagsterRunStatus.STARTED])) > 0, 60, every=0.02)
    killed = stack.kill_everything()
    assert len(killed) > 8 and not any(map(is_alive, killed))
    stack.up()
    assert wait_until(stack.is_worked_off, PATIENCE_SECONDS, every=0.5), (stack.waiting(), stack.unfinished_runs())
    assert {row["state"] for row in tables(stack.engine)["submissions"]} <= {"accepted", "accepted with warnings", "accepted in part"}
    assert len(tables(stack.engine)["submissions"]) == len(SENDERS)

    watchman = stack.leader(services.WATCHMAN).pid
    web = stack.kill(services.WEB)
    stack.up()  # while the watchman is at it
    assert stack.comes_back(services.WEB, web, 30) and stack.leader(services.WATCHMAN).pid == watchman
    assert stack.comes_back(services.DASHBOARD, stack.kill(services.DASHBOARD), 30)
    commands = [" ".join(process.cmdline()) for process in processes_of(stack.settings.home)]
    assert [
        sum(part in command for command in commands)
        for part in ("pipelines.watchman", "pipelines.daemon", "dagster_webserver", "-m dashboard")
    ] == [1, 1, 1, 1]

    stack.kill(services.DAEMON)
    services.down(stack.settings)
    time.sleep(3)
    assert not list(processes_of(stack.settings.home)), "something was brought back after down"


def test_the_watchman_goes_with_its_home(stack):
    watchman = stack.leader(services.WATCHMAN)
    assert psutil.Process(watchman.pid).memory_info().rss < 80e6
    taken_along = [stack.leader(name).pid for name in (services.WATCHMAN, services.CODE, services.WEB, services.DAEMON, services.DASHBOARD)]
    assert stack.comes_back(services.HOST, None)
    assert stack.comes_back(services.HOST, stack.kill(services.HOST))  # the last at which it looks: now it knows them all
    taken_along += [host.pid for host in host_processes(stack.settings.dagster_home)]
    stack.kill(services.DATABASE)
    stack.settings.home.rename(gone := stack.settings.home.with_name("moved away"))
    assert wait_until(lambda: not any(map(is_alive, taken_along)), 90), [pid for pid in taken_along if is_alive(pid)]
    shutil.rmtree(gone)


def watchman_log(stack: BusyStack) -> str:
    return (services.logs(stack.settings) / "watchman.log").read_text()


def tell(capsys, line: str) -> None:
    """Progress, also where output is captured."""
    with capsys.disabled():
        print(f"\n{line}", end="", flush=True)

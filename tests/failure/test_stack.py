"""The whole house under SIGKILL: nothing that dies needs a hand, and the tables end as if nothing had happened.

Web server, daemon, code server, worker host, runs, Postgres: each is killed from here at seeded moments, while files are dropped
and worked off; the watchman brings them back.
"""

from __future__ import annotations

import random
import shutil
import socket
import time

import psutil
import pytest
from dagster import DagsterRunStatus, RunsFilter

from pipelines import services
from pipelines.hosts import host_processes
from pipelines.processes import wait_until
from tests.failure.killing import KILLS
from tests.failure.stack import SENDERS, Stack, batch, is_alive, processes_of, tables
from tests.world import World, drop

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
BATCHES = 10
WORKERS = 5  # of runs, at least
ENOUGH = 7  # submissions that wait: no more are dropped then
# what is killed besides the daemon, one after each of its deaths: None for nothing
OTHERS = ["worker"] * 14 + [services.DATABASE] * 4 + [services.CODE] * 2 + [services.HOST] * 2 + [services.WEB] + [None] * 7
PATIENCE_SECONDS = 300.0


@pytest.fixture
def stack(context, tmp_path):
    """A house that is up on free ports, with the keys of ``context``; at the end none of its processes is left."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    home = tmp_path / "a whole house"
    made = None
    try:
        made = Stack(home, context.settings.keys, port)
        yield made
    finally:
        if made:
            made.close()
        left = list(processes_of(home))
        for process in left:
            process.kill()
    assert not left, f"left behind: {[(process.pid, process.name()) for process in left]}"


def test_killed_at_thirty_moments_the_house_ends_as_if_nothing_had_happened(stack, other_context, capsys):
    chance = random.Random(22)
    others = chance.sample(OTHERS, k=len(OTHERS))
    killed = dict.fromkeys(("daemon", *filter(None, OTHERS)), 0)
    at_work = 0
    begun = time.monotonic()
    for number in range(KILLS):
        if stack.dropped < BATCHES and not stack.landed() and (stack.waiting() or (0,))[0] < ENOUGH:
            stack.drop_batch()
        at_work += wait_for_daemon(stack, chance.uniform(0.0, 5.0)) and not stack.is_worked_off()
        daemon = stack.kill(services.DAEMON)
        killed["daemon"] += daemon is not None
        kill_another(stack, others[number], chance, killed)
        assert stack.comes_back(services.DAEMON, daemon), f"the daemon stays dead: {watchman_log(stack)}"
        tell(capsys, f"{time.monotonic() - begun:4.0f} s, kill {number + 1} of {KILLS}: waiting {stack.waiting()}, batches {stack.dropped}, killed {killed}")
    for _ in range(40):
        if killed["worker"] >= WORKERS:
            break
        if stack.is_worked_off():
            stack.drop_batch()
        killed["worker"] += stack.kill_a_worker(chance.uniform(0.0, 0.8), 30.0)
    assert wait_until(stack.is_worked_off, PATIENCE_SECONDS, every=0.5), (stack.landed(), stack.waiting(), stack.unfinished_runs())
    tell(capsys, f"{time.monotonic() - begun:4.0f} s, worked off: batches {stack.dropped}, killed {killed}, while there was work {at_work}")
    assert killed["daemon"] == KILLS and at_work >= KILLS // 2, "too few kills fell into the work to show anything"
    assert killed["worker"] >= WORKERS and killed[services.DATABASE] >= 3
    expected, found = undisturbed(other_context, stack.dropped), tables(stack.engine)
    assert differences(found, expected) == {}


def differences(found: dict, expected: dict) -> dict[str, list]:
    """By table, how many rows it has and should have, and the first that differ (found, expected)."""
    told = {}
    for name in (name for name in expected if found[name] != expected[name]):
        pairs = [pair for pair in zip(found[name], expected[name], strict=False) if pair[0] != pair[1]]
        told[name] = [(len(found[name]), len(expected[name])), *pairs[:3]]
    return told


def wait_for_daemon(stack: Stack, seconds: float) -> bool:
    """Whether the daemon looks at its sensors again, and lives for some seconds more."""
    log = services.logs(stack.settings) / "daemon.log"
    before = log.stat().st_size
    is_up = wait_until(lambda: b"Checking for new runs" in log.read_bytes()[before:], 60.0)
    time.sleep(seconds)
    return is_up


def kill_another(stack: Stack, name: str | None, chance: random.Random, killed: dict[str, int]) -> None:
    if name == "worker":
        killed[name] += stack.kill_a_worker(chance.uniform(0.0, 0.8))
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
    commands = [" ".join(process.cmdline()) for process in processes_of(stack.settings.home)]
    assert [sum(part in command for command in commands) for part in ("pipelines.watchman", "pipelines.daemon", "dagster_webserver")] == [1, 1, 1]

    stack.kill(services.DAEMON)
    services.down(stack.settings)
    time.sleep(3)
    assert not list(processes_of(stack.settings.home)), "something was brought back after down"


def test_the_watchman_goes_with_its_home(stack):
    watchman = stack.leader(services.WATCHMAN)
    assert psutil.Process(watchman.pid).memory_info().rss < 80e6
    taken_along = [stack.leader(name).pid for name in (services.WATCHMAN, services.CODE, services.WEB, services.DAEMON)]
    assert stack.comes_back(services.HOST, None)
    taken_along += [host.pid for host in host_processes(stack.settings.dagster_home)]
    time.sleep(2)  # it looks twice a second, and has seen them all then
    stack.kill(services.DATABASE)
    stack.settings.home.rename(gone := stack.settings.home.with_name("moved away"))
    assert wait_until(lambda: not any(map(is_alive, taken_along)), 90), [pid for pid in taken_along if is_alive(pid)]
    shutil.rmtree(gone)


def watchman_log(stack: Stack) -> str:
    return (services.logs(stack.settings) / "watchman.log").read_text()


def tell(capsys, line: str) -> None:
    """Progress, also where output is captured."""
    with capsys.disabled():
        print(f"\n{line}", end="", flush=True)

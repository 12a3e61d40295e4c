"""SIGKILL at seeded moments: whatever is killed, and whenever, the tables end as if nothing had happened.

The killed process is a fork of one that has imported everything, so that a kill falls into the work and not into the imports.
"""

import os
import random
import signal
import time
from dataclasses import replace

import pytest

from assets.context import Context
from tests.conftest import DEMO_NETWORK, new_database
from tests.world import World, csv_bytes, drop, history, snapshot
from warehouse.archive import Archive
from warehouse.database import make_engine
from warehouse.organisations import load_network

KILLS = 30
COMPARED = ("cases", "submissions", "quarantine", "findings", "persons", "results", "benchmarks", "funnels", "spc", "queue")


def _files() -> list[tuple[str, str, bytes]]:
    """A small history of three providers: back-loads, corrections, bad records."""
    files = []
    for number, sender in enumerate(("ZX1", "ZX2", "ZX3"), start=1):
        sites = (f"{sender}A1", f"{sender}A2")
        rows = history(number, sites=sites)
        files.append((sender, "a.csv", csv_bytes(rows)))
        wrong = [row | {"Manipulation date": "01/01/2020", "Manipulated": "1", "Manipulation time": "10:00"} for row in rows[:3]]
        files.append((sender, "b.csv", csv_bytes(wrong + [row | {"Pain score": "1"} for row in rows[3:9]])))
    return files


def _work(context: Context) -> None:
    """What a run does: claim, process, refresh; on connections of its own, because a fork must not share them."""
    context.engine.dispose(close=False)
    world = World(context)
    world.work_off()
    world.refresh()


def _fork(work) -> int:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return pid


def _undisturbed(context: Context) -> dict:
    for sender, name, content in _files():
        drop(context.settings.landing, sender, content, name)
        World(context).work_off()
    World(context).refresh()
    return snapshot(context.engine, *COMPARED)


@pytest.fixture
def other_context(context, server, template, tmp_path):
    """A second house, for the undisturbed run: the same keys, so that pseudonyms are the same."""
    with new_database(server) as name:
        engine = make_engine(server.url(name))
        with engine.begin() as connection:
            load_network(connection, DEMO_NETWORK)
        settings = replace(context.settings, home=tmp_path / "other", landing=None, outbox=None, database_url=server.url(name))
        yield Context(settings, context.registry, engine, Archive.open(settings.archive, context.keys), context.keys)
        engine.dispose()


@pytest.mark.slow
def test_a_killed_run_leaves_no_trace(context, demo_organisations, other_context):
    expected = _undisturbed(other_context)
    chance = random.Random(20)
    files = _files()
    killed = 0
    for sender, name, content in files:
        drop(context.settings.landing, sender, content, name)
        for _ in range(KILLS // len(files)):
            pid = _fork(lambda: _work(context))
            time.sleep(chance.uniform(0.0, 0.6))
            os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            killed += os.WIFSIGNALED(status)
        pid = _fork(lambda: _work(context))
        assert os.waitpid(pid, 0)[1] == 0
    assert killed >= KILLS // 2, "too few kills fell into the work to show anything"
    assert snapshot(context.engine, *COMPARED) == expected

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
from tests.conftest import DEMO_NETWORK, PATHWAYS
from tests.failure.killing import COMPARED, KILLS, files, fork, undisturbed, work
from tests.world import drop, snapshot
from warehouse import embedded
from warehouse.archive import Archive
from warehouse.database import make_engine
from warehouse.migrate import migrate
from warehouse.organisations import load_network
from warehouse.settings import Settings

pytestmark = pytest.mark.slow


def test_a_killed_run_leaves_no_trace(context, demo_organisations, other_context):
    expected = undisturbed(other_context)
    chance = random.Random(20)
    killed = 0
    for sender, name, content in files():
        drop(context.settings.landing, sender, content, name)
        for _ in range(KILLS // len(files())):
            pid = fork(lambda: work(context))
            time.sleep(chance.uniform(0.0, 0.6))
            os.kill(pid, signal.SIGKILL)
            killed += os.WIFSIGNALED(os.waitpid(pid, 0)[1])
        assert os.waitpid(fork(lambda: work(context)), 0)[1] == 0
    assert killed >= KILLS // 2, "too few kills fell into the work to show anything"
    assert snapshot(context.engine, *COMPARED) == expected


@pytest.fixture
def house(context, tmp_path):
    """A house with a durable server of its own that may be killed; the keys are those of ``context``."""
    settings = Settings(home=tmp_path / "house", pathway_folders=(PATHWAYS,))
    migrate(settings)
    engine = make_engine(settings)
    with engine.begin() as connection:
        load_network(connection, DEMO_NETWORK)
    yield Context(settings, context.registry, engine, Archive.open(settings.archive, context.keys), context.keys)
    engine.dispose()
    embedded.ensure(settings).stop()


def test_a_killed_server_leaves_no_trace(house, other_context):
    """Postgres with all its processes, COPY and commit included."""
    expected = undisturbed(other_context)
    chance = random.Random(21)
    interrupted = 0
    for sender, name, content in files():
        drop(house.settings.landing, sender, content, name)
        for _ in range(KILLS // len(files())):
            pid = fork(lambda: work(house))
            time.sleep(chance.uniform(0.0, 0.6))
            os.kill(embedded.ensure(house.settings).pid, signal.SIGKILL)
            interrupted += os.waitpid(pid, 0)[1] != 0
            embedded.ensure(house.settings)
        assert os.waitpid(fork(lambda: work(house)), 0)[1] == 0
    house.engine.dispose()
    assert interrupted >= KILLS // 3, "too few kills fell into the work to show anything"
    assert snapshot(replace(house).engine, *COMPARED) == expected

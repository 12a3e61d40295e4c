"""A rebuild from the archive equals what grew."""

import pytest

from assets.rebuild import rebuild
from assets.submissions import retry, withdraw
from tests.integration.test_way_of_a_file import replace_january
from tests.world import World, history, snapshot, wrist

GREW = ("cases", "persons", "submissions", "quarantine", "findings")


@pytest.fixture
def world(context, demo_organisations):
    return World(context)


def test_a_rebuild_equals_what_grew(world, context):
    world.submit(history(1))
    world.submit(history(2, sites=("ZX2A1",)), sender="ZX2")
    world.submit([wrist(7, minutes=-5), wrist(8)])
    world.submit([row | {"Pain score": "3"} for row in history(1)[:7]])
    replace_january(world, history(1)[:10], approve_it=True)
    world.submit([wrist(8)], manifest={"mode": "withdraw"})
    withdraw(context, "S00000004", "a tester")
    retry(context, "S00000003")
    world.work_off()
    world.submit([wrist(8)])
    world.submit(history(2, sites=("ZX2A1",)), sender="ZX2")
    before = snapshot(context.engine, *GREW)
    assert rebuild(context) >= 7
    assert snapshot(context.engine, *GREW) == before

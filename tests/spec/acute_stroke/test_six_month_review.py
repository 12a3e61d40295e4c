"""The review at six months, from exports to results: a stroke is due once section 8 is locked, or once its time has passed, whoever sends anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assets.maturity import queue_matured
from assets.refresh import full_recompute
from tests.conftest import DEMO_NETWORK
from tests.integration.test_freshness import MovingClock
from tests.spec.acute_stroke import journeys
from tests.spec.acute_stroke.journeys import HERE
from tests.world import World

RESULTS = """select measure_name, value, is_provisional from measurement.measure_result
where measure_name like 'stroke_tc_6m_%' and organisation_code = :team and period_grain = 'month' and period_start = '2025-03-01' and denominator > 0"""
REVIEWED = {"s8_follow_up": "Y", "s8_follow_up_on": "25/07/2025", "s8_rankin_6month": "2"}


@pytest.fixture
def world(context, database):
    from warehouse.organisations import load_network

    with database.begin() as connection:
        load_network(connection, [*DEMO_NETWORK, *journeys.TEAMS])
    clock = MovingClock(datetime(2025, 8, 1, 6, 0, tzinfo=UTC))
    return World(replace(context, settings=replace(context.settings, clock=clock)))


def a_day(world: World, year: int, month: int, day: int) -> None:
    """What happens every day: look at the clock, refresh."""
    world.context.settings.clock.now = datetime(year, month, day, 6, 0, tzinfo=UTC)
    queue_matured(world.context.engine, world.context.registry, world.context.now())
    world.refresh()


def results(world: World) -> dict[str, float]:
    """Of the strokes of March 2025: measure -> value, where there is any case."""
    return {r["measure_name"].removeprefix("stroke_tc_6m_"): r["value"] for r in world.query(RESULTS, team=HERE)}


def test_a_stroke_of_which_nobody_tells_more_is_due_on_the_245th_day(world):
    a_day(world, 2025, 8, 1)
    journeys.send(world, *journeys.DIRECT)
    world.refresh()
    assert results(world) == {}
    a_day(world, 2025, 11, 2)
    assert results(world) == {}
    a_day(world, 2025, 11, 3)
    found = results(world)
    assert found == {"cases": 1, "applicable": 1, "reviewed": 0, "rankin_known": 0}
    full_recompute(world.context.engine, world.context.registry, world.context.now())
    assert results(world) == found
    assert {r["is_provisional"] for r in world.query(RESULTS, team=HERE)} == {True}, "other strokes of March are not due yet"


def test_a_review_that_is_locked_counts_before(world):
    a_day(world, 2025, 8, 1)
    journeys.send(world, *journeys.DIRECT, **REVIEWED, locked_s8="TRUE")
    world.refresh()
    assert results(world) == {"cases": 1, "applicable": 1, "reviewed": 1, "rankin_known": 1, "independent": 1}


def test_results_are_final_when_the_last_stroke_of_the_period_is_due(world):
    a_day(world, 2025, 8, 1)
    journeys.send(world, *journeys.DIRECT)
    world.refresh()
    a_day(world, 2025, 12, 1)
    assert {r["is_provisional"] for r in world.query(RESULTS, team=HERE)} == {True}
    a_day(world, 2025, 12, 2)
    assert {r["is_provisional"] for r in world.query(RESULTS, team=HERE)} == {False}

"""Indicators of the first 72 hours, from exports of two teams to results: they are the first admitting team's."""

from __future__ import annotations

import pytest

from tests.conftest import DEMO_NETWORK
from tests.spec.acute_stroke import journeys
from tests.world import World

RESULTS = """select measure_name, organisation_code, denominator, value from measurement.measure_result
where period_grain = 'quarter' and period_start = '2025-01-01' and organisation_code like 'SSNAP%' and measure_name like 'stroke_tc_%' and denominator > 0"""


@pytest.fixture
def world(context, database):
    from warehouse.organisations import load_network

    with database.begin() as connection:
        load_network(connection, [*DEMO_NETWORK, *journeys.TEAMS])
    return World(context)


def test_a_patient_transferred_on_day_2_counts_once_for_the_first_team(world):
    journeys.send(world, *journeys.ON_DAY_2)
    world.refresh()
    results = world.query(RESULTS)
    assert {(r["organisation_code"], r["denominator"]) for r in results} == {(journeys.HERE, 1)}
    found = {r["measure_name"]: r["value"] for r in results}
    wanted = {"stroke_tc_72h_cases": 1, "stroke_tc_1_1_scanned_1h": 1, "stroke_tc_1_3_minutes_to_scan": 30, "stroke_tc_3_5_minutes_to_needle": 50}
    assert {name: found[name] for name in wanted} == wanted
    assert "stroke_tc_4_6_swallow_assessed_72h" not in found, "passed the screen"

"""Indicators of the first 72 hours, from exports of two teams to results: the first admitting team's, and patient-centred every inpatient team's."""

from __future__ import annotations

import pytest

from schemas.pathways.acute_stroke.measures import FIRST_72_HOURS
from tests.conftest import DEMO_NETWORK
from tests.spec.acute_stroke import journeys
from tests.world import World

RESULTS = """select measure_name, organisation_code, denominator, value from measurement.measure_result
where period_grain = 'quarter' and period_start = '2025-01-01' and organisation_code like 'SSNAP%' and measure_name like :names and denominator > 0"""

OF_72_HOURS = {measure.name.removeprefix("stroke_tc_") for measure in FIRST_72_HOURS}


@pytest.fixture
def world(context, database):
    from warehouse.organisations import load_network

    with database.begin() as connection:
        load_network(connection, [*DEMO_NETWORK, *journeys.TEAMS])
    return World(context)


WANTED = {"72h_cases": 1, "1_1_scanned_1h": 1, "1_3_minutes_to_scan": 30, "3_5_minutes_to_needle": 50}


def found(world, view: str, team: str) -> dict[str, float]:
    results = [r for r in world.query(RESULTS, names=f"{view}%") if r["measure_name"].removeprefix(view) in OF_72_HOURS]
    assert {r["denominator"] for r in results} == {1}
    return {r["measure_name"].removeprefix(view): r["value"] for r in results if r["organisation_code"] == team}


def test_a_patient_transferred_on_day_2_counts_for_the_first_team_and_patient_centred_for_both(world):
    journeys.send(world, *journeys.ON_DAY_2)
    world.refresh()
    first = found(world, "stroke_tc_", journeys.HERE)
    assert {name: first[name] for name in WANTED} == WANTED
    assert "4_6_swallow_assessed_72h" not in first, "passed the screen"
    assert found(world, "stroke_tc_", journeys.THERE) == {}
    assert found(world, "stroke_pc_", journeys.HERE) == found(world, "stroke_pc_", journeys.THERE) == first

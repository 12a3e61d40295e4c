"""Measures after 72 hours, from exports of several teams to results: whose they are, and when."""

from __future__ import annotations

import pytest

from schemas.pathways.acute_stroke.measures import AFTER_72_HOURS, FIRST_72_HOURS
from tests.conftest import DEMO_NETWORK
from tests.spec.acute_stroke import journeys
from tests.spec.acute_stroke.journeys import CENTRE, HERE, THERE, Record
from tests.world import World

RESULTS = """select measure_name, organisation_code, value from measurement.measure_result
where period_grain = 'quarter' and period_start = '2025-01-01' and organisation_code like :codes and measure_name like 'stroke_tc_%' and value is not null
and denominator is distinct from 0"""


@pytest.fixture
def world(context, database):
    from warehouse.organisations import load_network

    with database.begin() as connection:
        load_network(connection, [*DEMO_NETWORK, *journeys.TEAMS])
    return World(context)


def results(world, measures, codes: str = "SSNAP%") -> dict[str, dict[str, float]]:
    """Of the first quarter: organisation -> measure -> value, of these measures."""
    names, found = {measure.name for measure in measures}, {}
    for row in world.query(RESULTS, codes=codes):
        if row["measure_name"] in names:
            found.setdefault(row["organisation_code"], {})[row["measure_name"]] = row["value"]
    return found


def test_after_72_hours_it_counts_for_the_team_that_discharged_and_each_team_has_its_own_part(world):
    """Here for 2 days and 5 hours, 30 minutes of each therapy on the 1 day until 5 March; there for 9 days."""
    journeys.send(world, *journeys.ON_DAY_2)
    world.refresh()
    found = results(world, AFTER_72_HOURS)
    assert set(found) == {HERE, THERE}
    assert {name for name in found[HERE] if not name.endswith("_every_team")} == {"stroke_tc_stays"}, (
        "nothing but its own part for the team that passed the patient on"
    )
    here = found[HERE]
    assert here["stroke_tc_5_2_occupational_therapy_minutes_a_day_every_team"] == 30
    assert here["stroke_tc_5_3_occupational_therapy_share_of_days_every_team"] == pytest.approx(1440 / (2 * 1440 + 900))
    assert here["stroke_tc_5_4_occupational_therapy_compliance_every_team"] == pytest.approx(30 * 1440 / 3780 / (180 / 7))
    there = found[THERE]
    wanted = {
        "stroke_tc_discharges": 1, "stroke_tc_stays": 1, "stroke_tc_2_3_stroke_unit_90pct": 1, "stroke_tc_6_1_physiotherapy_needed": 1,
        "stroke_tc_6_2_physiotherapy_minutes_a_day": 40, "stroke_tc_10_2_early_supported_discharge": 1, "stroke_tc_died_in_hospital": 0,
    }  # fmt: skip
    assert {name: there[name] for name in wanted} == wanted
    assert there["stroke_tc_6_3_physiotherapy_share_of_days"] == pytest.approx(8 * 1440 / (8 * 1440 + 600))
    assert there["stroke_tc_days_with_team"] == 9


def test_a_provider_and_the_network_have_the_records_of_their_teams(world):
    journeys.send(world, *journeys.ELSEWHERE_AND_BACK)
    world.refresh()
    teams, above = results(world, AFTER_72_HOURS), results(world, AFTER_72_HOURS, "%")
    assert {code: found["stroke_tc_stays"] for code, found in teams.items()} == {HERE: 2, CENTRE: 1}
    assert {code: above[code]["stroke_tc_stays"] for code in ("ZX1", "ZX3", "NET")} == {"ZX1": 2, "ZX3": 1, "NET": 3}
    assert {code: above[code]["stroke_tc_discharges"] for code in ("ZX1", "NET")} == {"ZX1": 1, "NET": 1}


def test_a_readmission_from_home_is_a_stay_and_no_second_discharge(world):
    journeys.send(world, *journeys.CAME_BACK)
    world.refresh()
    ((team, found),) = results(world, AFTER_72_HOURS).items()
    assert (team, found["stroke_tc_stays"], found["stroke_tc_discharges"]) == (HERE, 2, 1)
    assert found["stroke_tc_days_with_team"] == pytest.approx(16140 / 1440), "of the first stay"


def test_a_stay_counts_in_the_quarter_in_which_it_ended(world):
    """Clock start and 72 hours in March, discharge in April."""
    late = dict.fromkeys(("s7_stroke_unit_discharge_at", "s7_hospital_discharge_at"), "02/04/2025 14:00") | {
        "s7_end_rehab_on": "02/04/2025"
    }
    journeys.send(world, Record(HERE, 501, late))
    world.refresh()
    assert set(results(world, FIRST_72_HOURS)) == {HERE}
    assert results(world, AFTER_72_HOURS) == {}


def test_results_after_72_hours_are_final_as_soon_as_those_of_72_hours(registry):
    """What is told at discharge is due when the patient is discharged: that day is the one by which it counts."""
    pathway = registry.pathway("acute_stroke")
    computed = [measure for measure in (*FIRST_72_HOURS, *AFTER_72_HOURS) if measure.index_date]
    assert {pathway.matures_after_days(measure) for measure in computed} == {35}

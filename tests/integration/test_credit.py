"""Whose result a case counts in: its own team's, every team's that had a part in it, or each team's for its own record.

ZX1 (team HERE) and ZX2 (team THERE) are of region REG1, ZX3 (team CENTRE) of REG2; all are of the network.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from assets.refresh import full_recompute
from assets.submissions import withdraw
from schemas.expressions import MinutesBetween, field
from schemas.measures import Credit, Direction, Measure, MeasureKind
from schemas.registry import Registry
from tests.conftest import DEMO_NETWORK
from tests.spec.acute_stroke import journeys
from tests.spec.acute_stroke.journeys import AT_HOME, CENTRE, HERE, THERE
from tests.world import World

_STAY = MinutesBetween(field("team_clock_start_at"), field("team_clock_stop_at"))
_OWN_PART = {
    "index_date": "team_clock_stop_on", "cohort": field("is_in_every_team_cohort"), "credit": Credit.TEAM_RECORD, "needs": ("s7_discharge_type",),
}  # fmt: skip
OF_RECORDS = (
    Measure("own_stays", "Stays", "Each team's stays.", MeasureKind.COUNT, Direction.NEUTRAL, "stays", **_OWN_PART),
    Measure("own_minutes", "Minutes", "Median minutes of a stay.", MeasureKind.MEDIAN, Direction.NEUTRAL, "minutes", value=_STAY, **_OWN_PART),
)


def with_measures(registry: Registry, *measures: Measure) -> Registry:
    """The registry with these as the only measures that stroke's cases are counted in."""
    pathways = [replace(p, measures=measures) if p.name == "acute_stroke" else p for p in registry.pathways]
    return replace(registry, pathways=tuple(pathways))


@pytest.fixture
def world(context, database, registry):
    from warehouse.organisations import load_network

    with database.begin() as connection:
        load_network(connection, [*DEMO_NETWORK, *journeys.TEAMS])
    return World(replace(context, registry=with_measures(registry, *OF_RECORDS)))


RESULTS = """select organisation_code, denominator::int as cases, value from measurement.measure_result
where measure_name = :measure and period_grain = 'month' and period_start = :month and denominator > 0"""


def results(world: World, measure: str, month: str = "2025-03-01") -> dict[str, tuple]:
    """Of the month: organisation -> (cases, value), where there are any."""
    return {r["organisation_code"]: (r["cases"], r["value"]) for r in world.query(RESULTS, measure=measure, month=month)}


def assert_equals_full_recompute(world: World) -> None:
    said = "select to_jsonb(r) - 'computed_at' - 'as_of_submission' as said from measurement.{} r order by 1::text"
    tables = ("measure_result", "measure_part", "benchmark")
    incremental = {name: world.query(said.format(name)) for name in tables}
    full_recompute(world.context.engine, world.context.registry, world.context.now())
    assert incremental == {name: world.query(said.format(name)) for name in tables}


# ------------------------------------------------------------------------------------------------ each team's record
DAY, MINUTES_HERE, MINUTES_THERE = 1440, 2 * 1440 + 300, 9 * 1440


def test_each_teams_record_counts_for_its_own_team_and_every_record_above(world):
    journeys.send(world, *journeys.ON_DAY_2)
    world.refresh()
    assert results(world, "own_stays") == {HERE: (1, 1), THERE: (1, 1), "ZX1": (1, 1), "ZX2": (1, 1), "REG1": (2, 2), "NET": (2, 2)}
    minutes = results(world, "own_minutes")
    assert (minutes[HERE], minutes[THERE]) == ((1, MINUTES_HERE), (1, MINUTES_THERE))
    assert minutes["NET"] == (2, (MINUTES_HERE + MINUTES_THERE) / 2)
    assert_equals_full_recompute(world)


def test_two_records_of_one_team_are_two(world):
    journeys.send(world, *journeys.ELSEWHERE_AND_BACK)
    world.refresh()
    assert {code: count for code, (count, _) in results(world, "own_stays").items()} == {HERE: 2, CENTRE: 1, "ZX1": 2, "ZX3": 1, "REG1": 2, "REG2": 1, "NET": 3}


IN_APRIL = dict.fromkeys(("s7_stroke_unit_discharge_at", "s7_hospital_discharge_at"), "14/04/2025 14:00") | {"s7_end_rehab_on": "14/04/2025"}


def test_a_record_counts_by_its_own_date(world):
    first, last = journeys.ON_DAY_2
    outcomes = journeys.send(world, first, replace(last, changes=last.changes | IN_APRIL))
    assert [outcome.finding_counts for outcome in outcomes] == [{}, {}]
    world.refresh()
    in_march, in_april = (results(world, "own_stays", month) for month in ("2025-03-01", "2025-04-01"))
    assert (set(in_march), set(in_april)) == ({HERE, "ZX1", "REG1", "NET"}, {THERE, "ZX2", "REG1", "NET"})


def test_what_a_case_that_does_not_count_has_of_records_does_not_count_either(world):
    journeys.send(world, *journeys.ON_DAY_2)
    with world.context.engine.begin() as connection:
        connection.execute(text("update pathway.pathway_case set record_status = 'error'"))
    full_recompute(world.context.engine, world.context.registry, world.context.now())
    assert results(world, "own_stays") == {}


def test_a_withdrawn_record_is_gone_and_the_other_teams_stays(world):
    journeys.send(world, journeys.ON_DAY_2[0])
    (second,) = journeys.send(world, journeys.ON_DAY_2[1])
    world.refresh()
    withdraw(world.context, second.submission_id, "a tester")
    world.refresh()
    assert set(results(world, "own_stays")) == {HERE, "ZX1", "REG1", "NET"}
    assert_equals_full_recompute(world)


def test_every_team_is_computed_again_in_the_month_of_its_own_record(world):
    journeys.send(world, *journeys.CAME_BACK)
    queued = world.query("select distinct organisation_code, period_start::text as month from intake.stale_cell where period_grain = 'month' and organisation_code like 'SSNAP%' order by 1")
    assert queued == [{"organisation_code": HERE, "month": "2025-03-01"}, {"organisation_code": AT_HOME, "month": "2025-03-01"}]


def test_the_definition_of_a_measure_of_records_says_so(world):
    world.refresh()
    (told,) = world.query("select definition_text, definition_sql from measurement.measure where measure_name = 'own_stays'")
    assert "counted: teams' records for which" in told["definition_text"] and "credited: each record to its own team" in told["definition_text"]
    assert "-- credited: team record" in told["definition_sql"] and "acute_stroke_team_record.is_in_every_team_cohort" in told["definition_sql"]

"""Whose result a stroke counts in, from exports to results; on an invented pathway in more detail: ``tests.results.test_credit``.

ZX1 (teams HERE and NEXT_DOOR) and ZX2 (team THERE, and AT_HOME in the community) are of region REG1, ZX3 (team CENTRE) of REG2; all are of the network.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from assets.rebuild import rebuild
from assets.refresh import full_recompute
from assets.submissions import withdraw
from schemas.expressions import MinutesBetween, field
from schemas.measures import Credit, Direction, Measure, MeasureKind
from schemas.registry import Registry
from tests.conftest import DEMO_NETWORK
from tests.spec.acute_stroke import journeys
from tests.spec.acute_stroke.journeys import CENTRE, HERE, NEXT_DOOR, THERE, Record
from tests.world import World, with_pathway

_STAY = MinutesBetween(field("team_clock_start_at"), field("team_clock_stop_at"))
_OWN_PART = {
    "index_date": "team_clock_stop_on", "cohort": field("is_in_every_team_cohort"), "credit": Credit.TEAM_RECORD, "needs": ("s7_discharge_type",),
}  # fmt: skip
OF_RECORDS = (
    Measure("own_stays", "Stays", "Each team's stays.", MeasureKind.COUNT, Direction.NEUTRAL, "stays", **_OWN_PART),
    Measure(
        "own_minutes", "Minutes", "Median minutes of a stay.", MeasureKind.MEDIAN, Direction.NEUTRAL, "minutes", value=_STAY, **_OWN_PART
    ),
)

_SHARED = {
    "index_date": "patient_clock_start_on",
    "cohort": field("is_in_72h_cohort"),
    "credit": Credit.EVERY_TEAM,
    "needs": ("s2_rankin_before_stroke",),
}
OF_EVERY_TEAM = (
    Measure("shared_strokes", "Strokes", "Strokes.", MeasureKind.COUNT, Direction.NEUTRAL, "cases", **_SHARED),
    Measure(
        "shared_minutes", "Minutes", "Median minutes to the needle.", MeasureKind.MEDIAN, Direction.NEUTRAL, "minutes",
        value=MinutesBetween(field("patient_clock_start_at"), field("needle_at")), **_SHARED,
    ),
    Measure(
        "shared_thrombolysed", "Thrombolysed", "Share thrombolysed.", MeasureKind.PROPORTION, Direction.HIGHER_IS_BETTER, "share",
        numerator=field("s2_thrombolysis").equals("Y"), **_SHARED,
    ),
)  # fmt: skip


def with_measures(registry: Registry, *measures: Measure) -> Registry:
    """The registry with these as the only measures that stroke's cases are counted in."""
    stroke = registry.pathway("acute_stroke")
    return with_pathway(registry, replace(stroke, measures=measures, case_mix=(), outlier_policies=()))


@pytest.fixture
def world(context, database, registry):
    from warehouse.organisations import load_network

    with database.begin() as connection:
        load_network(connection, [*DEMO_NETWORK, *journeys.TEAMS])
    return World(replace(context, registry=with_measures(registry, *OF_RECORDS, *OF_EVERY_TEAM)))


RESULTS = """select organisation_code, denominator::int as cases, value from measurement.measure_result
where measure_name = :measure and period_grain = 'month' and period_start = :month and denominator > 0"""


def results(world: World, measure: str, month: str = "2025-03-01") -> dict[str, tuple]:
    """Of the month: organisation -> (cases, value), where there are any."""
    return {r["organisation_code"]: (r["cases"], r["value"]) for r in world.query(RESULTS, measure=measure, month=month)}


def cases(world: World, measure: str, month: str = "2025-03-01") -> dict[str, int]:
    return {code: count for code, (count, _) in results(world, measure, month).items()}


SAID = "select to_jsonb(r) - 'computed_at' - 'as_of_submission' as said from measurement.{} r"


def results_said(world: World) -> dict[str, list]:
    return {
        name: sorted(world.query(SAID.format(name)), key=str) for name in ("measure_result", "measure_part", "shared_part", "benchmark")
    }


def assert_equals_full_recompute(world: World) -> None:
    incremental = results_said(world)
    full_recompute(world.context.engine, world.context.registry, world.context.now())
    assert incremental == results_said(world)


def rebuild_equals_what_grew(world: World) -> None:
    grown = results_said(world)
    rebuild(world.context)
    world.refresh()
    assert grown == results_said(world)


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


def test_what_a_case_that_does_not_count_has_of_records_does_not_count_either(world):
    journeys.send(world, *journeys.ON_DAY_2)
    with world.context.engine.begin() as connection:
        connection.execute(text("update pathway.pathway_case set record_status = 'error'"))
    full_recompute(world.context.engine, world.context.registry, world.context.now())
    assert results(world, "own_stays") == {}


def test_the_definition_of_a_measure_of_records_says_so(world):
    world.refresh()
    (told,) = world.query("select definition_text, definition_sql from measurement.measure where measure_name = 'own_stays'")
    assert (
        "counted: teams' records for which" in told["definition_text"]
        and "credited: each record to its own team" in told["definition_text"]
    )
    assert (
        "-- credited: team record" in told["definition_sql"]
        and "acute_stroke_team_record.is_in_every_team_cohort" in told["definition_sql"]
    )


# ------------------------------------------------------------------------------------------------ every team
AT_ONCE = "05/03/2025 14:00"
WITHIN_ONE_PROVIDER = (
    Record(HERE, 501, journeys.to(NEXT_DOOR, 502, AT_ONCE)),
    Record(NEXT_DOOR, 502, journeys.came_from(HERE, 501, AT_ONCE)),
)
ABOVE_HERE = {"ZX1": 1, "REG1": 1, "NET": 1}


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param(WITHIN_ONE_PROVIDER, {HERE: 1, NEXT_DOOR: 1, **ABOVE_HERE}, id="two teams of a provider: the provider has it once"),
        pytest.param(journeys.ELSEWHERE_AND_BACK, {HERE: 1, CENTRE: 1, "ZX3": 1, "REG2": 1, **ABOVE_HERE}, id="two records of a team: it has it once; each region has it"),
        pytest.param(journeys.CAME_BACK, {HERE: 1, **ABOVE_HERE}, id="a community team, which the pathway does not credit"),
    ],
)  # fmt: skip
def test_every_team_has_the_case_and_nobody_twice(world, records, expected):
    journeys.send(world, *records)
    world.refresh()
    assert cases(world, "shared_strokes") == expected


def test_a_team_that_joins_a_case_later_has_it_and_loses_it_again(world):
    first, second = journeys.ON_DAY_2
    journeys.send(world, first)
    world.refresh()
    assert cases(world, "shared_strokes") == {HERE: 1, **ABOVE_HERE}
    (sent,) = journeys.send(world, second)
    world.refresh()
    assert cases(world, "shared_strokes") == {HERE: 1, THERE: 1, "ZX2": 1, **ABOVE_HERE}
    rebuild_equals_what_grew(world)
    withdraw(world.context, sent.submission_id, "a tester")
    world.refresh()
    assert cases(world, "shared_strokes") == cases(world, "own_stays") == {HERE: 1, **ABOVE_HERE}
    assert_equals_full_recompute(world)


def test_the_definition_says_who_is_credited(world):
    world.refresh()
    (told,) = world.query("select credit, definition_text, definition_sql from measurement.measure where measure_name = 'shared_strokes'")
    assert told["credit"] == "every team"
    assert "credited: each case once to every organisation one of whose teams had a part in it" in told["definition_text"]
    assert "-- credited: every team, by its record" in told["definition_sql"] and "is_community_team" in told["definition_sql"]

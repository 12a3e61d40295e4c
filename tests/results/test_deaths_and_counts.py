"""Results that wait for deaths, and submitted counts that are pooled over organisations and months."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import insert

from assets.refresh import full_recompute, refresh
from schemas.expressions import Holds, Not, days_between
from schemas.measures import Direction, Exclusion, Measure, MeasureKind
from schemas.registry import Registry
from tests.results.world import NOW, World, wrist
from warehouse.measurement_tables import submitted_result
from warehouse.pathway_tables import linkage_coverage
from warehouse.stale import queue_cells, queue_for_deaths

NOT_KNOWN_YET = Exclusion("deaths_not_known_yet", Not(Holds(days_between("started_on", "deaths_covered_to") >= 30)))
DEAD = Measure(
    "wrist_dead", "Dead within 30 days", "Of those known.", MeasureKind.PROPORTION, Direction.LOWER_IS_BETTER, "share", index_date="arrival_date",
    exclusions=(NOT_KNOWN_YET,), numerator=days_between("started_on", "death_on") <= 30, matures_after_days=30,
)  # fmt: skip
COUNTS = Measure("wrist_seen", "Seen", "As counted.", MeasureKind.PROPORTION, Direction.HIGHER_IS_BETTER, "share")


@pytest.fixture
def world(demo_organisations, registry) -> World:
    wrist_fracture = registry.pathway("wrist_fracture")
    more = replace(wrist_fracture, measures=(*wrist_fracture.measures, DEAD, COUNTS))
    return World(demo_organisations, Registry((more,), registry.shared_datasets, registry.folders))


def covered(world: World, before: date | None, to: date) -> None:
    with world.engine.begin() as connection:
        if before is None:
            connection.execute(insert(linkage_coverage).values(dataset_name="deaths", covered_to=to))
        else:
            connection.execute(linkage_coverage.update().values(covered_to=to))
        queue_for_deaths(connection, world.registry, before, None)
    refresh(world.engine, world.registry, NOW)


def test_deaths_are_awaited_then_known(world):
    world.add(wrist(date(2026, 5, 2), died=date(2026, 5, 20)), wrist(date(2026, 5, 2), died=date(2026, 7, 1)), wrist(date(2026, 5, 20)))
    refresh(world.engine, world.registry, NOW)
    unknown = world.one("wrist_dead")
    assert (unknown.reason, unknown.is_provisional, unknown.denominator) == ("deaths not yet known", True, 0)
    covered(world, None, date(2026, 6, 1))
    some = world.one("wrist_dead")
    assert (some.numerator, some.denominator, some.is_provisional, some.reason) == (1, 2, True, None)
    covered(world, date(2026, 6, 1), date(2026, 6, 19))
    final = world.one("wrist_dead")
    assert (final.numerator, final.denominator, final.is_provisional) == (1, 3, False)


def test_a_longer_coverage_leaves_final_months_alone(world):
    world.add(wrist(date(2026, 1, 2)), wrist(date(2026, 5, 2)))
    covered(world, None, date(2026, 5, 15))
    with world.engine.begin() as connection:
        queue_for_deaths(connection, world.registry, date(2026, 5, 15), None)
    starts = set(world.table("intake.stale_cell", period_grain="month").period_start)
    assert starts == {date(2026, 5, 1)}


# ------------------------------------------------------------------------------------------------ counts
def count(world: World, *rows: tuple) -> None:
    """(organisation, grain, start, numerator, denominator) as one submission."""
    with world.engine.begin() as connection:
        submission_id = world.submit(connection)
        names = ("organisation_code", "period_grain", "period_start", "numerator", "denominator")
        told = [dict(zip(names, row, strict=True)) for row in rows]
        more = {"submission_id": submission_id, "measure_name": COUNTS.name, "arrival_number": world.count}
        connection.execute(insert(submitted_result), [{**row, **more, "row_number": k} for k, row in enumerate(told)])
        given = submitted_result.select().where(submitted_result.c.submission_id == submission_id).subquery()
        queue_cells(
            connection, world.pathway, given.select().with_only_columns(given.c.organisation_code, given.c.period_start), submission_id
        )
    refresh(world.engine, world.registry, NOW)


def test_counts_are_pooled_over_members_and_months(world):
    months = [date(2026, m, 1) for m in (1, 2, 3)]
    count(world, *[("ZX1", "month", start, 9, 10) for start in months], ("ZX3", "month", months[0], 0, 30))
    assert world.one("wrist_seen", start=months[0]).value == 9 / 40
    assert world.one("wrist_seen", "ZX1", "quarter", months[0]).denominator == 30
    assert world.one("wrist_seen", "REG2", "quarter", months[0]).value == 0
    assert world.one("wrist_seen", "NET", "quarter", months[0]).value == 27 / 60


def test_a_quarter_without_all_its_months_is_provisional(world):
    count(world, *[("ZX1", "month", date(2026, m, 1), 9, 10) for m in (1, 2, 3, 4)])
    assert not world.one("wrist_seen", "ZX1", "quarter", date(2026, 1, 1)).is_provisional
    assert world.one("wrist_seen", "ZX1", "quarter", date(2026, 4, 1)).is_provisional


def test_what_is_submitted_goes_before_what_is_pooled(world):
    count(
        world,
        ("ZX1", "month", date(2026, 1, 1), 9, 10),
        ("ZX1", "quarter", date(2026, 1, 1), 1, 2),
        ("NET", "month", date(2026, 1, 1), 1, 4),
    )
    assert world.one("wrist_seen", "ZX1", "quarter", date(2026, 1, 1)).value == 0.5
    assert world.one("wrist_seen", "NET", "month", date(2026, 1, 1)).value == 0.25


def test_a_later_submission_of_one_month_changes_what_it_is_pooled_into_and_equals_full(world):
    start = date(2026, 1, 1)
    count(world, *[("ZX1", "month", date(2026, m, 1), 9, 10) for m in (1, 2, 3)], ("ZX2", "month", start, 2, 20))
    count(world, ("ZX1", "month", start, 0, 10))
    assert world.one("wrist_seen", "NET", "month", start).value == 2 / 30
    assert world.one("wrist_seen", "REG1", "year", start).value == 20 / 50
    columns = ["measure_name", "organisation_code", "period_grain", "period_start", "value", "denominator", "is_provisional"]
    incremental = world.results()[columns]
    full_recompute(world.engine, world.registry, NOW)
    pd.testing.assert_frame_equal(incremental, world.results()[columns])

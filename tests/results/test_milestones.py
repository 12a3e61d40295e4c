"""How soon cases reach the events of their pathway: hand-worked quartiles, and what moves them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from assets.refresh import refresh
from tests.results.world import NOW, World, wrist
from warehouse.milestone_definitions import sync_milestones
from warehouse.pathway_tables import pathway_case

QUARTER = date(2026, 4, 1)


def of(world: World, organisation: str, milestone: str = "manipulation", grain: str = "quarter", start: date = QUARTER):
    """(cases, reached, timed, lower quartile, median, upper quartile), or None where there is no row."""
    found = world.table(
        "measurement.milestone_result", milestone_name=milestone, organisation_code=organisation, period_grain=grain, period_start=start
    )
    columns = ("case_count", "reached_count", "timed_count", "lower_quartile_minutes", "median_minutes", "upper_quartile_minutes")
    return tuple(found.iloc[0][list(columns)]) if len(found) else None


def refreshed(world: World) -> None:
    refresh(world.engine, world.registry, NOW)


def test_quartiles_between_two_cases_are_interpolated(world):
    world.add(*(wrist(minutes=minutes) for minutes in (10, 20, 40, 100)))  # sorted 10 20 40 100: quartiles at ranks 1.75, 2.5, 3.25
    refreshed(world)
    assert of(world, "ZX1A1") == (4, 4, 4, 17.5, 30, 55)


def test_who_did_not_reach_it_counts_as_a_case_only(world):
    world.add(wrist(minutes=10), wrist(minutes=30), wrist(minutes=None), wrist(minutes=None))
    refreshed(world)
    assert of(world, "ZX1A1") == (4, 2, 2, 15, 20, 25)


def test_of_a_day_alone_no_minutes_are_known(world):
    world.add(wrist(discharge_date=date(2026, 5, 12)), wrist())
    refreshed(world)
    cases, reached, timed, *quartiles = of(world, "ZX1A1", "discharge")
    assert (cases, reached, timed) == (2, 1, 0) and all(value is None or value != value for value in quartiles)


def test_every_level_and_the_year_pool_the_cases_not_the_medians(world):
    """The network's median of 1, 2, 3, 100, 200 is 3; the mean of its sites' would be 76."""
    world.add(
        *(wrist(minutes=m, site="ZX1A1") for m in (1, 2, 3)), *(wrist(minutes=m, site="ZX2A1", day=date(2026, 8, 1)) for m in (100, 200))
    )
    refreshed(world)
    assert of(world, "ZX1")[4] == 2 and of(world, "ZX2", start=date(2026, 7, 1))[4] == 150
    assert of(world, "NET")[:5] == (3, 3, 3, 1.5, 2)
    assert of(world, "NET", grain="year", start=date(2026, 1, 1)) == (5, 5, 5, 2, 3, 100)


def test_a_correction_moves_quartiles_and_a_withdrawal_takes_the_case_away(world):
    slow, *_ = world.add(*(wrist(minutes=minutes) for minutes in (10, 20, 90)))
    refreshed(world)
    assert of(world, "ZX1") == (3, 3, 3, 15, 20, 55)
    world.change([slow], manipulation_at=wrist(minutes=50)["manipulation_at"])
    refreshed(world)
    assert of(world, "ZX1") == (3, 3, 3, 35, 50, 70)
    world.remove([slow])
    refreshed(world)
    assert of(world, "ZX1") == (2, 2, 2, 37.5, 55, 72.5)


def test_duplicates_do_not_count_and_a_case_leaves_the_site_it_was_moved_from(world):
    first, second = world.add(wrist(minutes=10), wrist(minutes=20))
    refreshed(world)
    world.change([first], status="duplicate")
    world.change([second], site="ZX2A1")
    refreshed(world)
    assert of(world, "ZX1A1") is None and of(world, "ZX1") is None
    assert of(world, "ZX2A1")[:2] == of(world, "NET")[:2] == (1, 1)


def test_a_case_whose_start_alone_is_moved_leaves_its_period(world):
    """Events count by the clock start, measures by dates of their own: the start alone makes both periods stale."""
    (one,) = world.add(wrist(minutes=10))
    refreshed(world)
    with world.engine.begin() as connection:
        submission_id = world.submit(connection)
        world.queue(connection, [one], submission_id)
        connection.execute(pathway_case.update().where(pathway_case.c.case_id == one).values(started_on=date(2026, 2, 3)))
        world.queue(connection, [one], submission_id)
    refreshed(world)
    assert of(world, "NET") is None and of(world, "NET", start=date(2026, 1, 1))[:2] == (1, 1)


def test_what_pathways_declare_is_told_in_their_order_and_a_change_makes_them_stale(world):
    with world.engine.begin() as connection:
        sync_milestones(connection, world.registry)
        assert sync_milestones(connection, world.registry) == []
        told = connection.execute(
            text(
                "select title, is_timed, due_days from measurement.milestone_definition where pathway_name = 'wrist_fracture' order by place"
            )
        ).all()
        connection.execute(text("update measurement.milestone_definition set field = 'another' where milestone_name = 'xray'"))
    assert [tuple(row) for row in told] == [("Arrival", True, 0), ("X-ray", True, 0), ("Manipulation", True, 30), ("Discharge", False, 30)]
    world.add(wrist())
    refreshed(world)
    with world.engine.begin() as connection:
        assert connection.scalar(text("select field from measurement.milestone_definition where milestone_name = 'xray'")) == "xray_at"


@pytest.mark.parametrize("pathway_name", ["hip_fracture", "acute_stroke", "wrist_fracture"])
def test_references_are_medians_that_the_pathway_measures_in_a_unit_of_time(registry, pathway_name):
    pathway = registry.pathway(pathway_name)
    measures = {measure.name: measure for measure in pathway.measures}
    named = [measures[item.reference] for item in pathway.case_dataset.milestones if item.reference]
    assert named and all(measure.kind == "median" and measure.unit in ("minutes", "hours", "days") for measure in named)

"""Rows in, results out."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from assets.refresh import refresh
from assets.statistics.intervals import wilson
from tests.results.world import NOW, World, wrist
from warehouse.intake_tables import stale_cell


def refreshed(world: World, *rows: dict, now=NOW) -> World:
    world.add(*rows)
    refresh(world.engine, world.registry, now)
    return world


def test_exactly_four_hours_counts_and_a_minute_more_does_not(world):
    refreshed(world, wrist(minutes=240), wrist(minutes=241), wrist(minutes=0), wrist(minutes=None), wrist(minutes=10, age_years=17))
    found = world.one("wrist_manipulated_4h")
    assert (found.numerator, found.denominator) == (2, 3)
    lower, upper = wilson(2, 3)
    assert (found.value, found.lower_95, found.upper_95) == pytest.approx((2 / 3, float(lower), float(upper)))
    assert found.reason is None


@pytest.mark.parametrize("organisation", ["ZX1A1", "ZX1", "REG1", "NET"])
@pytest.mark.parametrize(("grain", "start"), [("month", date(2026, 5, 1)), ("quarter", date(2026, 4, 1)), ("year", date(2026, 1, 1))])
def test_every_level_and_grain(world, organisation, grain, start):
    refreshed(world, wrist(minutes=10), wrist(minutes=300))
    assert world.one("wrist_manipulated_4h", organisation, grain, start).value == 0.5


def test_the_network_pools_its_members_and_no_average_of_averages(world):
    refreshed(world, *[wrist(minutes=10, site="ZX1A1")] * 9, wrist(minutes=500, site="ZX3A2"))
    assert world.one("wrist_manipulated_4h").value == 0.9
    assert world.one("wrist_manipulated_4h", "REG2").value == 0


@pytest.mark.parametrize("status", ["error", "duplicate", "conflict"])
def test_only_valid_and_incomplete_cases_enter(world, status):
    refreshed(world, wrist(minutes=10), wrist(minutes=10, status="incomplete"), wrist(minutes=500, status=status))
    assert world.one("wrist_manipulated_4h").denominator == 2


def test_a_median_has_its_order_statistics(world):
    refreshed(world, *[wrist(minutes=m) for m in (10, 20, 30, 40, 50, 60, 70)])
    found = world.one("wrist_minutes_to_manipulation")
    assert (found.value, found.lower_95, found.upper_95, found.denominator) == (40, 10, 70, 7)


def test_five_values_have_a_median_and_no_interval(world):
    refreshed(world, *[wrist(minutes=m) for m in (10, 20, 35, 40)])
    found = world.one("wrist_minutes_to_manipulation")
    assert found.value == 27.5 and pd.isna(found.lower_95)


def test_a_mean_counts_by_its_own_index_date(world):
    day = date(2026, 5, 30)
    refreshed(world, *[wrist(day, discharge_date=day + timedelta(days=d)) for d in (2, 4, 9)], wrist(day))
    found = world.one("wrist_stay_days", start=date(2026, 6, 1))
    assert (found.value, found.denominator) == (5, 3)
    assert (found.lower_95, found.upper_95) == pytest.approx((5 - 8.957, 5 + 8.957), abs=0.001)
    assert not len(world.results(measure_name="wrist_stay_days", period_start=date(2026, 5, 1), period_grain="month"))


def test_a_derived_measure_follows_its_parts(world):
    refreshed(world, wrist(minutes=10), wrist(minutes=300), wrist(minutes=300), wrist(minutes=300))
    assert world.one("wrist_gap").value == 0.75


def test_no_value_has_a_reason(world):
    refreshed(world, wrist(minutes=None))
    assert world.one("wrist_manipulated_4h").reason == "no cases left after exclusions"
    assert world.one("wrist_gap").reason == "a result it is made of has no value"
    assert world.one("wrist_cases").value == 1
    refreshed(world, wrist(date(2026, 6, 1), minutes=5, age_years=3))
    assert world.one("wrist_manipulated_4h", start=date(2026, 6, 1)).reason == "no cases"
    assert world.one("wrist_cases", start=date(2026, 6, 1)).value == 0


def test_completeness_counts_needed_fields_once_they_are_due(world):
    refreshed(world, wrist(minutes=10), wrist(minutes=10, manipulation_time=None))
    assert world.one("wrist_manipulated_4h").completeness_share == 0.75
    recent = NOW.date() - timedelta(days=5)
    refreshed(world, wrist(recent, minutes=10, manipulation_time=None))
    start = recent.replace(day=1)
    assert pd.isna(world.one("wrist_manipulated_4h", start=start).completeness_share)


def test_a_result_is_provisional_until_it_matures(world):
    refreshed(world, wrist(date(2026, 9, 30)), wrist(date(2026, 10, 1)))
    september, october = (world.one("wrist_manipulated_4h", start=date(2026, month, 1)) for month in (9, 10))
    assert (september.matures_on, september.is_provisional) == (date(2026, 10, 31), False)
    assert (october.matures_on, october.is_provisional) == (date(2026, 12, 1), True)


def test_a_cell_without_cases_any_more_is_gone(world):
    ids = world.add(wrist(), wrist(site="ZX2A1"))
    refresh(world.engine, world.registry, NOW)
    world.remove(ids[:1])
    refresh(world.engine, world.registry, NOW)
    assert not len(world.results(organisation_code="ZX1A1"))
    assert world.one("wrist_cases").value == 1
    for table in ("benchmark", "spc_point", "measure_part"):
        column = "site_code" if table == "measure_part" else "organisation_code"
        assert not len(world.table(f"measurement.{table}", **{column: "ZX1A1"}))


def test_a_case_that_moves_leaves_its_old_cells(world):
    ids = world.add(wrist(), wrist())
    refresh(world.engine, world.registry, NOW)
    world.change(ids[:1], site="ZX3A1", arrival_date=date(2026, 7, 1))
    refresh(world.engine, world.registry, NOW)
    assert world.one("wrist_cases", "ZX1A1").value == 1
    assert world.one("wrist_cases", "REG2", start=date(2026, 7, 1)).value == 1
    assert world.one("wrist_cases", grain="year", start=date(2026, 1, 1)).value == 2


def test_results_say_what_they_have_seen_and_the_queue_is_empty(world):
    world.add(wrist())
    outcome = refresh(world.engine, world.registry, NOW)
    assert outcome.as_of_submission == world.one("wrist_cases").as_of_submission == "S00000001"
    assert (outcome.turn_count, outcome.cell_count) == (1, 12)
    with world.engine.connect() as connection:
        assert not connection.execute(stale_cell.select()).all()
    assert world.table("intake.submission").refreshed_at.notna().all()
    assert refresh(world.engine, world.registry, NOW).turn_count == 0

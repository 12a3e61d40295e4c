"""When a model is fitted on the network's own cases, what is kept of it, and what stays as it was."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from assets.case_mix_fit import window
from assets.refresh import full_recompute, refresh
from tests.results.case_mix_world import AGE, MODEL, PUBLISHED, logit, patients, registry_with, world_with
from tests.results.world import NOW, World

MAY, AUGUST = date(2026, 5, 10), date(2026, 8, 10)
NEXT_QUARTER = datetime(2026, 12, 5, 12, tzinfo=UTC)  # the quarter up to September is final
BY_AGE = replace(MODEL, factors=(AGE,), published=replace(PUBLISHED, coefficients=PUBLISHED.coefficients[:3]))


@pytest.fixture
def world(demo_organisations, registry) -> World:
    return world_with(demo_organisations, registry, BY_AGE)


def fill(world: World, day: date = MAY) -> None:
    """600 under 80 of whom 60 died, 400 from 80 on of whom 120 died, 200 of unknown age of whom 50 died."""
    world.add(*patients(600, 60, day), *patients(400, 120, day, age=85, site="ZX2A1"), *patients(200, 50, day, age=None, site="ZX3A1"))
    refresh(world.engine, world.registry, NOW)


def models(world: World):
    return world.table("measurement.case_mix_model").sort_values("model_version").reset_index(drop=True)


def coefficients(world: World, version: int) -> dict:
    rows = world.table("measurement.case_mix_coefficient", model_version=version).sort_values("place")
    return {row.label: (row.coefficient, row.standard_error, row.case_share) for row in rows.itertuples()}


def test_the_window_ends_with_the_latest_quarter_whose_results_are_final():
    assert window(date(2026, 11, 20), 60) == (date(2023, 7, 1), date(2026, 6, 30))
    assert window(date(2026, 11, 30), 60) == (date(2023, 10, 1), date(2026, 9, 30))


def test_a_model_is_fitted_once_there_are_cases_and_deaths_enough(world):
    fill(world)
    first, second = models(world).itertuples()
    assert (first.origin, first.is_current, first.source) == ("published", False, "worked by hand")
    assert (second.origin, second.is_current, second.is_sound) == ("fitted", True, True)
    assert (second.case_count, second.event_count, second.judged_from, second.judged_to) == (1200, 230, date(2023, 7, 1), date(2026, 6, 30))
    assert (second.measure_version, second.declared_version, second.as_of_submission) == (1, 1, "S00000001")


def test_coefficients_and_their_errors_are_those_of_a_table_of_counts(world):
    fill(world)
    told = coefficients(world, 2)
    young = 1 / 60 + 1 / 540
    worked = {
        "intercept": (logit(0.1), math.sqrt(young), None),
        "age=<80": (0, None, 0.5),
        "age=80+": (logit(0.3) - logit(0.1), math.sqrt(young + 1 / 120 + 1 / 280), 1 / 3),
        "age=unknown": (logit(0.25) - logit(0.1), math.sqrt(young + 1 / 50 + 1 / 150), 1 / 6),
    }
    assert list(told) == list(worked)
    for label, expected in worked.items():
        assert told[label] == pytest.approx(tuple(math.nan if part is None else part for part in expected), abs=1e-6, nan_ok=True), label


def test_over_the_cases_of_the_fit_as_many_are_expected_as_died(world):
    fill(world)
    network = world.one("wrist_dead", "NET", "quarter", date(2026, 4, 1), of="measurement.standardised_result")
    assert (network.observed, network.model_version) == (230, "wrist_death 2")
    assert network.expected == pytest.approx(230, abs=1e-6)


def test_how_good_it_is_is_kept_with_it(world):
    fill(world)
    row = models(world).iloc[1]
    pairs = 60 * 540 / 2 + 120 * (540 + 150 + 280 / 2) + 50 * (540 + 150 / 2)
    assert row.c_statistic == pytest.approx(pairs / (230 * 970))
    assert row.brier_score == pytest.approx((600 * 0.09 + 400 * 0.21 + 200 * 0.1875) / 1200)
    assert (row.calibration_intercept, row.calibration_slope) == (pytest.approx(0, abs=1e-6), pytest.approx(1, abs=1e-6))
    groups = world.table("measurement.case_mix_calibration", model_version=2).sort_values("group_number")
    assert groups.case_count.tolist() == [600, 200, 400]
    assert groups.mean_risk.tolist() == pytest.approx([0.1, 0.25, 0.3]) and groups.observed_share.tolist() == pytest.approx(
        [0.1, 0.25, 0.3]
    )


def test_too_few_deaths_leave_the_published_coefficients_and_tell_how_good_those_are(world):
    world.add(*patients(600, 40, MAY), *patients(100, 5, MAY, age=85))
    refresh(world.engine, world.registry, NOW)
    (only,) = models(world).itertuples()
    assert (only.origin, only.is_current, only.case_count, only.event_count) == ("published", True, 700, 45)
    assert only.c_statistic is not None and len(world.table("measurement.case_mix_calibration")) == 2


def test_a_few_more_cases_make_no_new_model_and_a_quarter_more_do(world):
    fill(world)
    world.add(*patients(300, 30, MAY))
    refresh(world.engine, world.registry, NOW)
    assert len(models(world)) == 2
    world.add(*patients(1, 0, MAY))
    refresh(world.engine, world.registry, NOW)
    found = models(world)
    assert found.model_version.tolist() == [1, 2, 3] and found.is_current.tolist() == [False, False, True]
    assert (
        world.one("wrist_dead", "ZX1", "quarter", date(2026, 4, 1), of="measurement.standardised_result").model_version == "wrist_death 3"
    )


def test_a_quarter_that_becomes_final_makes_a_new_model(world):
    fill(world)
    world.add(*patients(20, 3, AUGUST))
    refresh(world.engine, world.registry, NOW)
    assert len(models(world)) == 2
    refresh(world.engine, world.registry, NEXT_QUARTER)
    latest = models(world).iloc[-1]
    assert (latest.model_version, latest.judged_to, latest.case_count) == (3, date(2026, 9, 30), 1220)


def test_another_definition_begins_with_its_published_coefficients_again(world, registry):
    fill(world)
    world.registry = registry_with(registry, replace(BY_AGE, version=2, minimum_events=1000))
    world.add(*patients(1, 0, MAY))
    refresh(world.engine, world.registry, NOW)
    latest = models(world).iloc[-1]
    assert (latest.model_version, latest.declared_version, latest.origin, latest.is_current) == (3, 2, "published", True)
    assert {row.model_version for row in world.table("measurement.standardised_result").itertuples()} == {"wrist_death 3"}


@pytest.mark.parametrize(("count", "dead"), [(30, 4), (50, 0), (20, 18)])
def test_a_level_that_tells_too_little_counts_as_an_average_patient(world, count, dead):
    world.add(*patients(600, 60, MAY), *patients(400, 120, MAY, age=85), *patients(count, dead, MAY, age=None, site="ZX3A1"))
    refresh(world.engine, world.registry, NOW)
    coefficient, error, share = coefficients(world, 2)["age=unknown"]
    assert math.isnan(coefficient) and math.isnan(error) and share == 0
    told = coefficients(world, 2)
    average = told["intercept"][0] + 0.4 * told["age=80+"][0]
    row = world.one("wrist_dead", "ZX3", "quarter", date(2026, 4, 1), of="measurement.standardised_result")
    assert row.expected == pytest.approx(count / (1 + math.exp(-average)))


def test_a_model_stays_what_it_was_when_everything_is_computed_anew(world):
    fill(world)
    before = models(world), coefficients(world, 2)
    full_recompute(world.engine, world.registry, NOW)
    assert models(world).equals(before[0]) and str(coefficients(world, 2)) == str(before[1])

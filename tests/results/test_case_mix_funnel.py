"""The funnel of standardised ratios: limits at whole expected events, and where each ratio lies. By hand: Poisson chances of scipy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from assets.case_mix_funnel import limit_rows, lines_up_to, position
from assets.refresh import full_recompute, refresh
from schemas.outliers import OutlierPolicy
from tests.results.case_mix_world import DEAD, patients, world_with
from tests.results.test_outliers_judged_anew import BY_AGE, POLICY, with_policy
from tests.results.world import NOW, World

MAY, JUNE, SPRING = date(2026, 5, 10), date(2026, 6, 10), date(2026, 4, 1)


@pytest.fixture
def world(demo_organisations, registry) -> World:
    """30 expected of ZX1, of whom 60 die, 10 of ZX2, of whom 11 die: too few for a model of their own."""
    world = world_with(demo_organisations, registry, BY_AGE)
    world.registry = with_policy(world.registry, POLICY)
    world.add(*patients(300, 60, MAY), *patients(100, 11, JUNE, site="ZX2A1"))
    return world


def limits(world: World, grain: str = "quarter") -> pd.DataFrame:
    return world.table("measurement.standardised_funnel_limit", period_grain=grain).sort_values("expected").reset_index(drop=True)


def test_display_limits_are_exact_and_interpolated_and_policy_limits_whole_counts():
    row = lines_up_to(50, POLICY, -1).set_index("expected").loc[20]
    above = int(poisson.ppf(0.975, 20))
    part = (poisson.cdf(above, 20) - 0.975) / poisson.pmf(above, 20)
    assert row.upper_95 == pytest.approx((above - part) / 20)
    assert row.policy_alert_limit * 20 == pytest.approx(poisson.ppf(1 - 0.022750131948179, 20))
    assert row.policy_alarm_limit * 20 == pytest.approx(poisson.ppf(1 - 0.001349898031630, 20))
    assert row.policy_positive_limit * 20 == pytest.approx(poisson.ppf(0.001349898031630, 20))
    assert row.lower_998 < row.lower_95 < 1 < row.upper_95 < row.upper_998


def test_where_more_is_better_the_alarm_lies_below():
    row = lines_up_to(50, POLICY, 1).set_index("expected").loc[20]
    assert row.policy_alarm_limit < row.policy_alert_limit < 1 < row.policy_positive_limit


def test_so_few_expected_that_nobody_is_judged_have_display_limits_only():
    rows = lines_up_to(10, replace(POLICY, minimum_expected=5.0), -1).set_index("expected")
    assert rows.loc[4, ["policy_alert_limit", "policy_alarm_limit", "policy_positive_limit"]].isna().all() and rows.loc[4, "upper_95"] > 1
    assert rows.loc[5, "policy_alert_limit"] > 1
    assert lines_up_to(10, None, -1)[["policy_alert_limit", "outlier_policy_version"]].isna().all().all()


def test_a_ratio_lies_inside_on_its_limit_and_outside_beyond():
    most = int(poisson.ppf(0.999, 20))
    near = int(poisson.ppf(0.975, 20))
    found = position(np.array([near, near + 1, most, most + 1, 0, 3]), np.array([20.0, 20, 20, 20, 20, 0]))
    assert found.tolist() == ["inside", "above 95 %", "above 95 %", "above 99.8 %", "below 99.8 %", None]


def test_the_axis_reaches_a_round_number_above_the_largest_hospital():
    cell = {"period_grain": "quarter", "period_start": pd.Timestamp(SPRING)}
    of = pd.DataFrame([{**cell, "level_kind": kind, "expected": e} for kind, e in (("provider", 43.2), ("site", 12.0), ("network", 900.0))])
    points = limit_rows(of, POLICY, -1)["expected"]
    assert (points.min(), points.max()) == (1, 50) and points.is_unique
    large = lines_up_to(1000, None, -1)["expected"]
    assert len(large) <= 101 and large.max() == 1000 and np.diff(large).max() <= 80


def test_nobody_expected_leaves_no_funnel():
    nobody = pd.DataFrame([{"period_grain": "quarter", "period_start": pd.Timestamp(SPRING), "level_kind": "provider", "expected": 0.0}])
    assert not len(limit_rows(nobody, OutlierPolicy(DEAD.name), -1))


def test_a_refresh_keeps_the_funnel_of_each_period_with_its_model_and_policy(world):
    refresh(world.engine, world.registry, NOW)
    kept = limits(world)
    label = world.one("wrist_dead", "ZX1", "quarter", SPRING, of="measurement.standardised_result").model_version
    assert set(kept.model_version) == {label} and set(kept.outlier_policy_version) == {1} and set(kept.period_start) == {SPRING}
    assert kept.expected.max() % 10 == 0
    assert not limits(world, "year").empty


def test_a_refresh_tells_where_each_ratio_lies(world):
    refresh(world.engine, world.registry, NOW)
    first, second = (world.one("wrist_dead", code, "quarter", SPRING, of="measurement.standardised_result") for code in ("ZX1", "ZX2"))
    assert [row.funnel_position for row in (first, second)] == position(
        np.array([first.observed, second.observed], float), np.array([first.expected, second.expected])
    ).tolist()
    assert first.funnel_position.startswith("above")


def test_the_judgement_lies_beyond_the_policy_limit_of_the_funnel(world):
    """The two are kept apart from each other, and say the same."""
    refresh(world.engine, world.registry, NOW)
    judged = world.table("measurement.period_outlier_evaluation")
    assert len(judged)
    for row in judged.itertuples():
        whole = lines_up_to(int(np.ceil(row.expected)) + 1, POLICY, -1).set_index("expected")["policy_alert_limit"]
        around = whole.loc[[int(row.expected), int(row.expected) + 1]] * [int(row.expected), int(row.expected) + 1]
        assert around.iloc[0] <= row.policy_alert_limit * row.expected <= around.iloc[1]


def test_the_funnel_is_that_of_a_full_recompute(world):
    refresh(world.engine, world.registry, NOW)
    before = limits(world)
    full_recompute(world.engine, world.registry, NOW)
    pd.testing.assert_frame_equal(limits(world), before)

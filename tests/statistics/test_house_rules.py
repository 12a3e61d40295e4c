"""What the house decides where the published rules leave a gap."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from assets.statistics import funnel, intervals, ranks, spc


def flags(chart: spc.Xmr) -> int:
    return sum(int(np.abs(getattr(chart, name)).sum()) for name in spc.RULES)


def test_one_step_in_a_constant_series_is_no_signal_although_the_published_rules_flag_all_points():
    values = [1.0] * 12 + [2.0, 1.0]
    assert flags(spc.xmr(values)) >= 14
    chart, enough = spc.house_chart(values)
    assert enough[0] and flags(chart) == 0 and np.isnan(chart.lower[0])


def test_twelve_points_have_no_limits_and_thirteen_have():
    values = np.random.default_rng(3).normal(size=13)
    short, enough = spc.house_chart(values[:12])
    assert not enough[0] and np.isnan(short.upper[0])
    whole, enough = spc.house_chart(values)
    assert enough[0] and whole.upper[0] > whole.mean[0]


def test_a_missing_value_is_no_point():
    values = np.random.default_rng(3).normal(size=13)
    values[4] = np.nan
    assert not spc.house_chart(values)[1][0]


def test_points_outside_the_baseline_are_tested_but_move_no_limit():
    values = np.r_[np.random.default_rng(5).normal(size=14), 50.0]
    baseline = np.arange(15) < 14
    chart, _ = spc.house_chart(values, baseline[None])
    assert chart.mean[0] == pytest.approx(values[:14].mean())
    assert chart.outside[0, 14] == 1


def test_padding_changes_nothing():
    values = np.random.default_rng(7).normal(size=(5, 20))
    padded = np.pad(values, ((0, 0), (0, 9)), constant_values=np.nan)
    alone, among = spc.xmr(values), spc.xmr(padded)
    assert np.array_equal(alone.upper, among.upper)
    for name in spc.RULES:
        assert np.array_equal(getattr(alone, name), getattr(among, name)[:, :20])


@pytest.mark.parametrize(
    ("sign", "better", "expected"),
    [(1, 1, "special cause improvement"), (-1, 1, "special cause concern"), (-1, -1, "special cause improvement"),
     (1, 0, "special cause neutral high"), (-1, 0, "special cause neutral low"), (0, 1, "common cause")],
)  # fmt: skip
def test_a_special_cause_is_judged_by_the_measures_direction(sign, better, expected):
    assert spc.point_type(sign, better) == expected


@pytest.mark.parametrize("count", [6, 7, 20, 101, 1000])
def test_the_order_statistics_enclose_the_median_with_at_least_95_percent_and_no_closer_pair_does(count):
    lower, upper = (int(rank) for rank in intervals.median_ranks(count))
    assert lower + upper == count + 1
    assert 1 - 2 * stats.binom.cdf(lower - 1, count, 0.5) >= 0.95
    assert 1 - 2 * stats.binom.cdf(lower, count, 0.5) < 0.95


def test_five_values_have_no_interval_of_the_median():
    assert [int(rank) for rank in intervals.median_ranks(5)] == [0, 0]


def test_a_value_on_a_limit_is_inside_and_one_beyond_is_not():
    limits = np.array([[0.1, 0.2, 0.8, 0.9]] * 6)
    found = funnel.position([0.09, 0.1, 0.2, 0.81, 0.9, np.nan], limits)
    assert found.tolist() == [0, 1, 2, 3, 3, -1]


def test_the_score_z_is_unknown_where_the_centre_leaves_no_room():
    assert np.isnan(funnel.score_z(1.0, 10, 1.0))
    assert funnel.score_z(0.6, 100, 0.5) == pytest.approx(2.0)


def test_ranks_restart_in_each_group_and_leave_missing_values_out():
    found = ranks.rank_in_groups([3, 1, np.nan, 1, 5, 5], [0, 0, 0, 0, 1, 1])
    assert np.array_equal(found, [3, 1, np.nan, 1, 1, 1], equal_nan=True)
    assert ranks.count_in_groups([3, 1, np.nan, 1, 5, 5], [0, 0, 0, 0, 1, 1]).tolist() == [3, 3, 3, 3, 2, 2]
    assert ranks.rank_in_groups([], []).tolist() == []

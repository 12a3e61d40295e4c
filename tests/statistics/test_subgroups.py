"""Subgroups: what the observations of one point come to, and the spread within them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.statistics.control_charts import control_chart
from assets.statistics.subgroups import subgroups

OBSERVATIONS = st.tuples(st.integers(0, 2), st.integers(0, 4), st.one_of(st.integers(-9, 9).map(float), st.just(np.nan)))


@settings(max_examples=60, deadline=None)
@given(st.lists(OBSERVATIONS, min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_subgroups_are_what_each_of_them_comes_to_alone(rows, random):
    random.shuffle(rows)
    series, x, y = (np.array(column) for column in zip(*rows, strict=True))
    found = {aggregate: subgroups(series, x, y, aggregate=aggregate) for aggregate in ("mean", "median", "sum", "sd")}
    made = found["mean"]
    keys = {(a, b) for a, b, _ in rows}
    assert len(made.series) == len(keys) == made.points.inside.sum()
    assert made.points.value.shape == (len(np.unique(series)), max(sum(a == name for a, _ in keys) for name in series))
    for name, moment, row, column in zip(made.series, made.x, made.row, made.column, strict=True):
        alone = y[(series == name) & (x == moment)]
        known = alone[~np.isnan(alone)]
        assert made.points.count[row, column] == len(known)
        for aggregate, function in {"mean": np.mean, "median": np.median, "sum": np.sum}.items():
            expected = function(known) if len(known) or aggregate == "sum" else np.nan
            assert found[aggregate].points.value[row, column] == pytest.approx(expected, nan_ok=True)
        spread = np.std(known, ddof=1) if len(known) > 1 else np.nan
        assert found["sd"].points.value[row, column] == pytest.approx(spread, nan_ok=True, abs=1e-12)


def test_subgroups_are_in_order_of_x_and_a_missing_x_is_left_out():
    made = subgroups(["b", "a", "a", "a"], np.array(["2024-03", "2024-02", "2024-01", "NaT"], "datetime64[M]"), [1.0, 2, 3, 4])
    assert np.array_equal(made.points.value, [[3, 2], [1, np.nan]], equal_nan=True)
    assert made.points.inside.tolist() == [[True, True], [True, False]]


def test_a_count_without_its_denominator_is_missing_and_so_is_the_reverse():
    made = subgroups([1, 1, 1, 1], [1, 1, 2, 3], [2.0, np.nan, 3, 4], [10.0, 10, np.nan, 8])
    assert made.points.value[0].tolist()[::2] == [0.2, 0.5] and np.isnan(made.points.value[0, 1])
    assert made.points.size[0].tolist() == [10, 0, 8]


def test_the_spread_within_subgroups_is_pooled_where_their_sizes_differ():
    x, y = [1, 1, 1, 2, 2, 3, 3], [1.0, 2, 3, 5, 9, 4, 4]
    chart = control_chart("s", subgroups([0] * 7, x, y).points)
    assert chart.centre[0, 0] == pytest.approx(np.sqrt((2 * 1 + 1 * 8 + 0) / 4))
    equal_sizes = control_chart("s", subgroups([0] * 4, [1, 1, 2, 2], [1.0, 3, 5, 9]).points)
    assert equal_sizes.centre[0, 0] == pytest.approx((np.sqrt(2) + np.sqrt(8)) / 2)


def test_a_subgroup_of_one_has_no_limits_of_its_mean():
    chart = control_chart("xbar", subgroups([0] * 5, [1, 1, 2, 2, 3], [1.0, 3, 5, 9, 70]).points)
    assert np.isnan(chart.upper[0, 2]) and not chart.outside[0, 2]

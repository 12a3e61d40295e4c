"""Means to the last bit, and long arrays as rows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assets.statistics.numerics import _rational, exact_mean, places, to_rows
from tests.statistics.golden import cases


def test_a_machine_without_extended_precision_finds_the_same_means():
    case = next(p.values[0] for p in cases("r_mean"))
    rows = to_rows(case.column("x", "input"), *places(case.text("series", "input")))
    assert _rational(rows, ~np.isnan(rows)).tolist() == exact_mean(rows).tolist()


@given(st.lists(st.lists(st.integers(-1000, 1000), min_size=1, max_size=20), min_size=1, max_size=5), st.integers(0, 4))
def test_a_value_equal_to_all_others_equals_their_mean(series, digits):
    for values in series:
        equal = np.full(len(values), values[0] / 10**digits)
        assert exact_mean(equal[None])[0] == equal[0]


def test_an_infinity_makes_an_infinite_mean_and_two_opposite_ones_none():
    rows = np.array([[1, np.inf, np.nan], [np.inf, -np.inf, 1], [np.nan, np.nan, np.nan], [1, 2, np.nan]])
    for mean in (exact_mean(rows), _rational(rows, ~np.isnan(rows))):
        assert np.array_equal(mean, [np.inf, np.nan, np.nan, 1.5], equal_nan=True)


@given(st.lists(st.sampled_from(["a", "b", "c"])))
def test_rows_keep_the_order_within_groups_and_lead_back(groups):
    values = np.arange(len(groups), dtype=float)
    row, column = places(groups)
    rows = to_rows(values, row, column)
    assert rows[row, column].tolist() == values.tolist()
    for number, name in enumerate(sorted(set(groups))):
        found = rows[number][~np.isnan(rows[number])]
        assert found.tolist() == [k for k, group in enumerate(groups) if group == name]

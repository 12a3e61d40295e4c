"""Change points beyond the golden cases: the best partition by brute force, many series at once, gaps, series that do not change."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.statistics.change_points import change_points


def least_squares_of_all_partitions(y: np.ndarray, m: int, shortest: int) -> float:
    cuts = combinations(range(1, len(y)), m)
    parts = ([y[a:b] for a, b in zip((0, *cut), (*cut, len(y)), strict=True)] for cut in cuts)
    return min(sum(((p - p.mean()) ** 2).sum() for p in partition) for partition in parts if min(map(len, partition)) >= shortest)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=9, max_size=14), st.integers(2, 3))
def test_no_partition_is_better(values, shortest):
    y = np.array(values)
    found = change_points(y, shortest)
    for m, squares in enumerate(found.squares[0]):
        best = least_squares_of_all_partitions(y, m, shortest)
        assert squares == pytest.approx(best, rel=1e-9, abs=1e-9 * max(1.0, (y**2).sum()))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=10, max_size=30), st.floats(-50, 50), st.floats(0.1, 10))
def test_another_origin_or_unit_moves_no_change(values, shift, scale):
    y = np.array(values)
    found, moved = change_points(y, 3), change_points(y * scale + shift, 3)
    again = [_squares_at(y, after[:m]) for m, after in enumerate(moved.after[0])]
    np.testing.assert_allclose(again, found.squares[0], rtol=1e-6, atol=1e-6 * max(1.0, (y**2).sum()))


def _squares_at(y: np.ndarray, after: np.ndarray) -> float:
    return sum(((part - part.mean()) ** 2).sum() for part in np.split(y, after))


def test_many_series_of_different_lengths_are_each_found_as_if_alone():
    random = np.random.default_rng(2)
    lengths = [40, 25, 12, 33]
    padded = np.full((4, 40), np.nan)
    for k, length in enumerate(lengths):
        padded[k, :length] = random.normal(size=length) + 3 * (np.arange(length) >= length // 2)
    among = change_points(padded, 5)
    for k, length in enumerate(lengths):
        alone = change_points(padded[k, :length], 5)
        m = alone.squares.shape[1]
        np.testing.assert_allclose(among.squares[k, :m], alone.squares[0], rtol=1e-9)
        assert np.isnan(among.squares[k, m:]).all() and among.chosen[k] == alone.chosen[0]
        assert among.after[k, :m, : m - 1].tolist() == alone.after[0].tolist()


def test_a_gap_is_closed_and_places_are_told_in_columns_of_the_series():
    y = np.r_[np.zeros(8), np.full(8, 5.0)] + np.tile([0.1, -0.1], 8)
    gapped = np.insert(y, [3, 3, 8], np.nan)
    found = change_points(gapped, 3)
    assert found.chosen[0] == 1 and found.after[0, 1, 0] == 8 + 2  # after the tenth column, the last one before the step
    np.testing.assert_allclose(found.squares, change_points(y, 3).squares)


@pytest.mark.parametrize("level", [0.0, 0.1, 1e9 / 3])
def test_a_constant_series_has_no_change(level):
    assert change_points(np.full(40, level), 6).chosen[0] == 0


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.3), (1.0, 2.0), (1e6 + 0.1, 1e6 + 0.7)])
def test_an_exact_step_is_one_change_and_not_more(low, high):
    found = change_points(np.r_[np.full(20, low), np.full(17, high)], 4)
    assert found.chosen[0] == 1 and found.after[0, 1].tolist()[0] == 20


def test_a_series_too_short_for_two_segments_is_one_and_one_too_short_for_one_is_none():
    found = change_points([[1.0, 2, 3, np.nan], [np.nan] * 4, [1.0, np.nan, np.nan, np.nan]], 3)
    assert found.chosen.tolist() == [0, -1, -1] and np.isnan(found.squares[1:]).all()


def test_a_share_is_of_the_points_of_the_series():
    y = np.random.default_rng(1).normal(size=40)
    np.testing.assert_allclose(change_points(y, 0.15).squares, change_points(y, 6).squares)


def test_what_cannot_be_is_refused():
    for values, shortest, most in (([1, np.inf, 2, 3], 2, None), ([1, 2, 3, 4], 1, None), ([1, 2, 3, 4], 2, -1)):
        with pytest.raises(ValueError, match=r"\w+ \w+ \w+"):
            change_points(np.array(values, float), shortest, most)

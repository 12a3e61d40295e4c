"""Rules of runs, told again point by point in plain Python."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.statistics import runs

VALUES = st.lists(st.one_of(st.integers(-3, 3).map(float), st.just(np.nan)), min_size=1, max_size=40)
SIDES = st.lists(st.sampled_from([-1, 0, 1]), min_size=1, max_size=30)


def row(values, dtype=float):
    return np.array([values], dtype)


@settings(max_examples=150, deadline=None)
@given(VALUES, st.integers(-2, 2), st.integers(0, 2**40 - 1))
def test_runs_about_a_centre_as_counted_by_hand(values, centre, mask):
    included = [bool(mask >> k & 1) for k in range(len(values))]
    sides = [np.sign(v - centre) for v, use in zip(values, included, strict=True) if use and v == v and v != centre]
    lengths = [len(list(group)) for _, group in groupby(sides)]
    found = runs.anhoej(row(values), row([float(centre)] * len(values)), row(included, bool))
    assert (found.observed[0], found.useful[0]) == (sum(included), len(sides))
    if not sides:
        assert np.isnan([found.longest[0], found.crossings[0], found.longest_max[0]]).all() and not found.signal[0]
    else:
        assert (found.longest[0], found.crossings[0]) == (max(lengths), len(lengths) - 1)
        assert found.signal[0] == (max(lengths) > found.longest_max[0] or len(lengths) - 1 < found.crossings_min[0])


@settings(max_examples=150, deadline=None)
@given(VALUES, st.integers(2, 8))
def test_a_trend_is_every_point_of_some_window_that_rises_or_falls(values, length):
    flagged = set()
    for start in range(len(values) - length + 1):
        steps = np.diff(values[start : start + length])
        if (steps > 0).all() or (steps < 0).all():
            flagged |= set(range(start, start + length))
    found = runs.trend(row(values), length)[0]
    assert set(np.flatnonzero(found)) == flagged


@settings(max_examples=150, deadline=None)
@given(SIDES, st.integers(2, 8))
def test_a_shift_is_every_point_of_some_window_on_one_side(sides, length):
    flagged = set()
    for start in range(len(sides) - length + 1):
        if abs(sum(sides[start : start + length])) == length:
            flagged |= set(range(start, start + length))
    found = runs.shift(row(sides, np.int8), length)[0]
    assert set(np.flatnonzero(found)) == flagged
    assert all(found[k] in (0, sides[k]) for k in range(len(sides)))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([-1, 0, 1]), st.booleans()), min_size=1, max_size=30))
def test_two_in_three_flags_the_close_points_alone(points):
    sides, close = [side for side, _ in points], [is_close and side != 0 for side, is_close in points]
    flagged = set()
    for start in range(len(points) - 2):
        window = range(start, start + 3)
        if abs(sum(sides[k] for k in window)) == 3 and sum(close[k] for k in window) >= 2:
            flagged |= {k for k in window if close[k]}
    found = runs.two_in_three(row(close, bool), row(sides, np.int8))[0]
    assert set(np.flatnonzero(found)) == flagged


def test_a_rise_that_pauses_between_two_trends_is_nowhere_a_fall():
    values = [*range(7), *range(6, 13)]
    assert runs.trend(row(values), 7)[0].tolist() == [1] * 14


def test_points_on_the_centre_neither_break_a_run_nor_lengthen_it():
    found = runs.anhoej(row([1.0, 0, 1, np.nan, 1, -1]), row([0.0] * 6), np.ones((1, 6), bool))
    assert (found.useful[0], found.longest[0], found.crossings[0]) == (4, 3, 1)


def test_about_a_centre_that_is_infinite_there_are_no_sides_and_no_signal():
    found = runs.anhoej(row([1.0] * 20), row([np.inf] * 20), np.ones((1, 20), bool))
    assert found.useful[0] == 0 and not found.signal[0]


def test_a_process_that_always_crosses_gives_no_signal_and_one_that_never_does_gives_one():
    values = np.array([[1.0, -1.0] * 10, [1.0] * 10 + [-1.0] * 10])
    found = runs.anhoej(values, np.zeros((2, 20)), np.ones((2, 20), bool))
    assert found.signal.tolist() == [False, True]


def test_limits_of_runs_grow_with_the_points_and_a_negative_number_is_refused():
    longest, crossings = runs.anhoej_limits(np.arange(500))
    assert np.isnan(longest[0]) and np.isnan(crossings[0])
    assert (np.diff(longest[1:]) >= 0).all() and (np.diff(crossings[1:]) >= 0).all()
    assert (longest[24], crossings[24]) == (8, 8)
    with pytest.raises(ValueError, match="cannot be negative"):
        runs.anhoej_limits([-1])

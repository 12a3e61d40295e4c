"""Limits of funnels: what always holds, their neighbours in other software, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from assets.statistics import fingertips_funnel as fingertips
from assets.statistics import funnel
from assets.statistics.fingertips_search import bisected_bounds
from assets.statistics.funnel_axis import axis_points, rounded_down, rounded_up
from assets.statistics.intervals import wilson

SHARE = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(1e-9, 1 - 1e-9))


# ------------------------------------------------------------------------------------------------ exact limits
@given(st.integers(1, 20_000), SHARE)
def test_uninterpolated_limits_of_proportions_are_the_smallest_counts_that_reach_the_levels(n, centre):
    counts = np.rint(funnel.proportion_limits(n, centre, interpolate=False) * n)
    for count, level in zip(counts, funnel.LEVELS, strict=True):
        assert stats.binom.cdf(count, n, centre) >= level - 1e-12
        assert count == 0 or stats.binom.cdf(count - 1, n, centre) < level + 1e-12


@given(st.floats(1e-6, 1e6), st.floats(0, 10))
def test_uninterpolated_limits_of_rates_are_the_smallest_counts_that_reach_the_levels(exposure, centre):
    counts = np.rint(funnel.rate_limits(exposure, centre, interpolate=False) * exposure)
    for count, level in zip(counts, funnel.LEVELS, strict=True):
        assert stats.poisson.cdf(count, centre * exposure) >= level - 1e-12
        assert count == 0 or stats.poisson.cdf(count - 1, centre * exposure) < level + 1e-12


@given(st.integers(1, 5000), st.floats(0.001, 0.999))
def test_interpolated_limits_lie_within_one_count_below_the_uninterpolated_and_in_order(n, centre):
    smooth, whole = (funnel.proportion_limits(n, centre, interpolate=flag) for flag in (True, False))
    assert ((whole - smooth) * n > -1e-6).all() and ((whole - smooth) * n < 1 + 1e-6).all()
    assert (np.diff(smooth) > 0).all()


@settings(max_examples=60)
@given(st.integers(1, 600), st.floats(0.01, 0.99))
def test_chance_alone_puts_nobody_beyond_a_proportions_limit_more_often_than_the_limit_says(n, centre):
    count = np.arange(n + 1)
    limits = np.broadcast_to(funnel.proportion_limits(n, centre), (n + 1, 4))
    assert_not_more_than_said(funnel.position(count / n, limits, n), stats.binom.pmf(count, n, centre))


@settings(max_examples=60)
@given(st.floats(0.01, 400), st.floats(0.01, 3))
def test_chance_alone_puts_nobody_beyond_a_rates_limit_more_often_than_the_limit_says(exposure, centre):
    count = np.arange(int(3 * exposure * centre) + 40)
    limits = np.broadcast_to(funnel.rate_limits(exposure, centre), (len(count), 4))
    assert_not_more_than_said(funnel.position(count / exposure, limits, exposure), stats.poisson.pmf(count, centre * exposure))


def assert_not_more_than_said(place: np.ndarray, probability: np.ndarray) -> None:
    share = np.bincount(place, weights=probability, minlength=5)
    assert share[0] <= 0.001 + 1e-9 and share[4] <= 0.001 + 1e-9
    assert share[:2].sum() <= 0.025 + 1e-9 and share[3:].sum() <= 0.025 + 1e-9


def test_the_only_patient_is_no_outlier_although_his_count_lies_above_the_interpolated_limit():
    limits = funnel.proportion_limits([1.0], 0.5)
    assert limits[0, 3] < 1  # the published interpolation puts the upper limit below the whole count that it is made for
    assert funnel.position([1.0], limits)[0] == 4
    assert funnel.position([1.0], limits, [1.0])[0] == 2


def test_a_count_at_the_centre_is_never_beyond_a_limit_however_unlikely_the_very_number():
    assert stats.binom.pmf(1000, 2000, 0.5) < 0.025
    assert funnel.position([0.5], funnel.proportion_limits([2000], 0.5), 2000)[0] == 2
    assert funnel.position([0.5], funnel.score_limits([2000], 0.5))[0] == 2


def test_limits_of_many_cells_are_those_of_each_alone_in_any_shape():
    sizes, centres = np.array([[1], [30], [999]]), np.array([0.01, 0.5, 0.97, np.nan])
    together = funnel.proportion_limits(sizes, centres)
    assert together.shape == (3, 4, 4)
    for row, column in np.ndindex(3, 4):
        assert np.array_equal(together[row, column], funnel.proportion_limits(sizes[row, 0], centres[column]), equal_nan=True)


def test_what_has_no_size_or_no_centre_has_no_limits_and_spoils_none():
    for limits in (funnel.proportion_limits, funnel.rate_limits, funnel.score_limits):
        found = limits([20, 0, np.nan, 20], [0.3, 0.3, 0.3, np.nan])
        assert np.isnan(found[1:]).all() and np.array_equal(found[0], limits(20, 0.3))
    assert np.isnan(funnel.proportion_limits(20.5, 0.3)).all()


@pytest.mark.parametrize(("size", "centre"), [(-1, 0.5), (np.inf, 0.5), (10, -0.1), (10, np.inf)])
def test_impossible_sizes_and_centres_are_refused(size, centre):
    for limits in (funnel.proportion_limits, funnel.rate_limits, funnel.score_limits):
        with pytest.raises(ValueError, match=r"denominator|exposure|centre"):
            limits([10, size], [0.5, centre])


def test_a_proportion_above_1_is_no_centre_and_a_level_of_0_no_limit():
    with pytest.raises(ValueError, match="between 0 and 1"):
        funnel.proportion_limits(10, 1.1)
    with pytest.raises(ValueError, match="level"):
        funnel.rate_limits(10, 1.0, levels=(0.0, 0.5))


# ------------------------------------------------------------------------------------------------ Fingertips
@given(st.integers(1, 2000), st.integers(1, 2000), st.floats(0.01, 0.99))
def test_a_proportion_lies_beyond_its_score_limit_just_where_its_wilson_interval_leaves_the_centre_out(x, more, centre):
    n = x + more
    outer, inner = wilson(x, n, 0.998), wilson(x, n, 0.95)
    gap = min(abs(float(limit) - centre) for limit in (*outer, *inner))
    if gap < 1e-9:
        return
    expected = 0 if outer[1] < centre else 1 if inner[1] < centre else 4 if outer[0] > centre else 3 if inner[0] > centre else 2
    assert funnel.position([x / n], funnel.score_limits([n], centre))[0] == expected


def literal_probability(mean: float, first: int, last: float) -> float:
    """The sum over k as the package adds it, term by term."""
    term, total, chosen, k = 1.0, 0.0, 0.0, 0
    while k <= mean or term > total * 1e-10:
        total += term
        chosen += term if first <= k <= last else 0
        if total > 1e30:
            chosen, total, term = chosen / 1e30, total / 1e30, term / 1e30
        k += 1
        term *= mean / k
    return chosen / total


def literal_search(events: int, tail: float, is_upper: bool) -> float:
    v = step = 0.5
    while step > 1e-7:
        step /= 2
        mean = (1 + events) * v / (1 - v)
        beyond = literal_probability(mean, 0, events) < tail if is_upper else literal_probability(mean, events, 1e10) > tail
        v += -step if beyond else step
    return (1 + events) * v / (1 - v)


@pytest.mark.parametrize("events", [1, 2, 3, 9, 10, 47, 118, 250, 641])
def test_the_search_for_all_events_at_once_takes_the_steps_of_the_one_by_one(events):
    expected = [literal_search(events, tail, is_upper) for tail, is_upper in ((0.001, True), (0.025, True), (0.025, False), (0.001, False))]
    assert bisected_bounds([events, 5])[0] == pytest.approx(expected, rel=1e-13)


def test_the_search_comes_within_a_few_in_a_million_of_the_exact_bounds():
    events = np.unique(np.geomspace(1, 1e6, 400).round())
    assert bisected_bounds(events) == pytest.approx(fingertips.exact_bounds(events), rel=2e-6, abs=2e-6)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 3000)), min_size=2, max_size=30))
def test_lines_of_many_indicators_are_those_of_each_alone(pairs):
    x, n = (np.array(column, float) for column in zip(*((min(a, b), b) for a, b in pairs), strict=True))
    groups = np.arange(len(n)) % 2
    together = fingertips.proportion_lines(x, n, groups)
    for number in (0, 1):
        own = groups == number
        alone = fingertips.proportion_lines(x[own], n[own], np.zeros(own.sum()))
        assert np.array_equal(together.x[number], alone.x[0])
        assert together.limits[number] == pytest.approx(alone.limits[0], abs=1e-12)


def test_limits_of_proportions_are_cut_at_0_and_1_in_whatever_unit():
    lines = fingertips.proportion_lines([0, 3, 5], [4, 10, 20], [0, 0, 0])
    assert lines.limits.min() == 0 and lines.limits.max() == 1


def test_exact_lines_of_ratios_enclose_1_and_close_in_on_it():
    lines = fingertips.ratio_lines([3.5, 20, 180], [0, 0, 0])
    lower, upper = lines.limits[0, :, 0], lines.limits[0, :, 3]
    assert (lower < 1).all() and (upper > 1).all() and (np.diff(lower) > 0).all() and (np.diff(upper) < 0).all()


@pytest.mark.parametrize(("high", "expected"), [(100, 110), (950, 1000), (285714, 300000), (0, 0), (47, 50)])
def test_an_axis_ends_a_little_above_at_two_digits(high, expected):
    assert rounded_up(high) == expected


@pytest.mark.parametrize(("low", "expected"), [(100, 90), (1000, 900), (52, 40), (0, 0), (4, 3)])
def test_an_axis_begins_a_little_below_at_one_digit(low, expected):
    assert rounded_down(low) == expected


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(1, 1e7)), min_size=1, max_size=5), st.booleans())
def test_axis_points_are_a_hundred_rising_whole_numbers(ends, falls_short):
    first, last = (np.array(column) for column in zip(*ends, strict=True))
    points = axis_points(np.floor(first), np.ceil(first + last), falls_short)
    assert points.shape == (len(ends), 100) and (np.diff(points) >= 1).all() and (points == np.rint(points)).all() and (points >= 1).all()


def test_who_is_unknown_is_judged_by_nothing_and_spoils_no_average():
    whole = fingertips.proportion_significance([90, 10, 50], [100, 100, 100], [0, 0, 0])
    with_gap = fingertips.proportion_significance([90, 10, 50, np.nan, 4], [100, 100, 100, 100, np.nan], [0] * 5)
    assert whole.tolist() == [4, 0, 2] and with_gap.tolist() == [4, 0, 2, -1, -1]
    assert fingertips.ratio_significance([np.nan, 30, 3], [10, np.nan, 10]).tolist() == [-1, -1, 1]


def test_a_standardised_rate_of_fewer_than_ten_events_is_neither_judged_nor_drawn():
    events, rates, people = [9, 40], [900, 41], [1000, 97000]
    assert fingertips.rate_significance(events, rates, people, [0, 0], 1e5, is_standardised=True).tolist()[0] == -1
    rate, population = fingertips.rate_points(events, rates, people, 2, is_standardised=True)
    assert np.isnan([rate[0], population[0]]).all() and (rate[1], population[1]) == (41, 48500)
    assert not np.isnan(fingertips.rate_points(events, rates, people, 2, is_standardised=False)[0]).any()


def test_a_rate_of_no_events_needs_its_population():
    assert fingertips.derived_population([0, 5], [0, 50], 1000, [300, 999]).tolist() == [300, 100]
    assert np.isnan(fingertips.derived_population([0, 5], [0, 50], 1000, [300, 999], is_standardised=True)[0])
    with pytest.raises(ValueError, match="needs its population"):
        fingertips.derived_population([0, 5], [0, 50], 1000)
    with pytest.raises(ValueError, match="needs the populations"):
        fingertips.rate_significance([5], [50], None, [0], 1000, is_standardised=False)


def test_an_indicator_without_any_event_has_its_limits_at_0_and_one_without_providers_is_no_indicator():
    lines = fingertips.rate_lines([0, 0], [1000.0, 1500], [0, 0])
    assert lines.centre[0] == 0 and (lines.limits == 0).all()
    assert fingertips.proportion_lines([], [], []).limits.shape == (0, 100, 4)


@pytest.mark.parametrize(("x", "n"), [(1, 0), (-1, 10), (11, 10), (1, np.inf)])
def test_impossible_providers_are_refused(x, n):
    for judged in (fingertips.proportion_lines, fingertips.proportion_significance):
        with pytest.raises(ValueError, match="0 <= numerator <= denominator"):
            judged([5, x], [10, n], [0, 0])

"""Intervals of proportions, counts, rates, means and medians: what always holds, and what bad input comes to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assets.statistics import counts, intervals, quantiles
from assets.statistics.confidence import level, normal_distance, published_levels

CONFIDENCE = st.sampled_from([0.8, 0.9, 0.95, 0.99, 0.998])
PROPORTIONS = {"wilson": intervals.wilson, "wilson_corrected": intervals.wilson_corrected, "clopper_pearson": intervals.clopper_pearson}
COUNTS = {"exact": counts.exact_poisson, "byar": counts.byar, "byar_midpoint": counts.byar_midpoint, "house": counts.count_interval}


@st.composite
def share(draw):
    n = draw(st.integers(1, 5000))
    return draw(st.integers(0, n)), n


@pytest.mark.parametrize("name", PROPORTIONS)
@given(share(), CONFIDENCE)
def test_an_interval_of_a_proportion_encloses_it_and_stays_between_0_and_1(name, counted, confidence):
    x, n = counted
    lower, upper = PROPORTIONS[name](x, n, confidence)
    assert 0 <= lower <= x / n + 1e-12 and x / n - 1e-12 <= upper <= 1


@pytest.mark.parametrize("name", PROPORTIONS)
@given(share(), CONFIDENCE)
def test_those_without_the_event_have_the_mirrored_interval(name, counted, confidence):
    x, n = counted
    (lower, upper), (other_lower, other_upper) = (PROPORTIONS[name](k, n, confidence) for k in (x, n - x))
    assert lower == pytest.approx(1 - other_upper, abs=1e-9) and upper == pytest.approx(1 - other_lower, abs=1e-9)


@given(share(), CONFIDENCE)
def test_the_exact_interval_is_that_of_the_binomial_test(counted, confidence):
    x, n = counted
    expected = stats.binomtest(x, n).proportion_ci(confidence, "exact")
    assert [float(limit) for limit in intervals.clopper_pearson(x, n, confidence)] == pytest.approx([*expected], abs=1e-9)


@given(st.integers(0, 10**6), CONFIDENCE)
def test_the_exact_interval_of_a_count_leaves_half_the_error_at_each_end(x, confidence):
    lower, upper = counts.exact_poisson(x, confidence)
    assert stats.poisson.cdf(x, upper) == pytest.approx((1 - confidence) / 2, rel=1e-6)
    assert (x == 0 and lower == 0) or stats.poisson.sf(x - 1, lower) == pytest.approx((1 - confidence) / 2, rel=1e-6)


@given(st.floats(0, 1e7), CONFIDENCE)
def test_the_houses_interval_of_a_count_is_exact_below_ten_and_byars_from_ten(x, confidence):
    expected = counts.exact_poisson(x, confidence) if x < 10 else counts.byar(x, confidence)
    assert np.array_equal(counts.count_interval(x, confidence), expected)
    assert not np.isnan(expected).any()


@given(st.integers(10, 10**8), CONFIDENCE)
def test_byars_approximation_is_within_two_per_cent_of_the_exact_interval_from_ten_events(x, confidence):
    assert np.array(counts.byar(x, confidence)) == pytest.approx(np.array(counts.exact_poisson(x, confidence)), rel=0.02)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=8), st.floats(0.5, 1e6))
def test_a_rate_is_the_count_for_the_exposure_whatever_the_shape(events, exposure):
    many = counts.rate_interval(np.array(events)[:, None], [exposure, 2 * exposure])
    single = [counts.count_interval(x) for x in events]
    for side in (0, 1):
        assert many[side][:, 0] == pytest.approx([limits[side] / exposure for limits in single])
        assert many[side][:, 1] == pytest.approx([limits[side] / exposure / 2 for limits in single])


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40), CONFIDENCE)
def test_the_interval_of_a_mean_is_that_of_the_t_test(values, confidence):
    if np.std(values) < 1e-6:
        return
    found = intervals.mean_interval(np.mean(values), np.std(values, ddof=1), len(values), confidence)
    expected = stats.ttest_1samp(values, 0).confidence_interval(confidence)
    assert [*map(float, found)] == pytest.approx([expected.low, expected.high], rel=1e-6, abs=1e-6)


@given(st.lists(st.lists(st.integers(0, 20), min_size=0, max_size=30), min_size=1, max_size=4))
def test_the_interval_of_a_median_is_made_of_two_values_that_enclose_it(groups):
    labels = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    values = np.array([value for group in groups for value in group], float)
    lower, upper = quantiles.median_interval(values, labels)
    filled = [group for group in groups if group]
    for low, high, group in zip(lower, upper, filled, strict=True):
        if len(group) < 6:
            assert np.isnan(low) and np.isnan(high)
        else:
            assert low in group and high in group and low <= np.median(group) <= high


def test_least_and_greatest_of_four_values_enclose_the_median_in_seven_of_eight_cases_exactly():
    assert [int(rank) for rank in intervals.median_ranks(4, 0.875)] == [1, 4]
    assert [int(rank) for rank in intervals.median_ranks(4, 0.8751)] == [0, 0]


# ------------------------------------------------------------------------------------------------ bad input
@pytest.mark.parametrize("name", PROPORTIONS)
@pytest.mark.parametrize(("x", "n"), [(1, 0), (0, 0), (-1, 10), (11, 10), (1, -5), (1, np.inf), (np.inf, np.inf), (-np.inf, 10)])
def test_an_impossible_proportion_is_refused(name, x, n):
    with pytest.raises(ValueError, match="0 <= numerator <= denominator"):
        PROPORTIONS[name]([5, x], [10, n])


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("x", [-1, -0.001, np.inf, -np.inf])
def test_an_impossible_count_is_refused(name, x):
    with pytest.raises(ValueError, match="count of events is finite and at least 0"):
        COUNTS[name]([3, x])


@pytest.mark.parametrize("n", [0, -1, np.inf])
def test_an_impossible_exposure_is_refused(n):
    with pytest.raises(ValueError, match="finite and positive exposure"):
        counts.rate_interval([1, 2], [10, n])


def test_a_refusal_names_no_value():
    with pytest.raises(ValueError) as refused:
        intervals.wilson(987654, 123456)
    assert "987654" not in str(refused.value) and "123456" not in str(refused.value)


@pytest.mark.parametrize("name", PROPORTIONS)
def test_a_missing_number_makes_its_own_interval_unknown_and_no_other(name):
    whole = PROPORTIONS[name]([3, 4, 5], [10, 10, 10])
    with_gaps = PROPORTIONS[name]([3, np.nan, 5, 4], [10, 10, 10, np.nan])
    for all_known, some_known in zip(whole, with_gaps, strict=True):
        assert np.array_equal(some_known, [all_known[0], np.nan, all_known[2], np.nan], equal_nan=True)


@pytest.mark.parametrize("name", COUNTS)
def test_a_missing_count_makes_its_own_interval_unknown_and_no_other(name):
    for limit, alone in zip(COUNTS[name]([30, np.nan, 20]), COUNTS[name](20), strict=True):
        assert np.isnan(limit[1]) and limit[2] == alone and not np.isnan(limit[0])


def test_one_value_has_no_interval_of_its_mean_and_equal_values_one_without_width():
    lower, upper = intervals.mean_interval([5, 4], [np.nan, 0], [1, 3])
    assert np.isnan(lower[0]) and np.isnan(upper[0]) and lower[1] == upper[1] == 4


def test_a_negative_deviation_is_refused():
    with pytest.raises(ValueError, match="at least 0"):
        intervals.mean_interval(1, -1, 5)


def test_full_confidence_knows_only_what_is_possible():
    assert [*map(float, intervals.wilson(3, 10, 1))] == [0, 1]
    assert [*map(float, intervals.clopper_pearson(3, 10, 1))] == [0, 1]
    assert [*map(float, counts.exact_poisson(3, 1))] == [0, np.inf]


@pytest.mark.parametrize(("given_level", "share"), [(0.95, 0.95), (95, 0.95), (99.8, 0.998), (100, 1), (1, 1), (90, 0.9), (0.5, 0.5)])
def test_a_level_is_a_share_or_a_percentage(given_level, share):
    assert level(given_level) == pytest.approx(share)


@pytest.mark.parametrize("wrong", [0.05, 0.4999, 1.0001, 5, 89.9, 100.1, -0.95, np.nan])
def test_what_can_be_no_level_of_confidence_is_refused(wrong):
    with pytest.raises(ValueError, match="a level of confidence lies between"):
        level(wrong)


def test_a_published_figure_has_one_level_of_at_least_90_per_cent_or_the_two_of_a_funnel():
    assert published_levels([0.95, 0.998]) == (0.95, 0.998)
    assert published_levels([95]) == (0.95,) and published_levels(0.99) == (0.99,)
    for pair in ([0.9, 0.95], [0.998, 0.95], [0.95, 0.998, 0.999], []):
        with pytest.raises(ValueError, match="two levels of confidence can only be"):
            published_levels(pair)
    with pytest.raises(ValueError, match="published interval is at least"):
        published_levels(0.8)


def test_the_normal_distance_is_that_of_both_tails_together():
    assert normal_distance(0.95) == pytest.approx(stats.norm.isf(0.025), rel=1e-14)
    assert normal_distance(1) == np.inf

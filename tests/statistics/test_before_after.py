"""Comparisons of two phases beyond the golden cases: many at once, second oracles, and what cannot be told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from assets.statistics.before_after import compare_means, compare_proportions, compare_rates

counts = st.integers(0, 60)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(counts, counts, st.floats(0.1, 50), st.floats(0.1, 50)), min_size=1, max_size=8))
def test_rates_equal_the_exact_binomial_test_of_scipy_one_by_one(rows):
    y1, y2, n1, n2 = (np.array(column, float) for column in zip(*rows, strict=True))
    found = compare_rates(y1, n1, y2, n2)
    for k, (a, b) in enumerate(zip(y1, y2, strict=True)):
        if a + b == 0:
            assert np.isnan([found.effect[k], found.lower[k], found.upper[k], found.p_value[k]]).all()
            continue
        test = stats.binomtest(int(a), int(a + b), n1[k] / (n1[k] + n2[k]))
        interval = test.proportion_ci(0.95, "exact")
        assert found.p_value[k] == pytest.approx(test.pvalue, rel=1e-6)
        odds = [np.inf if limit == 1 else limit / (1 - limit) for limit in (interval.low, interval.high)]
        assert (found.lower[k], found.upper[k]) == pytest.approx(tuple(limit * n2[k] / n1[k] for limit in odds), rel=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.tuples(st.integers(1, 80), st.integers(1, 80)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
))  # fmt: skip
def test_turning_the_phases_round_turns_the_difference_round_and_leaves_the_evidence(case):
    y1, n1, y2, n2 = case
    there, back = compare_proportions(y1, n1, y2, n2), compare_proportions(y2, n2, y1, n1)
    assert there.effect == pytest.approx(-back.effect)
    assert (there.lower, there.upper) == pytest.approx((-back.upper, -back.lower))
    assert there.p_value == pytest.approx(back.p_value, nan_ok=True)
    assert -1 <= there.lower <= there.effect <= there.upper <= 1


def test_the_uncorrected_test_is_pearsons_chi_square():
    found = compare_proportions([30, 5], [200, 50], [50, 9], [210, 60], correct=False)
    for k, table in enumerate(([[30, 170], [50, 160]], [[5, 45], [9, 51]])):
        expected = stats.chi2_contingency(table, correction=False)
        assert (found.statistic[k], found.p_value[k]) == pytest.approx((expected.statistic, expected.pvalue))


def test_means_equal_welchs_test_of_scipy_and_gaps_are_left_out():
    random = np.random.default_rng(4)
    before, after = random.normal(5, 1, (3, 12)), random.normal(4, 3, (3, 20))
    before[1, [0, 5]] = after[2, 7:] = np.nan
    found = compare_means(before, after)
    for k in range(3):
        expected = stats.ttest_ind(before[k], after[k], equal_var=False, nan_policy="omit")
        assert (found.statistic[k], found.p_value[k], found.degrees[k]) == pytest.approx((expected.statistic, expected.pvalue, expected.df))
        assert (found.lower[k], found.upper[k]) == pytest.approx(tuple(expected.confidence_interval()))


def test_phases_without_any_event_or_without_any_other_tell_nothing():
    found = compare_proportions([0, 10], [20, 10], [0, 8], [30, 8])
    assert np.isnan(found.p_value).all() and (found.effect == 0).all()


@pytest.mark.parametrize(
    ("before", "after"), [([3.0, 3, 3], [3.0, 3, 3]), ([3.0, 3, 3], [5.0, 5]), ([1.0], [2.0, 3]), ([np.nan] * 3, [1.0, 2])]
)
def test_constant_phases_and_single_values_are_undetermined(before, after):
    found = compare_means(before, after)
    assert np.isnan([found.p_value, found.lower, found.upper, found.statistic]).all()
    with pytest.raises(ValueError, match="two values in each phase"):
        compare_means(before, after, undetermined="raise")


def test_one_undetermined_comparison_leaves_the_others_alone():
    found = compare_rates([0, 5], [10, 10], [0, 9], [10, 10])
    assert np.isnan(found.p_value[0]) and found.p_value[1] == pytest.approx(stats.binomtest(5, 14, 0.5).pvalue)
    with pytest.raises(ValueError, match="without any event"):
        compare_rates([0, 5], [10, 10], [0, 9], [10, 10], undetermined="raise")


def test_no_event_after_has_an_infinite_ratio_and_none_before_a_ratio_of_zero():
    found = compare_rates([4, 0], [10, 10], [0, 4], [10, 10])
    assert found.effect.tolist() == [np.inf, 0] and found.upper[0] == np.inf and found.lower[1] == 0
    assert np.isfinite(found.lower[0]) and np.isfinite(found.upper[1])


def test_a_missing_operand_is_missing_alone():
    found = compare_proportions([np.nan, 5], [20, 20], [3, 9], [20, 20])
    assert np.isnan([found.effect[0], found.p_value[0], found.lower[0], found.degrees[0]]).all() and found.p_value[1] < 1
    rates = compare_rates([3, 3], [np.nan, 5.0], [4, 4], [5, 5])
    assert np.isnan([rates.effect[0], rates.p_value[0], rates.lower[0]]).all() and rates.p_value[1] <= 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: compare_proportions(5, 4, 1, 4), lambda: compare_proportions(-1, 4, 1, 4), lambda: compare_proportions(0, 0, 1, 4),
        lambda: compare_proportions(1, np.inf, 1, 4), lambda: compare_rates(2.5, 4, 1, 4), lambda: compare_rates(-2, 4, 1, 4),
        lambda: compare_rates(2, 0, 1, 4), lambda: compare_means([1, np.inf, 2], [1, 2]), lambda: compare_rates(1, 2, 3, 4, undetermined="?"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(call):
    with pytest.raises(ValueError, match=r"\w+ \w+ \w+"):
        call()

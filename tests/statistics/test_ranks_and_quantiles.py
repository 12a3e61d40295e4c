"""Ranks, quantiles, adjusted p values and rounding: against scipy, numpy, statsmodels and their definitions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assets.statistics import multiplicity, ranks
from assets.statistics.quantiles import KINDS, quantiles
from assets.statistics.rounding import round_decimals

VALUES = st.lists(st.one_of(st.integers(-5, 5).map(float), st.just(float("nan")), st.sampled_from([np.inf, -np.inf])), max_size=25)
GROUPED = st.lists(VALUES, min_size=1, max_size=4)
NUMPY_NAMES = {1: "inverted_cdf", 2: "averaged_inverted_cdf", 6: "weibull", 7: "linear"}
SCIPY_NAMES = {"min": "min", "max": "max", "average": "average", "first": "ordinal"}


def long(groups: list[list[float]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([x for group in groups for x in group], float), np.repeat(np.arange(len(groups)), [len(group) for group in groups])


# ------------------------------------------------------------------------------------------------ ranks
@pytest.mark.parametrize("ties", ranks.TIES)
@given(GROUPED)
def test_ranks_are_scipys_within_each_group(ties, groups):
    found = ranks.rank_in_groups(*long(groups), ties)
    expected = [stats.rankdata(group, SCIPY_NAMES[ties], nan_policy="omit") for group in map(np.array, groups) if len(group)]
    assert np.array_equal(found, np.concatenate([*expected, []]), equal_nan=True)


@given(VALUES)
def test_the_percent_rank_is_the_share_of_the_others_that_are_smaller(values):
    found = ranks.percent_rank(values, np.zeros(len(values)))
    for x, share in zip(values, found, strict=True):
        others = [other for other in values if not np.isnan(other)]
        if np.isnan(x) or len(others) == 1:
            assert np.isnan(share)
        else:
            assert share == pytest.approx(sum(other < x for other in others) / (len(others) - 1))


@given(st.lists(st.integers(0, 8).map(float), min_size=1, max_size=60), st.integers(1, 12))
def test_quantile_groups_keep_ties_together_and_are_ordered_as_the_values(values, number):
    x, group = np.array(values), np.zeros(len(values))
    found = ranks.quantile_of_rank(ranks.rank_in_groups(x, group), ranks.count_in_groups(x, group), number)
    if len(values) < number:
        assert np.isnan(found).all()
        return
    assert set(found) <= set(range(1, number + 1))
    ordered = found[np.argsort(x, kind="stable")]
    assert (np.diff(ordered) >= 0).all()
    assert all(len(set(found[x == value])) == 1 for value in set(values))


def test_without_ties_quantile_groups_are_of_equal_size():
    x, group = np.random.default_rng(4).permutation(40).astype(float), np.zeros(40)
    found = ranks.quantile_of_rank(ranks.rank_in_groups(x, group), ranks.count_in_groups(x, group), 4)
    assert np.bincount(found.astype(int)).tolist() == [0, 10, 10, 10, 10]


def test_unknown_ways_to_rank_are_refused():
    with pytest.raises(ValueError, match="ties share"):
        ranks.rank_in_groups([1, 2], [0, 0], "dense")
    with pytest.raises(ValueError, match="at least one quantile group"):
        ranks.quantile_of_rank([1], [1], 0)


# ------------------------------------------------------------------------------------------------ quantiles
KNOWN = st.lists(st.one_of(st.integers(-50, 50).map(float), st.just(float("nan"))), max_size=12)


@pytest.mark.parametrize("kind", KINDS)
@given(
    st.lists(KNOWN, min_size=1, max_size=4),
    st.integers(1, 12).flatmap(lambda n: st.lists(st.integers(0, n).map(lambda k: k / n), min_size=1)),
)
def test_quantiles_are_numpys_of_the_known_values(kind, groups, shares):
    found = quantiles(*long(groups), shares, kind)
    known = [np.array([x for x in group if not np.isnan(x)]) for group in groups if group]
    for row, values in zip(found, known, strict=True):
        if len(values):
            assert row == pytest.approx(np.quantile(values, shares, method=NUMPY_NAMES[kind]), abs=1e-9)
        else:
            assert np.isnan(row).all()


@pytest.mark.parametrize(("kind", "expected"), [(1, [1, 2, 3]), (2, [1.5, 2.5, 3.5]), (6, [1.25, 2.5, 3.75]), (7, [1.75, 2.5, 3.25])])
def test_the_quartiles_of_four_values_differ_by_kind(kind, expected):
    assert quantiles([1, 2, 3, 4], np.zeros(4), [0.25, 0.5, 0.75], kind)[0].tolist() == expected


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30), st.sampled_from(KINDS))
def test_quantiles_rise_from_the_least_value_to_the_greatest(values, kind):
    found = quantiles(values, np.zeros(len(values)), np.linspace(0, 1, 21), kind)[0]
    assert found[0] == min(values) and found[-1] == max(values)
    assert (np.diff(found) >= -1e-6).all()


def test_a_quantile_on_an_infinite_value_is_infinite_and_beside_one_is_not_unknown():
    assert quantiles([1, 2, np.inf], [0, 0, 0], [0.5, 0.75, 1])[0].tolist() == [2, np.inf, np.inf]


def test_impossible_quantiles_are_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantiles([1.0], [0], [1.1])
    with pytest.raises(ValueError, match="kind 1, 2, 6 or 7"):
        quantiles([1.0], [0], [0.5], kind=3)


# ------------------------------------------------------------------------------------------------ p values
P = st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=15)


def defined(p: list[float], method: str) -> list[float]:
    """From the definition: the least rate at which the stepwise procedure would reject the test."""
    known = sorted(x for x in p if not np.isnan(x))
    n = len(known)
    harmonic = sum(1 / k for k in range(1, n + 1))
    factor = {
        "bonferroni": lambda k: n, "holm": lambda k: n - k + 1, "hochberg": lambda k: n - k + 1,
        "benjamini_hochberg": lambda k: n / k, "benjamini_yekutieli": lambda k: harmonic * n / k,
    }[method]  # fmt: skip
    scaled = [x * factor(k) for k, x in enumerate(known, 1)]
    if method == "holm":
        scaled = [max(scaled[: k + 1]) for k in range(n)]
    elif method != "bonferroni":
        scaled = [min(scaled[k:]) for k in range(n)]
    by_p = {x: min(1, value) for x, value in zip(known, scaled, strict=True)}
    return [by_p.get(x, np.nan) for x in p]


@pytest.mark.parametrize("method", multiplicity.METHODS)
@given(st.lists(P, min_size=1, max_size=4))
def test_adjusted_p_values_are_those_of_the_definition_family_by_family(method, families):
    found = multiplicity.adjusted_p(*long(families), method)
    assert found == pytest.approx([x for family in families for x in defined(family, method)], nan_ok=True)


@pytest.mark.parametrize("method", multiplicity.METHODS)
@given(P)
def test_no_adjustment_makes_a_p_value_smaller_or_changes_the_order(method, p):
    found = multiplicity.adjusted_p(p, np.zeros(len(p)), method)
    known = ~np.isnan(p)
    assert (found[known] >= np.array(p)[known] - 1e-15).all() and (found[known] <= 1).all() and np.isnan(found[~known]).all()
    assert (np.diff(found[np.argsort(p)][: known.sum()]) >= -1e-15).all()


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.inf])
def test_what_is_no_p_value_is_refused(wrong):
    with pytest.raises(ValueError, match="between 0 and 1"):
        multiplicity.adjusted_p([0.5, wrong], [0, 0])
    with pytest.raises(ValueError, match="adjusted by one of"):
        multiplicity.adjusted_p([0.5], [0], "fdr")


# ------------------------------------------------------------------------------------------------ rounding
@given(st.integers(-(10**8), 10**8), st.integers(0, 3), st.integers(0, 4))
def test_rounding_takes_the_nearest_decimal(whole, places, digits):
    x = whole / 10**places
    distance = abs(Fraction(float(round_decimals(x, digits))) - Fraction(x))
    assert distance <= Fraction(1, 2 * 10**digits) + Fraction(abs(x)) * Fraction(1, 2**51)
    assert Decimal(repr(float(round_decimals(x, digits)))) % Decimal(1).scaleb(-digits) == 0


@given(st.floats(-1e12, 1e12), st.integers(0, 6))
def test_rounding_again_changes_nothing_and_mirrors(x, digits):
    once = round_decimals(x, digits)
    assert round_decimals(once, digits) == once and round_decimals(-x, digits) == -once


def test_what_is_no_finite_number_stays_and_what_is_no_number_of_decimals_is_refused():
    assert np.array_equal(round_decimals([np.nan, np.inf, -np.inf, 0.0], 2), [np.nan, np.inf, -np.inf, 0], equal_nan=True)
    with pytest.raises(ValueError, match="number of decimals"):
        round_decimals(1.5, -1)

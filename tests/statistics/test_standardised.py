"""Directly and indirectly standardised rates: what always holds, and what bad input comes to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.statistics import counts
from assets.statistics.standardised import direct_rate, direct_rate_of_repeated_events, indirect_ratio

BANDS = st.lists(st.tuples(st.integers(0, 60), st.integers(50, 5000), st.integers(1, 7000)), min_size=1, max_size=12)


def columns(bands):
    return (np.array(column, float) for column in zip(*bands, strict=True))


@given(BANDS, st.floats(0.001, 1000))
def test_only_the_proportions_of_the_weights_matter(bands, factor):
    x, n, w = columns(bands)
    one, other = direct_rate(x, n, w, np.zeros(len(x))), direct_rate(x, n, w * factor, np.zeros(len(x)))
    for name in ("value", "lower", "upper"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-9, nan_ok=True)


@given(BANDS)
def test_weighted_by_its_own_population_a_rate_is_the_crude_one_with_byars_interval(bands):
    x, n, _ = columns(bands)
    rate = direct_rate(x, n, n, np.zeros(len(x)))
    if x.sum() < 10:
        assert np.isnan([rate.value[0], rate.lower[0], rate.upper[0]]).all()
        return
    assert rate.value[0] == pytest.approx(x.sum() / n.sum())
    assert (rate.lower[0], rate.upper[0]) == pytest.approx([limit / n.sum() for limit in counts.byar(x.sum())])


@given(BANDS, BANDS, st.randoms())
def test_groups_do_not_touch_each_other_and_the_order_of_rows_is_nothing(bands, others, random):
    rows = [("a", *band) for band in bands] + [("b", *band) for band in others]
    random.shuffle(rows)
    groups, x, n, w = (list(column) for column in zip(*rows, strict=True))
    together = direct_rate(x, n, w, groups)
    for name, own in (("a", bands), ("b", others)):
        alone = direct_rate(*columns(own), np.zeros(len(own)))
        place = list(together.groups).index(name)
        assert together.value[place] == pytest.approx(alone.value[0], nan_ok=True)
        assert together.upper[place] == pytest.approx(alone.upper[0], nan_ok=True)


@given(BANDS)
def test_events_that_each_happen_once_are_independent_ones(bands):
    x, n, w = columns(bands)
    strata, groups = np.arange(len(x)), np.zeros(len(x))
    once = direct_rate_of_repeated_events(x, np.ones(len(x)), n, w, strata, groups)
    independent = direct_rate(x, n, w, groups)
    for name in ("events", "population", "value", "lower", "upper"):
        assert getattr(once, name) == pytest.approx(getattr(independent, name), nan_ok=True)


def test_the_same_events_in_fewer_people_have_a_wider_interval():
    n, w, groups = [1000.0, 2000], [3.0, 2], [0, 0]
    single = direct_rate([20, 40], n, w, groups)
    double = direct_rate_of_repeated_events([10, 20], [2, 2], n, w, ["young", "old"], groups)
    assert double.value[0] == pytest.approx(single.value[0])
    assert double.upper[0] - double.lower[0] == pytest.approx(np.sqrt(2) * (single.upper[0] - single.lower[0]))


@given(BANDS)
def test_a_provider_that_is_its_own_reference_has_ratio_1(bands):
    x, n, _ = columns(bands)
    ratio = indirect_ratio(x, n, x, n, np.zeros(len(x)))
    if x.sum():
        assert ratio.value[0] == pytest.approx(1) and ratio.lower[0] < 1 < ratio.upper[0]
    assert ratio.reference_rate[0] == pytest.approx(x.sum() / n.sum())


def test_where_no_event_is_expected_there_is_no_finite_ratio_and_no_error():
    ratio = indirect_ratio([2, 0], [0, 0], [5, 5], [100, 100], ["some", "none"])
    assert ratio.groups.tolist() == ["none", "some"]
    assert np.isnan(ratio.value[0]) and ratio.value[1] == np.inf


def test_missing_events_are_none_for_they_have_no_row_in_the_data():
    rate = direct_rate([np.nan, 30], [100, 100], [1, 1], [0, 0])
    assert rate.events[0] == 30 and rate.value[0] == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("events", "population", "weight", "message"),
    [
        (-1, 10, 1, "events"), (np.inf, 10, 1, "events"), (1, 0, 1, "positive population"), (1, np.nan, 1, "positive population"),
        (1, -5, 1, "positive population"), (1, np.inf, 1, "positive population"), (1, 10, np.nan, "weight"), (1, 10, -1, "weight"),
    ],
)  # fmt: skip
def test_impossible_strata_of_a_direct_rate_are_refused(events, population, weight, message):
    with pytest.raises(ValueError, match=message):
        direct_rate([20, events], [100, population], [1, weight], [0, 0])


def test_a_stratum_with_two_populations_and_people_without_events_are_refused():
    with pytest.raises(ValueError, match="one population"):
        direct_rate_of_repeated_events([5, 5], [1, 2], [100, 101], [1, 1], ["a", "a"], [0, 0])
    with pytest.raises(ValueError, match="at least one event"):
        direct_rate_of_repeated_events([5, 5], [1, 0], [100, 100], [1, 1], ["a", "a"], [0, 0])


@pytest.mark.parametrize("place", range(4))
def test_a_negative_or_infinite_number_in_an_indirect_ratio_is_refused(place):
    for wrong in (-1, np.inf):
        given_columns = [[5.0, 5], [100.0, 100], [50.0, 50], [1000.0, 1000]]
        given_columns[place][1] = wrong
        with pytest.raises(ValueError, match="finite and at least 0"):
            indirect_ratio(*given_columns, [0, 0])


def test_no_groups_have_no_rates():
    assert len(direct_rate([], [], [], []).value) == 0 and len(indirect_ratio([], [], [], [], []).value) == 0

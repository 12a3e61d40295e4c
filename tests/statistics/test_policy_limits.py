"""How far a count lies from what is expected, and the limits beyond which that is too far."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assets.statistics.overdispersion import ARCSINE, ROOT_RATIO, overdispersed_limits
from assets.statistics.policy_limits import exact_distance, exact_limits, spread_distance, spread_limits

DISTANCES = (-3, -2, 2, 3)


@pytest.mark.parametrize(
    ("deaths", "expected", "is_alert", "is_alarm"),
    [
        (16, 10, False, False),  # P(16 or more) = 0.0487
        (17, 10, False, False),  # 0.0270, just above the 0.0228 of two standard deviations
        (18, 10, True, False),  # 0.0143
        (21, 10, True, False),  # 0.00159, just above the 0.00135 of three
        (22, 10, True, True),  # 0.00070
    ],
)
def test_deaths_are_an_alert_or_alarm_by_the_chance_of_so_many(deaths, expected, is_alert, is_alarm):
    z = exact_distance(deaths, expected, 1, is_share=False)
    assert stats.poisson.sf(deaths - 1, expected) == pytest.approx(stats.norm.sf(z))
    assert (z > 2, z > 3) == (is_alert, is_alarm)
    value, (alert, alarm) = deaths / expected, exact_limits(expected, 1, (2, 3), is_share=False)
    assert (value > alert, value > alarm) == (is_alert, is_alarm)


def test_a_share_below_the_network_lies_as_far_off_as_the_binomial_chance_says():
    z = exact_distance(20, 50, 0.6, is_share=True)
    assert z < 0
    assert stats.norm.cdf(z) == pytest.approx(stats.binom.cdf(20, 50, 0.6))


def test_what_is_expected_is_no_distance_away():
    assert exact_distance([10, 30], [10, 50], [1, 0.6], is_share=False)[0] == 0
    assert exact_distance(30, 50, 0.6, is_share=True) == 0


@given(st.integers(0, 400), st.integers(1, 400), st.floats(0.01, 0.99))
def test_a_share_lies_beyond_a_limit_just_where_its_distance_is_greater(events, cases, centre):
    events = min(events, cases)
    z, limits = float(exact_distance(events, cases, centre, is_share=True)), exact_limits(cases, centre, DISTANCES, is_share=True)
    beyond = [
        events / cases < limits[0] - 1e-12,
        events / cases < limits[1] - 1e-12,
        events / cases > limits[2] + 1e-12,
        events / cases > limits[3] + 1e-12,
    ]
    assert beyond == [z < -3, z < -2, z > 2, z > 3]


@given(st.integers(0, 300), st.floats(0.5, 200))
def test_a_count_lies_beyond_a_limit_just_where_its_distance_is_greater(events, expected):
    z, limits = float(exact_distance(events, expected, 1, is_share=False)), exact_limits(expected, 1, DISTANCES, is_share=False) * expected
    beyond = [events < limits[0] - 1e-9, events < limits[1] - 1e-9, events > limits[2] + 1e-9, events > limits[3] + 1e-9]
    assert beyond == [z < -3, z < -2, z > 2, z > 3]


def test_chance_alone_makes_an_alert_no_more_often_than_its_tail_says():
    counts = np.arange(0, 200)
    for expected in (5, 12.5, 40):
        z = exact_distance(counts, expected, 1, is_share=False)
        chance = stats.poisson.pmf(counts, expected)
        assert chance[z > 2].sum() <= stats.norm.sf(2)
        assert chance[z > 3].sum() <= stats.norm.sf(3)


def test_what_cannot_be_told_is_missing():
    z = exact_distance([np.nan, 5, 5, 2.5], [50, 0, np.nan, 50], [0.1, 0.1, 0.1, 0.1], is_share=True)
    assert np.isnan(z).all()
    assert np.isnan(exact_limits(0, 0.1, DISTANCES, is_share=True)).all()
    assert np.isnan(spread_distance(5, 0, 0.5, 0.01, is_share=True))


@pytest.mark.parametrize("wrong", [(-1, 10, 0.5), (1, -10, 0.5), (11, 10, 0.5), (1, 10, 1.5)])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r"at least 0|at most"):
        exact_distance(*wrong, is_share=True)


@pytest.mark.parametrize("is_share", [True, False])
def test_limits_beside_overdispersion_are_those_of_the_adjusted_funnel(is_share):
    size, centre, tau = np.array([50.0, 200.0, 1000.0]), 0.7, 0.01
    form, on, around = (ARCSINE, size, centre) if is_share else (ROOT_RATIO, size * centre, 1.0)
    expected = overdispersed_limits(on, around, tau, form, distances=(2, 3)) * (1 if is_share else centre)
    assert spread_limits(size, centre, tau, DISTANCES, is_share) == pytest.approx(expected)


@given(st.integers(1, 300), st.floats(0.05, 0.95), st.floats(0, 0.05), st.data())
def test_a_value_lies_beyond_an_adjusted_limit_just_where_its_distance_is_greater(cases, centre, tau, data):
    events = data.draw(st.integers(0, cases))
    z, limits = float(spread_distance(events, cases, centre, tau, True)), spread_limits(cases, centre, tau, DISTANCES, True)
    beyond = [events / cases < limits[0], events / cases < limits[1], events / cases > limits[2], events / cases > limits[3]]
    near = np.min(np.abs(np.abs(z) - [2, 3])) < 1e-9
    assert near or beyond == [z < -3, z < -2, z > 2, z > 3]


def test_the_wider_the_peers_differ_the_nearer_a_provider_is():
    z = spread_distance(60, 100, 0.8, [0, 0.005, 0.05], is_share=True)
    assert z[0] < z[1] < z[2] < 0

"""The controlled comparison: worked by hand, what it must not be moved by, how often it is right; and the pooling of effects."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from assets.statistics.effects import controlled_difference, controlled_segments, followed_extreme, pool, segments, single_difference
from bench.effects import SCENARIOS, simulate

BEFORE = np.array([True, True, True, False, False, False])


def test_by_hand_beside_two_others():
    """Own shares rise from 50 to 70 %, the others' from 40 to 45 %: 15 points are its own."""
    own, one, two = [0.4, 0.5, 0.6, 0.6, 0.7, 0.8], [0.3, 0.4, 0.5, 0.4, 0.5, 0.6], [0.5, 0.4, 0.3, 0.5, 0.4, 0.3]
    found = controlled_difference([own, one, two], np.full((3, 6), 10.0), BEFORE, ~BEFORE)
    assert (found.before, found.after, found.compared) == pytest.approx((0.5, 0.7, 2))
    assert found.estimate == pytest.approx((0.7 - 0.5) - (0.45 - 0.4))
    # the rest is (40, 40, 40, 45, 45, 45) %: own months lie 0, 10, 20 and 15, 25, 35 points above it, squares about their means 0.02 a phase, 6 - 2 degrees
    variance = 0.04 / 4 * (1 / 3 + 1 / 3)
    # the one lies -20, 0, 20 and -10, 10, 30 points above the other: 10 points more after, squares 0.08 a phase; the other the reverse
    placebo = 0.1**2 / (0.16 / 4 * (1 / 3 + 1 / 3)) * (4 - 2) / 4
    dispersion = max(1, placebo)
    assert found.dispersion == pytest.approx(dispersion)
    assert found.error == pytest.approx(np.sqrt(variance * dispersion))
    assert found.degrees == pytest.approx(1 / (1 / 2 + 1 / 4))
    assert found.upper - found.estimate == pytest.approx(stats.t.ppf(0.975, found.degrees) * found.error)


def test_weights_are_cases_so_the_phases_are_pooled_shares():
    counts, cases = np.array([1, 8, 3, 9.0]), np.array([10, 20, 5, 30.0])
    before = np.array([True, True, False, False])
    found = single_difference(counts / cases, cases, before, ~before)
    assert (found.before, found.after) == pytest.approx((9 / 30, 12 / 35))


def network(seed: int = 1, providers: int = 15, months: int = 36) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    cases = rng.integers(15, 60, (providers, months)).astype(float)
    return rng.binomial(cases.astype(int), 0.6) / cases, cases


@pytest.mark.parametrize(
    "drift", [np.linspace(0, 0.3, 36), np.where(np.arange(36) < 24, 0, 0.2), 0.1 * np.sin(np.arange(36))], ids=["trend", "step", "season"]
)
def test_what_the_whole_network_does_is_not_claimed(drift):
    values, cases = network()
    before = np.arange(36) < 24
    plain, drifting = (controlled_difference(y, cases, before, ~before) for y in (values, values + drift))
    assert drifting.estimate == pytest.approx(plain.estimate, abs=0.01)
    assert drifting.lower < 0 < drifting.upper


def test_scale_and_order_of_the_others_make_no_difference():
    values, cases = network()
    before = np.arange(36) < 24
    found = controlled_difference(values, cases, before, ~before)
    turned = controlled_difference(np.r_[values[:1], values[:0:-1]], np.r_[cases[:1], cases[:0:-1]], before, ~before)
    minutes = controlled_difference(60 * values, 3 * cases, before, ~before)
    assert turned.upper == pytest.approx(found.upper) and turned.lower == pytest.approx(found.lower)
    assert (minutes.estimate / 60, minutes.upper / 60) == pytest.approx((found.estimate, found.upper))


def test_gaps_and_others_without_a_phase_are_left_out():
    values, cases = network()
    before = np.arange(36) < 24
    values[0, [3, 30]], values[5, 24:] = np.nan, np.nan
    found = controlled_difference(values, cases, before, ~before)
    without = controlled_difference(np.delete(values, 5, 0), np.delete(cases, 5, 0), before, ~before)
    assert found.compared == 13 and found.estimate == pytest.approx(without.estimate) and found.upper == pytest.approx(without.upper)


def test_what_cannot_be_told_is_nan_and_what_cannot_be_is_refused():
    before = np.array([True, False, False])
    assert np.isnan(single_difference([0.5, 0.6, 0.7], [1, 1, 1], before, ~before).lower)
    constant = np.array([True, True, False, False])
    assert np.isnan(single_difference([0.5, 0.5, 0.9, 0.9], np.ones(4), constant, ~constant).lower)
    assert np.isnan(controlled_difference(np.empty((1, 0)), np.empty((1, 0)), np.zeros(0, bool), np.zeros(0, bool)).estimate)
    for wrong in (
        ([1, np.inf, 2.0], [1, 1, 1], before),
        ([1, 1, 2.0], [1, -1, 1], before),
        ([1, 1, 2.0], [1, 1, 1], np.array([True, True, True])),
    ):
        with pytest.raises(ValueError):
            single_difference(*wrong, np.array([False, True, True]))


def test_steps_and_slopes_are_told_apart():
    months = np.arange(40)
    values, cases = network(2, months=40)
    values[0] = 0.3 + 0.02 * (months >= 20) * (months - 19) + 0.001 * np.cos(months)
    found = controlled_segments(values, cases, 20, 3)
    assert found.slope_lower < 0.02 < found.slope_upper and found.step_lower < 0 < found.step_upper
    alone = segments(values[0], 20, 3)
    assert alone.slope == pytest.approx(0.02, abs=0.001) and alone.step == pytest.approx(0, abs=0.003)


CHART = [0.50, 0.52, 0.49, 0.51, 0.50, 0.48, 0.52, 0.50, 0.49, 0.51, 0.52, 0.50, 0.49, 0.51]


@pytest.mark.parametrize(
    ("latest", "better", "expected"),
    [
        ([0.50, 0.51, 0.30], 1, True), ([0.30, 0.50, 0.50], 1, True), ([0.50, 0.51, 0.30], -1, False), ([0.50, 0.51, 0.30], 0, True),
        ([0.50, 0.51, 0.75], 1, False), ([0.50, 0.51, 0.49], 1, False), ([0.455, 0.455, 0.50], 1, True), ([0.455, 0.50, 0.50], 1, False),
    ],
    ids=["a bad month", "two months ago", "a good month", "neutral", "good, higher better", "nothing", "two nearly bad", "one nearly bad"],
)  # fmt: skip
def test_an_extreme_before_a_change(latest, better, expected):
    assert followed_extreme([*CHART, *latest], better) is expected


def test_few_months_have_no_extreme():
    assert not followed_extreme([0.5, 0.6, 0.1], 1)
    assert not followed_extreme([], 1)


# ------------------------------------------------------------------------------------------------ how often it is right
@pytest.mark.parametrize("scenario", [SCENARIOS[4], SCENARIOS[11]], ids=lambda scenario: scenario.name)
def test_intervals_hold_the_truth_as_often_as_they_say(scenario):
    """120 networks: 95 % within four standard errors; the committed table has 2,000 of each."""
    rates = simulate(scenario, networks=120, seed=3)
    assert rates.coverage >= 95 - 4 * 2
    assert rates.claimed_by_plain_test > 50, "a plain test would claim the drift"
    assert rates.claimed < 12 if not scenario.effect else rates.claimed > 20


# ------------------------------------------------------------------------------------------------ pooling
def test_pooled_effects_by_hand():
    """Paule and Mandel's variance makes the weighted squares equal to the degrees: 0.08 / (0.0025 + 0.0375) = 2."""
    effects, errors = np.array([0.0, 0.2, 0.4]), np.array([0.05, 0.05, 0.05])
    found = pool(effects, errors)
    assert found.tau**2 == pytest.approx(0.04 - 0.0025, abs=1e-4)
    assert found.estimate == pytest.approx(0.2)
    assert found.upper - 0.2 == pytest.approx(stats.t.ppf(0.975, 2) * np.sqrt(0.04 / 3), rel=1e-3)
    assert found.i_squared == pytest.approx(1 - 2 / (0.08 / 0.0025))
    assert found.predicted_upper > found.upper


def test_one_effect_is_itself_and_two_say_little():
    assert pool([0.1], [0.02]).lower == pytest.approx(0.1 - 1.95996 * 0.02, abs=1e-6)
    two = pool([0.1, 0.12], [0.02, 0.02])
    assert two.estimate == pytest.approx(0.11) and np.isnan(two.lower) and np.isnan(two.predicted_lower)
    with pytest.raises(ValueError):
        pool([0.1, 0.2], [0.0, 0.1])

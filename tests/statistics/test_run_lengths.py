"""Run lengths and limits of CUSUM charts beyond the golden cases: against simulation, enumeration and laws that must hold."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from assets.statistics import cusum
from assets.statistics.false_alarms import exact_limit, simulated_limit
from assets.statistics.run_lengths import gaussian_limit, gaussian_run_length, risk_adjusted_limit, risk_adjusted_run_length

SHARE, RISK = np.array([0.5, 0.3, 0.2]), np.array([0.03, 0.1, 0.35])


def simulated_run_lengths(limit: float, ratio: float, true_odds: float, runs: int = 3000) -> np.ndarray:
    random = np.random.default_rng(17)
    level, length, running = np.zeros(runs), np.zeros(runs), np.ones(runs, bool)
    while running.any():
        risk = RISK[np.searchsorted(SHARE.cumsum(), random.random(runs))]
        dies = random.random(runs) < cusum.shifted_risk(risk, true_odds)
        level = np.maximum(0, level + cusum.likelihood_weights(dies.astype(float), risk, ratio))
        length += running
        running &= level < limit
    return length


@pytest.mark.parametrize(("ratio", "true_odds"), [(2.0, 1.0), (2.0, 2.0), (0.5, 1.0)])
def test_the_chain_agrees_with_simulated_patients(ratio, true_odds):
    lengths = simulated_run_lengths(1.2, ratio, true_odds)
    found = risk_adjusted_run_length(1.2, SHARE, RISK, ratio, true_odds)
    assert found == pytest.approx(lengths.mean(), abs=4 * lengths.std() / np.sqrt(len(lengths)))


def test_a_finer_grid_changes_little():
    coarse, fine = (risk_adjusted_run_length(2.5, SHARE, RISK, scaling=scaling) for scaling in (200, 600))
    assert coarse == pytest.approx(fine, rel=5e-3)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.5, 3), st.floats(0.1, 1))
def test_a_higher_limit_runs_longer_and_worse_care_shorter(limit, more):
    length = risk_adjusted_run_length(limit, SHARE, RISK, scaling=50)
    assert risk_adjusted_run_length(limit + more, SHARE, RISK, scaling=50) > length
    assert risk_adjusted_run_length(limit, SHARE, RISK, true_odds=1 + more, scaling=50) < length


def test_patients_who_cannot_die_only_take_their_time():
    length = risk_adjusted_run_length(2.0, [1.0], [0.1], scaling=200)
    assert risk_adjusted_run_length(2.0, [0.5, 0.5], [0.0, 0.1], scaling=200) == pytest.approx(2 * length)


def test_nobody_at_risk_never_signals():
    assert risk_adjusted_run_length(2.0, [1.0], [0.0]) == np.inf


@pytest.mark.parametrize("wanted", [50.0, 1000.0, 20_000.0])
def test_the_limit_for_a_run_length_gives_that_run_length(wanted):
    limit = risk_adjusted_limit(wanted, SHARE, RISK)
    assert risk_adjusted_run_length(limit, SHARE, RISK, scaling=300) == pytest.approx(wanted, rel=1e-3)


def test_the_limit_for_better_care_is_found_as_well():
    limit = risk_adjusted_limit(1000, SHARE, RISK, odds_ratio=0.5)
    assert risk_adjusted_run_length(limit, SHARE, RISK, 0.5, scaling=300) == pytest.approx(1000, rel=1e-3)


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 1.5), st.floats(-1, 2))
def test_with_a_limit_of_zero_scores_run_until_the_first_above_the_slack(slack, mean):
    assert gaussian_run_length(slack, 0.0, mean) == pytest.approx(1 / norm.sf(slack - mean), rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.1, 1.5), st.floats(0, 6), st.floats(-1, 2))
def test_a_two_sided_chart_runs_shorter_than_each_of_its_sides(slack, limit, mean):
    up, down = gaussian_run_length(slack, limit, mean), gaussian_run_length(slack, limit, -mean)
    both = gaussian_run_length(slack, limit, mean, two_sided=True)
    assert both <= min(up, down) and 1 / both == pytest.approx(1 / up + 1 / down)


def test_a_run_length_beyond_all_digits_is_still_right():
    near, far = gaussian_run_length(1.0, [20.0, 30.0], -2.0)
    assert np.log(far / near) == pytest.approx(10 * 6, rel=1e-6), "with slack k and mean mu it grows by exp(2 (k - mu)) for each 1"


def test_scores_agree_with_simulation():
    random = np.random.default_rng(6)
    level, length, running = np.zeros(4000), np.zeros(4000), np.ones(4000, bool)
    while running.any():
        level = np.maximum(0, level + random.normal(0.3, 1, 4000) - 0.5)
        length += running
        running &= level < 3
    assert gaussian_run_length(0.5, 3.0, 0.3) == pytest.approx(length.mean(), abs=4 * length.std() / np.sqrt(4000))


@pytest.mark.parametrize("two_sided", [False, True])
def test_limits_of_scores_give_the_wanted_run_lengths_each_its_own(two_sided):
    wanted = np.array([[50.0, 370.4, 1e5]])
    limits = gaussian_limit([[0.5], [1.0]], wanted, two_sided)
    np.testing.assert_allclose(gaussian_run_length([[0.5], [1.0]], limits, two_sided=two_sided), np.tile(wanted, (2, 1)), rtol=1e-6)


def test_a_missing_argument_is_missing_alone():
    found = gaussian_run_length([0.5, np.nan], 4.0)
    assert found[0] == pytest.approx(335.37, rel=1e-4) and np.isnan(found[1])


def enumerated_limit(patients: int, risk: float, ratio: float, alpha: float) -> float:
    outcomes = np.array(list(product([0.0, 1.0], repeat=patients)))
    charts = np.abs(cusum.risk_adjusted(outcomes, risk, 1e9 if ratio > 1 else -1e9, ratio, reset=False).value).round(10)
    chance = np.where(outcomes == 1, risk, 1 - risk).prod(axis=1)
    candidates = np.unique(charts)
    reached = [chance[(charts >= value).any(axis=1)].sum() for value in candidates]
    return candidates[np.abs(alpha - np.array(reached)).round(12).argmin()]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.floats(0.02, 0.6), st.sampled_from([0.5, 0.7, 1.5, 2.0, 3.0]), st.floats(0.01, 0.3))
def test_the_exact_limit_is_the_one_found_by_enumerating_all_sequences(patients, risk, ratio, alpha):
    assert exact_limit(patients, risk, ratio, alpha) == pytest.approx(enumerated_limit(patients, risk, ratio, alpha), abs=1e-8)


def test_the_exact_limit_of_more_patients_than_can_be_enumerated_keeps_its_chance_of_a_false_alarm():
    limit = exact_limit(120, 0.1, 2.0, 0.05)
    outcomes = (np.random.default_rng(9).random((20_000, 120)) < 0.1).astype(float)
    alarms = cusum.risk_adjusted(outcomes, 0.1, limit - 1e-9).signal.any(axis=1).mean()
    assert alarms == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("ratio", [2.0, 0.5])
def test_a_simulated_limit_keeps_its_chance_of_a_false_alarm_in_both_directions(ratio):
    random = np.random.default_rng(3)
    risks = random.choice(RISK, 80, p=SHARE)
    limit = simulated_limit(risks, ratio, 0.05, seed=1)
    p = random.choice(risks, (20_000, 80))
    alarms = cusum.risk_adjusted((random.random(p.shape) < p).astype(float), p, limit if ratio > 1 else -limit, ratio).signal.any(axis=1)
    assert alarms.mean() == pytest.approx(0.05, abs=0.01)


def test_the_same_seed_gives_the_same_limit():
    assert simulated_limit(RISK, 2, 0.05, 500, seed=4) == simulated_limit(RISK, 2, 0.05, 500, seed=4)


@pytest.mark.parametrize(
    "call",
    [
        lambda: risk_adjusted_run_length(0.0, [1], [0.1]), lambda: risk_adjusted_run_length(np.inf, [1], [0.1]),
        lambda: risk_adjusted_run_length(1.0, [0.5], [0.1]), lambda: risk_adjusted_run_length(1.0, [1.5, -0.5], [0.1, 0.2]),
        lambda: risk_adjusted_run_length(1.0, [1], [np.nan]), lambda: risk_adjusted_limit(0.5, [1], [0.1]),
        lambda: risk_adjusted_limit(np.inf, [1], [0.1]), lambda: gaussian_run_length(0.5, -1.0), lambda: gaussian_run_length(0.5, np.inf),
        lambda: gaussian_limit(0.5, 1.0), lambda: gaussian_limit(0.5, np.inf), lambda: exact_limit(0, 0.1, 2, 0.05),
        lambda: exact_limit(5, 0.0, 2, 0.05), lambda: exact_limit(5, 0.1, 1, 0.05), lambda: exact_limit(5, 0.1, 2, 1.5),
        lambda: simulated_limit([], 2, 0.05), lambda: simulated_limit([0.1, np.nan], 2, 0.05), lambda: simulated_limit([0.1], 2, -0.05),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(call):
    with pytest.raises(ValueError, match=r"\w+ \w+ \w+"):
        call()

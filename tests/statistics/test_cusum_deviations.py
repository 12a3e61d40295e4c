"""What the packages do where our CUSUM, comparisons and change points do otherwise on purpose (docs/deviations.md)."""

from __future__ import annotations

import numpy as np
import pytest

from assets.statistics import cusum
from assets.statistics.before_after import compare_means, compare_rates
from assets.statistics.change_points import change_points
from assets.statistics.false_alarms import simulated_limit
from assets.statistics.run_lengths import risk_adjusted_run_length


def test_a_constant_risk_above_one_half_is_taken_as_it_is():
    y = np.r_[np.ones(14), np.zeros(6)][None]
    as_expected = cusum.risk_adjusted(y, 0.7, 3.0, reset=False)
    turned = cusum.risk_adjusted(y, 0.3, 3.0, reset=False)  # what the package would chart in its place
    assert turned.signal.any() and not as_expected.signal.any()


def test_a_limit_for_better_is_not_one_that_nearly_every_run_passes():
    risks = np.full(60, 0.2)
    ours = simulated_limit(risks, 0.5, 0.05, 4000, seed=2)
    p = np.full((4000, 60), 0.2)
    outcomes = (np.random.default_rng(3).random(p.shape) < p).astype(float)
    lowest = cusum.risk_adjusted(outcomes, p, -1e9, 0.5, reset=False).value.min(axis=1)
    of_the_package = np.quantile(lowest, 1 - 0.05)
    assert (lowest <= -ours).mean() == pytest.approx(0.05, abs=0.02)
    assert (lowest <= of_the_package).mean() >= 0.9


def test_a_weight_that_lies_on_the_grid_keeps_its_chance():
    """The package splits a chance by the distances to floor and ceiling, which for a whole number are both 0: it is lost."""
    without, with_some = (risk_adjusted_run_length(2.0, share, [0.0, 0.1], scaling=100) for share in ([0, 1], [0.25, 0.75]))
    assert with_some == pytest.approx(without / 0.75)


def test_no_change_is_nothing_to_look_for():
    with pytest.raises(ValueError, match="odds ratio"):
        cusum.risk_adjusted([[0, 1]], 0.1, 3.0, odds_ratio=1)


def test_a_limit_on_the_side_to_which_the_chart_never_moves_is_refused():
    """The package warns, and signals at every patient."""
    with pytest.raises(ValueError, match="side"):
        cusum.risk_adjusted([[0, 0]], 0.1, 3.0, odds_ratio=0.5)


def test_a_missing_outcome_is_padding_only_behind_a_series_and_a_missing_risk_an_error():
    assert np.isnan(cusum.risk_adjusted([[0, 1, np.nan]], 0.1, 3.0).value[0]).tolist() == [False, False, True]
    with pytest.raises(ValueError, match="needs a risk"):
        cusum.risk_adjusted([[0, 1]], [[0.1, np.nan]], 3.0)


def test_what_two_phases_cannot_tell_is_missing_unless_it_is_asked_to_stop():
    constant, none = compare_means([[3.0, 3]], [[4.0, 4]]), compare_rates([0], [5], [0], [5])
    assert np.isnan([constant.p_value[0], none.p_value[0]]).all()
    for call in (lambda: compare_means([3.0, 3], [4.0, 4], undetermined="raise"), lambda: compare_rates(0, 5, 0, 5, undetermined="raise")):
        with pytest.raises(ValueError, match="two"):
            call()


def test_a_phase_without_exposure_has_no_rate():
    with pytest.raises(ValueError, match="exposure"):
        compare_rates(0, 0, 3, 10)


def test_rounding_is_no_change_of_level():
    found = change_points(np.r_[np.full(15, 0.1), np.full(15, 0.3), np.full(15, 0.1)], 5)
    assert found.chosen[0] == 2 and found.squares[0, 2] == 0

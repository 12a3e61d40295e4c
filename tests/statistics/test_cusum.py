"""CUSUM charts beyond the golden cases: many series at once, gaps, what happens at a signal, and input that cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.statistics import cusum

RISKS = np.array([[0.05, 0.2, 0.1, 0.4, 0.02, 0.3, 0.15, 0.1]])
OUTCOMES = np.array([[1.0, 0, 1, 1, 0, 0, 1, 0]])

patients = st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=1, max_size=40)


def columns(rows) -> tuple[np.ndarray, np.ndarray]:
    y, p = zip(*rows, strict=True)
    return np.array([y], float), np.array([p])


@settings(max_examples=100, deadline=None)
@given(patients, st.floats(1.1, 5), st.floats(0.1, 6))
def test_without_reset_the_chart_is_the_running_sum_above_its_lowest_point_so_far(rows, ratio, limit):
    y, p = columns(rows)
    chart = cusum.risk_adjusted(y, p, limit, ratio, reset=False)
    total = np.cumsum(cusum.likelihood_weights(y, p, ratio), axis=1)
    np.testing.assert_allclose(chart.value, total - np.minimum(np.minimum.accumulate(total, axis=1), 0), atol=1e-9)
    assert (chart.signal == (chart.value >= limit)).all()


@settings(max_examples=100, deadline=None)
@given(patients, st.floats(1.1, 5), st.floats(0.1, 4))
def test_until_the_first_signal_a_reset_changes_nothing_and_at_it_the_value_is_zero(rows, ratio, limit):
    y, p = columns(rows)
    with_reset, without = cusum.risk_adjusted(y, p, limit, ratio), cusum.risk_adjusted(y, p, limit, ratio, reset=False)
    assert (with_reset.value[with_reset.signal] == 0).all() and (with_reset.value >= 0).all() and (with_reset.value < limit).all()
    first = int(without.signal[0].argmax()) if without.signal.any() else y.size
    np.testing.assert_array_equal(with_reset.value[0, :first], without.value[0, :first])
    assert first == y.size or with_reset.signal[0, first]


@settings(max_examples=100, deadline=None)
@given(patients, st.integers(0, 5), st.floats(0.1, 4))
def test_the_padding_behind_a_series_moves_nothing_and_has_no_value(rows, padding, limit):
    y, p = columns(rows)
    whole = cusum.risk_adjusted(y, p, limit)
    padded = cusum.risk_adjusted(*(np.pad(a, ((0, 0), (0, padding)), constant_values=np.nan) for a in (y, p)), limit)
    np.testing.assert_array_equal(padded.value[:, : y.size], whole.value)
    assert np.isnan(padded.value[0, y.size :]).all() and not padded.signal[0, y.size :].any()


def test_an_unknown_outcome_between_known_ones_is_refused():
    """Who is left out would shift all that follow: wait until the outcome is known, or leave the patient out on purpose."""
    with pytest.raises(ValueError, match="outcome"):
        cusum.risk_adjusted([[0, np.nan, 1]], 0.1, 3.0)


def test_many_series_are_each_charted_as_if_alone():
    random = np.random.default_rng(8)
    p = random.random((20, 60)) * 0.5
    y = (random.random((20, 60)) < p * 1.4).astype(float)
    y[:5, 40:] = np.nan
    limits = np.linspace(1, 4, 20)[:, None]
    among = cusum.risk_adjusted(y, p, limits)
    for k in range(20):
        alone = cusum.risk_adjusted(y[k], p[k], float(limits[k, 0]))
        np.testing.assert_array_equal(among.value[k], alone.value[0])
        np.testing.assert_array_equal(among.signal[k], alone.signal[0])


def test_a_series_without_points_has_no_value_and_no_signal():
    chart = cusum.risk_adjusted(np.full((2, 3), np.nan), 0.1, 1.0)
    assert np.isnan(chart.value).all() and not chart.signal.any()
    assert cusum.risk_adjusted(np.zeros((2, 0)), np.zeros((2, 0)), 1.0).value.shape == (2, 0)


def test_a_chart_for_better_falls_below_zero_when_fewer_die_and_signals_below_its_limit():
    chart = cusum.risk_adjusted(np.zeros((1, 30)), 0.3, -1.5, odds_ratio=0.5, reset=False)
    assert (np.diff(chart.value[0]) < 0).all() and chart.value[0, 0] < 0
    assert (chart.signal == (chart.value <= -1.5)).all() and chart.signal.any()


def test_a_limit_for_each_patient_is_that_patients_limit():
    limit = np.array([[9, 9, 0.1, 9, 9, 9, 9, 9.0]])
    assert cusum.risk_adjusted(OUTCOMES, RISKS, limit).signal[0].tolist() == [False, False, True, *[False] * 5]


def test_a_risk_of_zero_or_one_has_a_finite_weight():
    weights = cusum.likelihood_weights([1, 0, 1, 0], [0, 0, 1, 1], 2.0)
    np.testing.assert_allclose(weights, [np.log(2), 0, 0, -np.log(2)])


@pytest.mark.parametrize(
    "call",
    [
        lambda: cusum.risk_adjusted([[0, 2]], 0.1, 4), lambda: cusum.risk_adjusted([[0, 1]], 1.2, 4),
        lambda: cusum.risk_adjusted([[0, 1]], [[0.1, np.nan]], 4), lambda: cusum.risk_adjusted([[0, 1]], 0.1, 4, odds_ratio=1),
        lambda: cusum.risk_adjusted([[0, 1]], 0.1, -4), lambda: cusum.risk_adjusted([[0, 1]], 0.1, 4, odds_ratio=0.5),
        lambda: cusum.risk_adjusted([[0, 1]], 0.1, 4, odds_ratio=-2), lambda: cusum.risk_adjusted([[0, 1]], 0.1, np.nan),
        lambda: cusum.two_sided([[0, 1]], 0.1, (4, -4)), lambda: cusum.two_sided([[0, 1]], 0.1, (0, 4)),
        lambda: cusum.monthly_binomial([[5]], [[4]], 0.1, 0.2, 3), lambda: cusum.monthly_binomial([[-1]], [[4]], 0.1, 0.2, 3),
        lambda: cusum.monthly_binomial([[1]], [[np.inf]], 0.1, 0.2, 3), lambda: cusum.monthly_binomial([[1]], [[np.nan]], 0.1, 0.2, 3),
        lambda: cusum.monthly_binomial([[1]], [[4]], np.nan, 0.2, 3), lambda: cusum.monthly_binomial([[1]], [[4]], 0.1, 2, 3),
        lambda: cusum.counts([[np.inf]], 0.5, 4), lambda: cusum.counts([[1]], 0.5, 0), lambda: cusum.standardise_counts(-1, 4),
        lambda: cusum.standardise_counts(1, 4, "none"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(call):
    with pytest.raises(ValueError, match=r"\w+ \w+ \w+"):
        call()


def test_both_arms_restart_together_and_the_crossing_value_is_kept():
    y, p = np.ones((1, 6)), np.full((1, 6), 0.2)
    chart = cusum.two_sided(y, p, (1.0, 5.0))
    step = np.log(2 / 1.2)
    np.testing.assert_allclose(chart.upper.value[0], [step, 2 * step, 3 * step - 2 * step, 2 * step, step, 2 * step][:6])
    assert chart.upper.signal[0].tolist() == [False, True, False, True, False, True] and not chart.lower.signal.any()


def test_a_value_on_the_limit_of_two_arms_is_no_signal():
    y, p = np.ones((1, 1)), np.zeros((1, 1))
    assert not cusum.two_sided(y, p, (np.log(2), 1.0)).upper.signal.any()
    assert cusum.risk_adjusted(y, p, np.log(2)).signal.all()


def test_lives_saved_end_at_expected_minus_observed():
    assert cusum.variable_life(OUTCOMES, RISKS)[0, -1] == pytest.approx(RISKS.sum() - OUTCOMES.sum())
    gapped = OUTCOMES.copy()
    gapped[0, 3] = np.nan
    life = cusum.variable_life(gapped, RISKS)
    assert np.isnan(life[0, 3]) and life[0, -1] == pytest.approx(RISKS.sum() - 0.4 - 3)


def test_expected_minus_observed_falls_with_deaths_and_rises_with_survivals():
    chart = cusum.expected_minus_observed(OUTCOMES, RISKS, (0.0, 0.0), (9, 9), reset=False)
    np.testing.assert_allclose(chart.lower.value[0, 0], -0.95)
    assert (chart.upper.value >= 0).all() and (chart.lower.value <= 0).all()


def test_the_bernoulli_chart_signals_on_the_limit_but_restarts_only_beyond_it():
    step = cusum.likelihood_weights(1.0, 0.1, 2.0)
    on_it = cusum.bernoulli_chart(np.ones((1, 4)), 0.1, 2.0, limit=float(step + step))
    np.testing.assert_allclose(on_it.upper.value[0], [step, 2 * step, 0, step])
    assert on_it.upper.signal[0].tolist() == [False, True, True, False]


@pytest.mark.parametrize("target", [0.0, 1.0, np.nan])
def test_a_baseline_without_events_gives_no_chart_and_no_signal(target):
    chart = cusum.bernoulli_chart(np.ones((1, 50)), target)
    assert np.isnan(chart.upper.value).all() and not chart.upper.signal.any() and not chart.lower.signal.any()


def test_a_baseline_leaves_gaps_out():
    assert cusum.baseline_risk([[1, np.nan, 0, 0, 1, 1]], 4).tolist() == [pytest.approx(1 / 3)]
    assert np.isnan(cusum.baseline_risk([[np.nan, 1]], 1)).all()


def test_a_baseline_that_is_not_yet_over_gives_no_target():
    assert np.isnan(cusum.baseline_risk([[0, 1, 0]], 5)).all() and cusum.baseline_risk([[0, 1, 0]], 3)[0] == pytest.approx(1 / 3)
    with pytest.raises(ValueError, match="at least one patient"):
        cusum.baseline_risk([[0, 1, 0]], 0)


def test_a_month_weighs_as_much_as_its_patients_together():
    monthly = cusum.monthly_binomial([[5]], [[20]], 0.1, cusum.shifted_risk(0.1, 2), 9)
    patients_weight = cusum.likelihood_weights(np.r_[np.ones(5), np.zeros(15)], 0.1, 2).sum()
    assert monthly.value[0, 0] == pytest.approx(patients_weight)


def test_a_month_without_cases_leaves_the_chart_where_it_is_and_a_missing_one_has_no_value():
    chart = cusum.monthly_binomial([[5, 0, np.nan, 5]], [[20, 0, np.nan, 20]], 0.1, 0.18, 9)
    assert chart.value[0, 1] == chart.value[0, 0] and np.isnan(chart.value[0, 2])
    assert chart.value[0, 3] == pytest.approx(2 * chart.value[0, 0])


def test_an_event_where_none_can_happen_signals():
    chart = cusum.monthly_binomial([[0, 1, 0]], [[5, 5, 5]], 0.0, 0.1, 3)
    assert chart.signal[0].tolist() == [False, True, False] and chart.value[0, 2] == 0


def test_counts_without_a_mean_have_no_score_and_the_mean_itself_scores_zero():
    for method in ("standard", "rossi", "anscombe"):
        assert np.isnan(cusum.standardise_counts(3, 0, method))
        assert cusum.standardise_counts(9, 9, method) == pytest.approx(0, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30), st.floats(0, 1))
def test_the_count_chart_is_never_reset(z, slack):
    chart = cusum.counts(np.array([z]), slack, 2.0)
    total = np.cumsum(np.array(z) - slack)
    np.testing.assert_allclose(chart.value[0], total - np.minimum(np.minimum.accumulate(total), 0), atol=1e-9)

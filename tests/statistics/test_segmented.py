"""Segmented regression beyond the golden cases: many series at once, a second oracle, gaps, and input that cannot be."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.statistics.segmented import TERMS, segmented

POINTS, CHANGE = 30, 14


def regressors(points: int = POINTS, change: int = CHANGE) -> np.ndarray:
    t = np.arange(1.0, points + 1)
    return np.column_stack([np.ones(points), t, t > change, np.maximum(t - change, 0)]).astype(float)


def series(family: str, count: int = 6, seed: int = 11) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    n = random.integers(40, 200, (count, POINTS)).astype(float)
    share = np.linspace(0.2, 0.4, POINTS) * np.where(np.arange(POINTS) < CHANGE, 1, 0.7)
    if family == "gaussian":
        return random.normal(10 + share * 20, 2, (count, POINTS)), n
    return (random.binomial(n.astype(int), share) if family.endswith("binomial") else random.poisson(n * share)).astype(float), n


def oracle(family: str, y: np.ndarray, n: np.ndarray):
    x = regressors()
    if family == "gaussian":
        return sm.OLS(y, x).fit()
    if family.endswith("poisson"):
        return sm.GLM(y, x, sm.families.Poisson(), offset=np.log(n)).fit(tol=1e-14, scale="X2" if family.startswith("quasi") else None)
    return sm.GLM(np.column_stack([y, n - y]), x, sm.families.Binomial()).fit(tol=1e-14)


@pytest.mark.parametrize("family", ["gaussian", "poisson", "binomial", "quasipoisson"])
def test_many_series_at_once_equal_statsmodels_one_by_one(family: str):
    y, n = series(family)
    found = segmented(y, CHANGE, n, family)
    for k in range(len(y)):
        one = oracle(family, y[k], n[k])
        np.testing.assert_allclose(found.estimate[k], one.params, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(found.se[k], one.bse, rtol=1e-7)
        if family != "quasipoisson":  # statsmodels takes normal quantiles for it, R those of t
            np.testing.assert_allclose(found.p_value[k], one.pvalues, rtol=1e-6, atol=1e-12)


def test_the_dispersion_of_quasi_binomial_counts_takes_account_of_how_many_they_are_out_of():
    y, n = series("quasibinomial")
    found = segmented(y, CHANGE, n, "quasibinomial")
    share = found.fitted
    pearson = ((y - n * share) ** 2 / (n * share * (1 - share))).sum(axis=1)
    np.testing.assert_allclose(found.dispersion, pearson / (POINTS - 4))
    np.testing.assert_allclose(found.se, segmented(y, CHANGE, n, "binomial").se * np.sqrt(found.dispersion)[:, None])


@pytest.mark.parametrize("lag", [0, 1, 5])
def test_newey_west_errors_equal_statsmodels(lag: int):
    y, _ = series("gaussian")
    found = segmented(y, CHANGE, lag=lag)
    for k in range(len(y)):
        one = oracle("gaussian", y[k], y[k]).get_robustcov_results("HAC", maxlags=lag, use_correction=True)
        np.testing.assert_allclose(found.se_newey_west[k], one.bse, rtol=1e-8)


@pytest.mark.parametrize("family", ["gaussian", "poisson", "binomial"])
def test_a_gap_leaves_the_numbers_of_later_points_as_they_are(family: str):
    y, n = series(family, count=1)
    gone = [3, 20]
    y[:, gone] = np.nan
    found = segmented(y, CHANGE, n, family)
    keep = ~np.isnan(y[0])
    x = regressors()[keep]
    model = {
        "gaussian": lambda: sm.OLS(y[0, keep], x).fit(),
        "poisson": lambda: sm.GLM(y[0, keep], x, sm.families.Poisson(), offset=np.log(n[0, keep])).fit(tol=1e-14),
        "binomial": lambda: sm.GLM(np.column_stack([y[0, keep], (n - y)[0, keep]]), x, sm.families.Binomial()).fit(tol=1e-14),
    }[family]()
    np.testing.assert_allclose(found.estimate[0], model.params, rtol=1e-7)
    np.testing.assert_allclose(found.se[0], model.bse, rtol=1e-7)
    assert np.isnan(found.fitted[0, gone]).all() and not np.isnan(found.fitted[0, keep]).any()
    assert found.degrees[0] == keep.sum() - 4


def test_padding_and_neighbours_change_nothing():
    y, n = series("poisson")
    among = segmented(
        np.pad(y, ((0, 0), (0, 7)), constant_values=np.nan), CHANGE, np.pad(n, ((0, 0), (0, 7)), constant_values=1), "poisson"
    )
    for k in range(len(y)):
        alone = segmented(y[k], CHANGE, n[k], "poisson")
        np.testing.assert_allclose(among.estimate[k], alone.estimate[0], rtol=1e-9)


def test_each_series_can_change_at_its_own_point():
    y, _ = series("gaussian", count=2)
    both = segmented(y, [10, 20])
    np.testing.assert_allclose(both.estimate[1], segmented(y[1], 20).estimate[0], rtol=1e-10)
    assert abs(both.estimate[0, 2] - both.estimate[1, 2]) > 1e-6


@pytest.mark.parametrize("change", [0, POINTS, POINTS + 5, -3])
def test_a_change_outside_the_series_has_no_step_and_no_change_of_trend(change: int):
    found = segmented(series("gaussian", count=1)[0], change)
    assert np.isnan(found.estimate[0, 2:]).all() and not np.isnan(found.estimate[0, :2]).any()
    assert found.degrees[0] == POINTS - 2


def test_one_point_after_the_change_has_a_step_but_no_change_of_trend():
    found = segmented(series("gaussian", count=1)[0], POINTS - 1)
    assert np.isnan(found.estimate[0]).tolist() == [False, False, False, True]


def test_as_many_terms_as_points_fit_exactly_and_have_no_errors():
    found = segmented([[1.0, 4.0, 2.0, 8.0]], 2)
    np.testing.assert_allclose(found.fitted, [[1, 4, 2, 8]])
    assert np.isnan(found.se).all() and np.isnan(found.p_value).all() and np.isnan(found.se_newey_west).all()


def test_a_series_without_values_has_no_estimates_and_leaves_the_others_alone():
    y, n = series("binomial", count=2)
    y[0] = np.nan
    found = segmented(y, CHANGE, n, "binomial")
    assert np.isnan(found.estimate[0]).all() and np.isnan(found.fitted[0]).all()
    np.testing.assert_allclose(found.estimate[1], segmented(y[1], CHANGE, n[1], "binomial").estimate[0], rtol=1e-9)


def test_a_phase_without_events_fits_the_other_phase_as_if_alone():
    y = np.array([[0.0] * 6 + [3, 2, 4, 1, 5, 3]])
    found = segmented(y, 6, family="poisson")
    x = np.column_stack([np.ones(6), np.arange(6)])
    alone = sm.GLM(y[0, 6:], x, sm.families.Poisson()).fit(tol=1e-14)
    np.testing.assert_allclose(found.fitted[0, 6:], alone.fittedvalues, rtol=1e-9)
    assert (found.fitted[0, :6] < 1e-9).all()
    assert (found.p_value[0, [0, 2]] > 0.99).all(), "infinite ratios must never look like evidence"


def test_months_without_cases_take_no_part():
    y, n = series("binomial", count=1)
    y[0, 5] = n[0, 5] = 0
    gap = y.copy()
    gap[0, 5] = np.nan
    np.testing.assert_allclose(segmented(y, CHANGE, n, "binomial").estimate, segmented(gap, CHANGE, n, "binomial").estimate)


@pytest.mark.parametrize(
    ("values", "denominator", "family"),
    [([[1, np.inf, 2]], None, "gaussian"), ([[1, -1, 2]], None, "poisson"), ([[1, 3, 2]], [[5, 2, 5]], "binomial"),
     ([[1, 3, 2]], None, "binomial"), ([[1, 3, 2]], [[5, 0, 5]], "poisson"), ([[1, 3, 2]], None, "gamma")],
)  # fmt: skip
def test_what_cannot_be_is_refused(values, denominator, family):
    with pytest.raises(ValueError, match=r"\w+ \w+ \w+"):
        segmented(np.array(values, float), 1, denominator, family)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=4, max_size=4), st.integers(3, POINTS - 3), st.floats(0.1, 100))
def test_a_broken_line_is_found_again_whatever_it_is(truth, change, scale):
    y = regressors(change=change) @ (np.array(truth) * scale)
    found = segmented(y, change)
    np.testing.assert_allclose(found.estimate[0], np.array(truth) * scale, atol=1e-9 * scale)
    assert len(TERMS) == found.estimate.shape[1]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["poisson", "binomial"]), st.integers(0, 12))
def test_counts_of_any_size_are_fitted_to_where_the_likelihood_is_level_or_not_at_all(seed, family, change):
    random = np.random.default_rng(seed)
    y = random.integers(0, 2, (8, 12)) * 10.0 ** random.integers(0, 8, (8, 12))
    n = y + random.integers(0, 5, (8, 12)) * 10.0 ** random.integers(0, 6)
    y, n = np.where(random.random(y.shape) < 0.1, np.nan, y), np.where(n > 0, n, 1)
    found = segmented(y, change, n, family)
    known = ~np.isnan(found.estimate[:, 0])
    residual = np.nan_to_num(y - found.fitted * (n if family == "binomial" else 1))[known]
    assert known.mean() >= 0.5
    assert (np.abs(residual.sum(axis=1)) <= 1e-5 * (np.nansum(y[known], axis=1) + 1)).all()
    assert np.isnan(found.p_value[~known]).all() and np.isnan(found.fitted[~known]).all()

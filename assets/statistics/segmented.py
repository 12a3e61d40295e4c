"""Interrupted time series: what an improvement changed in level and in trend, for many series at once.

Belongs here: segmented regression of one change with its standard errors. Does not belong here: where the change lies
(``change_points`` looks for it; an improvement action says it), or comparisons of two phases as wholes (``before_after``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from assets.statistics.confidence import level, refuse
from assets.statistics.numerics import Floats
from assets.statistics.regression import BINOMIAL, POISSON, Fit, least_squares, likelihood

TERMS = ("level", "trend", "step", "trend change")
FAMILIES = ("gaussian", "poisson", "binomial", "quasipoisson", "quasibinomial")
ESTIMATED_DISPERSION = ("gaussian", "quasipoisson", "quasibinomial")


@dataclass(frozen=True)
class Segmented:
    """Estimates (S, 4) of ``TERMS``, in the unit of the values (gaussian), or as logarithms of rate or odds ratios.

    ``level`` at point 0 (one before the first), ``trend`` for each point, ``step`` at the change beyond that trend, ``trend change``
    for each point after. ``se`` their standard errors, ``statistic`` t or z, ``p_value`` two-sided, ``lower`` and ``upper`` Wald limits,
    ``se_newey_west`` those of least squares that allow for autocorrelation (NaN for the other families). A term that the points
    cannot tell from earlier ones is NaN and left out of the model. ``fitted`` (S, N) in the unit of the values: the mean, the
    expected count, or the share of a binomial one.
    ``dispersion``, ``degrees``, ``deviance`` and ``aic`` are (S,); quasi-families have no AIC (NaN).
    """

    estimate: Floats
    se: Floats
    statistic: Floats
    p_value: Floats
    lower: Floats
    upper: Floats
    se_newey_west: Floats
    fitted: Floats
    dispersion: Floats
    degrees: Floats
    deviance: Floats
    aic: Floats


def segmented(
    values: ArrayLike,
    change_after: ArrayLike,
    denominator: ArrayLike | None = None,
    family: str = "gaussian",
    lag: int = 1,
    confidence: float = 0.95,
) -> Segmented:
    """Regression of each row of ``values`` (S, N) on point number, a step and a change of trend after ``change_after`` points.

    ``family``: ``gaussian`` (least squares), ``poisson`` (counts; ``denominator`` is an exposure, or absent), ``binomial`` (counts out of
    ``denominator``), and the quasi-families, whose standard errors grow with the dispersion found. Points are numbered from 1;
    ``change_after`` is one for all or (S,). A missing value or denominator is a gap: later points keep their numbers, and for
    Newey-West those on either side of it are neighbours. Months with a denominator of 0 take no part. ``lag`` of Newey-West: Bartlett
    weights, no prewhitening, times N / (N - terms). A series with as many terms as points fits exactly and has NaN errors;
    one whose likelihood was not brought to rest (counts of 1 beside counts of millions) has no estimates.
    Raises ValueError for an unknown family, infinite values, negative counts, counts above their denominator, a missing
    denominator of the binomial families, and a negative lag.
    Source: as R ``lm`` with ``sandwich::NeweyWest`` and ``glm``; Wagner et al., J Clin Pharm Ther 2002; 27: 299-309.
    """  # fmt: skip
    y, n = _checked(values, denominator, family, lag)
    regressors = _regressors(y.shape, change_after)
    used = ~np.isnan(y) & (n > 0)
    fit = _fit(family, regressors, y, n, used)
    scale = fit.dispersion if family in ESTIMATED_DISPERSION else np.ones(len(y))
    inference = _wald(fit, scale, family in ESTIMATED_DISPERSION, level(confidence))
    robust = np.full_like(fit.coefficient, np.nan)
    if family == "gaussian":
        robust = _newey_west(fit, np.where(used, y - fit.fitted, 0), used, lag)
    return Segmented(
        fit.coefficient, *inference, robust, np.where(np.isnan(y), np.nan, fit.fitted), scale, fit.degrees, fit.deviance,
        _aic(fit, family),
    )  # fmt: skip


def _checked(values: ArrayLike, denominator: ArrayLike | None, family: str, lag: int) -> tuple[Floats, Floats]:
    y = np.atleast_2d(np.asarray(values, float))
    if family not in FAMILIES:
        raise ValueError(f"the family is one of {', '.join(FAMILIES)}")
    if family.endswith("binomial") and denominator is None:
        raise ValueError("the binomial families need denominators")
    n = np.broadcast_to(np.ones(1) if denominator is None or family == "gaussian" else np.asarray(denominator, float), y.shape)
    refuse(lag < 0, "a lag is at least 0")
    refuse(np.isinf(y) | np.isinf(n), "values and denominators are finite")
    if family != "gaussian":
        refuse((y < 0) | (n < 0) | ((n == 0) & (y > 0)), "counts and denominators are at least 0, and nothing is counted out of 0")
    if family.endswith("binomial"):
        refuse(y > n, "a count is at most its denominator")
    return np.where(np.isnan(n), np.nan, y), np.nan_to_num(n)


def _regressors(shape: tuple[int, ...], change_after: ArrayLike) -> Floats:
    point = np.arange(1.0, shape[1] + 1)
    since = point - np.broadcast_to(np.asarray(change_after, float), shape[:1])[:, None]
    refuse(np.isnan(since), "each series has a point after which it changed")
    common = (np.broadcast_to(a, shape) for a in (np.ones(shape[1]), point))
    return np.stack([*common, (since > 0).astype(float), np.maximum(since, 0)], axis=1)


def _fit(family: str, regressors: Floats, y: Floats, n: Floats, used: NDArray[np.bool_]) -> Fit:
    if family == "gaussian":
        return least_squares(regressors, y, used)
    y, n = np.where(used, y, 0), np.where(used, n, 0)
    if family.endswith("poisson"):
        return _at_rest(likelihood(POISSON, regressors, y, used.astype(float), np.log(np.where(used, n, 1))))
    return _at_rest(likelihood(BINOMIAL, regressors, y / np.where(used, n, 1), n))


def _at_rest(fit: Fit) -> Fit:
    """What did not converge says nothing."""
    lost = ~fit.converged
    coefficient, fitted = np.where(lost[:, None], np.nan, fit.coefficient), np.where(lost[:, None], np.nan, fit.fitted)
    return replace(fit, coefficient=coefficient, fitted=fitted, covariance=np.where(lost[:, None, None], np.nan, fit.covariance))


def _wald(fit: Fit, scale: Floats, by_t: bool, confidence: float) -> tuple[Floats, ...]:
    """Standard errors, statistics, p values and limits (S, 4)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.sqrt(np.diagonal(fit.covariance, axis1=1, axis2=2) * scale[:, None])
        statistic = fit.coefficient / se
        distribution = stats.t(np.where(fit.degrees > 0, fit.degrees, np.nan)[:, None]) if by_t else stats.norm()
        half = distribution.ppf((1 + confidence) / 2) * se
        return se, statistic, 2 * distribution.sf(np.abs(statistic)), fit.coefficient - half, fit.coefficient + half


def _newey_west(fit: Fit, residual: Floats, used: NDArray[np.bool_], lag: int) -> Floats:
    """Standard errors (S, 4) from autocovariances of the scores up to ``lag``; gaps are closed first."""
    order = np.argsort(~used, axis=1, kind="stable")
    scores = np.take_along_axis(fit.basis.rows * residual[:, None], order[:, None], axis=2)
    inner = np.matmul(scores, scores.transpose(0, 2, 1))
    for j in range(1, min(lag, scores.shape[2] - 1) + 1):
        lagged = np.matmul(scores[:, :, j:], scores[:, :, :-j].transpose(0, 2, 1))
        inner = inner + (1 - j / (lag + 1)) * (lagged + lagged.transpose(0, 2, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        adjust = np.where(fit.degrees > 0, fit.points / fit.degrees, np.nan)
        return np.sqrt(np.diagonal(fit.basis.covariance(inner), axis1=1, axis2=2) * adjust[:, None])


def _aic(fit: Fit, family: str) -> Floats:
    """-2 log-likelihood plus twice the number of parameters, the variance among them."""
    if family.startswith("quasi"):
        return np.full(len(fit.rank), np.nan)
    return -2 * fit.log_likelihood + 2 * (fit.rank + (family == "gaussian"))

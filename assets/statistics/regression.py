"""Generalised linear models of many series at once, or of one with many rows.

Belongs here: least squares and iteratively reweighted least squares, what follows from a fit. Does not belong here: which terms.

Regressors are (S, P, N): for each of S series P terms of N points; responses (S, N). A point whose weight is 0 takes no part.
Terms that are linear combinations of earlier ones are aliased: their coefficient is NaN and the model is that without them, as in
R. (statsmodels spreads them by a pseudo-inverse: same fitted values, other coefficients; it also fits one series a call, takes
no account of n in the dispersion of quasi-binomial counts, and needs about ten times as long on 200,000 rows.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaln, logit, xlog1py, xlogy

from assets.statistics.numerics import Floats

LEAST_SQUARES_TOLERANCE = 1e-7  # a column shorter than this share of itself after removing the earlier ones is aliased; R's lm
LIKELIHOOD_TOLERANCE = 1e-11  # the same for R's glm
CONVERGED = 1e-10  # relative change of the deviance
MOST_ITERATIONS = 60
NEAREST = np.finfo(float).eps  # a fitted share keeps this distance from 0 and 1


@dataclass(frozen=True)
class Basis:
    """Regressors as orthonormal ``rows`` (S, P, N) times an upper triangular ``triangle`` (S, P, P); which are ``aliased`` (S, P)."""

    rows: Floats
    triangle: Floats
    aliased: NDArray[np.bool_]

    def coefficients(self, loadings: Floats) -> Floats:
        """Of the regressors (S, P), NaN for the aliased, from those of the orthonormal rows."""
        found = np.linalg.solve(self.triangle, loadings[..., None])[..., 0]
        return np.where(self.aliased, np.nan, found)

    def covariance(self, of_loadings: Floats) -> Floats:
        """Of the coefficients (S, P, P), from that of the loadings; NaN in rows and columns of the aliased."""
        half = np.linalg.solve(self.triangle, of_loadings)
        whole = np.linalg.solve(self.triangle, half.transpose(0, 2, 1))
        return np.where(self.aliased[:, :, None] | self.aliased[:, None, :], np.nan, whole)


def orthogonalise(regressors: Floats, tolerance: float) -> Basis:
    """Gram-Schmidt, each column twice ("twice is enough"), in the order of the columns; the loop is over columns."""
    series, terms, points = regressors.shape
    rows, triangle = np.zeros((series, terms, points)), np.zeros((series, terms, terms))
    aliased = np.zeros((series, terms), bool)
    for k in range(terms):
        rest = regressors[:, k].copy()
        along = np.zeros((series, k))
        for _ in range(2):
            part = np.matmul(rows[:, :k], rest[..., None])[..., 0]
            rest -= np.matmul(part[:, None, :], rows[:, :k])[:, 0]
            along += part
        length = np.sqrt((rest**2).sum(axis=1))
        aliased[:, k] = length <= tolerance * np.sqrt((regressors[:, k] ** 2).sum(axis=1))
        kept = ~aliased[:, k]
        rows[kept, k] = rest[kept] / length[kept, None]
        triangle[:, :k, k] = np.where(kept[:, None], along, 0)
        triangle[:, k, k] = np.where(kept, length, 1)
    return Basis(rows, triangle, aliased)


@dataclass(frozen=True)
class Family:
    """A distribution with its usual link: ``mean`` of a linear predictor, its ``slope``, and the ``variance`` of one trial."""

    link: Callable[[Floats], Floats]
    mean: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    variance: Callable[[Floats], Floats]
    start: Callable[[Floats, Floats], Floats]
    unit_deviance: Callable[[Floats, Floats], Floats]
    log_likelihood: Callable[[Floats, Floats, Floats], Floats]


def _share(eta: Floats) -> Floats:
    return np.clip(expit(eta), NEAREST, 1 - NEAREST)


def _share_slope(eta: Floats) -> Floats:
    mean = _share(eta)
    return mean * (1 - mean)


def _binomial_chance(y: Floats, mean: Floats, trials: Floats) -> Floats:
    events = y * trials
    ways = gammaln(trials + 1) - gammaln(events + 1) - gammaln(trials - events + 1)
    return ways + xlogy(events, mean) + xlog1py(trials - events, -mean)


POISSON = Family(
    np.log, np.exp, np.exp, lambda mean: mean, lambda y, trials: y + 0.1,
    lambda y, mean: 2 * (xlogy(y, y) - xlogy(y, mean) - (y - mean)),
    lambda y, mean, trials: xlogy(y, mean) - mean - gammaln(y + 1),
)  # fmt: skip
BINOMIAL = Family(
    logit, _share, _share_slope, lambda mean: mean * (1 - mean), lambda y, trials: (trials * y + 0.5) / (trials + 1),
    lambda y, mean: 2 * (xlogy(y, y) - xlogy(y, mean) + xlog1py(1 - y, -y) - xlog1py(1 - y, -mean)),
    _binomial_chance,
)  # fmt: skip


@dataclass(frozen=True)
class Fit:
    """What a fit says of each series: ``coefficient`` (S, P), its ``covariance`` (S, P, P) for a dispersion of 1, ``fitted`` (S, N).

    ``dispersion`` is Pearson's chi-square (or the residual sum of squares) over ``degrees``, NaN where none are left; ``points``,
    ``rank``, ``deviance`` and ``log_likelihood`` (S,) are of the points with a weight. Where the likelihood has no maximum
    (separation) coefficients are large and mean nothing; ``fitted`` is right, and ``converged`` may be true.
    """

    basis: Basis
    coefficient: Floats
    covariance: Floats
    fitted: Floats
    points: Floats
    rank: Floats
    dispersion: Floats
    deviance: Floats
    log_likelihood: Floats
    converged: NDArray[np.bool_]

    @property
    def degrees(self) -> Floats:
        """Points minus rank (S,)."""
        return self.points - self.rank


def least_squares(regressors: Floats, response: Floats, used: NDArray[np.bool_]) -> Fit:
    """Ordinary least squares on the points ``used`` (S, N). The likelihood is the normal one at the variance RSS / N, as in R."""
    basis = orthogonalise(np.where(used[:, None], regressors, 0), LEAST_SQUARES_TOLERANCE)
    y = np.where(used, response, 0)
    loadings = np.matmul(basis.rows, y[..., None])[..., 0]
    fitted = predict(regressors, basis.coefficients(loadings))
    squares = np.where(used, (y - fitted) ** 2, 0).sum(axis=1)
    points, rank = used.sum(axis=1).astype(float), (~basis.aliased).sum(axis=1).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        likelihood = -points / 2 * (np.log(2 * np.pi * squares / points) + 1)
        dispersion = np.where(points > rank, squares / (points - rank), np.nan)
    identity = np.broadcast_to(np.eye(regressors.shape[1]), (len(y), *[regressors.shape[1]] * 2))
    return Fit(
        basis, basis.coefficients(loadings), basis.covariance(identity), fitted, points, rank, dispersion, squares, likelihood,
        np.ones(len(y), bool),
    )  # fmt: skip


def likelihood(family: Family, regressors: Floats, response: Floats, trials: Floats, offset: Floats | float = 0.0) -> Fit:
    """Maximum likelihood by iteratively reweighted least squares; ``response`` a share of ``trials``, or a count with trials 1.

    Points with 0 trials take no part. ``offset`` is added to the linear predictor. Start and end as R's glm (end at a relative change
    of the deviance below 1e-10), but with one more step and more patience, so that the error is far below that.
    """
    basis = orthogonalise(np.where(trials[:, None] > 0, regressors, 0), LIKELIHOOD_TOLERANCE)
    y = np.where(trials > 0, response, 0.5)
    offset = np.broadcast_to(np.asarray(offset, float), y.shape)
    needed = ~basis.aliased.all(axis=0)
    rows = basis.rows if needed.all() else basis.rows[:, needed]
    loadings, information = np.zeros(regressors.shape[:2]), np.zeros(basis.triangle.shape)
    loadings[:, needed], weights, converged = _reweight(family, rows, y, trials, offset)
    information[:, np.outer(needed, needed)] = np.matmul(rows * weights[:, None], rows.transpose(0, 2, 1)).reshape(len(y), -1)
    coefficient = basis.coefficients(loadings)
    fitted = family.mean(predict(regressors, coefficient) + offset)
    points, rank = (trials > 0).sum(axis=1).astype(float), (~basis.aliased).sum(axis=1).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        pearson = np.where(trials > 0, trials * (y - fitted) ** 2 / family.variance(fitted), 0).sum(axis=1)
        dispersion = np.where(points > rank, pearson / (points - rank), np.nan)
    return Fit(
        basis, coefficient, basis.covariance(np.linalg.pinv(information, rcond=1e-15, hermitian=True)), fitted, points, rank, dispersion,
        _deviance(family, y, fitted, trials), np.where(trials > 0, family.log_likelihood(y, fitted, trials), 0).sum(axis=1), converged,
    )  # fmt: skip


def predict(regressors: Floats, coefficient: Floats) -> Floats:
    """Linear predictor (S, N); an aliased term adds nothing."""
    return np.matmul(np.nan_to_num(coefficient)[:, None], regressors)[:, 0]


def _reweight(family: Family, rows: Floats, y: Floats, trials: Floats, offset: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Loadings (S, P), final weights (S, N) and which series have come to rest; those that have are left alone after one more step.

    The first step is from means near the responses, the others add to the loadings: a step then is as exact as it is small, also
    in a model of which one direction has come to weigh nothing (a phase without any event).
    """
    eta = np.where(trials > 0, family.link(family.start(y, trials)), 0.0)
    weights, loadings = _step(family, rows, y, trials, eta, eta - offset)
    deviance, converged = np.full(len(y), np.inf), np.zeros(len(y), bool)
    open_: slice | NDArray[np.int64] = slice(None)  # all, without copying them
    for _ in range(MOST_ITERATIONS):
        eta = np.matmul(loadings[open_, None], rows[open_])[:, 0] + offset[open_]
        now = _deviance(family, y[open_], family.mean(eta), trials[open_])
        done = converged[open_].copy()
        with np.errstate(invalid="ignore"):
            converged[open_] |= np.abs(now - deviance[open_]) < CONVERGED * (np.abs(now) + 0.1)
        deviance[open_] = now
        if done.all():
            break
        if done.any():
            open_, eta = np.arange(len(y))[open_][~done], eta[~done]
        weights[open_], step = _step(family, rows[open_], y[open_], trials[open_], eta, 0.0)
        loadings[open_] += step
    return loadings, weights, converged


def _step(family: Family, rows: Floats, y: Floats, trials: Floats, eta: Floats, ahead: Floats | float) -> tuple[Floats, Floats]:
    """Weights (S, N), and the weighted projection (S, P) of ``ahead`` plus what the responses differ from their means."""
    mean, slope = family.mean(eta), family.slope(eta)
    weights = np.where(trials > 0, trials * slope**2 / family.variance(mean), 0)
    target = np.where(trials > 0, ahead + (y - mean) / slope, 0)
    weighted = rows * weights[:, None]
    inverse = np.linalg.pinv(np.matmul(weighted, rows.transpose(0, 2, 1)), rcond=1e-15, hermitian=True)
    return weights, np.matmul(inverse, np.matmul(weighted, target[..., None]))[..., 0]


def _deviance(family: Family, y: Floats, mean: Floats, trials: Floats) -> Floats:
    return np.where(trials > 0, trials * family.unit_deviance(y, mean), 0).sum(axis=1)

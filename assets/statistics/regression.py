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
ENOUGH_LEFT = 0.1  # of a column's length, for its direction to be right to nearly all digits
CONVERGED = 1e-10  # relative change of the deviance
MOST_ITERATIONS = 60
MOST_HALVINGS = 30
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
    """Gram-Schmidt in the order of the columns, once more for what is left of a column if that is little; the loop is over columns."""
    series, terms, points = regressors.shape
    rows, triangle = np.zeros((series, terms, points)), np.zeros((series, terms, terms))
    aliased = np.zeros((series, terms), bool)
    for k in range(terms):
        rest, along = regressors[:, k].copy(), np.zeros((series, k))
        whole = length = _length(rest)
        for _ in range(2):
            before = length
            part = np.matmul(rows[:, :k], rest[..., None])[..., 0]
            rest -= np.matmul(part[:, None, :], rows[:, :k])[:, 0]
            along += part
            length = _length(rest)
            if (length >= ENOUGH_LEFT * before).all():
                break
        kept = length > tolerance * whole
        np.divide(rest, length[:, None], out=rows[:, k], where=kept[:, None])
        triangle[:, :k, k], triangle[:, k, k] = np.where(kept[:, None], along, 0), np.where(kept, length, 1)
        aliased[:, k] = ~kept
    return Basis(rows, triangle, aliased)


def _length(rows: Floats) -> Floats:
    return np.sqrt(np.einsum("sn,sn->s", rows, rows))


@dataclass(frozen=True)
class Family:
    """A distribution with its canonical link, of which ``variance`` (of one trial) is also the slope of the mean.

    ``log_kernel`` (y, mean) is the log-likelihood of one trial but for ``log_constant`` (y, trials), which no mean can change.
    """

    link: Callable[[Floats], Floats]
    mean: Callable[[Floats], Floats]
    variance: Callable[[Floats], Floats]
    start: Callable[[Floats, Floats], Floats]
    log_kernel: Callable[[Floats, Floats], Floats]
    log_constant: Callable[[Floats, Floats], Floats]

    def deviance(self, y: Floats, mean: Floats, trials: Floats, own: Floats | None = None) -> Floats:
        """Of each series (S,): how much likelier the responses would be with means of their own.

        ``own``: what ``log_kernel`` gives of those, for who asks often.
        """
        own = self.log_kernel(y, y) if own is None else own
        return 2 * (trials * (own - self.log_kernel(y, mean))).sum(axis=1)


def _log_ways(y: Floats, trials: Floats) -> Floats:
    return gammaln(trials + 1) - gammaln(y * trials + 1) - gammaln(trials - y * trials + 1)


POISSON = Family(
    link=np.log, mean=np.exp, variance=lambda mean: mean, start=lambda y, trials: y + 0.1,
    log_kernel=lambda y, mean: xlogy(y, mean) - mean, log_constant=lambda y, trials: -gammaln(y + 1),
)  # fmt: skip
BINOMIAL = Family(
    link=logit, mean=lambda eta: np.clip(expit(eta), NEAREST, 1 - NEAREST), variance=lambda mean: mean * (1 - mean),
    start=lambda y, trials: np.full(y.shape, 0.5),  # R's start, near the responses, can send the first step where all is flat
    log_kernel=lambda y, mean: xlogy(y, mean) + xlog1py(1 - y, -mean), log_constant=_log_ways,
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

    Points with 0 trials take no part. ``offset`` is added to the linear predictor. It ends at a relative change of
    the deviance below 1e-10, as R's glm at that epsilon, but with one more step and more patience, so that the error is far below.
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
    of_points = np.where(trials > 0, trials * family.log_kernel(y, fitted) + family.log_constant(y, trials), 0).sum(axis=1)
    return Fit(
        basis, coefficient, basis.covariance(_inverse(information)), fitted, points, rank, dispersion, family.deviance(y, fitted, trials),
        of_points, converged,
    )  # fmt: skip


def predict(regressors: Floats, coefficient: Floats) -> Floats:
    """Linear predictor (S, N); an aliased term adds nothing."""
    return np.matmul(np.nan_to_num(coefficient)[:, None], regressors)[:, 0]


def _reweight(family: Family, rows: Floats, y: Floats, trials: Floats, offset: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Loadings (S, P), final weights (S, N) and which series have come to rest; those that have are left alone after one more step.

    The first step is from means near the responses, the others add to the loadings: a step then is as exact as it is small, also
    in a model of which one direction has come to weigh nothing (a phase without any event). A step that makes the fit worse is halved.
    """
    mean = np.where(trials > 0, family.start(y, trials), 0.5)
    room = np.empty(rows.shape)
    weights, step = _step(family, rows, y, trials, mean, family.link(mean) - offset, room)
    own = family.log_kernel(y, y)
    loadings, deviance, converged = np.zeros(step.shape), family.deviance(y, family.mean(offset), trials, own), np.zeros(len(y), bool)
    open_: slice | NDArray[np.int64] = slice(None)  # all, without copying them
    for _ in range(MOST_ITERATIONS):
        given = rows[open_], y[open_], trials[open_], offset[open_], own[open_]
        loadings[open_], mean, now, whole = _go(family, *given, loadings[open_], step, deviance[open_])
        done = converged[open_].copy()
        converged[open_] |= whole & (np.abs(now - deviance[open_]) < CONVERGED * (np.abs(now) + 0.1))
        deviance[open_] = now
        if done.all():
            break
        if done.any():
            open_, mean = np.arange(len(y))[open_][~done], mean[~done]
        weights[open_], step = _step(family, rows[open_], y[open_], trials[open_], mean, 0.0, room[: len(mean)])
    return loadings, weights, converged


def _go(
    family: Family, rows: Floats, y: Floats, trials: Floats, offset: Floats, own: Floats, start: Floats, step: Floats, deviance: Floats
):
    """Loadings after the step, or after the half of it (of the half, ...) that does not raise the deviance.

    With the means and the deviance there, and for which series it was the whole step.
    """
    share = np.ones((len(y), 1))
    for _ in range(MOST_HALVINGS):
        loadings = start + share * step
        with np.errstate(over="ignore", invalid="ignore"):
            mean = family.mean(np.matmul(loadings[:, None], rows)[:, 0] + offset)
            now = family.deviance(y, mean, trials, own)
            worse = ~(now <= deviance + CONVERGED * (np.abs(deviance) + 0.1))
        if not worse.any():
            break
        share[worse] /= 2
    return loadings, mean, now, share[:, 0] == 1


def _step(
    family: Family, rows: Floats, y: Floats, trials: Floats, mean: Floats, ahead: Floats | float, room: Floats
) -> tuple[Floats, Floats]:
    """Weights (S, N), and the weighted projection (S, P) of ``ahead`` plus what the responses differ from their means.

    ``room``, of the shape of ``rows``, is written over: asking for as much memory anew costs as much as the products.
    """
    variance = family.variance(mean)
    weights = trials * variance
    root = np.sqrt(weights)
    scaled = np.multiply(rows, root[:, None], out=room)
    target = (root * (ahead + (y - mean) / variance))[..., None]
    # a matrix times its own transpose is symmetric, and takes a third of the time of a product of two
    return weights, np.matmul(_inverse(np.matmul(scaled, scaled.transpose(0, 2, 1))), np.matmul(scaled, target))[..., 0]


def _inverse(information: Floats) -> Floats:
    return np.linalg.pinv(information, rcond=1e-15, hermitian=True)

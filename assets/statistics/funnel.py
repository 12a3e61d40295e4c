"""Funnel limits and positions, vectorised.

Belongs here: exact and score limits for proportions and rates, the score z, positions. Does not belong here: the centre's origin,
over-dispersion (``overdispersion``), the funnels of the Fingertips profiles (``fingertips_funnel``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, gammaincc, ndtri

from assets.statistics.confidence import refuse
from assets.statistics.numerics import Floats

LEVELS = (0.001, 0.025, 0.975, 0.999)
POSITIONS = ("below 99.8 %", "below 95 %", "inside", "above 95 %", "above 99.8 %")
ROUNDING = 1e-6  # of a count

Distribution = Callable[[Floats, np.ndarray], Floats]  # (count, places of the cells) -> cumulative probability


def proportion_limits(denominator: ArrayLike, centre: ArrayLike, levels: Sequence[float] = LEVELS, interpolate: bool = True) -> Floats:
    """Exact limits of proportions around ``centre`` (0 to 1) for each denominator: (..., levels), not clipped to 0 and 1.

    With r the smallest count whose cumulative probability reaches p, interpolated as (r - a) / n where a is the part of the
    probability of r that lies above p; or r / n itself. NaN where the denominator is 0, not whole or missing, or the centre missing.
    Raises ValueError where a denominator is negative or infinite or a centre outside 0 to 1.
    Source: Spiegelhalter, Statistics in Medicine 2005; 24: 1185-1202, appendix A.1.1. The R package ems prints theta + (r - a) / n
    with a one-sided p instead: not his formula. FunnelPlotR takes the arcsine: .0277 to .2102 for 10 % of 100, where these are
    .0142 to .1984.
    """
    n, theta, p = _grid(denominator, centre, levels)
    refuse((n < 0) | np.isinf(n), "a denominator is finite and at least 0")
    refuse((theta < 0) | (theta > 1), "the centre of proportions lies between 0 and 1")
    n = np.where((n >= 1) & (n == np.floor(n)), n, np.nan)
    flat_n, flat_theta = n.ravel(), theta.ravel()

    def probability(count: Floats, at: np.ndarray) -> Floats:
        inside = 1 - betainc(np.maximum(count, 0) + 1, np.maximum(flat_n[at] - count, 1), flat_theta[at])
        return np.where(count < 0, 0.0, np.where(count >= flat_n[at], 1.0, inside))

    spread = np.sqrt(n * theta * (1 - theta))
    guess = np.minimum(_guess(n * theta, spread, 1 - 2 * theta, p), n)
    return _limits(probability, guess, p, interpolate) / n


def rate_limits(exposure: ArrayLike, centre: ArrayLike, levels: Sequence[float] = LEVELS, interpolate: bool = True) -> Floats:
    """The same for events of a Poisson process with mean ``centre * exposure``, divided by the exposure: (..., levels).

    With ``exposure`` the expected events and centre 1 these are the limits of standardised ratios. NaN where the exposure is 0 or
    missing; raises ValueError where one is negative or infinite, or a centre negative.
    """
    e, theta, p = _grid(exposure, centre, levels)
    refuse((e < 0) | np.isinf(e), "an exposure is finite and at least 0")
    refuse((theta < 0) | np.isinf(theta), "the centre of rates is finite and at least 0")
    e = np.where(e > 0, e, np.nan)
    mean = theta * e
    flat_mean = mean.ravel()

    def probability(count: Floats, at: np.ndarray) -> Floats:
        return np.where(count < 0, 0.0, gammaincc(np.maximum(count, 0) + 1, flat_mean[at]))

    return _limits(probability, _guess(mean, np.sqrt(mean), np.ones(1), p), p, interpolate) / e


def score_limits(denominator: ArrayLike, centre: ArrayLike, levels: Sequence[float] = LEVELS) -> Floats:
    """Normal limits of proportions: the centre plus and minus z standard deviations of the centre: (..., levels), not clipped.

    They are the Wilson interval turned round: a proportion lies beyond one just where its own Wilson interval leaves the centre out.
    NaN where the denominator is 0 or missing. Source: PHEindicatormethods (by a quadratic), funnelR "approximate".
    """
    n, theta, p = _grid(denominator, centre, levels)
    refuse((n < 0) | np.isinf(n), "a denominator is finite and at least 0")
    refuse((theta < 0) | (theta > 1), "the centre of proportions lies between 0 and 1")
    return theta + ndtri(p) * np.sqrt(theta * (1 - theta) / np.where(n > 0, n, np.nan))


def score_z(value: ArrayLike, denominator: ArrayLike, centre: ArrayLike) -> Floats:
    """Distance of proportions from the centre in standard deviations under the centre; NaN where that deviation is 0."""
    value, n, theta = (np.asarray(a, float) for a in (value, denominator, centre))
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = np.sqrt(theta * (1 - theta) / n)
        return np.where(deviation > 0, (value - theta) / deviation, np.nan)


def position(value: ArrayLike, limits: Floats, size: ArrayLike | None = None) -> np.ndarray:
    """Where each value lies among its four limits (N, 4), as an index into ``POSITIONS``; -1 where unknown. On a limit is inside.

    With ``size`` (denominators or exposures) the limits are read as those of whole counts: a count lies beyond an upper limit only
    if it exceeds the whole count r that the limit was interpolated down from, so that chance alone brings it there no more often
    than the limit says. Without, the one patient of a provider would lie above the 99.8 % limit of a measure centred on one half.
    """
    value, limits = np.asarray(value, float), np.asarray(limits, float)
    known = ~(np.isnan(value) | np.isnan(limits).any(axis=1))
    near, far = (limits[:, 2], limits[:, 3]) if size is None else (_whole_count(limits[:, k], size) for k in (2, 3))
    with np.errstate(invalid="ignore"):
        found = np.select([value < limits[:, 0], value < limits[:, 1], value > far, value > near], [0, 1, 4, 3], 2)
    return np.where(known, found, -1)


def _whole_count(limit: Floats, size: ArrayLike) -> Floats:
    """The upper limit raised to the next whole count, and by a rounding error, so that this count itself is not above it."""
    size = np.asarray(size, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (np.ceil(limit * size - ROUNDING) + ROUNDING) / size


def _grid(size: ArrayLike, centre: ArrayLike, levels: Sequence[float]) -> tuple[Floats, ...]:
    refuse(~((np.array(levels) > 0) & (np.array(levels) < 1)), "a limit's level lies between 0 and 1, without these")
    size, centre = np.broadcast_arrays(np.asarray(size, float), np.asarray(centre, float))
    shape = (*size.shape, len(levels))
    return tuple(np.broadcast_to(a, shape) for a in (size[..., None], centre[..., None], np.asarray(levels)))


def _guess(mean: Floats, spread: Floats, skewed: Floats, p: Floats) -> Floats:
    """A count near the quantile, by two terms of Cornish and Fisher: it only saves steps. ``skewed``: skewness times ``spread``."""
    z = ndtri(p)
    return np.maximum(np.floor(mean + z * spread + (z**2 - 1) * skewed / 6), 0)


def _limits(probability: Distribution, guess: Floats, p: Floats, interpolate: bool) -> Floats:
    """r - a for each cell, or r; r the smallest count whose probability reaches p, by steps from the guess until it is."""
    shape, r, p = p.shape, guess.ravel(), p.ravel()
    upper, lower = np.full(r.shape, np.nan), np.full(r.shape, np.nan)
    cells = np.flatnonzero(~np.isnan(r))
    while len(cells):
        upper[cells], lower[cells] = probability(r[cells], cells), probability(r[cells] - 1, cells)
        step = (upper[cells] < p[cells]).astype(int) - ((r[cells] > 0) & (lower[cells] >= p[cells]))
        cells, step = cells[step != 0], step[step != 0]
        r[cells] += step
    with np.errstate(invalid="ignore", divide="ignore"):
        part = (upper - p) / (upper - lower) if interpolate else 0
    return (r - part).reshape(shape)

"""Funnel limits and positions, vectorised.

Belongs here: exact interpolated limits for proportions and rates, the score z, positions. Does not belong here: the centre's origin.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from assets.statistics.numerics import Floats

LEVELS = (0.001, 0.025, 0.975, 0.999)
POSITIONS = ("below 99.8 %", "below 95 %", "inside", "above 95 %", "above 99.8 %")


def proportion_limits(denominator: ArrayLike, centre: ArrayLike, levels: tuple[float, ...] = LEVELS) -> Floats:
    """Exact limits of proportions around ``centre`` (0 to 1) for each denominator: (N, levels), not clipped to 0 and 1.

    With r the smallest count whose cumulative probability reaches p, interpolated as (r - a) / n where a is the part of the
    probability of r that lies above p. NaN where the denominator is below 1 or the centre missing.
    Source: Spiegelhalter, Statistics in Medicine 2005; 24: 1185-1202, appendix A.1.1.
    """
    n, theta, p = _grid(denominator, centre, levels)
    n = np.where(n >= 1, n, np.nan)
    return _interpolate(stats.binom(n, theta), p) / n


def rate_limits(exposure: ArrayLike, centre: ArrayLike, levels: tuple[float, ...] = LEVELS) -> Floats:
    """The same for events of a Poisson process with mean ``centre * exposure``, divided by the exposure: (N, levels)."""
    e, theta, p = _grid(exposure, centre, levels)
    e = np.where(e > 0, e, np.nan)
    return _interpolate(stats.poisson(theta * e), p) / e


def score_z(value: ArrayLike, denominator: ArrayLike, centre: ArrayLike) -> Floats:
    """Distance of proportions from the centre in standard deviations under the centre; NaN where that deviation is 0."""
    value, n, theta = (np.asarray(a, float) for a in (value, denominator, centre))
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = np.sqrt(theta * (1 - theta) / n)
        return np.where(deviation > 0, (value - theta) / deviation, np.nan)


def position(value: ArrayLike, limits: Floats) -> np.ndarray:
    """Where each value lies among its four limits (N, 4), as an index into ``POSITIONS``; -1 where unknown. On a limit is inside."""
    value = np.asarray(value, float)
    known = ~(np.isnan(value) | np.isnan(limits).any(axis=1))
    below, near_below, near_above, above = (limits[:, k] for k in range(4))
    found = np.select([value < below, value < near_below, value > above, value > near_above], [0, 1, 4, 3], 2)
    return np.where(known, found, -1)


def _grid(size: ArrayLike, centre: ArrayLike, levels: tuple[float, ...]) -> tuple[Floats, ...]:
    size, centre = np.broadcast_arrays(np.asarray(size, float), np.asarray(centre, float))
    shape = (*size.shape, len(levels))
    return tuple(np.broadcast_to(a, shape) for a in (size[..., None], centre[..., None], np.asarray(levels)))


def _interpolate(distribution, p: Floats) -> Floats:
    """r - a for each cell."""
    with np.errstate(invalid="ignore", divide="ignore"):
        r = _smallest_reaching(distribution, p)
        upper, lower = distribution.cdf(r), distribution.cdf(r - 1)
        return r - (upper - p) / (upper - lower)


def _smallest_reaching(distribution, p: Floats) -> Floats:
    """The quantile by its definition: where the library's is one off at a tie, stepped until it is right."""
    r = np.maximum(distribution.ppf(p), 0)
    while True:
        step = (distribution.cdf(r) < p).astype(int) - ((r > 0) & (distribution.cdf(r - 1) >= p))
        if not step.any():
            return r
        r = r + step

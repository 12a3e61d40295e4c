"""Confidence intervals of proportions, means and medians, vectorised.

Belongs here: Wilson and Clopper-Pearson for proportions, Student for means, order statistics for medians.
Does not belong here: counts and rates (``assets.statistics.counts``), which measure gets which.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import betaincinv

from assets.statistics.confidence import level, normal_distance, refuse
from assets.statistics.numerics import Floats

Interval = tuple[Floats, Floats]
IMPOSSIBLE = "a proportion needs 0 <= numerator <= denominator and a finite, positive denominator"


def wilson(numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95) -> Interval:
    """Wilson score interval of proportions, without continuity correction: two arrays of shares, 0 to 1; arrays broadcast.

    NaN where an operand is missing. Raises ValueError where a denominator is not positive or a numerator lies outside 0 to
    denominator. At confidence 1 it is 0 to 1 (statsmodels gives NaN). Rounding may carry the formula past 0 or 1 by a last bit;
    we cut it off, other software (epitools) does not. Source: Wilson (1927), as PHEindicatormethods ``phe_proportion``.
    """
    x, n = _shares(numerator, denominator)
    z = normal_distance(confidence)
    if np.isinf(z):
        return np.where(np.isnan(x + n), np.nan, 0.0), np.where(np.isnan(x + n), np.nan, 1.0)
    spread = z * np.sqrt(z**2 + 4 * x * (1 - x / n))
    scale = 2 * (n + z**2)
    return np.clip((2 * x + z**2 - spread) / scale, 0, 1), np.clip((2 * x + z**2 + spread) / scale, 0, 1)


def wilson_corrected(numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95) -> Interval:
    """Wilson's interval with Yates' continuity correction; otherwise as ``wilson``. To check figures of others; not the house's.

    The correction is 1/2, but no more than the distance of the numerator from half the denominator, so that it vanishes near one
    half: R's ``prop.test`` tests one sample against one half, and takes this correction into its interval. Source: Newcombe (1998).
    """
    x, n = _shares(numerator, denominator)
    z = normal_distance(confidence)
    if np.isinf(z):
        return wilson(x, n, confidence)
    correction = np.minimum(0.5, np.abs(x - n / 2))
    limits = []
    for side in (-1, 1):
        moved = np.clip((x + side * correction) / n, 0, 1)
        middle, spread = moved + z**2 / (2 * n), z * np.sqrt(moved * (1 - moved) / n + z**2 / (4 * n**2))
        limits.append(np.clip((middle + side * spread) / (1 + z**2 / n), 0, 1))
    return np.where(x == 0, 0.0, limits[0]), np.where(x == n, 1.0, limits[1])


def clopper_pearson(numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95) -> Interval:
    """Exact interval of proportions, which covers at least ``confidence`` and mostly more; otherwise as ``wilson``.

    Source: Clopper and Pearson (1934) by quantiles of the beta distribution; equals R's ``binom.test``.
    """
    x, n = _shares(numerator, denominator)
    tail = (1 - level(confidence)) / 2
    with np.errstate(invalid="ignore"):
        lower = betaincinv(np.where(x > 0, x, 1), n - x + 1, tail)
        upper = betaincinv(x + 1, np.where(n > x, n - x, 1), 1 - tail)
    unknown = np.isnan(x + n)
    return np.where(unknown, np.nan, np.where(x == 0, 0.0, lower)), np.where(unknown, np.nan, np.where(x == n, 1.0, upper))


def mean_interval(mean: ArrayLike, deviation: ArrayLike, count: ArrayLike, confidence: float = 0.95) -> Interval:
    """Student's t interval of means, in the unit of ``mean``; ``deviation`` is the sample standard deviation (n - 1).

    NaN where fewer than two values were counted. Values that are all equal have an interval without width: it says nothing of what
    other values there could have been. Raises ValueError where a deviation or a count is negative.
    Source: as PHEindicatormethods ``phe_mean``.
    """
    mean, deviation, count = (np.asarray(a, float) for a in (mean, deviation, count))
    refuse((deviation < 0) | (count < 0), "a standard deviation and a count are at least 0")
    with np.errstate(invalid="ignore", divide="ignore"):
        quantile = stats.t.ppf((1 + level(confidence)) / 2, np.maximum(count - 1, 1))
        half = np.where(count > 1, quantile * deviation / np.sqrt(count), np.nan)
    return mean - half, mean + half


def median_ranks(count: ArrayLike, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Ranks (from 1) of the order statistics that enclose the median with at least ``confidence``; 0 where there are too few values.

    The lower rank l is the largest with P(Binomial(n, 1/2) < l) <= (1 - confidence) / 2, the upper n + 1 - l.
    Below six values no pair of order statistics reaches 95 %. Source: David and Nagaraja, Order Statistics, section 7.1.
    """
    n = np.asarray(count, int)
    refuse(n < 0, "a count of values is at least 0")
    tail = (1 - level(confidence)) / 2
    rank = stats.binom.ppf(tail, n, 0.5).astype(int)
    rank = np.where(stats.binom.cdf(rank, n, 0.5) <= tail, rank + 1, rank)
    return np.where(rank > 0, rank, 0), np.where(rank > 0, n + 1 - rank, 0)


def _shares(numerator: ArrayLike, denominator: ArrayLike) -> tuple[Floats, Floats]:
    x, n = np.broadcast_arrays(np.asarray(numerator, float), np.asarray(denominator, float))
    refuse((n <= 0) | np.isinf(n) | (x < 0) | (x > n), IMPOSSIBLE)
    return x, n

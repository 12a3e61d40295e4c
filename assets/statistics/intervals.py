"""Confidence intervals, vectorised.

Belongs here: Wilson for proportions, Student for means, order statistics for medians, exact and Byar for rates.
Does not belong here: which measure gets which.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import chdtri, ndtri

from assets.statistics.numerics import Floats

Interval = tuple[Floats, Floats]


def wilson(numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95) -> Interval:
    """Wilson score interval of proportions, without continuity correction: two arrays of shares, 0 to 1.

    NaN where an operand is missing. Raises ValueError where a denominator is not positive or a numerator lies outside 0 to
    denominator. Source: Wilson (1927), as PHEindicatormethods ``phe_proportion``.
    """
    x, n = np.asarray(numerator, float), np.asarray(denominator, float)
    _refuse((n <= 0) | (x < 0) | (x > n), "a proportion needs 0 <= numerator <= denominator and a positive denominator")
    if confidence == 1:
        return np.where(np.isnan(x + n), np.nan, 0.0), np.where(np.isnan(x + n), np.nan, 1.0)
    z = ndtri((1 + confidence) / 2)
    spread = z * np.sqrt(z**2 + 4 * x * (1 - x / n))
    scale = 2 * (n + z**2)
    return np.clip((2 * x + z**2 - spread) / scale, 0, 1), np.clip((2 * x + z**2 + spread) / scale, 0, 1)


def mean_interval(mean: ArrayLike, deviation: ArrayLike, count: ArrayLike, confidence: float = 0.95) -> Interval:
    """Student's t interval of means, in the unit of ``mean``; ``deviation`` is the sample standard deviation (n - 1).

    NaN where fewer than two values were counted. Source: as PHEindicatormethods ``phe_mean``.
    """
    mean, deviation, count = (np.asarray(a, float) for a in (mean, deviation, count))
    with np.errstate(invalid="ignore", divide="ignore"):
        half = np.where(count > 1, stats.t.ppf((1 + confidence) / 2, np.maximum(count - 1, 1)) * deviation / np.sqrt(count), np.nan)
    return mean - half, mean + half


def median_ranks(count: ArrayLike, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Ranks (from 1) of the order statistics that enclose the median with at least ``confidence``; 0 where there are too few values.

    The lower rank l is the largest with P(Binomial(n, 1/2) < l) <= (1 - confidence) / 2, the upper n + 1 - l.
    Below six values no pair of order statistics reaches 95 %. Source: David and Nagaraja, Order Statistics, section 7.1.
    """
    n = np.asarray(count, int)
    tail = (1 - confidence) / 2
    rank = stats.binom.ppf(tail, n, 0.5).astype(int)
    rank = np.where(stats.binom.cdf(rank, n, 0.5) <= tail, rank + 1, rank)
    return np.where(rank > 0, rank, 0), np.where(rank > 0, n + 1 - rank, 0)


def rate(events: ArrayLike, exposure: ArrayLike, confidence: float = 0.95) -> Interval:
    """Interval of rates, events for one unit of exposure: exact Poisson below ten events, Byar's approximation from ten on.

    Raises ValueError where an exposure is not positive or events are negative. Source: as PHEindicatormethods ``phe_rate``.
    """
    x, n = np.asarray(events, float), np.asarray(exposure, float)
    _refuse((n <= 0) | (x < 0), "a rate needs events of at least 0 and a positive exposure")
    z, tail = ndtri((1 + confidence) / 2), (1 - confidence) / 2
    few = x < 10
    with np.errstate(invalid="ignore", divide="ignore"):
        exact_lower = np.where(x > 0, chdtri(2 * x, 1 - tail) / 2, 0)
        lower = np.where(few, exact_lower, _byar(np.maximum(x, 1), -z))
        upper = np.where(few, chdtri(2 * x + 2, tail) / 2, _byar(x + 1, z))
    return lower / n, upper / n


def _byar(x: Floats, z: float) -> Floats:
    return x * (1 - 1 / (9 * x) + z / (3 * np.sqrt(x))) ** 3


def _refuse(wrong, message: str) -> None:
    if np.any(wrong):
        raise ValueError(message)

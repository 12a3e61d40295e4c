"""Quantiles of many groups, and the interval of a median.

Belongs here: the four definitions in use. Does not belong here: in which quantile group a provider lies (``ranks``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from assets.statistics.confidence import refuse
from assets.statistics.grouped import Groups
from assets.statistics.intervals import Interval, median_ranks
from assets.statistics.numerics import Floats

FUZZ = 4 * np.finfo(float).eps  # a position this close to a whole number is that number
KINDS = (1, 2, 6, 7)


def quantiles(values: ArrayLike, groups: ArrayLike, shares: Sequence[float], kind: int = 7) -> Floats:
    """Quantiles (G, P) of each group at each of ``shares`` (0 to 1); missing values are left out, a group without any is NaN.

    ``kind`` by Hyndman and Fan (1996): 1 an observed value (the inverse of the distribution function), 2 the same with the mean of
    the two at a step (SAS), 6 linear between (n + 1) p (Excel PERCENTILE.EXC), 7 linear between 1 + (n - 1) p (R, numpy, Excel;
    the house's). Infinities are values like others. Source: R ``quantile``, with its tolerance of four last bits.
    """
    refuse(np.array(shares) != np.clip(shares, 0, 1), "a quantile's share lies between 0 and 1")
    refuse(kind not in KINDS, "quantiles are of kind 1, 2, 6 or 7")
    x, g = np.asarray(values, float), Groups.of(groups)
    known = g.count(~np.isnan(x))
    low, weight = _positions(known[:, None], np.asarray(shares, float), kind)
    if not len(x):
        return np.full(low.shape, np.nan)
    ordered, start = x[g.order(x)], g.start[:, None]
    last = np.maximum(known[:, None], 1)
    below, above = (ordered[start + np.clip(place, 1, last) - 1] for place in (low, low + 1))
    with np.errstate(invalid="ignore"):
        between = (1 - weight) * below + weight * above
    found = np.where(weight == 0, below, np.where(weight == 1, above, between))
    return np.where(known[:, None] > 0, found, np.nan)


def _positions(n: np.ndarray, p: Floats, kind: int) -> tuple[np.ndarray, Floats]:
    """Rank of the value below, from 1, and the weight of the next one above: (G, P) each."""
    exact = {1: n * p, 2: n * p, 6: (n + 1) * p, 7: 1 + np.maximum(n - 1, 0) * p}[kind]
    low = np.floor(exact + FUZZ)
    beyond = np.where(np.abs(exact - low) < FUZZ, 0, exact - low)
    if kind <= 2:
        beyond = np.where(beyond > 0, 1, 0 if kind == 1 else 0.5)
    return low.astype(int), beyond


def median_interval(values: ArrayLike, groups: ArrayLike, confidence: float = 0.95) -> Interval:
    """Interval of each group's median, (G,) each: two of its own values, so whatever the distribution; NaN where there are too few.

    Missing values are left out. Source: ``intervals.median_ranks``.
    """
    x, g = np.asarray(values, float), Groups.of(groups)
    ranks = median_ranks(g.count(~np.isnan(x)), confidence)
    if not len(x):
        return np.zeros(0), np.zeros(0)
    ordered = x[g.order(x)]
    lower, upper = (np.where(rank > 0, ordered[g.start + np.maximum(rank, 1) - 1], np.nan) for rank in ranks)
    return lower, upper

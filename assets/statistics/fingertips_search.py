"""The search by which the Fingertips spreadsheets solve Poisson limits, step by step the same.

Belongs here: that search, to check published lines to the last digit. Does not belong here: what the house computes with
(``fingertips_funnel.exact_bounds``), from which it differs by up to 1e-6.
Source: PHEindicatormethods 2.1.1, ``poisson_funnel``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc, gammaincc

from assets.statistics.numerics import Floats

FINEST_STEP = 1e-7
LEAST_SHARE = 1e-10  # of the sum so far: the package adds no term below it
TAILS = (0.001, 0.025)


def bisected_bounds(events: ArrayLike) -> Floats:
    """The expected events (..., 4) at which ``events`` (>= 1, whole) lie on the limits: lower 99.8 %, lower 95 %, upper 95 %, upper 99.8 %."""
    x = np.asarray(events, float)
    upper, lower = ([_bisect(x, tail, is_upper) for tail in TAILS] for is_upper in (True, False))
    return np.stack([*upper, *lower[::-1]], axis=-1)


def _bisect(x: Floats, tail: float, is_upper: bool) -> Floats:
    """Halves steps of v, the mean being (1 + x) v / (1 - v): 24 halvings for all elements at once."""
    v, step = np.full(x.shape, 0.5), 0.5
    while step > FINEST_STEP:
        step /= 2
        probability = _probability(x, (1 + x) * v / (1 - v), tail, is_upper)
        v = np.where(probability < tail if is_upper else probability > tail, v - step, v + step)
    return (1 + x) * v / (1 - v)


def _probability(x: Floats, mean: Floats, tail: float, is_upper: bool) -> Floats:
    """P(X <= x) for an upper mean, P(X >= x) for a lower one; as the package adds it up where that could decide a step.

    What the package leaves out is a geometric tail that begins about six standard deviations above the mean.
    """
    found = gammaincc(x + 1, mean) if is_upper else gammainc(x, mean)
    left_out = LEAST_SHARE * (1 + np.sqrt(mean) / 6)
    for place in zip(*np.nonzero(np.abs(found - tail) < 2 * left_out), strict=True):
        found[place] = _added_up(int(x[place]), mean[place], is_upper)
    return found


def _added_up(x: int, mean: float, is_upper: bool) -> float:
    """The probability as a ratio of two sums of terms relative to the mode's, ended where the package ends them."""
    mode = int(mean)
    beyond = np.cumprod(mean / np.arange(mode + 1, mode + 100 + 10 * int(np.sqrt(mean))))
    terms = np.concatenate([np.cumprod(np.arange(mode, 0, -1) / mean)[::-1], [1.0], beyond])
    total = np.cumsum(terms)
    small = terms[mode + 1 :] <= LEAST_SHARE * total[mode:-1]
    end = mode + 1 + int(small.argmax())
    chosen = terms[: x + 1] if is_upper else terms[x:end]
    return float(chosen[:end].sum() / total[end - 1])

"""Where a process as it is will be, and whether it can meet a target.

Belongs here: pure functions of one series (N,) in order of time. Does not belong here: aims (``assets.aims``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from assets.statistics.confidence import level
from assets.statistics.numerics import Floats

OF_A_RANGE = 1.128  # mean moving range of independent normal points, in standard deviations


@dataclass(frozen=True)
class Forecast:
    """The next points one by one, in the unit of the values; NaN for fewer than three points."""

    value: float
    lower: float
    upper: float


def forecast(values: ArrayLike, confidence: float = 0.95) -> Forecast:
    """The mean of the points, and where another one would lie, if nothing changes: t limits, spread from the moving ranges.

    No trend is carried on: what continues is the process as it is. The distance of the forecast makes no difference.
    """
    y = np.asarray(values, float)
    y = y[~np.isnan(y)]
    if len(y) < 3:
        return Forecast(*[np.nan] * 3)
    spread = np.abs(np.diff(y)).mean() / OF_A_RANGE
    half = stats.t.ppf((1 + level(confidence)) / 2, len(y) - 1) * spread * np.sqrt(1 + 1 / len(y))
    return Forecast(*(float(number) for number in (y.mean(), y.mean() - half, y.mean() + half)))


def assurance(lower: float, upper: float, target: float, better: int) -> str:
    """``always``, ``sometimes`` or ``never``: how often a process between these limits meets the target; ``not known`` without limits.

    ``better`` is 1 where the target is a least value, -1 where it is a most. Source: NHS England, Making Data Count (pass, hit and miss, fail).
    """
    if np.isnan(lower) or np.isnan(upper) or better == 0:
        return "not known"
    worst, best = (lower, upper) if better > 0 else (upper, lower)
    if better * (worst - target) >= 0:
        return "always"
    return "never" if better * (best - target) < 0 else "sometimes"


def on_the_line(begins: float, ends: float, from_: float, to: float, at: float) -> float:
    """The value at ``at`` on the straight line from (``from_``, ``begins``) to (``to``, ``ends``), and at its ends beyond them."""
    share = 1.0 if to <= from_ else float(np.clip((at - from_) / (to - from_), 0, 1))
    return begins + share * (ends - begins)


def weighted(values: Floats, weights: Floats) -> float:
    """Mean of the known values by their weights; NaN where there is no weight."""
    known = ~np.isnan(values) & (weights > 0)
    return float((values[known] * weights[known]).sum() / weights[known].sum()) if known.any() else np.nan

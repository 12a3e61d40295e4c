"""The denominators at which the lines of a funnel are computed, closer together where they bend.

Belongs here: neat ends of an axis and the points between. Does not belong here: limits.
Source: PHEindicatormethods 2.1.1, ``calculate_funnel_limits``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.statistics.numerics import Floats

POINTS = 100
MARGIN = 0.05
EXPONENT_WIDTH = 4  # of "e+05"


def rounded_down(low: ArrayLike) -> Floats:
    """5 % below, cut to one significant digit."""
    x = np.asarray(low, float)
    target = x * (1 - MARGIN)
    step = 10.0 ** (_printed_width(np.floor(target)) - 1)
    return np.where(x == 0, 0, np.floor(target / step) * step)


def rounded_up(high: ArrayLike) -> Floats:
    """5 % above, raised to two significant digits."""
    x = np.asarray(high, float)
    target = x * (1 + MARGIN)
    step = 10.0 ** (_printed_width(np.ceil(target)) - 2)
    return np.where(x == 0, 0, np.ceil(target / step) * step)


def axis_points(first: ArrayLike, last: ArrayLike, falls_short: bool = False) -> Floats:
    """(G, 100) whole numbers from ``max(first, 1)`` towards ``last`` (G,): equal steps on a log scale, but of at least 1.

    ``falls_short``: as for ratios, where each step is reckoned as if one more were to come, so the last point stays below ``last``.
    """
    points = [np.maximum(np.asarray(first, float), 1)]
    for number in range(2, POINTS + 1):
        left = POINTS + 1 - number + falls_short
        with np.errstate(invalid="ignore"):
            points.append(np.maximum(np.rint((last / points[-1]) ** (1 / left) * points[-1]), points[-1] + 1))
    return np.stack(points, axis=-1)


def _printed_width(whole: Floats) -> NDArray[np.float64]:
    """How many characters R prints a whole number with: 6 for 299999, but 5 for 300000, which it prints as 3e+05.

    The package takes this for the number of digits, so an axis that ends at such a number is rounded a digit finer.
    """
    x = np.maximum(np.nan_to_num(whole), 1)
    digits = np.floor(np.log10(x)) + 1
    zeros = sum((x % 10.0**k == 0).astype(float) for k in range(1, 16))
    significant = digits - zeros
    scientific = significant + (significant > 1) + EXPONENT_WIDTH
    return np.minimum(digits, scientific)

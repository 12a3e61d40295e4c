"""Decimal rounding of binary numbers, reproducibly.

Belongs here: the rounding that published expected events and limits were made with. Does not belong here: how many decimals.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from assets.statistics.numerics import Floats

PRECISE_DIGITS = 15  # decimal digits that a double always keeps


def round_decimals(values: ArrayLike, digits: int = 0) -> Floats:
    """``values`` to ``digits`` decimals (0 to 15): of the two neighbouring decimals, as doubles, the nearer; on a tie the even one.

    0.15 goes to 0.1 (the double 0.1 is nearer), 0.25 to 0.2, 2.5 to 2. A number so large that a double has no such decimals stays
    as it is; so do NaN and infinities. ``numpy.round`` (multiplies first) and Python's ``round`` (takes the exact binary value)
    decide such halves otherwise in one case of seven and of three. Source: R 4.0 and later, ``round``.
    """
    if not 0 <= digits <= PRECISE_DIGITS:
        raise ValueError("the number of decimals lies between 0 and 15")
    x = np.asarray(values, float)
    if digits == 0:
        return np.rint(x)
    power = 10.0**digits
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = power * x
        low, high = np.floor(scaled), np.ceil(scaled)
        below, above = x - low / power, high / power - x
        chosen = np.where((below < above) | ((below == above) & (low % 2 == 0)), low, high) / power
    return np.where(_is_short(x, digits), x, chosen)


def _is_short(x: Floats, digits: int) -> np.ndarray:
    """Not finite, zero, or so large that the decimals asked for lie beyond the digits of a double."""
    with np.errstate(divide="ignore", invalid="ignore"):
        magnitude = np.floor(np.log10(np.abs(x)))
        return ~np.isfinite(x) | (x == 0) | (digits + magnitude + 1 > PRECISE_DIGITS)

"""Levels of confidence and their normal distances, and the refusal of impossible input.

Belongs here: what every interval and limit shares. Does not belong here: any interval.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

PAIR = (0.95, 0.998)  # the two levels of a funnel, the only two that may be asked for at once
LEAST_PUBLISHED = 0.9


def level(confidence: float) -> float:
    """The level as a share: 0.5 to 1 as it is, 90 to 100 as a percentage.

    Raises ValueError for anything else: 0.05 or 5 is the error that was meant, 1.5 or 9.5 a slip of the pen.
    """
    share = confidence / 100 if confidence >= 90 else confidence
    if not 0.5 <= share <= 1:
        raise ValueError("a level of confidence lies between 0.5 and 1, or between 90 and 100 per cent")
    return float(share)


def published_levels(confidence: float | Sequence[float]) -> tuple[float, ...]:
    """The levels of a published figure: one of at least 0.9, or the pair (0.95, 0.998); raises ValueError for any other.

    So a column's name can be relied on. Source: the arguments of PHEindicatormethods.
    """
    asked = (confidence,) if isinstance(confidence, (int, float)) else tuple(confidence)
    if asked == PAIR:
        return PAIR
    if len(asked) != 1:
        raise ValueError("two levels of confidence can only be 0.95 and 0.998")
    if level(asked[0]) < LEAST_PUBLISHED:
        raise ValueError("the level of a published interval is at least 0.9, or 90 per cent")
    return (level(asked[0]),)


def normal_distance(confidence: float) -> float:
    """How many standard deviations from the centre a two-sided limit of this level lies: 1.96 for 0.95, infinite for 1."""
    share = level(confidence)
    return float(ndtri(share + (1 - share) / 2))


def refuse(wrong: ArrayLike, message: str) -> None:
    """Raises ValueError with ``message`` (what must hold, no value) if any element of ``wrong`` is true."""
    if np.any(wrong):
        raise ValueError(message)

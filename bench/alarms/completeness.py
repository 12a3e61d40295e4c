"""Falling completeness by chance: how often the rule speaks where records are as complete as ever, and how soon a real fall is seen.

Belongs here: drawn months and the product's own rule. Does not belong here: charts.
A month's completeness is drawn as if a record were complete or not as a whole, which swings most; with many fields that fail apart there are fewer alarms.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.random import Generator

from assets.signals import COMPLETENESS, falling_completeness

MONTHS = 24
FALL = 0.15
SUBJECT = (COMPLETENESS, "any", None, "any", None)


def false_alarms(rng: Generator, a_month: int, share: float, series: int) -> tuple[float, float]:
    """Signals in 100 organisations in a year, and their standard error."""
    raised = np.array([raised_in(_dated(points)) for points in _shares(rng, a_month, share, series)]) / (MONTHS / 12)
    return 100 * float(raised.mean()), 100 * float(raised.std() / np.sqrt(series))


def seen_at_once(rng: Generator, a_month: int, share: float, series: int) -> float:
    """Percentage of organisations where a fall by 15 points is seen in its first month."""
    shares = _shares(rng, a_month, share, series)
    shares[:, -1] = rng.binomial(a_month, share - FALL, series) / a_month
    return 100 * float(np.mean([falling_completeness(SUBJECT, _dated(points)) is not None for points in shares]))


def _shares(rng: Generator, a_month: int, share: float, series: int) -> np.ndarray:
    return rng.binomial(a_month, share, (series, MONTHS)) / a_month


def _dated(points: np.ndarray) -> list[tuple[date, float]]:
    return [(date(2024 + month // 12, month % 12 + 1, 1), float(share)) for month, share in enumerate(points)]


def raised_in(points: Sequence[tuple[date, float]]) -> int:
    """Signals month after month: an unbroken row of fallen months is one event."""
    fallen = [falling_completeness(SUBJECT, points[: month + 1]) is not None for month in range(len(points))]
    return sum(now and not before for before, now in zip([False, *fallen], fallen, strict=False))

"""Means and sums whose last bit can be trusted, and the two shapes of many series.

Belongs here: the exact mean (a value that equals the mean must neither break nor extend a run by a rounding error), the way from
long arrays to rows and back. Does not belong here: any statistic.
"""

from __future__ import annotations

import math
import statistics

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_HAS_EXTENDED = np.finfo(np.longdouble).nmant >= 63


def exact_mean(values: Floats) -> Floats:
    """Correctly rounded means of the rows of ``values`` (S, N), ignoring NaN; NaN where a row has no value.

    Extended precision with a residual pass where the machine has it (as R's ``mean``), else exact rational arithmetic. A row with an
    infinity has an infinite mean, with both infinities none (NaN).
    """
    values = np.asarray(values, float)
    known = ~np.isnan(values)
    return _extended(values, known) if _HAS_EXTENDED else _rational(values, known)


def _extended(values: Floats, known: NDArray[np.bool_]) -> Floats:
    wide = np.where(known, values, 0.0).astype(np.longdouble)
    count = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        first = wide.sum(axis=1) / count
        residual = np.where(known, wide - first[:, None], 0).sum(axis=1) / count
    return np.where(np.isfinite(first), first + residual, first).astype(float)


def _rational(values: Floats, known: NDArray[np.bool_]) -> Floats:
    return np.array([_mean_of_one(row[keep].tolist()) for row, keep in zip(values, known, strict=True)])


def _mean_of_one(values: list[float]) -> float:
    if not values or not np.isfinite(values).all():
        return float(sum(values)) if values else np.nan
    return statistics.mean(values)


def places(groups: ArrayLike) -> tuple[Integers, Integers]:
    """Row and column of each element of a long array in the matrix that has a row for each group, in the order of ``np.unique``.

    Within a row the elements keep their order. ``matrix[row, column]`` is the long array again.
    """
    _, row, count = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    order = np.argsort(row, kind="stable")
    column = np.empty(len(row), np.int64)
    column[order] = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row.astype(np.int64), column


def to_rows(values: ArrayLike, row: Integers, column: Integers) -> Floats:
    """The long array ``values`` as a matrix (groups, longest), NaN behind the shorter ones; ``row`` and ``column`` from ``places``."""
    shape = (row.max() + 1, column.max() + 1) if len(row) else (0, 0)
    matrix = np.full(shape, np.nan)
    matrix[row, column] = values
    return matrix


def exact_sum(values: Floats) -> Floats:
    """Sums of the rows of ``values`` (S, N), ignoring NaN (0 where all are missing), in extended precision as R's ``sum``."""
    values = np.where(np.isnan(values), 0.0, values)
    if _HAS_EXTENDED:
        return values.sum(axis=1, dtype=np.longdouble).astype(float)
    return np.array([math.fsum(row) if np.isfinite(row).all() else sum(row) for row in values.tolist()])


def median_of_rows(values: Floats) -> Floats:
    """Medians of the rows of ``values`` (S, N), ignoring NaN; NaN where a row has no value."""
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    ordered = np.sort(values, axis=1)  # NaN last
    count = (~np.isnan(values)).sum(axis=1)
    middle = np.stack([np.maximum(count - 1, 0) // 2, np.minimum(count // 2, values.shape[1] - 1)], axis=1)
    lower, upper = np.take_along_axis(ordered, middle, axis=1).T
    return np.where(lower == upper, lower, (lower + upper) / 2)  # equal infinities have a median too

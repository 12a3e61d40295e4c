"""Points of control charts: what the observations of one subgroup (a month, a ward's week) come to.

Belongs here: sums, means and spreads of subgroups, as matrices (S, N) of series and points. Does not belong here: centre lines, limits.
Source: as qicharts2 ``qic`` prepares its data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.statistics.numerics import Floats, Integers, exact_mean, exact_sum, median_of_rows, places

AGGREGATES = ("mean", "median", "sum", "sd")


@dataclass(frozen=True)
class Points:
    """All (S, N), in order of time. ``inside``: where there is a point, known or missing, and not padding behind a shorter series.

    ``value``: what is plotted before any chart's own transformation: a sum over its denominator, or the aggregate of the observations.
    ``total``: sum of the observations (events, numerators), NaN where a single observation is missing, 0 where several are. ``count``:
    known observations; ``mean`` and ``deviation`` (n - 1) of these. ``size``: denominator, NaN throughout where none was given.
    """

    value: Floats
    total: Floats
    count: Floats
    mean: Floats
    deviation: Floats
    size: Floats
    inside: NDArray[np.bool_]


@dataclass(frozen=True)
class Subgroups:
    """Points made of observations, and whose they are: ``series`` and ``x`` of each subgroup (G,), its ``row`` and ``column`` in ``points``."""

    points: Points
    series: NDArray
    x: NDArray
    row: Integers
    column: Integers


def single(values: ArrayLike, sizes: ArrayLike | None = None, inside: ArrayLike | None = None) -> Points:
    """Points (S, N) of one observation each: values, or counts of events with their denominators ``sizes``.

    A count without its denominator, or the reverse, is missing. 0 of 0 has no value (NaN), and events of 0 have an infinite one; neither
    has limits. Raises ValueError for infinite values and sizes and negative sizes.
    """
    y = np.atleast_2d(np.asarray(values, float))
    n = None if sizes is None else np.broadcast_to(np.asarray(sizes, float), y.shape)
    check_observations(y, n)
    value, size = y, np.full(y.shape, np.nan)
    if n is not None:
        y = np.where(np.isnan(n), np.nan, y)
        size = np.where(np.isnan(y), 0.0, n)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = y / size
    points = np.ones(y.shape, bool) if inside is None else np.asarray(inside, bool)
    return Points(value, y, (~np.isnan(y)).astype(float), y, np.full(y.shape, np.nan), size, points)


def subgroups(series: ArrayLike, x: ArrayLike, y: ArrayLike, n: ArrayLike | None = None, aggregate: str = "mean") -> Subgroups:
    """Subgroups of observations in long arrays (L,): those of one series with one ``x`` (a month, a date, a name) are one point.

    Points are in the order of ``x``; observations without it are left out. With denominators ``n`` the value is sum(y) / sum(n) and
    ``aggregate`` says nothing; without, it is the ``aggregate`` of the known observations.
    Raises ValueError for an unknown aggregate, and as ``single`` does.
    """
    if aggregate not in AGGREGATES:
        raise ValueError(f"the observations of a subgroup become one value by {', '.join(AGGREGATES)}")
    series, x, y = np.asarray(series), np.asarray(x), np.asarray(y, float)
    n = None if n is None else np.asarray(n, float)
    check_observations(y, n)
    known = np.equal(x, x).astype(bool)
    names, number = np.unique(series[known], return_inverse=True)
    moments, moment = np.unique(x[known], return_inverse=True)
    key, group = np.unique(number * len(moments) + moment, return_inverse=True)
    number, moment = np.divmod(key, max(len(moments), 1))
    row, column = places(number)
    order = np.argsort(group, kind="stable")
    size = np.bincount(group, minlength=len(key))
    cells = _summaries(y[known][order], None if n is None else n[known][order], size, aggregate)
    points = Points(*(_matrix(cell, row, column) for cell in cells), inside=_matrix(np.ones(len(key)), row, column) == 1)
    return Subgroups(points, names[number], moments[moment], row, column)


def check_observations(y: Floats, n: Floats | None) -> None:
    """Raises ValueError for what can be no observation."""
    if np.isinf(y).any() or (n is not None and np.isinf(n).any()):
        raise ValueError("an observation and its denominator must be finite; what could not be computed is missing")
    if n is not None and (n < 0).any():
        raise ValueError("a denominator must not be negative")


def _summaries(y: Floats, n: Floats | None, size: Integers, aggregate: str) -> Floats:
    """Value, total, count, mean, deviation and denominator (6, G) of groups that lie one behind the other, ``size`` (G,) observations each.

    Groups of one size are rows of one matrix, so memory stays in proportion to the data.
    """
    if n is not None:
        y, n = np.where(np.isnan(n), np.nan, y), np.where(np.isnan(y), np.nan, n)
    start = np.cumsum(size) - size
    found = np.full((6, len(size)), np.nan)
    for length in np.unique(size):
        at = size == length
        cells = start[at][:, None] + np.arange(length)
        found[:, at] = _summary(y[cells], None if n is None else n[cells], aggregate)
    return found


def _summary(y: Floats, n: Floats | None, aggregate: str) -> tuple[Floats, ...]:
    """The same for groups of one size, (G, K)."""
    known = exact_sum(y)
    count = (~np.isnan(y)).sum(axis=1).astype(float)
    mean = exact_mean(y)
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = np.sqrt(exact_sum((y - mean[:, None]) ** 2) / np.where(count > 1, count - 1, np.nan))
        size = np.full(len(y), np.nan) if n is None else exact_sum(n)
        value = known / size
    if n is None:
        value = {"mean": mean, "sum": known, "sd": deviation}[aggregate] if aggregate != "median" else median_of_rows(y)
    total = np.where((count == 0) & (y.shape[1] == 1), np.nan, known)
    return value, total, count, mean, deviation, size


def _matrix(cell: Floats, row: Integers, column: Integers) -> Floats:
    matrix = np.full((row.max(initial=-1) + 1, column.max(initial=-1) + 1), np.nan)
    matrix[row, column] = cell
    return matrix

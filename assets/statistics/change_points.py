"""Where the level of a series changed: least-squares partitions into segments of constant mean, for many series at once.

Belongs here: the best places for every number of changes, and the number by BIC. Does not belong here: whether a change at a
known place is one (``segmented``, ``before_after``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.statistics.confidence import refuse
from assets.statistics.numerics import Floats, exact_mean


@dataclass(frozen=True)
class ChangePoints:
    """For m = 0 .. M changes (first axis after the series): residual sum of squares and BIC (S, M + 1), NaN where m does not fit.

    ``after`` (S, M + 1, M): after how many columns of the series each of the m changes lies, ascending; 0 in the places beyond m.
    ``chosen`` (S,): the number of changes with the lowest BIC, -1 for a series with fewer values than a segment has.
    """

    squares: Floats
    bic: Floats
    after: NDArray[np.int64]
    chosen: NDArray[np.int64]


def change_points(values: ArrayLike, shortest: float, most: int | None = None) -> ChangePoints:
    """Best partitions of each row of ``values`` (S, N) by dynamic programming; gaps are closed, positions are of the columns given.

    ``shortest`` is the least number of points of a segment, or a share below 1 of the points of the series; ``most`` the most
    changes looked for, by default and at most ceil(points / shortest) - 2 of the longest series. BIC = n (log(RSS / n) + 1 + log 2 pi)
    + log n (2 m + 2). A constant series has no change: sums of squares that are rounding alone count as 0, and of several numbers
    with the same BIC the lowest is chosen. Time grows with N squared, memory with S N M.
    Raises ValueError for infinite values, a segment of fewer than two points, or a negative ``most``.
    Source: Bai and Perron, J Applied Econometrics 2003; 18: 1-22, as R ``strucchange::breakpoints(y ~ 1)``.
    """
    y = np.atleast_2d(np.asarray(values, float))
    refuse(np.isinf(y), "the values of a series are finite")
    order = np.argsort(np.isnan(y), axis=1, kind="stable")
    counts = (~np.isnan(y)).sum(axis=1)
    width = np.where(shortest < 1, np.floor(counts * shortest), shortest).astype(int)
    refuse((width < 2) & (counts > 0) & (shortest >= 1), "a segment has at least two points")
    width = np.maximum(width, 2)
    fits = np.maximum(np.ceil(counts / width).astype(int) - 2, 0)
    most = int(fits.max(initial=0)) if most is None else most
    refuse(most < 0, "the number of changes looked for is at least 0")
    squares, after = _partitions(np.take_along_axis(y, order, axis=1), counts, width, min(most, int(fits.max(initial=0))))
    squares[np.arange(squares.shape[1]) > fits[:, None]] = np.nan
    after = _columns(np.where(np.isnan(squares)[:, :, None], 0, after), order)
    return ChangePoints(squares, *_choose(squares, counts, after))


def _partitions(y: Floats, counts: NDArray[np.int64], width: NDArray[np.int64], most: int) -> tuple[Floats, NDArray[np.int64]]:
    """Least sums of squares (S, most + 1) of the first ``counts`` points, and where the segments end.

    ``best[m, :, j]``: the least of the first j points in m + 1 segments. The loop is over j, the end of the last segment.
    """
    series, points = y.shape
    centred = np.nan_to_num(y - exact_mean(y)[:, None])
    sums, powers = (np.pad(np.cumsum(part, axis=1), ((0, 0), (1, 0))) for part in (centred, centred**2))
    best, origin = np.full((most + 1, series, points + 1), np.inf), np.zeros((most + 1, series, points + 1), np.int64)
    for j in range(1, points + 1):
        length = j - np.arange(j)
        within = powers[:, j, None] - powers[:, :j] - (sums[:, j, None] - sums[:, :j]) ** 2 / length
        within = np.where(length >= width[:, None], np.maximum(within, 0), np.inf)
        best[0, :, j] = within[:, 0]
        for m in range(1, most + 1):
            whole = best[m - 1, :, :j] + within
            origin[m, :, j] = whole.argmin(axis=1)
            best[m, :, j] = whole.min(axis=1)
    squares = np.take_along_axis(best, counts[None, :, None], axis=2)[:, :, 0].T
    return np.where(np.isfinite(squares), np.where(squares <= _noise(y, counts)[:, None], 0, squares), np.nan), _trace(origin, counts)


def _noise(y: Floats, counts: NDArray[np.int64]) -> Floats:
    """How large a sum of squares (S,) rounding can make of values that are all equal within each segment."""
    eps = np.finfo(float).eps
    of_values = (eps * np.nan_to_num(np.abs(y)).max(axis=1, initial=0)) ** 2
    of_sums = 4 * eps * np.nansum((y - exact_mean(y)[:, None]) ** 2, axis=1)
    return counts * (of_values + of_sums)


def _trace(origin: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ends of the segments but the last (S, most + 1, most), ascending, walked back from the last point."""
    most = len(origin) - 1
    after, rows = np.zeros((origin.shape[1], most + 1, most), np.int64), np.arange(origin.shape[1])
    for m in range(1, most + 1):
        end = counts
        for segment in range(m, 0, -1):
            end = origin[segment, rows, end]
            after[:, m, segment - 1] = end
    return after


def _columns(after: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """From numbers of values to numbers of columns: the column of the last value before the change."""
    if not order.shape[1]:
        return after
    last = np.take_along_axis(np.broadcast_to(order[:, None], (*after.shape[:2], order.shape[1])), np.maximum(after - 1, 0), axis=2)
    return np.where(after > 0, last + 1, 0)


def _choose(squares: Floats, counts: NDArray[np.int64], after: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    n = counts[:, None].astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        bic = n * (np.log(squares / n) + 1 + np.log(2 * np.pi)) + np.log(n) * (2 * np.arange(squares.shape[1]) + 2)
    bic = np.where(n > 0, bic, np.nan)
    lowest = np.where(np.isnan(bic), np.inf, bic).argmin(axis=1)
    return bic, after, np.where(np.isnan(bic).all(axis=1), -1, lowest)

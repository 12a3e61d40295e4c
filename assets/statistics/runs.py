"""Runs: the rules of Anhoej for shifts, and the rules of windows, for many series at once.

Belongs here: what unusual runs are in a row of points. Does not belong here: centre lines and limits.
Rows are (S, N) in order of time, or (P, M) of phases; a rule never looks across rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from assets.statistics.numerics import Floats

Signs = NDArray[np.int8]
Mask = NDArray[np.bool_]
CROSSINGS_LEVEL = 0.05


@dataclass(frozen=True)
class Runs:
    """Runs about the centre line, one number for each row (S,), NaN where no point is useful.

    ``observed``: points looked at, known or missing; ``useful``: those that lie on one side of the centre.
    """

    observed: Floats
    useful: Floats
    longest: Floats
    longest_max: Floats
    crossings: Floats
    crossings_min: Floats
    signal: Mask


def anhoej(values: Floats, centre: Floats, included: Mask) -> Runs:
    """Anhoej's rules for rows of ``values`` about ``centre``, both (S, N); only ``included`` points (S, N) count.

    Points on the centre line and missing ones are left out, and the run goes on behind them. Signal: the longest run is longer, or the
    crossings are fewer, than ``anhoej_limits`` says. Where the centre is not finite no point has a side.
    Source: Anhoej and Olesen, PLoS One 2014; 9: e113825. As qicharts2 ``qic``.
    """
    with np.errstate(invalid="ignore"):
        side = np.nan_to_num(np.sign(values - centre))
    row, place = np.nonzero((side != 0) & included & np.isfinite(centre))
    useful = np.bincount(row, minlength=len(values)).astype(float)
    longest, crossings = _longest_and_crossings(side[row, place], row, useful)
    longest_max, crossings_min = anhoej_limits(useful)
    signal = anhoej_signal(useful, crossings, longest)
    return Runs(included.sum(axis=1).astype(float), useful, longest, longest_max, crossings, crossings_min, signal)


def _longest_and_crossings(side: Floats, row: NDArray, useful: Floats) -> tuple[Floats, Floats]:
    """``side`` of all useful points in order, ``row`` of each."""
    begins = np.ones(len(side), bool)
    begins[1:] = (side[1:] != side[:-1]) | (row[1:] != row[:-1])
    first = np.flatnonzero(begins)
    longest = np.zeros(len(useful))
    np.maximum.at(longest, row[first], np.diff(first, append=len(side)))
    crossings = np.bincount(row[first], minlength=len(useful)) - 1.0
    return np.where(useful > 0, longest, np.nan), np.where(useful > 0, crossings, np.nan)


def anhoej_limits(useful: ArrayLike) -> tuple[Floats, Floats]:
    """The longest run and the fewest crossings of chance alone, for each number of useful points; NaN for 0.

    round(log2 n) + 3 (Schilling 2012) and the 5 % quantile of Binomial(n - 1, 1/2) (Chen 2010). The logarithm of a whole number is never
    a half, so the way of rounding does not matter. clinical-qikit rounds down, signals on equality and asks for ten points; we take
    qicharts2's. Raises ValueError for a negative number of points.
    """
    n = np.asarray(useful, float)
    if (n < 0).any():
        raise ValueError("the number of useful points of a run chart cannot be negative")
    sizes, at = np.unique(n, return_inverse=True)
    with np.errstate(divide="ignore"):
        longest = np.rint(np.log2(sizes)) + 3
    fewest = np.where(sizes > 1, stats.binom.ppf(CROSSINGS_LEVEL, np.maximum(sizes - 1, 1), 0.5), 0)
    longest, fewest = (np.where(sizes > 0, limit, np.nan) for limit in (longest, fewest))
    return longest[at].reshape(n.shape), fewest[at].reshape(n.shape)


def anhoej_signal(useful: ArrayLike, crossings: ArrayLike, longest: ArrayLike) -> Mask:
    """Whether runs are unusual, for numbers that broadcast; False where there is no useful point."""
    longest_max, crossings_min = anhoej_limits(useful)
    return (np.asarray(longest, float) > longest_max) | (np.asarray(crossings, float) < crossings_min)


def trend(values: Floats, length: int) -> Signs:
    """Points of ``length`` consecutive ones that strictly rise (1) or fall (-1); a tie or a gap breaks a trend. (S, N).

    A point between two trends has the sign of the step to the next point if that too is in a trend, else of the step before. Where the
    trends are parted by a tie the last point of the first keeps its own sign; the package calls it falling whichever way it went.
    """
    _refuse_short(length)
    if not values.shape[1]:
        return np.zeros(values.shape, np.int8)
    with np.errstate(invalid="ignore"):
        steps = np.nan_to_num(np.sign(np.diff(values, axis=1))).astype(np.int8)
    marked = np.zeros(values.shape, bool)
    for sign in (1, -1):
        _mark(marked, _all_of(steps == sign, length - 1), length)
    to_next = np.pad(steps, ((0, 0), (0, 1)))
    from_previous = np.pad(steps, ((0, 0), (1, 0)))
    next_is_trend = np.pad(marked[:, 1:], ((0, 0), (0, 1)))
    return signed(marked, np.where(next_is_trend & (to_next != 0), to_next, from_previous))


def shift(side: Signs, length: int) -> Signs:
    """Points of ``length`` consecutive ones strictly on one side of the centre; ``side`` (S, N) is 0 on it and for a gap."""
    _refuse_short(length)
    marked = np.zeros(side.shape, bool)
    for sign in (1, -1):
        _mark(marked, _all_of(side == sign, length), length)
    return signed(marked, side)


def two_in_three(close: Mask, side: Signs) -> Signs:
    """Points that are ``close`` to a limit and lie among three consecutive ones on one side of which two are close. (S, N)."""
    a, b, c = close[:, :-2], close[:, 1:-1], close[:, 2:]
    windows = (a & b) | (a & c) | (b & c)
    same = np.zeros_like(windows)
    for sign in (1, -1):
        same |= _all_of(side == sign, 3)
    marked = np.zeros(close.shape, bool)
    _mark(marked, windows & same, 3)
    return signed(marked & close, side)


def signed(mask: Mask, sign: NDArray) -> Signs:
    """The sign where the mask holds, else 0."""
    return np.where(mask, sign, 0).astype(np.int8)


def _all_of(mask: Mask, length: int) -> Mask:
    """For each window of ``length`` columns (none if the row is shorter) whether the mask holds in all of it."""
    windows = max(mask.shape[1] - length + 1, 0)
    found = np.ones((len(mask), windows), bool)
    for offset in range(length):
        found &= mask[:, offset : offset + windows]
    return found


def _mark(marked: Mask, windows: Mask, length: int) -> None:
    """Marks every point that lies in a marked window."""
    for offset in range(length):
        marked[:, offset : offset + windows.shape[1]] |= windows


def _refuse_short(length: int) -> None:
    if length < 2:
        raise ValueError("a shift or a trend needs a length of at least two points")

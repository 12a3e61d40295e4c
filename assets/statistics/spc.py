"""XmR charts by the rules of Making Data Count, for many series at once.

Belongs here: limits, rules, and the house's reading of them. Does not belong here: which series, and what becomes a signal.
Arrays are (S, N): S series, N points in order of time; NaN is a missing value, or padding at the end of a shorter series.
Source of limits and rules: NHSRplotthedots ``ptd_spc`` 0.2.2; NHS England, Making Data Count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from assets.statistics.numerics import Floats, exact_mean

RULE_VERSION = 1
SHIFT_LENGTH = 7
TREND_LENGTH = 7
MINIMUM_POINTS = 13
LIMIT_FACTOR = 2.66
SCREENING_FACTOR = 3.267
RULES = ("outside", "trend", "two_in_three", "shift")  # in order of precedence
RULE_NAMES = {
    ("outside", 1): "above upper limit",
    ("outside", -1): "below lower limit",
    ("trend", 1): "7 point trend increasing",
    ("trend", -1): "7 point trend decreasing",
    ("two_in_three", 1): "2 in 3 above mean, close to limit",
    ("two_in_three", -1): "2 in 3 below mean, close to limit",
    ("shift", 1): "7 points above mean",
    ("shift", -1): "7 points below mean",
}
INSUFFICIENT = "insufficient data"
COMMON_CAUSE = "common cause"

Signs = NDArray[np.int8]


@dataclass(frozen=True)
class Xmr:
    """Limits (S,) in the unit of the values, NaN where there are none, and which points break which rule.

    ``outside``, ``trend``, ``two_in_three``, ``shift`` are (S, N): 1 above or increasing, -1 below or decreasing, 0 not broken.
    """

    mean: Floats
    lower: Floats
    upper: Floats
    moving_range: Floats
    outside: Signs
    trend: Signs
    two_in_three: Signs
    shift: Signs

    def first_rule(self) -> tuple[Signs, Signs]:
        """Index into ``RULES`` of the first rule that each point breaks (-1 for none), and its sign: both (S, N)."""
        signs = np.stack([getattr(self, name) for name in RULES])
        broken = signs != 0
        first = broken.argmax(axis=0)
        sign = np.take_along_axis(signs, first[None], axis=0)[0]
        return np.where(broken.any(axis=0), first, -1).astype(np.int8), sign


def xmr(values: ArrayLike, baseline: ArrayLike | None = None, screen: bool = True) -> Xmr:
    """Individuals chart of each row of ``values`` (S, N).

    ``baseline`` (S, N) says which points make mean and limits; all are tested. ``screen`` drops moving ranges of at least
    3.267 times their mean, once. Limits are not cut at 0. A window with a missing value breaks no rule.
    """
    y = np.atleast_2d(np.asarray(values, float))
    base = y if baseline is None else np.where(baseline, y, np.nan)
    mean = exact_mean(base)
    spread = _average_moving_range(base, screen)
    with np.errstate(invalid="ignore"):
        side = np.nan_to_num(np.sign(y - mean[:, None])).astype(np.int8)
        lower, upper = mean - LIMIT_FACTOR * spread, mean + LIMIT_FACTOR * spread
        outside = (y > upper[:, None]) | (y < lower[:, None])
        near = np.abs(2 * LIMIT_FACTOR / 3 * spread)[:, None]
        close = ~outside & ((y < mean[:, None] - near) | (y > mean[:, None] + near))
    return Xmr(mean, lower, upper, spread, _signed(outside, side), _trend(y), _two_in_three(close, side), _shift(side))


def _average_moving_range(base: Floats, screen: bool) -> Floats:
    ranges = np.abs(np.diff(base, axis=1))
    average = exact_mean(ranges)
    if not screen:
        return average
    with np.errstate(invalid="ignore"):
        return exact_mean(np.where(ranges < SCREENING_FACTOR * average[:, None], ranges, np.nan))


def _signed(mask: NDArray[np.bool_], sign: Signs) -> Signs:
    return np.where(mask, sign, 0).astype(np.int8)


def _windows(array: NDArray, length: int) -> NDArray:
    """(S, N - length + 1, length), or no windows at all for a shorter series."""
    if array.shape[1] < length:
        return np.zeros((array.shape[0], 0, length), array.dtype)
    return sliding_window_view(array, length, axis=1)


def _spread(windows: NDArray[np.bool_], length: int, width: int) -> NDArray[np.bool_]:
    """Marks every point that lies in a marked window."""
    marked = np.zeros((windows.shape[0], width), bool)
    for offset in range(length):
        marked[:, offset : offset + windows.shape[1]] |= windows
    return marked


def _trend(y: Floats) -> Signs:
    with np.errstate(invalid="ignore"):
        steps = np.nan_to_num(np.sign(np.diff(y, axis=1))).astype(np.int8)
    runs = np.abs(_windows(steps, TREND_LENGTH - 1).sum(axis=2)) == TREND_LENGTH - 1
    trend = _spread(runs, TREND_LENGTH, y.shape[1]) if runs.shape[1] else np.zeros(y.shape, bool)
    to_next = np.pad(steps, ((0, 0), (0, 1)))
    from_previous = np.pad(steps, ((0, 0), (1, 0)))
    next_is_trend = np.pad(trend[:, 1:], ((0, 0), (0, 1)))
    return _signed(trend, np.where(next_is_trend, to_next, from_previous))


def _two_in_three(close: NDArray[np.bool_], side: Signs) -> Signs:
    same_side = np.abs(_windows(side, 3).sum(axis=2)) == 3
    marked = same_side & (_windows(close, 3).sum(axis=2) >= 2)
    return _signed(close & _spread(marked, 3, close.shape[1]), side)


def _shift(side: Signs) -> Signs:
    runs = np.abs(_windows(side, SHIFT_LENGTH).sum(axis=2)) == SHIFT_LENGTH
    return _signed(_spread(runs, SHIFT_LENGTH, side.shape[1]), side)


def house_chart(values: ArrayLike, baseline: ArrayLike | None = None) -> tuple[Xmr, NDArray[np.bool_]]:
    """The chart as the house reads it, and which series (S,) have enough points for limits.

    Fewer than 13 baseline points: no limits, no rule. An average moving range of 0 says nothing of the spread (one step in an
    otherwise constant series would put every point outside), so it never breaks a rule, and has no limits.
    """
    y = np.atleast_2d(np.asarray(values, float))
    chart = xmr(y, baseline)
    base = ~np.isnan(y) if baseline is None else ~np.isnan(y) & np.asarray(baseline, bool)
    enough = base.sum(axis=1) >= MINIMUM_POINTS
    sound = enough & (chart.moving_range > 0)
    quiet = {name: np.where(sound[:, None], getattr(chart, name), 0).astype(np.int8) for name in RULES}
    limits = {name: np.where(sound, getattr(chart, name), np.nan) for name in ("lower", "upper")}
    return Xmr(chart.mean, moving_range=chart.moving_range, **limits, **quiet), enough


def point_type(sign: int, better: int) -> str:
    """What a special cause means: ``sign`` 1 or -1 as in ``Xmr``, ``better`` 1 (higher), -1 (lower) or 0 (neutral)."""
    if sign == 0:
        return COMMON_CAUSE
    if better == 0:
        return f"special cause neutral {'high' if sign > 0 else 'low'}"
    return f"special cause {'improvement' if sign == better else 'concern'}"

"""XmR charts by the rules of Making Data Count, for many series at once.

Belongs here: limits, rules, and the house's reading of them. Does not belong here: which series, and what becomes a signal.
Arrays are (S, N): S series, N points in order of time; NaN is a missing value, or padding at the end of a shorter series.
Source of limits and rules: NHSRplotthedots ``ptd_spc`` 0.2.2; NHS England, Making Data Count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.statistics import runs
from assets.statistics.numerics import Floats, exact_mean
from assets.statistics.runs import Signs

RULE_VERSION = 2  # since 2 a trend that a tie parts from the next keeps its last point
SHIFT_LENGTH = 7
TREND_LENGTH = 7
MINIMUM_POINTS = 13
LIMIT_FACTOR = 2.66
NEAR_FACTOR = 2 * (LIMIT_FACTOR / 3)
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
NOT_JUDGED = "not judged yet"  # a provisional point, where final ones alone are judged
COMMON_CAUSE = "common cause"


@dataclass(frozen=True)
class Xmr:
    """Limits (S,) in the unit of the values, NaN where there are none, and which points break which rule.

    ``outside``, ``trend``, ``two_in_three``, ``shift`` are (S, N): 1 above or increasing, -1 below or decreasing, 0 not broken.
    ``close`` and ``side`` (S, N) are no rules: the side on which a point lies near a limit but not outside, and of the mean.
    """

    mean: Floats
    lower: Floats
    upper: Floats
    moving_range: Floats
    outside: Signs
    trend: Signs
    two_in_three: Signs
    shift: Signs
    close: Signs
    side: Signs

    def first_rule(self) -> tuple[Signs, Signs]:
        """Index into ``RULES`` of the first rule that each point breaks (-1 for none), and its sign: both (S, N)."""
        return first_broken(np.stack([getattr(self, name) for name in RULES]))


def first_broken(signs: Signs) -> tuple[Signs, Signs]:
    """Of the signs of each rule (rules, S, N): index of the first rule that each point breaks (-1 for none), and its sign."""
    broken = signs != 0
    first = broken.argmax(axis=0)
    sign = np.take_along_axis(signs, first[None], axis=0)[0]
    return np.where(broken.any(axis=0), first, -1).astype(np.int8), sign


def xmr(
    values: ArrayLike, baseline: ArrayLike | None = None, screen: bool = True, shift: int = SHIFT_LENGTH, trend: int = TREND_LENGTH
) -> Xmr:
    """Individuals chart of each row of ``values`` (S, N), any unit; limits are in that unit and not cut at 0.

    ``baseline`` (S, N) says which points make mean and limits; all are tested. ``screen`` drops moving ranges of at least 3.267 times
    their mean, once (the Excel tool of NHS England does not). ``shift`` and ``trend`` are the lengths of these rules: others publish 6
    or 8. Gaps: a range next to a missing value is missing, a window with one breaks no rule. Rules are applied from two points on.
    NaN limits: fewer than two points, or all equal under screening. Raises ValueError for an infinite value.
    The factor is 2.66; qicharts2 takes 3 / 1.128, which is 0.016 % less.
    """
    y = np.atleast_2d(np.asarray(values, float))
    if np.isinf(y).any():
        raise ValueError("a value of an XmR chart must be finite; a value that could not be computed is missing")
    base = y if baseline is None else np.where(baseline, y, np.nan)
    mean = exact_mean(base)
    spread = _average_moving_range(base, screen)
    with np.errstate(invalid="ignore"):
        side = np.nan_to_num(np.sign(y - mean[:, None])).astype(np.int8)
        lower, upper = mean - LIMIT_FACTOR * spread, mean + LIMIT_FACTOR * spread
        outside = (y > upper[:, None]) | (y < lower[:, None])
        near = (NEAR_FACTOR * spread)[:, None]
        close = ~outside & ((y < mean[:, None] - near) | (y > mean[:, None] + near))
    rules = (runs.signed(outside, side), runs.trend(y, trend), runs.two_in_three(close, side), runs.shift(side, shift))
    return Xmr(mean, lower, upper, spread, *rules, runs.signed(close, side), side)


def _average_moving_range(base: Floats, screen: bool) -> Floats:
    ranges = np.abs(np.diff(base, axis=1))
    average = exact_mean(ranges)
    if not screen:
        return average
    with np.errstate(invalid="ignore"):
        return exact_mean(np.where(ranges < SCREENING_FACTOR * average[:, None], ranges, np.nan))


def house_chart(values: ArrayLike, baseline: ArrayLike | None = None) -> tuple[Xmr, NDArray[np.bool_]]:
    """The chart as the house reads it, and which series (S,) have enough points for limits.

    Fewer than 13 baseline points: no limits, no rule. An average moving range of 0 says nothing of the spread (one step in an
    otherwise constant series would put every point outside), so it never breaks a rule, and has no limits.
    """
    y = np.atleast_2d(np.asarray(values, float))
    baseline = np.ones(y.shape, bool) if baseline is None else np.asarray(baseline, bool)
    chart = xmr(y, baseline)
    return quietened(chart, is_sound(y, baseline, chart)), _has_enough(y, baseline)


def is_sound(values: Floats, baseline: NDArray[np.bool_], chart: Xmr) -> NDArray[np.bool_]:
    """Which series (S,) have 13 known points behind their limits, and a spread to judge by."""
    return _has_enough(values, baseline) & (chart.moving_range > 0)


def _has_enough(values: Floats, baseline: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return (~np.isnan(values) & baseline).sum(axis=1) >= MINIMUM_POINTS


def quietened(chart: Xmr, sound: NDArray[np.bool_]) -> Xmr:
    """The chart without limits and broken rules where it is not ``sound`` (S,)."""
    quiet = {name: np.where(sound[:, None], getattr(chart, name), 0).astype(np.int8) for name in (*RULES, "close")}
    limits = {name: np.where(sound, getattr(chart, name), np.nan) for name in ("lower", "upper")}
    return replace(chart, **limits, **quiet)


def point_type(sign: int, better: int) -> str:
    """What a special cause means: ``sign`` 1 or -1 as in ``Xmr``, ``better`` 1 (higher), -1 (lower) or 0 (neutral)."""
    if sign == 0:
        return COMMON_CAUSE
    if better == 0:
        return f"special cause neutral {'high' if sign > 0 else 'low'}"
    return f"special cause {'improvement' if sign == better else 'concern'}"

"""The whole reading of an XmR chart by Making Data Count: phases, rules, what they mean, and the two icons of each series.

Belongs here: what a reader of such a chart is told. Does not belong here: limits and rules themselves (``spc``, ``runs``), and which
special cause becomes a signal.
Source: NHSRplotthedots ``ptd_spc`` 0.2.2 and its summary; NHS England, Making Data Count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.statistics import spc
from assets.statistics.numerics import Floats
from assets.statistics.phases import Mask, Phases, phases
from assets.statistics.runs import Signs

MINIMUM_BASELINE = 12
POINT_TYPES = (
    "common cause", "special cause improvement", "special cause concern", "special cause neutral high", "special cause neutral low",
)  # fmt: skip
VARIATION_ICONS = ("common cause", "improvement high", "improvement low", "concern high", "concern low", "neutral high", "neutral low")
ASSURANCE_ICONS = ("none", "consistent fail", "consistent pass", "inconsistent")


@dataclass(frozen=True)
class Reading:
    """The chart of each phase, and what it says at each point and of each series.

    ``chart``: of the P phases, its arrays (P,) and (P, M). At each point, (S, N): ``mean``, ``lower``, ``upper`` in the unit of the
    values; ``rule``, an index into ``spc.RULES`` of the first rule broken, or -1, and its ``sign``; ``point_type``, an index into
    ``POINT_TYPES``. Of each series, (S,): ``variation`` and ``assurance``, indices into ``VARIATION_ICONS`` and ``ASSURANCE_ICONS``.
    Of each phase, (P,): ``last_sign``, of the special cause at its last point; ``is_short``, fewer than 13 points: limits on trial.
    """

    phases: Phases
    chart: spc.Xmr
    mean: Floats
    lower: Floats
    upper: Floats
    rule: Signs
    sign: Signs
    point_type: Signs
    last_sign: Signs
    variation: Signs
    assurance: Signs
    is_short: Mask


def read(
    values: ArrayLike, better: ArrayLike = 0, target: ArrayLike = np.nan, *, phase: ArrayLike | None = None, inside: ArrayLike | None = None,
    fix_after: int | None = None, screen: bool = True, house: bool = False,
) -> Reading:  # fmt: skip
    """Charts of ``values`` (S, N), in order of time; a gap in the dates is none here: the next point is the next period.

    ``better``, one for all or (S,): 1 if higher is better, -1 if lower, 0 if neither. ``target``, one for all or (S,), in the unit of the
    values, NaN for none. ``phase`` and ``inside`` as in ``phases``: everything starts anew with a phase (a rebase). ``fix_after``: only so
    many first points of each phase make its limits, at least 12. ``screen`` as in ``spc.xmr``. ``house``: phases with fewer than 13 known
    points behind their limits, or without variation, have no limits and break no rule.
    A trend is judged by its direction, not by its side of the mean. No assurance icon without a target, without limits, or
    where neither direction is better (the package draws "inconsistent" in the first two cases).
    Raises ValueError for another direction, a shorter ``fix_after`` or an infinite value.
    """
    y = np.atleast_2d(np.asarray(values, float))
    better = _directions(better, len(y))
    split = phases(y.shape, phase, inside)
    rows = split.gather(y)
    baseline = _baseline(split.inside, fix_after)
    chart = spc.xmr(rows, baseline, screen)
    if house:
        chart = spc.quietened(chart, spc.is_sound(rows, baseline, chart))
    rule, sign = chart.first_rule()
    last_sign, at_points = _last_signs(split, sign), split.scatter(sign)
    return Reading(
        split, chart, *(split.spread(limit) for limit in (chart.mean, chart.lower, chart.upper)),
        np.where(split.at >= 0, split.scatter(rule), -1).astype(np.int8), at_points, point_types(at_points, better[:, None]), last_sign,
        _variation(split, last_sign, better), _assurance(split, chart, better, target), split.inside.sum(axis=1) < spc.MINIMUM_POINTS,
    )  # fmt: skip


def point_types(sign: ArrayLike, better: ArrayLike) -> Signs:
    """Index into ``POINT_TYPES`` for a special cause of ``sign`` (0 for none) where ``better`` is the good direction; they broadcast."""
    sign, better = np.broadcast_arrays(np.asarray(sign, np.int8), np.asarray(better, np.int8))
    return np.select([sign == 0, (better == 0) & (sign > 0), better == 0, sign == better], [0, 3, 4, 1], 2).astype(np.int8)


def variation_icons(sign: ArrayLike, better: ArrayLike) -> Signs:
    """Index into ``VARIATION_ICONS`` for the special cause of a series' last point; the arrays broadcast."""
    sign, kind = np.asarray(sign), point_types(sign, better)
    icon = np.select([kind == 1, kind == 2, kind >= 3], [1, 3, 5], 0)
    return (icon + ((kind > 0) & (sign < 0))).astype(np.int8)


def assurance_icons(target: ArrayLike, lower: ArrayLike, upper: ArrayLike, better: ArrayLike) -> Signs:
    """Index into ``ASSURANCE_ICONS``: whether limits (S,) lie wholly on one side of ``target``; none where one of them is missing."""
    target, lower, upper, better = np.broadcast_arrays(*(np.asarray(a, float) for a in (target, lower, upper, better)))
    unknown = np.isnan(target + lower + upper) | (better == 0)
    fails, passes = (np.where(better > 0, a, b) for a, b in ((target > upper, target < lower), (target < lower, target > upper)))
    return np.select([unknown, fails, passes], [0, 1, 2], 3).astype(np.int8)


def _directions(better: ArrayLike, series: int) -> NDArray:
    better = np.broadcast_to(np.asarray(better), (series,))
    if not np.isin(better, (-1, 0, 1)).all():
        raise ValueError("the better direction is 1 (higher), -1 (lower) or 0 (neither)")
    return better


def _baseline(inside: Mask, fix_after: int | None) -> Mask:
    if fix_after is None:
        return inside
    if not fix_after >= MINIMUM_BASELINE:
        raise ValueError(f"limits may be fixed after {MINIMUM_BASELINE} points or more, not after fewer")
    return inside & (np.arange(inside.shape[1]) < fix_after)


def _last_signs(split: Phases, sign: Signs) -> Signs:
    return sign[np.arange(len(sign)), split.inside.sum(axis=1) - 1] if sign.size else np.zeros(len(sign), np.int8)


def _variation(split: Phases, last_sign: Signs, better: NDArray) -> Signs:
    last = split.last()
    return variation_icons(np.where(last >= 0, last_sign[last] if len(last_sign) else 0, 0), better)


def _assurance(split: Phases, chart: spc.Xmr, better: NDArray, target: ArrayLike) -> Signs:
    last = split.last()
    lower, upper = (np.where(last >= 0, limit[last] if len(limit) else np.nan, np.nan) for limit in (chart.lower, chart.upper))
    return assurance_icons(np.broadcast_to(np.asarray(target, float), last.shape), lower, upper, better)

"""Charts of every kind as the house judges them: which points of many series break which rule.

Belongs here: one reading of XmR, P', U', G and T charts, with the rules of Making Data Count. Does not belong here: lines
(``spc``, ``chart_limits``), which series have which chart (``assets.charts``, ``assets.rare_events``).
Arrays are (S, N): S series, N points in order of time, padded with NaN. Limits come from final points alone; all points are judged, but a signal may
rest on final ones only. Fewer than 13 final points, no spread between them, or a point without a denominator: no limits, and no rule is broken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assets.statistics import chart_limits, runs, spc, subgroups
from assets.statistics.chart_limits import Limits, Setting
from assets.statistics.numerics import Floats
from assets.statistics.runs import Mask, Signs

# what is charted of rare events lies between them: the longer, the rarer they are
BETWEEN_RULE_NAMES = {
    ("outside", 1): "longer between events than upper limit",
    ("outside", -1): "shorter between events than lower limit",
    ("trend", 1): "7 times longer between events than before",
    ("trend", -1): "7 times shorter between events than before",
    ("shift", 1): "7 times longer between events than centre",
    ("shift", -1): "7 times shorter between events than centre",
}
LANEY = {"pp": 1.0, "up": np.inf}  # the highest share of events that there can be


@dataclass(frozen=True)
class Judged:
    """Lines (S, N) in the unit of the points, NaN where there are none, and what each point breaks.

    ``known``: points that are judged; ``told``: those shown of series with enough final ones. ``rule``: index into ``spc.RULES`` of the first
    rule broken, -1 for none, and its ``sign``; ``final_rule`` and ``final_sign`` the same as if provisional points were not there.
    """

    centre: Floats
    lower: Floats
    upper: Floats
    known: Mask
    told: Mask
    rule: Signs
    sign: Signs
    final_rule: Signs
    final_sign: Signs


def xmr(values: Floats, final: Mask) -> Judged:
    """The XmR chart of ``values``, NaN where missing. Raises ValueError for an infinite value."""
    chart, enough = spc.house_chart(values, final)
    last, _ = spc.house_chart(np.where(final, values, np.nan))
    lines = (np.broadcast_to(line[:, None], values.shape) for line in (chart.mean, chart.lower, chart.upper))
    known = ~np.isnan(values)
    return Judged(*lines, known, known & enough[:, None], *chart.first_rule(), *last.first_rule())


def laney(kind: str, events: Floats, cases: Floats, final: Mask) -> Judged:
    """The P' (``pp``) or U' (``up``) chart of counts of events and their denominators.

    A point whose counts are missing, infinite or impossible (no cases, fewer than no events, of a proportion more events than cases) is not
    of the chart: a gap, which no run crosses and no limit rests on. Limits never lie inside those of chance alone: of months that are mostly none or
    all the ranges are nearly none, and the next single event would lie outside. None or all at every point: no limits.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        possible = (cases > 0) & np.isfinite(cases) & (events >= 0) & np.isfinite(events) & (events / cases <= LANEY[kind])
    points = subgroups.single(np.where(possible, events, np.nan), np.where(possible, cases, np.nan))
    limits = chart_limits.FORMULAS[kind](points, Setting(final, None, screen=True, at_least_chance=True))
    return _judged(limits.value, limits, final & possible, final)


def between_events(kind: str, between: Floats, base: Mask, growing: Mask) -> Judged:
    """The G (``g``) or T (``t``) chart of cases or days from one event to the next, NaN where missing; limits from the ``base``.

    ``growing``: what has passed since the last event. It makes no limits, and as it can only become longer it is judged only where it is long
    already. Judged by limits, trends and shifts about the centre; two of three near a limit say little where points are this skew.
    Raises ValueError for negative numbers of cases, and for times that are not above 0.
    """
    base = base & ~growing & ~np.isnan(between)
    limits = chart_limits.FORMULAS[kind](subgroups.single(between), Setting(base, None, screen=True))
    with np.errstate(invalid="ignore"):
        values = np.where(growing & ~(between > limits.centre), np.nan, between)
    return _judged(values, limits, base, base | growing, has_near=False)


def _judged(values: Floats, limits: Limits, base: Mask, final: Mask, has_near: bool = True) -> Judged:
    enough = base.sum(axis=1, keepdims=True) >= spc.MINIMUM_POINTS
    with np.errstate(invalid="ignore"):
        sound = enough & (limits.upper > limits.lower)
    drawn = Limits(values, limits.centre, *(np.where(sound, line, np.nan) for line in _lines(limits)))
    rules = [_first_broken(shown, drawn, sound.any(axis=1), has_near) for shown in (values, np.where(final, values, np.nan))]
    centre, lower, upper = (np.broadcast_to(line, values.shape) for line in (drawn.centre, drawn.lower, drawn.upper))
    return Judged(centre, lower, upper, ~np.isnan(values), ~np.isnan(limits.value) & enough, *rules[0], *rules[1])


def _lines(limits: Limits) -> tuple[Floats, ...]:
    return limits.lower, limits.near_lower, limits.near_upper, limits.upper


def _first_broken(values: Floats, lines: Limits, sound: Mask, has_near: bool) -> tuple[Signs, Signs]:
    """Of series (S,) that are ``sound``."""
    with np.errstate(invalid="ignore"):
        side = np.nan_to_num(np.sign(values - lines.centre)).astype(np.int8)
        outside = (values > lines.upper).astype(np.int8) - (values < lines.lower).astype(np.int8)
        near = (values > lines.near_upper) | (values < lines.near_lower)
    close = near & (outside == 0) & has_near
    signs = (outside, runs.trend(values, spc.TREND_LENGTH), runs.two_in_three(close, side), runs.shift(side, spc.SHIFT_LENGTH))
    return spc.first_broken(np.where(sound[:, None], signs, 0))

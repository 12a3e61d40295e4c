"""Shewhart's control charts and run charts of many series at once.

Belongs here: phases, which points make the lines, what lies outside, runs. Does not belong here: the formula of a kind of chart
(``chart_limits``), Making Data Count's reading of the XmR chart (``making_data_count``).
Source: qicharts2 ``qic`` 0.8.1. Its option to leave out large moving ranges is on where the package is attached and off where it is
only called by name; here it is an argument, on unless told otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike

from assets.statistics import runs
from assets.statistics.chart_limits import FORMULAS, Limits, Setting
from assets.statistics.numerics import Floats
from assets.statistics.phases import Mask, Phases, phases
from assets.statistics.runs import Runs, Signs
from assets.statistics.subgroups import Points

KINDS = tuple(FORMULAS)
WITHOUT_RUNS = ("mr",)  # neighbouring ranges share a value: their runs are no surprise
MINIMUM_POINTS = 13  # behind limits, in the house's reading
MINIMUM_USEFUL = 10  # on either side of the centre, for runs to say anything, in the house's reading


@dataclass(frozen=True)
class ControlChart:
    """What is drawn, (S, N) in the unit of the values times ``multiply``, NaN where it could not be computed, and what is special.

    ``value`` is what is plotted (a range, a deviation, a count); ``outside`` 1 above the upper limit, -1 below the lower, 0 between, on a
    limit, or unknown. ``base``: the points that made the lines; ``included``: those whose runs are looked at. ``runs``: of each phase (P,).
    """

    phases: Phases
    value: Floats
    centre: Floats
    lower: Floats
    near_lower: Floats
    near_upper: Floats
    upper: Floats
    outside: Signs
    base: Mask
    included: Mask
    runs: Runs


def control_chart(
    kind: str, points: Points, *, centre: ArrayLike | None = None, baseline: ArrayLike | None = None, excluded: ArrayLike | None = None,
    phase: ArrayLike | None = None, screen: bool = True, multiply: float = 1.0, is_unordered: bool = False, not_negative: bool = False,
    at_least_chance: bool = False,
) -> ControlChart:  # fmt: skip
    """The chart of ``kind`` (one of ``KINDS``) of series of ``points`` (S, N).

    ``centre``: known beforehand, in the unit of the values, anything that broadcasts to (S, N); counts for phases where no point lacks it.
    ``baseline`` (S, N): the points that make the lines (a freeze); ``excluded`` (S, N): points that do not, and whose runs are not looked
    at; all are tested. ``phase`` as in ``phases``: lines and runs start anew. ``screen``: leave out moving ranges of 3.267 times their mean
    and more. ``is_unordered``: points are categories, there are no runs. ``not_negative``: lower limits below 0 become 0 if no value is.
    ``at_least_chance``: P' and U' limits never lie inside those of P and U.
    A point without a denominator has no limits and is never outside; a limit that could not be computed is missing. See also ``house_reading``.
    Raises ValueError for an unknown kind, and for points that cannot be: negative counts, more events than cases, times of 0.
    """
    if kind not in FORMULAS:
        raise ValueError(f"a chart is one of {', '.join(KINDS)}")
    split = phases(points.value.shape, phase, points.inside)
    everything = np.ones(points.value.shape, bool)
    included = everything if excluded is None else ~np.asarray(excluded, bool)
    base = included if baseline is None else included & np.asarray(baseline, bool)
    rows = Points(*(split.gather(getattr(points, field.name)) for field in fields(points)))
    given = None if centre is None else split.gather(np.array(np.broadcast_to(np.asarray(centre, float), points.value.shape)))
    setting = Setting(split.gather(base) & rows.inside, given, screen, is_unordered, at_least_chance)
    limits = FORMULAS[kind](rows, setting)
    shown = split.gather(included) & rows.inside
    found = runs.anhoej(limits.value, np.broadcast_to(limits.centre, limits.value.shape), shown)
    if is_unordered or kind in WITHOUT_RUNS:
        found = replace(found, signal=np.zeros(len(found.signal), bool))
    return _drawn(split, limits, multiply, not_negative, base & points.inside, included & points.inside, found)


def _drawn(split: Phases, limits: Limits, multiply: float, not_negative: bool, base: Mask, included: Mask, found: Runs) -> ControlChart:
    value, centre, lower, near_lower, near_upper, upper = (
        split.scatter(np.broadcast_to(getattr(limits, field.name), limits.value.shape)) * multiply for field in fields(limits)
    )
    with np.errstate(invalid="ignore"):
        outside = (value > upper).astype(np.int8) - (value < lower).astype(np.int8)
    if not_negative and not (value < 0).any():
        lower, near_lower = np.maximum(lower, 0), np.maximum(near_lower, 0)
    return ControlChart(split, value, centre, lower, near_lower, near_upper, upper, outside, base, included, found)


def house_reading(chart: ControlChart) -> ControlChart:
    """The chart as the house reads it: no limits where they would say more than is known, and nothing outside them.

    Limits are missing in phases with fewer than 13 known points behind them, and where the upper is the lower: no variation was seen, which
    is not to say that there is none (qicharts2 lets them collapse on the centre, so that every later change lies outside). Runs
    signal from ten useful points on, as clinical-qikit has it; qicharts2 looks at any number.
    """
    known = chart.phases.gather(np.where(np.isfinite(chart.value), chart.base, False))
    enough = chart.phases.spread(known.sum(axis=1) >= MINIMUM_POINTS)
    sound = enough & (chart.upper > chart.lower)
    lines = {name: np.where(sound, getattr(chart, name), np.nan) for name in ("lower", "near_lower", "near_upper", "upper")}
    signal = chart.runs.signal & (chart.runs.useful >= MINIMUM_USEFUL)
    return replace(chart, outside=np.where(sound, chart.outside, 0).astype(np.int8), runs=replace(chart.runs, signal=signal), **lines)

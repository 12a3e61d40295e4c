"""The funnel of standardised ratios: where each ratio lies, and the limits by which a reader draws it.

Belongs here: limits of a period's ratios around 1. Does not belong here: formulas (``assets.statistics.funnel``,
``assets.statistics.policy_limits``), the ratios (``assets.case_mix``), judging (``assets.outliers``).
Two families that are named apart: display limits (95 % and 99.8 %, exact and interpolated) show where chance alone leads; the limits of
the outlier policy (two and three standard deviations, at whole events) say who is judged an outlier. Both follow from the expected number
alone. So they are kept at whole numbers of it, up to a round one: the lines are smooth, and nobody's own number can be read from them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from assets.outliers import by_level
from assets.statistics import funnel, policy_limits
from assets.statistics.funnel_axis import axis_points
from schemas.datasets import Pathway
from schemas.measures import Measure
from schemas.outliers import Basis, OutlierPolicy

PERIOD = ["period_grain", "period_start"]
DISPLAYED = ("lower_998", "lower_95", "upper_95", "upper_998")
OF_POLICY = ("policy_alert_limit", "policy_alarm_limit", "policy_positive_limit")
POOLED_LEVELS = ("region", "network")  # no peers of anybody: they would only stretch the axis
ROUND = 10  # expected events: the axis ends at a multiple of it


def position(observed: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Where each ratio lies among the display limits, in words; None where nothing is expected."""
    expected = np.where(expected > 0, expected, np.nan)
    place = funnel.position(observed / expected, funnel.rate_limits(expected, 1.0), expected)
    return np.array([*funnel.POSITIONS, None], dtype=object)[place]


def policy_of(pathway: Pathway, measure: Measure) -> OutlierPolicy | None:
    """The policy by which the measure's standardised ratios are judged."""
    return next((p for p in pathway.outlier_policies if p.measure == measure.name and p.basis is Basis.STANDARDISED), None)


def limit_rows(results: pd.DataFrame, policy: OutlierPolicy | None, better: int) -> pd.DataFrame:
    """A row a period of ``results`` and point of its axis; ``better`` is 1 where more is better."""
    peers = results[~results["level_kind"].isin(POOLED_LEVELS) & (results["expected"] > 0)]
    if not len(peers):
        return pd.DataFrame(columns=[*PERIOD, "expected", *DISPLAYED])
    largest = peers.groupby(PERIOD, sort=True)["expected"].max().reset_index()
    ends = (np.ceil(largest["expected"].to_numpy(float) / ROUND) * ROUND).astype(int)
    lines = {end: lines_up_to(end, policy, better) for end in sorted(set(ends.tolist()))}
    axes = [
        lines[end].assign(period_grain=row.period_grain, period_start=row.period_start)
        for end, row in zip(ends.tolist(), largest.itertuples(), strict=True)
    ]
    return pd.concat(axes, ignore_index=True)


def lines_up_to(end: int, policy: OutlierPolicy | None, better: int) -> pd.DataFrame:
    """Limits at whole expected events from 1 to ``end``, closer together where they bend."""
    points = axis_points(np.array([1.0]), np.array([float(end)]))[0]
    expected = np.append(points[points < end], end)
    rows = pd.DataFrame({"expected": expected.astype(int), **dict(zip(DISPLAYED, funnel.rate_limits(expected, 1.0).T, strict=True))})
    if policy is None:
        return rows.assign(**dict.fromkeys(OF_POLICY, np.nan), outlier_policy_version=None)
    judged = by_level(policy_limits.exact_limits(expected, 1.0, policy.distances, False), better)
    told = {name: np.where(expected >= policy.minimum_expected, limits, np.nan) for name, limits in zip(OF_POLICY, judged, strict=True)}
    return rows.assign(**told, outlier_policy_version=policy.version)

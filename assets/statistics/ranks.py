"""Ranks and quantile groups among peers.

Belongs here: functions of one long array of values and one of groups. Does not belong here: who is whose peer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.statistics.confidence import refuse
from assets.statistics.grouped import Groups
from assets.statistics.numerics import Floats

TIES = ("min", "max", "average", "first")


def rank_in_groups(values: ArrayLike, groups: ArrayLike, ties: str = "min") -> Floats:
    """Rank of each value within its group, 1 for the smallest; NaN stays NaN and is not counted; infinities are ranked.

    ``values`` and ``groups`` have the same length. To rank the highest first, give ``-values``. Equal values share the better rank
    (``ties`` "min", the house's), the worse ("max") or the mean of both ("average"), or take them in their order ("first").
    Source: R's ``rank(na.last = "keep")``; scipy calls "first" ordinal.
    """
    refuse(ties not in TIES, "ties share the min, the max or the average rank, or take them as they come first")
    values, g = np.asarray(values, float), Groups.of(groups)
    order = g.order(values)
    v, number = values[order], g.number[order]
    place = np.arange(len(v))
    starts = _differs(number) | _differs(v)
    first = np.maximum.accumulate(np.where(starts, place, 0))
    ends = np.append(starts[1:], np.ones(min(len(v), 1), bool))
    last = np.minimum.accumulate(np.where(ends, place, len(v))[::-1])[::-1]
    found = {"min": first, "max": last, "average": (first + last) / 2, "first": place}[ties]
    ranks = np.empty(len(v))
    ranks[order] = np.where(np.isnan(v), np.nan, found - g.start[number] + 1)
    return ranks


def _differs(array: NDArray) -> NDArray[np.bool_]:
    """Whether each element differs from the one before; true for the first. NaN differs from all."""
    return np.append(np.ones(min(len(array), 1), bool), array[1:] != array[:-1])


def count_in_groups(values: ArrayLike, groups: ArrayLike) -> NDArray[np.int64]:
    """For each element, how many values of its group are known."""
    g = Groups.of(groups)
    return g.count(~np.isnan(np.asarray(values, float)))[g.number]


def percent_rank(values: ArrayLike, groups: ArrayLike) -> Floats:
    """Share of the group's other values that are smaller, 0 to 1 for each element; NaN for a value that has no others."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return (rank_in_groups(values, groups) - 1) / (count_in_groups(values, groups) - 1)


def quantile_of_rank(rank: ArrayLike, count: ArrayLike, quantiles: int = 4) -> Floats:
    """In which of ``quantiles`` groups a rank (1 best) among ``count`` values lies, 1 being the best; NaN with fewer values than groups.

    Ties stay together, so a quantile group may be empty or too full; cuts at numpy's quantiles part them otherwise.
    Source: as PHEindicatormethods ``phe_quantile``.
    """
    refuse(quantiles < 1, "there is at least one quantile group")
    rank, count = np.asarray(rank, float), np.asarray(count, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.floor(quantiles + 1 - np.ceil((count + 1 - rank) / (count / quantiles)))
    return np.where(count < quantiles, np.nan, np.maximum(found, 1))

"""Ranks and quartiles among peers.

Belongs here: functions of one array of values and one of group numbers. Does not belong here: who is whose peer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.statistics.numerics import Floats


def rank_in_groups(values: ArrayLike, groups: ArrayLike) -> Floats:
    """Rank of each value within its group, 1 for the smallest, ties sharing the better rank; NaN stays NaN and is not counted.

    ``values`` and ``groups`` have the same length. To rank the highest first, give ``-values``.
    Source: R's ``rank(ties.method = "min", na.last = "keep")``.
    """
    values, groups = np.asarray(values, float), np.asarray(groups)
    order = np.lexsort((values, groups))  # NaN sorts last within its group
    v, g = values[order], groups[order]
    position = np.arange(len(v))
    new_group = np.r_[True, g[1:] != g[:-1]] if len(g) else np.zeros(0, bool)
    new_value = new_group | np.r_[True, v[1:] != v[:-1]] if len(v) else new_group
    start_of_group = np.maximum.accumulate(np.where(new_group, position, 0))
    start_of_value = np.maximum.accumulate(np.where(new_value, position, 0))
    ranks = np.empty(len(v))
    ranks[order] = np.where(np.isnan(v), np.nan, start_of_value - start_of_group + 1)
    return ranks


def count_in_groups(values: ArrayLike, groups: ArrayLike) -> NDArray[np.int64]:
    """For each element, how many values of its group are known."""
    values, groups = np.asarray(values, float), np.asarray(groups)
    _, number = np.unique(groups, return_inverse=True)
    return np.bincount(number, weights=~np.isnan(values), minlength=1)[number].astype(int) if len(values) else np.zeros(0, int)


def quantile_of_rank(rank: ArrayLike, count: ArrayLike, quantiles: int = 4) -> Floats:
    """In which of ``quantiles`` groups a rank (1 best) among ``count`` values lies, 1 being the best; NaN with fewer values than groups.

    Source: as PHEindicatormethods ``phe_quantile``, which keeps ties together.
    """
    rank, count = np.asarray(rank, float), np.asarray(count, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.floor(quantiles + 1 - np.ceil((count + 1 - rank) / (count / quantiles)))
    return np.where(count < quantiles, np.nan, np.maximum(found, 1))

"""Adjusting p values for how many questions were asked.

Belongs here: family-wise and false-discovery-rate adjustments of many families at once. Does not belong here: which tests form a family.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from assets.statistics.confidence import refuse
from assets.statistics.grouped import Groups
from assets.statistics.numerics import Floats, Integers

METHODS = ("bonferroni", "holm", "hochberg", "benjamini_hochberg", "benjamini_yekutieli")


def adjusted_p(p: ArrayLike, families: ArrayLike, method: str = "benjamini_hochberg") -> Floats:
    """Adjusted p value of each test within its family: reject where it is at most the wanted rate.

    "bonferroni", "holm" and "hochberg" bound the chance of any false rejection, "benjamini_hochberg" (the false discovery rate, for
    independent or positively dependent tests) and "benjamini_yekutieli" (any dependence) the share of false ones among the rejected.
    A missing p stays missing and is no test. Raises ValueError for a p outside 0 to 1. Source: R ``p.adjust``.
    """
    refuse(method not in METHODS, "the p values are adjusted by one of " + ", ".join(METHODS))
    p, family = np.asarray(p, float), Groups.of(families)
    refuse((p < 0) | (p > 1), "a p value lies between 0 and 1")
    order = family.order(p)
    number = family.number[order]
    n = family.count(~np.isnan(p))[number]
    place = np.arange(len(p)) - family.start[number]
    scaled = p[order] * _factor(method, place + 1, n)
    if method == "holm":
        scaled = _running(np.fmax, scaled, place)
    elif method != "bonferroni":
        from_the_end = family.size[number] - 1 - place
        scaled = _running(np.fmin, scaled[::-1], from_the_end[::-1])[::-1]
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(scaled, 1)
    return np.where(np.isnan(p), np.nan, adjusted)


def _factor(method: str, rank: Integers, n: Integers) -> Floats:
    """By what the p value of this rank (from 1, ascending) among ``n`` is multiplied."""
    if method == "bonferroni":
        return n.astype(float)
    if method in ("holm", "hochberg"):
        return n - rank + 1.0
    harmonic = np.append(0, np.cumsum(1 / np.arange(1, n.max(initial=0) + 1)))
    return n / rank * (harmonic[n] if method == "benjamini_yekutieli" else 1)


def _running(extreme: np.ufunc, values: Floats, place: Integers) -> Floats:
    """The extreme of each element and those before it in its family; ``place`` from 0 in the family.

    Steps double, so that the work is the data times the logarithm of the longest family, whatever the number of families.
    """
    step = 1
    while step <= place.max(initial=0):
        before = np.append(np.full(step, np.nan), values[:-step])
        values = np.where(place >= step, extreme(values, before), values)
        step *= 2
    return values

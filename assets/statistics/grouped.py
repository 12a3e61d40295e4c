"""Sums, means and order within groups of a long array.

Belongs here: what statistics of groups share. Does not belong here: any statistic of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.statistics.numerics import Floats, Integers


@dataclass(frozen=True)
class Groups:
    """``names`` (G,), sorted and each once; ``number`` (N,): for each element the place of its group among the names."""

    names: NDArray
    number: Integers

    @classmethod
    def of(cls, labels: ArrayLike) -> Groups:
        names, number = np.unique(np.asarray(labels), return_inverse=True)
        return cls(names, number.astype(np.int64))

    @cached_property
    def size(self) -> Integers:
        """Elements of each group (G,)."""
        return np.bincount(self.number, minlength=len(self.names))

    @cached_property
    def start(self) -> Integers:
        """Where each group begins in an array sorted by group (G,)."""
        return np.cumsum(self.size) - self.size

    def sum(self, values: ArrayLike) -> Floats:
        """(G,); a missing value makes the sum missing."""
        return np.bincount(self.number, weights=np.asarray(values, float), minlength=len(self.names))

    def count(self, which: ArrayLike) -> Integers:
        """How many elements are true in each group (G,)."""
        return self.sum(np.asarray(which, bool)).astype(np.int64)

    def order(self, values: Floats) -> Integers:
        """Places that sort the long array by group, then by value, missing values last in their group; ties keep their order."""
        return np.lexsort((values, self.number))


def mean_and_deviation(values: ArrayLike, groups: ArrayLike) -> tuple[Integers, Floats, Floats]:
    """Count, mean and sample standard deviation (n - 1) of each group, (G,) each.

    A missing value makes its group's mean and deviation missing and is counted, for a mean over part of the values is another
    number; leave it out beforehand where that is meant. One value has no deviation (NaN). Source: as PHEindicatormethods
    ``phe_mean``.
    """
    x, g = np.asarray(values, float), Groups.of(groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = g.sum(x) / g.size
        squares = g.sum((x - mean[g.number]) ** 2)
        return g.size, mean, np.sqrt(np.where(g.size > 1, squares, np.nan) / np.maximum(g.size - 1, 1))

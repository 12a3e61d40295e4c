"""Long arrays of dated values as series in order of time.

Belongs here: the order of points, and where a series starts anew. Does not belong here: what a series is of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.statistics.numerics import Floats, Integers, places, to_rows


@dataclass(frozen=True)
class Order:
    """Where each element of long arrays (L,) stands in the matrix (S, N) of its series in order of time.

    ``names`` (S,): the series, sorted. ``row`` and ``column`` (L,): the place of each element, in the order of the long arrays.
    """

    names: NDArray
    times: NDArray
    row: Integers
    column: Integers

    def matrix(self, values: ArrayLike) -> Floats:
        """The long array as (S, N), NaN behind the shorter series."""
        return to_rows(np.asarray(values, float), self.row, self.column)

    def inside(self) -> NDArray[np.bool_]:
        """Which places (S, N) hold an element, known or missing."""
        return ~np.isnan(self.matrix(np.zeros(len(self.row))))

    def long(self, matrix: NDArray) -> NDArray:
        """An array (S, N) as a long array again, in the order of the long arrays."""
        return matrix[self.row, self.column]

    def phase_labels(self, starts: Sequence | Mapping) -> Integers:
        """How many of the times in ``starts`` each point (S, N) has reached: the labels for ``phases``.

        ``starts``: times for all series, or for some by name. A time at which a series has no point changes nothing, as in ``ptd_spc``.
        Raises ValueError for the name of a series that does not exist.
        """
        named = starts if isinstance(starts, Mapping) else dict.fromkeys(self.names.tolist(), starts)
        unknown = set(named) - set(self.names.tolist())
        if unknown:
            raise ValueError(f"{len(unknown)} of the series that start anew do not exist")
        begins = np.zeros(self.inside().shape, np.int64)
        for name, times in named.items():
            mine = (self.names[self.row] == name) & np.isin(self.times, np.asarray(times, self.times.dtype))
            begins[self.row[mine], self.column[mine]] = 1
        return begins.cumsum(axis=1)


def in_order_of_time(series: ArrayLike, time: ArrayLike) -> Order:
    """The order of dated values, ``series`` (L,) of any sortable type and ``time`` (L,) of numbers or ``datetime64``, in any order.

    Gaps in time stay none: the matrix holds the points that there are. Raises ValueError where a series has two values at one time, or
    a time is missing.
    """
    series, time = np.asarray(series), np.asarray(time)
    if not np.equal(time, time).all():
        raise ValueError("every value of a series needs a time")
    names, number = np.unique(series, return_inverse=True)
    order = np.lexsort((time, number))
    if ((number[order][1:] == number[order][:-1]) & (time[order][1:] == time[order][:-1])).any():
        raise ValueError("a series has two values at one time")
    row, column = np.empty(len(time), np.int64), np.empty(len(time), np.int64)
    row[order], column[order] = places(number[order])
    return Order(names, time, row, column)

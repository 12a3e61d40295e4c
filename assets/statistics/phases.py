"""Phases of many series: stretches with a mean and limits of their own.

Belongs here: the way from series (S, N) to phases (P, M) and back. Does not belong here: what is computed for a phase, or when one
begins. A chart computed for the rows of a phase matrix has no run, range or limit that crosses from one phase to the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.statistics.numerics import Integers

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Phases:
    """P phases of S series, in order of series and time; the longest has M points.

    ``series`` and ``number`` (P,): whose phase it is, and the how manyth of that series, from 0. ``inside`` (P, M): where there is a
    point, known or missing, and not padding. ``at`` (S, N): the phase of each point, -1 in the padding; ``place`` (S, N): its place there.
    """

    series: Integers
    number: Integers
    inside: Mask
    at: Integers
    place: Integers
    _points: Mask
    _is_whole: bool

    def gather(self, array: NDArray) -> NDArray:
        """An array (S, N) as (P, M); padding is NaN, or False and 0 where the type has no NaN."""
        if self._is_whole:
            return array
        out = np.full(self.inside.shape, np.nan if array.dtype.kind == "f" else 0, array.dtype)
        out[self.at[self._points], self.place[self._points]] = array[self._points]
        return out

    def scatter(self, array: NDArray) -> NDArray:
        """An array (P, M) as (S, N) again; padding as in ``gather``."""
        if self._is_whole:
            return array
        out = np.full(self.at.shape, np.nan if array.dtype.kind == "f" else 0, array.dtype)
        out[self._points] = array[self.at[self._points], self.place[self._points]]
        return out

    def spread(self, of_phase: NDArray) -> NDArray:
        """One number for each phase (P,) at each point (S, N) of the phase; padding as in ``gather``."""
        if self._is_whole:
            return np.broadcast_to(of_phase[:, None], self.at.shape)
        out = np.full(self.at.shape, np.nan if of_phase.dtype.kind == "f" else 0, of_phase.dtype)
        out[self._points] = of_phase[self.at[self._points]]
        return out

    def last(self) -> Integers:
        """The last phase of each series (S,), -1 for a series without points."""
        found = np.full(len(self.at), -1)
        found[self.series] = np.arange(len(self.series))
        return found


def phases(shape: tuple[int, int], label: ArrayLike | None = None, inside: ArrayLike | None = None) -> Phases:
    """The phases of series of ``shape`` (S, N).

    ``label`` (S, N): a phase begins at each point whose label is not that of the point before; absent: one phase a series.
    ``inside`` (S, N): which points exist; the others are padding behind a shorter series. Absent: all exist.
    Raises ValueError where a shape does not fit, or padding lies before a point.
    """
    points = np.ones(shape, bool) if inside is None else np.asarray(inside, bool)
    labels = None if label is None else np.asarray(label)
    if points.shape != shape or (labels is not None and labels.shape != shape):
        raise ValueError("labels of phases and the mark of existing points need the shape of the values")
    if (points[:, 1:] & ~points[:, :-1]).any():
        raise ValueError("padding may only lie behind the points of a series, never between them")
    if labels is None:
        return _one_each(points)
    begins = points.copy()
    begins[:, 1:] &= labels[:, 1:] != labels[:, :-1]
    return _numbered(points, begins)


def _one_each(points: Mask) -> Phases:
    series, length = points.shape
    at = np.where(points, np.arange(series)[:, None], -1)
    place = np.broadcast_to(np.arange(length), points.shape)
    return Phases(np.arange(series), np.zeros(series, np.int64), points, at, place, points, _is_whole=bool(points.all()))


def _numbered(points: Mask, begins: Mask) -> Phases:
    series, first = np.nonzero(begins)
    at = np.where(points, begins.ravel().cumsum().reshape(points.shape) - 1, -1)
    place = np.where(points, np.arange(points.shape[1]) - first[at], 0) if len(first) else np.zeros(points.shape, np.int64)
    inside = np.zeros((len(series), int(place.max(initial=-1)) + 1 if points.any() else 0), bool)
    inside[at[points], place[points]] = True
    number = np.arange(len(series)) - np.searchsorted(series, series)
    return Phases(series, number, inside, at, place, points, _is_whole=False)

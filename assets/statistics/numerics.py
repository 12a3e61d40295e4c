"""Means whose last bit can be trusted.

Belongs here: the exact mean. A value that equals the mean must neither break nor extend a run by a rounding error.
"""

from __future__ import annotations

import statistics

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_HAS_EXTENDED = np.finfo(np.longdouble).nmant >= 63


def exact_mean(values: Floats) -> Floats:
    """Correctly rounded means of the rows of ``values`` (S, N), ignoring NaN; NaN where a row has no value.

    Extended precision with a residual pass where the machine has it (as R's ``mean``), else exact rational arithmetic.
    """
    values = np.asarray(values, float)
    known = ~np.isnan(values)
    return _extended(values, known) if _HAS_EXTENDED else _rational(values, known)


def _extended(values: Floats, known: NDArray[np.bool_]) -> Floats:
    wide = np.where(known, values, 0.0).astype(np.longdouble)
    count = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        first = wide.sum(axis=1) / count
        residual = np.where(known, wide - first[:, None], 0).sum(axis=1) / count
    return (first + residual).astype(float)


def _rational(values: Floats, known: NDArray[np.bool_]) -> Floats:
    return np.array([statistics.mean(row[keep].tolist()) if keep.any() else np.nan for row, keep in zip(values, known, strict=True)])

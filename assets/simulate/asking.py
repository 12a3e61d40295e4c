"""Made-up records as a form would let them be written: nothing is answered that their own answers say is not asked.

Belongs here: blanking by ``Field.only_if``, for every dataset that declares it. Does not belong here: which rule a value there breaks.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from assets.reading.conform import DTYPES, column_of, conform, derive, missing
from assets.reading.shapes import ReadFile
from quality_checks.conditions import unmet
from schemas.datasets import Dataset
from schemas.fields import Field, Kind

Columns = dict[str, np.ndarray]


def blank_unasked(columns: Mapping[str, np.ndarray], dataset: Dataset, count: int) -> Columns:
    """The columns without answers to questions that are not asked; anew until nothing changes, since a question may rest on another's answer."""
    conditional = {item.name for item in dataset.fields if item.only_if}
    made = dict(columns)
    if not conditional & set(made):
        return made
    while True:  # comes to rest: what is blanked is never filled again
        ruled_out = unmet(typed_frame(made, dataset, count), dataset)
        blanked = {
            name: _blanked(made[name], rows) for name, rows in ruled_out.items() if name in made and _has_values(made[name])[rows].any()
        }
        if not blanked:
            return made
        made |= blanked


def not_asked(texts: Mapping[str, np.ndarray], dataset: Dataset) -> dict[str, np.ndarray]:
    """field -> rows whose own answers, as they are written, say that it is not asked."""
    columns = {name: pa.array([text or None for text in column], pa.string()) for name, column in texts.items()}
    count = len(next(iter(texts.values())))
    return unmet(conform(ReadFile(dataset, dataset.standard_layout, count, columns, np.arange(count))).frame, dataset)


def _has_values(values: np.ndarray) -> np.ndarray:
    return values if values.dtype == bool else ~pd.isna(values)


def _blanked(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    if values.dtype == bool:
        return values & ~rows
    nothing = {"M": np.datetime64("NaT"), "m": np.timedelta64("NaT"), "f": np.nan}.get(values.dtype.kind)
    return np.where(rows, nothing, values).astype(object if nothing is None else values.dtype)


def typed_frame(columns: Mapping[str, np.ndarray], dataset: Dataset, count: int) -> pd.DataFrame:
    """The columns as a conformed file has them, absent fields missing, derived fields computed."""
    index = pd.RangeIndex(count)
    typed = {item.name: column_of(_typed(columns.get(item.name), item, count), index) for item in dataset.fields}
    return derive(pd.DataFrame(typed, index=index), dataset)


def _typed(values: np.ndarray | None, item: Field, count: int) -> np.ndarray:
    if values is None:
        return missing(item.kind, count)
    if item.kind in (Kind.INTEGER, Kind.DECIMAL) and values.dtype == object:
        return np.array([np.nan if value is None else float(value) for value in values])
    return values.astype(DTYPES.get(item.kind, object))

"""Made-up values as a file spells them: everything text, blanks empty, in the dataset's standard layout.

Belongs here: typed arrays -> texts. Does not belong here: delimiters and workbooks (``assets.simulate.writing``).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from schemas.datasets import Dataset
from schemas.fields import Kind

TIME_FORMAT = "{:02d}:{:02d}"
Texts = dict[str, np.ndarray]


def spell(columns: Mapping[str, np.ndarray], dataset: Dataset, count: int) -> Texts:
    """A text array for each field of the dataset, in its order; a field that was not drawn is blank."""
    return {item.name: _spelled(columns.get(item.name), item.kind, dataset, count) for item in dataset.fields}


def _spelled(values: np.ndarray | None, kind: Kind, dataset: Dataset, count: int) -> np.ndarray:
    if values is None:
        return np.full(count, "", dtype=object)
    if values.dtype.kind == "M":
        form = dataset.date_formats[0] + (" %H:%M" if kind is Kind.DATETIME else "")
        return _each_distinct(values, lambda moment: moment.astype(object).strftime(form))
    if values.dtype.kind == "m":
        return _each_distinct(values.astype("timedelta64[m]"), lambda clock: TIME_FORMAT.format(*divmod(clock.astype(int), 60)))
    if values.dtype.kind == "f":
        return np.array(["" if np.isnan(value) else f"{value:g}" for value in values], dtype=object)
    return np.array(["" if value is None else str(value) for value in values], dtype=object)


def _each_distinct(values: np.ndarray, spelling) -> np.ndarray:
    """The spelling of each value, worked out once for each distinct one."""
    distinct, positions = np.unique(values, return_inverse=True)
    spelled = np.array(["" if np.isnat(value) else spelling(value) for value in distinct], dtype=object)
    return spelled[positions]

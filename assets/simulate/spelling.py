"""Made-up values as a file spells them: everything text, blanks empty, in the dataset's standard layout or another.

Belongs here: typed arrays -> texts -> a table under a layout's headers. Does not belong here: delimiters and workbooks
(``assets.simulate.writing``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pandas as pd

from schemas.datasets import Dataset
from schemas.fields import CodePrefix, Field, Kind
from schemas.layouts import Column, Layout

TIME_FORMAT = "{:02d}:{:02d}"
Texts = dict[str, np.ndarray]


def spell(columns: Mapping[str, np.ndarray], dataset: Dataset, count: int) -> Texts:
    """A text array for each field of the dataset, in its order; a field that was not drawn is blank."""
    return {item.name: _spelled(columns.get(item.name), item, dataset, count) for item in dataset.fields}


def _spelled(values: np.ndarray | None, item: Field, dataset: Dataset, count: int) -> np.ndarray:
    if values is None:
        return np.full(count, "", dtype=object)
    if values.dtype.kind == "M":
        form = dataset.date_formats[0] + (" %H:%M" if item.kind is Kind.DATETIME else "")
        return _each_distinct(values, lambda moment: moment.astype(object).strftime(form))
    if values.dtype.kind == "m":
        return _each_distinct(values.astype("timedelta64[m]"), lambda clock: TIME_FORMAT.format(*divmod(clock.astype(int), 60)))
    if values.dtype.kind == "b":
        return np.where(values, "TRUE", "" if item.blank == "FALSE" else "FALSE").astype(object)
    if values.dtype.kind == "f":
        return np.array(["" if np.isnan(value) else f"{value:.12g}" for value in values], dtype=object)
    if item.prefix:
        return np.array([_own_code(value, item.prefix) for value in values], dtype=object)
    return np.array(["" if value is None else str(value) for value in values], dtype=object)


def in_layout(texts: Texts, dataset: Dataset, layout: Layout) -> pd.DataFrame:
    """The texts under the layout's headers, with its dates and codes. A text that is no date, as a defect may be, stays what it is."""
    return pd.DataFrame({c.header: _respelled(texts[c.field], c, dataset, layout) for c in layout.columns}, dtype=object)


def _respelled(texts: np.ndarray, column: Column, dataset: Dataset, layout: Layout) -> np.ndarray:
    kind = dataset.field_by_name[column.field].kind
    ours, theirs = {
        Kind.DATE: (dataset.date_formats[0], (column.date_formats or layout.date_formats)[0]),
        Kind.DATETIME: (dataset.datetime_formats[0], layout.datetime_formats[0]),
    }.get(kind, ("", ""))
    own = {code: spelling for spelling, code in column.codes}
    if ours == theirs and not own:
        return texts
    known = {text: own.get(text, _redated(text, ours, theirs)) for text in set(texts)}
    return np.array([known[text] for text in texts], dtype=object)


def _redated(text: str, ours: str, theirs: str) -> str:
    try:
        return datetime.strptime(text, ours).strftime(theirs) if ours and text else text
    except ValueError:
        return text


def _own_code(value: str | None, known_by: CodePrefix) -> str:
    """The code as the list has it that gives it: without the prefix by which the house tells lists apart."""
    own = (value or "").removeprefix(known_by.prefix)
    return own if re.fullmatch(known_by.pattern, own) else value or ""


def _each_distinct(values: np.ndarray, spelling) -> np.ndarray:
    """The spelling of each value, worked out once for each distinct one."""
    distinct, positions = np.unique(values, return_inverse=True)
    spelled = np.array(["" if np.isnat(value) else spelling(value) for value in distinct], dtype=object)
    return spelled[positions]

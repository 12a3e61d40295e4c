"""The fold of what submissions said, in order, into what is known. Pure functions of frames.

Belongs here: last value said, cleared values, derived fields. Does not belong here: which records are effective (``assets.cases``).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from quality_checks.conditions import emptied
from schemas.datasets import Dataset
from schemas.expressions import FieldReference, Moment
from schemas.fields import Derived


def depends_on_identifier(dataset: Dataset, derived: Derived) -> bool:
    """Whether a derived field itself reads an identifying field. What only reads such a derived field is computed anew from it."""
    read = (dataset.field_by_name.get(name) for name in derived.expression.field_names())
    return any(field is not None and not field.is_stored for field in read)


def carried_names(dataset: Dataset) -> list[str]:
    """Columns that a fold carries forward: the stored fields, and derived ones whose identifying source is not stored."""
    return [f.name for f in dataset.stored_fields] + [d.name for d in dataset.derived if depends_on_identifier(dataset, d)]


def carried_derived(dataset: Dataset) -> tuple[str, ...]:
    """Derived fields that are carried like stored ones, because what they follow from is not stored."""
    return tuple(name for name in carried_names(dataset) if name not in dataset.field_by_name)


def clock_dates(dataset: Dataset, frame: pd.DataFrame) -> pd.Series:
    """Date of the clock start of each row, also where the time of day is missing."""
    if dataset.clock_day:
        return frame[dataset.clock_day].astype("datetime64[s]")
    clock = next((d for d in dataset.derived if d.name == dataset.clock), None)
    if clock is not None and isinstance(clock.expression, Moment) and isinstance(clock.expression.date, FieldReference):
        return frame[clock.expression.date.name].astype("datetime64[s]")
    return frame[dataset.clock].dt.normalize().astype("datetime64[s]")


def carry_forward(frame: pd.DataFrame, groups: np.ndarray, columns: list[str], cleared: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """For each row, the last value said so far within its group; ``frame`` is in order of arrival within each group.

    ``cleared`` marks, for a column, the rows that empty it. Columns not listed are left as they are.
    """
    keys = pd.Series(groups, index=frame.index)
    emptied = [name for name in columns if name in cleared and cleared[name].any()]
    plain = [name for name in columns if name not in emptied]
    result = with_values(frame, frame[plain].groupby(keys.to_numpy(), sort=False).ffill())
    for name in emptied:
        times = pd.Series(cleared[name].astype(int), index=frame.index).groupby(keys.to_numpy()).cumsum()
        result[name] = frame[name].groupby([keys.to_numpy(), times.to_numpy()], sort=False).ffill()
    wanted = frame.dtypes[columns]
    others = wanted[wanted != result.dtypes[columns]].to_dict()
    return result.astype(others) if others else result


def with_values(frame: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """The frame with ``values`` in place of its own, for the rows and columns that they have.

    Hundreds of columns put in one by one each stay a block of their own, so that whole ones are put together anew.
    """
    if len(values) < len(frame):
        made = frame.copy()
        made.loc[values.index, values.columns] = values
        return made
    others = frame[[name for name in frame.columns if name not in values.columns]]
    return pd.concat([values.loc[frame.index], others], axis=1)[list(frame.columns)]


def typed_like(frame: pd.DataFrame, like: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """The columns in the types that ``like`` has; those that the frame lacks are missing."""
    nothing = pd.Series(None, index=frame.index, dtype=object)
    return pd.DataFrame({name: frame.get(name, nothing).astype(like[name].dtype) for name in columns}, index=frame.index)


def fold(frame: pd.DataFrame, group: str, columns: list[str], cleared: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """One row a group: what is known after the last row of each. The index is the group."""
    known = carry_forward(frame, frame[group].to_numpy(), columns, cleared)
    last = known[~known[group].duplicated(keep="last")]
    # columns taken by name keep together what is of a type; ``set_index`` would part them
    return last[[name for name in last.columns if name != group]].set_axis(pd.Index(last[group], name=group))


def all_emptied(dataset: Dataset, said: pd.DataFrame, cleared: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The masks ``cleared`` and the answers that the rows drop, because they answer the question before them with no and leave them blank.

    ``said``: the rows as they were sent, derived fields included.
    """
    if not any(item.only_if for item in dataset.fields):
        return dict(cleared)
    dropped, carried = emptied(said, dataset), set(carried_names(dataset))
    return {**cleared, **{name: mask | cleared[name] if name in cleared else mask for name, mask in dropped.items() if name in carried}}

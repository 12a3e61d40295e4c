"""Questions that are asked only under a condition: for which rows it is known not to be met.

Belongs here: masks that follow from ``Field.only_if``. Does not belong here: the rule that a value there breaks (``schemas.field_rules``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from quality_checks.masks import Evaluator
from schemas.datasets import Dataset


def unmet(frame: pd.DataFrame, dataset: Dataset) -> dict[str, np.ndarray]:
    """field -> bool array: rows whose own answers say that the field is not asked. Only fields that have any."""
    judge = Evaluator(frame)
    asked = ((f.name, judge.broken(f.only_if.condition)) for f in dataset.fields if f.only_if)
    return {name: rows for name, rows in asked if rows.any()}


def emptied(frame: pd.DataFrame, dataset: Dataset) -> dict[str, np.ndarray]:
    """field -> bool array: rows that say the field is empty, because they answer its condition with no and leave it blank.

    What was sent of it before is then no longer so, although a blank cell alone says nothing. ``frame`` holds what the rows
    themselves said, typed, derived fields included.
    """
    blank = {name: rows & frame[name].isna().to_numpy() for name, rows in unmet(frame, dataset).items()}
    return {name: rows for name, rows in blank.items() if rows.any()}

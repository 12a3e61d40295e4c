"""How complete each required field is, among the records for which it is due.

Belongs here: counting. Does not belong here: what is due (``schemas.field_rules``), how it is shown (``receipt.html``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quality_checks.masks import Evaluator
from schemas.datasets import Dataset
from schemas.expressions import field
from schemas.field_rules import expected_condition


@dataclass(frozen=True)
class FieldCompleteness:
    """``filled_count`` of the ``due_count`` records for which the field is wanted have a value."""

    field_name: str
    stage: str | None
    due_count: int
    filled_count: int

    @property
    def missing_count(self) -> int:
        return self.due_count - self.filled_count

    @property
    def share(self) -> float:
        return self.filled_count / self.due_count if self.due_count else 1.0


def completeness(dataset: Dataset, frame: pd.DataFrame, rows: np.ndarray) -> tuple[FieldCompleteness, ...]:
    """One entry a required field that is due somewhere, over the ``rows`` (mask) that were taken.

    ``frame`` is the judged frame (``validate.judged_frame``), which knows when the submission came.
    """
    evaluator = Evaluator(frame)
    counted = []
    for item in dataset.fields:
        if item.required is False:
            continue
        wanted = expected_condition(item, dataset)
        due = rows & evaluator.holds(wanted) if wanted is not None else rows
        filled = due & evaluator.holds(field(item.name).is_present())
        counted.append(FieldCompleteness(item.name, item.due, int(due.sum()), int(filled.sum())))
    return tuple(entry for entry in counted if entry.due_count)

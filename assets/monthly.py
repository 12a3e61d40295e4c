"""The final months of a measure as matrices: every organisation of one measure, a row each.

Belongs here: reading them once, and taking from them who is compared over which months. Does not belong here: what is computed of them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assets.action_windows import Month
from assets.statistics.numerics import Floats

NAMES = ("value", "denominator", "numerator")


@dataclass(frozen=True)
class Months:
    """``value``, ``denominator`` and ``numerator`` (S, N) of ``codes`` over the months from ``first`` on; NaN where there is none."""

    codes: tuple[str, ...]
    is_compared: np.ndarray
    first: Month
    value: Floats
    denominator: Floats
    numerator: Floats

    @classmethod
    def of(cls, results: pd.DataFrame, first: Month, last: Month) -> Months:
        """From rows of one measure: ``organisation_code``, ``period_start``, ``is_compared`` and the three numbers."""
        row, codes = pd.factorize(results["organisation_code"], sort=True)
        column = (results["period_start"].to_numpy().astype("datetime64[M]") - first).astype(int)
        shape = len(codes), max(0, int((last - first).astype(int)) + 1)  # actions that begin together leave no month
        compared = np.zeros(len(codes), bool)
        compared[row] = results["is_compared"].to_numpy(bool)
        matrices = []
        for name in NAMES:
            matrix = np.full(shape, np.nan)
            matrix[row, column] = results[name].to_numpy(float)
            matrices.append(matrix)
        return cls(tuple(codes), compared, first, *matrices)

    def take(self, own: str, left_out: Collection[str], months: np.ndarray) -> tuple[Floats, Floats, Floats]:
        """Values, weights (0 for none) and counts of ``own``, then of those it is compared with, over these months (datetime64[M])."""
        at = (months - self.first).astype(int)
        others = [place for place, code in enumerate(self.codes) if self.is_compared[place] and code != own and code not in left_out]
        mine = [place for place, code in enumerate(self.codes) if code == own]
        found = []
        for name in NAMES:
            matrix = getattr(self, name)[:, at]
            found.append(np.vstack([matrix[mine] if mine else np.full((1, len(at)), np.nan), matrix[others]]))
        return found[0], np.nan_to_num(found[1]), found[2]

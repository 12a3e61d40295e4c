"""How little a point of a series rests on.

Belongs here: the number that says whether a series can tell a change from chance. Does not belong here: how many are enough
(``docs/false-alarms.md`` counts what each choice costs), charts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from assets.statistics.numerics import Floats


def fewest_a_point(events: ArrayLike | None, cases: ArrayLike | None, included: ArrayLike) -> Floats:
    """Mean of what a point of each series (S,) has least of, over the ``included`` points (S, N); 0 where there is none.

    Of shares events, or cases without one; of counts (``cases`` None) events; of times (``events`` None) cases. Missing numbers count as none.
    Ten cases a point are plenty where half of them have the event, and nothing where one in fifty has not.
    """
    included = np.asarray(included, bool)
    kinds = [np.asarray(each, float) for each in (events, cases) if each is not None]
    if len(kinds) == 2:
        kinds = [kinds[0], kinds[1] - kinds[0]]
    sums = [np.where(included & ~np.isnan(each), each, 0).sum(axis=1) for each in kinds]
    return np.min(sums, axis=0) / np.maximum(included.sum(axis=1), 1)

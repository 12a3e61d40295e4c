"""Which series rest on enough for their special causes to be signals.

Belongs here: the smallest numbers, by kind of measure. Does not belong here: what a series rests on (``assets.statistics.few_events``), charts:
they are drawn of every series.
Chosen by counting what chance alone raises, and what is no longer seen: ``docs/false-alarms.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assets.statistics.few_events import fewest_a_point
from assets.statistics.numerics import Floats
from assets.statistics.runs import Mask
from schemas.measures import MeasureKind

# a point, on average: events, and cases without one, of a share; events of a rate; cases of times. Other kinds are not asked
ENOUGH = {MeasureKind.PROPORTION: 2.0, MeasureKind.RATE: 2.0, MeasureKind.MEDIAN: 10.0, MeasureKind.MEAN: 10.0}
OF_EVENTS, OF_CASES = (MeasureKind.PROPORTION, MeasureKind.RATE), (MeasureKind.PROPORTION, MeasureKind.MEDIAN, MeasureKind.MEAN)


def fewest(kinds: Sequence[MeasureKind], events: Floats, cases: Floats, usable: Mask) -> Floats:
    """What each series (S,) has least of a point, over ``usable`` points (S, N); NaN where its kind is not asked, or its counts are not known.

    A share that is submitted without its counts tells nothing of them, which is not to say that they are few.
    """
    found, of_series = np.full(len(kinds), np.nan), np.array([kind.value for kind in kinds], dtype=object)
    for kind in ENOUGH:
        counts = [matrix for matrix, has in ((events, kind in OF_EVENTS), (cases, kind in OF_CASES)) if has]
        told = np.logical_and.reduce([usable, *(~np.isnan(matrix) for matrix in counts)])
        at = np.flatnonzero((of_series == kind.value) & told.any(axis=1))
        found[at] = fewest_a_point(events[at] if kind in OF_EVENTS else None, cases[at] if kind in OF_CASES else None, told[at])
    return found


def is_enough(kinds: Sequence[MeasureKind], least: Floats) -> Mask:
    """Whether what ``fewest`` tells of each series (S,) is enough; where it tells nothing it is."""
    wanted = np.array([ENOUGH.get(kind, 0.0) for kind in kinds])
    return ~(least < wanted)

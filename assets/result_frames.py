"""Results as frames: the columns, reading and valuing that the stages of a refresh share.

Belongs here: what two or more of parts, results, benchmarks, charts and signals need. Does not belong here: what only one of them does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets.statistics import counts, intervals
from schemas.measures import Direction, Measure, MeasureKind

CELL = ["organisation_code", "period_grain", "period_start"]
KEY = ["measure_name", *CELL]
MONTHS = {"month": 1, "quarter": 3, "year": 12}
BETTER = {Direction.HIGHER_IS_BETTER: 1, Direction.LOWER_IS_BETTER: -1, Direction.NEUTRAL: 0}


def shortest_grain(measure: Measure) -> str:
    """The grain of the series by which a measure is watched."""
    return min(measure.grains, key=MONTHS.__getitem__)


@dataclass(frozen=True)
class Moment:
    """When a refresh happens and what it has seen: the same for all results of one drain."""

    now: datetime
    as_of_submission: str | None

    @property
    def today(self) -> date:
        return self.now.date()


def read(connection: Connection, statement: str, given: dict) -> pd.DataFrame:
    """The rows of a query as a frame; dates become ``datetime64``."""
    result = connection.execute(text(statement), given)
    names, rows = list(result.keys()), result.all()
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    frame = pd.DataFrame(dict(zip(names, map(list, columns), strict=True)), columns=names)
    return frame.assign(period_start=frame["period_start"].astype("datetime64[s]")) if "period_start" in frame else frame


def by_measure(frame: pd.DataFrame, measures: Iterable[Measure]) -> list[tuple[Measure, pd.DataFrame]]:
    named = {measure.name: measure for measure in measures}
    return [(named[name], part) for name, part in frame.groupby("measure_name", sort=True)]


def valued_counts(frame: pd.DataFrame, kind: MeasureKind) -> pd.DataFrame:
    """Value and interval of counts: Wilson for proportions, exact and Byar for rates; none for a count of cases."""
    if kind is MeasureKind.COUNT:
        return frame.assign(value=frame["denominator"], numerator=np.nan, lower_95=np.nan, upper_95=np.nan)
    n = frame["denominator"].to_numpy(float)
    n = np.where(n > 0, n, np.nan)
    x = np.where(np.isnan(n), np.nan, frame["numerator"].to_numpy(float))
    interval = {MeasureKind.PROPORTION: intervals.wilson, MeasureKind.RATE: counts.rate_interval}.get(kind, lambda x, n: (np.nan, np.nan))
    lower, upper = interval(x, n)
    return frame.assign(value=x / n, lower_95=lower, upper_95=upper)


def period_after(start: pd.Series, grain: pd.Series) -> pd.Series:
    """First day after each period."""
    months = start.to_numpy().astype("datetime64[M]") + grain.map(MONTHS).to_numpy(int)
    return pd.Series(months.astype("datetime64[s]"), index=start.index)

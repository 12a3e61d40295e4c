"""Submitted results as results of the stale cells: as submitted, and pooled where the measure has the level and grain.

Belongs here: which submitted rows make which cell. Does not belong here: which submitted row counts (``assets.effective_results``).
A submitted result stands under its organisation as submitted; a cell that nobody submitted is pooled from counts, never from scores:
longer periods from the measure's shortest, regions and the network from their member providers.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets.effective_results import effective_results
from assets.result_frames import CELL, KEY, MONTHS, by_measure, read, valued_counts
from schemas.datasets import Pathway
from schemas.measures import Measure, MeasureKind

POOLED_KINDS = (MeasureKind.PROPORTION, MeasureKind.RATE, MeasureKind.MEAN, MeasureKind.COUNT)
CONTENT = ["numerator", "denominator", "value", "reason"]
NO_DENOMINATOR = "no cases"


def submitted_cells(connection: Connection, pathway: Pathway) -> pd.DataFrame:
    """A row a measure and stale cell with numerator, denominator, value, interval, reason and ``missing_months``."""
    measures = [measure for measure in pathway.measures if measure.is_submitted and not measure.index_date]
    stale = read(connection, STALE, {"pathway": pathway.name}) if measures else pd.DataFrame()
    if not len(stale):
        return pd.DataFrame()
    told = _told(connection, measures, stale)
    found = [_of_measure(connection, measure, part) for measure, part in by_measure(told, measures)]
    return pd.concat(found, ignore_index=True).merge(stale, on=CELL) if found else pd.DataFrame()


STALE = "select organisation_code, period_grain, period_start from stale_now where pathway_name = :pathway"


def _told(connection: Connection, measures: list[Measure], stale: pd.DataFrame) -> pd.DataFrame:
    """The submitted rows that count, of all organisations, in the years of the stale cells."""
    counted = effective_results().subquery()
    years = stale["period_start"].dt.year
    first, last = date(int(years.min()), 1, 1), date(int(years.max()), 12, 31)
    query = counted.select().where(
        counted.c.measure_name.in_([measure.name for measure in measures]),
        counted.c.period_start.between(first, last),
        ~counted.c.is_reference,
    )
    rows = connection.execute(query)
    frame = pd.DataFrame(rows.all(), columns=list(rows.keys()))[[*KEY, *CONTENT]]
    numbers = {name: frame[name].astype(float) for name in ("numerator", "denominator", "value")}
    return frame.assign(period_start=frame["period_start"].astype("datetime64[s]"), **numbers)


def _of_measure(connection: Connection, measure: Measure, told: pd.DataFrame) -> pd.DataFrame:
    if measure.kind not in POOLED_KINDS:
        nothing = dict.fromkeys(("lower_95", "upper_95"), np.nan)
        return told.assign(reason=told["reason"].where(told["value"].isna(), None), missing_months=0, **nothing)
    counts = told.assign(missing_months=0)
    counts = _preferring(counts, _of_longer_periods(counts, measure))
    counts = _preferring(counts, _of_higher_levels(connection, counts, measure))
    valued = valued_counts(counts, measure.kind)
    return valued.assign(reason=np.where(valued["value"].notna(), None, valued["reason"].fillna(NO_DENOMINATOR)))


def _preferring(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """What is submitted goes before what is pooled."""
    return pd.concat([first, second], ignore_index=True).drop_duplicates(KEY, keep="first")


def _of_longer_periods(counts: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    shortest = min(measure.grains, key=MONTHS.__getitem__)
    base = counts[(counts["period_grain"] == shortest) & counts["denominator"].notna()]
    longer = [grain for grain in measure.grains if MONTHS[grain] > MONTHS[shortest]]
    return pd.concat([counts.iloc[:0], *(_summed_to(base, shortest, grain) for grain in longer)], ignore_index=True)


def _summed_to(base: pd.DataFrame, shortest: str, grain: str) -> pd.DataFrame:
    months = base["period_start"].to_numpy().astype("datetime64[M]").astype(int)
    start = (months // MONTHS[grain] * MONTHS[grain]).astype("datetime64[M]").astype("datetime64[s]")
    summed = _sum(base.assign(period_grain=grain, period_start=start))
    expected = MONTHS[grain] // MONTHS[shortest]
    return summed.assign(missing_months=expected - summed["row_count"])


def _of_higher_levels(connection: Connection, counts: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    wanted = [level for level in ("region", "network") if level in measure.levels]
    if not wanted or not len(counts):
        return counts.iloc[:0]
    rows = connection.execute(
        text("select start_code, level_code from organisation_level_now where start_kind = 'provider' and level_kind = any(:wanted)"),
        {"wanted": wanted},
    )
    above = pd.DataFrame(rows.all(), columns=["organisation_code", "level_code"])
    lifted = counts[counts["denominator"].notna()].merge(above, on="organisation_code")
    return _sum(lifted.assign(organisation_code=lifted["level_code"]))


def _sum(rows: pd.DataFrame) -> pd.DataFrame:
    summed = rows.groupby(KEY, as_index=False).agg(
        numerator=("numerator", "sum"), denominator=("denominator", "sum"),
        missing_months=("missing_months", "max"), row_count=("denominator", "size"),
    )  # fmt: skip
    return summed.assign(value=np.nan, reason=None)

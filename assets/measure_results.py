"""Results of measures for the stale cells: put together from parts, from submitted results, and from each other.

Belongs here: values with intervals, reasons, maturity. Does not belong here: reading cases (``assets.measure_parts``), pooling (``assets.pooling``),
submitted results as frames (``assets.submitted_measures``), comparing organisations (``assets.benchmarks``), transactions (``assets.refresh``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets import pooling
from assets.measure_parts import write_parts
from assets.result_frames import CELL, KEY, Moment, period_after, valued_counts
from assets.statistics import intervals
from assets.submitted_measures import submitted_cells
from quality_checks.masks import evaluate
from schemas.datasets import Pathway
from schemas.measures import Credit, Measure, MeasureKind
from warehouse.loading import copy_frame
from warehouse.measurement_tables import measure_result

NO_CASES, ALL_EXCLUDED, DEATHS_UNKNOWN = "no cases", "no cases left after exclusions", "deaths not yet known"
NO_VALUES, NO_PART = "no case has a value", "a result it is made of has no value"


def compute_results(connection: Connection, pathway: Pathway, moment: Moment) -> None:
    """Compute the results of the pathway's stale cells again, in the caller's transaction. Cells without cases lose theirs."""
    write_parts(connection, pathway, moment.today)
    found = [_from_cases(connection, pathway), submitted_cells(connection, pathway)]
    results = _finish([frame for frame in found if len(frame)], pathway, moment)
    _delete_stale(connection, pathway)
    copy_frame(connection, measure_result, results)


def _delete_stale(connection: Connection, pathway: Pathway) -> None:
    connection.execute(
        text(
            "delete from measurement.measure_result r using stale_now s where s.pathway_name = :pathway and r.measure_name = any(:measures) "
            "and r.organisation_code = s.organisation_code and r.period_grain = s.period_grain and r.period_start = s.period_start"
        ),
        {"pathway": pathway.name, "measures": [measure.name for measure in pathway.measures]},
    )


# ------------------------------------------------------------------------------------------------ from cases
def _from_cases(connection: Connection, pathway: Pathway) -> pd.DataFrame:
    """A row a measure and stale cell with cases: the sums of its parts, then value, interval and reason."""
    found = [_pooled(connection, pathway, shared, measures) for shared, measures in _by_parts(pathway).items()]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def _by_parts(pathway: Pathway) -> dict[bool, list[Measure]]:
    """The measures that are computed from cases, by whether their parts are those of sets of teams."""
    found: dict[bool, list[Measure]] = {}
    for (credit, _), measures in pathway.measures_by_credit().items():
        found.setdefault(credit is Credit.EVERY_TEAM, []).extend(measures)
    return found


def _pooled(connection: Connection, pathway: Pathway, shared: bool, measures: list[Measure]) -> pd.DataFrame:
    sums = pooling.sums(connection, pathway.name, shared, [measure.name for measure in measures])
    sums = sums[_is_offered(sums, measures)].reset_index(drop=True)
    if not len(sums):
        return sums
    medians = pooling.medians(connection, pathway.name, shared, [m.name for m in measures if m.kind is MeasureKind.MEDIAN], sums)
    kinds = sums["measure_name"].map({measure.name: measure.kind.value for measure in measures})
    sums = sums.assign(reason=_reasons(sums, kinds))
    return pd.concat([_valued(part, MeasureKind(kind), medians) for kind, part in sums.groupby(kinds)], ignore_index=True)


def _is_offered(frame: pd.DataFrame, measures: Sequence[Measure]) -> pd.Series:
    """Which rows are of a level and grain that the measure has; a team counts as a site."""
    levels = {(m.name, level) for m in measures for level in (*m.levels, *(("team",) if "site" in m.levels else ()))}
    grains = {(m.name, grain) for m in measures for grain in m.grains}
    names = frame["measure_name"]
    return pd.Series(
        [(n, level) in levels and (n, grain) in grains for n, level, grain in zip(names, frame["level_kind"], frame["period_grain"], strict=True)],
        index=frame.index, dtype=bool,
    )  # fmt: skip


def _valued(part: pd.DataFrame, kind: MeasureKind, medians: pd.DataFrame) -> pd.DataFrame:
    if kind is MeasureKind.MEDIAN:
        return part.assign(numerator=np.nan, denominator=part["value_count"]).merge(medians, on=KEY, how="left")
    if kind is MeasureKind.MEAN:
        lower, upper = intervals.mean_interval(part["mean"], part["deviation"], part["value_count"])
        return part.assign(numerator=np.nan, denominator=part["value_count"], value=part["mean"], lower_95=lower, upper_95=upper)
    if kind is MeasureKind.RATE:
        part = part.assign(denominator=part["value_sum"])
    return valued_counts(part, kind)


def _reasons(sums: pd.DataFrame, kinds: pd.Series) -> np.ndarray:
    """Why there is no value, for those without one."""
    of_values = kinds.isin([MeasureKind.MEDIAN, MeasureKind.MEAN, MeasureKind.RATE])
    known = np.where(of_values, sums["value_count"], sums["denominator"]) > 0
    conditions = [known | (kinds == MeasureKind.COUNT), sums["denominator"] > 0, sums["waiting_count"] > 0, sums["cohort_count"] > 0]
    return np.select(conditions, [None, NO_VALUES, DEATHS_UNKNOWN, ALL_EXCLUDED], NO_CASES)


# ------------------------------------------------------------------------------------------------ all results
def _finish(found: list[pd.DataFrame], pathway: Pathway, moment: Moment) -> pd.DataFrame:
    """Rows of ``measure_result``: what was found, then what is derived from it."""
    if not found:
        return pd.DataFrame(columns=[column.name for column in measure_result.columns])
    results = _matured(pd.concat(found, ignore_index=True), pathway, moment)
    for measure in _in_order([m for m in pathway.measures if m.kind is MeasureKind.DERIVED]):
        results = pd.concat([results, _derived(results, measure)], ignore_index=True)
    versions = {measure.name: measure.version for measure in pathway.measures}
    return results.assign(
        measure_version=results["measure_name"].map(versions),
        as_of_submission=moment.as_of_submission,
        computed_at=pd.Timestamp(moment.now),
        matures_on=results["matures_on"].astype("datetime64[s]"),
        is_provisional=results["is_provisional"].astype(bool),
    )


def _matured(results: pd.DataFrame, pathway: Pathway, moment: Moment) -> pd.DataFrame:
    """With completeness and maturity: a result is provisional until it matures, while deaths are awaited, or a month is missing."""
    days = results["measure_name"].map({measure.name: pathway.matures_after_days(measure) for measure in pathway.measures})
    after = period_after(results["period_start"], results["period_grain"])
    matures_on = after + pd.to_timedelta(days, unit="D")
    is_open = (matures_on > pd.Timestamp(moment.today)) | (_column(results, "waiting_count") > 0) | (_column(results, "missing_months") > 0)
    needed = _column(results, "needed_count")
    share = np.where(needed > 0, _column(results, "filled_count") / needed.where(needed > 0), np.nan)
    return results.assign(matures_on=matures_on, is_provisional=is_open, completeness_share=share)


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series(np.nan, index=frame.index)


def _in_order(derived: list[Measure]) -> list[Measure]:
    """Each after those it is made of."""
    named = {measure.name: measure for measure in derived}

    def depth(measure: Measure) -> int:
        return 1 + max((depth(named[name]) for name in measure.value.field_names() if name in named), default=0)

    return sorted(derived, key=depth)


def _derived(results: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """The measure for every cell in which one of its parts has a result."""
    names = list(measure.value.field_names())
    parts = results[results["measure_name"].isin(names) & results["period_grain"].isin(measure.grains)]
    if not len(parts):
        return parts.iloc[:0]
    values = parts.pivot(index=CELL, columns="measure_name", values="value").reindex(columns=names).astype(float)
    value, known = evaluate(measure.value, values)
    value = np.where(known, value, np.nan).astype(float)
    cells = parts.groupby(CELL).agg(
        completeness_share=("completeness_share", "min"), matures_on=("matures_on", "max"), is_provisional=("is_provisional", "max")
    )
    found = cells.loc[values.index].reset_index()
    nothing = dict.fromkeys(("numerator", "denominator", "lower_95", "upper_95"), np.nan)
    return found.assign(measure_name=measure.name, value=value, reason=np.where(known, None, NO_PART), **nothing)

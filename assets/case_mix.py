"""Outcomes of different patients made comparable: observed against expected, by organisation, quarter and year; and what watches them.

Belongs here: the order of the work in a refresh, what months of sites add, standardised results. Does not belong here: models
(``assets.case_mix_models``, ``assets.case_mix_fit``), cases (``assets.case_mix_cases``), charts (``assets.case_mix_cusum``).
A refresh reads the cases of the providers that it touches; all cases only when a model is another one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets.case_mix_cases import read_cases, with_risks
from assets.case_mix_cusum import watch
from assets.case_mix_fit import look_again
from assets.case_mix_funnel import limit_rows, policy_of, position
from assets.case_mix_models import CurrentModel, current_models, label_of
from assets.result_frames import BETTER, Moment, read
from assets.signals import Settled
from assets.statistics import counts
from schemas.datasets import Pathway
from schemas.measures import Measure
from warehouse.case_mix_tables import case_mix_part, standardised_funnel_limit, standardised_result
from warehouse.loading import copy_frame

SUM_DECIMALS = 9  # below any meaning; sums of the same cases are the same numbers
PLACE = ["model_name", "provider_code", "site_code", "period_start"]
# codes that cases of the touched organisations may carry as their provider: their own, and of those they took over
TOUCHED = """
select distinct l.start_code from stale_now s join organisation_level_now l on l.level_code = s.organisation_code
where s.pathway_name = :pathway and l.level_kind not in ('region', 'network')
union select distinct organisation_code from stale_now where pathway_name = :pathway
"""
PERIODS = """
select g.grain as period_grain, p.period_start, (p.period_start + make_interval(months => g.months))::date as period_after
from (values ('quarter', 3), ('year', 12)) g (grain, months) cross join lateral ({starts}) p
"""
STALE_STARTS = "select distinct period_start from stale_now where pathway_name = :pathway and period_grain = g.grain"
EVERY_START = """select distinct date_trunc(g.grain, period_start::timestamp)::date as period_start from measurement.case_mix_part where measure_name = :measure
    union select period_start from measurement.standardised_result where measure_name = :measure and period_grain = g.grain"""
# sums of numbers of 15 digits are exact whatever their order
POOLED = """
with period as materialized ({periods}), pooled as (
    select l.level_code as organisation_code, l.level_kind, p.period_grain, p.period_start, sum(c.case_count)::float8 as case_count,
        sum(c.observed)::float8 as observed, sum(c.expected::numeric)::float8 as expected, sum(c.variance::numeric)::float8 as variance
    from period p
    join measurement.case_mix_part c on c.measure_name = :measure and c.period_start >= p.period_start and c.period_start < p.period_after
    join organisation_level_now l on l.start_code = case when l.level_kind in ('site', 'team') then c.site_code else c.provider_code end
    where l.level_kind = any(:levels) and p.period_grain = any(:grains)
    group by l.level_code, l.level_kind, p.period_grain, p.period_start
)
select pooled.*, r.is_provisional, r.matures_on from pooled
join measurement.measure_result r using (organisation_code, period_grain, period_start) where r.measure_name = :measure
"""
DELETE = """
delete from measurement.{table} r using ({periods}) p
where r.measure_name = :measure and r.period_grain = p.period_grain and r.period_start = p.period_start
"""


def compute_case_mix(connection: Connection, pathway: Pathway, moment: Moment) -> Settled:
    """Standardised results, charts and signals of what a refresh touches, in its transaction, after the results of measures."""
    total = Settled()
    if not pathway.case_mix:
        return total
    models, is_new = current_models(connection, pathway, moment)
    touched = list(connection.scalars(text(TOUCHED), {"pathway": pathway.name}))
    for measure in pathway.measures:
        of_measure = [model for model in models if model.declared.measure == measure.name]
        if of_measure:
            settled = _compute(connection, pathway, measure, of_measure, None if is_new else touched, moment)
            total.raised, total.extended, total.closed = (
                total.raised + settled.raised,
                total.extended + settled.extended,
                total.closed + settled.closed,
            )
    return total


def _compute(
    connection: Connection, pathway: Pathway, measure: Measure, models: list[CurrentModel], providers: list[str] | None, moment: Moment
) -> Settled:
    """``providers``: the codes whose cases are read, None for all."""
    cases = _parts(connection, pathway, measure, models, providers)
    if look_again(connection, pathway, measure, models, moment):
        everything, _ = current_models(connection, pathway, moment)
        models, providers = [model for model in everything if model.declared.measure == measure.name], None
        cases = _parts(connection, pathway, measure, models, providers)
    _standardise(connection, pathway, measure, models, moment, is_everything=providers is None)
    return watch(connection, pathway, measure, models, cases, providers, moment)


def _parts(
    connection: Connection, pathway: Pathway, measure: Measure, models: Sequence[CurrentModel], providers: list[str] | None
) -> pd.DataFrame:
    """Read and predict the cases, write what they add; return them."""
    frame = read_cases(connection, pathway, measure, [model.declared for model in models], providers=providers)
    cases = with_risks(frame, models)
    of_these = "" if providers is None else " and provider_code = any(:providers)"
    connection.execute(
        text(f"delete from measurement.case_mix_part where measure_name = :measure{of_these}"),
        {"measure": measure.name, "providers": providers},
    )
    copy_frame(connection, case_mix_part, _added(cases, models).assign(measure_name=measure.name))
    return cases


def _added(cases: pd.DataFrame, models: Sequence[CurrentModel]) -> pd.DataFrame:
    names = np.array([model.declared.name for model in models], dtype=object)
    spread = cases["risk"] * (1 - cases["risk"])
    grouped = cases.assign(model_name=names[cases["model"].to_numpy(int)], variance=spread).groupby(PLACE, sort=False)
    sums = grouped.agg(case_count=("outcome", "size"), observed=("outcome", "sum"), expected=("risk", "sum"), variance=("variance", "sum"))
    return sums.round({"expected": SUM_DECIMALS, "variance": SUM_DECIMALS}).reset_index()


def _standardise(
    connection: Connection, pathway: Pathway, measure: Measure, models: Sequence[CurrentModel], moment: Moment, is_everything: bool
) -> None:
    """Every organisation of the touched periods anew: the rate of each reads the network's."""
    periods = PERIODS.format(starts=EVERY_START if is_everything else STALE_STARTS)
    levels = [*measure.levels, *(["team"] if "site" in measure.levels else [])]  # a team counts as a site
    given = {"pathway": pathway.name, "measure": measure.name, "levels": levels, "grains": list(measure.grains)}
    for table in ("standardised_result", "standardised_funnel_limit"):
        connection.execute(text(DELETE.format(table=table, periods=periods)), given)
    pooled = read(connection, POOLED.format(periods=periods), given)
    if len(pooled):
        named = {"measure_name": measure.name, "model_version": label_of(models)}
        told = {"measure_version": measure.version, "as_of_submission": moment.as_of_submission, "computed_at": pd.Timestamp(moment.now)}
        copy_frame(connection, standardised_result, _results(pooled).assign(**named, **told))
        limits = limit_rows(pooled, policy_of(pathway, measure), BETTER[measure.direction])
        copy_frame(connection, standardised_funnel_limit, limits.assign(**named))


def _results(pooled: pd.DataFrame) -> pd.DataFrame:
    """Ratio with intervals, z and rates of each row of sums; what cannot be computed is missing."""
    observed, expected, variance, cases = (pooled[name].to_numpy(float) for name in ("observed", "expected", "variance", "case_count"))
    limits = {level: counts.ratio_interval(observed, np.where(expected > 0, expected, np.nan), level) for level in (0.95, 0.998)}
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(expected > 0, observed / expected, np.nan)
        z = np.where(variance > 0, (observed - expected) / np.sqrt(variance), np.nan)
    return pooled.assign(
        ratio=ratio, z_score=z, crude_rate=observed / cases, standardised_rate=ratio * _network_rate(pooled), lower_95=limits[0.95][0],
        upper_95=limits[0.95][1], lower_998=limits[0.998][0], upper_998=limits[0.998][1], funnel_position=position(observed, expected),
        matures_on=pooled["matures_on"].astype("datetime64[s]"),
    )  # fmt: skip


def _network_rate(pooled: pd.DataFrame) -> np.ndarray:
    """The network's crude rate in the period of each row; missing where there is no network."""
    period = ["period_grain", "period_start"]
    network = pooled[pooled["level_kind"] == "network"].drop_duplicates(period)
    rates = network[period].assign(rate=network["observed"] / network["case_count"])
    return pooled[period].merge(rates, on=period, how="left")["rate"].to_numpy(float)

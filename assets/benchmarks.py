"""A result beside its peers: rank, quartile, network and national value, funnel.

Belongs here: benchmarks and funnel limits of every measure and period that a refresh touched. Does not belong here: the results
(``assets.measure_results``), formulas (``assets.statistics``). Peers are organisations of the same kind with a result for the
period. The network value is pooled over our members; the national value is the imported one. Neither ever stands in for the other.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets.effective_results import effective_results
from assets.funnel_dispersion import LIMITS as ADJUSTED_LIMITS
from assets.funnel_dispersion import Adjusted, adjusted
from assets.result_frames import BETTER, Moment
from assets.statistics import funnel, ranks
from schemas.datasets import Pathway
from schemas.measures import Measure, MeasureKind
from warehouse.loading import Copies, read_many
from warehouse.measurement_tables import benchmark, funnel_limit
from warehouse.outlier_tables import funnel_dispersion

PERIOD = ["measure_name", "period_grain", "period_start"]
FUNNEL_KINDS = (MeasureKind.PROPORTION, MeasureKind.RATE)
LIMITS = ("lower_998", "lower_95", "upper_95", "upper_998")
TOUCHED = "(select distinct period_grain, period_start from stale_now where pathway_name = :pathway)"
ROWS_A_PART = 25_000
RESULTS = f"""
select r.measure_name, r.organisation_code, r.period_grain, r.period_start, r.numerator, r.denominator, r.value,
       o.organisation_kind as peer_kind, o.is_member
from {TOUCHED} t
join measurement.measure_result r on r.period_grain = t.period_grain and r.period_start = t.period_start
join pathway.organisation o on o.organisation_code = r.organisation_code
where r.measure_name = any(:measures)
"""
READ = ("measure_name", "organisation_code", "period_grain", "period_start", "numerator", "denominator", "value", "peer_kind", "is_member")
DELETE = (
    "delete from measurement.{} x using "
    + TOUCHED
    + """ t
where x.period_grain = t.period_grain and x.period_start = t.period_start and x.measure_name = any(:measures)"""
)


def compute_benchmarks(connection: Connection, pathway: Pathway, moment: Moment) -> None:
    """Make the benchmarks and funnel limits of every touched period again, in the caller's transaction."""
    given = {"pathway": pathway.name, "measures": [measure.name for measure in pathway.measures]}
    for name in ("benchmark", "funnel_limit", "funnel_dispersion"):
        connection.execute(text(DELETE.format(name)), given)
    results = read_many(connection, RESULTS, given, READ)
    if not len(results):
        return
    results = _in_order(_with_references(connection, _typed(results, pathway.measures), given["measures"]))
    with Copies(connection) as copies:
        for part in _parts(results):
            _write(copies, _compared(_with_network_value(part)), moment)


def _in_order(results: pd.DataFrame) -> pd.DataFrame:
    """In the order of the table's key: the server then fills its index page by page."""
    key = [pd.factorize(results[name], sort=True)[0] for name in ("period_grain", "period_start", "measure_name", "organisation_code")]
    return results.iloc[np.lexsort(key[::-1])].reset_index(drop=True)


def _parts(results: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Whole periods, some at a time: while the server takes one part the next is compared. No period is compared with another."""
    period = results.groupby(["period_grain", "period_start"], sort=False).ngroup().to_numpy()
    begins = np.flatnonzero(np.diff(period, prepend=-1))
    for _, part in results.groupby(begins[period] // ROWS_A_PART, sort=False):
        yield part.reset_index(drop=True)


def _write(copies: Copies, compared: pd.DataFrame, moment: Moment) -> None:
    limits, beside = _limits(compared), adjusted(compared)
    placed = _placed(compared, limits).assign(adjusted_z_score=beside.z, adjusted_position=beside.position)
    copies.add(benchmark, placed.assign(as_of_submission=moment.as_of_submission))
    copies.add(funnel_limit, _limit_rows(compared, limits, beside))
    copies.add(funnel_dispersion, beside.rows)


def _typed(results: pd.DataFrame, measures: tuple[Measure, ...]) -> pd.DataFrame:
    numbers = {name: results[name].astype(float) for name in ("numerator", "denominator", "value")}
    names = results["measure_name"]
    return results.assign(
        **numbers, period_start=results["period_start"].astype("datetime64[s]"), better=names.map({m.name: BETTER[m.direction] for m in measures}).astype(int),
        has_funnel=names.map({m.name: m.kind in FUNNEL_KINDS for m in measures}).astype(bool),
        is_rate=names.map({m.name: m.kind is MeasureKind.RATE for m in measures}).astype(bool),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ what a result is compared with
def _with_network_value(results: pd.DataFrame) -> pd.DataFrame:
    """The network's own result; for a measure that has none at that level, the counts of the members of the same kind, pooled."""
    network = results[results["peer_kind"] == "network"].drop_duplicates(PERIOD)
    results = results.merge(network[[*PERIOD, "value"]].rename(columns={"value": "network_value"}), on=PERIOD, how="left")
    members = results[results["is_member"] & results["has_funnel"] & results["value"].notna()]
    pooled = members.groupby([*PERIOD, "peer_kind"])[["numerator", "denominator"]].sum()
    pooled["pooled_value"] = pooled["numerator"] / pooled["denominator"]
    results = results.merge(pooled[["pooled_value"]].reset_index(), on=[*PERIOD, "peer_kind"], how="left")
    has_network = results["measure_name"].isin(network["measure_name"])
    return results.assign(network_value=results["network_value"].where(has_network, results["pooled_value"]))


def _with_references(connection: Connection, results: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    counted = effective_results().subquery()
    first, last = results["period_start"].min().date(), results["period_start"].max().date()
    query = counted.select().where(
        counted.c.is_reference, counted.c.measure_name.in_(names), counted.c.period_start.between(first, last)
    ).order_by(counted.c.arrival_number.desc())  # fmt: skip
    rows = connection.execute(query)
    found = pd.DataFrame(rows.all(), columns=list(rows.keys())).rename(columns={"value": "national_value", "source": "national_source"})
    found = found.assign(period_start=found["period_start"].astype("datetime64[s]"), national_value=found["national_value"].astype(float))
    latest = found.drop_duplicates(PERIOD)[[*PERIOD, "national_value", "national_source"]]
    return results.merge(latest, on=PERIOD, how="left")


def _compared(results: pd.DataFrame) -> pd.DataFrame:
    """With rank, quartile and distance to the best, among organisations of the same kind; a neutral measure has no best."""
    group = results.groupby([*PERIOD, "peer_kind"], sort=False).ngroup().to_numpy()
    value, better = results["value"].to_numpy(float), results["better"].to_numpy(int)
    has_best = better != 0
    score = np.where(has_best, -better * value, np.nan)
    count = ranks.count_in_groups(value, group)
    rank = np.where(count > 1, ranks.rank_in_groups(score, group), np.nan)
    best = -better * pd.Series(score).groupby(group).transform("min").to_numpy()
    best = np.where(has_best, best, np.nan)
    quartile = ranks.quantile_of_rank(rank, count)
    return results.assign(group=group, peer_count=count, rank=rank, quartile=quartile, best_value=best, from_best=value - best)


# ------------------------------------------------------------------------------------------------ funnel
def _limits(compared: pd.DataFrame) -> np.ndarray:
    """(N, 4): limits for each row's own denominator around the network value; NaN where there is no funnel."""
    limits = np.full((len(compared), 4), np.nan)
    usable = compared["has_funnel"] & compared["network_value"].notna() & (compared["denominator"] > 0)
    for is_rate, formula in ((False, funnel.proportion_limits), (True, funnel.rate_limits)):
        chosen = (usable & (compared["is_rate"] == is_rate)).to_numpy()
        pairs, number = np.unique(compared.loc[chosen, ["denominator", "network_value"]].to_numpy(float), axis=0, return_inverse=True)
        if len(pairs):
            limits[chosen] = formula(pairs[:, 0], pairs[:, 1])[number.reshape(-1)]
    return limits


def _placed(compared: pd.DataFrame, limits: np.ndarray) -> pd.DataFrame:
    value, centre, size = (compared[name].to_numpy(float) for name in ("value", "network_value", "denominator"))
    with np.errstate(invalid="ignore", divide="ignore"):
        rate_z = (value - centre) / np.sqrt(centre / size)
    z = np.where(compared["is_rate"], np.where(centre > 0, rate_z, np.nan), funnel.score_z(value, np.where(size > 0, size, np.nan), centre))
    place = funnel.position(value, limits, size)
    names = np.array([*funnel.POSITIONS, None], dtype=object)
    side = np.array([-1, -1, 0, 1, 1, 0])[place]
    is_judged = (side != 0) & (compared["better"].to_numpy() != 0)
    return compared.assign(
        z_score=np.where(compared["has_funnel"], z, np.nan), funnel_position=names[place],
        is_favourable=np.where(is_judged, side == compared["better"].to_numpy(), None),
    )  # fmt: skip


def _limit_rows(compared: pd.DataFrame, limits: np.ndarray, beside: Adjusted) -> pd.DataFrame:
    rows = compared[[*PERIOD, "peer_kind", "denominator", "is_rate"]].assign(centre=compared["network_value"])
    both = dict(zip((*LIMITS, *ADJUSTED_LIMITS), np.hstack([limits, beside.limits]).T, strict=True))
    rows = rows.assign(**{name: np.clip(found, 0, np.where(rows["is_rate"], np.inf, 1)) for name, found in both.items()})
    known = ~np.isnan(limits).all(axis=1) & (compared["peer_kind"] != "network")
    return rows[known].drop_duplicates([*PERIOD, "peer_kind", "denominator"])

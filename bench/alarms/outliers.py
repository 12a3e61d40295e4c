"""Period outliers by chance: how many alerts and alarms a closed period brings where all providers are alike, and who is found that is not.

Belongs here: drawn results of closed periods, judged by the product. Does not belong here: early warnings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import ArrayLike
from scipy.special import expit, logit, ndtr

from assets.outliers import judge
from assets.statistics.multiplicity import adjusted_p
from assets.statistics.numerics import Floats
from assets.statistics.overdispersion import ARCSINE, overdispersion
from bench import house
from bench.chosen import HIPS as PATHWAY
from schemas.outliers import Basis, Level, OutlierPolicy

MEASURE = "hip_kpi2_surgery_next_day"
DEATHS = "hip_mortality_30_days"
FALSE_DISCOVERIES = (0.05, 0.10)
OUT_OF_TEN = 10  # one provider in so many is really worse, where finding is asked for


@dataclass(frozen=True)
class Period:
    """Results (R, P) of P providers in R drawn periods: events, cases, expected events of deaths; ``is_worse`` where the truth is worse."""

    events: Floats
    cases: Floats
    share: float
    is_worse: np.ndarray


def period(rng: Generator, cases: ArrayLike, share: float, repeats: int, spread: float = 0.0, worse_by: float = 0.0) -> Period:
    """Providers with the given mean cases; their shares differ by ``spread`` (of the logit), and every tenth is higher ``worse_by`` so much."""
    size = rng.poisson(np.broadcast_to(np.asarray(cases, float), (repeats, len(np.atleast_1d(cases))))).astype(float)
    is_worse = np.broadcast_to((np.arange(size.shape[1]) % OUT_OF_TEN == 0) & (worse_by != 0), size.shape)
    risk = expit(logit(share) + spread * rng.normal(size=size.shape)) + np.where(is_worse, worse_by, 0)
    return Period(rng.binomial(size.astype(int), np.clip(risk, 0, 1)).astype(float), size, share, is_worse)


def judged(of: Period, basis: Basis) -> pd.DataFrame:
    """The product's judgement of each result: ``level`` and ``statistic`` in standard deviations towards worse; ``repeat`` tells the period.

    Deaths beside what is expected of each provider's own patients, or a share of which less is worse beside the network's own.
    """
    measure = DEATHS if basis is Basis.STANDARDISED else MEASURE
    events = of.events if basis is Basis.STANDARDISED else of.cases - of.events
    repeat = np.repeat(np.arange(len(of.cases)), of.cases.shape[1])
    subjects = pd.DataFrame({
        "measure_name": measure, "organisation_code": [f"P{k:07d}" for k in range(of.cases.size)], "period_grain": "year", "period_start": pd.Timestamp("2026-01-01"),
        "organisation_kind": "provider", "observed": events.ravel(), "denominator": of.cases.ravel(), "measure_version": 1, "model_version": None,
        "is_open": of.cases.ravel() == 0, "repeat": repeat, "is_worse": of.is_worse.ravel(), "tau_squared": np.nan,
    })  # fmt: skip
    if basis is Basis.STANDARDISED:
        subjects = subjects.assign(centre=1.0, expected=of.cases.ravel() * of.share)
    else:
        pooled = events.sum(axis=1) / np.maximum(of.cases.sum(axis=1), 1)
        subjects = subjects.assign(centre=pooled[repeat])
        if basis is Basis.NETWORK_VALUE_OVERDISPERSED:
            tau = overdispersion(events.ravel(), of.cases.ravel(), repeat, ARCSINE).tau_squared
            subjects = subjects.assign(tau_squared=tau[repeat])
    pathway = house.pathway(PATHWAY)
    return judge(subjects, replace(pathway, outlier_policies=(OutlierPolicy(measure, basis=basis),)))


def flagged(results: pd.DataFrame) -> dict[str, np.ndarray]:
    """Who is named an outlier, by rule: the policy's alerts and alarms, and what false discovery control would leave of a period's results."""
    worse = results["statistic"].to_numpy(float)
    found = {
        "alert or alarm (2 SD)": results["level"].isin([Level.ALERT, Level.ALARM]).to_numpy(),
        "alarm (3 SD)": (results["level"] == Level.ALARM).to_numpy(),
        "positive (3 SD)": (results["level"] == Level.POSITIVE).to_numpy(),
    }  # fmt: skip
    p = np.where(np.isnan(worse), np.nan, ndtr(-np.maximum(worse, 0)))
    adjusted = adjusted_p(p, results["repeat"].to_numpy())
    return found | {f"worse, {rate:.0%} false discoveries": np.nan_to_num(adjusted, nan=1.0) <= rate for rate in FALSE_DISCOVERIES}


def shares_flagged(results: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """By rule: the share of the alike that is named (percent), its standard error, and the share of the really worse that is (NaN if there are none)."""
    is_worse = results["is_worse"].to_numpy(bool)
    found = {}
    for rule, named in flagged(results).items():
        false = named[~is_worse].mean()
        error = np.sqrt(false * (1 - false) / (~is_worse).sum())
        found[rule] = 100 * float(false), 100 * float(error), 100 * float(named[is_worse].mean()) if is_worse.any() else np.nan
    return found

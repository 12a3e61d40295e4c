"""The risk-adjusted CUSUM of deaths: false alarms by the wanted run length, and how soon more deaths are seen.

Belongs here: the product's charts and limits on drawn patients. Does not belong here: control charts of months (``bench.alarms.charts``).
The risks are taken as right: what a model errs comes on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from assets.case_mix_cusum import CASES_A_YEAR, ODDS_RATIOS, SIGNAL_MONTHS, limit_for, run
from assets.statistics.numerics import Floats
from assets.statistics.runs import Mask
from bench.alarms.charts import Seen, first_seen, seen

YEARS_BETWEEN = (5, 10, 20, 50)
RISKS = (1.1, 14.6)  # of a beta distribution: 7 % of deaths on average, most patients below, some far above
OVERALL = RISKS[0] / sum(RISKS)
YEARS, SHIFTED_AFTER = 20, 36


@dataclass(frozen=True)
class Patients:
    """(S, N) in order of time, as many each month: whether each died, and the risk that is known."""

    died: Floats
    risk: Floats
    a_month: int


def patients(rng: Generator, a_month: int, months: int, charts: int, shifted_from: int | None = None, by: float = 0.0) -> Patients:
    """Patients whose risks are as expected; from a month on so much is added to the deaths of all (0.05: five more in a hundred), the odds of each raised alike."""
    risk = rng.beta(*RISKS, (charts, a_month * months))
    true = risk.copy()
    if shifted_from is not None:
        odds = _odds_ratio(risk.ravel()[:50_000], by) * (risk / (1 - risk))
        true[:, shifted_from * a_month :] = (odds / (1 + odds))[:, shifted_from * a_month :]
    return Patients((rng.random(risk.shape) < true).astype(float), risk, a_month)


def _odds_ratio(risk: Floats, by: float) -> float:
    """By how much all odds must be multiplied for the mean risk to be larger ``by`` so much."""
    low, high = 1.0, 100.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        mean = (middle * risk / (1 - risk + middle * risk)).mean()
        low, high = (middle, high) if mean < risk.mean() + by else (low, middle)
    return low


def crossings(of: Patients, years_between: float, direction: str) -> Mask:
    """In which months (S, T) each chart reaches its limit, which the product takes for that many years and this volume."""
    a_year = 12 * of.a_month
    if a_year < CASES_A_YEAR:
        raise ValueError("the product draws no limit for so few cases")
    limit = limit_for(years_between * a_year, of.risk[:20].ravel(), ODDS_RATIOS[direction])
    crossed = run(of.died, of.risk, np.full(len(of.died), limit), ODDS_RATIOS[direction])[2]
    return crossed.reshape(len(crossed), -1, of.a_month).any(axis=2)


def raised(crossed: Mask) -> Mask:
    """Months (S, T) in which a signal is raised: crossings less than a year apart are one event."""
    found, last = np.zeros_like(crossed), np.full(len(crossed), -SIGNAL_MONTHS)
    for month in range(crossed.shape[1]):
        found[:, month] = crossed[:, month] & (month - last >= SIGNAL_MONTHS)
        last = np.where(crossed[:, month], month, last)
    return found


def false_alarms(rng: Generator, a_month: int, charts: int) -> dict[int, tuple[float, float]]:
    """Signals of one provider (worse and better) in ten years, and their standard error, by the years wanted between two false alarms of a chart."""
    drawn = patients(rng, a_month, 12 * YEARS, charts)
    found = {}
    for years in YEARS_BETWEEN:
        counts = sum(raised(crossings(drawn, years, direction)).sum(axis=1) for direction in ODDS_RATIOS) / YEARS * 10
        found[years] = float(counts.mean()), float(counts.std() / np.sqrt(charts))
    return found


def time_to_see(rng: Generator, a_month: int, by: float, charts: int, years_between: Sequence[int] = YEARS_BETWEEN) -> dict[int, Seen]:
    """How soon the chart for worse reaches its limit after deaths have risen ``by`` so much."""
    drawn = patients(rng, a_month, SHIFTED_AFTER + 24, charts, SHIFTED_AFTER, by)
    return {years: seen(first_seen(crossings(drawn, years, "worse")[:, SHIFTED_AFTER:].astype(np.int8), 1)) for years in years_between}

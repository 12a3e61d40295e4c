"""What ``bench.statistics`` times: made-up data, and the work on it. ``<name>(size)`` gives the work; making the data is not timed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assets.statistics import casemix, cusum, fingertips_funnel, funnel
from assets.statistics import making_data_count as mdc
from assets.statistics.casemix_terms import Factor, Number
from assets.statistics.control_charts import control_chart
from assets.statistics.overdispersion import ARCSINE, overdispersed_limits, overdispersion
from assets.statistics.run_lengths import risk_adjusted_limit
from assets.statistics.segmented import segmented
from assets.statistics.subgroups import single

POINTS = 36
PROVIDERS = 150


def xmr(series: int) -> Callable[[], object]:
    values = np.random.default_rng(1).normal(size=(series, POINTS))
    return lambda: mdc.read(values, better=1, target=0.5)


def laney(series: int) -> Callable[[], object]:
    events, cases = _months(series, 0.3)
    return lambda: control_chart("pp", single(events, cases))


def dispersed_funnels(measures: int) -> Callable[[], object]:
    """Exact limits and those widened by over-dispersion."""
    rng = np.random.default_rng(2)
    cases = rng.integers(50, 1000, measures * PROVIDERS).astype(float)
    events = rng.binomial(cases.astype(int), rng.beta(30, 70, len(cases))).astype(float)
    of = np.repeat(np.arange(measures), PROVIDERS)

    def funnels():
        found = overdispersion(events, cases, of, ARCSINE)
        return funnel.proportion_limits(cases, found.centre[of]), overdispersed_limits(
            cases, found.centre[of], found.tau_squared[of], ARCSINE
        )

    return funnels


def ratio_lines(measures: int) -> Callable[[], object]:
    expected = np.random.default_rng(3).uniform(2, 300, measures * PROVIDERS)
    of = np.repeat(np.arange(measures), PROVIDERS)
    return lambda: fingertips_funnel.ratio_lines(expected, of)


def case_mix(patients: int) -> Callable[[], object]:
    """Six variables, eleven coefficients, every fiftieth answer to one of them missing."""
    rng = np.random.default_rng(1)
    columns = {
        "age": rng.normal(82, 8, patients), "sex": rng.choice(["F", "M"], patients), "asa": rng.integers(1, 5, patients).astype(float),
        "walks": rng.choice(["well", "with an aid", "not"], patients), "source": rng.choice(["home", "care home"], patients),
        "fracture": rng.choice(["a", "b", "c"], patients),
    }  # fmt: skip
    columns["asa"][::50] = np.nan
    died = (rng.random(patients) < 1 / (1 + np.exp(9 - 0.08 * columns["age"]))).astype(float)
    provider = rng.integers(0, PROVIDERS, patients)
    factors = [Factor.of(name, values[values == values]) for name, values in columns.items() if name != "age"]

    def standardised():
        model = casemix.fit(died, columns, (Number("age"), *factors))
        return casemix.standardise(died, model.fitted, provider)

    return standardised


def risk_adjusted_cusum(providers: int) -> Callable[[], object]:
    rng = np.random.default_rng(3)
    risk = rng.random((providers, 2000)) * 0.2
    died = (rng.random(risk.shape) < risk).astype(float)
    return lambda: cusum.risk_adjusted(died, risk, 4.5)


def monthly_cusum(series: int) -> Callable[[], object]:
    events, cases = _months(series, 0.1)
    return lambda: cusum.monthly_binomial(events, cases, 0.1, 0.18, 4)


def segmented_regression(series: int) -> Callable[[], object]:
    events, _ = _months(series, 0.1)
    return lambda: segmented(events, 18, lag=2)


def threshold(scaling: int) -> Callable[[], object]:
    risks = np.full(20, 0.05), np.linspace(0.01, 0.4, 20)
    return lambda: risk_adjusted_limit(5000, *risks, scaling=scaling)


def _months(series: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    cases = rng.integers(50, 200, (series, POINTS)).astype(float)
    return rng.binomial(cases.astype(int), share).astype(float), cases

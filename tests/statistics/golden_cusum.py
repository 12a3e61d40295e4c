"""How the product computes the golden methods of CUSUM charts, their run lengths and limits."""

from __future__ import annotations

import numpy as np

from assets.statistics import cusum, false_alarms, run_lengths
from tests.statistics.golden import Case, Method, Tables

INPUT = "an input, repeated"


def _given(case: Case, name: str) -> np.ndarray:
    return case.column(name, "input")[None]


def _risk_adjusted(case: Case) -> Tables:
    y, p = _given(case, "y"), _given(case, "p")
    if p.size == 1:  # the package takes a single risk for a constant one, see _constant_risk
        p = _constant_risk(p)
    limit = _given(case, "limit") if case.has("limit") else case.args["limit"]
    chart = cusum.risk_adjusted(y, p, limit, case.args["odds_multiplier"], case.args["reset"])
    weight = cusum.likelihood_weights(y, p, case.args["odds_multiplier"])
    return {"expected": {"w": weight[0], "ct": chart.value[0], "signal": chart.signal[0]}}


def _constant_risk(p: np.ndarray) -> np.ndarray:
    """The package charts 1 - p in place of a constant risk above one half; the product does not (docs/deviations.md)."""
    return np.where(p > 0.5, 1 - p, p)


def _bernoulli(case: Case) -> Tables:
    risk = _constant_risk(np.asarray(case.args["failure_probability"], float))
    chart = cusum.risk_adjusted(_given(case, "y"), risk, case.args["limit"], case.args["odds_multiplier"], case.args["reset"])
    return {"expected": {"ct": chart.value[0], "signal": chart.signal[0]}}


def _limits(case: Case) -> tuple[float, float]:
    """Without reset the package can do without limits: nothing then crosses them."""
    return tuple(np.inf if case.args.get(name) is None else case.args[name] for name in ("h1", "h2"))


def _two_sided(case: Case) -> Tables:
    y, p, ratio = _given(case, "y"), _given(case, "p"), case.args["RA"]
    chart = cusum.two_sided(y, p, _limits(case), ratio, case.args["reset"])
    weights = {name: cusum.likelihood_weights(y, p, r)[0] for name, r in (("wt1", ratio), ("wt2", 1 / ratio))}
    return {"expected": {**weights, "s1": chart.upper.value[0], "s1l": chart.lower.value[0]}}


def _lives(case: Case) -> Tables:
    y, p, a = _given(case, "y"), _given(case, "p"), case.args
    chart = cusum.expected_minus_observed(y, p, (a["k1"], a["k2"]), _limits(case), a["reset"])
    return {"expected": {"s1": chart.upper.value[0], "s1l": chart.lower.value[0], "vlad_cum": cusum.variable_life(y, p)[0]}}


def _bernoulli_chart(case: Case) -> Tables:
    y, target, ratio = _given(case, "y"), case.args["target"], case.args["or"]
    p0 = cusum.baseline_risk(y, int(target))[0] if target > 1 else float(target)
    chart = cusum.bernoulli_chart(y, p0, ratio, case.args["limit"])
    columns = {
        "cusum1": chart.upper.value[0],
        "signal1": chart.upper.signal[0],
        "cusum2": chart.lower.value[0],
        "signal2": chart.lower.signal[0],
    }
    for arm, r in (("1", ratio), ("2", 1 / ratio)):
        columns[f"s{arm}"] = np.where(np.isnan(chart.upper.value[0]), np.nan, cusum.likelihood_weights(y[0], p0, r))
        columns[f"p{arm}"] = np.full(y.size, cusum.shifted_risk(p0, r))
    return {"expected": columns | {"p0": np.full(y.size, p0)}}


def _monthly(case: Case) -> Tables:
    chart = cusum.monthly_binomial(*(_given(case, name) for name in ("y", "n", "p0", "p1")), case.args["h"])
    return {"expected": {"s": chart.value[0], "alarm": chart.signal[0]}}


def _counts(case: Case) -> Tables:
    x, a = _given(case, "x"), case.args
    z = x if a["trans"] == "none" else cusum.standardise_counts(x, a["m"], a["trans"])
    chart = cusum.counts(z, a["k"], a["h"])
    return {"expected": {"cusum": chart.value[0], "alarm": chart.signal[0]}}


def _by_sides(case: Case, table: str, compute) -> np.ndarray:
    """One computation for the rows of each side; other texts than one and two are no side that the product has."""
    sides = case.text("sided", table)
    if set(sides) - {"one", "two"}:
        raise ValueError("a chart is one-sided or two-sided")
    found = np.empty(len(sides))
    for side in set(sides):
        rows = sides == side
        found[rows] = compute(rows, side == "two")
    return found


def _gaussian(case: Case) -> Tables:
    k, h, mu = (case.column(name, "input") for name in ("k", "h", "mu"))
    tables = {"expected": {"arl": _by_sides(case, "input", lambda at, two: run_lengths.gaussian_run_length(k[at], h[at], mu[at], two))}}
    if case.tables.get("expected_crit"):
        slack, length = (case.column(name, "expected_crit") for name in ("k", "L0"))
        limits = _by_sides(case, "expected_crit", lambda at, two: run_lengths.gaussian_limit(slack[at], length[at], two))
        tables["expected_crit"] = {"h": limits}
    return tables


def _exact_limit(case: Case) -> Tables:
    names = ("n_patients", "failure_probability", "odds_multiplier", "alpha")
    rows = zip(*(case.column(name, "input") for name in names), strict=True)
    limits = [false_alarms.exact_limit(int(n), float(_constant_risk(np.asarray(p))), ratio, alpha) for n, p, ratio, alpha in rows]
    return {"expected": {"limit": limits}}


def _run_length(case: Case) -> Tables:
    mix = case.column("freq", "input"), case.column("p", "input")
    rows = zip(*(case.column(name) for name in ("h", "RA", "RQ", "scaling")), strict=True)
    return {"expected": {"arl": [run_lengths.risk_adjusted_run_length(h, *mix, ra, rq, int(scaling)) for h, ra, rq, scaling in rows]}}


def _limit(case: Case) -> Tables:
    mix = case.column("freq", "input"), case.column("p", "input")
    rows = zip(*(case.column(name) for name in ("L0", "RA", "scaling")), strict=True)
    return {"expected": {"h": [run_lengths.risk_adjusted_limit(length, *mix, ra, int(scaling)) for length, ra, scaling in rows]}}


def _simulated(case: Case) -> Tables:
    p, a = case.column("p", "input"), case.args
    limit = false_alarms.simulated_limit(p, a["odds_multiplier"], a["alpha"], a["n_simulation"], seed=20_260)
    return {"expected": {"limit": [limit] * len(case.tables["expected"])}}


METHODS = {
    "cusum_bernoulli": Method(_bernoulli),
    "qic_bchart": Method(_bernoulli_chart),
    "cusum_binomial_monthly": Method(_monthly),
    "cusum_counts": Method(_counts),
    "cusum_gaussian_arl": Method(_gaussian, {"k": INPUT, "h": INPUT, "mu": INPUT, "sided": INPUT, "L0": INPUT}),
    "cusum_limit_exact": Method(
        _exact_limit, {"n_patients": INPUT, "failure_probability": INPUT, "odds_multiplier": INPUT, "alpha": INPUT}
    ),
    "eocusum_vlad": Method(_lives),
    "racusum": Method(_risk_adjusted),
    "racusum_arl": Method(_run_length, {"h": INPUT, "RA": INPUT, "RQ": INPUT, "scaling": INPUT}),
    "racusum_crit": Method(_limit, {"L0": INPUT, "RA": INPUT, "scaling": INPUT}),
    "racusum_limit_sim": Method(_simulated, {"odds_multiplier": INPUT, "alpha": INPUT, "mc_se": "the error of the simulation"}),
    "racusum_vlad": Method(_two_sided),
}

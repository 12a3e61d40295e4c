"""How the product computes the golden methods of funnels."""

from __future__ import annotations

import numpy as np
from scipy import stats

from assets.statistics import fingertips_funnel as fingertips
from assets.statistics import funnel
from assets.statistics.fingertips_search import bisected_bounds
from tests.statistics.golden import Case, Method, Tables

REPEATED = "an input repeated"
LABELS = {"statistic": "a label of the unit", "method": "Wilson for proportions, Poisson for the others, always"}
LIMITS = ("lower_3s_limit", "lower_2s_limit", "upper_2s_limit", "upper_3s_limit")
SIGNIFICANCE = ("Low (0.001)", "Low (0.025)", "Not significant", "High (0.025)", "High (0.001)", "Not significant")  # the last: unknown
NOT_APPLICABLE = "Not applicable for events less than 10 for dsrs"


def funnel_exact_interpolated(case: Case) -> Tables:
    is_proportion = case.args["kind"] == "proportion"
    limits = (funnel.proportion_limits if is_proportion else funnel.rate_limits)(
        case.column("n" if is_proportion else "e", "input"), case.args["theta"]
    )
    return {"expected": dict(zip(("limit_1", "limit_25", "limit_975", "limit_999"), limits.T, strict=True))}


def funnelr(case: Case) -> Tables:
    n, d = case.column("n", "input"), case.column("d", "input")
    centre = n.sum() / d.sum() if case.args["benchmark"] is None else case.args["benchmark"]
    size = case.column("d", "expected_limits")
    exact = case.args["method"] == "exact"
    limits = funnel.proportion_limits(size, centre, interpolate=False) if exact else funnel.score_limits(size, centre)
    scores = [point_probability_score(n, d, centre, tail) if exact else normal_score(n, d, centre, tail) for tail in (0.025, 0.001)]
    found = dict(zip(("lo2", "lo", "up", "up2"), limits.T, strict=True)) | {"d": size, "benchmark": np.full(len(size), centre)}
    return {"expected": {"d": d} | dict(zip(("score", "score2"), scores, strict=True)), "expected_limits": found}


def normal_score(n, d, centre: float, tail: float) -> np.ndarray:
    return np.where(np.abs(funnel.score_z(n / d, d, centre)) > stats.norm.isf(tail), "Extreme", "In Control").astype(object)


def point_probability_score(n, d, centre: float, tail: float) -> np.ndarray:
    """The package's defect, which the product does not have: it compares the probability of the very count with the tail's."""
    return np.where(stats.binom.pmf(n, d, centre) < tail, "Extreme", "In Control").astype(object)


def phe_funnel_limits(case: Case) -> Tables:
    return {"expected": {"proportion": proportion_lines, "ratio": ratio_lines, "rate": rate_lines}[case.args["statistic"]](case)}


def named(limits: np.ndarray, ending: str = "_limit") -> dict[str, np.ndarray]:
    return {name.replace("_limit", ending): limits[0, :, k] for k, name in enumerate(LIMITS)}


def proportion_lines(case: Case) -> dict[str, np.ndarray]:
    lines = fingertips.proportion_lines(case.column("numerator", "input"), case.column("denominator", "input"), one_group(case))
    unit = case.args["multiplier"]
    uncut = funnel.score_limits(lines.x, lines.centre[:, None])
    limits = np.where(uncut > 1, np.minimum(uncut * unit, 100), lines.limits * unit)  # the package's cut at 100 in whatever unit
    unknown = gap_in_the_average(case)
    return named(limits + unknown) | {"x_axis": lines.x[0], "baseline": np.full(100, lines.centre[0] * unit + unknown)}


def gap_in_the_average(case: Case) -> float:
    """The package's average, and all that is drawn around it, is missing as soon as one numerator is: NaN then, else 0."""
    return np.nan if np.isnan(case.column("numerator", "input")).any() else 0.0


def ratio_lines(case: Case) -> dict[str, np.ndarray]:
    lines = fingertips.ratio_lines(case.column("denominator", "input"), one_group(case), bisected_bounds)
    limits = lines.limits * 100 if case.args["ratio_type"] == "isr" else lines.limits - 1
    return named(limits) | named(lines.expected, "_exp_events") | {"x_axis": lines.x[0]}


def rate_lines(case: Case) -> dict[str, np.ndarray]:
    years, unit = case.args["years_of_data"], case.args["multiplier"]
    lines = fingertips.rate_lines(case.column("numerator", "input"), population(case), one_group(case), years, bisected_bounds)
    found = named(lines.limits * unit) | named(lines.expected, "_population_1_year")
    return found | {"x_axis": lines.x[0], "baseline": np.full(100, lines.centre[0] * unit)}


def population(case: Case) -> np.ndarray:
    given = case.column("denominator", "input") if case.has("denominator") else None
    events, rate = case.column("numerator", "input"), case.column("rate", "input")
    return fingertips.derived_population(events, rate, case.args["multiplier"], given, case.args["rate_type"] == "dsr")


def one_group(case: Case) -> np.ndarray:
    return np.zeros(len(case.tables["input"]))


def phe_funnel_points(case: Case) -> Tables:
    events, rate = case.column("numerator", "input"), case.column("rate", "input")
    years, is_standardised = case.args["years_of_data"], case.args["rate_type"] == "dsr"
    shown, people = fingertips.rate_points(events, rate, population(case), years, is_standardised)
    return {"expected": {"rate_chart": shown, "denominator_derived": people}}


def phe_funnel_significance(case: Case) -> Tables:
    events, denominator = case.column("numerator", "input"), case.column("denominator", "input")
    is_standardised = case.args["rate_type"] == "dsr"
    if case.args["statistic"] == "proportion":
        found = fingertips.proportion_significance(events, denominator, one_group(case))
    elif case.args["statistic"] == "ratio":
        found = fingertips.ratio_significance(events, denominator)
    else:
        given = denominator if case.has("denominator") else None
        rate, unit = case.column("rate", "input"), case.args["multiplier"]
        found = fingertips.rate_significance(events, rate, given, one_group(case), unit, is_standardised)
    if case.args["statistic"] != "ratio" and np.isnan(gap_in_the_average(case)):
        found = np.full(len(events), -1)
    hidden = is_standardised & (events < fingertips.MINIMUM_EVENTS)
    return {"expected": {"significance": np.where(hidden, NOT_APPLICABLE, np.array(SIGNIFICANCE)[found]).astype(object)}}


METHODS = {
    "funnel_exact_interpolated": Method(funnel_exact_interpolated, {"n": REPEATED, "e": REPEATED}),
    "funnelr": Method(funnelr, {"n": REPEATED}),
    "phe_funnel_limits": Method(phe_funnel_limits, LABELS),
    "phe_funnel_points": Method(phe_funnel_points),
    "phe_funnel_significance": Method(phe_funnel_significance, {"numerator": REPEATED}),
}

"""How the product computes the golden methods of intervals, standardised rates, quantiles, ranks and rounding."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assets.statistics import counts, intervals, multiplicity, quantiles, ranks, standardised
from assets.statistics.confidence import PAIR, published_levels
from assets.statistics.grouped import mean_and_deviation
from assets.statistics.numerics import exact_mean, places, to_rows
from assets.statistics.rounding import round_decimals
from tests.statistics.golden import Case, Method, Tables

REPEATED = "an input repeated"
LABEL = "a label of the unit"
ADJUSTMENTS = {"bonferroni": "bonferroni", "holm": "holm", "hochberg": "hochberg", "BH": "benjamini_hochberg", "BY": "benjamini_yekutieli"}


def with_limits(case: Case, interval: Callable[[float], intervals.Interval], unit: float = 1) -> dict[str, np.ndarray]:
    """The columns of one level of confidence, or of the pair."""
    wanted = published_levels(case.args["confidence"])
    names = [("lower95_0cl", "upper95_0cl"), ("lower99_8cl", "upper99_8cl")] if wanted == PAIR else [("lowercl", "uppercl")]
    return {
        name: limit * unit for level, pair in zip(wanted, names, strict=True) for name, limit in zip(pair, interval(level), strict=True)
    }


def in_order(case: Case, groups: np.ndarray, columns: dict[str, np.ndarray]) -> Tables:
    """Rows of groups in the order of the case: R sorts numbers as numbers, and texts by the rules of a language."""
    place = {name: k for k, name in enumerate(groups)}
    order = [place[name] for name in case.text("group")]
    return {"expected": {name: np.asarray(column)[order] for name, column in columns.items()}}


def phe_proportion(case: Case) -> Tables:
    x, n, unit = case.column("x", "input"), case.column("n", "input"), case.args["multiplier"]
    limits = with_limits(case, lambda level: intervals.wilson(x, n, level), unit)
    return {"expected": {"value": x / n * unit} | limits}


def phe_rate(case: Case) -> Tables:
    x, n, unit = case.column("x", "input"), case.column("n", "input"), case.args["multiplier"]
    limits = with_limits(case, lambda level: counts.rate_interval(x, n, level), unit)
    return {"expected": {"value": x / n * unit, "method": kind_of_interval(x)} | limits}


def kind_of_interval(events: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(events), "", np.where(events < counts.BYAR_FROM, "Exact", "Byars")).astype(object)


def phe_mean(case: Case) -> Tables:
    x, groups = case.column("x", "input"), case.text("group", "input")
    count, mean, deviation = mean_and_deviation(x, groups)
    limits = with_limits(case, lambda level: intervals.mean_interval(mean, deviation, count, level))
    found = {"value": mean, "stdev": deviation, "value_count": count, "value_sum": mean * count}
    return in_order(case, np.unique(groups), found | limits)


def phe_dsr(case: Case) -> Tables:
    def found(level: float) -> standardised.DirectRate:
        given = [case.column(name, "input") for name in ("x", "n", "stdpop")]
        groups = case.text("group", "input")
        if case.args["independent_events"]:
            return standardised.direct_rate(*given, groups, level)
        people, population, weight = given
        repeats, strata = case.column("eventfreq", "input"), case.text("ageband", "input")
        return standardised.direct_rate_of_repeated_events(people, repeats, population, weight, strata, groups, level)

    unit, rate = case.args["multiplier"], found(0.95)
    limits = with_limits(case, lambda level: (found(level).lower, found(level).upper), unit)
    return {
        "expected": {"group": rate.groups, "total_count": rate.events, "total_pop": rate.population, "value": rate.value * unit} | limits
    }


def indirect(case: Case, level: float = 0.95) -> standardised.IndirectRatio:
    given = [case.column(name, "input") for name in ("x", "n", "x_ref", "n_ref")]
    return standardised.indirect_ratio(*given, case.text("group", "input"), level)


def phe_isratio(case: Case) -> Tables:
    return indirect_table(case, indirect(case), case.args["refvalue"])


def phe_israte(case: Case) -> Tables:
    ratio = indirect(case)
    return indirect_table(case, ratio, ratio.reference_rate * case.args["multiplier"])


def indirect_table(case: Case, ratio: standardised.IndirectRatio, unit: float | np.ndarray) -> Tables:
    limits = with_limits(case, lambda level: (indirect(case, level).lower, indirect(case, level).upper), unit)
    found = {"group": ratio.groups, "observed": ratio.observed, "expected": ratio.expected, "method": kind_of_interval(ratio.observed)}
    return in_order(
        case, ratio.groups, found | {"value": ratio.value * unit, "ref_rate": np.broadcast_to(unit, ratio.value.shape)} | limits
    )


def proportion_ci(case: Case) -> Tables:
    given = case.column("x", "input"), case.column("n", "input"), case.args["conf"]
    methods = {
        "exact": intervals.clopper_pearson, "wilson": intervals.wilson, "wilson_cc": intervals.wilson_corrected, "epitools": intervals.wilson,
    }  # fmt: skip
    return {"expected": both_limits(methods, *given)}


def poisson_ci(case: Case) -> Tables:
    methods = {"exact": counts.exact_poisson, "phe_byar": counts.byar, "epitools_byar": counts.byar_midpoint}
    return {"expected": both_limits(methods, case.column("x", "input"), case.args["conf"])}


def both_limits(methods: dict, *given) -> dict[str, np.ndarray]:
    return {
        f"{name}_{side}": limit for name, method in methods.items() for side, limit in zip(("lower", "upper"), method(*given), strict=True)
    }


def phe_quantile(case: Case) -> Tables:
    values, groups = case.column("value", "input"), case.text("group", "input")
    rank = ranks.rank_in_groups(-values if case.args["invert"] else values, groups)
    return {"expected": {"quantile": ranks.quantile_of_rank(rank, ranks.count_in_groups(values, groups), case.args["nquantiles"])}}


def rank(case: Case) -> Tables:
    x = case.column("x", "input")
    group = np.zeros(len(x))
    found = {ties: ranks.rank_in_groups(x, group, ties) for ties in ranks.TIES}
    found |= {f"{ties}_desc": ranks.rank_in_groups(-x, group, ties) for ties in ("min", "average")}
    return {"expected": found | {"percent_rank": ranks.percent_rank(x, group)}}


def quantile(case: Case) -> Tables:
    x = case.column("x", "input")
    kinds, shares = case.column("type"), case.column("prob")
    return {
        "expected": {
            "value": [quantiles.quantiles(x, np.zeros(len(x)), [p], int(kind))[0, 0] for kind, p in zip(kinds, shares, strict=True)]
        }
    }


def p_adjust(case: Case) -> Tables:
    p = case.column("p", "input")
    return {"expected": {name: multiplicity.adjusted_p(p, np.zeros(len(p)), method) for name, method in ADJUSTMENTS.items()}}


def rounding(case: Case) -> Tables:
    x = case.column("x", "input")
    return {"expected": {f"d{digits}": round_decimals(x, digits) for digits in range(4)}}


def r_mean(case: Case) -> Tables:
    row, column = places(case.text("series", "input"))
    x = case.column("x", "input")
    mean = exact_mean(to_rows(x, row, column))[row]
    return {"expected": {"mean": mean, "sign": np.sign(x - mean)}}


XN = {"x": REPEATED, "n": REPEATED}
METHODS = {
    "phe_proportion": Method(phe_proportion, XN | {"org": REPEATED, "statistic": LABEL, "method": "Wilson, always"}),
    "phe_rate": Method(phe_rate, XN | {"org": REPEATED, "statistic": LABEL}),
    "phe_mean": Method(phe_mean, {"group": REPEATED, "statistic": LABEL, "method": "Student, always"}),
    "phe_dsr": Method(phe_dsr, {"statistic": LABEL, "method": "Dobson, always"}),
    "phe_isratio": Method(phe_isratio, {"statistic": LABEL}),
    "phe_israte": Method(phe_israte, {"statistic": LABEL}),
    "proportion_ci": Method(proportion_ci, XN),
    "poisson_ci": Method(poisson_ci, {"x": REPEATED}),
    "phe_quantile": Method(phe_quantile, {"group": REPEATED, "value": REPEATED}),
    "ranks": Method(rank, {"x": REPEATED}),
    "quantiles": Method(quantile, {"type": REPEATED, "prob": REPEATED}),
    "p_adjust": Method(p_adjust, {"p": REPEATED}),
    "rounding": Method(rounding, {"x": REPEATED}),
    "r_mean": Method(r_mean, {"series": REPEATED}),
}

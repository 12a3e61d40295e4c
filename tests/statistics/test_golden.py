"""The statistics against the results of other people's software."""

from __future__ import annotations

import numpy as np
import pytest

from assets.statistics import funnel, intervals, ranks, spc
from assets.statistics.numerics import _rational, exact_mean
from tests.statistics.golden import Case, assert_close, cases

PTD_RULES = {
    "Above UCL": ("outside", 1),
    "Below LCL": ("outside", -1),
    "7 Point Trend (Increasing)": ("trend", 1),
    "7 Point Trend (Decreasing)": ("trend", -1),
    "2 in 3 Above CL": ("two_in_three", 1),
    "2 in 3 Below CL": ("two_in_three", -1),
    "7 Points Above CL": ("shift", 1),
    "7 Points Below CL": ("shift", -1),
    "Common Cause": None,
}


@pytest.mark.parametrize("case", cases("spc_ptd"))
def test_xmr_equals_making_data_count(case: Case):
    if case.is_error:
        pytest.skip("the package refuses this call; our arguments cannot express it, or we treat the window as not triggering")
    for group in _rebase_groups(case):
        values = np.array([_number(row["value"]) for row in group])
        fixed_after = case.args["fix_after_n_points"]
        baseline = np.arange(len(values)) < (fixed_after or len(values))
        chart = spc.xmr(values, baseline[None], screen=case.args["screen_outliers"])
        first, sign = chart.first_rule()
        for name, column in (("mean", chart.mean), ("lpl", chart.lower), ("upl", chart.upper)):
            assert_close(np.repeat(column, len(group)), [_number(row[name]) for row in group], case.rtol)
        found = [None if r < 0 else (spc.RULES[r], int(s)) for r, s in zip(first[0], sign[0], strict=True)]
        assert found == [PTD_RULES[row["special_cause_type"]] for row in group]


@pytest.mark.parametrize("case", [p for p in cases("spc_ptd") if p.values[0]])
def test_point_types_equal_making_data_count(case: Case):
    better = {"increase": 1, "decrease": -1, "neutral": 0}.get(case.args["improvement_direction"])
    for row in case.tables["expected"]:
        rule = PTD_RULES[row["special_cause_type"]]
        expected = row["point_type"].replace("_", " ")
        assert spc.point_type(rule[1] if rule else 0, better) == expected


def test_a_window_with_a_missing_value_breaks_no_rule():
    case = next(p.values[0] for p in cases("spc_ptd") if p.id == "na_error")
    values = [_number(row["value"]) for row in case.tables["input"]]
    assert np.isnan(values).any()
    gap = int(np.flatnonzero(np.isnan(values))[0])
    chart = spc.xmr(values)
    near = slice(max(gap - 5, 0), gap + 6)
    alone = [k for k in range(*near.indices(len(values))) if not _has_whole_window(values, k)]
    assert not chart.trend[0, alone].any()


def _has_whole_window(values, k: int) -> bool:
    starts = range(max(k - 6, 0), min(k, len(values) - 7) + 1)
    return any(not np.isnan(values[s : s + 7]).any() for s in starts)


def _number(text: str) -> float:
    return np.nan if text in ("", "NaN") else float(text)


def _rebase_groups(case: Case):
    groups: dict = {}
    for row in case.tables["expected"]:
        groups.setdefault((row["series"], row["rebase_group"]), []).append(row)
    return groups.values()


@pytest.mark.parametrize("case", cases("phe_proportion"))
def test_wilson(case: Case):
    x, n = case.column("x", "input"), case.column("n", "input")
    scale = case.args["multiplier"]
    confidence = case.args["confidence"]
    if case.is_error:
        with pytest.raises(ValueError, match="positive denominator"):
            intervals.wilson(x, n)
        return
    for level, columns in _levels(confidence):
        lower, upper = intervals.wilson(x, n, level)
        assert_close(lower * scale, case.column(columns[0]), case.rtol)
        assert_close(upper * scale, case.column(columns[1]), case.rtol)


def _levels(confidence):
    if isinstance(confidence, list):
        return [(0.95, ("lower95_0cl", "upper95_0cl")), (0.998, ("lower99_8cl", "upper99_8cl"))]
    return [(confidence if confidence <= 1 else confidence / 100, ("lowercl", "uppercl"))]


@pytest.mark.parametrize("case", cases("phe_rate"))
def test_rate(case: Case):
    x, n = case.column("x", "input"), case.column("n", "input")
    if case.is_error:
        with pytest.raises(ValueError, match="positive exposure"):
            intervals.rate(x, n)
        return
    for level, columns in _levels(case.args["confidence"]):
        lower, upper = intervals.rate(x, n, level)
        assert_close(lower * case.args["multiplier"], case.column(columns[0]), case.rtol)
        assert_close(upper * case.args["multiplier"], case.column(columns[1]), case.rtol)


@pytest.mark.parametrize("case", cases("phe_mean"))
def test_mean_interval(case: Case):
    for level, columns in _levels(case.args["confidence"]):
        given = [case.column(name) for name in ("value", "stdev", "value_count")]
        lower, upper = intervals.mean_interval(*given, level)
        assert_close(lower, case.column(columns[0]), case.rtol)
        assert_close(upper, case.column(columns[1]), case.rtol)


@pytest.mark.parametrize("case", cases("phe_quantile"))
def test_quartiles(case: Case):
    groups = [row["group"] for row in case.tables["expected"]]
    values = case.column("value")
    rank = ranks.rank_in_groups(-values if case.args["invert"] else values, groups)
    found = ranks.quantile_of_rank(rank, ranks.count_in_groups(values, groups), case.args["nquantiles"])
    assert_close(found, case.column("quantile"), case.rtol)


@pytest.mark.parametrize("case", cases("ranks"))
def test_ranks(case: Case):
    x = case.column("x", "input")
    group = np.zeros(len(x), int)
    assert_close(ranks.rank_in_groups(x, group), case.column("min"), case.rtol)
    assert_close(ranks.rank_in_groups(-x, group), case.column("min_desc"), case.rtol)


@pytest.mark.parametrize("case", cases("funnel_exact_interpolated"))
def test_exact_funnel(case: Case):
    is_proportion = case.args["kind"] == "proportion"
    size = case.column("n" if is_proportion else "e", "input")
    limits = (funnel.proportion_limits if is_proportion else funnel.rate_limits)(size, case.args["theta"])
    for k, name in enumerate(("limit_1", "limit_25", "limit_975", "limit_999")):
        assert_close(limits[:, k], case.column(name), case.rtol)


@pytest.mark.parametrize("case", cases("r_mean")[:1])
def test_the_mean_decides_ties_as_the_reference_does(case: Case):
    series = np.array([row["series"] for row in case.tables["input"]])
    x = case.column("x", "input")
    names = np.unique(series)
    width = max((series == name).sum() for name in names)
    padded = np.full((len(names), width), np.nan)
    for k, name in enumerate(names):
        padded[k, : (series == name).sum()] = x[series == name]
    expected = [case.column("mean")[series == name][0] for name in names]
    assert exact_mean(padded).tolist() == expected
    assert _rational(padded, ~np.isnan(padded)).tolist() == expected

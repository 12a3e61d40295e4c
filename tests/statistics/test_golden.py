"""The statistics against the results of other people's software."""

from __future__ import annotations

import numpy as np
import pytest

from assets.statistics import spc
from tests.statistics.golden import OWN, REAL, Case, assert_close, cases, check, methods

METHODS = methods()


@pytest.mark.parametrize(
    ("method", "case"), [pytest.param(name, *p.values, id=f"{name}-{p.id}", marks=p.marks) for name in METHODS for p in cases(name)]
)
def test_equals_other_software(method: str, case: Case, record_property):
    record_property("golden_case", method)
    check(METHODS[method], case)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_cases(method: str):
    if not REAL.is_dir() and not (OWN / method).is_dir():
        pytest.skip("the folder shared/golden/real is absent")
    assert any(p.values[0] for p in cases(method)), "no case is found: the test above would have compared nothing"


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

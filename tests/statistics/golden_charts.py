"""How the product computes the golden methods of control charts."""

from __future__ import annotations

import numpy as np

from assets.statistics import making_data_count as mdc
from assets.statistics.phases import Phases
from assets.statistics.series import Order, in_order_of_time
from tests.statistics.golden import Case, Method

BETTER = {"increase": 1, "decrease": -1, "neutral": 0}
RULES = {
    (-1, 0): "Common Cause", (0, 1): "Above UCL", (0, -1): "Below LCL", (1, 1): "7 Point Trend (Increasing)",
    (1, -1): "7 Point Trend (Decreasing)", (2, 1): "2 in 3 Above CL", (2, -1): "2 in 3 Below CL", (3, 1): "7 Points Above CL",
    (3, -1): "7 Points Below CL",
}  # fmt: skip
ASSURANCE_FILES = {"none": "", "consistent fail": "fail.svg", "consistent pass": "pass.svg", "inconsistent": "inconsistent.svg"}


def spc_ptd(case: Case):
    series, dates, values = case.text("series", "input"), case.text("date", "input").astype("datetime64[D]"), case.column("value", "input")
    order = in_order_of_time(series if case.args["facet"] else np.full(len(series), "no facet"), dates)
    reading = mdc.read(
        order.matrix(values), BETTER.get(case.args["improvement_direction"], 9), _targets(case, order), inside=order.inside(),
        phase=order.phase_labels(_starts(case)), fix_after=case.args["fix_after_n_points"], screen=case.args["screen_outliers"],
    )  # fmt: skip
    return {"expected": _points(case, order, values, reading), "expected_summary": _summary(case, order, reading)}


def _starts(case: Case):
    given = case.args["rebase"]
    if isinstance(given, dict):
        return {name: np.atleast_1d(dates) for name, dates in given.items()}
    return [] if given is None else np.atleast_1d(given)


def _targets(case: Case, order: Order):
    given = case.args["target"]
    if isinstance(given, dict):
        if unknown := set(given) - set(order.names):
            raise ValueError(f"a target is given for series that do not exist: {unknown}")
        return [np.nan if given.get(name) is None else given[name] for name in order.names]
    return np.nan if given is None else given


def _points(case: Case, order: Order, values, reading: mdc.Reading):
    """The file's rows are found by series and date."""
    places = {key: k for k, key in enumerate(zip(order.names[order.row], order.times.astype(str), strict=True))}
    sort = np.array([places[key] for key in zip(case.text("series"), case.text("date"), strict=True)], int)
    at = order.row[sort], order.column[sort]
    split, chart, y = reading.phases, reading.chart, values[sort]
    outside, close, side = (split.scatter(found)[at].astype(float) for found in (chart.outside != 0, chart.close != 0, chart.side))
    compared = ~np.isnan(y + reading.lower[at])
    fixed = split.place[at] < (case.args["fix_after_n_points"] or np.inf)
    kind = [mdc.POINT_TYPES[found].replace(" ", "_") for found in reading.point_type[at]]
    return {
        "series": order.names[order.row[sort]], "date": order.times[sort].astype(str), "value": y,
        "rebase_group": order.phase_labels(_starts(case))[at], "short_group_warning": split.spread(reading.is_short)[at],
        "fix_y": np.where(fixed, y, np.nan), "mean": reading.mean[at], "lpl": reading.lower[at], "upl": reading.upper[at],
        "relative_to_mean": np.where(np.isnan(y), np.nan, side), "outside_limits": np.where(compared, outside, np.nan),
        "close_to_limits": np.where(compared, close, np.nan), "point_type": np.array(kind),
        "special_cause_type": np.array([RULES[int(rule), int(sign)] for rule, sign in zip(reading.rule[at], reading.sign[at], strict=True)]),
        "special_cause_flag": reading.rule[at] >= 0, "target": np.broadcast_to(_targets(case, order), len(order.names))[order.row[sort]],
    }  # fmt: skip


def _summary(case: Case, order: Order, reading: mdc.Reading):
    """One row for each phase, found by series and number; icons are told of the last phase of a series."""
    split, chart = reading.phases, reading.chart
    is_last = split.last()[split.series] == np.arange(len(split.series))
    icon = np.array(mdc.VARIATION_ICONS)[reading.variation][split.series]
    assurance = np.array(mdc.ASSURANCE_ICONS)[_assurance_of_the_package(case, order, reading)][split.series]
    better = BETTER[case.args["improvement_direction"]]
    kinds = split.gather(reading.point_type)
    count = [((kinds == kind) & split.inside).sum(axis=1) for kind in range(3)]
    flagged = ((kinds != 0) & split.inside).sum(axis=1)
    columns = {
        "series": order.names[split.series], "rebase_group": _group_numbers(order, case, split), "mean": chart.mean, "lpl": chart.lower,
        "upl": chart.upper, "n": split.inside.sum(axis=1), "common_cause": split.inside.sum(axis=1) - flagged,
        "special_cause_improvement": count[1], "special_cause_concern": count[2],
        "variation_type": np.array([mdc.POINT_TYPES[k].replace(" ", "_") for k in mdc.point_types(reading.last_sign, better)]),
        "variation_icon": np.where(is_last, np.char.add(np.char.replace(icon, " ", "_"), ".svg"), ""),
        "assurance_type": np.where(is_last & (assurance != "none"), np.char.replace(assurance, " ", "_"), ""),
        "assurance_icon": np.where(is_last, [ASSURANCE_FILES[name] for name in assurance], ""),
    }  # fmt: skip
    keys = list(zip(columns["series"], columns["rebase_group"], strict=True))
    wanted = zip(case.text("series", "expected_summary"), case.column("rebase_group", "expected_summary"), strict=True)
    rows = [keys.index(key) for key in wanted]
    assert case.is_error or sorted(rows) == list(range(len(keys)))
    return {name: column[rows] for name, column in columns.items()}


def _group_numbers(order: Order, case: Case, split: Phases):
    return split.gather(order.phase_labels(_starts(case)))[:, 0]


def _assurance_of_the_package(case: Case, order: Order, reading: mdc.Reading):
    """The package also draws "inconsistent" where a target was named for other series, and where there are no limits."""
    without = case.args["target"] is None or case.args["improvement_direction"] == "neutral"
    last = reading.phases.last()
    unknown = np.isnan(np.asarray(_targets(case, order)) + reading.chart.lower[last] + reading.chart.upper[last])
    assert (reading.assurance[unknown] == 0).all()
    return reading.assurance if without else np.where(unknown, mdc.ASSURANCE_ICONS.index("inconsistent"), reading.assurance)


METHODS = {
    "spc_ptd": Method(spc_ptd, not_copied={"missing value where TRUE/FALSE needed": "a gap in a window is no trend, and no crash"}),
}

"""How the product computes the golden methods of qicharts2: run charts and Shewhart's charts."""

from __future__ import annotations

import numpy as np

from assets.statistics import runs
from assets.statistics.control_charts import KINDS, ControlChart, control_chart
from assets.statistics.subgroups import Subgroups, subgroups
from tests.statistics.golden import Case, Method

LINES = {"y": "value", "cl": "centre", "lcl": "lower", "lcl_95": "near_lower", "ucl_95": "near_upper", "ucl": "upper"}
DEFAULTS = {"multiply": 1, "freeze": None, "part": None, "exclude": None, "agg.fun": "mean", "y.neg": True, "screenedmr": False}
RUNS = {
    "n_obs": "observed", "n_useful": "useful", "longest_run": "longest", "longest_run_max": "longest_max", "n_crossings": "crossings",
    "n_crossings_min": "crossings_min", "runs_signal": "signal",
}  # fmt: skip


def qic(case: Case):
    """One chart with a series for each facet; the file's rows are found by facet and number."""
    args = DEFAULTS | {name: value for name, value in case.args.items() if value is not None}
    x, is_unordered = _x(case)
    given = case.column("n", "input") if case.has("n") else None
    made = subgroups(_facets(case, "input"), x, case.column("y", "input"), given, args["agg.fun"])
    number = np.broadcast_to(np.arange(1, made.points.value.shape[1] + 1), made.points.value.shape)
    baseline = number <= (np.inf if args["freeze"] is None or args["part"] is not None else args["freeze"])
    chart = control_chart(
        args["chart"], made.points, centre=_of_first_row(case, made, x, "cl") if case.has("cl") else None, baseline=baseline,
        excluded=np.isin(number, np.atleast_1d(args["exclude"] or [])), phase=_parts(args["part"], case, made, x), multiply=args["multiply"],
        screen=args["screenedmr"], is_unordered=is_unordered, not_negative=not args["y.neg"],
    )  # fmt: skip
    return {"expected": _rows(case, made, chart, baseline)}


def _x(case: Case):
    """Numbers or dates; anything else is a category."""
    texts = case.text("x", "input") if case.has("x") else np.arange(1, len(case.tables["input"]) + 1).astype(str)
    for kind in ("float", "datetime64[s]"):
        try:
            return np.where(texts == "", "nan" if kind == "float" else "NaT", texts).astype(str).astype(kind), False
        except ValueError:
            continue
    return np.where(texts == "", None, texts), True


def _facets(case: Case, table: str):
    columns = [case.text(name, table) if case.has(name, table) else ["1"] * len(case.tables[table]) for name in ("facet1", "facet2")]
    return np.array(["|".join(pair) for pair in zip(*columns, strict=True)])


def _of_first_row(case: Case, made: Subgroups, x, column: str, missing: object = np.nan):
    """A column of the input at the points (S, N): that of the first row of each subgroup."""
    values = case.column(column, "input") if missing is not None else case.text(column, "input")
    first: dict = {}
    for key, value in zip(zip(_facets(case, "input"), x.tolist(), strict=True), values, strict=True):
        first.setdefault(key, value)
    out = np.full(made.points.value.shape, missing, values.dtype)
    out[made.row, made.column] = [first[key] for key in zip(made.series, made.x.tolist(), strict=True)]
    return out


def _parts(given, case: Case, made: Subgroups, x):
    """Number of the phase: row numbers after which one starts, or labels, a phase starting where a label first appears."""
    shape = made.points.value.shape
    if given is None:
        return None
    if given == "column":
        labels = _of_first_row(case, made, x, "part", None)
        return np.array([[len(dict.fromkeys(row[: k + 1])) for k in range(shape[1])] for row in labels.tolist()])
    return np.broadcast_to(np.searchsorted(np.unique(given), np.arange(1, shape[1] + 1)), shape)


def _rows(case: Case, made: Subgroups, chart: ControlChart, baseline):
    names = np.unique(made.series).tolist()
    row = np.array([names.index(name) for name in _facets(case, "expected")])
    at = row, case.column("xx").astype(int) - 1
    points = made.points
    size = points.count if case.args["chart"] == "ip" and not case.has("n") else points.size
    x = np.empty(points.value.shape, made.x.dtype)
    x[made.row, made.column] = made.x
    facets = np.array([name.split("|") for name in names])[row]
    return {
        "facet1": facets[:, 0], "facet2": facets[:, 1], "part": chart.phases.spread(chart.phases.number)[at] + 1, "xx": at[1] + 1,
        "x": x[at].astype("datetime64[D]").astype(str) if x.dtype.kind == "M" else x[at], "y_sum": points.total[at],
        "y_length": points.count[at], "n": size[at], "baseline": baseline[at], "include": chart.included[at],
        "sigma_signal": chart.outside[at] != 0, **{name: getattr(chart, field)[at] for name, field in LINES.items()},
        **{name: chart.phases.spread(getattr(chart.runs, field))[at] for name, field in RUNS.items()},
    }  # fmt: skip


def anhoej_limits(case: Case):
    longest, crossings = runs.anhoej_limits(case.column("n", "input"))
    counted = (case.column(name, "expected_signal") for name in ("n", "crossings", "longest"))
    return {
        "expected": {"longest_run_max": longest, "n_crossings_min": crossings},
        "expected_signal": {"signal": runs.anhoej_signal(*counted)},
    }


METHODS = {f"qic_{kind}": Method(qic) for kind in KINDS} | {
    "anhoej_limits": Method(anhoej_limits, dict.fromkeys(("n", "crossings", "longest"), "an input repeated")),
}

"""How the product computes the golden methods that look for the effect of an improvement."""

from __future__ import annotations

import numpy as np

from assets.statistics.before_after import Comparison, compare_means, compare_proportions, compare_rates
from assets.statistics.change_points import change_points
from assets.statistics.segmented import TERMS, segmented
from tests.statistics.golden import Case, Method, Tables

R_TERMS = ("(Intercept)", "t", "post", "since")


def _segmented(case: Case) -> Tables:
    y = case.column("y", "input")
    n = case.column("n", "input") if case.has("n") else None
    a = case.args
    found = segmented(y, a["change_after"], n, a["family"], a["lag"])
    names = ("estimate", "se", "statistic", "p_value", "lower", "upper", "se_newey_west")
    columns = dict(zip(("estimate", "se", "statistic", "p_value", "lower95", "upper95", "se_nw"), names, strict=True))
    terms = dict(zip(R_TERMS, range(len(TERMS)), strict=True))
    rows = [terms[term] for term in case.text("term")]
    scalars = {"dispersion": found.dispersion, "df_residual": found.degrees, "deviance": found.deviance, "aic": found.aic}
    return {
        "expected": {"term": case.text("term"), **{name: getattr(found, own)[0, rows] for name, own in columns.items()}},
        "expected_fit": {"fitted": found.fitted[0, ~np.isnan(found.fitted[0])] if _drops_gaps(case) else found.fitted[0]},
        "expected_scalars": scalars,
    }


def _drops_gaps(case: Case) -> bool:
    """R leaves points without a value out of its list of fitted values."""
    return len(case.tables["expected_fit"]) < len(case.tables["input"])


def _compare(case: Case) -> Tables:
    phase, kind = case.column("phase", "input"), case.args["kind"]
    if kind == "mean":
        found = compare_means(*(case.column("x", "input")[phase == k] for k in (1, 2)), undetermined="raise")
    else:
        given = [case.column(name, "input")[phase == k].sum() for k in (1, 2) for name in ("y", "n")]
        found = compare_proportions(*given, case.args["correct"]) if kind == "proportion" else compare_rates(*given, undetermined="raise")
    return {"expected": {name: np.atleast_1d(values) for name, values in _as_r_gives_it(found, kind).items()}}


def _as_r_gives_it(found: Comparison, kind: str) -> dict:
    """R's estimate of two rates is their ratio alone."""
    estimates = (
        {"estimate1": found.effect, "estimate2": np.nan} if kind == "rate" else {"estimate1": found.before, "estimate2": found.after}
    )
    test = {"statistic": found.statistic, "df": found.degrees, "p_value": found.p_value}
    return {**estimates, "lower": found.lower, "upper": found.upper, **test}


def _change_points(case: Case) -> Tables:
    found = change_points(case.column("y", "input"), case.args["h"], case.args.get("max_breaks"))
    positions = [";".join(str(k) for k in after[:m]) for m, after in enumerate(found.after[0])]
    numbers = np.arange(found.squares.shape[1])
    columns = {"breaks": numbers, "rss": found.squares[0], "bic": found.bic[0], "chosen": numbers == found.chosen[0]}
    return {"expected": {**columns, "positions": np.array(positions, object)}}


METHODS = {
    "its_segmented": Method(_segmented),
    "before_after_tests": Method(_compare),
    "change_points": Method(_change_points),
}

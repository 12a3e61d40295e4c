"""How the product computes the golden methods that look for the effect of an improvement."""

from __future__ import annotations

import numpy as np

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


METHODS = {"its_segmented": Method(_segmented)}

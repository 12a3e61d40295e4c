"""How the product computes the golden methods of intervals, rates, quantiles, ranks and funnels."""

from __future__ import annotations

import numpy as np

from assets.statistics.numerics import exact_mean, places, to_rows
from tests.statistics.golden import Case, Method


def r_mean(case: Case):
    row, column = places(case.text("series", "input"))
    x = case.column("x", "input")
    mean = exact_mean(to_rows(x, row, column))[row]
    return {"expected": {"mean": mean, "sign": np.sign(x - mean)}}


METHODS = {"r_mean": Method(r_mean, {"series": "an input repeated"})}

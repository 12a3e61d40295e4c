"""Sums, means and medians of rows, with and without extended precision."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.statistics import numerics

NUMBERS = st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(math.nan)), min_size=1, max_size=12)


@pytest.fixture(params=[True, False], ids=["extended", "double"])
def precision(request, monkeypatch):
    monkeypatch.setattr(numerics, "_HAS_EXTENDED", request.param and numerics._HAS_EXTENDED)


def test_sums_and_means_are_the_same_on_a_machine_without_extended_precision(precision):
    values = np.array([[0.1, 0.2, 0.3, np.nan], [1e16, 1.0, -1e16, np.nan], [np.nan] * 4, [np.inf, 1.0, np.nan, 2.0]])
    assert numerics.exact_sum(values).tolist() == [0.6, 1.0, 0.0, np.inf]
    mean = numerics.exact_mean(values)
    assert mean[0] == statistics.mean([0.1, 0.2, 0.3]) and np.isnan(mean[2]) and mean[3] == np.inf


@given(NUMBERS)
def test_the_median_of_a_row_is_that_of_its_known_values(values):
    known = [value for value in values if not math.isnan(value)]
    found = numerics.median_of_rows(np.array([values]))[0]
    assert math.isnan(found) if not known else found == pytest.approx(statistics.median(known))


def test_rows_without_columns_have_no_median():
    assert np.isnan(numerics.median_of_rows(np.zeros((2, 0)))).all()

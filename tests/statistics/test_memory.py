"""Charts and models of many series and patients take memory in proportion to the data. How fast they are is measured in ``bench/statistics.py``."""

from __future__ import annotations

import pytest

from bench.statistical_work import POINTS, case_mix, laney, segmented_regression, xmr
from bench.statistics import peak_bytes


@pytest.mark.parametrize("kind", [xmr, laney])
def test_memory_of_charts_is_in_proportion_to_the_data(kind):
    small, large = peak_bytes(kind(1_000)), peak_bytes(kind(4_000))
    assert large <= 4.4 * small
    assert large <= 25 * 8 * 4_000 * POINTS  # twenty-five numbers a point


@pytest.mark.parametrize("make", [case_mix, segmented_regression])
def test_memory_of_models_is_in_proportion_to_the_data(make):
    small, large = peak_bytes(make(5_000)), peak_bytes(make(20_000))
    assert large <= 4.4 * small

"""Models of many patients and series take memory in proportion to the data. How fast they are is measured in ``bench/statistics.py``."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from bench.statistical_work import case_mix, segmented_regression


@pytest.mark.parametrize("make", [case_mix, segmented_regression])
def test_memory_is_in_proportion_to_the_data(make):
    small, large = peak_bytes(make(5_000)), peak_bytes(make(20_000))
    assert large <= 4.4 * small


def peak_bytes(work: Callable[[], object]) -> int:
    tracemalloc.start()
    work()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found

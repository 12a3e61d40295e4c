"""Charts of many series take memory in proportion to the data. How fast they are is measured in ``bench/statistics.py``."""

from __future__ import annotations

import tracemalloc

import pytest

from bench.statistical_work import POINTS, laney, xmr


@pytest.mark.parametrize("kind", [xmr, laney])
def test_memory_is_in_proportion_to_the_data(kind):
    small, large = peak_bytes(kind(1_000)), peak_bytes(kind(4_000))
    assert large <= 4.4 * small
    assert large <= 25 * 8 * 4_000 * POINTS  # twenty-five numbers a point


def peak_bytes(work) -> int:
    tracemalloc.start()
    work()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found

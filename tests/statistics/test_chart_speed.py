"""Charts of a whole network take no longer than a person notices: 10,000 series of 36 points, in processor time."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest

from assets.statistics import making_data_count as mdc
from assets.statistics.control_charts import control_chart
from assets.statistics.subgroups import single

pytestmark = pytest.mark.slow
SERIES, POINTS, BUDGET_SECONDS = 10_000, 36, 0.3


def xmr(series: int):
    values = np.random.default_rng(1).normal(size=(series, POINTS))
    return lambda: mdc.read(values, better=1, target=0.5)


def laney(series: int):
    rng = np.random.default_rng(1)
    cases = rng.integers(20, 400, (series, POINTS)).astype(float)
    events = rng.binomial(cases.astype(int), 0.3).astype(float)
    return lambda: control_chart("pp", single(events, cases))


def processor_seconds(work) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def peak_bytes(work) -> int:
    tracemalloc.start()
    work()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


@pytest.mark.parametrize("kind", [xmr, laney])
def test_ten_thousand_series_are_charted_within_the_budget(kind, record_property):
    work = kind(SERIES)
    seconds = min(processor_seconds(work) for _ in range(5))
    record_property("processor_seconds", round(seconds, 3))
    assert seconds <= BUDGET_SECONDS


@pytest.mark.parametrize("kind", [xmr, laney])
def test_memory_is_in_proportion_to_the_data(kind):
    small, large = peak_bytes(kind(1_000)), peak_bytes(kind(4_000))
    assert large <= 4.4 * small
    assert large <= 25 * 8 * 4_000 * POINTS  # twenty-five numbers a point

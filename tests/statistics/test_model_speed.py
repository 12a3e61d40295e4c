"""Models, CUSUM charts and their limits in processor time, against what the R packages need for the same on a like machine."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from assets.statistics import casemix, cusum
from assets.statistics.before_after import compare_rates
from assets.statistics.casemix_terms import Factor, Number
from assets.statistics.change_points import change_points
from assets.statistics.false_alarms import simulated_limit
from assets.statistics.run_lengths import risk_adjusted_limit, risk_adjusted_run_length
from assets.statistics.segmented import segmented

pytestmark = pytest.mark.slow
MIX = np.full(20, 0.05), np.linspace(0.01, 0.4, 20)


def patients(count: int) -> Callable[[], object]:
    """Six variables, eleven coefficients, 150 providers, every fiftieth answer missing."""
    random = np.random.default_rng(1)
    columns = {
        "age": random.normal(82, 8, count), "sex": random.choice(["F", "M"], count), "asa": random.integers(1, 5, count).astype(float),
        "walks": random.choice(["well", "with an aid", "not"], count), "source": random.choice(["home", "care home"], count),
        "fracture": random.choice(["a", "b", "c"], count),
    }  # fmt: skip
    columns["asa"][::50] = np.nan
    y = (random.random(count) < 1 / (1 + np.exp(9 - 0.08 * columns["age"]))).astype(float)
    provider = random.integers(0, 150, count)
    factors = [Factor.of(name, values[values == values]) for name, values in columns.items() if name != "age"]

    def work():
        model = casemix.fit(y, columns, (Number("age"), *factors))
        return casemix.standardise(y, model.fitted, provider)

    return work


def series(count: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(2)
    n = random.integers(50, 200, (count, 36)).astype(float)
    return random.binomial(n.astype(int), 0.1).astype(float), n


def risk_adjusted() -> object:
    random = np.random.default_rng(3)
    p = random.random((100, 2000)) * 0.2
    return cusum.risk_adjusted((random.random(p.shape) < p).astype(float), p, 4.5)


WORK = {  # processor seconds of R for the same, from the reference, and ours
    "casemix, 200,000 patients: glm": (1.5, patients(200_000)),
    "risk-adjusted CUSUM, 100 providers x 2,000 patients: cusum::racusum": (0.15, risk_adjusted),
    "monthly CUSUM, 1,000 series: surveillance::categoricalCUSUM": (2.2, lambda: cusum.monthly_binomial(*series(1000), 0.1, 0.18, 4)),
    "segmented, 1,000 series: lm and NeweyWest": (1.4, lambda: segmented(series(1000)[0], 18, lag=2)),
    "one threshold, 20 risks, scaling 300: vlad::racusum_crit_mc": (0.8, lambda: risk_adjusted_limit(5000, *MIX, scaling=300)),
    "a simulated limit, 1,000 x 2,000: cusum::racusum_limit_sim": (1.1, lambda: simulated_limit(np.tile(MIX[1], 100), 2, 0.05, 1000, 1)),
}


@pytest.mark.parametrize("name", WORK)
def test_it_is_not_slower_than_r(name, record_property):
    seconds_of_r, work = WORK[name]
    seconds = min(processor_seconds(work) for _ in range(5))
    record_property("processor_seconds", round(seconds, 3))
    record_property("times_as_fast_as_r", round(seconds_of_r / seconds, 1))
    assert seconds <= seconds_of_r


def test_one_run_length_takes_less_than_a_second():
    assert min(processor_seconds(lambda: risk_adjusted_run_length(4.5, *MIX, scaling=600)) for _ in range(3)) < 1


def test_thousands_of_comparisons_and_of_searches_for_change_take_seconds():
    y, n = series(5000)
    assert processor_seconds(lambda: compare_rates(y[:, 0], n[:, 0], y[:, 1], n[:, 1])) < 2
    assert processor_seconds(lambda: change_points(y / n, 6, 3)) < 6


@pytest.mark.parametrize("make", [patients, lambda count: lambda: segmented(series(count)[0], 18)])
def test_memory_is_in_proportion_to_the_data(make):
    small, large = peak_bytes(make(5_000)), peak_bytes(make(20_000))
    assert large <= 4.4 * small


def processor_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def peak_bytes(work: Callable[[], object]) -> int:
    tracemalloc.start()
    work()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found

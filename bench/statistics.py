"""Statistics over thousands of series at once, in processor time, beside what R needs for the same.

Where R is on the path (``Rscript``) what needs only R itself is measured in the same run; for the packages the figures are those measured on a
virtual machine with two cores of the same kind (R 4.5.0, one thread): NHSRplotthedots 0.2.2, qicharts2 0.8.1, FunnelPlotR 0.6.0,
PHEindicatormethods 2.1.1, cusum 0.4.1, vlad 0.2.2, surveillance 1.24.1.
"""

from __future__ import annotations

import shutil
import subprocess
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import statistical_work as work
from bench.report import Figure, Measured

TITLE = "Statistics, beside R"
REPEATS = 5
R_SCRIPT = Path(__file__).with_name("statistics.R")
Work = Callable[[], object]


@dataclass(frozen=True)
class Task:
    """``make(size)`` gives the work of that size; ``r_seconds`` is what R needs for it; ``aim`` the most seconds we may need, ``faster`` the
    least by how many times we are to be as fast.
    """

    what: str
    size: int
    make: Callable[[int], Work]
    r_function: str
    r_seconds: float
    aim: float | None = None
    faster: float | None = None


TASKS = (
    Task("XmR, all rules and icons, 10,000 series of 36", 10_000, work.xmr, "NHSRplotthedots::ptd_spc", 27, 0.3),
    Task("P' (Laney), 10,000 series of 36", 10_000, work.laney, "qicharts2::qic, in a loop", 290, 0.3),
    Task(
        "funnels, exact and with over-dispersion, 40 measures x 150 providers",
        40,
        work.dispersed_funnels,
        "FunnelPlotR::funnel_plot, numbers alone",
        0.17,
        0.05,
    ),
    Task("ratio limits, 5 measures, 100 points", 5, work.ratio_lines, "PHEindicatormethods::calculate_funnel_limits", 5, faster=100),
    Task("case-mix, 200,000 patients, 150 providers", 200_000, work.case_mix, "glm", 1.5, faster=1),
    Task("risk-adjusted CUSUM, 100 providers x 2,000 patients", 100, work.risk_adjusted_cusum, "cusum::racusum", 0.15),
    Task("monthly CUSUM, 1,000 series of 36", 1_000, work.monthly_cusum, "surveillance::categoricalCUSUM", 2.2),
    Task("segmented regression with Newey-West, 1,000 series of 36", 1_000, work.segmented_regression, "lm and NeweyWest", 1.4),
    Task("one CUSUM threshold, 20 risks, scaling 300", 300, work.threshold, "vlad::racusum_crit_mc", 0.8),
)


def run() -> Measured:
    here = measured_by_r()
    figures = [figure for task in TASKS for figure in _measured(task, here)]
    figures += [Figure(f"- memory of four times the series, times as much: {task.what}", _growth(task), "x", 4.4) for task in TASKS[:2]]
    source = (
        f"Measured here by R: {', '.join(sorted(here))}."
        if here
        else "There is no R on this machine: all its figures are the published ones of bench/statistics.py."
    )
    return Measured("statistics", TITLE, tuple(figures), notes=(f"Processor time, the best of {REPEATS}. {source}",))


def _measured(task: Task, here: dict[str, float]) -> tuple[Figure, ...]:
    job = task.make(task.size)
    ours, theirs = min(_seconds(job) for _ in range(REPEATS)), here.get(task.r_function, task.r_seconds)
    return (
        Figure(task.what, ours, "s", task.aim),
        Figure(f"- R: {task.r_function}", theirs, "s"),
        Figure("- as many times as fast", theirs / ours, "x", task.faster, at_least=True),
    )


def _seconds(job: Work) -> float:
    begun = time.process_time()
    job()
    return time.process_time() - begun


def _growth(task: Task) -> float:
    small, large = (peak_bytes(task.make(count)) for count in (1_000, 4_000))
    return large / small


def peak_bytes(job: Work) -> int:
    """Most memory that the work held at once."""
    tracemalloc.start()
    job()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def measured_by_r() -> dict[str, float]:
    """Seconds of processor time by R function, for what R can do here; nothing where there is no R or no package for it."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return {}
    said = subprocess.run([rscript, "--vanilla", str(R_SCRIPT)], capture_output=True, text=True, check=True, timeout=600).stdout
    return {name: float(seconds) for name, seconds in (line.split("\t") for line in said.splitlines())}

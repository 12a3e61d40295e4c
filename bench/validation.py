"""Validation alone: the suite of hip fracture over typed rows with one bad value in a hundred rows, findings row by row."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime

from assets.reading import Manifest, conform, read_file
from assets.simulate import csv_bytes, plant
from assets.simulate.history import with_headers
from bench import house
from bench.report import Figure, Measured
from quality_checks.validate import validate

TITLE = "Validation alone"
DEFECTS = {"unknown_code": 0.0025, "impossible_date": 0.0025, "surgery_before_presentation": 0.0025, "wrong_check_digit": 0.0025}


def run(count: int = 100_000, repeats: int = 5) -> Measured:
    large, small = _conformed(count), _conformed(300)
    validate(small, small_dataset := house.pathway().case_dataset, small_dataset.rule_version, datetime.now(UTC))
    of_large, cpu, verdict = _timed(large, repeats)
    of_small, *_ = _timed(small, repeats * 2)
    fields = len(small_dataset.fields)
    rules = sum(len(family.rules) for family in verdict.families)
    return Measured("validation", TITLE, (
        Figure(f"{count:,} rows of {fields} columns, median of {repeats}", of_large, "s", 1.5),
        Figure("processor time of one", cpu, "s"),
        Figure(f"300 rows, median of {repeats * 2}", of_small, "s"),
        Figure("findings with their rows", len(verdict.findings), "findings"),
        Figure("rules judged", rules, "rules"),
    ), notes=("One row in a hundred has a planted defect; the other findings are warnings that made-up records earn as real ones do.",))  # fmt: skip


def _conformed(count: int):
    history = house.rows(count)
    known = history.known(range_of(history), as_of=house.today())
    texts, _ = plant(known, house.pathway(), DEFECTS, seed=house.SEED)
    data = csv_bytes(with_headers(texts, history.dataset))
    return conform(read_file(data, ".csv", house.registry(), dataset=None, sender_code=house.OFFICE, manifest=Manifest()))


def range_of(history):
    import numpy as np

    return np.arange(len(history))


def _timed(conformed, repeats: int):
    dataset, now = house.pathway().case_dataset, datetime.now(UTC)
    walls, cpus = [], []
    for _ in range(repeats):
        begun, cpu = time.perf_counter(), time.process_time()
        verdict = validate(conformed, dataset, dataset.rule_version, now)
        walls.append(time.perf_counter() - begun)
        cpus.append(time.process_time() - cpu)
    return statistics.median(walls), min(cpus), verdict

"""Acute stroke, the widest dataset: 344 columns, cases of several teams. The latency, the validation and the refresh of the other benches."""

from __future__ import annotations

import os
import statistics
import time
from datetime import UTC, datetime

from assets.reading import Manifest, conform, read_file
from bench import house, latency
from bench.chosen import STROKES as PATHWAY
from bench.report import Figure, Measured
from quality_checks.validate import validate

TITLE = "Acute stroke: 344 columns, cases of several teams"
QUARTER_CASES = 21_000
QUARTER_YEARS = 0.25


def run(drops: int = latency.DROPS, wide: int = 100_000, repeats: int = 3) -> Measured:
    return Measured(PATHWAY, TITLE, (*_validation(wide, repeats), *_national_quarter(), *_latency(drops)), notes=(
        "The drop is measured as in `latency`, validation as in `validation` (without planted defects). The national quarter is one file of the network's office, "
        "refreshed at once: results of every team, provider, region and the network, patient-centred ones included.",
    ))  # fmt: skip


def _latency(drops: int) -> tuple[Figure, ...]:
    whole = [each["readable"] for each in latency.dropped(PATHWAY, drops)]
    return (
        Figure(f"drop of {latency.ROWS} rows to readable results, median of {drops}", statistics.median(whole), "s", 5.0),
        Figure("the slowest of them", max(whole), "s"),
    )  # fmt: skip


def _validation(wide: int, repeats: int) -> tuple[Figure, ...]:
    small, large = _conformed(latency.ROWS), _conformed(wide)
    _validated(small)
    of_small, of_large = (statistics.median(_validated(one) for _ in range(repeats)) for one in (small, large))
    return (
        Figure(f"validation of {latency.ROWS} rows of 344 columns, median of {repeats}", of_small, "s", 1.5),
        Figure(f"validation of {wide:,} rows of 344 columns, median of {repeats}", of_large, "s"),
    )  # fmt: skip


def _conformed(count: int):
    drawn = house.rows(count, name=PATHWAY)
    data = house.content(drawn, drawn.own(house.sites(name=PATHWAY))[:count])
    return conform(read_file(data, ".csv", house.registry(), dataset=None, sender_code=house.OFFICE, manifest=Manifest()))


def _validated(conformed) -> float:
    dataset = house.pathway(PATHWAY).case_dataset
    begun = time.perf_counter()
    validate(conformed, dataset, dataset.rule_version, datetime.now(UTC))
    return time.perf_counter() - begun


def _national_quarter() -> tuple[Figure, ...]:
    drawn = house.rows(QUARTER_CASES, years=QUARTER_YEARS, name=PATHWAY)
    with house.house() as place:
        place.drop(house.OFFICE, house.content(drawn), "quarter.csv")
        begun = time.perf_counter()
        [outcome] = house.take_all(place)
        taken = time.perf_counter()
        cpu, server = sum(os.times()[:2]), place.server_cpu()
        house.refresh_all(place)
        refreshed = time.perf_counter()
        cases = place.scalar("select count(*) from pathway.pathway_case")
        return (
            Figure("a national quarter: strokes", cases, "cases"), Figure("- records of teams taken", outcome.counts.accepted, "records"),
            Figure("- claim to receipt", taken - begun, "s"), Figure("- refresh", refreshed - taken, "s"),
            Figure("- refresh, our processor time", sum(os.times()[:2]) - cpu, "s"), Figure("- refresh, the server's", place.server_cpu() - server, "s"),
            Figure("- results", place.scalar("select count(*) from measurement.measure_result"), "results"),
        )  # fmt: skip

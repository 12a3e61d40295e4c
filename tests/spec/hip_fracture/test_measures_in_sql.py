"""Each measure of hip fracture gives the same answers in Postgres as its table says."""

from __future__ import annotations

import pandas as pd

from schemas.registry import load_registry
from tests.spec.evaluation import measure_outcomes, typed_frame
from tests.spec.evaluation_in_sql import counted_in_sql, load_cases
from tests.spec.hip_fracture import SPECIFICATION
from warehouse.case_source import case_source
from warehouse.compile_sql import compile_sql

PATHWAY = load_registry().pathway(SPECIFICATION.pathway)
MEASURES = {measure.name: measure for measure in PATHWAY.measures}


def _rounded(counted: tuple) -> tuple:
    counts, achieves, value = counted
    return (counts, achieves, None if value is None else round(value, 9))


def test_every_case_of_every_measure(database):
    frames = [typed_frame(spec.rows, SPECIFICATION.patient, PATHWAY.case_dataset) for spec in SPECIFICATION.measures]
    strange = []
    with database.connect() as connection:
        table = load_cases(connection, PATHWAY.case_dataset, pd.concat(frames, ignore_index=True))
        first = 0
        for spec, frame in zip(SPECIFICATION.measures, frames, strict=True):
            wanted = [_rounded(outcome.counted()) for outcome in measure_outcomes(MEASURES[spec.subject], frame)]
            found = counted_in_sql(connection, MEASURES[spec.subject], table, range(first, first + len(frame)))
            pairs = zip(spec.rows, wanted, found, strict=True)
            strange += [f"{spec.subject}: {row.about}: masks {w}, Postgres {f}" for row, w, f in pairs if w != f]
            first += len(frame)
    assert not strange


def test_the_warehouse_offers_all_that_the_measures_name():
    _, columns = case_source(PATHWAY)
    for measure in PATHWAY.measures:
        for part in (measure.cohort, measure.numerator, measure.value, *(e.condition for e in measure.exclusions)):
            assert part is None or compile_sql(part, columns) is not None
        assert measure.index_date in columns

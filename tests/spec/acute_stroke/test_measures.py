"""Each measure of acute stroke gives what its table says, by masks and in Postgres."""

from __future__ import annotations

from dataclasses import fields

import pandas as pd
import pytest

from schemas.measures import Credit, Measure
from schemas.pathways.acute_stroke.measures import FIRST_72_HOURS
from schemas.registry import load_registry
from tests.spec.acute_stroke import SPECIFICATION
from tests.spec.evaluation import differences, measure_outcomes, result_answers, typed_frame
from tests.spec.evaluation_in_sql import counted_in_sql, load_cases
from tests.spec.tables import Table
from warehouse.case_source import measured_source
from warehouse.compile_sql import compile_sql

PATHWAY = load_registry().pathway(SPECIFICATION.pathway)
MEASURES = {measure.name: measure for measure in PATHWAY.measures if not measure.is_submitted}
PATIENT_CENTRED = {name: measure for name, measure in MEASURES.items() if measure.credit is Credit.EVERY_TEAM}


def _frame(spec: Table) -> pd.DataFrame:
    return typed_frame(spec.rows, SPECIFICATION.patient, PATHWAY.case_dataset)


def test_every_measure_has_one_table():
    """But for the patient-centred ones, which say what the team-centred ones say."""
    assert sorted(spec.subject for spec in (*SPECIFICATION.measures, *SPECIFICATION.results)) == sorted(
        MEASURES.keys() - PATIENT_CENTRED.keys()
    )


WHO_IS_CREDITED = {"name", "title", "description", "source", "credit", "is_headline", "is_watched"}


@pytest.mark.parametrize("name", PATIENT_CENTRED)
def test_a_patient_centred_indicator_counts_what_the_team_centred_one_counts(name: str):
    measure, team_centred = PATIENT_CENTRED[name], MEASURES[name.replace("stroke_pc_", "stroke_tc_")]
    differing = {item.name for item in fields(Measure) if getattr(measure, item.name) != getattr(team_centred, item.name)}
    assert differing <= WHO_IS_CREDITED and {"name", "title", "description", "credit"} <= differing
    assert (team_centred.credit, measure.is_watched, measure.is_headline) == (Credit.CASE, False, False)
    assert measure.source == team_centred.source.replace("item H", "item G")


def test_every_indicator_of_the_first_72_hours_has_both_views():
    team_centred = [measure.name for measure in FIRST_72_HOURS]
    assert len(team_centred) == 23
    assert [name.replace("stroke_tc_", "stroke_pc_") for name in team_centred] == list(PATIENT_CENTRED)


@pytest.mark.parametrize("spec", SPECIFICATION.measures, ids=lambda spec: spec.subject)
def test_measure_answers_as_its_table_says(spec: Table):
    assert not differences(spec, [outcome.answer() for outcome in measure_outcomes(MEASURES[spec.subject], _frame(spec))])


@pytest.mark.parametrize("spec", SPECIFICATION.results, ids=lambda spec: spec.subject)
def test_a_measure_made_of_others_answers_as_its_table_says(spec: Table):
    assert not differences(spec, result_answers(MEASURES[spec.subject], spec.rows))


@pytest.mark.parametrize("spec", SPECIFICATION.measures, ids=lambda spec: spec.subject)
def test_each_exclusion_of_a_measure_has_a_case(spec: Table):
    told = {reason for row in spec.rows if row.answer[0] == "out" for reason in row.answer[1]}
    assert told == {"cohort"} | {exclusion.name for exclusion in MEASURES[spec.subject].exclusions}


def test_every_case_of_every_measure_in_postgres(database):
    frames = [_frame(spec) for spec in SPECIFICATION.measures]
    strange = []
    with database.connect() as connection:
        table = load_cases(connection, PATHWAY.case_dataset, pd.concat(frames, ignore_index=True))
        first = 0
        for spec, frame in zip(SPECIFICATION.measures, frames, strict=True):
            wanted = [outcome.counted() for outcome in measure_outcomes(MEASURES[spec.subject], frame)]
            found = counted_in_sql(connection, MEASURES[spec.subject], table, range(first, first + len(frame)))
            pairs = zip(spec.rows, wanted, found, strict=True)
            strange += [f"{spec.subject}: {row.about}: masks {w}, Postgres {f}" for row, w, f in pairs if w != f]
            first += len(frame)
    assert not strange


def test_the_warehouse_offers_all_that_the_measures_name():
    for measure in (measure for measure in MEASURES.values() if measure.index_date):
        _, columns = measured_source(PATHWAY, PATHWAY.credit_of(measure))
        for part in (measure.cohort, measure.numerator, measure.value, *(e.condition for e in measure.exclusions)):
            assert part is None or compile_sql(part, columns) is not None
        assert {measure.index_date, *measure.needs} <= set(columns)

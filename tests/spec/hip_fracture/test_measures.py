"""Each measure and each derived field of hip fracture does what its table says, by masks."""

from __future__ import annotations

import pytest

from schemas.registry import load_registry
from tests.spec.evaluation import derived_answers, differences, measure_outcomes, typed_frame
from tests.spec.hip_fracture import SPECIFICATION
from tests.spec.tables import Table

PATHWAY = load_registry().pathway(SPECIFICATION.pathway)
MEASURES = {measure.name: measure for measure in PATHWAY.measures}
DERIVED = {item.name: item for item in PATHWAY.case_dataset.derived}


def _names(tables: tuple[Table, ...]) -> list[str]:
    return [spec.subject for spec in tables]


def test_every_measure_and_every_derived_field_has_one_table():
    assert sorted(_names(SPECIFICATION.measures)) == sorted(MEASURES)
    assert sorted(_names(SPECIFICATION.derived)) == sorted(DERIVED)


@pytest.mark.parametrize("spec", SPECIFICATION.measures, ids=lambda spec: spec.subject)
def test_measure_answers_as_its_table_says(spec: Table):
    frame = typed_frame(spec.rows, SPECIFICATION.patient, PATHWAY.case_dataset)
    answers = [outcome.answer() for outcome in measure_outcomes(MEASURES[spec.subject], frame)]
    assert not differences(spec, answers)


@pytest.mark.parametrize("spec", SPECIFICATION.measures, ids=lambda spec: spec.subject)
def test_each_exclusion_of_a_measure_has_a_case(spec: Table):
    told = {reason for row in spec.rows if row.answer[0] == "out" for reason in row.answer[1]}
    assert told == {"cohort"} | {exclusion.name for exclusion in MEASURES[spec.subject].exclusions}


@pytest.mark.parametrize("spec", SPECIFICATION.derived, ids=lambda spec: spec.subject)
def test_derived_field_has_the_value_its_table_says(spec: Table):
    frame = typed_frame(spec.rows, SPECIFICATION.patient, PATHWAY.case_dataset)
    assert not differences(spec, derived_answers(spec.subject, frame))

"""Each rule of acute stroke does what its table says."""

from __future__ import annotations

from datetime import datetime

import pytest

from quality_checks.conditions import emptied, unmet
from quality_checks.masks import Evaluator
from schemas.field_rules import field_rules
from schemas.fields import Kind
from schemas.registry import load_registry
from schemas.rules import Severity
from tests.spec.acute_stroke import SPECIFICATION
from tests.spec.acute_stroke.patient import HAEMORRHAGE, WAYS
from tests.spec.evaluation import derived_answers, differences, rule_answers, typed_frame
from tests.spec.tables import Table, broken, holds

DATASET = load_registry().dataset(SPECIFICATION.pathway)
FOLLOWING = field_rules(DATASET)
STATED = (*DATASET.rules, *(rule for rule in FOLLOWING if rule.family == "conditions"))
RULES = {rule.id: rule for rule in STATED}
AMONG_ROWS = {"V01b", "V01c", "V25a"}  # judged over a file
WARNINGS = {
    "V02m",
    "V15.day",
    "V16w",
    "V22",
    "V23",
    "V24",
    "V25a",
    "V26",
    "V30a",
    "V30b",
    "V34b",
    "V38a",
    "V39a",
    "V40",
    "V41",
    "V42",
    "V44",
}


def frame_of(*rows):
    return typed_frame(rows, SPECIFICATION.patient, DATASET)


@pytest.mark.parametrize("spec", SPECIFICATION.rules, ids=lambda spec: spec.subject)
def test_rule_answers_as_its_table_says(spec: Table):
    assert not differences(spec, rule_answers(RULES[spec.subject].requirement, frame_of(*spec.rows)))


@pytest.mark.parametrize("spec", SPECIFICATION.derived, ids=lambda spec: spec.subject)
def test_derived_field_is_as_its_table_says(spec: Table):
    assert not differences(spec, derived_answers(spec.subject, frame_of(*spec.rows)))


def test_every_rule_has_one_table_with_a_case_that_holds_and_one_that_breaks():
    answers = [(spec.subject, {row.answer for row in spec.rows}) for spec in SPECIFICATION.rules]
    assert sorted(subject for subject, _ in answers) == sorted(RULES)
    assert len(RULES) == len(STATED)
    assert not [subject for subject, told in answers if not {("holds",), ("broken",)} <= told and subject not in AMONG_ROWS]


@pytest.mark.parametrize(("about", "changes"), [("as is", {}), *WAYS.items()])
def test_the_textbook_patient_breaks_no_rule_whatever_her_way(about, changes):
    """Neither those that are stated nor those that follow from the fields: nothing is missing, nothing too much."""
    judge = Evaluator(frame_of(holds(about, **changes)))
    assert [rule.id for rule in (*DATASET.rules, *FOLLOWING) if judge.broken(rule.requirement).any()] == []


def test_all_rules_of_the_reference_are_there():
    numbers = {rule.id[:3] for rule in STATED} | {DATASET.code_rule_id}
    assert numbers == {f"V{number:02}" for number in (*range(1, 27), *range(30, 45))}


def test_severities_are_those_of_the_reference():
    warned = {rule.id for rule in STATED if rule.severity is Severity.WARN}
    assert {rule.id for rule in STATED if rule.id.startswith(tuple(WARNINGS))} == warned
    assert {rule.id for rule in STATED if rule.severity is Severity.OUT_OF_SCOPE} == {"V43"}
    assert not [rule.id for rule in STATED if rule.severity is Severity.REJECT_FILE]


# ------------------------------------------------------------------------------------------------ V02: codes and ranges
CODED = [f for f in DATASET.fields if f.kind is Kind.CODE]
NUMBERED = [f for f in DATASET.fields if f.kind in (Kind.INTEGER, Kind.DECIMAL) and f.maximum is not None]


def _following(id: str, name: str):
    return next(rule for rule in FOLLOWING if rule.id == id and rule.fields == (name,))


@pytest.mark.parametrize("field", CODED, ids=lambda field: field.name)
def test_v02_takes_every_code_of_the_list_and_no_other(field):
    listed = [holds(f"code {code}", **{field.name: code}) for code in field.codes.values]
    answers = rule_answers(_following("V02", field.name).requirement, frame_of(*listed, broken("no such code", **{field.name: "77"})))
    assert answers == [("holds",)] * len(listed) + [("broken",)]


@pytest.mark.parametrize("field", NUMBERED, ids=lambda field: field.name)
def test_v02_takes_numbers_of_the_range_and_no_other(field):
    low, high = int(field.minimum), int(field.maximum)
    rows = [holds(str(n), **{field.name: str(n)}) for n in (low - 1, low, high, high + 1)]
    rule = _following(f"BND.{field.name}", field.name)
    assert rule.severity is Severity.QUARANTINE_RECORD
    assert [a[0] for a in rule_answers(rule.requirement, frame_of(*rows))] == ["broken", "holds", "holds", "broken"]


def test_only_the_level_of_consciousness_cannot_be_not_known():
    lowest = {f.name: f.minimum for f in DATASET.fields if "nihss" in f.name and f.kind is Kind.INTEGER}
    assert len(lowest) == 30 and {name for name, low in lowest.items() if low == 0} == {"s2_nihss_arrival_loc", "s2_nihss_24hrs_loc"}


# ------------------------------------------------------------------------------------------------ missing answers (decision 8)
@pytest.mark.parametrize(
    ("about", "missing", "changes"),
    [
        ("no reason for not thrombolysing", "s2_thrombolysis_no_reason", {"s2_thrombolysis": "N"}),
        ("thrombolysed, no time", "s2_thrombolysis_at", {}),
        ("neither imaged nor not", "s2_brain_imaging_at", {}),
        ("imaged, no type (decision 18)", "s2_stroke_type", {}),
        ("not screened, no reason", "s2_swallow_screening_4hrs_not_performed_reason",
         {"s2_swallow_screening_4hrs_at": None, "s2_swallow_screening_4hrs_not_performed": "TRUE"}),
        ("died, no date", "s7_death_on", {"s7_discharge_type": "D"}),
        ("left, no date", "s7_hospital_discharge_at", {}),
        ("transferred, no team", "s7_transfer_team_code", {"s7_discharge_type": "T"}),
        ("first ward a stroke unit, no arrival there", "s1_first_stroke_unit_arrival_at", {}),
        ("therapy, no days", "s4_physio_days", {}),
        ("here in the first week by the day", "s5_loc_worst_7days", {"s4_arrival_at": "10/03/2025 00:00", "s4_arrival_time_not_entered": "TRUE"}),
        ("here in the first week by the day of the clock start", "s5_loc_worst_7days",
         {"s1_first_arrival_time_not_entered": "TRUE", "s4_arrival_at": "10/03/2025 20:00"}),
    ],
)  # fmt: skip
def test_what_is_missing_is_a_warning(about, missing, changes):
    frame = frame_of(holds(about, **{**changes, missing: None}))
    judge = Evaluator(frame)
    rule = _following(f"REQ.{missing}", missing)
    assert rule.severity is Severity.WARN and judge.broken(rule.requirement).all()


@pytest.mark.parametrize(
    ("missing", "received", "is_missed"),
    [("s1_gender", "03/03/2025", True), ("s2_thrombolysis", "04/03/2025", False), ("s2_thrombolysis", "05/03/2025", True),
     ("s3_palliative_care", "06/03/2025", False), ("s3_palliative_care", "07/03/2025", True), ("s7_rankin_discharge", "31/05/2025", False),
     ("s7_rankin_discharge", "01/06/2025", True)],
)  # fmt: skip
def test_nothing_is_missed_before_it_is_due(missing, received, is_missed):
    early = {"received_on": received, missing: None, "s2_brain_imaging_at": None, "s3_patient_consent": None, "s7_discharge_type": None}
    judge = Evaluator(frame_of(holds("an early record", **early)))
    assert judge.broken(_following(f"REQ.{missing}", missing).requirement).all() == is_missed


def test_a_community_team_is_not_asked_for_an_inpatients_answers():
    judge = Evaluator(
        frame_of(holds("inpatient team", s6_mood_screening_on=None), holds("community", s6_mood_screening_on=None, team_code="SSNAPC012"))
    )
    assert judge.broken(_following("REQ.s6_mood_screening_on", "s6_mood_screening_on").requirement).tolist() == [True, False]


def test_without_arrival_there_is_no_record():
    assert _following("REQ.s1_first_arrival_at", "s1_first_arrival_at").severity is Severity.QUARANTINE_RECORD


# ------------------------------------------------------------------------------------------------ conditions, for whoever fills or folds
def test_a_row_that_answers_a_condition_with_no_says_that_its_fields_are_empty():
    frame = frame_of(holds("an infarct"), holds("a haemorrhage", **HAEMORRHAGE))
    said = emptied(frame, DATASET)
    assert said["s2_iai"].tolist() == [False, True] and said["s2_systolic_on_arrival"].tolist() == [True, False]
    assert not any((rows & frame[name].notna().to_numpy()).any() for name, rows in said.items())
    assert set(said) <= set(unmet(frame, DATASET))


def test_time_is_read_as_the_form_writes_it():
    frame = frame_of(holds("as is"))
    assert frame["clock_start_at"].tolist() == [datetime(2025, 3, 3, 9, 0)]

"""Each rule of hip fracture does what its table says; those on files and on two records are worked here."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from assets.cross_record import judge
from quality_checks.masks import Evaluator
from schemas.field_rules import field_rules
from schemas.fields import Kind
from schemas.registry import load_registry
from schemas.rules import Scope, Severity
from tests.spec.evaluation import differences, rule_answers, typed_frame
from tests.spec.hip_fracture import SPECIFICATION
from tests.spec.tables import Table, holds

DATASET = load_registry().pathway(SPECIFICATION.pathway).case_dataset
RULES = {rule.id: rule for rule in DATASET.rules}
REJECTED = {"H01a", "H04", "H05", "H08a", "H08b", "H08c", "H12a", "H12b", "H13a", "H13b", "H13c", "H17a", "H17b", "H17c", "H17d",
            "H18"}  # fmt: skip


@pytest.mark.parametrize("spec", SPECIFICATION.rules, ids=lambda spec: spec.subject)
def test_rule_answers_as_its_table_says(spec: Table):
    frame = typed_frame(spec.rows, SPECIFICATION.patient, DATASET)
    assert not differences(spec, rule_answers(RULES[spec.subject].requirement, frame))


def test_every_rule_on_a_record_has_a_table_with_a_case_that_breaks_it():
    told = {spec.subject for spec in SPECIFICATION.rules if any(row.answer == ("broken",) for row in spec.rows)}
    assert told == {rule.id for rule in DATASET.rules if rule.scope is not Scope.FILE}


def test_the_textbook_patient_breaks_no_rule():
    frame = typed_frame((holds("as is"),), SPECIFICATION.patient, DATASET)
    assert [rule.id for rule in DATASET.rules if Evaluator(frame).broken(rule.requirement).any()] == []


def test_all_rules_of_the_reference_are_there():
    numbers = {rule.id[:3] for rule in (*DATASET.rules, *DATASET.pair_rules)} | {DATASET.code_rule_id}
    assert numbers == {f"H{number:02}" for number in range(1, 25)}


def test_severities_are_those_of_the_reference():
    aside = {rule.id for rule in DATASET.rules if rule.severity is Severity.QUARANTINE_RECORD}
    assert {id for id in aside if not id.startswith("H09")} == REJECTED
    assert {rule.id for rule in DATASET.rules if rule.severity is Severity.OUT_OF_SCOPE} == {"H02a"}


# ------------------------------------------------------------------------------------------------ H03, codes
CODED = [f for f in DATASET.fields if f.kind in (Kind.CODE, Kind.CODES)]


@pytest.mark.parametrize("field", CODED, ids=lambda field: field.name)
def test_h03_takes_every_code_of_the_list_and_no_other(field):
    listed = [holds(f"code {code}", **{field.name: code}) for code in field.codes.values]
    frame = typed_frame((*listed, holds("no such code", **{field.name: "77"})), SPECIFICATION.patient, DATASET)
    rule = next(rule for rule in field_rules(DATASET) if rule.id == "H03" and rule.fields == (field.name,))
    assert Evaluator(frame).broken(rule.requirement).tolist() == [False] * len(listed) + [True]


def test_h03_takes_u_only_where_unknown_is_allowed():
    allowed = {f.name for f in CODED if "U" in f.codes.values}
    assert allowed == {
        "mobility_pre_fracture", "asa_grade", "delay_reason", "scrubbed_surgeon_grade", "surgeon_grade", "anaesthetist_grade",
        "geriatrician_grade", "pressure_ulcers", "trust_discharge_destination", "residential_status_120d", "mobility_120d",
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------ H22, H23: two records
def _case(case_id: str, presented: str, *, side="1", site="A", left=None, order=1) -> dict:
    at = datetime.strptime(presented, "%d/%m/%Y %H:%M")
    end = pd.NaT if left is None else pd.Timestamp(datetime.strptime(left, "%d/%m/%Y"))
    return {
        "case_id": case_id, "person_id": "p", "site_code": site, "clock_on": at.date(), "presentation_at": pd.Timestamp(at),
        "fracture_side": side, "trust_discharge_date": end, "first_arrival_number": order, "first_row_number": 2,
    }  # fmt: skip


def _judged(*cases: dict) -> set[tuple[str, str, str]]:
    found = judge(DATASET.pair_rules, pd.DataFrame(list(cases)), DATASET.clock)
    return set(found.itertuples(index=False, name=None))


TWO_RECORDS = [
    ("the same side after 120 days", ("01/07/2025 10:00", "1"), {("b", "H22", "duplicate")}),
    ("the same side after 121 days", ("02/07/2025 10:00", "1"), set()),
    ("the other side the next week", ("10/03/2025 10:00", "2"), set()),
    ("the same side on the same day", ("03/03/2025 18:00", "1"), {("b", "H22", "duplicate")}),
]


@pytest.mark.parametrize(("about", "second", "wanted"), TWO_RECORDS, ids=[about for about, *_ in TWO_RECORDS])
def test_h22_one_fracture_a_side_within_120_days(about, second, wanted):
    first = _case("a", "03/03/2025 10:00", left="05/03/2025")
    assert _judged(first, _case("b", second[0], side=second[1], order=2)) == wanted


TWO_HOSPITALS = [
    ("leaves the day before", "09/03/2025", set()),
    ("leaves two days after", "12/03/2025", {("a", "H23", "conflict"), ("b", "H23", "conflict")}),
    ("end not known", None, set()),
]


@pytest.mark.parametrize(("about", "left", "wanted"), TWO_HOSPITALS, ids=[about for about, *_ in TWO_HOSPITALS])
def test_h23_stays_in_two_hospitals_do_not_overlap(about, left, wanted):
    first = _case("a", "03/03/2025 10:00", left=left)
    assert _judged(first, _case("b", "10/03/2025 10:00", side="2", site="B", left="20/03/2025", order=2)) == wanted


def test_h23_two_stays_in_one_hospital_are_no_conflict():
    first = _case("a", "03/03/2025 10:00", left="12/03/2025")
    assert _judged(first, _case("b", "10/03/2025 10:00", side="2", left="20/03/2025", order=2)) == set()


# ------------------------------------------------------------------------------------------------ H24: a file
FILES = [
    ("no row at the hour", 40, 0, False),
    ("exactly a tenth", 40, 4, False),
    ("more than a tenth", 40, 5, True),
    ("30 rows", 30, 4, True),
    ("too few rows to tell", 29, 29, False),
]


@pytest.mark.parametrize(("rule", "hour"), [("H24a", 0), ("H24b", 12)])
@pytest.mark.parametrize(("about", "rows", "at_the_hour", "is_broken"), FILES, ids=[about for about, *_ in FILES])
def test_h24_no_spike_of_presentations(rule, hour, about, rows, at_the_hour, is_broken):
    hours = np.where(np.arange(rows) < at_the_hour, hour, 15)
    frame = pd.DataFrame({"presentation_time": pd.Series(pd.to_timedelta(hours, unit="h"))})
    assert Evaluator(frame).broken(RULES[rule].requirement).any() == is_broken


def test_dataset_has_the_63_columns_of_the_audit():
    assert len(DATASET.fields) == 63
    assert (DATASET.fields[0].header, DATASET.fields[-1].header) == ("Operating hospital code", "Medication at followup")
    assert date(2025, 3, 3) > DATASET.field_by_name["presentation_date"].earliest

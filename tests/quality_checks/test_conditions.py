"""Fields that are asked only under a condition: the rule, the words, and what a row says by leaving them blank."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from quality_checks.conditions import emptied, unmet
from quality_checks.masks import Evaluator
from schemas.describe import describe_field
from schemas.expressions import field
from schemas.field_rules import field_rules
from schemas.fields import Field, Kind, OnlyIf
from schemas.rules import Severity

OPERATED = field("operated").equals("1")
DATASET_FIELDS = (
    Field("operated", "Operated", Kind.CODE, "Whether operated."),
    Field("surgeon", "Surgeon", Kind.TEXT, "Who.", only_if=OnlyIf(OPERATED, "X9")),
    Field("emergency", "Emergency", Kind.BOOLEAN, "Ticked.", blank="FALSE", only_if=OnlyIf(OPERATED, severity=Severity.WARN)),
)


@pytest.fixture(scope="module")
def dataset(registry):
    return replace(registry.dataset("wrist_fracture"), fields=DATASET_FIELDS, derived=(), rules=(), stages=(), clock=None)


def frame(operated: list, surgeon: list, emergency: list) -> pd.DataFrame:
    return pd.DataFrame({"operated": operated, "surgeon": surgeon, "emergency": emergency}, dtype=object)


FRAME = frame(["1", "0", "0", None, "0"], ["A", "A", None, "A", None], [True, True, False, True, None])


def rule_of(dataset, name: str):
    return next(rule for rule in field_rules(dataset) if rule.family == "conditions" and rule.fields[0] == name)


@pytest.mark.parametrize(("name", "broken"), [("surgeon", [1]), ("emergency", [1])])
def test_a_value_breaks_the_rule_only_where_the_condition_is_known_to_be_false(dataset, name, broken):
    rule = rule_of(dataset, name)
    assert Evaluator(FRAME).broken(rule.requirement).nonzero()[0].tolist() == broken


def test_the_rule_bears_the_id_and_severity_that_are_given_and_names_both_cells(dataset):
    surgeon, emergency = rule_of(dataset, "surgeon"), rule_of(dataset, "emergency")
    assert (surgeon.id, surgeon.severity) == ("X9.surgeon", Severity.QUARANTINE_RECORD)
    assert (emergency.id, emergency.severity) == ("ONL.emergency", Severity.WARN)
    assert surgeon.fields == ("surgeon", "operated") and "'Surgeon' must be empty because of 'Operated'" in surgeon.advice


def test_a_blank_says_empty_where_the_row_answers_the_condition_with_no(dataset):
    assert {name: rows.tolist() for name, rows in unmet(FRAME, dataset).items()} == {
        "surgeon": [False, True, True, False, True], "emergency": [False, True, True, False, True],
    }  # fmt: skip
    assert {name: rows.tolist() for name, rows in emptied(FRAME, dataset).items()} == {
        "surgeon": [False, False, True, False, True], "emergency": [False, False, False, False, True],
    }  # fmt: skip
    assert emptied(frame(["1"], [None], [None]), dataset) == {}


def test_it_is_told_in_words(dataset):
    told = describe_field(DATASET_FIELDS[2], dataset)
    assert "only if 'Operated' is 1" in told and "an empty cell says FALSE" in told

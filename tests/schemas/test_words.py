"""Declarations read as English."""

from datetime import date, time

import pytest

from schemas.describe import describe_dataset, describe_field, describe_measure, describe_not_computed, describe_rule
from schemas.expressions import (
    AgeInYears,
    Choose,
    Coalesce,
    Conforms,
    Constant,
    Count,
    DayOf,
    Expression,
    Includes,
    Moment,
    RowCount,
    Share,
    Sum,
    all_of,
    days_between,
    field,
    minutes_between,
)
from schemas.field_rules import Unique
from schemas.words import in_words

CASES = [
    (field("side").equals("1"), "'Side' is 1 (Left)"),
    (field("side").is_in("1", "2"), "'Side' is 1 (Left) or 2 (Right)"),
    (field("side").is_not_in("1"), "'Side' is not 1 (Left)"),
    (field("side").is_missing(), "'Side' is empty"),
    (field("pain_score") > 3, "'Pain score' is more than 3"),
    (~(field("pain_score") > 3), "'Pain score' is at most 3"),
    (~~field("side").is_present(), "'Side' is given"),
    (field("arrival_date") >= date(2025, 4, 1), "'Arrival date' is not before 01/04/2025"),
    (field("arrival_time").equals(time(0, 0)), "'Arrival time' is 00:00"),
    (minutes_between("arrival_at", "xray_at") > 0, "'X-ray' is after arrival at"),
    (minutes_between("arrival_at", "xray_at") <= 2160, "'X-ray' is at most 36 hours after arrival at"),
    (minutes_between("arrival_at", "xray_at") <= 90, "'X-ray' is at most 90 minutes after arrival at"),
    (days_between("arrival_date", "discharge_date") <= 1, "'Discharge date' is at most 1 day after 'Arrival date'"),
    (days_between("arrival_date", "discharge_date").equals(0), "'Discharge date' is on the same day as 'Arrival date'"),
    (field("manipulated").equals("0").implies(field("manipulation_date").is_missing()), "if 'Manipulated' is 0 (No), then 'Manipulation date' is empty"),
    (Includes(field("analgesia"), ("2",)), "'Analgesia' includes 2 (Block)"),
    (all_of(field("a"), field("b"), field("c")), "a, b and c"),
    ((field("a") | field("b")) & field("c"), "(a or b) and c"),
    (~(field("a") | field("b")), "not (a) and not (b)"),
    (AgeInYears(field("date_of_birth"), field("arrival_date")) >= 18, "the completed years from 'Date of birth' to 'Arrival date' is at least 18"),
    ((RowCount() < 10) | (Share(field("side").equals("1")) <= 0.5), "the number of rows is less than 10 or the share of rows for which 'Side' is 1 (Left) is at most 0.5"),
    (Sum((field("a"), field("b"))) >= 4, "the sum of a and b is at least 4"),
    (DayOf(field("xray_at")).equals(field("arrival_date")), "the day of 'X-ray' is 'Arrival date'"),
    (Unique(field("nhs_number"), (field("clinic_code"),)), "no other row of the file of the same 'Clinic code' has the same 'NHS number'"),
    (Coalesce((field("a"), Constant("none"))), "a, or if it is empty none"),
]  # fmt: skip


@pytest.fixture(scope="module")
def dataset(registry):
    return registry.dataset("wrist_fracture")


@pytest.mark.parametrize("expression, words", CASES, ids=[words for _, words in CASES])
def test_an_expression_reads_as_english(dataset, expression, words):
    assert in_words(expression, dataset) == words


def test_every_node_has_words(dataset):
    import schemas.expressions as nodes
    from schemas.words import _say

    every = [c for c in vars(nodes).values() if isinstance(c, type) and issubclass(c, Expression) and c is not Expression]
    assert [c.__name__ for c in every if _say.dispatch(c) is _say.dispatch(object)] == []
    others = (
        Moment(field("a"), field("b")),
        Conforms(field("a"), "postcode"),
        Count((field("a"),)),
        Choose(((field("a"), Constant(1)),), Constant(None)),
    )
    assert all(in_words(other) for other in others)


def test_everything_that_is_declared_can_be_described(registry):
    for declared in registry.datasets.values():
        told = describe_dataset(declared)
        assert all(item.name in told for item in declared.fields) and all(rule.id in told for rule in declared.rules)
    for measure in registry.measures.values():
        assert measure.title in describe_measure(measure, registry.pathway_of_measure(measure.name).case_dataset)
    for item in registry.not_computed.values():
        told = describe_not_computed(item)
        assert item.title in told and item.reason in told and all(layout in told for layout in item.layouts)


def test_a_field_tells_its_format_codes_and_when_it_is_due(dataset):
    told = describe_field(dataset.field_by_name["manipulation_date"], dataset)
    assert "written as DD/MM/YYYY, for example 31/01/2025" in told
    assert "required: if 'Manipulated' is 1 (Yes)" in told and "due: at discharge, or 30 days after the clock start" in told


def test_a_pair_rule_tells_whom_it_concerns(dataset):
    assert "no two cases with the same 'Side'" in describe_rule(dataset.pair_rules[0], dataset)

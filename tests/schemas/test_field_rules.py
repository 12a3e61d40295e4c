"""What follows from a field: which rules, how severe, and advice that a clerk can act on."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from quality_checks.masks import Evaluator
from schemas.expressions import Conforms, field
from schemas.field_rules import field_rules
from schemas.fields import Field, Identifier, Kind, codes
from schemas.layouts import Column, Layout
from schemas.rules import Rule, Severity
from schemas.wording import Wording


@pytest.fixture(scope="module")
def dataset(registry):
    return registry.dataset("wrist_fracture")


def with_fields(dataset, *fields, **changes):
    return replace(dataset, fields=fields, derived=(), rules=(), stages=(), clock=None, **changes)


def rules_of(dataset, **more) -> dict[str, Rule]:
    return {f"{rule.id}/{rule.fields[0]}": rule for rule in field_rules(dataset, **more)}


def test_every_rule_can_be_told_apart_and_names_a_cell(registry):
    for dataset in registry.datasets.values():
        rules = field_rules(dataset)
        assert len({(rule.id, rule.fields) for rule in rules}) == len(rules)
        assert all(rule.fields[0] in dataset.field_by_name for rule in rules)
        assert all(rule.advice.endswith(".") and rule.name == rule.name.lower() and " " not in rule.name for rule in rules)


def test_a_code_list_bears_the_id_of_its_reference(dataset):
    assert "H03/side" in rules_of(replace(dataset, code_rule_id="H03"))


def test_the_unknown_code_is_told_only_where_it_is_allowed(dataset):
    known = Field("a", "A", Kind.CODE, "", codes=codes(_1="One"))
    unknown = Field("b", "B", Kind.CODE, "", codes=codes(_1="One", U="Not known", unknown=("U",)))
    rules = rules_of(with_fields(dataset, known, unknown))
    assert "not known" not in rules["COD/a"].advice.lower()
    assert "Write U where it is not known" in rules["COD/b"].advice


def test_a_missing_value_is_a_warning_unless_the_record_cannot_be_made_without_it(dataset):
    a, b = (Field(name, name, Kind.TEXT, "", required=True, is_essential=name == "b") for name in "ab")
    rules = rules_of(with_fields(dataset, a, b))
    assert rules["REQ.a/a"].severity is Severity.WARN and rules["REQ.b/b"].severity is Severity.QUARANTINE_RECORD
    assert "cannot be taken without it" in rules["REQ.b/b"].advice


def test_a_condition_of_the_field_is_part_of_the_requirement(dataset):
    item = Field("a", "A", Kind.TEXT, "", required=field("b").equals("1"))
    assert rules_of(with_fields(dataset, item, Field("b", "B", Kind.TEXT, "")))["REQ.a/a"].requirement.field_names() == ("b", "a")


@pytest.mark.parametrize(
    "limits, words",
    [
        ({"minimum": 0}, "0 or more"),
        ({"maximum": 10}, "10 or less"),
        ({"minimum": 0, "maximum": 10}, "between 0 and 10"),
        ({"earliest": date(2000, 1, 1)}, "01/01/2000 or later"),
        ({"latest": date(2030, 1, 1)}, "01/01/2030 or earlier"),
        ({"earliest": date(2000, 1, 1), "latest": date(2030, 1, 1)}, "between 01/01/2000 and 01/01/2030"),
    ],
)
def test_bounds_are_told_in_words(dataset, limits, words):
    kind = Kind.DATE if {"earliest", "latest"} & set(limits) else Kind.INTEGER
    assert words in rules_of(with_fields(dataset, Field("a", "A", kind, "", **limits)))["BND.a/a"].advice


def test_a_rule_of_the_dataset_on_a_format_replaces_the_one_that_follows(dataset):
    item = Field("n", "N", Kind.TEXT, "", format="nhs_number")
    stated = Rule("H01", "number", Conforms(field("n"), "nhs_number"), Severity.WARN, ("n",), "Look.")
    assert "VAL.n/n" in rules_of(with_fields(dataset, item))
    assert "VAL.n/n" not in rules_of(replace(with_fields(dataset, item), rules=(stated,)))


class TestWording:
    """The advice speaks the sender's own spelling."""

    LAYOUT = Layout(
        "own",
        "wrist_fracture",
        (Column("L/R", "side", codes=(("L", "1"), ("R", "2"))), Column("Arrived on", "arrival_date")),
        date_formats=("%Y-%m-%d",),
    )

    def test_headers_codes_and_dates_are_the_layouts(self, dataset):
        rules = rules_of(dataset, layout=self.LAYOUT)
        assert "'L/R' takes one of L (Left), R (Right)" in rules["COD/side"].advice
        assert "YYYY-MM-DD, for example 2025-01-31" in rules["FMT.arrival_date/arrival_date"].advice

    def test_without_a_layout_they_are_the_datasets(self, dataset):
        rules = rules_of(dataset)
        assert "'Side' takes one of 1 (Left), 2 (Right)" in rules["COD/side"].advice
        assert "DD/MM/YYYY, for example 31/01/2025" in rules["FMT.arrival_date/arrival_date"].advice

    def test_a_missing_code_is_reminded_of_without_labels(self, dataset):
        many = Field("a", "A", Kind.CODE, "", codes=codes(_1="One", _2="Two", _3="Three", U="Unknown", unknown=("U",)), required=True)
        assert (
            rules_of(with_fields(dataset, many))["REQ.a/a"].advice == "'A' is empty. Fill it in as 1, 2, 3 or U (U where it is not known)."
        )

    def test_a_long_code_list_is_cut_and_says_so(self, dataset):
        long = Field("a", "A", Kind.CODE, "", codes=codes(**{f"_{n}": f"Label {n}" for n in range(1, 20)}))
        assert Wording(dataset).codes(long).endswith("12 (Label 12) and 7 more that the template lists")


def test_a_time_limit_of_a_measure_is_watched_at_clock_changes(dataset, registry):
    watched = [
        rule for rule in field_rules(dataset, registry.pathway("wrist_fracture").measures) if rule.id.startswith("CLK.manipulation_date")
    ]
    assert [(rule.id, rule.severity) for rule in watched] == [("CLK.manipulation_date.240", Severity.WARN)]


@pytest.mark.parametrize(
    ("number", "note", "is_broken"), [("12345", "12345", True), ("7", "7", False), ("12345", "other", False), (None, "7", False)]
)
def test_a_text_must_not_be_the_senders_number_of_the_patient_unless_that_is_as_short_as_a_code(dataset, number, note, is_broken):
    items = (Field("id", "Id", Kind.TEXT, "", identifies=Identifier.LOCAL_PATIENT_IDENTIFIER), Field("note", "Note", Kind.TEXT, ""))
    rule = rules_of(with_fields(dataset, *items, site_field=None))["PRV.note/note"]
    frame = pd.DataFrame({"id": [number], "note": [note]}, dtype=object)
    assert Evaluator(frame).broken(rule.requirement).tolist() == [is_broken]


def test_a_short_name_is_still_a_name(dataset):
    items = (Field("name", "Name", Kind.TEXT, "", identifies=Identifier.NAME), Field("note", "Note", Kind.TEXT, ""))
    rule = rules_of(with_fields(dataset, *items, site_field=None))["PRV.note/note"]
    assert Evaluator(pd.DataFrame({"name": ["Li"], "note": ["Li"]}, dtype=object)).broken(rule.requirement).tolist() == [True]

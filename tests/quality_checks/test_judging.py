"""A version of a dataset's rules judges as it did when it was written down: no rule, code list or bound changes unseen."""

import json
from dataclasses import replace

import pytest

from schemas.fields import Codes
from schemas.registry import load_registry
from schemas.rules import PairRule
from tests.quality_checks.judging import KEPT, all_judged, judged, what_has_changed, with_new


def test_every_version_of_every_datasets_rules_judges_what_is_written_down():
    changed = list(what_has_changed(all_judged(load_registry()), json.loads(KEPT.read_text())))
    assert not changed, "\n".join(changed)


@pytest.fixture
def dataset(registry):
    return registry.pathway("wrist_fracture").case_dataset


def told(before, after) -> list[str]:
    return [line.partition(".")[0] for line in what_has_changed({"it": judged(after)}, {"it": judged(before)})]


def with_field(dataset, name: str, **changed):
    fields = tuple(replace(item, **changed) if item.name == name else item for item in dataset.fields)
    return replace(dataset, fields=fields)


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("side", {"codes": Codes((("1", "Left"), ("2", "Right"), ("3", "Both")))}),
        ("pain_score", {"maximum": 9}),
        ("xray_at", {"required": True}),
        ("surname", {"maximum_length": 100}),
    ],
)
def test_a_changed_field_is_told(dataset, name, changed):
    assert told(dataset, with_field(dataset, name, **changed)) == [
        "it: its fields, links or time limits judge otherwise than when version 1 of its rules was written down"
    ]


def test_a_rule_changed_in_place_is_told_and_so_is_one_that_is_gone(dataset):
    softer = tuple(replace(rule, within_days=30) if rule.within_days else rule for rule in dataset.pair_rules)
    assert told(dataset, replace(dataset, pair_rules=softer)) == [
        "it: version 1 of its rules judges otherwise than it did, so a rebuild would change old submissions unseen"
    ]
    assert len(told(dataset, replace(dataset, rules=dataset.rules[1:]))) == 1


def test_a_rule_mended_by_a_new_version_leaves_the_old_one_as_it_was(dataset):
    closed = tuple(replace(rule, until=1) for rule in dataset.pair_rules)
    opened = PairRule("W10", "one_fracture_a_side_within_30_days", "duplicate", "Delete one.", same=("side",), within_days=30, since=2)
    mended = replace(dataset, pair_rules=(*closed, opened), rule_version=2)
    assert told(dataset, mended) == ["it: version 2 of its rules is new"] * 2  # what is stated, and what follows
    written = with_new({"it": judged(mended)}, {"it": judged(dataset)})
    assert list(what_has_changed({"it": judged(mended)}, written)) == []
    assert written["it"]["1"] == judged(dataset)["1"], "what was written down of version 1 is kept"


def test_writing_down_never_hides_a_change(dataset):
    before, after = {"it": judged(dataset)}, {"it": judged(with_field(dataset, "pain_score", maximum=9))}
    assert with_new(after, before) == before


def test_wording_judges_nothing(dataset):
    reworded = with_field(dataset, "side", header="Which side", description="Left or right.", codes=Codes((("1", "L"), ("2", "R"))))
    assert told(dataset, replace(reworded, title="Broken wrists")) == []

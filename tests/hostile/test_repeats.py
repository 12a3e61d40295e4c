"""The same bytes again, in every order that matters: what was said last counts, and a file is judged anew where anything changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from schemas.rules import Severity
from tests.hostile.aftermath import aftermath, ledger_row
from tests.hostile.samples import SAMPLES
from tests.world import World, csv_bytes, with_pathway, wrist

CASES = "select count(*) as cases from pathway.pathway_case"


def send(world: World, content: bytes, sender: str = "ZX1", is_read: bool = True):
    outcome = world.submit(content, sender)
    aftermath(world, outcome, content, is_read)
    return outcome


@pytest.mark.parametrize("dataset", ["wrist_fracture", "hip_fracture", pytest.param("acute_stroke", marks=pytest.mark.slow)])
def test_the_same_bytes_again_have_no_effect_and_a_receipt(world, dataset):
    content = SAMPLES[dataset].csv()
    assert send(world, content).state == "accepted"
    again = send(world, content)
    assert (again.state, again.counts.unchanged, again.counts.accepted) == ("accepted", 12, 0)
    assert ledger_row(world, again.submission_id)["repeats_submission_id"] == "S00000001"
    assert world.query(CASES) == [{"cases": 12}]


def test_x_then_y_then_x_gives_x(world):
    x, y = csv_bytes([wrist(1, minutes=60)]), csv_bytes([wrist(1, minutes=90)])
    assert [send(world, content).counts.accepted for content in (x, y, x)] == [1, 1, 1]
    assert world.query("select (manipulation_at - arrival_at)::text as taken from pathway.wrist_fracture_detail") == [{"taken": "01:00:00"}]


def test_a_file_refused_in_the_wrong_folder_is_taken_in_the_right_one(world):
    content = csv_bytes([wrist(1), wrist(2)])
    for wrong in ("ZX2", "ZX9"):
        outcome = send(world, content, wrong, is_read=wrong == "ZX2")
        assert outcome.state == "rejected" and "folder" in outcome.reason
    assert world.query(CASES) == [{"cases": 0}]
    assert send(world, content).state == "accepted"


def mended(world: World, **change) -> World:
    """The same house after somebody changed a rule, and raised the version of the rules."""
    registry = world.context.registry
    pathway = registry.pathway("wrist_fracture")
    dataset = pathway.case_dataset
    rules = tuple(replace(rule, **change) if rule.id == "W02" else rule for rule in dataset.rules)
    newer = replace(dataset, rules=rules, rule_version=dataset.rule_version + 1)
    return World(replace(world.context, registry=with_pathway(registry, replace(pathway, datasets=(newer,)))))


def test_a_file_refused_before_a_rule_was_mended_is_taken_after(world):
    content = csv_bytes([wrist(1, minutes=-30), wrist(2, minutes=-30)])
    assert send(world, content).counts.quarantined == 2
    assert send(world, content).counts.quarantined == 2
    after = mended(world, severity=Severity.WARN)
    outcome = send(after, content)
    assert (outcome.state, outcome.counts.accepted) == ("accepted with warnings", 2)
    assert ledger_row(world, outcome.submission_id)["rule_version"] == 2


def test_the_same_bytes_are_judged_again_when_a_rule_is_sharpened(world):
    content = csv_bytes([wrist(1, minutes=-30), wrist(2)])
    lenient = mended(world, severity=Severity.WARN)
    assert send(lenient, content).counts.accepted == 2
    outcome = send(world, content)
    assert (outcome.counts.quarantined, ledger_row(world, outcome.submission_id)["repeats_submission_id"]) == (1, None)


CORRECTED_KEYS = {
    "the date": {
        "Arrival date": "12/01/2024",
        "X-ray": "12/01/2024 09:20",
        "Manipulation date": "12/01/2024",
        "Discharge date": "14/01/2024",
    },
    "the spelling of the number": {"NHS number": "{0} {1} {2}"},
    "the hospital number": {"Hospital number": "H999"},
}


@pytest.mark.parametrize("key", CORRECTED_KEYS)
def test_a_corrected_key_is_no_second_case(world, key):
    first = wrist(1, arrived=datetime(2024, 1, 10, 9, 0))
    number = first["NHS number"]
    change = {name: value.format(number[:3], number[3:6], number[6:]) for name, value in CORRECTED_KEYS[key].items()}
    send(world, csv_bytes([first]))
    outcome = send(world, csv_bytes([first | change]))
    assert outcome.state.startswith("accepted")
    assert world.query(CASES) == [{"cases": 1}]


def test_dummies_join_nobody(world):
    """People who share a placeholder, or have no number, are people of their own; and told so."""
    numbers = ("9999999999", "0000000000", "0123456789", "", "1111111111")
    content = csv_bytes([wrist(serial) | {"NHS number": number} for serial, number in enumerate(numbers * 2, start=1)])
    outcome = send(world, content)
    assert outcome.state != "failed" and outcome.finding_counts
    taken = outcome.counts.accepted
    assert world.query("select count(distinct person_id) as persons, count(*) as cases from pathway.pathway_case") == [
        {"persons": taken, "cases": taken}
    ]


def test_a_record_without_number_name_or_birth_date_harms_nobody(world):
    bare = {"NHS number": "", "Surname": "", "Date of birth": "", "Hospital number": ""}
    outcome = send(world, csv_bytes([wrist(1) | bare, wrist(2) | bare, wrist(3)]))
    assert (outcome.state, outcome.counts.quarantined) == ("accepted in part", 2)

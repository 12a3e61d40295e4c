"""The page on hip fracture tells of every measure and every rule, and of none that there is not."""

from __future__ import annotations

import re
from pathlib import Path

from schemas.registry import load_registry

PAGE = (Path(__file__).resolve().parents[3] / "docs/pathways/hip_fracture.md").read_text(encoding="utf-8")
PATHWAY = load_registry().pathway("hip_fracture")


def test_every_measure_is_told_and_no_other():
    assert set(re.findall(r"`(hip_\w+?)`", PAGE)) - {"hip_fracture"} == {measure.name for measure in PATHWAY.measures}


def test_every_rule_is_told_and_no_other():
    dataset = PATHWAY.case_dataset
    declared = {rule.id.split(".")[0] for rule in (*dataset.rules, *dataset.pair_rules)} | {dataset.code_rule_id}
    table = PAGE.split("## Rules")[1].split("## Measures")[0]
    assert (
        set(re.findall(r"\bH\d\d[a-d]?\b", "\n".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| H"))))
        == declared
    )


def test_every_criterion_of_the_tariff_is_told_in_order():
    criteria = next(d for d in PATHWAY.case_dataset.derived if d.name == "bpt_first_failed").codes.values
    told = PAGE.split("`bpt_first_failed`)")[1].split("Being assessed")[0]
    assert tuple(re.findall(r"`(\w+)`", told)) == criteria


def test_the_stages_are_told_with_their_days():
    for stage in PATHWAY.case_dataset.stages:
        line = next(line for line in PAGE.splitlines() if line.startswith(f"| {stage.title} |"))
        assert str(stage.after_days) in line or stage.after_days == 0

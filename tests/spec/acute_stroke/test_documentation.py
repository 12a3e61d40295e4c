"""The page on acute stroke tells of every rule, stage and measure, and of none that there is not."""

from __future__ import annotations

import re
from pathlib import Path

from schemas.describe import describe_dataset
from schemas.field_rules import field_rules
from schemas.measures import Credit
from schemas.registry import load_registry
from schemas.rules import Scope

HOUSE = Path(__file__).resolve().parents[3]
PAGE = (HOUSE / "docs/pathways/acute_stroke.md").read_text(encoding="utf-8")
PATHWAY = load_registry().pathway("acute_stroke")
DATASET = PATHWAY.case_dataset
STATED = (*DATASET.rules, *(rule for rule in field_rules(DATASET) if rule.family == "conditions"))


def test_every_rule_is_told_and_no_other():
    lines = [line.split("|")[1] for line in PAGE.split("## Rules")[1].splitlines() if line.startswith("| V")]
    told = [id for cell in lines for id in cell.split()]
    assert len(told) == len(set(told))
    assert set(told) == {rule.id.split(".")[0] for rule in STATED} | {DATASET.code_rule_id}


def test_the_stages_are_told_with_their_days():
    for stage in DATASET.stages:
        line = next(line for line in PAGE.splitlines() if line.startswith(f"| {stage.title} |"))
        assert str(stage.after_days) in line or stage.after_days == 0


def _told(measure) -> list[str]:
    """A measure's row of the page: its name, the audit's number, title, first sentence, kind and exclusions; in the patient-centred view the first three."""
    indicator = re.search(r"key indicator ([\d.]+), item ([A-Z][\d.]+)", measure.source)
    number, item = indicator.groups() if indicator else ("", "")
    if measure.credit is Credit.EVERY_TEAM:
        return [f"`{measure.name}`", ", ".join(filter(None, (number, item))), measure.title]
    same = "The same, of every team for its own part." if measure.name.endswith("_every_team") else None
    sentence = same or re.match(r".*?[a-z0-9)]\.(?= [A-Z]|$)", measure.description).group()
    left_out = "; ".join(exclusion.name.replace("_", " ") for exclusion in measure.exclusions)
    return [f"`{measure.name}`", number, measure.title, sentence, measure.kind.value, left_out]


def test_every_measure_is_told_as_it_is_declared_and_no_other():
    section = PAGE.split("## Measures")[1].split("### Not computed")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| `")]
    assert rows == [_told(measure) for measure in PATHWAY.measures if not measure.is_submitted]


def test_what_is_not_computed_is_told_with_its_reason():
    table = PAGE.split("### Not computed")[1]
    cells = [[cell.strip() for cell in line.split("|")] for line in table.splitlines() if line.startswith("| `")]
    assert [(cell[1].strip("`"), cell[2], cell[4]) for cell in cells] == [(n.name, n.title, n.reason) for n in PATHWAY.not_computed]
    layouts = {layout.name for layout in PATHWAY.layouts}
    assert all(set(n.layouts) <= layouts for n in PATHWAY.not_computed)


def test_the_files_are_told_and_there():
    table = PAGE.split("Declared in")[1].split("## Names")[0]
    told = {name for line in table.splitlines() if line.startswith("| `") for name in re.findall(r"`([\w*]+\.py)`", line.split("|")[1])}
    folder = HOUSE / "schemas/pathways/acute_stroke"
    declared = {file.name for file in folder.glob("*.py") if not file.name.startswith("__")}
    patterns = [re.compile(name.replace(".", r"\.").replace("*", r"\w+")) for name in told]
    assert all(any(pattern.fullmatch(name) for name in declared) for pattern in patterns)
    assert [name for name in declared if not any(pattern.fullmatch(name) for pattern in patterns)] == []


def test_the_number_of_carried_columns_is_told():
    from schemas.pathways.acute_stroke.carried import CARRIED

    assert f"the {len(CARRIED)} columns that no rule reads" in PAGE


def test_whatever_may_stand_among_the_broken_rules_of_a_stroke_is_described():
    told = describe_dataset(DATASET)
    between_records = {"V09c", "V19c", "V25b", "V26b", "V26c", "V40d"}
    assert {rule.id.split(".")[0] for rule in DATASET.stated_rules if rule.scope is Scope.WAREHOUSE} == between_records
    assert [rule.id for rule in DATASET.stated_rules if f"\n{rule.id} {rule.name}\n" not in told] == []

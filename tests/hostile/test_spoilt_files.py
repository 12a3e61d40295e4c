"""Every way to spoil a file, through the landing folder: who sent it is told where and what to do, and nothing is lost."""

from __future__ import annotations

import json

import pytest

from tests.hostile.aftermath import aftermath, ledger_row
from tests.hostile.samples import BAD_ROWS, NO_TABLES, SAMPLES, Spoilt
from tests.world import World, drop

WAYS = {**NO_TABLES, **BAD_ROWS}


def submit(world: World, spoilt: Spoilt, sender: str = "ZX1"):
    manifest = spoilt.manifest
    path = drop(world.context.settings.landing, sender, spoilt.content, spoilt.name, manifest if isinstance(manifest, dict) else None)
    if isinstance(manifest, str):
        path.with_name(f"{path.name}.manifest.json").write_text(manifest)
    [outcome] = world.work_off()
    return outcome


@pytest.mark.parametrize(
    "dataset", ["wrist_fracture", *(pytest.param(name, marks=pytest.mark.slow) for name in ("hip_fracture", "acute_stroke"))]
)
@pytest.mark.parametrize("way", WAYS)
def test_a_spoilt_file(world, way, dataset):
    sample = SAMPLES[dataset]
    spoilt = WAYS[way](sample)
    outcome = submit(world, spoilt)
    findings = aftermath(world, outcome, spoilt.content, spoilt.is_read)
    assert outcome.state == spoilt.state or (not spoilt.state and outcome.state.startswith("accepted"))
    told = {finding["rule_id"]: finding["advice"] for finding in findings}
    assert set(spoilt.rule_ids) <= set(told), json.dumps(told, indent=1)
    said = " ".join(told[rule] for rule in spoilt.rule_ids)
    assert [word for word in spoilt.words if word not in said] == []
    if spoilt.set_aside is not None:
        counted(world, outcome, findings, spoilt.set_aside)


def counted(world, outcome, findings, set_aside: int) -> None:
    """As many rows as were spoilt are quarantined, each by a finding that names the row and the field."""
    assert ledger_row(world, outcome.submission_id)["quarantined_count"] == set_aside
    aside = world.query(
        "select row_number, rule_ids from intake.quarantined_row where submission_id = :id order by 1", id=outcome.submission_id
    )
    assert [row["row_number"] for row in aside] == list(range(2, set_aside + 2))
    named = {(finding["row_number"], finding["rule_id"]) for finding in findings if finding["field_name"] or finding["rule_id"] == "F21"}
    assert all((row["row_number"], rule) in named for row in aside for rule in row["rule_ids"])


def test_the_good_files_are_taken_whole(world):
    """What is spoilt here would be taken otherwise."""
    for sample in SAMPLES.values():
        for name, content in (("records.csv", sample.csv()), ("records.xlsx", sample.book())):
            outcome = submit(world, Spoilt(content, "accepted", name=name))
            assert aftermath(world, outcome, content, is_read=True) == []
            assert outcome.state == "accepted"

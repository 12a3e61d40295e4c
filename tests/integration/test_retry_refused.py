"""What had been taken, is judged again and is refused before a row is judged: it counts no more, and a rebuild agrees."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assets.rebuild import RebuildError, rebuild
from assets.submissions import retry, withdraw
from tests.aggregate.test_deaths import deaths
from tests.aggregate.test_submitted_results import counts
from tests.improvement.files import leads
from tests.world import World, csv_bytes, history, snapshot, wrist

RECORDS = "select count(*) from pathway.wrist_fracture_record join intake.submission using (submission_id) where state = 'rejected'"
RESULTS = "select count(*) from measurement.submitted_result"
DEATHS = "select count(*) from pathway.person where death_on is not null"
# not persons: somebody of whom no file tells any more stays one in what grew, without a case
GREW = ("cases", "submissions", "quarantine", "findings")
LEADS = "select count(*) from improvement.lead_version"


@pytest.fixture
def world(context, demo_organisations):
    return World(context)


def smaller(world: World, dataset_name: str, limit: int = 1) -> World:
    """The same house, with a size limit (bytes) of the dataset."""
    registry = world.context.registry

    def shrunk(datasets):
        return tuple(replace(d, size_limit_bytes=limit) if d.name == dataset_name else d for d in datasets)

    pathways = tuple(replace(pathway, datasets=shrunk(pathway.datasets)) for pathway in registry.pathways)
    registry = replace(registry, pathways=pathways, shared_datasets=shrunk(registry.shared_datasets))
    return World(replace(world.context, registry=registry))


def judged_again(world: World, submission_id: str):
    retry(world.context, submission_id)
    [outcome] = world.work_off()
    return outcome


@pytest.mark.parametrize(
    ("dataset", "sender", "rows", "left"),
    [
        ("wrist_fracture", "ZX1", [wrist(1, minutes=40), wrist(2)], RECORDS),
        ("measure_counts", "ZX1", counts("ZX1 | ae_four_hour | 01/05/2024 | month | 90 | 100"), RESULTS),
        ("deaths", "NET", deaths((1, "30/06/2024")), DEATHS),
        ("lead", "ZX1", leads({}), LEADS),
    ],
)
def test_what_it_had_said_counts_no_more(world, dataset, sender, rows, left):
    world.submit([wrist(1)])
    world.refresh()
    grown = snapshot(world.context.engine, "cases", "results")
    taken = world.submit(rows, sender=sender, name="more.csv", manifest={"dataset": dataset})
    assert taken.counts.accepted >= 1, taken.reason
    world.refresh()
    later = smaller(world, dataset)
    assert later.query(left) == [{"count": 0 if dataset == "wrist_fracture" else 1}]
    outcome = judged_again(later, taken.submission_id)
    assert outcome.state == "rejected"
    assert (
        "judged again and is not accepted now. What had been taken of it counts no more."
        in (Path(outcome.receipt) / "receipt.html").read_text()
    )
    later.refresh()
    assert later.query(left) == [{"count": 0}]
    assert snapshot(later.context.engine, "cases", "results") == grown


def test_a_rebuild_agrees_with_it(world):
    world.submit(history(1))
    taken = world.submit([row | {"Pain score": "3"} for row in history(1)] + history(2))
    world.submit(history(3, sites=("ZX2A1",)), sender="ZX2")
    later = smaller(world, "wrist_fracture", len(csv_bytes(history(1))) + 500)
    assert judged_again(later, taken.submission_id).state == "rejected"
    grown = snapshot(later.context.engine, *GREW)
    rebuild(later.context)
    assert snapshot(later.context.engine, *GREW) == grown
    rebuild(world.context)  # the file could be read again, but it was refused when it was last judged
    assert snapshot(world.context.engine, *GREW) == grown


def test_a_file_that_would_be_refused_stops_a_rebuild_which_says_what_to_do(world):
    taken = world.submit([wrist(1)])
    grown = snapshot(world.context.engine, *GREW)
    told = rf"{taken.submission_id} took effect .* refused now \(F\d+\).* `common-cause retry {taken.submission_id}`.* Nothing has been changed"
    with pytest.raises(RebuildError, match=told):
        rebuild(smaller(world, "wrist_fracture").context)
    assert snapshot(world.context.engine, *GREW) == grown


def test_but_not_where_it_was_withdrawn_since(world):
    world.submit([wrist(1)])
    taken = world.submit([wrist(2), wrist(3)])
    withdraw(world.context, taken.submission_id, "a tester")
    grown = snapshot(world.context.engine, *GREW)
    rebuild(smaller(world, "wrist_fracture", len(csv_bytes([wrist(1)])) + 50).context)
    assert snapshot(world.context.engine, *GREW) == grown

"""``withdraw`` and ``rebuild``: what is about to be undone, what was, and how far a long work has come."""

from __future__ import annotations

import re

import pytest

from tests.world import wrist


@pytest.fixture
def sent(world):
    outcome = world.submit([wrist(1), wrist(2), wrist(3, site="NOWHERE")])
    world.refresh()
    return outcome.submission_id


def test_whoever_withdraws_is_told_whose_and_how_much_and_then_what_changed(world, typed, sent, monkeypatch):
    asked = []
    monkeypatch.setattr("click.confirm", lambda question, abort: asked.append(question))
    code, said = typed("withdraw", sent)
    assert re.fullmatch(
        rf"Withdraw {sent}, ZX1's wrist_fracture of \d\d \w+ \d{{4}} \d\d:\d\d \(accepted in part, 2 rows taken\)\?", asked[0]
    ), asked
    assert code == 0 and re.fullmatch(
        rf"{sent} is withdrawn: rows that no longer count: 2, [1-9]\d* cells of results are computed anew\n", said
    ), said
    assert world.query("select 1 from pathway.pathway_case") == world.query("select 1 from intake.stale_cell") == []


def test_what_never_counted_is_withdrawn_without_a_change(world, typed):
    refused = world.submit([wrist(1)], sender="ZZZ").submission_id
    assert typed("withdraw", refused, "--yes") == (0, f"{refused} is withdrawn: nothing of it had counted\n")


def test_a_rebuild_without_a_terminal_tells_how_far_it_is_and_what_came_back(world, typed, sent):
    code, said = typed("rebuild", "--yes")
    assert code == 0 and said.splitlines() == [
        "replaying ...",
        "replayed 1 of 1",
        "computing all results anew ...",
        "replayed 1 effects; submissions: 1, rows: 2",
    ]
